//! The sample's inputs in a folder of their own, and runs of the program on them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// A folder with the sample's inputs below `in/` and an empty `runs/`.
pub(crate) struct World {
    folder: tempfile::TempDir,
}

impl World {
    /// The sample.
    pub(crate) fn sample() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/sample");
        let script = "mkdir -p in runs && cp -r \"$1\"/extracts \"$1\"/fcr \"$1\"/*.txt \"$1\"/roster.csv in";
        let world = World { folder };
        world.shell(script, &[sample.to_str().unwrap()]);
        world
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs the program in the folder.
    pub(crate) fn icr(&self, line: &str) -> Output {
        Command::new(env!("CARGO_BIN_EXE_icr"))
            .env_clear()
            .args(line.split_whitespace())
            .current_dir(self.folder.path())
            .output()
            .unwrap()
    }

    /// Runs the program, which must end with this status; gives what it printed.
    pub(crate) fn ends(&self, status: i32, line: &str) -> String {
        let output = self.icr(line);
        let printed = said(&output);
        assert_eq!(output.status.code(), Some(status), "icr {line}\n{printed}");
        printed
    }

    /// `icr match` of all inputs on a date, into `runs/DATE`, with more options.
    pub(crate) fn night(&self, date: u32, status: i32, more: &str) -> String {
        let line = format!(
            "match --run-date {date} --fcr in/fcr --ssn-master in/ssn-master.txt --misidentified in/misidentified.txt --out runs/{date} {more} in/extracts"
        );
        self.ends(status, &line)
    }

    pub(crate) fn shell(&self, script: &str, arguments: &[&str]) -> Output {
        let output = Command::new("bash")
            .args(["-euc", script, "bash"])
            .args(arguments)
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", said(&output));
        output
    }

    pub(crate) fn read(&self, name: &str) -> String {
        let bytes = std::fs::read(self.path(name)).unwrap();
        bytes.into_iter().map(char::from).collect()
    }

    pub(crate) fn json(&self, name: &str) -> Value {
        serde_json::from_slice(&std::fs::read(self.path(name)).unwrap()).unwrap()
    }

    pub(crate) fn summary(&self, date: u32) -> Value {
        self.json(&format!("runs/{date}/summary.json"))
    }
}

/// What a command printed on both; whoever runs the tests as root is warned.
pub(crate) fn said(output: &Output) -> String {
    let both = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    let lines = both.split_inclusive('\n');
    lines
        .filter(|line| !line.contains("running as root"))
        .collect()
}
