//! Finds the counterpart of a case: looks up the tiers in turn, chooses a candidate, and compares
//! the participants.

use super::choice::Candidate;
use super::codes::CaseCodes;
use super::compare::compare;
use super::crowd_search::candidate_of;
use super::matcher::{Found, Matcher, Outcome, Scratch, Suppressed, Yours};
use super::observer::Observer;
use super::routine::Routine;
use super::side::Side;
use super::strict::Work;
use super::tier::Tier;
use crate::engine::extract::{CaseNumber, CaseRows};
use crate::formats::reference::State;

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
                self.report_keys(tier, yours, side, observer);
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

    /// All candidates of a tier, the best first.
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

/// The best of a few candidates, each of which is compared; and whether they have different Case
/// IDs.
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
