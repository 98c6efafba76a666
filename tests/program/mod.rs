//! Runs the program as a user does, in a folder of its own.

#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::new_without_default,
    clippy::must_use_candidate,
    reason = "shared by several test programs; a test stops where something fails"
)]

pub mod responses;
pub mod zip;

use std::path::{Path, PathBuf};
use std::process::Command;

/// How a run ended.
pub struct Ended {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

/// A folder that goes when the test ends.
pub struct Scratch(tempfile::TempDir);

impl Scratch {
    pub fn new() -> Self {
        Scratch(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path().join(name)).unwrap()
    }

    pub fn text(&self, name: &str) -> String {
        String::from_utf8(self.read(name)).unwrap()
    }

    /// Runs `icr` with these arguments, separated by spaces.
    pub fn icr(&self, arguments: &str) -> Ended {
        let output = Command::new(env!("CARGO_BIN_EXE_icr"))
            .args(arguments.split_whitespace())
            .current_dir(self.path())
            .output()
            .unwrap();
        Ended {
            status: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            // Whoever runs the tests as root is warned.
            stderr: String::from_utf8(output.stderr)
                .unwrap()
                .split_inclusive('\n')
                .filter(|line| !line.contains("warning: running as root"))
                .collect::<String>(),
        }
    }
}

/// A record of so many bytes, blank but for these fields: first column and text.
pub fn record(length: usize, fields: &[(usize, &str)]) -> Vec<u8> {
    let mut record = vec![b' '; length];
    for (first, text) in fields {
        record[first - 1..first - 1 + text.len()].copy_from_slice(text.as_bytes());
    }
    record
}

/// Lines of these records.
pub fn lines_of(records: &[Vec<u8>]) -> Vec<u8> {
    records
        .iter()
        .flat_map(|record| [&record[..], b"\n"].concat())
        .collect()
}

/// The rows of a CSV text, without its header.
pub fn rows(csv: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(csv);
    let row =
        |row: csv::Result<csv::StringRecord>| row.unwrap().iter().map(str::to_owned).collect();
    reader.records().map(row).collect()
}

/// Runs the transcripts of a chapter of the documentation (lines that begin with `$ ` in blocks of
/// `console`) in a folder that holds the examples, and fails where the chapter shows another output.
/// With `ICR_BLESS` set the chapter is rewritten.
pub fn check_transcripts(chapter: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join(chapter)).unwrap();
    let scratch = Scratch::new();
    std::os::unix::fs::symlink(
        root.join("testdata/examples"),
        scratch.path().join("examples"),
    )
    .unwrap();
    let bin = Path::new(env!("CARGO_BIN_EXE_icr")).parent().unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let (mut shown, mut in_block, mut commands) = (String::new(), false, 0);
    for line in text.lines() {
        if line == "```console" {
            in_block = true;
        } else if line == "```" {
            in_block = false;
        }
        if !in_block || line == "```console" {
            shown += line;
            shown.push('\n');
        } else if let Some(command) = line.strip_prefix("$ ") {
            commands += 1;
            let output = Command::new("sh")
                .args(["-c", &format!("{command} 2>&1")])
                .env("PATH", &path)
                .current_dir(scratch.path())
                .output()
                .unwrap();
            let printed = String::from_utf8(output.stdout).unwrap();
            // Whoever runs the tests as root is warned.
            let lines = printed.split_inclusive('\n');
            let printed: String = lines
                .filter(|line| !line.contains("warning: running as root"))
                .collect();
            shown += &format!("$ {command}\n{printed}");
        }
    }
    assert!(commands > 0, "{chapter} has no transcript");
    if std::env::var_os("ICR_BLESS").is_some() {
        std::fs::write(root.join(chapter), &shown).unwrap();
    }
    assert!(
        shown == text,
        "{chapter} shows other output than this:\n{shown}"
    );
}
