//! Night after night: parts of runs, bad files, changes, what is kept, and the scripts.

mod bad_files;
mod changes;
mod log;
mod misidentified;
mod nightly;
mod over_time;
mod parts;
mod world;
