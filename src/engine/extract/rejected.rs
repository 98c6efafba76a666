//! Records that an edit rejected.

use super::findings::Edit;

/// A rejected record.
#[derive(Clone, Copy, Debug)]
pub struct Rejected {
    /// Its number in the file, from 1.
    pub record: u64,
    /// Its first byte in the file, from 0.
    pub offset: u64,
    /// Its first error.
    pub edit: Edit,
    /// The column of the byte that E02 found, from 1; 0 for another error.
    pub column: u32,
}
