//! Records what the matcher does while it searches.

use crate::engine::extract::CaseNumber;
use crate::engine::matching::{Candidate, Dropped, KeyTried, Observer, Tier};

/// What the matcher did for one case.
#[derive(Default)]
pub(super) struct Recorder {
    pub(super) keys: Vec<(Tier, KeyTried)>,
    pub(super) tiers: Vec<(Tier, Vec<Candidate>)>,
    /// Candidates that the pooled routine dropped.
    pub(super) dropped: Vec<(CaseNumber, Dropped)>,
    pub(super) chosen: Option<(Tier, CaseNumber, bool)>,
}

impl Observer for Recorder {
    fn key_tried(&mut self, tier: Tier, tried: KeyTried) {
        self.keys.push((tier, tried));
    }

    fn tier_tried(&mut self, tier: Tier, candidates: &[Candidate]) {
        self.tiers.push((tier, candidates.to_vec()));
    }

    fn dropped(&mut self, case: CaseNumber, why: Dropped) {
        self.dropped.push((case, why));
    }

    fn chosen(&mut self, tier: Tier, case: CaseNumber, multiple_case: bool) {
        self.chosen = Some((tier, case, multiple_case));
    }
}
