//! Finds the participants of the other case that may come closest to one of yours, by key: comparing
//! every pair of two cases of ten thousand participants each would take minutes.

use std::hash::Hash;

use ahash::AHashMap;

use super::likeness::{neighbours, number_of};
use crate::engine::extract::{CaseRows, Extract, Row};
use crate::formats::record::{Date, ParticipantClass};

/// The first adult, the first child and the first participant without a type, as indices among the
/// rows of a case. Of several that are equally close the first of your participant's class is named,
/// or else the first of all, so no others are needed.
type Firsts = [Option<u32>; 3];

/// The other case's participants by what makes them near.
pub(super) struct NearOnes {
    by_ssn: AHashMap<u32, Firsts>,
    by_usable_ssn: AHashMap<u32, Firsts>,
    by_name: AHashMap<u64, Firsts>,
    by_birth: AHashMap<Date, Firsts>,
}

fn add<K: Hash + Eq>(index: &mut AHashMap<K, Firsts>, key: K, row: &Row, place: u32) {
    let firsts = index.entry(key).or_default();
    let first = &mut firsts[match row.class() {
        Some(ParticipantClass::Adult) => 0,
        Some(ParticipantClass::Child) => 1,
        None => 2,
    }];
    first.get_or_insert(place);
}

impl NearOnes {
    pub(super) fn new(theirs: CaseRows<'_>) -> Self {
        let mut near = NearOnes {
            by_ssn: AHashMap::new(),
            by_usable_ssn: AHashMap::new(),
            by_name: AHashMap::new(),
            by_birth: AHashMap::new(),
        };
        for (place, row) in (0..).zip(theirs.rows) {
            if let Some(number) = number_of(theirs.extract, row) {
                add(&mut near.by_ssn, number, row, place);
            }
            if let Some(ssn) = row.ssn() {
                add(&mut near.by_usable_ssn, ssn.number(), row, place);
            }
            if let Some(name) = row.name() {
                add(&mut near.by_name, name, row, place);
            }
            if let Some(birth) = row.date_of_birth() {
                add(&mut near.by_birth, birth, row, place);
            }
        }
        near
    }

    /// The indices of those that may be nearest to one of your participants: with its SSN, a similar
    /// one, its name or its date of birth.
    pub(super) fn of(&self, yours: &Extract, row: &Row) -> Vec<u32> {
        let mut places: Vec<u32> = Vec::new();
        let mut take = |firsts: Option<&Firsts>| {
            places.extend(firsts.into_iter().flatten().flatten());
        };
        if let Some(ssn) = row.ssn() {
            take(self.by_usable_ssn.get(&ssn.number()));
        }
        if let Some(name) = row.name() {
            take(self.by_name.get(&name));
        }
        if let Some(birth) = row.date_of_birth() {
            take(self.by_birth.get(&birth));
        }
        if let Some(number) = number_of(yours, row) {
            // Of two similar SSNs one must be usable: placeholders are similar by chance.
            let similar = match row.ssn() {
                Some(_) => &self.by_ssn,
                None => &self.by_usable_ssn,
            };
            for number in neighbours(number) {
                take(similar.get(&number));
            }
        }
        places
    }
}
