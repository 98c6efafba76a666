//! What is wrong with an extract, and where: what `icr validate` tells.
//!
//! Takes extracts that [`crate::engine::extract::Loader`] read, whose edits are the engine's own; gives
//! counts and record numbers, and never a value of a record.

mod codes;
mod completeness;
mod formats;
mod plausible;
mod report;
mod request;
mod shared;
mod table;
mod text;

pub use codes::CodeCount;
pub use completeness::FieldCount;
pub use formats::{CaseIdFormat, FormatCount, OtherCaseIds};
pub use plausible::{Judged, Limit, Limits};
pub use report::{FileReport, OtherStateCount, Report, TypeCount};
pub use request::{ValidateRequest, Validated, validate};
pub use shared::SharedSsn;

/// How many record numbers of each finding are shown.
pub const FIRST_RECORDS: usize = 5;

/// A share in percent, with two decimals.
fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        return 0.0;
    }
    (part as f64 * 10_000.0 / whole as f64).round() / 100.0
}
