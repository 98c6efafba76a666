//! Faults: whatever stops a run, nothing looks finished that is not, and the next run into the same
//! folder works and gives the exact bytes.
//!
//! The short form runs with the other tests. The long form, of which `docs/reliability.md` gives
//! the figures: `ICR_FAULTS=long cargo test --test faults -- --nocapture`.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

mod at_once;
mod places;
mod power;
mod prune;
mod system_calls;
mod writers;

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

const ICR: &str = env!("CARGO_BIN_EXE_icr");

fn is_long() -> bool {
    std::env::var("ICR_FAULTS").is_ok_and(|form| form == "long")
}

fn world() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/examples/random-1")
}

/// The command of a run of the example world into a folder.
fn command(out: &Path) -> Command {
    let world = world();
    let mut command = Command::new(ICR);
    command.env_clear();
    command.args([
        "match",
        "--quiet",
        "--run-date",
        "20261122",
        "--max-rejects",
        "100",
        "--fcr",
    ]);
    command
        .arg(world.join("fcr"))
        .arg("--ssn-master")
        .arg(world.join("ssn-master.txt"));
    command
        .arg("--misidentified")
        .arg(world.join("misidentified.txt"));
    command.arg("--out").arg(out).arg(world.join("extracts"));
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(out: &Path) -> Output {
    command(out).output().unwrap()
}

/// Every file below a folder with its bytes.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(contents(&path));
        } else {
            all.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
    all
}

/// The same, by path below the folder.
fn relative(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    contents(folder)
        .into_iter()
        .map(|(path, bytes)| (path.strip_prefix(folder).unwrap().to_owned(), bytes))
        .collect()
}

fn expected() -> BTreeMap<PathBuf, Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    assert!(run(&out).status.success());
    relative(&out)
}

/// After a fault: the folder is not there, or it is whole; then a run gives the exact bytes and
/// leaves nothing else.
fn check_after_fault(parent: &Path, expected: &BTreeMap<PathBuf, Vec<u8>>) -> bool {
    let out = parent.join("run");
    let finished = out.exists();
    if finished {
        assert_eq!(
            &relative(&out),
            expected,
            "a folder that exists is complete"
        );
        std::fs::remove_dir_all(&out).unwrap();
    }
    let again = run(&out);
    assert!(
        again.status.success(),
        "{}",
        String::from_utf8_lossy(&again.stderr)
    );
    assert_eq!(&relative(&out), expected);
    let left: Vec<_> = std::fs::read_dir(parent)
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert_eq!(left, ["run"], "nothing else is left");
    finished
}

#[test]
fn a_run_killed_at_any_moment_leaves_nothing_that_looks_finished() {
    let expected = expected();
    let kills = if is_long() { 10_000 } else { 25 };
    let parent = tempfile::tempdir().unwrap();
    let out = parent.path().join("run");
    let started = std::time::Instant::now();
    assert!(run(&out).status.success());
    let whole = started.elapsed();
    std::fs::remove_dir_all(&out).unwrap();
    let (mut killed, mut finished) = (0, 0);
    for kill in 0..kills {
        let mut child = command(&out).spawn().unwrap();
        std::thread::sleep(whole * kill / kills);
        child.kill().unwrap();
        killed += u32::from(child.wait().unwrap().signal() == Some(9));
        finished += u32::from(check_after_fault(parent.path(), &expected));
        std::fs::remove_dir_all(&out).unwrap();
    }
    println!(
        "SIGKILL: {kills} runs, {killed} killed before their end, {finished} of all had published; every next run gave the exact bytes"
    );
    assert!(killed > kills / 4, "{killed} of {kills}");
}

#[test]
fn signals_stop_a_run_with_their_status_and_nothing_published() {
    let expected = expected();
    let parent = tempfile::tempdir().unwrap();
    let out = parent.path().join("run");
    for (signal, status) in [("HUP", 129), ("INT", 130), ("TERM", 143)] {
        let mut stopped = 0;
        for round in 0..if is_long() { 60 } else { 12 } {
            let child = command(&out).spawn().unwrap();
            std::thread::sleep(Duration::from_millis(round % 30));
            let pid = child.id().to_string();
            Command::new("kill")
                .args(["-s", signal, &pid])
                .status()
                .unwrap();
            let output = child.wait_with_output().unwrap();
            match output.status.code() {
                Some(0) => assert_eq!(relative(&out), expected),
                Some(code) => {
                    assert_eq!(code, status);
                    assert!(!out.exists());
                    let message = String::from_utf8_lossy(&output.stderr);
                    assert!(
                        message.contains("interrupted; nothing was published"),
                        "{message}"
                    );
                    stopped += 1;
                }
                // Before its handlers stand, the process ends by the signal itself.
                None => assert!(!out.exists()),
            }
            check_after_fault(parent.path(), &expected);
            std::fs::remove_dir_all(&out).unwrap();
        }
        println!("SIG{signal}: stopped {stopped} runs with status {status}");
    }
}

#[test]
fn signals_stop_the_commands_that_read_much() {
    let folder = tempfile::tempdir().unwrap();
    let icr = |line: &str| {
        let mut command = Command::new(ICR);
        command.env_clear().current_dir(folder.path());
        command.args(line.split(' ')).stdout(Stdio::piped());
        command.stderr(Stdio::piped());
        command
    };
    for line in [
        "synth --quiet --cases 20000 --states CA,TX --out world",
        "match --quiet --run-date 20261122 --out run world/extracts",
        "match --quiet --run-date 20261122 --output-encoding cp037 --out ebcdic world/extracts",
    ] {
        assert!(icr(line).output().unwrap().status.success(), "{line}");
    }
    let many = format!("status{}", " run".repeat(2000));
    for line in [
        "verify --threads 1 run",
        "verify --threads 1 ebcdic",
        "report --threads 1 run",
        "report --threads 1 run ebcdic",
        "diff --threads 1 run ebcdic/responses",
        "score --threads 1 --truth world/truth.csv run",
        "validate --threads 1 world/extracts",
        "explain --threads 1 --state CA --case 1 world/extracts",
        &many,
    ] {
        let started = std::time::Instant::now();
        icr(line).output().unwrap();
        let whole = started.elapsed();
        for (signal, status) in [("HUP", 129), ("INT", 130), ("TERM", 143)] {
            let mut stopped = 0;
            for round in [1, 3, 5, 7] {
                let child = icr(line).spawn().unwrap();
                std::thread::sleep(whole * round / 10);
                let sent = std::time::Instant::now();
                let pid = child.id().to_string();
                let kill = Command::new("kill").args(["-s", signal, &pid]).status();
                assert!(kill.unwrap().success());
                let output = child.wait_with_output().unwrap();
                stopped += u32::from(output.status.code() == Some(status));
                if output.status.code() == Some(status) {
                    assert!(
                        output.stdout.is_empty(),
                        "{line}: an answer of half the data"
                    );
                    let late = sent.elapsed();
                    assert!(
                        late < whole / 2 + Duration::from_millis(100),
                        "{line}: {late:?}"
                    );
                }
            }
            assert!(
                stopped > 0,
                "{line}: SIG{signal} was not heeded in {whole:?}"
            );
        }
    }
}

/// A small file system in memory, unmounted at the end.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn new(kilobytes: u64) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let size = format!("size={kilobytes}k");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "icr-test"])
            .arg(folder.path())
            .stderr(Stdio::null())
            .status();
        mounted
            .is_ok_and(|status| status.success())
            .then_some(SmallDisk(folder))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg(self.0.path()).status());
    }
}

#[test]
fn a_full_disk_stops_the_run_with_its_cause_and_nothing_published() {
    let step = if is_long() { 8 } else { 48 };
    let (mut full, mut room) = (0, 0);
    for kilobytes in (8..1200).step_by(step) {
        let Some(disk) = SmallDisk::new(kilobytes) else {
            println!("skipped: a small file system needs the right to mount one");
            return;
        };
        let out = disk.0.path().join("run");
        let output = run(&out);
        if output.status.success() {
            room += 1;
            continue;
        }
        full += 1;
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{message}");
        assert!(message.contains("No space left on device"), "{message}");
        let left = std::fs::read_dir(disk.0.path()).unwrap().count();
        assert_eq!(left, 0, "nothing is left on the full disk");
    }
    println!("disk full: {full} sizes stopped the run with status 3, {room} had room");
    assert!(full > 3 && room > 0, "{full} {room}");
}

#[test]
fn an_input_that_is_cut_while_it_is_read_gives_an_error_and_no_answer() {
    let parent = tempfile::tempdir().unwrap();
    let extracts = parent.path().join("extracts");
    std::fs::create_dir(&extracts).unwrap();
    let from = std::fs::read(world().join("extracts/state_48.txt")).unwrap();
    let big = from.repeat(if is_long() { 400 } else { 100 });
    let (mut cut, mut late) = (0, 0);
    for round in 0..if is_long() { 60_u64 } else { 8 } {
        let path = extracts.join("TX.txt");
        std::fs::write(&path, &big).unwrap();
        let out = parent.path().join("run");
        let child = Command::new(ICR)
            .args([
                "match",
                "--quiet",
                "--max-rejects",
                "100",
                "--run-date",
                "20261122",
                "--threads",
                "1",
                "--out",
            ])
            .arg(&out)
            .arg(&extracts)
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(5 + round * 7 % 60));
        std::fs::File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_len(1000)
            .unwrap();
        let output = child.wait_with_output().unwrap();
        let message = String::from_utf8_lossy(&output.stderr);
        match output.status.code() {
            // It was cut before it was opened, or after the run had ended.
            Some(0) => late += 1,
            Some(3) => {
                assert!(!out.exists());
                cut += u32::from(message.contains("was cut from"));
            }
            other => panic!("{other:?}: {message}"),
        }
        drop(std::fs::remove_dir_all(&out));
    }
    println!("cut inputs: {cut} runs stopped, {late} were cut too early or too late");
    assert!(cut > 0, "{late}");
}

#[test]
fn a_folder_that_cannot_be_written_is_refused_before_the_work() {
    let parent = tempfile::tempdir().unwrap();
    let nowhere = run(&parent.path().join("no/such/run"));
    assert_eq!(nowhere.status.code(), Some(3));
    let message = String::from_utf8_lossy(&nowhere.stderr);
    assert!(
        message.contains("is not there; make it first") && !message.contains("icr-staging"),
        "{message}"
    );
    let file = parent.path().join("file");
    std::fs::write(&file, "x").unwrap();
    let output = run(&file.join("run"));
    assert_eq!(output.status.code(), Some(3));
    // Root may write anywhere, so this needs another user.
    let locked = parent.path().join("locked");
    std::fs::create_dir(&locked).unwrap();
    std::fs::set_permissions(&locked, PermissionsExt::from_mode(0o500)).unwrap();
    if std::fs::write(locked.join("probe"), "x").is_err() {
        let output = run(&locked.join("run"));
        assert_eq!(output.status.code(), Some(3));
    }
    assert_eq!(std::fs::read(&file).unwrap(), b"x");
}

#[test]
fn without_file_descriptors_the_message_says_so() {
    let parent = tempfile::tempdir().unwrap();
    let out = parent.path().join("run");
    let run = command(&out);
    let mut shell = Command::new("sh");
    shell
        .args(["-c", "ulimit -n 8; exec \"$@\"", "sh"])
        .arg(run.get_program())
        .args(run.get_args());
    let output = shell.output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{message}");
    assert!(message.contains("Too many open files"), "{message}");
    check_after_fault(parent.path(), &expected());
}

#[test]
fn a_staging_folder_that_was_left_behind_is_removed() {
    let parent = tempfile::tempdir().unwrap();
    let staging = parent.path().join(".run.icr-staging");
    std::fs::create_dir_all(staging.join("responses")).unwrap();
    let mark = "{\"schema\": \"icr.staging/1\"}\n";
    std::fs::write(staging.join(".icr-staging"), mark).unwrap();
    std::fs::write(staging.join("responses/TX.icr"), "half").unwrap();
    check_after_fault(parent.path(), &expected());
}

#[test]
fn permissions_hold_whatever_the_umask() {
    let parent = tempfile::tempdir().unwrap();
    for (umask, option, folder_mode, file_mode) in [
        ("000", "0600", 0o700, 0o600),
        ("077", "0640", 0o750, 0o640),
        ("022", "0600", 0o700, 0o600),
    ] {
        let out = parent.path().join(format!("run-{umask}-{option}"));
        let run = command(&out);
        let mut shell = Command::new("sh");
        let script = format!("umask {umask}; exec \"$@\" --file-mode {option}");
        shell
            .args(["-c", &script, "sh"])
            .arg(run.get_program())
            .args(run.get_args());
        assert!(shell.output().unwrap().status.success());
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        for path in contents(&out).keys() {
            assert_eq!(mode(path), file_mode, "{}", path.display());
            assert_eq!(mode(path.parent().unwrap()), folder_mode);
        }
    }
}
