//! The match itself: extracts with their cases, the SSN check, the match routines, and the response
//! records. It is usable without a command line or a run folder, so it must not depend on either.

pub mod confidence;
pub mod extract;
pub mod leads;
pub mod matching;
mod postings;
pub mod response;
pub mod ssn_check;

pub use postings::Postings;
