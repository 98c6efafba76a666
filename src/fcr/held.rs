//! What the registry has under one Case ID while a file is replayed: the case, its persons and their
//! family violence marks; and how two of them become one when a case is renamed.

use std::collections::{BTreeMap, BTreeSet};

use super::record::FpRecord;
use crate::formats::record::CaseId;

/// A family violence mark: the SSNs that its records had while it was in force.
#[derive(Default)]
pub(super) struct Mark {
    pub(super) ssns: BTreeSet<u32>,
    /// Whether one of them has no usable SSN: then its case is marked.
    pub(super) own_case: bool,
}

impl Mark {
    /// Covers the SSNs of a record too.
    pub(super) fn take(&mut self, fp: FpRecord<'_>) {
        let mut has_none = true;
        for ssn in fp.usable_ssns() {
            has_none = false;
            self.ssns.insert(ssn);
        }
        self.own_case |= has_none;
    }

    /// Covers what another mark covers too.
    pub(super) fn join(&mut self, mut other: Mark) {
        if other.ssns.len() > self.ssns.len() {
            std::mem::swap(&mut self.ssns, &mut other.ssns);
        }
        self.ssns.extend(other.ssns);
        self.own_case |= other.own_case;
    }
}

/// What a Case ID has in the current group: a case, persons (also of a case that does not exist) and
/// their marks. A mark covers the SSNs of the person with its Member ID.
#[derive(Default)]
pub(super) struct Held {
    /// The first byte of the FC, and whether it is closed.
    pub(super) case: Option<(u64, bool)>,
    /// By Member ID, the first byte of the FP.
    pub(super) persons: BTreeMap<CaseId, u64>,
    /// By Member ID.
    pub(super) marks: BTreeMap<CaseId, Mark>,
}

impl Held {
    /// Joins the persons and marks of two cases; returns how many persons were replaced. The smaller
    /// part is moved into the larger one: one case that is renamed again and again costs no more than
    /// its records, and joining is the same either way.
    pub(super) fn join<'a>(&mut self, mut other: Held, fp: impl Fn(u64) -> FpRecord<'a>) -> u64 {
        let size = |held: &Held| held.persons.len() + held.marks.len();
        if size(&other) > size(self) {
            std::mem::swap(&mut self.persons, &mut other.persons);
            std::mem::swap(&mut self.marks, &mut other.marks);
        }
        let members: BTreeSet<CaseId> = other
            .persons
            .keys()
            .chain(other.marks.keys())
            .copied()
            .collect();
        for (member, mark) in other.marks {
            self.marks.entry(member).or_default().join(mark);
        }
        let mut replaced = 0;
        for (member, offset) in other.persons {
            // If two persons end up with one key, the later record is current.
            let there = self.persons.entry(member).or_insert(offset);
            replaced += u64::from(*there != offset);
            *there = offset.max(*there);
        }
        for member in members {
            if let (Some(mark), Some(&offset)) =
                (self.marks.get_mut(&member), self.persons.get(&member))
            {
                mark.take(fp(offset));
            }
        }
        replaced
    }
}
