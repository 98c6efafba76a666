//! Which case of the new side is which of the old, and which participant (decision 0025).

use std::collections::BTreeMap;

use super::DiffFields;
use super::cases::Cases;

/// A case of both sides, or of one: its Other State Case ID, of the new side if it has the case, and
/// its records.
pub(super) type CasePair<'r> = (&'r [u8], Option<Vec<&'r [u8]>>, Option<Vec<&'r [u8]>>);

/// A participant of both sides, or of one.
type Participants<'r> = (Option<&'r [u8]>, Option<&'r [u8]>);

/// Pairs the cases of a family: those with the same Other State Case ID; then, where one is left on
/// each side, these.
pub(super) fn pair_cases<'r>(olds: Cases<'r>, mut news: Cases<'r>) -> Vec<CasePair<'r>> {
    let mut pairs = Vec::new();
    let mut left = Cases::new();
    for (id, old) in olds {
        match news.remove(&id) {
            Some(new) => pairs.push((id, Some(old), Some(new))),
            None => drop(left.insert(id, old)),
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
            // A blank says nothing of who it is.
            let speaks = !parts[0].is_empty();
            if speaks { parts } else { Vec::new() }
        });
    }
    let both = pairs.into_iter().map(|(old, new)| (Some(old), Some(new)));
    let gone = old.into_iter().map(|record| (Some(record), None));
    let added = new.into_iter().map(|record| (None, Some(record)));
    both.chain(gone).chain(added).collect()
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
