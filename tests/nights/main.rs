//! Night after night: parts of runs, bad files, changes, and what is kept.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

mod bad_files;
mod changes;
mod log;
mod misidentified;
mod nightly;
mod over_time;
mod parts;
mod world;
