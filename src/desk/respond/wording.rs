//! The texts of the worklist: what was found, and what to do next, as the initiating and as the
//! responding state. They must not contain a name, SSN, date of birth or contact; only IDs and
//! counts.

use super::ResponseCase;
use super::decision::{CaseFinding, Caution, CountyList, RecordFinding, SsnDoubt};
use crate::engine::confidence::share_of;
use crate::engine::matching::{ReasonCode, ReasonCodes};
use crate::formats::record::text;

/// A finding and the next action.
pub(super) struct Advice {
    pub(super) finding: String,
    pub(super) next_action: String,
}

/// The outcome for a GSC14 notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Notice<'r> {
    /// None was wanted.
    NotWanted,
    /// It is in csenet.txt, without the participants who have these Member IDs.
    Written(Vec<&'r [u8]>),
    /// One was sent before.
    SentBefore,
    /// It could not be sent, for these reasons.
    NotSent(Vec<&'static str>),
}

/// Words for the role that you have in a case.
fn by_role(case: &ResponseCase<'_>, initiating: &str, responding: &str) -> String {
    match case.yours(case.fields().extract.initiating_responding) {
        b"I" => initiating.to_owned(),
        b"R" => responding.to_owned(),
        _ => format!(
            "If you are the initiating state: {initiating} If you are the responding state: {responding}"
        ),
    }
}

/// The advice for a finding about a case.
pub(super) fn of_case(
    case: &ResponseCase<'_>,
    finding: &CaseFinding,
    notice: &Notice<'_>,
) -> Advice {
    match finding {
        CaseFinding::NotFound => not_found(case),
        CaseFinding::Caution(cautions) => caution(case, cautions),
        CaseFinding::AnswersDisagree => answers_disagree(case),
        CaseFinding::County(list) => county(case, *list),
        CaseFinding::ClosedThere => closed_there(case, notice),
    }
}

fn not_found(case: &ResponseCase<'_>) -> Advice {
    let state = case.other_state().name();
    if case.says_yes(case.fields().response.fcr_supplied) {
        // An FCR-supplied 01 must never suggest to close anything [seed, section 3.2.2, note].
        return Advice {
            finding: format!(
                "No case of {state} fits yours. {state} sent no extract of its own: its cases were looked for on the FCR, and the case may exist there without being registered on the FCR."
            ),
            next_action: by_role(
                case,
                "Ask the other state whether it has the case; then decide whether it should remain interstate, and if so send your request again if it has none.",
                "Ask the other state whether it has the case, and find out whether the family still needs services from you; leave the case as it is until you know.",
            ),
        };
    }
    Advice {
        finding: format!(
            "No case of {state} fits yours: neither by its ID nor by its participants."
        ),
        next_action: by_role(
            case,
            "Decide whether the case should remain interstate. If so, send your request (CSENet or UIFSA forms) again so that the other state opens a case; if a one-state action serves better, close the interstate action.",
            "Find out whether the family still needs services from you. If not, begin case closure under the federal criteria.",
        ),
    }
}

fn caution(case: &ResponseCase<'_>, cautions: &[Caution]) -> Advice {
    let words: Vec<_> = cautions
        .iter()
        .map(|caution| match caution {
            Caution::FcrSupplied => "the other state's data came from the FCR, which does not know which cases are interstate".to_owned(),
            Caution::CpNotMatched => "no custodial party matched".to_owned(),
            Caution::NpNotMatched => "no noncustodial parent matched".to_owned(),
            Caution::MultipleCase => "several cases of the other state fit".to_owned(),
            Caution::ClaimedTwice => {
                "another case of yours was answered with the same case".to_owned()
            }
            Caution::ShareRight(class) => {
                let right = (share_of(*class).lower_bound() * 10_000.0).floor();
                format!("answers of this kind ({}) are right in {right} of 10,000 at least, which is less than the policy asks", class.words())
            }
            Caution::NoCaseId => "the response gives no case ID to take over".to_owned(),
            Caution::HarmfulCaseId => "the other state's case ID is a formula to a spreadsheet, or holds a control character".to_owned(),
        })
        .collect();
    let counts = case.counts();
    let yours = if case.other_id().is_empty() {
        "Your case records no Other State Case ID"
    } else {
        "Your Other State Case ID leads nowhere"
    };
    Advice {
        finding: format!(
            "{yours}, but {} of {} adults and {} of {} children of yours are in case {} of {}. It was not taken over: {}.",
            counts.adults_matched,
            counts.adults_yours,
            counts.children_matched,
            counts.children_yours,
            shown(&text(case.their_id())),
            case.other_state().name(),
            words.join("; ")
        ),
        next_action: "Find out whether both cases are the same action for the same family, perhaps by asking the other state. If they are, record the other state's case ID on your case.".to_owned(),
    }
}

fn answers_disagree(case: &ResponseCase<'_>) -> Advice {
    Advice {
        finding: format!(
            "Two answers to this case disagree: this one gives case {} of {}, another a different one. Neither was taken over.",
            shown(&text(case.their_id())),
            case.other_state().name(),
        ),
        next_action: "Find out which of the responses is the later one, or which case is that of your family, and record its ID on your case.".to_owned(),
    }
}

fn county(case: &ResponseCase<'_>, list: CountyList) -> Advice {
    let fips = |fips: &[u8]| shown(text(&fips[2..5]).trim());
    let theirs = fips(case.theirs(case.fields().response.fips_code));
    let yours = fips(case.yours(case.fields().extract.other_fips_code));
    let (finding, next_action) = match list {
        CountyList::Central => (
            format!(
                "County 000: the other state gives 000 as its county, as a central office does; your case names {yours}."
            ),
            "Find out whether the other state works its interstate cases in a central office; if so, record 000.",
        ),
        CountyList::NoneOfYours => (
            format!(
                "No county: your case names no county of the other state; the other state's case gives {theirs}."
            ),
            "Record the other state's county if it helps you to work the case there.",
        ),
        CountyList::Other => (
            format!(
                "Your case names county {yours} of the other state; the other state's case gives {theirs}."
            ),
            "When nothing more urgent is left, find out which office works the case.",
        ),
    };
    Advice {
        finding,
        next_action: next_action.to_owned(),
    }
}

fn closed_there(case: &ResponseCase<'_>, notice: &Notice<'_>) -> Advice {
    let told = matches!(notice, Notice::Written(_) | Notice::SentBefore);
    let notice = match notice {
        Notice::NotWanted => String::new(),
        Notice::Written(left_out) => {
            let holds = match left_out[..] {
                [] => String::new(),
                _ => format!(
                    " It has room for nine participants beside the noncustodial parent; {} more are not in it: {}.",
                    left_out.len(),
                    members(left_out)
                ),
            };
            format!(
                " A notice of case closure (CSENet MSC P GSC14) to the initiating state is in csenet.txt.{holds}"
            )
        }
        Notice::SentBefore => {
            " A notice of case closure (CSENet MSC P GSC14) was sent before.".to_owned()
        }
        Notice::NotSent(reasons) => format!(
            " No notice of case closure (CSENet MSC P GSC14) was written: {}.",
            reasons.join("; ")
        ),
    };
    Advice {
        finding: format!(
            "Your interstate action is open, that of {} is closed.{notice}",
            case.other_state().name()
        ),
        next_action: by_role(
            case,
            "Decide whether the case should remain interstate. If so, ask the other state (CSENet or UIFSA forms) to open the action again; if a one-state action serves better, close the interstate action.",
            if told {
                "Find out whether the family still needs services from you. If not, begin case closure under the federal criteria; the initiating state knows already."
            } else {
                "Find out whether the family still needs services from you. If not, begin case closure under the federal criteria and tell the initiating state (for example by CSENet MSC P GSC14)."
            },
        ),
    }
}

/// The advice if a FRINF was wanted for these codes, and for the adults with these Member IDs, but
/// not sent.
pub(super) fn of_refused_request(
    codes: ReasonCodes,
    missing: &[&[u8]],
    reasons: &[&str],
) -> Advice {
    let mut wanted = Vec::new();
    if codes.holds(ReasonCode::R02) {
        wanted.push(
            "The case was found by its participants, and too few of them matched to take over its ID."
                .to_owned(),
        );
    }
    if codes.holds(ReasonCode::R06) {
        let who = members(missing);
        wanted.push(match missing.len() {
            1 => format!("An adult of yours was not found in the other state's case: {who}."),
            n => format!("{n} adults of yours were not found in the other state's case: {who}."),
        });
    }
    Advice {
        finding: format!(
            "{} No CSENet CSI R FRINF request was written: {}.",
            wanted.join(" "),
            reasons.join("; ")
        ),
        next_action: "Find out whether the other state's case is that of your family; if it is, correct what differs, or ask the other state for its data yourself.".to_owned(),
    }
}

/// The advice for a finding about a participant.
pub(super) fn of_record(finding: RecordFinding, age_of_majority: u8) -> Advice {
    let doubt_words = |doubt: SsnDoubt| match doubt {
        SsnDoubt::TheirsUnverified => "it is not known to be verified",
        SsnDoubt::YoursStands => "yours is not known to be wrong",
        SsnDoubt::Indicators => {
            "the custodial party or the noncustodial parent of the two cases did not match"
        }
        SsnDoubt::Unusable => "the response holds no usable number",
        SsnDoubt::NotCounted => {
            "by the counts of the response no such participant of your case matched, so the code and the counts contradict each other"
        }
        SsnDoubt::NotHandedOut => {
            "by the Match Basis the participant was found in doubt or by a second look, for which no number is handed out"
        }
        SsnDoubt::OnAnother => "another participant of your case has it already",
        SsnDoubt::OfTwoPersons => {
            "it would come to two participants of your case who are not the same person"
        }
        SsnDoubt::AnswersDisagree => {
            "two answers about this participant disagree, for the response gives different numbers"
        }
        SsnDoubt::TwoAdded => {
            "two other numbers are added for this participant, and a record for the FCR holds no third"
        }
    };
    let (finding, next_action) = match finding {
        RecordFinding::MinorMissing => (
            format!("A child of yours, under {age_of_majority}, is not in the other state's case."),
            "Find out in which of the two cases the child belongs, and correct yours or tell the other state.",
        ),
        RecordFinding::AgelessMissing => (
            "A child of yours, without a valid date of birth, is not in the other state's case."
                .to_owned(),
            "Record the child's date of birth; find out in which of the two cases the child belongs.",
        ),
        RecordFinding::TypelessMissing => (
            "A participant of yours has no participant type and could be compared with nobody."
                .to_owned(),
            "Record the type (NP, CP, PF or CH); the next reconciliation compares the participant.",
        ),
        RecordFinding::NoSsn(doubt) => (
            format!(
                "The other state has an SSN for a participant for whom you have none. It was not taken over: {}.",
                doubt_words(doubt)
            ),
            "Compare the participant with the other state's data in the response, and verify the SSN before you record it.",
        ),
        RecordFinding::InDoubt => (
            "A participant of yours without a usable SSN was found in doubt: several participants of the other state's case fit alike, as twins do, so no SSN was offered."
                .to_owned(),
            "Tell them apart by the two cases' documents, and record the middle names and SSNs; the next reconciliation compares them.",
        ),
        RecordFinding::OtherSsn(doubt) => (
            format!(
                "The other state has a different SSN for a participant. It was not taken over: {}.",
                doubt_words(doubt)
            ),
            "Compare the participant with the other state's data in the response, and find out which SSN is right.",
        ),
    };
    Advice {
        finding,
        next_action: next_action.to_owned(),
    }
}

/// The advice if an FCR record could not be built.
pub(super) fn of_unbuilt_fcr_record() -> Advice {
    Advice {
        finding:
            "The additional SSN could not be written for the FCR: the participant has no Member ID."
                .to_owned(),
        next_action:
            "Record a Member ID for the participant, then submit the additional SSN to the FCR."
                .to_owned(),
    }
}

/// The advice if an update of an SSN has no Member ID.
pub(super) fn of_unnamed_update() -> Advice {
    Advice {
        finding: "An SSN is to be updated, but the participant has no Member ID by which the update could find the person.".to_owned(),
        next_action: "Load this update by hand, from the response; record a Member ID for the participant.".to_owned(),
    }
}

/// Participants by their Member IDs, in order.
fn members(ids: &[&[u8]]) -> String {
    let mut named: Vec<_> = ids.iter().map(|id| text(id)).collect();
    named.sort();
    let unnamed = named.iter().filter(|id| id.is_empty()).count();
    let mut words: Vec<_> = named.split_off(unnamed);
    if let Some(first) = words.first_mut() {
        first.insert_str(0, "Member ID ");
    }
    if unnamed > 0 {
        words.push(format!("{unnamed} without a Member ID"));
    }
    words.join(", ")
}

/// A value, or a word if it is blank.
fn shown(value: &str) -> String {
    if value.is_empty() {
        "(none)".to_owned()
    } else {
        value.to_owned()
    }
}
