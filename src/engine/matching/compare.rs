//! Comparing the participants of two cases (matching.md, section 6) [ours, as no public text gives
//! the rule].
//!
//! Adults are compared with adults, children with children. The strict rules S, N1 and N2 come
//! first, and they alone decide the choice among candidates; the second look (N3 to N5) follows in
//! the chosen case.

use super::MatchBasis;
use super::keyed;
use super::second_look;
use super::strict::{self, Work};
use crate::engine::extract::{CaseRows, Row};
use crate::formats::record::{ParticipantClass, ParticipantType};

/// The rule by which a participant has its counterpart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// The usable SSNs are equal.
    S,
    /// The name keys and the valid dates of birth are equal.
    N1,
    /// The name keys are equal, a date of birth is missing, and the roles agree; somebody else of
    /// the case was found by S or N1.
    N2,
    /// Second look: the name keys are equal, and the dates of birth nearly, or the dates are equal
    /// and the middle names contradict.
    N3,
    /// Second look: the dates of birth are equal, and the names nearly.
    N4,
    /// Second look: the dates of birth and the first names are equal.
    N5,
}

/// A participant's counterpart in the other case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counterpart {
    /// Its place among the rows of the other case, from 0.
    pub place: u32,
    /// The rule that found it.
    pub rule: Rule,
    /// Those that fit have different usable SSNs: nobody can tell whose SSN is whose.
    pub in_doubt: bool,
}

impl Counterpart {
    /// What a response says of how it was found.
    #[inline]
    pub fn basis(self) -> MatchBasis {
        match self.rule {
            _ if self.in_doubt => MatchBasis::InDoubt,
            Rule::S => MatchBasis::S,
            Rule::N1 => MatchBasis::N1,
            Rule::N2 => MatchBasis::N2,
            Rule::N3 => MatchBasis::N3,
            Rule::N4 => MatchBasis::N4,
            Rule::N5 => MatchBasis::N5,
        }
    }

    /// Whether the counterpart's SSN is shown, and compared with the participant's: only where a
    /// strict rule found it without doubt.
    #[inline]
    pub fn hands_out_ssn(self) -> bool {
        self.rule <= Rule::N2 && !self.in_doubt
    }
}

/// How many participants matched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Records of your children that have a counterpart.
    pub children: u32,
    /// Records of your adults that have a counterpart.
    pub adults: u32,
    /// A CP of yours has a CP as its counterpart.
    pub cp: bool,
    /// An NP or PF of yours has an NP or PF as its counterpart.
    pub np: bool,
    /// Records of yours that have a counterpart whose role agrees.
    pub in_role: u32,
}

impl Comparison {
    /// How many of the two indicators are Y.
    pub fn indicators(&self) -> u32 {
        u32::from(self.cp) + u32::from(self.np)
    }

    /// True where nobody has a counterpart.
    pub fn nobody_matched(&self) -> bool {
        self.children + self.adults == 0
    }

    fn of(yours: &[Row], theirs: &[Row], counterparts: &[Option<Counterpart>]) -> Self {
        let mut comparison = Comparison::default();
        for (row, counterpart) in yours.iter().zip(counterparts) {
            if let Some(counterpart) = counterpart {
                comparison.add(row, &theirs[counterpart.place as usize]);
            }
        }
        comparison
    }

    fn add(&mut self, yours: &Row, theirs: &Row) {
        match yours.class() {
            Some(ParticipantClass::Child) => self.children += 1,
            Some(ParticipantClass::Adult) => self.adults += 1,
            None => {}
        }
        let (yours, theirs) = (yours.participant(), theirs.participant());
        let is_np = |t| matches!(t, ParticipantType::Np | ParticipantType::Pf);
        self.cp |= yours == ParticipantType::Cp && theirs == ParticipantType::Cp;
        self.np |= is_np(yours) && is_np(theirs);
        self.in_role += u32::from(yours.agrees_with(theirs));
    }
}

/// Above this many pairs, and with more rows than [`FEW_ROWS`] on both sides, keys are looked up.
const MANY_PAIRS: usize = 4096;
const FEW_ROWS: usize = 16;

/// Compares your case's participants with those of the chosen case, by the strict rules and the
/// second look; `work.counterparts` then holds the counterpart of each of yours.
pub fn compare(yours: CaseRows<'_>, theirs: CaseRows<'_>, work: &mut Work) -> Comparison {
    strict_rules(yours, theirs, work);
    second_look::look(yours, theirs, work);
    Comparison::of(yours.rows, theirs.rows, &work.counterparts)
}

/// How two cases compare by the strict rules, where nobody asks who is whose counterpart.
pub(super) fn score(yours: CaseRows<'_>, theirs: CaseRows<'_>, work: &mut Work) -> Comparison {
    with_strict(yours, theirs, work, |ours, counterparts| {
        Comparison::of(ours, theirs.rows, counterparts)
    })
}

/// Compares two cases by the strict rules, and hands to `look` those of your rows that can have a
/// counterpart, with their counterparts.
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
    // Only rows that share a key with one of theirs can have a counterpart or stand in the way of
    // one. By name without a date of birth somebody must have been found first.
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

/// Applies S, N1 and N2. Two ways give the same answer: pairs are looked at where the cases are
/// small, and keys are looked up where both are large.
fn strict_rules(yours: CaseRows<'_>, theirs: CaseRows<'_>, work: &mut Work) {
    let (ours, others) = (yours.rows.len(), theirs.rows.len());
    if ours * others > MANY_PAIRS && ours.min(others) > FEW_ROWS {
        keyed::strict_rules(yours, theirs, &mut work.counterparts);
    } else {
        strict::strict_rules(yours, theirs, work);
    }
}

/// How many different participants of theirs are the counterparts of yours whose role agrees.
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
