//! What differs in the cases of a family: the records with one Case ID and other state.
//!
//! A case is found again by its Case ID and other state, and among several of them by its Other
//! State Case ID: that ID is what a response corrects, so it may differ (decision 0025).

use std::collections::BTreeMap;

use super::DiffFields;
use crate::record::text;
use crate::reference::State;

/// The records of one or, where digests meet, more families, of both sides.
pub(super) struct Family<'r> {
    pub(super) old: Vec<&'r [u8]>,
    pub(super) new: Vec<&'r [u8]>,
}

/// What became of a case or a participant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// Only the new side has it.
    New,
    /// Only the old side has it.
    Gone,
    /// Both have it, and it differs.
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

/// A case that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseChange {
    /// What became of it.
    pub kind: ChangeKind,
    /// Your Case ID.
    pub case_id: String,
    /// The other state's USPS code, or the two bytes where they are none.
    pub other_state: String,
    /// The Other State Case ID, of the new side if it has the case.
    pub other_case_id: String,
    /// Its participants that differ; of a new or gone case all.
    pub records: Vec<RecordChange>,
}

/// A participant that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordChange {
    /// What became of it.
    pub kind: ChangeKind,
    /// The Member ID, of the new side if it has the participant.
    pub member_id: String,
    /// The reason codes of the old side.
    pub old_codes: Option<String>,
    /// The reason codes of the new side.
    pub new_codes: Option<String>,
    /// The names of the fields that differ.
    pub fields: Vec<String>,
}

impl CaseChange {
    /// What changes are sorted by.
    pub(super) fn key(&self) -> (&str, &str, &str, ChangeKind) {
        (
            &self.case_id,
            &self.other_state,
            &self.other_case_id,
            self.kind,
        )
    }
}

type Key<'r> = (&'r [u8], &'r [u8]);
/// Cases by Other State Case ID, each with its records.
type Cases<'r> = BTreeMap<&'r [u8], Vec<&'r [u8]>>;

/// The cases of one side, by family and Other State Case ID; a record without that ID belongs to the
/// one case that has one, if there is one alone.
fn cases_of<'r>(records: &[&'r [u8]], fields: &DiffFields) -> BTreeMap<Key<'r>, Cases<'r>> {
    let mut families: BTreeMap<Key<'r>, Cases<'r>> = BTreeMap::new();
    for record in records {
        let Some(family) = fields.family(record) else {
            continue;
        };
        let id = fields.submitted(record, fields.extract.other_case_id);
        families
            .entry(family)
            .or_default()
            .entry(id)
            .or_default()
            .push(record);
    }
    for cases in families.values_mut() {
        if cases.len() == 2
            && let Some(blank) = cases.remove(&b""[..])
        {
            for named in cases.values_mut() {
                named.extend(blank.iter().copied());
            }
        }
    }
    families
}

/// How many cases the records make.
pub(super) fn count_cases(records: &[&[u8]], fields: &DiffFields) -> u64 {
    cases_of(records, fields)
        .values()
        .map(|cases| cases.len() as u64)
        .sum()
}

/// The number of cases that are the same, and the cases that differ.
pub(super) fn compare_family(family: &Family<'_>, fields: &DiffFields) -> (u64, Vec<CaseChange>) {
    let mut old = cases_of(&family.old, fields);
    let mut new = cases_of(&family.new, fields);
    let keys: std::collections::BTreeSet<_> = old.keys().chain(new.keys()).copied().collect();
    let (mut same, mut changes) = (0, Vec::new());
    for key in keys {
        let olds = old.remove(&key).unwrap_or_default();
        let news = new.remove(&key).unwrap_or_default();
        for (id, old, new) in pair_cases(olds, news) {
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
                case_id: shown(key.0),
                other_state: State::from_fips(key.1)
                    .map_or_else(|| shown(key.1), |state| state.usps().to_owned()),
                other_case_id: shown(id),
                records,
            });
        }
    }
    (same, changes)
}

/// A case of both sides, or of one: its Other State Case ID and its records.
type Pair<'r> = (&'r [u8], Option<Vec<&'r [u8]>>, Option<Vec<&'r [u8]>>);

/// Pairs the cases of a family: those with the same Other State Case ID; then, where one is left on
/// each side, these.
fn pair_cases<'r>(olds: Cases<'r>, mut news: Cases<'r>) -> Vec<Pair<'r>> {
    let mut pairs = Vec::new();
    let mut left = Vec::new();
    for (id, old) in olds {
        match news.remove(&id) {
            Some(new) => pairs.push((id, Some(old), Some(new))),
            None => left.push((id, old)),
        }
    }
    if left.len() == 1 && news.len() == 1 {
        for ((_, old), (id, new)) in left.into_iter().zip(news) {
            pairs.push((id, Some(old), Some(new)));
        }
    } else {
        pairs.extend(left.into_iter().map(|(id, old)| (id, Some(old), None)));
        pairs.extend(news.into_iter().map(|(id, new)| (id, None, Some(new))));
    }
    pairs
}

/// Pairs the participants of a case, in turn by all bytes, by Member ID, by type and SSN, by type,
/// Date of Birth and First Name; gives those that differ.
fn compare_records<'r>(
    mut old: Vec<&'r [u8]>,
    mut new: Vec<&'r [u8]>,
    fields: &DiffFields,
) -> Vec<RecordChange> {
    old.sort_unstable();
    new.sort_unstable();
    let e = &fields.extract;
    let mut pairs: Vec<(&'r [u8], &'r [u8])> = Vec::new();
    pair_by(&mut old, &mut new, &mut pairs, |record| {
        vec![record.to_vec()]
    });
    pairs.clear();
    for by in [
        &[e.member_id][..],
        &[e.ssn, e.participant_type],
        &[e.first_name, e.date_of_birth, e.participant_type],
    ] {
        pair_by(&mut old, &mut new, &mut pairs, |record| {
            let parts = by
                .iter()
                .map(|columns| fields.submitted(record, *columns).to_vec());
            let parts: Vec<_> = parts.collect();
            // A blank says nothing of who it is.
            if parts[0].is_empty() {
                Vec::new()
            } else {
                parts
            }
        });
    }
    let member = |record: &[u8]| shown(fields.submitted(record, e.member_id));
    let mut changes: Vec<RecordChange> = Vec::new();
    for (old, new) in pairs {
        changes.push(RecordChange {
            kind: ChangeKind::Changed,
            member_id: member(new),
            old_codes: Some(fields.codes(old)),
            new_codes: Some(fields.codes(new)),
            fields: fields.differences(old, new),
        });
    }
    changes.extend(old.iter().map(|record| RecordChange {
        kind: ChangeKind::Gone,
        member_id: member(record),
        old_codes: Some(fields.codes(record)),
        new_codes: None,
        fields: Vec::new(),
    }));
    changes.extend(new.iter().map(|record| RecordChange {
        kind: ChangeKind::New,
        member_id: member(record),
        old_codes: None,
        new_codes: Some(fields.codes(record)),
        fields: Vec::new(),
    }));
    changes
        .sort_by(|a, b| (&a.member_id, a.kind, &a.fields).cmp(&(&b.member_id, b.kind, &b.fields)));
    changes
}

/// Moves to `pairs` the records of both sides with the same key, the lowest bytes first; a record
/// whose key is empty stays.
fn pair_by<'r>(
    old: &mut Vec<&'r [u8]>,
    new: &mut Vec<&'r [u8]>,
    pairs: &mut Vec<(&'r [u8], &'r [u8])>,
    key: impl Fn(&[u8]) -> Vec<Vec<u8>>,
) {
    let mut waiting: BTreeMap<Vec<Vec<u8>>, Vec<&'r [u8]>> = BTreeMap::new();
    for record in new.drain(..).rev() {
        waiting.entry(key(record)).or_default().push(record);
    }
    old.retain(|record| {
        let key = key(record);
        let found = if key.is_empty() {
            None
        } else {
            waiting.get_mut(&key).and_then(Vec::pop)
        };
        pairs.extend(found.map(|found| (*record, found)));
        found.is_none()
    });
    new.extend(waiting.into_values().flatten());
    new.sort_unstable();
}

/// An ID as text. A damaged file may hold control bytes, which a terminal would obey.
fn shown(id: &[u8]) -> String {
    text(id).replace(|c: char| c.is_ascii_control(), "?")
}
