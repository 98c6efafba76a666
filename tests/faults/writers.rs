//! Every command that writes, on a small invented world: how it is run, what it writes, and what may be
//! left after a fault.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::{ICR, relative};

/// One command that writes.
pub(crate) struct Writer {
    pub(crate) name: &'static str,
    /// Its arguments; `{out}` is the output, `{in}` the folder of the inputs.
    line: &'static str,
    /// Whether it fills a folder that is there already, in which it runs.
    inside: bool,
    /// Whether it replaces an earlier run.
    pub(crate) replaces: bool,
    pub(crate) has_trail: bool,
}

impl Writer {
    /// Whether it writes one file.
    pub(crate) fn is_single(&self) -> bool {
        ["convert", "validate", "misidentified"].contains(&self.name)
    }

    /// Whether its place may hold something before it.
    pub(crate) fn is_prepared(&self) -> bool {
        self.inside || self.replaces
    }
}

pub(crate) const WRITERS: [Writer; 10] = [
    Writer {
        name: "match",
        line: "match --run-date 20261122 --max-rejects 100 --threads 1 --fcr {in}/derived/extracts --ssn-master {in}/world/ssn-master.txt --receipts --out {out} {in}/world/extracts",
        inside: false,
        replaces: false,
        has_trail: true,
    },
    Writer {
        name: "match inside",
        line: "match --run-date 20261122 --max-rejects 100 --threads 1 --out . {in}/world/extracts",
        inside: true,
        replaces: false,
        has_trail: true,
    },
    Writer {
        name: "match --force",
        line: "match --force --run-date 20261122 --max-rejects 100 --threads 1 --out {out} {in}/world/extracts",
        inside: false,
        replaces: true,
        has_trail: true,
    },
    Writer {
        name: "match --force inside",
        line: "match --force --run-date 20261122 --max-rejects 100 --threads 1 --out . {in}/world/extracts",
        inside: true,
        replaces: true,
        has_trail: true,
    },
    Writer {
        name: "derive",
        line: "derive --threads 1 --participating CA,TX --out {out} {in}/world/registry",
        inside: false,
        replaces: false,
        has_trail: true,
    },
    Writer {
        name: "synth",
        line: "synth --threads 1 --cases 5 --states CA,TX --out {out}",
        inside: false,
        replaces: false,
        has_trail: false,
    },
    Writer {
        name: "respond",
        line: "respond --run-date 20261122 --serial-start 1 --out {out} {in}/run/responses/CA.icr",
        inside: false,
        replaces: false,
        has_trail: true,
    },
    Writer {
        name: "convert",
        line: "convert --threads 1 --to csv --output {out} {in}/world/extracts/CA.txt",
        inside: false,
        replaces: false,
        has_trail: true,
    },
    Writer {
        name: "validate",
        line: "validate --threads 1 --max-rejects 100 --rejects {out} {in}/world/extracts/TX.txt",
        inside: false,
        replaces: false,
        has_trail: false,
    },
    Writer {
        name: "misidentified",
        line: "misidentified add --file {out} --entries {in}/world/misidentified.txt",
        inside: false,
        replaces: false,
        has_trail: true,
    },
];

/// The inputs of all, made once.
pub(crate) fn inputs() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for line in [
        "synth --quiet --cases 12 --states CA,TX,NY --fcr-states PA --registry --out world",
        "derive --quiet --participating CA,TX,NY --out derived world/registry",
        "match --quiet --run-date 20261122 --max-rejects 100 --out run world/extracts",
        "match --quiet --run-date 20261115 --receipts --max-rejects 100 --out old world/extracts",
    ] {
        let mut icr = Command::new(ICR);
        icr.env_clear().current_dir(folder.path());
        let output = icr.args(line.split(' ')).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{line}: {said}");
    }
    folder
}

/// A writer with its inputs, a place for its output, and what it writes there.
pub(crate) struct Bench<'w> {
    pub(crate) writer: &'w Writer,
    inputs: PathBuf,
    /// What is in it after a fault is the output, or what a fault left.
    parent: tempfile::TempDir,
    aside: tempfile::TempDir,
    expected: BTreeMap<PathBuf, Vec<u8>>,
    /// The earlier run, where one is replaced.
    old: BTreeMap<PathBuf, Vec<u8>>,
}

impl<'w> Bench<'w> {
    pub(crate) fn new(writer: &'w Writer, inputs: &Path) -> Self {
        Self::in_folder(writer, inputs, tempfile::tempdir().unwrap())
    }

    pub(crate) fn in_folder(writer: &'w Writer, inputs: &Path, parent: tempfile::TempDir) -> Self {
        let mut bench = Bench {
            writer,
            inputs: inputs.to_owned(),
            parent,
            aside: tempfile::tempdir().unwrap(),
            expected: BTreeMap::new(),
            old: BTreeMap::new(),
        };
        if writer.replaces {
            bench.old = relative(&inputs.join("old"));
        }
        bench.prepare();
        let output = bench.command().output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {said}", writer.name);
        bench.expected = bench.written();
        assert!(!bench.expected.is_empty());
        bench.remove();
        bench
    }

    pub(crate) fn out(&self) -> PathBuf {
        self.parent.path().join("out")
    }

    pub(crate) fn parent(&self) -> &Path {
        self.parent.path()
    }

    pub(crate) fn trail(&self) -> PathBuf {
        self.aside.path().join("trail")
    }

    /// Makes the folder that is to be filled, or the run that is to be replaced.
    pub(crate) fn prepare(&self) {
        if self.writer.inside {
            std::fs::create_dir_all(self.out()).unwrap();
        }
        for (path, bytes) in &self.old {
            let path = self.out().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
    }

    /// The command, behind the words `before` (a tracer with its options).
    pub(crate) fn command_behind(&self, before: &[String], trail: bool) -> Command {
        let inputs = self.inputs.to_str().unwrap().to_owned();
        let out = self.out().to_str().unwrap().to_owned();
        let words = self.writer.line.split(' ');
        let words = words.map(|word| word.replace("{in}", &inputs).replace("{out}", &out));
        let mut all = before.to_vec();
        all.push(ICR.to_owned());
        all.extend(words);
        all.push("--quiet".to_owned());
        if trail && self.writer.has_trail {
            all.extend([
                "--audit".to_owned(),
                self.trail().to_str().unwrap().to_owned(),
            ]);
        }
        let mut command = Command::new(&all[0]);
        command.args(&all[1..]).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap());
        let here = if self.writer.inside {
            self.out()
        } else {
            self.aside.path().to_owned()
        };
        command.current_dir(here);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn command(&self) -> Command {
        self.command_behind(&[], false)
    }

    fn written(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let out = self.out();
        if out.is_file() {
            return BTreeMap::from([(PathBuf::new(), std::fs::read(out).unwrap())]);
        }
        let mut written = relative(&out);
        if self.writer.inside {
            written.retain(|path, _| !path.starts_with(".icr-staging"));
        }
        written
    }

    /// Whether something stands there that looks finished.
    pub(crate) fn is_published(&self) -> bool {
        let there = if self.writer.inside {
            self.out().join("manifest.json").exists()
        } else {
            self.out().exists()
        };
        there && !(self.writer.replaces && self.written() == self.old)
    }

    /// Removes the output, and nothing beside it.
    pub(crate) fn remove(&self) {
        let out = self.out();
        if out.is_file() {
            std::fs::remove_file(out).unwrap();
        } else if out.exists() {
            std::fs::remove_dir_all(out).unwrap();
        }
    }

    /// After a fault: what looks finished is whole, the next run gives the exact bytes and leaves
    /// nothing else.
    pub(crate) fn check(&self, what: &str) -> bool {
        let finished = self.is_published();
        if finished {
            assert!(self.written() == self.expected, "{what}: it is not whole");
            self.remove();
        } else if self.writer.replaces && !self.writer.inside {
            assert!(
                self.written() == self.old,
                "{what}: the earlier run is lost"
            );
        }
        // A folder in which a run was killed in the middle of publishing is left as it is.
        let half = self.writer.inside && self.out().join(".icr-staging").exists();
        if !half {
            self.prepare();
        }
        let again = self.command().output().unwrap();
        let said = String::from_utf8_lossy(&again.stderr);
        assert!(again.status.success(), "{what}: the next run: {said}");
        assert!(self.written() == self.expected, "{what}: the next run");
        let left = |folder: &Path| {
            let entries = std::fs::read_dir(folder).unwrap();
            let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name()).collect();
            names.retain(|name| name != "lost+found");
            names
        };
        assert_eq!(left(self.parent()), ["out"], "{what}: what is left");
        assert!(
            !self.out().join(".icr-staging").exists(),
            "{what}: what is left inside"
        );
        self.remove();
        finished
    }

    /// Holds how a run ended under a fault against what is there, and against the trail.
    pub(crate) fn check_end(&self, what: &str, output: &Output) {
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!said.contains("panicked"), "{what}: {said}");
        let published = self.is_published();
        let says_published = said.contains("was published");
        match output.status.code() {
            Some(0) => assert!(published, "{what}: finished, and nothing is there"),
            // The loader could not start the program; a policy or layout could not be read; interrupted.
            Some(127 | 2 | 1) => assert!(!published, "{what}: {said}"),
            Some(3) => assert_eq!(published, says_published, "{what}: {said}"),
            // Killed, or the tracer was with it.
            Some(137) | None => {}
            other => panic!("{what}: {other:?}: {said}"),
        }
        let trail = std::fs::read_to_string(self.trail()).unwrap_or_default();
        drop(std::fs::remove_file(self.trail()));
        let lines: Vec<Value> = trail
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect();
        if lines.is_empty() {
            return;
        }
        let prepared = lines.iter().any(|line| line["event"] == "prepared");
        assert!(
            prepared || !published,
            "{what}: the trail does not know of it"
        );
        if let Some(end) = lines.iter().find(|line| line["event"] == "end") {
            assert_eq!(end["published"] == true, published, "{what}: {end}");
        }
    }
}
