//! Decides what each case and record of a response needs, code by code (state-side.md), before any
//! output is built. [`decide`] must depend on the case, the policy and the run date alone.

use super::decision::{
    CaseFinding, Caution, CountyList, Decision, FcrPart, RecordDecision, RecordFinding, SsnDoubt,
    Written,
};
use super::{AnswerTo08, Policy, ResponseCase, ResponseRecord, persons};
use crate::engine::confidence::{Class, share_of};
use crate::engine::matching::MatchBasis;
use crate::engine::matching::{ReasonCode, ReasonCodes};
use crate::formats::record::{Date, ParticipantClass, ParticipantType, SsnField, text};
use crate::text::is_harmful;

/// Decides what a case needs, without regard to other cases.
pub fn decide(case: &ResponseCase<'_>, policy: &Policy, run_date: Date) -> Decision {
    let codes = case.codes();
    let mut decision = Decision {
        update_case_id: None,
        answers_disagree: false,
        listed: Vec::new(),
        wants_request: ReasonCodes::default(),
        wants_notice: false,
        records: Vec::new(),
        in_sync: is_in_sync(case, codes),
    };
    if codes.holds(ReasonCode::R01) {
        decision.listed.push(CaseFinding::NotFound);
    }
    if codes.holds(ReasonCode::R02) {
        let enough = share_is_met(case, policy);
        if !threshold_is_met(case, policy) && enough != Some(true) {
            decision.wants_request = decision.wants_request.with(ReasonCode::R02);
        } else {
            let cautions = cautions(case, policy);
            if cautions.is_empty() {
                decision.update_case_id = Some(Written::Here);
            } else {
                decision.listed.push(CaseFinding::Caution(cautions));
            }
        }
    }
    if codes.holds(ReasonCode::R03) {
        decision.listed.push(CaseFinding::County(county_list(case)));
    }
    if codes.holds(ReasonCode::R04) {
        decision.listed.push(CaseFinding::ClosedThere);
        let responding = case.yours(case.fields().extract.initiating_responding) == b"R";
        decision.wants_notice = policy.notice_of_closure && responding;
    }
    for record in &case.records {
        let needs = decide_record(case, record, policy, run_date);
        if needs == RecordDecision::Ask {
            decision.wants_request = decision.wants_request.with(ReasonCode::R06);
        }
        decision.records.push(needs);
    }
    persons::settle(case, &mut decision.records);
    let in_doubt = RecordDecision::List(RecordFinding::InDoubt);
    decision.in_sync &= !decision.records.contains(&in_doubt);
    decision
}

/// Whether nothing needs to be done: your counts equal the matched ones, and no record has another
/// code than 00. A count of 99 proves nothing, because it means 99 or more.
fn is_in_sync(case: &ResponseCase<'_>, codes: ReasonCodes) -> bool {
    let counts = case.counts();
    codes == ReasonCodes::default().with(ReasonCode::R00)
        && !counts.beyond()
        && counts.adults_yours == counts.adults_matched
        && counts.children_yours == counts.children_matched
}

/// The threshold of 02 [seed: every adult, and at least 75 % of the children]. If nobody matched,
/// it is not met [ours: not even with the lowest percentages].
fn threshold_is_met(case: &ResponseCase<'_>, policy: &Policy) -> bool {
    let counts = case.counts();
    let reaches = |matched: u8, all: u8, percent: u8| {
        u32::from(matched) * 100 >= u32::from(all) * u32::from(percent)
    };
    !counts.beyond()
        && counts.matched() > 0
        && reaches(
            counts.adults_matched,
            counts.adults_yours,
            policy.min_adults_percent,
        )
        && reaches(
            counts.children_matched,
            counts.children_yours,
            policy.min_children_percent,
        )
}

/// Whether answers of the case's class are right as often as the policy asks, by the lower bound of what
/// was measured; `None` where it asks nothing. A count of 99, and an answer in which nobody matched, meet
/// nothing (ours).
fn share_is_met(case: &ResponseCase<'_>, policy: &Policy) -> Option<bool> {
    let least = f64::from(policy.min_share_right) / 100_000.0;
    if policy.min_share_right == 0 {
        return None;
    }
    let counts = case.counts();
    let share = case
        .class()
        .map_or(0.0, |class| share_of(class).lower_bound());
    Some(share >= least && !counts.beyond() && counts.matched() > 0)
}

fn cautions(case: &ResponseCase<'_>, policy: &Policy) -> Vec<Caution> {
    let r = &case.fields().response;
    let enough = share_is_met(case, policy);
    // The share knows of indicators and of other cases; without it they are asked for.
    let asked = enough.is_none();
    let stands = [
        (
            policy.caution_fcr_supplied && case.says_yes(r.fcr_supplied),
            Caution::FcrSupplied,
        ),
        (
            asked && policy.caution_match_indicators && !case.says_yes(r.cp_match),
            Caution::CpNotMatched,
        ),
        (
            asked && policy.caution_match_indicators && !case.says_yes(r.np_match),
            Caution::NpNotMatched,
        ),
        (
            asked && policy.caution_multiple_case && case.says_yes(r.multiple_case),
            Caution::MultipleCase,
        ),
        (
            policy.caution_claimed_twice && case.is_claimed_twice(),
            Caution::ClaimedTwice,
        ),
        (
            enough == Some(false),
            Caution::ShareRight(case.class().unwrap_or(Class::Nobody)),
        ),
        (case.their_id().is_empty(), Caution::NoCaseId),
        (is_harmful(&text(case.their_id())), Caution::HarmfulCaseId),
    ];
    stands
        .into_iter()
        .filter(|(stands, _)| *stands)
        .map(|(_, caution)| caution)
        .collect()
}

fn county_list(case: &ResponseCase<'_>) -> CountyList {
    let county = |fips: &'_ [u8]| -> [u8; 3] { [fips[2], fips[3], fips[4]] };
    if county(case.theirs(case.fields().response.fips_code)) == *b"000" {
        CountyList::Central
    } else if county(case.yours(case.fields().extract.other_fips_code)) == *b"   " {
        CountyList::NoneOfYours
    } else {
        CountyList::Other
    }
}

fn decide_record(
    case: &ResponseCase<'_>,
    record: &ResponseRecord<'_>,
    policy: &Policy,
    run_date: Date,
) -> RecordDecision {
    // At most one of 06, 07 and 08 occurs (matching.md, section 7).
    if record.codes.holds(ReasonCode::R06) {
        missing(case, record, policy, run_date)
    } else if record.codes.holds(ReasonCode::R07) {
        match ssn_doubt(case, record, ReasonCode::R07) {
            None => RecordDecision::UpdateSsn(ReasonCode::R07),
            Some(doubt) => RecordDecision::List(RecordFinding::NoSsn(doubt)),
        }
    } else if record.codes.holds(ReasonCode::R08) {
        match (ssn_doubt(case, record, ReasonCode::R08), policy.ssn_08) {
            (Some(doubt), _) => RecordDecision::List(RecordFinding::OtherSsn(doubt)),
            (None, AnswerTo08::Add) => RecordDecision::AddSsn(FcrPart::First { second: None }),
            (None, AnswerTo08::Replace) => RecordDecision::UpdateSsn(ReasonCode::R08),
        }
    } else {
        RecordDecision::Nothing
    }
}

/// 06: adults are requested; minors, and participants without a type, go to a worker.
fn missing(
    case: &ResponseCase<'_>,
    record: &ResponseRecord<'_>,
    policy: &Policy,
    run_date: Date,
) -> RecordDecision {
    match record.participant {
        ParticipantType::Cp | ParticipantType::Np | ParticipantType::Pf => RecordDecision::Ask,
        ParticipantType::Blank => RecordDecision::List(RecordFinding::TypelessMissing),
        ParticipantType::Ch => {
            let fields = case.fields();
            let born = fields.submitted(&record.bytes, fields.extract.date_of_birth);
            // 1900-01-01 means an unknown date (W07).
            let is_valid = |born: &Date| *born <= run_date && born.ccyymmdd() != 19_000_101;
            match Date::parse(born).filter(is_valid) {
                None => RecordDecision::List(RecordFinding::AgelessMissing),
                Some(born) => {
                    // Compared as numbers CCYYMMDD, so a child born on 29 February comes of age on
                    // 1 March.
                    let of_age = born.ccyymmdd() + u32::from(policy.age_of_majority) * 10_000;
                    if of_age > run_date.ccyymmdd() {
                        RecordDecision::List(RecordFinding::MinorMissing)
                    } else {
                        RecordDecision::Nothing
                    }
                }
            }
        }
    }
}

/// The reason why the other state's SSN must not be taken over; `None` if it may.
fn ssn_doubt(
    case: &ResponseCase<'_>,
    record: &ResponseRecord<'_>,
    code: ReasonCode,
) -> Option<SsnDoubt> {
    let r = &case.fields().response;
    let says = |columns: crate::formats::layout::Columns| columns.of(&record.bytes);
    let adult = record.participant.class() == Some(ParticipantClass::Adult);
    let counts = case.counts();
    // 07 and 08 are given only to a participant that matched (matching.md, section 7) [ours: if the
    // counts say that none did, the record contradicts the case, and nothing may be based on it].
    let counted = match record.participant.class() {
        Some(ParticipantClass::Adult) => counts.adults_matched > 0,
        Some(ParticipantClass::Child) => counts.children_matched > 0,
        None => false,
    };
    if !counted {
        Some(SsnDoubt::NotCounted)
    } else if record.basis.is_some_and(|basis| !basis.hands_out_ssn()) {
        Some(SsnDoubt::NotHandedOut)
    } else if SsnField::parse(says(r.ssn)).usable().is_none() {
        Some(SsnDoubt::Unusable)
    } else if says(r.other_ssn_verification) != b"Y" {
        Some(SsnDoubt::TheirsUnverified)
    } else if code == ReasonCode::R08 && says(r.submitting_ssn_verification) != b"N" {
        Some(SsnDoubt::YoursStands)
    } else if adult && !(case.says_yes(r.cp_match) && case.says_yes(r.np_match)) {
        Some(SsnDoubt::Indicators)
    } else {
        None
    }
}

/// The reasons why no GSC14 is sent for a case [ours: a mistyped Case ID that happens to exist must
/// not send a family's names and SSNs to strangers].
pub(super) fn notice_refusals(case: &ResponseCase<'_>, decision: &Decision) -> Vec<&'static str> {
    let checks = [
        (
            decision.answers_disagree,
            "two answers to this case name different cases of the other state",
        ),
        (!case.is_open(), "your case is closed"),
        (case.counts().matched() == 0, "nobody of your case matched"),
        (
            case.their_id().is_empty(),
            "the response gives no case ID of the other state",
        ),
        (
            is_harmful(&text(case.their_id())),
            "the other state's case ID is a formula to a spreadsheet, or holds a control character",
        ),
    ];
    checks
        .into_iter()
        .filter(|(refused, _)| *refused)
        .map(|(_, reason)| reason)
        .collect()
}

/// The reasons why no FRINF is sent for a case: those of [`notice_refusals`], FCR-derived data of
/// the other state, and nobody matched by SSN or by name and date of birth [ours: a mistyped Case
/// ID that happens to exist must not request the data of strangers].
pub(super) fn refusals(case: &ResponseCase<'_>, decision: &Decision) -> Vec<&'static str> {
    let mut reasons = notice_refusals(case, decision);
    if case.counts().matched() > 0 && !is_surely_matched(case) {
        reasons.push(
            "nobody of your case matched by SSN, or by name and date of birth (Match Basis S or 1)",
        );
    }
    if case.says_yes(case.fields().response.fcr_supplied) {
        reasons.push("the other state's data came from the FCR");
    }
    reasons
}

/// Whether a participant matched on basis S or 1; on any basis if the layout does not have that
/// field.
fn is_surely_matched(case: &ResponseCase<'_>) -> bool {
    let sure = |record: &ResponseRecord<'_>| {
        record.is_matched() && matches!(record.basis, Some(MatchBasis::S | MatchBasis::N1))
    };
    case.fields().response.match_basis.is_none() || case.records.iter().any(|r| sure(r))
}
