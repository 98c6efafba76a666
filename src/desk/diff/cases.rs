//! Compares the cases of one family: the records with one Case ID and other state.
//!
//! A case is identified by its Case ID and other state. If a family has several cases, the Other
//! State Case ID distinguishes them; it may differ between the sides, because it is what a response
//! corrects (decision 0025).

use std::collections::BTreeMap;

use super::DiffFields;
use super::pairing::{Cases, pair_cases, pair_participants};
use crate::engine::matching::ReasonCodes;
use crate::formats::record::text;
use crate::formats::reference::State;

/// The records of a family on both sides. If digests collide, it has the records of several
/// families.
pub(super) struct Family<'r> {
    pub(super) old: Vec<OfCase<'r>>,
    pub(super) new: Vec<OfCase<'r>>,
}

/// A record, with the number of its case in the file.
pub(super) type OfCase<'r> = (u32, &'r [u8]);

/// How a case or participant changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// It is only on the new side.
    New,
    /// It is only on the old side.
    Gone,
    /// It is on both sides and differs.
    Changed,
}

impl ChangeKind {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            ChangeKind::New => "new",
            ChangeKind::Gone => "gone",
            ChangeKind::Changed => "changed",
        }
    }
}

/// A case that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseChange {
    /// How it changed.
    pub kind: ChangeKind,
    /// Your Case ID.
    pub case_id: String,
    /// The other state's USPS code.
    pub other_state: &'static str,
    /// The Other State Case ID, from the new side if the case is there.
    pub other_case_id: String,
    /// The participants that changed; all of them if the case is new or gone.
    pub records: Vec<RecordChange>,
}

/// A participant that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordChange {
    /// How it changed.
    pub kind: ChangeKind,
    /// The Member ID, from the new side if the participant is there.
    pub member_id: String,
    /// The reason codes on the old side.
    pub old_codes: Option<ReasonCodes>,
    /// The reason codes on the new side.
    pub new_codes: Option<ReasonCodes>,
    /// The names of the fields that differ.
    pub fields: Vec<String>,
}

impl CaseChange {
    /// The sort key of changes.
    pub(super) fn key(&self) -> (&str, &str, &str, ChangeKind) {
        (
            &self.case_id,
            self.other_state,
            &self.other_case_id,
            self.kind,
        )
    }
}

type Key<'r> = (&'r [u8], &'r [u8]);

/// The cases of one side, as the reader split the file, by family and Other State Case ID.
fn cases_of<'r>(records: &[OfCase<'r>], fields: &DiffFields) -> BTreeMap<Key<'r>, Cases<'r>> {
    let mut by_case: BTreeMap<u32, Vec<&'r [u8]>> = BTreeMap::new();
    for (case, record) in records {
        by_case.entry(*case).or_default().push(record);
    }
    let mut families: BTreeMap<Key<'r>, Cases<'r>> = BTreeMap::new();
    for records in by_case.into_values() {
        let columns = fields.records.extract.other_case_id;
        let ids = records
            .iter()
            .map(|record| fields.submitted(record, columns));
        let id = ids.max().unwrap_or_default();
        let family = fields.family(records[0]);
        let cases = families.entry(family).or_default();
        cases.entry(id).or_default().extend(records);
    }
    families
}

/// The number of cases among the records.
pub(super) fn count_cases(records: &[OfCase<'_>]) -> u64 {
    let cases: std::collections::BTreeSet<u32> = records.iter().map(|(case, _)| *case).collect();
    cases.len() as u64
}

/// The number of equal cases, and the cases that changed.
pub(super) fn compare_family(family: &Family<'_>, fields: &DiffFields) -> (u64, Vec<CaseChange>) {
    let mut old = cases_of(&family.old, fields);
    let mut new = cases_of(&family.new, fields);
    let keys: std::collections::BTreeSet<_> = old.keys().chain(new.keys()).copied().collect();
    let (mut same, mut changes) = (0, Vec::new());
    for key in keys {
        let olds = old.remove(&key).unwrap_or_default();
        let news = new.remove(&key).unwrap_or_default();
        for (id, old, new) in pair_cases(olds, news, fields) {
            let (kind, records) = match (old, new) {
                (Some(old), Some(new)) => (ChangeKind::Changed, compare_records(old, new, fields)),
                (old, None) => {
                    let gone = compare_records(old.unwrap_or_default(), Vec::new(), fields);
                    (ChangeKind::Gone, gone)
                }
                (None, new) => {
                    let added = compare_records(Vec::new(), new.unwrap_or_default(), fields);
                    (ChangeKind::New, added)
                }
            };
            if records.is_empty() {
                same += 1;
                continue;
            }
            changes.push(CaseChange {
                kind,
                case_id: text(key.0),
                other_state: State::from_fips(key.1).map_or("", State::usps),
                other_case_id: text(id),
                records,
            });
        }
    }
    (same, changes)
}

/// The participants of a case that changed.
fn compare_records<'r>(
    old: Vec<&'r [u8]>,
    new: Vec<&'r [u8]>,
    fields: &DiffFields,
) -> Vec<RecordChange> {
    let member = |record: &[u8]| text(fields.submitted(record, fields.records.extract.member_id));
    let change = |(old, new): (Option<&'r [u8]>, Option<&'r [u8]>)| {
        let (kind, named, differing) = match (old, new) {
            (Some(old), Some(new)) => (ChangeKind::Changed, new, fields.differences(old, new)),
            (Some(old), None) => (ChangeKind::Gone, old, Vec::new()),
            (None, new) => (ChangeKind::New, new.unwrap_or_default(), Vec::new()),
        };
        RecordChange {
            kind,
            member_id: member(named),
            old_codes: old.map(|record| fields.codes(record)),
            new_codes: new.map(|record| fields.codes(record)),
            fields: differing,
        }
    };
    let differing = pair_participants(old, new, fields);
    let mut changes: Vec<RecordChange> = differing.into_iter().map(change).collect();
    changes
        .sort_by(|a, b| (&a.member_id, a.kind, &a.fields).cmp(&(&b.member_id, b.kind, &b.fields)));
    changes
}
