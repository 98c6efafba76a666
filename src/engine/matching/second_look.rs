//! The second look at the chosen case (matching.md, section 6, N3 to N5) [ours: on public linkage
//! data, it finds a third to a half of the people that the strict rules miss because of an error in
//! writing, without one false match].
//!
//! It adds counterparts but must not expose their SSNs, and must not influence the choice.

use super::counterpart::{Counterpart, Rule};
use super::strict::Work;
use crate::engine::extract::{CaseRows, Row};
use crate::formats::record::{Date, MiddleAgreement, MiddleName, PersonName, names_are_near};

/// A case with more records than this gets no second look.
pub(super) const MOST_ROWS: usize = 99;

/// A participant without a counterpart, with the values that the rules compare.
struct Free<'a> {
    place: u32,
    row: &'a Row,
    name: PersonName,
    middle: MiddleName,
    birth: Date,
    sex: u8,
}

/// Adds to `work.counterparts`, which must have the counterparts by the strict rules.
pub(super) fn look(yours: CaseRows<'_>, theirs: CaseRows<'_>, work: &mut Work) {
    let counterparts = &mut work.counterparts;
    if yours.rows.len().max(theirs.rows.len()) > MOST_ROWS
        || counterparts.iter().all(Option::is_some)
        || !counterparts.iter().flatten().copied().any(is_anchor)
    {
        return;
    }
    let mut taken = [false; MOST_ROWS];
    for counterpart in counterparts.iter().flatten() {
        taken[counterpart.place as usize] = true;
    }
    let mut ours = free(yours, |place| counterparts[place].is_none());
    if ours.is_empty() {
        return;
    }
    let mut others = free(theirs, |place| !taken[place]);
    for rule in [Rule::N3, Rule::N4, Rule::N5] {
        let found = step(rule, yours, &ours, &others);
        for &(place, counterpart) in &found {
            counterparts[place as usize] = Some(counterpart);
        }
        ours.retain(|p| found.iter().all(|(place, _)| *place != p.place));
        others.retain(|q| found.iter().all(|(_, found)| found.place != q.place));
    }
}

/// The second look needs somebody found by S or N1, even in doubt.
fn is_anchor(counterpart: Counterpart) -> bool {
    matches!(counterpart.rule, Rule::S | Rule::N1)
}

fn free(case: CaseRows<'_>, is_free: impl Fn(usize) -> bool) -> Vec<Free<'_>> {
    let rows = (0..).zip(case.rows);
    rows.filter(|&(place, row)| is_free(place as usize) && row.name().is_some())
        .filter_map(|(place, row)| {
            Some(Free {
                place,
                row,
                birth: row.date_of_birth()?,
                name: case.person_name(row),
                middle: case.middle_name(row),
                sex: case.sex(row),
            })
        })
        .collect()
}

/// Applies one rule to all participants without a counterpart. Two become counterparts if neither
/// fits anyone else.
fn step(
    rule: Rule,
    yours: CaseRows<'_>,
    ours: &[Free<'_>],
    others: &[Free<'_>],
) -> Vec<(u32, Counterpart)> {
    let fits = |p: &Free<'_>, q: &Free<'_>| are_compared(p, q) && fit(rule, p, q);
    let mut found = Vec::new();
    for p in ours {
        let mut fitting = others.iter().filter(|q| fits(p, q));
        let (Some(q), None) = (fitting.next(), fitting.next()) else {
            continue;
        };
        let fits_an_other_person = ours
            .iter()
            .any(|other| fits(other, q) && !yours.same_person(p.row, other.row));
        if !fits_an_other_person {
            let counterpart = Counterpart {
                place: q.place,
                rule,
                in_doubt: false,
            };
            found.push((p.place, counterpart));
        }
    }
    found
}

/// Whether the rules may be applied to these two at all.
fn are_compared(p: &Free<'_>, q: &Free<'_>) -> bool {
    p.row.participant().agrees_with(q.row.participant())
        && (p.row.ssn().is_none() || q.row.ssn().is_none())
        && !matches!((p.sex, q.sex), (b'M', b'F') | (b'F', b'M'))
}

fn fit(rule: Rule, p: &Free<'_>, q: &Free<'_>) -> bool {
    let contradict = p.middle.agreement(&q.middle) == MiddleAgreement::Contradict;
    let same_birth = p.birth == q.birth;
    let (same_last, same_first) = (p.name.last == q.name.last, p.name.first == q.name.first);
    match rule {
        Rule::N3 => {
            same_last
                && same_first
                && if same_birth {
                    contradict
                } else {
                    !contradict && births_are_near(p.birth, q.birth)
                }
        }
        Rule::N4 => {
            same_birth
                && !contradict
                && ((same_first && names_are_near(&p.name.last, &q.name.last))
                    || (same_last && names_are_near(&p.name.first, &q.name.first))
                    || (p.name.last == q.name.first && p.name.first == q.name.last))
        }
        Rule::N5 => same_birth && same_first && !contradict,
        Rule::S | Rule::N1 | Rule::N2 => false,
    }
}

/// The dates differ, but only in one of year, month and day, or by swapped month and day.
pub(crate) fn births_are_near(a: Date, b: Date) -> bool {
    let parts = |date: Date| {
        let value = date.ccyymmdd();
        (value / 10_000, value / 100 % 100, value % 100)
    };
    let (a, b) = (parts(a), parts(b));
    let different = u8::from(a.0 != b.0) + u8::from(a.1 != b.1) + u8::from(a.2 != b.2);
    different == 1 || (a.0 == b.0 && (a.1, a.2) == (b.2, b.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_near_by_one_part_or_by_month_and_day_exchanged() {
        for (a, b, near) in [
            (20_120_304, 20_130_304, true),
            (20_120_304, 20_120_504, true),
            (20_120_304, 20_120_305, true),
            (20_120_304, 20_120_403, true),
            (20_120_304, 20_130_403, false),
            (20_120_304, 20_130_305, false),
        ] {
            let (a, b) = (Date::from_ccyymmdd(a), Date::from_ccyymmdd(b));
            assert_eq!(births_are_near(a.unwrap(), b.unwrap()), near);
        }
    }
}
