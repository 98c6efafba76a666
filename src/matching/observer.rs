//! What the match tells of its way to an answer, to whoever asks.

use super::{Candidate, Tier};

/// Told what the match tries and why it chooses. Nobody asking costs nothing: the calls vanish.
pub trait Observer {
    /// Whether all candidates are to be compared and ordered, also where the answer needs only the
    /// best of a crowd.
    const COMPLETE: bool = true;

    /// A tier was tried; its candidates stand in the order of the choice.
    fn tier_tried(&mut self, tier: Tier, candidates: &[Candidate]);
}

/// Nobody asks.
pub struct Unobserved;

impl Observer for Unobserved {
    const COMPLETE: bool = false;

    #[inline]
    fn tier_tried(&mut self, _tier: Tier, _candidates: &[Candidate]) {}
}
