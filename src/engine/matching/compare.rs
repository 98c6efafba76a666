//! Comparing the participants of two cases (matching.md, section 6) [ours, as no public text gives
//! the rule].
//!
//! Adults are compared with adults, children with children. The strict rules S, N1 and N2 come
//! first, and they alone decide the choice among candidates; the second look (N3 to N5) follows in
//! the chosen case.

use super::counterpart::{Comparison, Counterpart};
use super::keyed;
use super::second_look;
use super::strict::{self, Work};
use crate::engine::extract::{CaseRows, Row};

/// With more pairs than this, and more rows than [`FEW_ROWS`] on both sides, counterparts are
/// looked up by key.
const MANY_PAIRS: usize = 4096;
const FEW_ROWS: usize = 16;

/// Compares your case's participants with those of the chosen case, by the strict rules and the
/// second look; `work.counterparts` then holds the counterpart of each of yours.
pub fn compare(yours: CaseRows<'_>, theirs: CaseRows<'_>, work: &mut Work) -> Comparison {
    strict_rules(yours, theirs, work);
    second_look::look(yours, theirs, work);
    Comparison::of(yours.rows, theirs.rows, &work.counterparts)
}

/// Compares two cases by the strict rules, for callers that do not need the counterparts
/// themselves.
pub(super) fn score(yours: CaseRows<'_>, theirs: CaseRows<'_>, work: &mut Work) -> Comparison {
    with_strict(yours, theirs, work, |ours, counterparts| {
        Comparison::of(ours, theirs.rows, counterparts)
    })
}

/// Compares two cases by the strict rules. `look` receives the rows of yours that can have a
/// counterpart, and their counterparts.
pub(super) fn with_strict<T>(
    yours: CaseRows<'_>,
    theirs: CaseRows<'_>,
    work: &mut Work,
    look: impl FnOnce(&[Row], &[Option<Counterpart>]) -> T,
) -> T {
    let (Some(large), None) = (yours.large(), theirs.large()) else {
        strict_rules(yours, theirs, work);
        return look(yours.rows, &work.counterparts);
    };
    // Only a row that shares a key with one of theirs can have a counterpart, or compete for one.
    // N2 also needs somebody found by S or N1.
    let mut subset = std::mem::take(&mut work.subset);
    for undated in [false, true] {
        let mut places: Vec<u32> = Vec::new();
        for other in theirs.rows {
            let Some(class) = other.class() else { continue };
            let by_ssn = other.ssn().into_iter();
            places.extend(by_ssn.flat_map(|ssn| large.with_ssn(class, ssn)));
            match (other.name(), other.date_of_birth()) {
                (Some(name), _) if undated => places.extend(large.with_name(class, name)),
                (Some(name), Some(date)) => {
                    places.extend(large.with_name_and_birth(class, name, Some(date)));
                }
                _ => {}
            }
        }
        places.sort_unstable();
        places.dedup();
        subset.clear();
        subset.extend(places.iter().map(|&place| yours.rows[place as usize]));
        let some = CaseRows {
            rows: &subset,
            ..yours
        };
        strict_rules(some, theirs, work);
        if work.counterparts.iter().all(Option::is_none) {
            break;
        }
    }
    let answer = look(&subset, &work.counterparts);
    work.subset = subset;
    answer
}

/// Applies S, N1 and N2. Small cases are compared pair by pair, and two large ones by key, which is
/// faster there. Both give the same answer.
fn strict_rules(yours: CaseRows<'_>, theirs: CaseRows<'_>, work: &mut Work) {
    let (ours, others) = (yours.rows.len(), theirs.rows.len());
    if ours * others > MANY_PAIRS && ours.min(others) > FEW_ROWS {
        keyed::strict_rules(yours, theirs, &mut work.counterparts);
    } else {
        strict::strict_rules(yours, theirs, work);
    }
}

/// The number of different participants of theirs that are counterparts of yours with a role that
/// agrees.
pub(super) fn different_in_role(
    yours: &[Row],
    theirs: &[Row],
    counterparts: &[Option<Counterpart>],
) -> usize {
    let mut places: Vec<u32> = yours
        .iter()
        .zip(counterparts)
        .filter_map(|(row, counterpart)| {
            let place = (*counterpart)?.place;
            let theirs = theirs[place as usize].participant();
            row.participant().agrees_with(theirs).then_some(place)
        })
        .collect();
    places.sort_unstable();
    places.dedup();
    places.len()
}
