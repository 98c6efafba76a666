//! The confidence classes of a run's answers, compared with the truth.

use crate::engine::confidence::{ClaimCounts, Class, Facts, Share};
use crate::formats::record::CaseId;
use crate::formats::reference::State;

/// An answer whose class is known when all answers to its state are.
pub(super) struct Pending {
    pub(super) facts: Facts,
    pub(super) other: State,
    pub(super) case: CaseId,
    pub(super) right: bool,
}

/// Answers by class.
pub type ByClass = [Share; Class::COUNT];

/// Counts the answers to one state; which of its cases have one counterpart is in `claims`.
pub(super) fn count(pending: Vec<Pending>, claims: &ClaimCounts, by_class: &mut ByClass) {
    for mut answer in pending {
        answer.facts.claimed_twice = claims.is_claimed_twice(answer.other, answer.case);
        let share = &mut by_class[answer.facts.class() as usize];
        share.trials += 1;
        share.right += u64::from(answer.right);
    }
}
