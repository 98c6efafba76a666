//! Combines what several answers of the response say about one case or participant: it can occur in
//! two actions of one IV-D case, in two response files, or twice in one case. Answers that agree
//! give one row; answers that disagree give none, and go to the worklist (ours).

use std::collections::{BTreeMap, BTreeSet};

use super::ResponseCase;
use super::decision::{CaseFinding, Decision, FcrPart, RecordDecision, SsnDoubt, Written};
use super::persons::listed;
use crate::engine::matching::ReasonCode;
use crate::formats::record::is_blank;

/// The indexes of a decision's case, and of its record within the case.
type Place = (usize, usize);

/// Revises the decisions that depend on other cases.
pub(super) fn settle(cases: &[ResponseCase<'_>], decisions: &mut [Decision]) {
    settle_cases(cases, decisions);
    settle_participants(cases, decisions);
}

/// 02: a case is identified by Case ID, other state and Other State Case ID, as submitted.
fn settle_cases(cases: &[ResponseCase<'_>], decisions: &mut [Decision]) {
    let mut answers: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (place, case) in cases.iter().enumerate() {
        let key = (case.id(), case.other_state(), case.other_id());
        answers.entry(key).or_default().push(place);
    }
    for places in answers.into_values().filter(|places| places.len() > 1) {
        let given: BTreeSet<_> = places
            .iter()
            .map(|&place| cases[place].their_id())
            .collect();
        let mut written = false;
        for place in places {
            let decision = &mut decisions[place];
            if given.len() > 1 {
                decision.answers_disagree = true;
                if decision.update_case_id.take().is_some() {
                    decision.listed.push(CaseFinding::AnswersDisagree);
                }
            } else if decision.update_case_id.is_some() {
                if written {
                    decision.update_case_id = Some(Written::Elsewhere);
                }
                written = true;
            }
        }
    }
}

/// 07 and 08: a participant is identified by Case ID and Member ID, whatever the other state.
fn settle_participants(cases: &[ResponseCase<'_>], decisions: &mut [Decision]) {
    let mut participants: BTreeMap<(&[u8], &[u8]), Vec<Place>> = BTreeMap::new();
    for (place, case) in cases.iter().enumerate() {
        // Sorted by their bytes, so that the order of a case's records decides nothing (decision
        // 0023).
        let mut order: Vec<usize> = (0..case.records.len()).collect();
        order.sort_by_key(|&at| &case.records[at].bytes);
        for at in order {
            let member = case.member_id(case.records[at]);
            let takes_over = matches!(
                decisions[place].records[at],
                RecordDecision::UpdateSsn(_) | RecordDecision::AddSsn(_)
            );
            if takes_over && !is_blank(member) {
                let key = (case.id(), member);
                participants.entry(key).or_default().push((place, at));
            }
        }
    }
    for places in participants.into_values().filter(|places| places.len() > 1) {
        settle_updates(cases, decisions, &places);
        settle_additions(cases, decisions, &places);
    }
}

fn their_ssn<'r>(cases: &[ResponseCase<'r>], (place, at): Place) -> &'r [u8] {
    let (case, record) = (&cases[place], cases[place].records[at]);
    case.fields().response.ssn.of(&record.bytes)
}

/// Revises the updates of one participant's SSN.
fn settle_updates(cases: &[ResponseCase<'_>], decisions: &mut [Decision], places: &[Place]) {
    let mut updates: Vec<(Place, ReasonCode)> = Vec::new();
    for &(place, at) in places {
        if let RecordDecision::UpdateSsn(code) = decisions[place].records[at] {
            updates.push(((place, at), code));
        }
    }
    let values: BTreeSet<_> = updates
        .iter()
        .map(|(at, _)| their_ssn(cases, *at))
        .collect();
    for (nth, ((place, at), code)) in updates.into_iter().enumerate() {
        let decision = &mut decisions[place].records[at];
        if values.len() > 1 {
            *decision = listed(code, SsnDoubt::AnswersDisagree);
        } else if nth > 0 {
            *decision = RecordDecision::InAnotherRow;
        }
    }
}

/// Revises the additional SSNs of one participant: an FP record has two fields for them.
fn settle_additions(cases: &[ResponseCase<'_>], decisions: &mut [Decision], places: &[Place]) {
    let mut first: Option<Place> = None;
    let mut values: Vec<&[u8]> = Vec::new();
    for &(place, at) in places {
        if !matches!(decisions[place].records[at], RecordDecision::AddSsn(_)) {
            continue;
        }
        let ssn = their_ssn(cases, (place, at));
        let decision = match values.len() {
            _ if values.contains(&ssn) => RecordDecision::InAnotherRow,
            0 => {
                first = Some((place, at));
                RecordDecision::AddSsn(FcrPart::First { second: None })
            }
            1 => {
                if let (Some((place, at)), Ok(second)) = (first, ssn.try_into()) {
                    let second = Some(second);
                    decisions[place].records[at] =
                        RecordDecision::AddSsn(FcrPart::First { second });
                }
                RecordDecision::AddSsn(FcrPart::Second)
            }
            _ => listed(ReasonCode::R08, SsnDoubt::TwoAdded),
        };
        decisions[place].records[at] = decision;
        if !values.contains(&ssn) {
            values.push(ssn);
        }
    }
}
