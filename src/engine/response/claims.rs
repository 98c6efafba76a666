//! Counts cases that were answered with the same case of another state
//! (`cases_counterpart_shared`).

use crate::engine::extract::CaseNumber;
use crate::engine::matching::{Found, Tier};
use crate::formats::reference::{STATE_COUNT, State};

/// An answer of one case with a case of another state.
#[derive(Clone, Copy)]
pub(super) struct Claim {
    state: State,
    case: CaseNumber,
    /// Found by tier 1, by the submitted Case ID.
    by_case_id: bool,
}

impl Claim {
    pub(super) fn of(found: &Found<'_>) -> Self {
        Claim {
            state: found.side.extract.state,
            case: found.case,
            by_case_id: found.tier == Tier::CaseId,
        }
    }
}

/// The claims of one state's cases, as one bit for each case of the other states.
#[derive(Default)]
pub(super) struct Claims {
    claimed: Bits,
    /// Cases that were claimed more than once.
    shared: Bits,
    /// Claims by other tiers than 1.
    by_participants: Vec<Claim>,
}

/// One bit for each case of each state.
struct Bits([Vec<u64>; STATE_COUNT]);

impl Default for Bits {
    fn default() -> Self {
        Bits([const { Vec::new() }; STATE_COUNT])
    }
}

impl Bits {
    /// Sets a bit. Returns whether it was set before.
    fn set(&mut self, claim: Claim) -> bool {
        let words = &mut self.0[claim.state.index()];
        let (word, bit) = (claim.case as usize / 64, 1 << (claim.case % 64));
        if words.len() <= word {
            words.resize(word + 1, 0);
        }
        let was_set = words[word] & bit != 0;
        words[word] |= bit;
        was_set
    }

    fn holds(&self, claim: Claim) -> bool {
        let word = self.0[claim.state.index()].get(claim.case as usize / 64);
        word.is_some_and(|word| word >> (claim.case % 64) & 1 == 1)
    }
}

impl Claims {
    pub(super) fn add(&mut self, claim: Claim) {
        if self.claimed.set(claim) {
            self.shared.set(claim);
        }
        if !claim.by_case_id {
            self.by_participants.push(claim);
        }
    }

    /// Whether several cases were answered with a case.
    pub(super) fn is_shared(&self, state: State, case: CaseNumber) -> bool {
        self.shared.holds(Claim {
            state,
            case,
            by_case_id: false,
        })
    }

    /// The number of cases that were answered, by tier 2 or higher, with a case that also answers
    /// another one.
    pub(super) fn shared(&self) -> u64 {
        let shared = |claim: &&Claim| self.shared.holds(**claim);
        self.by_participants.iter().filter(shared).count() as u64
    }
}
