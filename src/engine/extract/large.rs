//! Lookups within a large case, built once. A case of fifty thousand participants can be compared
//! with fifty thousand small ones; scanning it for each would take quadratic time.

use crate::engine::extract::Row;
use crate::formats::record::{Date, ParticipantClass, Ssn};

/// A case with more rows than this is large.
pub(crate) const LARGE_ROWS: usize = 256;

/// The rows of a large case by their keys. A row's place counts from 0 within the case.
pub(crate) struct LargeCase {
    /// By class: usable SSN and row.
    ssns: [Vec<(Ssn, u32)>; 2],
    /// By class: digest of the name key, valid Date of Birth, and row.
    names: [Vec<(u64, Option<Date>, u32)>; 2],
    /// The numbers of adults and of children.
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
            let name = row.name().map(|name| (name, row.date_of_birth(), place));
            large.names[index(class)].extend(name);
        }
        large.ssns.iter_mut().for_each(|keys| keys.sort_unstable());
        large.names.iter_mut().for_each(|keys| keys.sort_unstable());
        large
    }

    /// The rows of a class with this usable SSN, ascending.
    pub(crate) fn with_ssn(
        &self,
        class: ParticipantClass,
        ssn: Ssn,
    ) -> impl ExactSizeIterator<Item = u32> + '_ {
        let keys = &self.ssns[index(class)];
        equal(keys, move |&(other, _)| other.cmp(&ssn))
            .iter()
            .map(|&(_, place)| place)
    }

    /// The rows of a class with this digest of the name key, by date of birth, then ascending.
    pub(crate) fn with_name(
        &self,
        class: ParticipantClass,
        name: u64,
    ) -> impl ExactSizeIterator<Item = u32> + '_ {
        let keys = &self.names[index(class)];
        equal(keys, move |&(other, ..)| other.cmp(&name))
            .iter()
            .map(|&(_, _, place)| place)
    }

    /// The rows of a class with this digest of the name key and this Date of Birth (`None`: no
    /// valid one), ascending.
    pub(crate) fn with_name_and_birth(
        &self,
        class: ParticipantClass,
        name: u64,
        birth: Option<Date>,
    ) -> impl ExactSizeIterator<Item = u32> + '_ {
        let keys = &self.names[index(class)];
        equal(keys, move |&(other, date, _)| {
            (other, date).cmp(&(name, birth))
        })
        .iter()
        .map(|&(_, _, place)| place)
    }
}

/// The entries of a sorted list for which `compare` returns equal.
fn equal<T>(sorted: &[T], compare: impl Fn(&T) -> std::cmp::Ordering) -> &[T] {
    let first = sorted.partition_point(|entry| compare(entry).is_lt());
    let length = sorted[first..].partition_point(|entry| compare(entry).is_eq());
    &sorted[first..first + length]
}
