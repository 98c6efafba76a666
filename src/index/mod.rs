//! Indexes: from a key to the rows or cases that bear it.

mod postings;
mod state_index;

pub use postings::Postings;
pub use state_index::StateIndex;
