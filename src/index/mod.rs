//! Indexes: from a key to the rows or cases that bear it.

mod postings;
mod state_index;

pub use postings::Postings;
pub use state_index::{PooledIndex, StateIndex};
pub(crate) use state_index::{
    child_name_and_birth, child_name_and_birth_key, naming_key, zero_free_key,
};
