//! Compares two runs, or two response files, by case and participant, whatever the order of their
//! records. Damaged and hand-edited files are read as they are: what is no record is compared as
//! bytes.
//!
//! [`pair_files`] → [`compare_files`], which finds the cases that differ by digests and looks at
//! these alone, field by field → [`DiffReport`]. Of people nothing is shown but Case and Member IDs
//! and codes: of every other field, whether it changed.

mod cases;
mod families;
mod fields;
mod files;
mod report;

pub use cases::{CaseChange, ChangeKind, RecordChange};
pub use families::{FileChanges, compare_files};
pub use fields::DiffFields;
pub use files::{FilePair, pair_files};
pub use report::{DiffReport, Direction};
