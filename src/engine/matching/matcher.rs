//! Finds for a case its counterpart in the other state.

use super::crowd::BucketKey;
use super::crowd_search::candidate_of;
use super::pooled::PooledKey;
use super::strict::Work;
use super::tiers::Yours;
use super::{
    Candidate, CaseCodes, Comparison, Counterpart, Observer, Routine, Side, Sides, Tier, compare,
};
use crate::engine::extract::CaseNumber;
use crate::engine::extract::CaseRows;
use crate::formats::reference::State;

/// `--counterpart`: which cases of a participating state can be the counterpart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum CounterpartRule {
    /// Any case of the other state.
    #[default]
    Any,
    /// Only cases that name your state as their other state.
    Directed,
}

/// `--absent-state`: what becomes of a case whose other state sent nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum AbsentState {
    /// It is not evaluated (ours: 01 would accuse a state that was never asked).
    #[default]
    Skip,
    /// It is a case that was not found.
    Unmatched,
    /// It is an error of the run.
    Error,
}

impl AbsentState {
    /// The word of the option.
    pub fn word(self) -> &'static str {
        match self {
            AbsentState::Skip => "skip",
            AbsentState::Unmatched => "unmatched",
            AbsentState::Error => "error",
        }
    }
}

/// Why a case is not returned (matching.md, section 7) (seed, section 3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suppressed {
    /// A match between two closed cases.
    BothClosed,
    /// A closed case that was not found.
    ClosedNotFound,
}

/// The case that stands for yours in the other state.
#[derive(Clone, Copy)]
pub struct Found<'a> {
    /// The other state's data.
    pub side: &'a Side,
    /// The case.
    pub case: CaseNumber,
    /// The tier that found it.
    pub tier: Tier,
    /// That tier had candidates with two or more different Case IDs.
    pub multiple_case: bool,
    /// How many participants matched; each one's counterpart is in [`Scratch::counterparts`].
    pub comparison: Comparison,
    /// The codes that every record bears.
    pub codes: CaseCodes,
}

/// What became of a case.
#[derive(Clone, Copy)]
pub enum Outcome<'a> {
    /// The other state is absent: not evaluated.
    NotEvaluated,
    /// Not returned.
    Suppressed(Suppressed),
    /// Returned with 01.
    NotFound {
        /// The other state's data are FCR-derived.
        fcr_supplied: bool,
    },
    /// Returned with its counterpart.
    Matched(Found<'a>),
}

/// Room that one thread uses again for each case.
#[derive(Default)]
pub struct Scratch {
    pub(super) work: Work,
    pub(super) candidates: Vec<CaseNumber>,
    pub(super) buckets: Vec<BucketKey>,
    /// Keys of the pooled routine that are prefetched.
    pub(super) keys: Vec<(PooledKey, u32)>,
}

impl Scratch {
    /// For each record of the case that was matched last its counterpart.
    pub fn counterparts(&self) -> &[Option<Counterpart>] {
        &self.work.counterparts
    }
}

/// Matches cases of a submitting state against the other states' data.
pub struct Matcher<'a> {
    /// Which data stand for each state.
    pub sides: &'a Sides,
    /// `--counterpart directed`.
    pub directed: bool,
    /// `--absent-state unmatched`.
    pub absent_is_unmatched: bool,
    /// `--routine`; the sides are indexed for it.
    pub routine: Routine,
}

impl<'a> Matcher<'a> {
    /// Finds the counterpart of a case of `yours`, a submitting state.
    pub fn match_case<O: Observer>(
        &self,
        yours: &Side,
        number: CaseNumber,
        scratch: &mut Scratch,
        observer: &mut O,
    ) -> Outcome<'a> {
        let case = &yours.extract.cases[number as usize];
        let not_found = |fcr_supplied| {
            if case.data.open {
                Outcome::NotFound { fcr_supplied }
            } else {
                Outcome::Suppressed(Suppressed::ClosedNotFound)
            }
        };
        let Some(side) = case
            .data
            .other_state
            .and_then(|state: State| self.sides.of(state))
        else {
            return if self.absent_is_unmatched {
                not_found(false)
            } else {
                Outcome::NotEvaluated
            };
        };
        let your_case = Yours {
            side: yours,
            case,
            rows: yours.extract.rows_of(case),
        };
        let found = match self.routine {
            Routine::Published => self.search(&your_case, side, scratch, observer),
            Routine::Pooled => self.search_pooled(&your_case, side, scratch, observer),
        };
        let Some((tier, found, multiple_case)) = found else {
            return not_found(side.fcr_supplied());
        };
        let theirs = &side.extract.cases[found as usize];
        if !case.data.open && !theirs.data.open {
            return Outcome::Suppressed(Suppressed::BothClosed);
        }
        let their_rows = CaseRows {
            extract: &side.extract,
            rows: side.extract.rows_of(theirs),
        };
        let comparison = compare(your_case.participants(), their_rows, &mut scratch.work);
        let by_your_id = match self.routine {
            Routine::Published => tier == Tier::CaseId,
            Routine::Pooled => theirs.data.id == case.data.other_id,
        };
        let codes = CaseCodes::matched(by_your_id, case, theirs, side);
        Outcome::Matched(Found {
            side,
            case: found,
            tier,
            multiple_case,
            comparison,
            codes,
        })
    }

    /// The tiers in order: the first that yields a candidate decides.
    fn search<O: Observer>(
        &self,
        yours: &Yours<'_>,
        side: &Side,
        scratch: &mut Scratch,
        observer: &mut O,
    ) -> Option<(Tier, CaseNumber, bool)> {
        for &tier in Routine::Published.tiers() {
            self.gather(tier, yours, side, scratch);
            if O::COMPLETE {
                self.tell_keys(tier, yours, side, observer);
                let ordered = self.in_order(tier, yours, side, scratch);
                observer.tier_tried(tier, &ordered);
            }
            let found = if !scratch.buckets.is_empty() {
                let (buckets, few) = (&scratch.buckets, &scratch.candidates);
                self.best_of_crowd(tier, yours, side, buckets, few, &mut scratch.work)
                    .map(|(best, multiple)| (best.case, multiple))
            } else if let [only] = *scratch.candidates {
                Some((only, false))
            } else {
                best_of_few(yours, side, &scratch.candidates, &mut scratch.work)
            };
            if let Some((case, multiple_case)) = found {
                observer.chosen(tier, case, multiple_case);
                return Some((tier, case, multiple_case));
            }
        }
        None
    }

    /// Every candidate of a tier, the best first.
    pub(super) fn in_order(
        &self,
        tier: Tier,
        yours: &Yours<'_>,
        side: &Side,
        scratch: &mut Scratch,
    ) -> Vec<Candidate> {
        let all = if scratch.buckets.is_empty() {
            scratch.candidates.clone()
        } else {
            (0..side.extract.cases.len() as CaseNumber)
                .filter(|&number| self.is_candidate(tier, yours, side, number))
                .collect()
        };
        let mut candidates: Vec<_> = all
            .into_iter()
            .map(|number| candidate_of(yours, side, number, &mut scratch.work))
            .collect();
        candidates.sort_by(|a, b| a.order(b, &side.extract, self.routine).0);
        candidates
    }
}

/// The best of candidates each of which is compared, and whether they have different Case IDs.
fn best_of_few(
    yours: &Yours<'_>,
    side: &Side,
    candidates: &[CaseNumber],
    work: &mut Work,
) -> Option<(CaseNumber, bool)> {
    let mut candidates = candidates
        .iter()
        .map(|&number| candidate_of(yours, side, number, work));
    let mut best: Candidate = candidates.next()?;
    let mut multiple_case = false;
    let id = |candidate: &Candidate| side.extract.cases[candidate.case as usize].data.id;
    let first_id = id(&best);
    for candidate in candidates {
        multiple_case |= id(&candidate) != first_id;
        let order = candidate.order(&best, &side.extract, Routine::Published);
        if order.0.is_lt() {
            best = candidate;
        }
    }
    Some((best.case, multiple_case))
}
