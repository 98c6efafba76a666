//! Output folders that appear complete or not at all, and the files in them.

mod finished;
mod folder;
mod hex;
mod manifest;
mod publish;
mod rejects;
mod replaceable;
mod single;
mod stderr;
mod stdout;
mod summary;

pub use finished::{match_file, match_manifest, no_run};
pub use folder::{FileMode, OutputFile, OutputFolder, WrittenFile};
pub use hex::hex;
pub use manifest::{InputEntry, LayoutEntry, MANIFEST, Manifest, OutputEntry};
pub use publish::Publish;
pub use rejects::write_rejects;
pub use single::OutputSingle;
pub use stderr::warn;
pub use stdout::{Stdout, count_of, json_text};
pub use summary::{ExcludedFile, FcrFile, FindingCounts, MatchSummary, StateSummary};
