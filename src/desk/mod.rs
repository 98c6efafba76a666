//! What people do with extracts, runs and responses: validate, convert, explain, report, compare, list runs, and
//! work a response.

pub mod convert;
pub mod diff;
pub mod explain;
pub mod report;
pub mod respond;
pub mod status;
pub mod validate;
