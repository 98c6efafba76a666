//! From a file to an extract in memory: edits, the state of the file, one compact row per
//! participant, and the cases. Nothing here compares two states.

mod case;
mod case_rows;
mod collect;
mod edits;
pub mod findings;
mod group;
mod in_cases;
mod large;
mod load;
mod loaded;
mod piece;
mod provenance;
mod rejected;
mod repeats;
mod row;
mod ssn_indicators;
mod vote;
mod whole;
mod whole_file;

pub(crate) use case::id_key;
pub use case::{Case, CaseData, CaseNumber};
pub use case_rows::CaseRows;
pub use collect::{Collected, collect, files_of, refuse_two_for_one_state, total_bytes};
pub use edits::{Edited, Editor, edit_whole};
pub use findings::{EDIT_COUNT, Edit, Findings, Listed, Severity};
pub(crate) use group::{Reread, group};
pub(crate) use large::{LARGE_ROWS, LargeCase};
pub use load::Loader;
pub use loaded::{Extract, Loaded, Unusable};
pub use provenance::Provenance;
pub use rejected::Rejected;
pub(crate) use repeats::mark_repeats;
#[cfg(test)]
pub(crate) use row::RowParts;
pub use row::{Row, RowId};
