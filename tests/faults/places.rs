//! Places of all kinds: the current folder, mount points, folders whose parent cannot be written, and what
//! somebody else put in the way.

#![expect(clippy::print_stdout, reason = "a test that is skipped says so")]

use std::path::Path;
use std::process::{Command, Stdio};

use crate::ICR;
use crate::writers::{Bench, WRITERS, Writer, inputs};

fn writer(name: &str) -> &'static Writer {
    WRITERS.iter().find(|writer| writer.name == name).unwrap()
}

/// A mount, undone at the end.
struct Mount<'p>(&'p Path);

impl<'p> Mount<'p> {
    fn new(options: &[&str], what: &Path, at: &'p Path) -> Option<Self> {
        let mut mount = Command::new("mount");
        mount.args(options).arg(what).arg(at).stderr(Stdio::null());
        let mounted = mount.status().is_ok_and(|status| status.success());
        if !mounted {
            println!("skipped: mount points need the right to mount");
        }
        mounted.then_some(Mount(at))
    }

    fn memory(at: &'p Path) -> Option<Self> {
        Self::new(&["-t", "tmpfs"], Path::new("icr-test"), at)
    }
}

impl Drop for Mount<'_> {
    fn drop(&mut self) {
        drop(Command::new("umount").arg(self.0).status());
    }
}

/// Runs `icr` in a folder; gives its status and what it said.
fn icr(here: &Path, line: &str) -> (i32, String) {
    let mut command = Command::new(ICR);
    command.env_clear().current_dir(here).args(line.split(' '));
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code().unwrap(), said)
}

#[test]
fn the_folder_of_the_program_is_filled_where_it_is() {
    let inputs = inputs();
    let input = inputs.path().join("world/extracts");
    let input = input.to_str().unwrap();
    for out in [".", "./", "../here", "././."] {
        let parent = tempfile::tempdir().unwrap();
        let here = parent.path().join("here");
        std::fs::create_dir(&here).unwrap();
        let line = format!("match --quiet --max-rejects 100 --out {out} {input}");
        let (status, said) = icr(&here, &line);
        assert_eq!(status, 0, "{out}: {said}");
        assert_eq!(icr(&here, "verify .").0, 0, "{out}");
        assert!(!here.join(".icr-staging").exists());
        assert_eq!(std::fs::read_dir(parent.path()).unwrap().count(), 1);
        let (status, said) = icr(&here, &line);
        assert!(status == 3 && said.contains("--force"), "{out}: {said}");
        let (status, said) = icr(&here, &format!("{line} --force"));
        assert_eq!(status, 0, "{out}: {said}");
        assert_eq!(icr(&here, "verify .").0, 0, "{out}");
    }
}

#[test]
fn a_mount_point_is_filled_also_where_nothing_beside_it_can_be_written() {
    let inputs = inputs();
    for read_only in [false, true] {
        let above = tempfile::tempdir().unwrap();
        let Some(_above) = Mount::memory(above.path()) else {
            return;
        };
        let out = above.path().join("out");
        std::fs::create_dir(&out).unwrap();
        let Some(_out) = Mount::memory(&out) else {
            return;
        };
        if read_only {
            let mut remount = Command::new("mount");
            remount.args(["-o", "remount,ro"]).arg(above.path());
            assert!(remount.status().unwrap().success());
        }
        for name in ["match", "derive", "synth", "respond"] {
            let whole = Bench::new(writer(name), inputs.path());
            let place = whole.out().to_str().unwrap().to_owned();
            let run = |more: &[&str]| {
                let like = whole.command();
                let mut command = Command::new(ICR);
                command.env_clear().args(more);
                command.args(like.get_args().map(|word| {
                    if *word == *place {
                        out.as_os_str()
                    } else {
                        word
                    }
                }));
                let output = command.output().unwrap();
                let said = String::from_utf8_lossy(&output.stderr).into_owned();
                (output.status.code(), said)
            };
            assert_eq!(run(&[]).0, Some(0), "{name}: {}", run(&[]).1);
            let verified = icr(above.path(), "verify out");
            assert_eq!(verified.0, 0, "{name}: {}", verified.1);
            let (status, said) = run(&[]);
            assert!(
                status == Some(3) && said.contains("--force"),
                "{name}: {said}"
            );
            let like = whole.command();
            let words: Vec<_> = like.get_args().collect();
            let mut forced = Command::new(ICR);
            forced.env_clear().args(words.iter().map(|word| {
                if **word == *place {
                    out.as_os_str()
                } else {
                    word
                }
            }));
            let forced = forced.arg("--force").output().unwrap();
            assert!(forced.status.success(), "{name}");
            assert_eq!(icr(above.path(), "verify out").0, 0, "{name}");
            for entry in std::fs::read_dir(&out).unwrap() {
                let path = entry.unwrap().path();
                let name = path.file_name().unwrap().to_str().unwrap();
                assert!(!name.starts_with('.'), "{name} is left");
                if path.is_dir() {
                    std::fs::remove_dir_all(path).unwrap();
                } else {
                    std::fs::remove_file(path).unwrap();
                }
            }
        }
    }
}

#[test]
fn a_file_that_is_mounted_cannot_be_replaced_and_is_refused_before_the_work() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("outside"), "").unwrap();
    std::fs::write(path("out.csv"), "old").unwrap();
    let at = path("out.csv");
    let Some(_mount) = Mount::new(&["--bind"], &path("outside"), &at) else {
        return;
    };
    // Refused before it is found that there is no input.
    let line = "convert --to csv --output out.csv no-such-input";
    let (status, said) = icr(folder.path(), line);
    assert_eq!(status, 3);
    assert!(said.contains("is a mount point"), "{said}");
}

#[test]
fn what_stands_in_the_way_of_a_file_is_neither_written_nor_opened() {
    let inputs = inputs();
    let bench = Bench::new(writer("convert"), inputs.path());
    let partial = bench.parent().join(".out.icr-partial");
    let precious = inputs.path().join("world/extracts/CA.txt");
    let before = std::fs::read(&precious).unwrap();
    let refused = || {
        let output = bench.command().output().unwrap();
        assert_eq!(output.status.code(), Some(3));
        assert!(!bench.out().exists());
        assert!(std::fs::read(&precious).unwrap() == before);
        std::fs::remove_file(&partial).unwrap();
    };
    std::os::unix::fs::symlink(&precious, &partial).unwrap();
    refused();
    assert!(
        Command::new("mkfifo")
            .arg(&partial)
            .status()
            .unwrap()
            .success()
    );
    refused();
    // A hard link is what a killed run may have left; only the name goes.
    std::fs::hard_link(&precious, &partial)
        .or_else(|_| std::fs::write(&partial, "half"))
        .unwrap();
    bench.check("a partial file that was left");
    assert!(std::fs::read(&precious).unwrap() == before);
}

#[test]
fn what_nights_of_other_names_left_is_removed() {
    let inputs = inputs();
    for writer in WRITERS.iter().filter(|writer| !writer.is_prepared()) {
        let bench = Bench::new(writer, inputs.path());
        let staging = bench.parent().join(".20261122.icr-staging");
        std::fs::create_dir_all(staging.join("content/responses")).unwrap();
        // As a power failure leaves the mark.
        std::fs::write(staging.join(".icr-staging"), "").unwrap();
        std::fs::write(staging.join("content/responses/TX.icr"), "x").unwrap();
        std::fs::write(bench.parent().join(".CA.csv.icr-partial"), "x").unwrap();
        bench.check(writer.name);
    }
}

#[test]
fn a_limit_of_file_sizes_stops_a_run_with_its_cause() {
    let inputs = inputs();
    for writer in &WRITERS {
        let bench = Bench::new(writer, inputs.path());
        // A single file may be small.
        let blocks = i32::from(!writer.is_single());
        let limit = format!("ulimit -f {blocks}; exec \"$@\"");
        let limited = ["sh", "-c", &limit, "sh"].map(str::to_owned);
        bench.prepare();
        let output = bench
            .command_behind(&limited, !writer.is_single())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(3), "{}: {said}", writer.name);
        assert!(said.contains("ulimit -f"), "{}: {said}", writer.name);
        assert!(!bench.is_published());
        drop(std::fs::remove_file(bench.trail()));
        bench.check(writer.name);
    }
}

#[test]
fn a_sync_that_fails_after_the_rename_is_told_as_it_is() {
    if !crate::system_calls::has_strace() {
        println!("skipped: a failing sync needs strace");
        return;
    }
    let inputs = inputs();
    for writer in WRITERS.iter().filter(|writer| !writer.is_prepared()) {
        let bench = Bench::new(writer, inputs.path());
        // The calls on the parent folder alone: its first sync is that of the staging folder's name.
        let parent = bench.parent().canonicalize().unwrap();
        let at = if writer.is_single() { 1 } else { 2 };
        let inject = format!("inject=fsync:error=EIO:when={at}");
        let strace = [
            "strace",
            "-f",
            "-qq",
            "-o",
            "/dev/null",
            "-P",
            parent.to_str().unwrap(),
            "-e",
            &inject,
        ];
        let output = bench
            .command_behind(&strace.map(str::to_owned), true)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(3), "{}: {said}", writer.name);
        assert!(
            said.contains("was published, but it is not certain"),
            "{said}"
        );
        assert!(bench.is_published());
        bench.check_end(writer.name, &output);
        assert!(bench.check(writer.name));
    }
}
