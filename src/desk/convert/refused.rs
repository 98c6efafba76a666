//! A record that the target form cannot hold.

/// A record that cannot be converted.
#[derive(Debug)]
pub struct Refused {
    /// Its number, from 1, within the call.
    pub record: u64,
    /// The reason and what to do; never a value of the record.
    pub problem: String,
}
