//! A record that a form cannot carry.

/// A record that cannot be converted.
#[derive(Debug)]
pub struct Refused {
    /// Its number, from 1, in what was handed over.
    pub record: u64,
    /// Why, and what to do; never a value of the record.
    pub problem: String,
}
