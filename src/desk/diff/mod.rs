//! Compares two runs, or two response files, by case and participant, whatever the order of their
//! records. Damaged and hand-edited files are read as they are: what is no response record is compared
//! as bytes and counted, and nothing of it is shown, for its columns may hold anything.
//!
//! [`pair_files`] → [`compare_files`], which finds the cases that differ by digests and looks at
//! these alone, field by field → [`DiffReport`]. Of people nothing is shown but Case and Member IDs
//! and codes: of every other field, whether it changed.

mod cases;
mod families;
mod fields;
mod files;
mod json;
mod pairing;
mod report;
mod rows;
mod side;
mod text;

pub use cases::{CaseChange, ChangeKind, RecordChange};
pub use families::{FileChanges, compare_files};
pub use fields::DiffFields;
pub use files::{ComparedFiles, FilePair, SidePath, StrayFile, pair_files};
pub use json::DiffDocument;
pub use report::{DiffReport, Direction};
