//! Output folders that appear complete or not at all, and the files in them.

mod folder;
mod rejects;
mod single;
mod stderr;
mod stdout;
mod summary;

pub use folder::{FileMode, OutputFile, OutputFolder, WrittenFile};
pub use rejects::write_rejects;
pub use single::OutputSingle;
pub use stderr::warn;
pub use stdout::Stdout;
pub use summary::{AbsentCounts, ExcludedFile, FcrFile, FindingCounts, MatchSummary, StateSummary};
