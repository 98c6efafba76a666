//! Power failures: by the order of the syncs, and on a file system that is cut off.

#![expect(
    unsafe_code,
    reason = "cutting off a file system has no safe interface"
)]

use std::collections::BTreeSet;
use std::os::fd::AsRawFd;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::is_long;
use crate::system_calls::has_strace;
use crate::writers::{Bench, WRITERS, inputs};

/// The path behind a descriptor, `5</a/b>`.
fn described(word: &str) -> Option<&str> {
    let (number, rest) = word.trim().split_once('<')?;
    let is_number = number == "AT_FDCWD" || number.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| rest.split('>').next()).flatten()
}

/// What a call is about: the path behind its first descriptor, joined with the name behind it.
fn path_of(call: &str, arguments: &str) -> Option<String> {
    let mut words = arguments.split(", ");
    let folder = described(words.next()?)?;
    let is_named = call.ends_with("at") || call == "renameat2";
    let name = words.next().filter(|_| is_named);
    let name = name.map(|word| word.trim_matches(|c| "\")".contains(c)));
    Some(match name {
        Some(name) if name.starts_with('/') => name.to_owned(),
        Some(name) => format!("{folder}/{name}"),
        None => folder.to_owned(),
    })
}

fn parent_of(path: &str) -> String {
    Path::new(path)
        .parent()
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned()
}

/// What is not yet on the disk, as a run's calls tell.
#[derive(Default)]
struct Unsynced(BTreeSet<String>);

impl Unsynced {
    fn below<'a>(&'a self, folder: &'a str) -> Vec<&'a String> {
        let below = |path: &&String| path.starts_with(folder);
        self.0.iter().filter(below).collect()
    }
}

#[test]
fn all_is_synced_before_it_appears_and_its_folder_after() {
    if !has_strace() {
        println!("skipped: the order of the syncs is read with strace");
        return;
    }
    let inputs = inputs();
    for writer in &WRITERS {
        let bench = Bench::new(writer, inputs.path());
        let log = tempfile::NamedTempFile::new().unwrap();
        let trace = "trace=openat,mkdirat,write,fsync,renameat,renameat2,unlinkat,fchmod";
        let log_path = log.path().to_str().unwrap();
        let strace = [
            "strace", "-f", "-y", "-qq", "-s", "0", "-o", log_path, "-e", trace,
        ];
        let strace = strace.map(str::to_owned);
        bench.prepare();
        let output = bench.command_behind(&strace, false).output().unwrap();
        assert!(output.status.success(), "{}", writer.name);
        let parent = bench.parent().canonicalize().unwrap();
        let parent = parent.to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(log.path()).unwrap();
        let mut unsynced = Unsynced::default();
        let (mut renames, mut marked) = (0, false);
        for line in text.lines().filter(|line| line.contains(&parent)) {
            let call = line.split_once(' ').unwrap().1.trim_start();
            let Some((call, rest)) = call.split_once('(') else {
                continue;
            };
            let (arguments, result) = rest.rsplit_once(" = ").unwrap();
            let Some(path) = path_of(call, arguments).filter(|_| !result.starts_with('-')) else {
                continue;
            };
            let is_made = call == "mkdirat" || call == "openat" && arguments.contains("O_CREAT");
            let lock = path.ends_with(".icr-lock");
            if is_made && path.contains("/content/") {
                // By then the mark tells, also after a power failure, what the folder is.
                marked = true;
            }
            if is_made && path.ends_with("/content") {
                let left = unsynced.below(&parent);
                assert!(left.is_empty(), "{}: {line}: {left:?}", writer.name);
            }
            match call {
                _ if lock => {}
                "openat" | "mkdirat" if is_made => {
                    let folder = parent_of(&path);
                    unsynced.0.extend([path, folder]);
                }
                "write" | "fchmod" => drop(unsynced.0.insert(path)),
                "fsync" => drop(unsynced.0.remove(&path)),
                "renameat" | "renameat2" => {
                    renames += 1;
                    let left = unsynced.below(&path);
                    assert!(left.is_empty(), "{}: {line}: {left:?}", writer.name);
                    if path.ends_with("manifest.json") {
                        let place = format!("{parent}/out");
                        let left = unsynced.below(&place);
                        let moved = left.iter().all(|path| path.contains("/.icr-staging"));
                        assert!(moved, "{}: {line}: {left:?}", writer.name);
                    }
                    let mut words = arguments.split(", ").skip(2);
                    let to = described(words.next().unwrap()).unwrap();
                    unsynced.0.extend([parent_of(&path), to.to_owned()]);
                }
                _ => {}
            }
        }
        assert!(
            renames > 0 && marked != writer.is_single(),
            "{}",
            writer.name
        );
        let out = [parent.clone(), format!("{parent}/out")];
        let left = unsynced.below(&parent);
        assert!(
            !left.iter().any(|path| out.contains(path)),
            "{}: {left:?}",
            writer.name
        );
        bench.remove();
    }
}

/// A file system on a loop device, which can lose its power.
struct Disk {
    image: tempfile::NamedTempFile,
    at: std::path::PathBuf,
}

impl Disk {
    fn new(at: &Path) -> Option<Self> {
        let image = tempfile::NamedTempFile::new().unwrap();
        image.as_file().set_len(16 << 20).unwrap();
        let quiet = |command: &mut Command| {
            let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
            status.is_ok_and(|status| status.success())
        };
        let made = quiet(Command::new("mkfs.ext4").arg("-q").arg(image.path()));
        let disk = Disk {
            image,
            at: at.to_owned(),
        };
        (made && disk.mount()).then_some(disk)
    }

    fn mount(&self) -> bool {
        let mut mount = Command::new("mount");
        mount
            .args(["-o", "loop"])
            .arg(self.image.path())
            .arg(&self.at);
        mount.stderr(Stdio::null());
        mount.status().is_ok_and(|status| status.success())
    }

    fn unmount(&self) {
        for _ in 0..100 {
            let status = Command::new("umount")
                .arg(&self.at)
                .stderr(Stdio::null())
                .status();
            if status.is_ok_and(|status| status.success()) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// From now on nothing more reaches the disk, and what was not synced is lost.
    fn cut(&self) {
        const EXT4_IOC_SHUTDOWN: libc::c_ulong = 0x8004_587D;
        const WITHOUT_FLUSHING_THE_JOURNAL: u32 = 2;
        let folder = std::fs::File::open(&self.at).unwrap();
        let how = WITHOUT_FLUSHING_THE_JOURNAL;
        // SAFETY: the call reads the four bytes behind the pointer.
        let cut = unsafe { libc::ioctl(folder.as_raw_fd(), EXT4_IOC_SHUTDOWN, &raw const how) };
        assert_eq!(cut, 0, "the file system cannot be cut off");
    }

    /// The power comes back.
    fn restore(&self) {
        self.unmount();
        assert!(self.mount());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.unmount();
    }
}

#[test]
fn a_power_failure_loses_nothing_that_was_reported_and_stops_no_next_run() {
    let inputs = inputs();
    let cuts = if is_long() { 60 } else { 5 };
    for writer in &WRITERS {
        let parent = tempfile::tempdir().unwrap();
        let Some(disk) = Disk::new(parent.path()) else {
            println!("skipped: a power failure needs the right to mount a file system");
            return;
        };
        let bench = Bench::in_folder(writer, inputs.path(), parent);
        let started = std::time::Instant::now();
        bench.prepare();
        assert!(bench.command().output().unwrap().status.success());
        let whole = started.elapsed();
        bench.remove();
        let (mut reported, mut there) = (0, 0);
        for cut in 0..cuts {
            bench.prepare();
            // What was there before the run was there for long.
            assert!(Command::new("sync").status().unwrap().success());
            let child = bench.command().spawn().unwrap();
            // The last ones come right after the end.
            let moment = whole * cut / (cuts - 2);
            std::thread::sleep(moment);
            let ended = cut + 2 >= cuts;
            let output = if ended {
                let output = child.wait_with_output().unwrap();
                disk.cut();
                output
            } else {
                disk.cut();
                child.wait_with_output().unwrap()
            };
            disk.restore();
            let what = format!("{}: cut {cut} of {cuts}", writer.name);
            let success = output.status.success();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(success || output.status.code() == Some(3), "{what}: {said}");
            assert!(success || !ended, "{what}: {said}");
            let finished = bench.check(&what);
            assert!(
                finished || !success,
                "{what}: what was reported is not there"
            );
            reported += u32::from(success);
            there += u32::from(finished);
        }
        println!(
            "{}: {cuts} power failures; {reported} runs had ended with status 0, {there} outputs were there, all complete; every next run gave the exact bytes",
            writer.name
        );
        drop(disk);
    }
}
