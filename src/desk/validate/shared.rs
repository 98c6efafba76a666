//! SSNs that several names share.

use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

use super::FIRST_RECORDS;
use crate::engine::extract::{Extract, Row};

/// From how many different name keys on a shared SSN is told.
const NAMES: usize = 5;

/// A usable SSN that five or more different name keys share; the number itself is not told.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct SharedSsn {
    /// How many different name keys share it.
    pub names: u64,
    /// How many records with a name key have it.
    pub records: u64,
    /// The numbers of the first of them, from 1.
    pub first_records: Vec<u64>,
}

/// The SSNs that five or more different name keys share: those with the most names first, then the
/// one whose first record comes first.
pub(super) fn find(extract: &Extract) -> Vec<SharedSsn> {
    // Sixteen bytes a record, for as long as this file is counted.
    let mut pairs: Vec<(u32, u32, u32)> = Vec::with_capacity(extract.rows.len());
    for (place, row) in extract.rows.iter().enumerate() {
        if let (Some(ssn), Some(name)) = (row.ssn(), row.name()) {
            // Half of the name's digest finds the few that are looked at whole.
            pairs.push((ssn.number(), name as u32, place as u32));
        }
    }
    pairs.par_sort_unstable();
    let mut shared: Vec<(u64, SharedSsn)> = Vec::new();
    for same_ssn in pairs.chunk_by(|a, b| a.0 == b.0) {
        if same_ssn.len() < NAMES {
            continue;
        }
        let rows = || same_ssn.iter().map(|pair| &extract.rows[pair.2 as usize]);
        let mut names: Vec<_> = rows().filter_map(Row::name).collect();
        names.sort_unstable();
        names.dedup();
        if names.len() < NAMES {
            continue;
        }
        let mut offsets: Vec<_> = rows().map(Row::offset).collect();
        offsets.sort_unstable();
        let first = offsets.iter().take(FIRST_RECORDS);
        shared.push((
            offsets[0],
            SharedSsn {
                names: names.len() as u64,
                records: same_ssn.len() as u64,
                first_records: first.map(|&offset| extract.record_number(offset)).collect(),
            },
        ));
    }
    shared.sort_by_key(|(first, ssn)| (std::cmp::Reverse(ssn.names), *first));
    shared.into_iter().map(|(_, ssn)| ssn).collect()
}
