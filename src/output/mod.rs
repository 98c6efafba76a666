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

pub use finished::{
    find_match_manifest, match_file, match_manifest, no_run, other_layouts, other_layouts_words,
    refuse_other_layouts,
};
pub use folder::{FileMode, OutputFile, OutputFolder, WrittenFile};
pub use hex::hex;
pub use manifest::{InputEntry, LayoutEntry, MANIFEST, Manifest, OutputEntry};
pub use publish::Publish;
pub use rejects::write_rejects;
pub use single::OutputSingle;
pub use stderr::warn;
pub use stdout::{Stdout, count_of, json_text};
pub use summary::{ExcludedFile, FcrFile, FindingCounts, MatchSummary, StateSummary};
