//! The match itself: against the exact answers of `testdata/examples`, against the plain matcher on
//! random worlds, and against itself; and that every command agrees with it.
//!
//! One module a subject. They run in parallel threads of one process: none changes the working folder,
//! the environment or anything else of the process.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    unreachable_pub,
    reason = "a test fails by panicking, and says what it skips; its modules are nobody's library"
)]

mod agreement;
mod crowds;
mod every_command;
mod examples;
mod input_forms;
#[path = "../plain_matcher/mod.rs"]
mod plain_matcher;
#[path = "../program/mod.rs"]
mod program;
mod properties;
mod response_reader;
#[path = "../support/mod.rs"]
mod support;
