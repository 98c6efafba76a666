//! The strict rules, pair by pair (matching.md, section 6): S; N1 with equal middle names, with one
//! a prefix of the other, with one missing; then N2 likewise. Each step is applied to all of your
//! participants before the next. `keyed.rs` gives the same answer for large cases.

use super::counterpart::{Counterpart, Rule};
use crate::engine::extract::{CaseRows, Row};
use crate::formats::record::MiddleAgreement;

/// Buffers that a thread reuses for each comparison.
#[derive(Default)]
pub struct Work {
    /// The counterpart of each of your participants.
    pub counterparts: Vec<Option<Counterpart>>,
    /// Copies of those rows of a large case that can have a counterpart.
    pub(super) subset: Vec<Row>,
    /// Pairs that a name rule allows, ordered by your participant.
    pairs: Vec<NamePair>,
    /// Counterparts found by the current step.
    found: Vec<(u32, Counterpart)>,
    /// Participants of theirs that are counterparts without doubt.
    held: Vec<Held>,
    /// Participants of theirs, and whether one of yours has the same SSN and the same name.
    namesakes: Vec<(u32, bool)>,
}

/// A pair that N1 or N2 allows, unless another person holds their participant.
#[derive(Clone, Copy)]
struct NamePair {
    ours: u32,
    theirs: u32,
    rule: Rule,
    middle: MiddleAgreement,
}

/// A participant of theirs that is a counterpart without doubt.
#[derive(Clone, Copy)]
struct Held {
    theirs: u32,
    /// Your participant that holds it; `None` if several persons do.
    by: Option<u32>,
}

/// The steps after S, in order.
pub(super) const NAME_STEPS: [(Rule, MiddleAgreement); 6] = {
    use MiddleAgreement::{Equal, Prefix, Silent};
    [
        (Rule::N1, Equal),
        (Rule::N1, Prefix),
        (Rule::N1, Silent),
        (Rule::N2, Equal),
        (Rule::N2, Prefix),
        (Rule::N2, Silent),
    ]
};

/// Fills `work.counterparts` by the strict rules.
pub(super) fn strict_rules(yours: CaseRows<'_>, theirs: CaseRows<'_>, work: &mut Work) {
    work.counterparts.clear();
    work.counterparts.resize(yours.rows.len(), None);
    by_ssn(yours, theirs, work);
    for rule in [Rule::N1, Rule::N2] {
        if rule == Rule::N2 && work.counterparts.iter().all(Option::is_none) {
            // N2 needs somebody found by S or N1: between strangers, a common name without a date
            // of birth proves nothing.
            return;
        }
        work.pairs.clear();
        for (place, row) in (0..).zip(yours.rows) {
            if work.counterparts[place as usize].is_none() {
                name_pairs(yours, theirs, (place, row), rule, &mut work.pairs);
            }
        }
        if work.pairs.is_empty() {
            continue;
        }
        for (_, agreement) in NAME_STEPS.iter().filter(|(of, _)| *of == rule) {
            by_name(yours, theirs, *agreement, work);
        }
    }
}

/// S: the usable SSNs are equal. Of several, one with an equal name key is preferred, then one of
/// the same type, then the first in record order.
fn by_ssn(yours: CaseRows<'_>, theirs: CaseRows<'_>, work: &mut Work) {
    work.namesakes.clear();
    let large = theirs.large();
    for (place, row) in yours.rows.iter().enumerate() {
        let (Some(class), Some(ssn)) = (row.class(), row.ssn()) else {
            continue;
        };
        let best = if let Some(large) = large {
            best_by_ssn(yours, row, theirs, large.with_ssn(class, ssn))
        } else {
            let same =
                |(_, other): &(u32, &Row)| other.ssn() == Some(ssn) && other.class() == Some(class);
            let mut places = (0..).zip(theirs.rows).filter(same).map(|(place, _)| place);
            match (places.next(), places.next()) {
                (None, _) => None,
                (Some(only), None) => Some(only),
                (Some(first), Some(second)) => {
                    let several = [first, second].into_iter().chain(places);
                    best_by_ssn(yours, row, theirs, several)
                }
            }
        };
        let Some(best) = best else { continue };
        let is_shared = || {
            let sharing = |other: &&Row| other.has_ssn(ssn) && other.class() == Some(class);
            yours.rows.iter().filter(sharing).nth(1).is_some()
        };
        if !is_shared() || !belongs_to_a_namesake(yours, row, theirs, best, &mut work.namesakes) {
            work.counterparts[place] = Some(Counterpart {
                place: best,
                rule: Rule::S,
                in_doubt: false,
            });
        }
    }
}

/// The best of the participants that have the SSN of yours.
fn best_by_ssn(
    yours: CaseRows<'_>,
    row: &Row,
    theirs: CaseRows<'_>,
    places: impl Iterator<Item = u32>,
) -> Option<u32> {
    let mut best: Option<((bool, bool), u32)> = None;
    for place in places {
        let other = &theirs.rows[place as usize];
        let other_type = other.participant() != row.participant();
        let rank = (!yours.same_name_key(row, theirs, other), other_type);
        if best.is_none_or(|(best, _)| rank < best) {
            best = Some((rank, place));
            if rank == (row.name().is_none(), false) {
                break;
            }
        }
    }
    best.map(|(_, place)| place)
}

/// Two of your participants have one SSN. It belongs to the one whose name the other state has with
/// that SSN (ours), so another one must not take it.
fn belongs_to_a_namesake(
    yours: CaseRows<'_>,
    row: &Row,
    theirs: CaseRows<'_>,
    place: u32,
    namesakes: &mut Vec<(u32, bool)>,
) -> bool {
    let other = &theirs.rows[place as usize];
    let shares_ssn =
        |namesake: &Row| namesake.ssn() == other.ssn() && namesake.class() == other.class();
    if other.name().is_none() || yours.same_name_key(row, theirs, other) {
        return false;
    }
    if let Some(&(_, known)) = namesakes.iter().find(|(of, _)| *of == place) {
        return known;
    }
    let mut sharing = yours.rows.iter().filter(|namesake| shares_ssn(namesake));
    let known = sharing.any(|namesake| yours.same_name_key(namesake, theirs, other));
    namesakes.push((place, known));
    known
}

/// Adds the pairs that a name rule allows for one of your participants.
fn name_pairs(
    yours: CaseRows<'_>,
    theirs: CaseRows<'_>,
    (place, row): (u32, &Row),
    rule: Rule,
    pairs: &mut Vec<NamePair>,
) {
    let (Some(class), Some(name)) = (row.class(), row.name()) else {
        return;
    };
    let birth = row.date_of_birth();
    if rule == Rule::N1 && birth.is_none() {
        return;
    }
    let mut offer = |theirs_place: u32| {
        let other = &theirs.rows[theirs_place as usize];
        let allowed = match rule {
            Rule::N1 => is_n1(row, other),
            _ => is_n2(row, other),
        };
        if !allowed || !yours.same_name_key(row, theirs, other) {
            return;
        }
        let middle = yours.middle_name(row).agreement(&theirs.middle_name(other));
        if middle != MiddleAgreement::Contradict {
            pairs.push(NamePair {
                ours: place,
                theirs: theirs_place,
                rule,
                middle,
            });
        }
    };
    match (theirs.large(), rule, birth) {
        (Some(large), Rule::N2, None) => large.with_name(class, name).for_each(&mut offer),
        (Some(large), _, _) => {
            let wanted = if rule == Rule::N1 { birth } else { None };
            large
                .with_name_and_birth(class, name, wanted)
                .for_each(&mut offer);
        }
        (None, ..) => {
            for (theirs_place, other) in (0..).zip(theirs.rows) {
                if other.name() == Some(name) && other.class() == Some(class) {
                    offer(theirs_place);
                }
            }
        }
    }
}

/// Whether N1 allows two rows with the same class and name key, before middle names are compared.
#[inline]
pub(super) fn is_n1(row: &Row, other: &Row) -> bool {
    row.date_of_birth().is_some() && row.date_of_birth() == other.date_of_birth()
}

/// Whether N2 allows two rows with the same class and name key, before middle names are compared.
#[inline]
pub(super) fn is_n2(row: &Row, other: &Row) -> bool {
    (row.date_of_birth().is_none() || other.date_of_birth().is_none())
        && (row.ssn().is_none() || other.ssn().is_none())
        && row.participant().agrees_with(other.participant())
}

/// One step of N1 or N2: pairs with this agreement of middle names whose other participant is not
/// held. Of several, one of the same type is preferred, then one with a usable SSN, then the first
/// in record order.
fn by_name(yours: CaseRows<'_>, theirs: CaseRows<'_>, agreement: MiddleAgreement, work: &mut Work) {
    note_held(yours, work);
    work.found.clear();
    for pairs in work.pairs.chunk_by(|a, b| a.ours == b.ours) {
        let ours = pairs[0].ours;
        if work.counterparts[ours as usize].is_some() {
            continue;
        }
        let row = &yours.rows[ours as usize];
        let mut best: Option<((bool, bool, u32), Rule)> = None;
        let (mut ssn, mut in_doubt) = (None, false);
        for pair in pairs.iter().filter(|pair| pair.middle == agreement) {
            if is_held(yours, row, pair.theirs, &work.held) {
                continue;
            }
            let other = &theirs.rows[pair.theirs as usize];
            if other.ssn().is_some() {
                in_doubt |= ssn.is_some() && ssn != other.ssn();
                ssn = other.ssn();
            }
            let rank = (
                other.participant() != row.participant(),
                other.ssn().is_none(),
                pair.theirs,
            );
            if best.is_none_or(|(best, _)| rank < best) {
                best = Some((rank, pair.rule));
            }
        }
        if let Some(((_, _, place), rule)) = best {
            let counterpart = Counterpart {
                place,
                rule,
                in_doubt,
            };
            work.found.push((ours, counterpart));
        }
    }
    for &(ours, counterpart) in &work.found {
        work.counterparts[ours as usize] = Some(counterpart);
    }
}

/// Lists who is held, and by whom, before a step.
fn note_held(yours: CaseRows<'_>, work: &mut Work) {
    work.held.clear();
    for (ours, counterpart) in (0..).zip(&work.counterparts) {
        if let Some(counterpart) = counterpart.filter(|counterpart| !counterpart.in_doubt) {
            work.held.push(Held {
                theirs: counterpart.place,
                by: Some(ours),
            });
        }
    }
    work.held
        .sort_unstable_by_key(|held| (held.theirs, held.by));
    work.held.dedup_by(|next, kept| {
        if next.theirs != kept.theirs {
            return false;
        }
        if let (Some(a), Some(b)) = (kept.by, next.by)
            && !yours.same_person(&yours.rows[a as usize], &yours.rows[b as usize])
        {
            kept.by = None;
        }
        true
    });
}

/// Whether a participant of theirs is, without doubt, the counterpart of another person than `row`.
fn is_held(yours: CaseRows<'_>, row: &Row, theirs: u32, held: &[Held]) -> bool {
    let Ok(at) = held.binary_search_by_key(&theirs, |held| held.theirs) else {
        return false;
    };
    held[at]
        .by
        .is_none_or(|by| !yours.same_person(row, &yours.rows[by as usize]))
}
