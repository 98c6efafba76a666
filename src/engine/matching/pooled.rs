//! The pooled routine (matching.md, section 9) (ours): all ways of finding a case are tried, and
//! the participants decide.
//!
//! Keys that too many cases share are searched as in decision 0008: cases that share with yours a
//! participant's key that is not crowded are compared one by one; of the others, which share only
//! crowded keys, none can be better than the first that reaches the upper bound.

use super::compare::{different_in_role, with_strict};
use super::crowd::{BucketKey, CROWD, Member};
use super::crowd_search::{candidate_of, related};
use super::matcher::Yours;
use super::observer::Dropped;
use super::state_index::PooledKey;
use super::strict::Work;
use super::tiers::{look_up, sort_and_dedup};
use super::{Candidate, Comparison, Matcher, Observer, Routine, Scratch, Side, Tier};
use crate::engine::extract::CaseRows;
use crate::engine::extract::{CaseNumber, id_key};
use crate::engine::matching::{child_name_and_birth, naming_key, zero_free_key};
use crate::formats::record::CaseId;
use crate::formats::reference::State;

/// The best candidate so far, and whether the candidates that are equally good for you have
/// different Case IDs.
struct Search<'a> {
    matcher: &'a Matcher<'a>,
    yours: &'a Yours<'a>,
    side: &'a Side,
    best: Option<Candidate>,
    several_ids: bool,
    work: &'a mut Work,
}

impl Matcher<'_> {
    /// The best of all candidates: the first tier that finds it, its number, and the Multiple Case
    /// Indicator.
    pub(super) fn search_pooled<O: Observer>(
        &self,
        yours: &Yours<'_>,
        side: &Side,
        scratch: &mut Scratch,
        observer: &mut O,
    ) -> Option<(Tier, CaseNumber, bool)> {
        let data = &yours.case.data;
        let mutual = case_that_names(side, data.other_id, (yours.extract().state, data.id));
        // Two cases that name each other are the best possible candidate, and there is only one
        // such pair: the key of a case is its Case ID with the state and the Case ID that it names.
        if let (Some(mutual), false) = (mutual, O::COMPLETE) {
            return Some((Tier::CaseId, mutual, false));
        }
        if O::COMPLETE {
            self.report_all(yours, side, scratch, observer);
        }
        let (few, buckets) = self.gather_all(yours, side, scratch);
        let mut search = Search::new(self, yours, side, &mut scratch.work);
        for &number in &few {
            if let Err(dropped) = search.consider(number) {
                observer.dropped(number, dropped);
            }
        }
        if !buckets.is_empty() {
            search.crowd(&few, &buckets);
        }
        let (best, several_ids) = (search.best?, search.several_ids);
        let tiers = Tier::ALL.into_iter();
        let mut found_by = tiers.filter(|&tier| self.is_candidate(tier, yours, side, best.case));
        let tier = found_by.next()?;
        observer.chosen(tier, best.case, several_ids);
        Some((tier, best.case, several_ids))
    }

    /// The candidates under keys that are not crowded, without duplicates, and the crowded keys.
    fn gather_all(
        &self,
        yours: &Yours<'_>,
        side: &Side,
        scratch: &mut Scratch,
    ) -> (Vec<CaseNumber>, Vec<(Tier, BucketKey)>) {
        prefetch_keys(yours, side, &mut scratch.keys);
        let (mut few, mut unsure, mut crowded) = (Vec::new(), Vec::new(), Vec::new());
        for tier in Tier::ALL {
            let is_certain = look_up(tier, yours, side, scratch);
            let found = if is_certain { &mut few } else { &mut unsure };
            found.extend_from_slice(&scratch.candidates);
            crowded.extend(scratch.buckets.iter().map(|&bucket| (tier, bucket)));
        }
        sort_and_dedup(&mut few);
        sort_and_dedup(&mut unsure);
        // Often several keys lead to the same case. If a key found it that is certain, or cheap to
        // check, the expensive check by names is skipped.
        let certain = few.len();
        few.extend(
            unsure
                .into_iter()
                .filter(|&number| {
                    few[..certain].binary_search(&number).is_err()
                        && CHEAPEST_FIRST
                            .into_iter()
                            .any(|tier| self.is_candidate(tier, yours, side, number))
                })
                .collect::<Vec<_>>(),
        );
        few.retain(|&number| self.takes_part(yours, side, number));
        few.sort_unstable();
        (few, crowded)
    }

    /// Reports every key, and its candidates that are not dropped, the best first.
    fn report_all<O: Observer>(
        &self,
        yours: &Yours<'_>,
        side: &Side,
        scratch: &mut Scratch,
        observer: &mut O,
    ) {
        for tier in Tier::ALL {
            self.gather(tier, yours, side, scratch);
            self.report_keys(tier, yours, side, observer);
            let mut ordered = self.in_order(tier, yours, side, scratch);
            let mut search = Search::new(self, yours, side, &mut scratch.work);
            ordered.retain(|candidate| search.judge(candidate.case).is_ok());
            observer.tier_tried(tier, &ordered);
        }
    }
}

/// Prefetches what the lookups of a case will read: each step is taken for all keys before the
/// next, so that the cache misses overlap. This must not decide or store anything.
fn prefetch_keys(yours: &Yours<'_>, side: &Side, keys: &mut Vec<(PooledKey, u32)>) {
    let Some(pooled) = &side.index.pooled else {
        return;
    };
    keys.clear();
    let data = &yours.case.data;
    let naming = naming_key(yours.extract().state, data.id);
    keys.push((PooledKey::Naming, naming));
    if !data.other_id.is_blank() {
        keys.push((PooledKey::ZeroFree, zero_free_key(data.other_id)));
    }
    for row in yours.rows.iter().take(MOST_PREFETCHED) {
        let adult = row.adult_key().map(|key| (PooledKey::Adult, key));
        let child = row.child_key().map(|key| (PooledKey::Child, key));
        let named = child_name_and_birth(row).map(|key| (PooledKey::ChildName, key));
        keys.extend([adult, child, named].into_iter().flatten());
    }
    let postings = |key: PooledKey| match key {
        PooledKey::Naming => &pooled.naming,
        PooledKey::ZeroFree => &pooled.zero_free,
        PooledKey::Adult => &side.index.adults,
        PooledKey::Child => &side.index.children,
        PooledKey::ChildName => &pooled.children,
    };
    for (of, key) in &mut *keys {
        *key = postings(*of).bucket(*key).start;
    }
    let mut touched = 0;
    for &(of, first) in &*keys {
        touched ^= postings(of).entry(first);
    }
    std::hint::black_box(touched);
}

/// At most this many participants of a case are prefetched.
const MOST_PREFETCHED: usize = 16;

/// The tiers, sorted by the cost of checking whether a tier finds a case, cheapest first.
const CHEAPEST_FIRST: [Tier; 7] = [
    Tier::NamesYours,
    Tier::CaseIdButZeroes,
    Tier::CaseId,
    Tier::ChildSsn,
    Tier::TwoAdults,
    Tier::ChildNameAndBirth,
    Tier::AdultAndChildName,
];

impl<'a> Search<'a> {
    fn new(
        matcher: &'a Matcher<'a>,
        yours: &'a Yours<'a>,
        side: &'a Side,
        work: &'a mut Work,
    ) -> Self {
        Search {
            matcher,
            yours,
            side,
            best: None,
            several_ids: false,
            work,
        }
    }

    /// Compares a candidate, or drops it.
    fn judge(&mut self, number: CaseNumber) -> Result<Candidate, Dropped> {
        let candidate = candidate_of(self.yours, self.side, number, self.work);
        if !candidate.names_each_other() {
            if candidate.comparison.nobody_matched() {
                return Err(Dropped::NobodyMatched);
            }
            if !candidate.your_case_names_it && self.is_taken(number) {
                return Err(Dropped::Taken);
            }
        }
        Ok(candidate)
    }

    /// Compares a candidate and keeps it if it is the best so far.
    fn consider(&mut self, number: CaseNumber) -> Result<Candidate, Dropped> {
        let candidate = self.judge(number)?;
        let extract = &self.side.extract;
        let Some(best) = &self.best else {
            self.best = Some(candidate);
            return Ok(candidate);
        };
        let order = candidate.order_for_you(best, extract, Routine::Pooled);
        if order.is_lt() {
            self.several_ids = false;
        } else if order.is_eq() {
            let id = |candidate: &Candidate| extract.cases[candidate.case as usize].data.id;
            self.several_ids |= id(&candidate) != id(best);
        }
        if candidate.order(best, extract, Routine::Pooled).0.is_lt() {
            self.best = Some(candidate);
        }
        Ok(candidate)
    }

    /// Whether a candidate that your case does not name belongs to another open case C of your
    /// state: the two name each other, and C's participants have more different strict
    /// counterparts, with a role that agrees, in the candidate than yours have.
    fn is_taken(&mut self, number: CaseNumber) -> bool {
        let theirs = &self.side.extract.cases[number as usize];
        let your_state = self.yours.extract().state;
        if theirs.data.other_state != Some(your_state)
            || theirs.data.other_id.is_blank()
            || theirs.data.other_id == self.yours.case.data.id
        {
            return false;
        }
        let named = (self.side.extract.state, theirs.data.id);
        let Some(other) = case_that_names(self.yours.side, theirs.data.other_id, named) else {
            return false;
        };
        let extract = self.yours.extract();
        let other = &extract.cases[other as usize];
        if !other.data.open {
            return false;
        }
        let rows = CaseRows {
            extract: &self.side.extract,
            rows: self.side.extract.rows_of(theirs),
        };
        let mut found = |yours: CaseRows<'_>| {
            with_strict(yours, rows, self.work, |ours, counterparts| {
                different_in_role(ours, rows.rows, counterparts)
            })
        };
        let others = CaseRows {
            extract,
            rows: extract.rows_of(other),
        };
        found(others) > found(self.yours.participants())
    }

    /// Searches the candidates under crowded keys.
    fn crowd(&mut self, few: &[CaseNumber], buckets: &[(Tier, BucketKey)]) {
        let (matcher, yours, side) = (self.matcher, self.yours, self.side);
        let (related, bound) = related(&side.crowd, yours);
        let is_candidate =
            |tier: Tier, number: CaseNumber| matcher.is_candidate(tier, yours, side, number);
        // A case that your case names and that names it comes before all others, even if nobody
        // matches.
        let data = &yours.case.data;
        let mutual = case_that_names(side, data.other_id, (yours.extract().state, data.id));
        let by_a_key = |number: &CaseNumber| {
            few.binary_search(number).is_err()
                && buckets.iter().any(|&(tier, _)| is_candidate(tier, *number))
        };
        for number in related.into_iter().chain(mutual).filter(by_a_key) {
            // Only drops of the other candidates are reported.
            self.consider(number).ok();
        }
        if bound.nobody_matched() {
            // No participant of yours can match in the rest, so all of it is dropped.
            return;
        }
        for &(tier, bucket) in buckets {
            for run in side.crowd.runs(bucket) {
                let one_id = side.crowd.one_case_id.contains(&(bucket, run[0].names));
                self.scan(tier, run, one_id, &bound);
            }
        }
    }

    /// Visits the members in order until one reaches the bound, and it is known whether a candidate
    /// with another Case ID is equally good.
    fn scan(&mut self, tier: Tier, run: &[Member], one_id: bool, bound: &Comparison) {
        for member in run {
            if !self
                .matcher
                .is_candidate(tier, self.yours, self.side, member.case)
            {
                continue;
            }
            let Ok(candidate) = self.consider(member.case) else {
                continue;
            };
            if figures(&candidate.comparison) < figures(bound) {
                continue;
            }
            let Some(best) = &self.best else { continue };
            let extract = &self.side.extract;
            let equals_the_best = candidate
                .order_for_you(best, extract, Routine::Pooled)
                .is_eq();
            let id = |number: CaseNumber| extract.cases[number as usize].data.id;
            let nothing_to_find = one_id && id(member.case) == id(best.case);
            if !equals_the_best || self.several_ids || nothing_to_find {
                return;
            }
        }
    }
}

/// The figures of the pooled choice that depend on your participants, in the order of its steps.
fn figures(comparison: &Comparison) -> [u32; 4] {
    [
        comparison.in_role,
        comparison.indicators(),
        comparison.children,
        comparison.adults,
    ]
}

/// The case of a state with this Case ID that names a given state and Case ID. There is at most
/// one, because the three are the key of a case.
pub(crate) fn case_that_names(
    side: &Side,
    id: CaseId,
    (state, other_id): (State, CaseId),
) -> Option<CaseNumber> {
    if id.is_blank() || side.fcr_supplied() {
        return None;
    }
    let extract = &side.extract;
    if extract.by_id.count(id_key(id)) > CROWD {
        let bucket = BucketKey::case_id(id);
        let naming = side.crowd.naming(bucket, state.index() as u8, other_id);
        return naming
            .iter()
            .map(|member| member.case)
            .find(|&number| extract.cases[number as usize].data.id == id);
    }
    extract.cases_with_id(id).find(|&number| {
        let data = &extract.cases[number as usize].data;
        data.other_state == Some(state) && data.other_id == other_id
    })
}
