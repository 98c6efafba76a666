//! An interstate case, and the case data of one record (matching.md, section 1).

use crate::formats::record::CaseId;
use crate::formats::reference::State;

/// A case's number in its extract, in the order of the cases' first records, from 0.
pub type CaseNumber = u32;

/// The case data of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseData {
    /// The Case ID in the submitting state.
    pub id: CaseId,
    /// The Other State Case ID; may be blank.
    pub other_id: CaseId,
    /// The other state; `None` in an FCR-derived record.
    pub other_state: Option<State>,
    /// True if the status is O.
    pub open: bool,
    /// Positions 3-5 of FIPS Code.
    pub county: [u8; 3],
    /// Positions 3-5 of Other State FIPS Code.
    pub other_county: [u8; 3],
}

/// An interstate case: the accepted records with one Case ID, other state and Other State Case ID.
/// Its case data are those of its first record; its Other State Case ID is that of the key.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The case data.
    pub data: CaseData,
    /// Its first row.
    pub first_row: u32,
    /// The number of its rows. They are adjacent and in file order.
    pub row_count: u32,
}

impl Case {
    /// The range of its rows.
    #[inline]
    pub fn rows(&self) -> std::ops::Range<usize> {
        self.first_row as usize..(self.first_row + self.row_count) as usize
    }
}

/// The key under which a Case ID is posted.
#[inline]
pub(crate) fn id_key(id: CaseId) -> u32 {
    (id.mixed() >> 32) as u32
}
