//! Compares two runs, or two response files, by case and participant, regardless of the order of
//! their records. Damaged and edited files are compared as they are: lines that are not response
//! records are compared as bytes and counted, and their contents must never be shown, because their
//! columns could hold anything.
//!
//! [`pair_files`] → [`compare_files`], which finds the cases that differ by digest and compares
//! only these field by field → [`DiffReport`]. It shows Case IDs, Member IDs and codes; of every
//! other field, only whether it changed.

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
