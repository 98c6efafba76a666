//! Protects the process before it reads personal data.

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

/// Warns if the program runs as root: files with personal data would belong to root, and a mistake
/// could overwrite any file.
pub fn warn_of_root(quiet: bool) {
    if !quiet && rustix::process::geteuid().is_root() {
        warn(
            "running as root; run icr as a user of its own, who can read the inputs and write the output folder",
        );
    }
}
