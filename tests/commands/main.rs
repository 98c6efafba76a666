//! The commands, each from its command line to its output: what it prints and writes, its statuses,
//! what it refuses, its transcripts in `docs/`, and what must not leave it.
//!
//! One module a command or a chain of them. They run in parallel threads of one process: none changes
//! the working folder, the environment or anything else of the process.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    unreachable_pub,
    reason = "a test fails by panicking, and says what it skips; its modules are nobody's library"
)]

mod cli;
mod convert;
mod damage;
mod diff;
mod explain;
mod for_programs;
mod form_docs;
mod inputs;
mod leads;
#[path = "../plain_matcher/mod.rs"]
mod plain_matcher;
mod privacy;
#[path = "../program/mod.rs"]
mod program;
mod registry_end_to_end;
mod report;
mod respond;
mod respond_agreement;
mod respond_bounds;
#[path = "../respond_model/mod.rs"]
mod respond_model;
mod respond_whole;
mod round_trip;
mod score;
#[path = "../support/mod.rs"]
mod support;
mod synth;
mod validate;
mod wrong_files;
