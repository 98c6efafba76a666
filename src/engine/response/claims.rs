//! Which cases of the other states several of a state's cases were answered with.

use crate::engine::extract::CaseNumber;
use crate::engine::matching::{Found, Tier};
use crate::formats::reference::{STATE_COUNT, State};

/// A case of another state with which a case was answered.
#[derive(Clone, Copy)]
pub(super) struct Claim {
    state: State,
    case: CaseNumber,
    /// By tier 1, so by the Case ID that was submitted.
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

/// The claims of one state's cases: a bit for each case of the other states.
#[derive(Default)]
pub(super) struct Claims {
    claimed: Bits,
    /// Claimed more than once.
    shared: Bits,
    /// Those that were not found by Case ID.
    by_participants: Vec<Claim>,
}

/// A bit for each case of each state.
struct Bits([Vec<u64>; STATE_COUNT]);

impl Default for Bits {
    fn default() -> Self {
        Bits([const { Vec::new() }; STATE_COUNT])
    }
}

impl Bits {
    /// Sets a bit; true where it was set already.
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

    /// How many cases were answered, by tier 2 or higher, with a case that another one was answered
    /// with too.
    pub(super) fn shared(&self) -> u64 {
        let shared = |claim: &&Claim| self.shared.holds(**claim);
        self.by_participants.iter().filter(shared).count() as u64
    }
}
