//! A lead, and the order of several.

use super::ask::{Ask, Why};
use super::compare::Asker;
use super::evidence::{Evidence, EvidenceSet};
use super::weights::{Weight, share_at, standing, weight_of};
use crate::engine::confidence::Share;
use crate::engine::extract::{Case, CaseNumber};
use crate::engine::matching::Side;

/// The most leads of a case.
pub const MOST_LEADS: usize = 3;

/// A case of the other state that may be the counterpart.
#[derive(Clone, Copy, Debug)]
pub struct Lead {
    /// The case.
    pub case: CaseNumber,
    /// What speaks for it and against it.
    pub evidence: EvidenceSet,
    /// The sum of the weights.
    pub weight: Weight,
    /// By how much it is ahead of the best other candidate, or of there being none.
    pub standing: Weight,
    /// How often such leads were right.
    pub share: Share,
}

/// The best of a case's candidates, in order.
pub(super) fn best(
    asker: &Asker<'_>,
    ask: &Ask,
    why: Why,
    theirs: &Side,
    candidates: impl Iterator<Item = CaseNumber>,
) -> Vec<Lead> {
    let case = |number: CaseNumber| &theirs.extract.cases[number as usize];
    let mut all: Vec<(Weight, CaseNumber, EvidenceSet)> = candidates
        .map(|number| {
            let evidence = asker.evidence(theirs, number);
            (weight_of(evidence), number, evidence)
        })
        .filter(|(_, _, evidence)| evidence.iter().any(|piece| !piece.is_against()))
        .collect();
    let is_rival = |number: CaseNumber, evidence: EvidenceSet| {
        case(number).data.open
            && has_their_people(evidence)
            && !evidence.holds(Evidence::RolesExchanged)
    };
    if all
        .iter()
        .any(|&(_, number, evidence)| is_rival(number, evidence))
    {
        for (weight, number, evidence) in &mut all {
            if !case(*number).data.open && has_their_people(*evidence) {
                evidence.add(Evidence::PeopleInOpenCase);
                *weight = weight_of(*evidence);
            }
        }
    }
    let order = |number: CaseNumber| {
        let data = &case(number).data;
        (!data.open, data.id, data.other_state, data.other_id)
    };
    all.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| order(a.1).cmp(&order(b.1))));
    // Two actions of one case are one lead.
    let mut ids = Vec::with_capacity(MOST_LEADS);
    all.retain(|&(_, number, _)| {
        let id = case(number).data.id;
        let is_new = ids.len() < MOST_LEADS && !ids.contains(&id);
        if is_new {
            ids.push(id);
        }
        is_new
    });
    if ask.needs_a_rival() {
        let answer = ask.found.map(|(number, _)| number);
        let mut others = all.iter().filter(|(_, number, _)| Some(*number) != answer);
        if !others.any(|&(_, number, evidence)| is_rival(number, evidence)) {
            return Vec::new();
        }
    }
    let weights: Vec<Weight> = all.iter().map(|(weight, ..)| *weight).collect();
    all.iter()
        .enumerate()
        .map(|(place, &(weight, case, evidence))| {
            let standing = standing(&weights, place);
            Lead {
                case,
                evidence,
                weight,
                standing,
                share: share_at(why, standing),
            }
        })
        .collect()
}

/// Whether the people of a case stand there: two of CP, NP and children are the same.
fn has_their_people(evidence: EvidenceSet) -> bool {
    use Evidence as E;
    let same = [
        [E::CpSsn, E::CpSsnNear, E::CpNameBirth],
        [E::NpSsn, E::NpSsnNear, E::NpNameBirth],
        [E::ChildSsn, E::ChildSsnNear, E::ChildNameBirth],
    ];
    let found = same
        .iter()
        .filter(|pieces| pieces.iter().any(|&piece| evidence.holds(piece)));
    found.count() > 1
}

impl Lead {
    /// The case.
    pub fn case_of<'a>(&self, theirs: &'a Side) -> &'a Case {
        &theirs.extract.cases[self.case as usize]
    }
}
