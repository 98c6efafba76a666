//! What the process does before it touches people's data.

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

/// Warns who runs the program as root: files with people's data would belong to root, and nothing
/// would keep the program from any other file.
pub fn warn_of_root(quiet: bool) {
    if !quiet && rustix::process::geteuid().is_root() {
        warn(
            "running as root; run icr as a user of its own, who can read the inputs and write the output folder",
        );
    }
}
