//! The Federal Case Registry's own case and person records, and the extracts that are derived from
//! them for states that sent none (verification.md, section 3; docs/derive.md).
//!
//! [`RegistryFile`] → [`CurrentRecords`] (what is there when all records of a file were applied, and which
//! marks of family violence stand) → [`MarkedSsns`] of all files → [`Deriver`], which writes what is
//! not withheld.

mod derive;
mod edits;
mod file;
mod joined;
mod marks;
mod record;
mod rejects;
mod replay;
mod scan;
mod summary;
mod totals;
mod withhold;

pub use derive::{Derived, Deriver};
pub use edits::{RegistryEdit, edit};
pub use file::{Numbering, RegistryFile};
pub use joined::JoinedIds;
pub use marks::MarkedSsns;
pub use record::{Action, FcRecord, FpRecord, Kind};
pub use rejects::write_registry_rejects;
pub use replay::{CurrentCase, CurrentRecords, Ended};
pub use scan::{ReadCounts, Reject};
pub use summary::{DeriveSummary, DerivedState, WrittenCounts};
pub use totals::{RegistryCounts, Totals};
