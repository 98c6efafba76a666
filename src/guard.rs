//! Protects the process before it reads personal data.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::stderr::warn;

/// Disables core dumps, because memory holds names and SSNs. It also stops other processes of the
/// user from reading its memory and its open unnamed files.
pub fn turn_off_core_dumps() {
    let none = rustix::process::Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    // If the limit cannot be lowered, it is zero already or the system has none.
    let _ = rustix::process::setrlimit(rustix::process::Resource::Core, none);
    let closed = rustix::process::DumpableBehavior::NotDumpable;
    let _ = rustix::process::set_dumpable_behavior(closed);
}

/// Makes a write beyond the file size limit fail as on a full disk. By default, SIGXFSZ would kill
/// the process in the middle of its work.
///
/// # Errors
/// The system's error if the handler cannot be installed.
pub fn outlive_file_size_limit() -> std::io::Result<()> {
    let noticed = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register(libc::SIGXFSZ, noticed).map(drop)
}

/// Whether the program runs in a container, whose root is no root of the machine: Docker and Podman
/// leave a file there, `container` is set by Podman and systemd-nspawn (Container Interface), and the
/// map of users shows a user namespace.
fn is_in_container(root: &Path, variable: bool, uid_map: &str) -> bool {
    let marked = [".dockerenv", "run/.containerenv"]
        .iter()
        .any(|mark| root.join(mark).exists());
    // Outside of user namespaces every user is mapped to itself.
    let mut map = uid_map.split_whitespace();
    let mapped = map.next().is_some() && map.next() != Some("0");
    marked || variable || mapped
}

/// Warns who runs the program as root: files with people's data would belong to root, and nothing
/// would keep the program from any other file. In a container it is common, and no news on every
/// command.
pub fn warn_of_root(quiet: bool) {
    if quiet || !rustix::process::geteuid().is_root() {
        return;
    }
    let uid_map = std::fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    let variable = std::env::var_os("container").is_some();
    if !is_in_container(Path::new("/"), variable, &uid_map) {
        warn(
            "running as root; run icr as a user of its own, who can read the inputs and write the output folder",
        );
    }
}

/// Whether the program was started so that it outlives its terminal (`nohup`): the lowest bit of the mask
/// of ignored signals is SIGHUP's.
pub fn ignores_hang_up() -> bool {
    let status = crate::open::read_regular(Path::new("/proc/self/status")).unwrap_or_default();
    let status = String::from_utf8_lossy(&status);
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE_MACHINE: &str = "         0          0 4294967295\n";

    #[test]
    fn a_container_is_told_by_its_marks() {
        let root = tempfile::tempdir().unwrap();
        let in_container = |variable, uid_map| is_in_container(root.path(), variable, uid_map);
        assert!(!in_container(false, WHOLE_MACHINE));
        assert!(!in_container(false, ""));
        assert!(in_container(true, WHOLE_MACHINE));
        assert!(in_container(false, "         0       1000          1\n"));
        std::fs::write(root.path().join(".dockerenv"), "").unwrap();
        assert!(in_container(false, WHOLE_MACHINE));
    }

    /// In a process of its own, for the other tests of this one want theirs to stay as it is.
    #[test]
    fn memory_is_kept_from_core_dumps_and_other_processes() {
        use rustix::process::{DumpableBehavior, Resource, dumpable_behavior, getrlimit};
        const CHILD: &str = "ICR_TEST_GUARD";
        if std::env::var_os(CHILD).is_none() {
            let mut child = std::process::Command::new(std::env::current_exe().unwrap());
            let name = "guard::tests::memory_is_kept_from_core_dumps_and_other_processes";
            let output = child
                .args(["--exact", name])
                .env(CHILD, "1")
                .output()
                .unwrap();
            let text = String::from_utf8_lossy(&output.stdout);
            assert!(
                output.status.success() && text.contains("1 passed"),
                "{text}"
            );
            return;
        }
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::Dumpable);
        turn_off_core_dumps();
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
        assert_eq!(getrlimit(Resource::Core).current, Some(0));
    }
}
