//! What the match tells of its way to an answer, to whoever asks.

use super::choice::Candidate;
use super::tier::Tier;
use crate::engine::extract::CaseNumber;

/// Told what the match tries and why it chooses. Nobody asking costs nothing: the calls vanish.
pub trait Observer {
    /// Whether all keys are to be told, and all candidates to be compared and ordered, also where
    /// the answer needs only the best of a crowd.
    const COMPLETE: bool = true;

    /// A key of a tier was tried; told before [`Observer::tier_tried`].
    fn key_tried(&mut self, tier: Tier, tried: KeyTried);

    /// A tier was tried; its candidates stand in the order of the choice.
    fn tier_tried(&mut self, tier: Tier, candidates: &[Candidate]);

    /// The pooled routine drops a candidate.
    fn dropped(&mut self, case: CaseNumber, why: Dropped);

    /// A tier decided: the case that it chose, and whether its candidates have two or more
    /// different Case IDs. What follows may still suppress the match.
    fn chosen(&mut self, tier: Tier, case: CaseNumber, multiple_case: bool);
}

/// One key of a tier, and how many cases of the other state it found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyTried {
    /// The place of your participant whose key it is, from 0; none for the Case ID.
    pub participant: Option<usize>,
    /// Cases under the key.
    pub cases: usize,
    /// Those of them that `--counterpart directed` drops.
    pub dropped: usize,
    /// Those that became candidates: in tier 3 a child's name has to be the same, too.
    pub candidates: usize,
}

/// Nobody asks.
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

/// Why the pooled routine drops a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dropped {
    /// It and another open case of yours name each other, and more of its participants are found
    /// there.
    Taken,
    /// No participant has a strict counterpart, and the two do not name each other.
    NobodyMatched,
}
