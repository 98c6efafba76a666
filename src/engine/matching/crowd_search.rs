//! Finds the best of many candidates without comparing each (decision 0008).
//!
//! 1. Few cases share with yours a key that is *not* crowded; each of them is compared.
//! 2. All other cases share only crowded keys with yours, so the number of your participants with a
//!    crowded key is an upper bound on their matches. They are visited in order; the first that
//!    reaches the bound ends the search, because no later one can be better.

use super::crowd::{
    BucketKey, CROWD, Crowd, Member, name_and_birth_key, name_and_role_key, ssn_key,
};
use super::matcher::Yours;
use super::strict::Work;
use super::{Candidate, Comparison, Matcher, Routine, Side, Tier};
use crate::engine::extract::CaseNumber;
use crate::engine::extract::{CaseRows, Row};
use crate::formats::record::{CaseId, ParticipantType};

/// A search among a tier's candidates.
struct Search<'a> {
    matcher: &'a Matcher<'a>,
    tier: Tier,
    yours: &'a Yours<'a>,
    side: &'a Side,
    best: Option<Candidate>,
    work: &'a mut Work,
}

/// The figures of the published choice that depend on your participants: children, adults,
/// indicators.
fn figures(comparison: &Comparison) -> (u32, u32, u32) {
    (
        comparison.children,
        comparison.adults,
        comparison.indicators(),
    )
}

impl Search<'_> {
    fn is_candidate(&self, number: CaseNumber) -> bool {
        self.matcher
            .is_candidate(self.tier, self.yours, self.side, number)
    }

    fn consider(&mut self, number: CaseNumber) -> Candidate {
        let candidate = candidate_of(self.yours, self.side, number, self.work);
        let is_better = |best: &Candidate| {
            let order = candidate.order(best, &self.side.extract, Routine::Published);
            order.0.is_lt()
        };
        if self.best.as_ref().is_none_or(is_better) {
            self.best = Some(candidate);
        }
        candidate
    }

    /// Visits the members in order until one reaches the bound.
    fn scan(&mut self, members: &[Member], bound: &Comparison) {
        for member in members {
            if self.is_candidate(member.case) {
                let candidate = self.consider(member.case);
                if figures(&candidate.comparison) >= figures(bound) {
                    return;
                }
            }
        }
    }
}

impl Matcher<'_> {
    /// The best of the candidates under crowded keys and of `few`, which have other keys; and
    /// whether the candidates have two or more different Case IDs.
    pub(super) fn best_of_crowd(
        &self,
        tier: Tier,
        yours: &Yours<'_>,
        side: &Side,
        buckets: &[BucketKey],
        few: &[CaseNumber],
        work: &mut Work,
    ) -> Option<(Candidate, bool)> {
        let crowd = &side.crowd;
        let (related, bound) = related(crowd, yours);
        let mut search = Search {
            matcher: self,
            tier,
            yours,
            side,
            best: None,
            work,
        };
        for &number in few {
            search.consider(number);
        }
        for number in related {
            if search.is_candidate(number) {
                search.consider(number);
            }
        }
        let your_state = yours.extract().state.index() as u8;
        for &bucket in buckets {
            search.scan(crowd.naming(bucket, your_state, yours.case.data.id), &bound);
        }
        // A candidate that names your case is better than any that does not, so the others need not
        // be visited.
        if !search.best.is_some_and(|best| best.names_your_case) {
            for run in buckets.iter().flat_map(|&bucket| crowd.runs(bucket)) {
                search.scan(run, &bound);
            }
        }
        let best = search.best?;
        let id = side.extract.cases[best.case as usize].data.id;
        Some((
            best,
            tier != Tier::CaseId && search.has_other_id(id, buckets, few),
        ))
    }
}

/// Compares a case of the other state with yours.
pub(super) fn candidate_of(
    yours: &Yours<'_>,
    side: &Side,
    number: CaseNumber,
    work: &mut Work,
) -> Candidate {
    let case = &side.extract.cases[number as usize];
    let theirs = CaseRows {
        extract: &side.extract,
        rows: side.extract.rows_of(case),
    };
    let comparison = super::compare::score(yours.participants(), theirs, work);
    Candidate::new(
        (number, case),
        (yours.extract().state, yours.case),
        comparison,
    )
}

impl Search<'_> {
    /// Whether some candidate has another Case ID than this.
    fn has_other_id(&self, id: CaseId, buckets: &[BucketKey], few: &[CaseNumber]) -> bool {
        let differs = |number: CaseNumber| self.side.extract.cases[number as usize].data.id != id;
        let crowd = &self.side.crowd;
        few.iter().any(|&number| differs(number))
            || buckets
                .iter()
                .flat_map(|&bucket| crowd.runs(bucket))
                .any(|run| {
                    // If all have one Case ID, and it is `id`, none differs.
                    let one = crowd.one_case_id.contains(&(run[0].bucket, run[0].names));
                    (!one || differs(run[0].case))
                        && run
                            .iter()
                            .any(|member| differs(member.case) && self.is_candidate(member.case))
                })
    }
}

/// The cases of the crowd that share a key with yours that is not crowded, and an upper bound on
/// the comparison of any other case of the crowd.
pub(super) fn related(crowd: &Crowd, yours: &Yours<'_>) -> (Vec<CaseNumber>, Comparison) {
    let mut related = Vec::new();
    let mut is_crowded = |key: Option<u64>| {
        let Some(sharing) = key.map(|key| crowd.sharing(key)) else {
            return false;
        };
        if sharing.len() <= CROWD {
            related.extend(sharing);
            return false;
        }
        true
    };
    let crowded: Vec<(&Row, bool, bool)> = yours
        .rows
        .iter()
        .map(|row| {
            let undated = row.date_of_birth().is_some();
            let first = [
                is_crowded(ssn_key(row)),
                is_crowded(name_and_birth_key(row)),
            ];
            let by_role = is_crowded(name_and_role_key(row, undated));
            (row, first.contains(&true), by_role)
        })
        .collect();
    related.sort_unstable();
    related.dedup();
    // N2 needs somebody found by S or N1.
    let has_anchor = crowded.iter().any(|&(_, anchor, _)| anchor);
    let mut bound = Comparison::default();
    for (row, anchor, by_role) in crowded {
        let can_match = anchor || (has_anchor && by_role);
        if !can_match {
            continue;
        }
        bound.in_role += 1;
        match row.participant() {
            ParticipantType::Ch => bound.children += 1,
            ParticipantType::Cp => (bound.adults, bound.cp) = (bound.adults + 1, true),
            ParticipantType::Np | ParticipantType::Pf => {
                (bound.adults, bound.np) = (bound.adults + 1, true);
            }
            ParticipantType::Blank => {}
        }
    }
    (related, bound)
}
