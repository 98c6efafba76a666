//! What people do with extracts, runs and responses: validate, convert, explain, report, compare
//! runs, list runs, and process a response. Nothing here matches cases or changes a run.

pub mod convert;
pub mod diff;
pub mod explain;
pub mod history;
pub mod misidentified;
pub mod report;
pub mod respond;
pub mod status;
pub mod validate;
