//! From records to an extract: edits, the state of the file, and one compact row a participant.

mod edits;
pub mod findings;
mod load;
mod piece;
mod row;

pub use edits::{Edited, Editor};
pub use findings::{EDIT_COUNT, Edit, Findings, Listed, Severity};
pub use load::{Extract, Loaded, Loader, Provenance, Unusable};
pub use piece::Rejected;
pub use row::{Row, RowId};
