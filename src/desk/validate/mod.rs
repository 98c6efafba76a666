//! Reports what is wrong with an extract, and where: the result of `icr validate`.
//!
//! The edits are those of [`crate::engine::extract::Loader`], so that a match agrees with the
//! report. It has counts and record numbers, and must never contain a value of a record.

mod baseline;
mod codes;
mod completeness;
mod finding;
mod formats;
mod github;
mod junit;
mod listing;
mod plausible;
mod report;
mod request;
mod sarif;
mod shared;
mod table;
mod text;
mod told;

pub use baseline::Baseline;
pub use codes::CodeCount;
pub use completeness::FieldCount;
pub use formats::{CaseIdFormat, FormatCount, OtherCaseIds};
pub use plausible::{Judged, Limit, Limits};
pub use report::{FileReport, OtherStateCount, Report, TypeCount};
pub use request::{ValidateRequest, Validated, validate};
pub use shared::SharedSsn;
pub use told::ToldFinding;

/// The number of record numbers shown per finding.
pub const FIRST_RECORDS: usize = 5;

/// A share in percent, with two decimals.
fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        return 0.0;
    }
    (part as f64 * 10_000.0 / whole as f64).round() / 100.0
}
