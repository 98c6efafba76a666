//! What the process does before it touches people's data.

use crate::stderr::warn;

/// Turns core dumps off: the memory of a run holds names and SSNs.
pub fn turn_off_core_dumps() {
    let none = rustix::process::Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    // Where the limit cannot be lowered it is zero already, or the system has none.
    let _ = rustix::process::setrlimit(rustix::process::Resource::Core, none);
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
