//! What the process does before it touches people's data.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::stderr::warn;

/// Turns core dumps off: the memory of a run holds names and SSNs. Nor may another process of the same
/// user look into it, or into the files without a name that it holds open.
pub fn turn_off_core_dumps() {
    let none = rustix::process::Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    // Where the limit cannot be lowered it is zero already, or the system has none.
    let _ = rustix::process::setrlimit(rustix::process::Resource::Core, none);
    let closed = rustix::process::DumpableBehavior::NotDumpable;
    let _ = rustix::process::set_dumpable_behavior(closed);
}

/// Lets a write beyond the limit of file sizes fail, as on a full disk, where SIGXFSZ would end the
/// process with its work half done.
///
/// # Errors
/// The system's answer where the handler cannot be installed.
pub fn outlive_file_size_limit() -> std::io::Result<()> {
    let noticed = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register(libc::SIGXFSZ, noticed).map(drop)
}

/// Whether the program runs in a container, whose root is no root of the machine: Docker and Podman
/// leave a file there, `container` is set by Podman and systemd-nspawn (Container Interface), and the
/// map of users tells a user namespace.
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
}
