//! A lead, and the order of several.

use super::ask::Why;
use super::compare::{Asker, have_the_same_people};
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

/// So many of a case's candidates, the best, are compared with each other.
const MOST_COMPARED: usize = 6;

/// A case that may be the counterpart, before it is compared with the others.
struct Candidate {
    case: CaseNumber,
    evidence: EvidenceSet,
    weight: Weight,
}

/// The best of a case's candidates, in order.
pub(super) fn best(
    asker: &Asker<'_>,
    why: Why,
    theirs: &Side,
    candidates: impl Iterator<Item = CaseNumber>,
) -> Vec<Lead> {
    let case = |number: CaseNumber| &theirs.extract.cases[number as usize];
    let mut all: Vec<Candidate> = candidates
        .map(|number| Candidate {
            case: number,
            evidence: asker.evidence(theirs, number),
            weight: 0,
        })
        .filter(|candidate| candidate.evidence.is_worth_telling())
        .collect();
    let order = |all: &mut Vec<Candidate>| {
        for candidate in all.iter_mut() {
            candidate.weight = weight_of(why, candidate.evidence);
        }
        all.sort_by_cached_key(|candidate| {
            let data = &case(candidate.case).data;
            let place = (!data.open, data.id, data.other_state, data.other_id);
            (std::cmp::Reverse(candidate.weight), place)
        });
    };
    order(&mut all);
    // Two actions of one case are one lead.
    let mut ids = Vec::with_capacity(MOST_COMPARED);
    all.retain(|candidate| {
        let id = case(candidate.case).data.id;
        let is_new = ids.len() < MOST_COMPARED && !ids.contains(&id);
        if is_new {
            ids.push(id);
        }
        is_new
    });
    if all.len() > 1 {
        compare_with_each_other(asker, theirs, &mut all);
        order(&mut all);
    }
    all.truncate(MOST_LEADS);
    let weights: Vec<Weight> = all.iter().map(|candidate| candidate.weight).collect();
    let leads = all.iter().enumerate().map(|(place, candidate)| {
        let standing = standing(&weights, place);
        let contested = candidate.evidence.is_contested();
        Lead {
            case: candidate.case,
            evidence: candidate.evidence,
            weight: candidate.weight,
            standing,
            share: share_at(why, contested, standing),
        }
    });
    leads.collect()
}

/// Adds to each candidate what the others say against it: that they have the same people, or name your
/// case too.
fn compare_with_each_other(asker: &Asker<'_>, theirs: &Side, all: &mut [Candidate]) {
    use Evidence as E;
    let is_open = |candidate: &Candidate| theirs.extract.cases[candidate.case as usize].data.open;
    let names_yours = |candidate: &Candidate| {
        candidate.evidence.holds(E::NamesYours) || candidate.evidence.holds(E::NamesYoursButZeroes)
    };
    for place in 1..all.len() {
        let (before, rest) = all.split_at_mut(place);
        let Some(b) = rest.first_mut() else { continue };
        for a in before {
            let naming = [names_yours(a), names_yours(b)];
            if have_the_same_people(theirs, a.case, b.case) {
                let pieces = match (asker.case.data.open, is_open(a), is_open(b)) {
                    (true, true, false) => [E::PeopleInClosedCase, E::PeopleInOpenCase],
                    (true, false, true) => [E::PeopleInOpenCase, E::PeopleInClosedCase],
                    _ => [E::PeopleInAnotherCase; 2],
                };
                a.evidence.add(pieces[0]);
                b.evidence.add(pieces[1]);
            }
            if naming[1] {
                a.evidence.add(E::AnotherNamesYours);
            }
            if naming[0] {
                b.evidence.add(E::AnotherNamesYours);
            }
        }
    }
}

impl Lead {
    /// The case.
    pub fn case_of<'a>(&self, theirs: &'a Side) -> &'a Case {
        &theirs.extract.cases[self.case as usize]
    }
}
