//! Files, names, pipes, locks and arguments as somebody would make them who means harm: no command
//! hangs, panics, follows, tells a lie to the terminal, or passes a name over in silence.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says what it skips"
)]

mod arguments;
mod bounds;
mod canaries;
mod folders;
mod fuzz;
mod pipes;
#[path = "../program/mod.rs"]
mod program;
mod single_file;
mod source;
mod terminal;
mod trail;
mod unpacking;
mod unreadable;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const ICR: &str = env!("CARGO_BIN_EXE_icr");

/// A folder with an invented world, a finished run of it and the registry's files.
struct World {
    folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let world = World { folder };
        let synth = [
            "synth",
            "--cases",
            "60",
            "--states",
            "TX,CA,NY",
            "--fcr-states",
            "FL",
            "--out",
        ];
        assert_eq!(status(&world.run(&synth, &["world"])), 0);
        let registry = [&synth[..7], &["--registry", "--out"]].concat();
        assert_eq!(status(&world.run(&registry, &["registry"])), 0);
        let matched = world.run(
            &["match", "--fcr"],
            &["world/fcr", "--out", "run", "world/extracts"],
        );
        assert_eq!(status(&matched), 0, "{}", stderr(&matched));
        let responded = world.run(
            &["respond", "--serial-start", "1", "--out"],
            &["work", "run/responses/TX.icr"],
        );
        assert_eq!(status(&responded), 0, "{}", stderr(&responded));
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A command that runs in the world's folder.
    fn command(&self) -> Command {
        let mut command = Command::new(ICR);
        command.env_clear().current_dir(self.folder.path());
        command.stdin(Stdio::null());
        command
    }

    fn run(&self, first: &[&str], second: &[&str]) -> Output {
        let mut command = self.command();
        command.args(first).args(second);
        ends(&mut command)
    }

    /// A fresh copy of the extracts.
    fn extracts(&self, name: &str) -> PathBuf {
        let folder = self.path(name);
        std::fs::create_dir(&folder).unwrap();
        for entry in std::fs::read_dir(self.path("world/extracts")).unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
        }
        folder
    }
}

/// Runs a command that must end by itself.
fn ends(command: &mut Command) -> Output {
    let child = begin(command);
    finish(child, Duration::from_mins(1))
}

fn begin(command: &mut Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// Waits for the end; kills and fails if it does not come.
fn finish(mut child: Child, wait: Duration) -> Output {
    // What it prints is read meanwhile, or a full pipe would hold it up.
    let id = child.id();
    let (done, over) = std::sync::mpsc::channel::<()>();
    let watch = std::thread::spawn(move || {
        if over.recv_timeout(wait).is_err() {
            signal(id, "KILL");
            return false;
        }
        true
    });
    drop(child.stdin.take());
    let output = child.wait_with_output().unwrap();
    let _ = done.send(());
    assert!(watch.join().unwrap(), "the program does not end");
    output
}

/// Waits so long for the end, then asks the program to stop and waits for that.
fn stops(mut child: Child, patience: Duration) -> Output {
    let begun = Instant::now();
    while begun.elapsed() < patience {
        if child.try_wait().unwrap().is_some() {
            return child.wait_with_output().unwrap();
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    signal(child.id(), "TERM");
    finish(child, Duration::from_secs(20))
}

fn signal(process: u32, name: &str) {
    let sent = Command::new("kill")
        .args(["-s", name, &process.to_string()])
        .stderr(Stdio::null())
        .status();
    drop(sent);
}

fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

fn status(output: &Output) -> i32 {
    output.status.code().unwrap_or(-1)
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}
