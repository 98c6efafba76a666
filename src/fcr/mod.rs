//! Reads the case and person records of the Federal Case Registry, and derives extracts for states
//! that sent none (verification.md, section 3; docs/derive.md).
//!
//! [`RegistryFile`] → [`CurrentRecords`] (the records and the family violence marks that are in
//! force once all records of a file have been applied) → [`MarkedSsns`] of all files → [`Deriver`],
//! which writes what is not withheld. No count of withheld cases per state may be shown.

mod damage;
mod derive;
mod edits;
mod file;
mod held;
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
