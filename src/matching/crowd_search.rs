//! The best of many candidates without looking at each (decision 0008).
//!
//! 1. Cases that share with yours a key that is *not* crowded are few: each is compared.
//! 2. Any other case can share crowded keys only, so your participants that bear one bound how many
//!    can match. The cases are taken in their order, and the first that reaches the bound ends the
//!    search: none behind it can be better.

use super::crowd::{BucketKey, CROWD, Crowd, Member, dated_name_key, name_key, ssn_key};
use super::tiers::Yours;
use super::{Candidate, Matcher, Side, Tier};
use crate::case::CaseNumber;
use crate::record::{CaseId, ParticipantType};

/// A search among a tier's candidates.
struct Search<'a> {
    matcher: &'a Matcher<'a>,
    tier: Tier,
    yours: &'a Yours<'a>,
    side: &'a Side,
    best: Option<Candidate>,
}

impl Search<'_> {
    fn is_candidate(&self, number: CaseNumber) -> bool {
        self.matcher
            .is_candidate(self.tier, self.yours, self.side, number)
    }

    fn consider(&mut self, number: CaseNumber) -> Candidate {
        let candidate = candidate_of(self.yours, self.side, number);
        if self
            .best
            .is_none_or(|best| candidate.order(&best, &self.side.extract).0.is_lt())
        {
            self.best = Some(candidate);
        }
        candidate
    }

    /// Takes the members in their order until one reaches the bound.
    fn scan(&mut self, members: &[Member], bound: (u32, u32, u32)) {
        for member in members {
            if self.is_candidate(member.case) && self.consider(member.case).figures() >= bound {
                return;
            }
        }
    }
}

impl Matcher<'_> {
    /// The best of the candidates under crowded keys and of `few`, which were found otherwise, and
    /// whether the candidates have two or more different Case IDs.
    pub(super) fn best_of_crowd(
        &self,
        tier: Tier,
        yours: &Yours<'_>,
        side: &Side,
        buckets: &[BucketKey],
        few: &[CaseNumber],
    ) -> Option<(Candidate, bool)> {
        let crowd = &side.crowd;
        let (related, bound) = related(crowd, yours);
        let mut search = Search {
            matcher: self,
            tier,
            yours,
            side,
            best: None,
        };
        for &number in few {
            search.consider(number);
        }
        for number in related {
            if search.is_candidate(number) {
                search.consider(number);
            }
        }
        let your_state = yours.extract.state.index() as u8;
        for &bucket in buckets {
            search.scan(crowd.naming(bucket, your_state, yours.case.data.id), bound);
        }
        // One that names your case is better than any that does not, whatever the rest.
        if !search.best.is_some_and(|best| best.names_your_case) {
            for run in buckets.iter().flat_map(|&bucket| crowd.runs(bucket)) {
                search.scan(run, bound);
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
pub(super) fn candidate_of(yours: &Yours<'_>, side: &Side, number: CaseNumber) -> Candidate {
    let case = &side.extract.cases[number as usize];
    let theirs = side.extract.rows_of(case);
    let comparison = super::compare::score((yours.extract, yours.rows), (&side.extract, theirs));
    Candidate::new(number, case, yours.extract.state, yours.case, comparison)
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
                    // Where all have one Case ID, and it is this, there is nothing to find.
                    let one = crowd.one_case_id.contains(&(run[0].bucket, run[0].names));
                    (!one || differs(run[0].case))
                        && run
                            .iter()
                            .any(|member| differs(member.case) && self.is_candidate(member.case))
                })
    }
}

/// The cases of the crowd that share with yours a key under which few stand, and the most that any
/// other case can reach: children, adults, indicators.
fn related(crowd: &Crowd, yours: &Yours<'_>) -> (Vec<CaseNumber>, (u32, u32, u32)) {
    let mut related = Vec::new();
    let (mut children, mut adults, mut cp, mut np) = (0, 0, false, false);
    for row in yours.rows {
        let by_name = match row.date_of_birth() {
            Some(date) => [dated_name_key(row, Some(date)), dated_name_key(row, None)],
            None => [name_key(row), None],
        };
        let mut crowded = false;
        for key in [ssn_key(row), by_name[0], by_name[1]].into_iter().flatten() {
            let sharing = crowd.sharing(key);
            if sharing.len() > CROWD {
                crowded = true;
            } else {
                related.extend(sharing);
            }
        }
        if crowded {
            match row.participant() {
                ParticipantType::Ch => children += 1,
                ParticipantType::Cp => (adults, cp) = (adults + 1, true),
                ParticipantType::Np | ParticipantType::Pf => (adults, np) = (adults + 1, true),
                ParticipantType::Blank => {}
            }
        }
    }
    related.sort_unstable();
    related.dedup();
    (related, (children, adults, u32::from(cp) + u32::from(np)))
}
