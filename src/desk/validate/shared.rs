//! SSNs that several names share.

use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

use super::FIRST_RECORDS;
use crate::engine::extract::{Extract, Row};

/// Minimum number of different name keys before a shared SSN is reported.
const NAMES: usize = 5;

/// A usable SSN that five or more different name keys share; the number itself is not shown.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct SharedSsn {
    /// The number of different name keys.
    pub names: u64,
    /// The number of records with a name key that have it.
    pub records: u64,
    /// The numbers of the first of these records, from 1.
    pub first_records: Vec<u64>,
}

/// The SSNs that five or more different name keys share: those with the most names first, then in
/// the order of their first records.
pub(super) fn find(extract: &Extract) -> Vec<SharedSsn> {
    // Sixteen bytes per record, while this file is being counted.
    let mut pairs: Vec<(u32, u32, u32)> = Vec::with_capacity(extract.rows.len());
    for (place, row) in extract.rows.iter().enumerate() {
        if let (Some(ssn), Some(name)) = (row.ssn(), row.name()) {
            // Half of the name's digest is enough to find the few candidates, which are then
            // compared in full.
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
