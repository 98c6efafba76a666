//! Lookups within a case of many rows, made once: a case of fifty thousand participants can meet
//! fifty thousand small ones, and must not be read through for each.

use crate::extract::Row;
use crate::record::{ParticipantClass, Ssn};

/// A case of more rows than this is large.
pub(crate) const LARGE_ROWS: usize = 256;

/// The rows of a large case by their keys; places count from 0 within the case and come ascending.
pub(crate) struct LargeCase {
    /// By class: usable SSN and place.
    ssns: [Vec<(Ssn, u32)>; 2],
    /// By class: digest of the name key and place.
    names: [Vec<(u64, u32)>; 2],
    /// Rows of adults and of children.
    pub(crate) counts: (u32, u32),
}

fn index(class: ParticipantClass) -> usize {
    usize::from(class == ParticipantClass::Child)
}

impl LargeCase {
    pub(crate) fn new(rows: &[Row]) -> Self {
        let mut large = LargeCase {
            ssns: [vec![], vec![]],
            names: [vec![], vec![]],
            counts: (0, 0),
        };
        for (place, row) in (0..).zip(rows) {
            let Some(class) = row.class() else { continue };
            match class {
                ParticipantClass::Adult => large.counts.0 += 1,
                ParticipantClass::Child => large.counts.1 += 1,
            }
            large.ssns[index(class)].extend(row.ssn().map(|ssn| (ssn, place)));
            large.names[index(class)].extend(row.name().map(|name| (name, place)));
        }
        large.ssns.iter_mut().for_each(|keys| keys.sort_unstable());
        large.names.iter_mut().for_each(|keys| keys.sort_unstable());
        large
    }

    /// The rows of a class with this usable SSN.
    pub(crate) fn with_ssn(
        &self,
        class: ParticipantClass,
        ssn: Ssn,
    ) -> impl ExactSizeIterator<Item = u32> + '_ {
        places(&self.ssns[index(class)], ssn)
    }

    /// The rows of a class with this digest of the name key.
    pub(crate) fn with_name(
        &self,
        class: ParticipantClass,
        name: u64,
    ) -> impl ExactSizeIterator<Item = u32> + '_ {
        places(&self.names[index(class)], name)
    }
}

fn places<K: Ord + Copy>(keys: &[(K, u32)], key: K) -> impl ExactSizeIterator<Item = u32> + '_ {
    let first = keys.partition_point(|&(other, _)| other < key);
    let length = keys[first..].partition_point(|&(other, _)| other == key);
    keys[first..first + length].iter().map(|&(_, place)| place)
}
