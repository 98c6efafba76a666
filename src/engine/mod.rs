//! The match itself: extracts with their cases, the check of SSNs, the match routines, and the
//! response records. It knows nothing of the command line or of folders.

pub mod confidence;
pub mod extract;
pub mod leads;
pub mod matching;
mod postings;
pub mod response;
pub mod ssn_check;

pub use postings::Postings;
