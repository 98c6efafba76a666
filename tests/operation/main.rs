//! Run folders and the nightly run: what stands in them, what reads them, and what happens to them.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    unreachable_pub,
    reason = "a test fails by panicking, and says what it skips; its modules are nobody's library"
)]

mod operation;
#[path = "../program/mod.rs"]
mod program;
mod run_folders;
