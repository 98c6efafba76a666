//! What the match looks up in the other state's extract.

use super::Postings;
use crate::extract::Extract;

/// The cases of one state by child SSN and by adult SSN and type. (By Case ID they are indexed
/// when they are grouped, see [`Extract::by_id`].)
pub struct StateIndex {
    /// Cases by a child's usable SSN.
    pub children: Postings,
    /// Cases by an adult's usable SSN and type ([`crate::extract::Row::adult_key`]).
    pub adults: Postings,
}

impl StateIndex {
    /// Indexes an extract.
    pub fn build(extract: &Extract) -> Self {
        let about = extract.rows.len() / 2;
        let by = |key: fn(&crate::extract::Row) -> Option<u32>| {
            Postings::build(about, |post| {
                for (number, case) in extract.cases.iter().enumerate() {
                    for key in extract.rows_of(case).iter().filter_map(key) {
                        post(key, number as u32);
                    }
                }
            })
        };
        let (children, adults) = rayon::join(
            || by(crate::extract::Row::child_key),
            || by(crate::extract::Row::adult_key),
        );
        StateIndex { children, adults }
    }
}
