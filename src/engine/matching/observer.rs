//! Lets an explanation observe the steps of a match. An observer must not change the outcome.

use super::choice::Candidate;
use super::tier::Tier;
use crate::engine::extract::CaseNumber;

/// Receives each step of a match. [`Unobserved`] does nothing, and its calls are compiled away.
pub trait Observer {
    /// Whether every key must be reported and every candidate compared and ordered, even if the
    /// outcome needs only the best of a crowd.
    const COMPLETE: bool = true;

    /// A key of a tier was tried. Called before [`Observer::tier_tried`].
    fn key_tried(&mut self, tier: Tier, tried: KeyTried);

    /// A tier was tried. Its candidates are in the order of the choice.
    fn tier_tried(&mut self, tier: Tier, candidates: &[Candidate]);

    /// The pooled routine dropped a candidate.
    fn dropped(&mut self, case: CaseNumber, why: Dropped);

    /// A tier decided: the case that it chose, and whether its candidates have two or more
    /// different Case IDs. The match may still be suppressed later.
    fn chosen(&mut self, tier: Tier, case: CaseNumber, multiple_case: bool);
}

/// One key of a tier, and the number of cases of the other state that have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyTried {
    /// The index of your participant that has the key, from 0; `None` for the Case ID.
    pub participant: Option<usize>,
    /// Cases under the key.
    pub cases: usize,
    /// Those of them that `--counterpart directed` drops.
    pub dropped: usize,
    /// Those that became candidates. In tier 3 a child's name must agree as well.
    pub candidates: usize,
}

/// The observer for a run that nobody observes.
pub struct Unobserved;

impl Observer for Unobserved {
    const COMPLETE: bool = false;

    #[inline]
    fn key_tried(&mut self, _tier: Tier, _tried: KeyTried) {}

    #[inline]
    fn tier_tried(&mut self, _tier: Tier, _candidates: &[Candidate]) {}

    #[inline]
    fn dropped(&mut self, _case: CaseNumber, _why: Dropped) {}

    #[inline]
    fn chosen(&mut self, _tier: Tier, _case: CaseNumber, _multiple_case: bool) {}
}

/// The reason why the pooled routine dropped a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dropped {
    /// It and another open case of yours name each other, and more of its participants have
    /// counterparts there.
    Taken,
    /// No participant has a strict counterpart, and the two cases do not name each other.
    NobodyMatched,
}
