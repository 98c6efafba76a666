//! Commands that write one file: what they must not replace, what somebody else does to it meanwhile, and
//! readers and writers that stand still.

use std::io::Write;
use std::process::Stdio;
use std::time::Duration;

use super::{World, begin, ends, finish, signal, status, stderr, stdout};

const TEXAN: &str = "state,member_id,ssn\nTX,M1,412110001\n";
const OTHER: &str = "state,member_id,ssn\nTX,M2,412110002\n";

fn has_strace() -> bool {
    let traced = std::process::Command::new("strace")
        .args(["-f", "-qq", "-o", "/dev/null", "true"])
        .output();
    let has = traced.is_ok_and(|output| output.status.success());
    if !has {
        println!("skipped: faults at system calls need strace");
    }
    has
}

#[test]
fn no_file_that_a_command_uses_is_replaced_by_what_it_writes() {
    let world = World::new();
    let words = |line: &str| -> Vec<String> { line.split(' ').map(str::to_owned).collect() };
    let run = |line: &str| ends(world.command().args(words(line)));
    std::fs::create_dir(world.path("layouts")).unwrap();
    let layout = concat!(env!("CARGO_MANIFEST_DIR"), "/layouts/extract.csv");
    std::fs::copy(layout, world.path("layouts/extract.csv")).unwrap();
    std::fs::write(world.path("key"), "k".repeat(40)).unwrap();
    std::fs::write(world.path("texan.csv"), TEXAN).unwrap();
    let baseline = stdout(&run("validate --format json world/extracts"));
    std::fs::write(world.path("baseline"), baseline).unwrap();
    assert_eq!(status(&run("verify --audit trail run")), 0);
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(world.path("key"), mode).unwrap();
    std::os::unix::fs::symlink(".", world.path("here")).unwrap();
    let add = "misidentified add --entries texan.csv";
    for (line, file) in [
        (
            "validate --rejects trail --audit trail world/extracts",
            "trail",
        ),
        (
            "validate --rejects here/trail --audit trail world/extracts",
            "trail",
        ),
        (
            "validate --rejects key --audit new --audit-key key world/extracts",
            "key",
        ),
        (
            "validate --rejects baseline --baseline baseline world/extracts",
            "baseline",
        ),
        (
            "validate --rejects world/misidentified.txt --misidentified world/misidentified.txt world/extracts",
            "world/misidentified.txt",
        ),
        (
            "validate --rejects layouts/extract.csv --layouts layouts world/extracts",
            "layouts/extract.csv",
        ),
        (
            "validate --rejects world/extracts/TX.txt world/extracts",
            "world/extracts/TX.txt",
        ),
        (&format!("{add} --file trail --audit trail"), "trail"),
        (
            &format!("{add} --file key --audit other --audit-key key"),
            "key",
        ),
    ] {
        let before = std::fs::read(world.path(file)).unwrap();
        let output = run(line);
        assert_eq!(status(&output), 3, "{line}: {}", stderr(&output));
        let told = stderr(&output);
        assert!(told.contains("which this run uses"), "{line}: {told}");
        let after = std::fs::read(world.path(file)).unwrap();
        // A trail has the lines of the command that was refused.
        assert!(after.starts_with(&before), "{line}: {file} was replaced");
        assert!(file == "trail" || after == before, "{line}");
    }
}

#[test]
fn findings_that_cannot_be_printed_leave_no_file() {
    let world = World::new();
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let mut command = world.command();
    command.args(["validate", "--rejects", "findings", "world/extracts"]);
    let output = command
        .stdout(full)
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    assert_eq!(status(&output), 3);
    assert!(!world.path("findings").exists());
}

#[test]
fn a_list_that_cannot_be_looked_at_is_not_begun_anew() {
    if !has_strace() {
        return;
    }
    let world = World::new();
    std::fs::write(world.path("texan.csv"), TEXAN).unwrap();
    std::fs::write(world.path("other.csv"), OTHER).unwrap();
    let add = ["misidentified", "add", "--file", "list", "--entries"];
    assert_eq!(status(&world.run(&add, &["texan.csv"])), 0);
    let lines = || {
        std::fs::read_to_string(world.path("list"))
            .unwrap()
            .lines()
            .count()
    };
    let list = world.path("list");
    let list = list.to_str().unwrap();
    let mut failed = 0;
    for at in 1..=8 {
        for error in ["ESTALE", "EIO", "EACCES"] {
            let inject = format!("inject=statx,newfstatat,openat:error={error}:when={at}");
            let mut command = std::process::Command::new("strace");
            command.args(["-qq", "-o", "/dev/null", "-P", list]);
            command.args([
                "-e",
                "trace=statx,newfstatat,openat",
                "-e",
                &inject,
                super::ICR,
            ]);
            command
                .args(add)
                .arg("other.csv")
                .current_dir(world.path("."));
            let output = command.output().unwrap();
            let expected = if status(&output) == 0 { 2 } else { 1 };
            assert!(
                [0, 3].contains(&status(&output)),
                "{inject}: {}",
                stderr(&output)
            );
            assert_eq!(lines(), expected, "{inject}");
            failed += i32::from(expected == 1);
            let removed = ["misidentified", "remove", "--file", "list", "--entries"];
            assert_eq!(status(&world.run(&removed, &["other.csv"])), 0);
        }
    }
    assert!(failed >= 6, "{failed}");
}

#[test]
fn a_signal_is_heard_while_entries_come_slowly() {
    let world = World::new();
    for (name, expected) in [("TERM", 143), ("HUP", 129)] {
        let mut command = world.command();
        command.args(["misidentified", "add", "--file", "list"]);
        let mut child = begin(command.stdin(Stdio::piped()));
        let mut entries = child.stdin.take().unwrap();
        entries.write_all(TEXAN.as_bytes()).unwrap();
        std::thread::sleep(Duration::from_millis(300));
        signal(child.id(), name);
        let output = finish(child, Duration::from_secs(20));
        assert_eq!(status(&output), expected, "{}", stderr(&output));
        assert!(!world.path("list").exists());
    }
}

#[test]
fn a_signal_is_heard_while_nobody_reads_what_is_printed() {
    let world = World::new();
    let big = world.run(
        &[
            "synth", "--quiet", "--cases", "2000", "--noise", "adverse", "--states", "TX,CA",
            "--out",
        ],
        &["big"],
    );
    assert_eq!(status(&big), 0, "{}", stderr(&big));
    let sarif = ["validate", "--quiet", "--format", "sarif"];
    let printed = stdout(&world.run(&sarif, &["big/extracts"])).len();
    // A pipe holds 64 KiB.
    assert!(printed > 200_000, "{printed}");
    for (name, expected) in [("TERM", 143), ("INT", 130), ("HUP", 129)] {
        let mut command = world.command();
        command
            .args(sarif)
            .args(["--rejects", "findings", "big/extracts"]);
        let mut child = begin(&mut command);
        std::thread::sleep(Duration::from_millis(1500));
        assert!(
            child.try_wait().unwrap().is_none(),
            "it did not wait for its reader"
        );
        signal(child.id(), name);
        let ended = std::time::Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if ended.elapsed() > Duration::from_secs(20) {
                signal(child.id(), "KILL");
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        assert_eq!(status.code(), Some(expected));
        assert!(!world.path("findings").exists());
    }
}
