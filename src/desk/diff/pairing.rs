//! Pairs the cases and participants of the old side with those of the new side (decision 0025).

use std::collections::BTreeMap;

use super::DiffFields;
use crate::formats::record::SsnField;

/// A case of both sides, or of one: its Other State Case ID, from the new side if the case is
/// there, and its records.
pub(super) type CasePair<'r> = (&'r [u8], Option<Vec<&'r [u8]>>, Option<Vec<&'r [u8]>>);

/// A participant of both sides, or of one.
type Participants<'r> = (Option<&'r [u8]>, Option<&'r [u8]>);

/// Pairs the cases of a family by the first of these that applies: the same Other State Case ID; a
/// new Other State Case ID that is the Case ID (from Other State) of the old response, which a
/// correction takes over; the same Member IDs; the only case left on each side. Ambiguous cases are
/// not paired.
pub(super) fn pair_cases<'r>(
    olds: Cases<'r>,
    mut news: Cases<'r>,
    fields: &DiffFields,
) -> Vec<CasePair<'r>> {
    let mut pairs = Vec::new();
    let mut left = Cases::new();
    for (id, old) in olds {
        match news.remove(&id) {
            Some(new) => pairs.push((id, Some(old), Some(new))),
            None => drop(left.insert(id, old)),
        }
    }
    let their_ids = |records: &[&'r [u8]]| {
        let mut ids: Vec<_> = records.iter().map(|r| fields.their_id(r)).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    };
    pair_by_key(
        (&mut left, &mut news, &mut pairs),
        |_, records| their_ids(records),
        |id, _| vec![id],
    );
    let members = |_: &'r [u8], records: &[&'r [u8]]| {
        let mut members: Vec<_> = records
            .iter()
            .map(|r| fields.submitted(r, fields.records.extract.member_id))
            .collect();
        members.sort_unstable();
        members
    };
    pair_by_key((&mut left, &mut news, &mut pairs), members, members);
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

/// Pairs cases whose key occurs exactly once on each side. Keys with a blank part are ignored.
fn pair_by_key<'r>(
    (olds, news, pairs): (&mut Cases<'r>, &mut Cases<'r>, &mut Vec<CasePair<'r>>),
    old_key: impl Fn(&'r [u8], &[&'r [u8]]) -> Vec<&'r [u8]>,
    new_key: impl Fn(&'r [u8], &[&'r [u8]]) -> Vec<&'r [u8]>,
) {
    // For each key, the IDs of the cases on both sides that have it.
    let mut by_key: BTreeMap<Vec<&[u8]>, [Vec<&'r [u8]>; 2]> = BTreeMap::new();
    for (id, records) in &*olds {
        let ids = by_key.entry(old_key(id, records)).or_default();
        ids[0].push(id);
    }
    for (id, records) in &*news {
        let ids = by_key.entry(new_key(id, records)).or_default();
        ids[1].push(id);
    }
    for (key, [of_old, of_new]) in by_key {
        let speaks = key.iter().all(|part| !part.is_empty());
        if let ([old], [new]) = (&of_old[..], &of_new[..])
            && speaks
        {
            pairs.push((new, olds.remove(old), news.remove(new)));
        }
    }
}

/// Pairs the participants of a case by all bytes, then by Member ID, then by type and SSN, then by
/// type, Date of Birth and First Name. Returns those that differ.
pub(super) fn pair_participants<'r>(
    mut old: Vec<&'r [u8]>,
    mut new: Vec<&'r [u8]>,
    fields: &DiffFields,
) -> Vec<Participants<'r>> {
    old.sort_unstable();
    new.sort_unstable();
    let e = &fields.records.extract;
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
            // A blank identifies nobody. Neither does an unusable SSN (matching.md, section 2):
            // zeros and placeholders must not pair strangers.
            let speaks = match by {
                [ssn, _] if *ssn == e.ssn => SsnField::parse(&parts[0]).usable().is_some(),
                _ => !parts[0].is_empty(),
            };
            if speaks { parts } else { Vec::new() }
        });
    }
    let both = pairs.into_iter().map(|(old, new)| (Some(old), Some(new)));
    let gone = old.into_iter().map(|record| (Some(record), None));
    let added = new.into_iter().map(|record| (None, Some(record)));
    both.chain(gone).chain(added).collect()
}

/// Moves the records of both sides with the same key into `pairs`, lowest bytes first. A record
/// with an empty key is not moved.
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

/// Cases by Other State Case ID, each with its records.
pub(super) type Cases<'r> = BTreeMap<&'r [u8], Vec<&'r [u8]>>;
