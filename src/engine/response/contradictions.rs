//! Finds fields that contradict each other, in a record or among the records of a case (layouts.md,
//! section 3, and matching.md, section 7). `icr match` never writes such records; each field is
//! valid on its own, so a reader can continue.

use super::record::at;
use super::{ReadCase, ResponseFields, ResponseRecord};
use crate::engine::matching::ReasonCode;
use crate::formats::layout::{Columns, RESPONSE_BYTES};
use crate::formats::record::{ParticipantClass, ParticipantType, SsnField, is_blank};

/// Passes each contradiction in a record to a function, in words.
pub(super) fn of_record(
    fields: &ResponseFields,
    record: &ResponseRecord<'_>,
    mut note: impl FnMut(String),
) {
    let (r, bytes, codes) = (&fields.response, &record.bytes[..], record.codes);
    let holds = |code| codes.holds(code);
    let mut say = |columns: Columns, what: &str| note(format!("{}: {what}", at(columns)));
    let tier = r.match_tier;
    let has_tier = !is_blank(tier.of(bytes));
    if holds(ReasonCode::R01) == has_tier {
        say(tier, "a tier is given with 01, or is missing without it");
    } else if has_tier && (tier.of(bytes) == b"1") == holds(ReasonCode::R02) {
        say(
            tier,
            "02 is given with tier 1, or is missing with another tier",
        );
    }
    if !has_tier {
        let blank = [
            r.case_id,
            r.fips_code,
            r.case_status,
            r.fips_verification,
            r.contact_name,
            r.contact_phone,
            r.contact_email,
        ];
        for columns in blank {
            if !is_blank(columns.of(bytes)) {
                say(columns, "is not blank, though there is no match");
            }
        }
    }
    of_counterpart(fields, record, &mut say);
    for &columns in fields.filler() {
        if !is_blank(columns.of(bytes)) {
            say(columns, "the filler is not blank");
        }
    }
    if record.place.length != RESPONSE_BYTES {
        note(format!(
            "has {} bytes instead of {RESPONSE_BYTES}",
            record.place.length
        ));
    }
}

/// 279-376 and 478 describe the counterpart; there is one unless code 01 or 06 is given.
fn of_counterpart(
    fields: &ResponseFields,
    record: &ResponseRecord<'_>,
    say: &mut impl FnMut(Columns, &str),
) {
    let (r, bytes) = (&fields.response, &record.bytes[..]);
    if !record.is_matched() {
        let blank = [
            r.ssn,
            r.other_ssn_verification,
            r.member_id,
            r.participant_type,
            r.last_name,
            r.first_name,
            r.middle_name,
            r.date_of_birth,
            r.sex,
        ];
        for columns in blank {
            if !is_blank(columns.of(bytes)) {
                say(columns, "is not blank, though there is no counterpart");
            }
        }
    }
    if let Some(columns) = r.match_basis
        && record.basis.is_some() != record.is_matched()
    {
        let what = "a basis is given without a counterpart, or is missing where there is one";
        say(columns, what);
    }
    if record.basis.is_some_and(|basis| !basis.hands_out_ssn()) {
        for columns in [r.ssn, r.other_ssn_verification] {
            if !is_blank(columns.of(bytes)) {
                say(
                    columns,
                    "is not blank, though a match on this basis hands out no SSN",
                );
            }
        }
    }
    let their_ssn = SsnField::parse(r.ssn.of(bytes));
    if !is_blank(r.ssn.of(bytes)) && their_ssn.usable().is_none() {
        say(r.ssn, "is neither blank nor a usable SSN");
    }
    let absent = SsnField::parse(fields.submitted(bytes, fields.extract.ssn)) == SsnField::Absent;
    for (code, fits) in [(ReasonCode::R07, absent), (ReasonCode::R08, !absent)] {
        if record.codes.holds(code) && !(fits && their_ssn.usable().is_some()) {
            let what = "07 or 08 is given and does not fit the two SSNs";
            say(r.ssn, what);
        }
    }
}

/// Passes each contradiction in a case, in words. A case that lost records is not checked for its
/// numbers of participants.
pub(super) fn of_case(
    fields: &ResponseFields,
    case: &ReadCase<'_>,
    mut note: impl FnMut(u64, String),
) {
    let (r, first) = (&fields.response, case.first());
    for record in &case.records()[1..] {
        for columns in [r.other_fips_verification, r.fips_verification] {
            if columns.of(&record.bytes) != columns.of(&first.bytes) {
                let problem = format!(
                    "{}: its case-level fields differ from those of its case's first record",
                    at(columns)
                );
                note(record.place.number, problem);
            }
        }
    }
    // If records are missing or duplicated, the counts are wrong too; that was reported already.
    let is_complete = case.stated().is_none_or(|stated| stated == case.len());
    if case.lost > 0 || !is_complete {
        return;
    }
    let mut counts = [0_u32; 4];
    for record in case.records() {
        let place = match record.participant.class() {
            Some(ParticipantClass::Adult) => 0,
            Some(ParticipantClass::Child) => 1,
            None => continue,
        };
        counts[place] += 1;
        counts[2 + place] += u32::from(record.is_matched());
    }
    let stated = [
        (r.adults_yours, "adults"),
        (r.children_yours, "children"),
        (r.adults_matched, "matched adults"),
        (r.children_matched, "matched children"),
    ];
    for (count, (columns, whom)) in counts.into_iter().zip(stated) {
        let two_digits = format!("{:02}", count.min(99));
        if columns.of(&first.bytes) != two_digits.as_bytes() {
            let problem = format!(
                "{}: the case that begins here has another number of {whom} than it says",
                at(columns)
            );
            note(first.place.number, problem);
        }
    }
    let has = |ours: fn(ParticipantType) -> bool| {
        case.records().iter().any(|record| {
            let theirs = ParticipantType::parse(r.participant_type.of(&record.bytes));
            record.is_matched() && ours(record.participant) && theirs.is_some_and(ours)
        })
    };
    let is_cp = |kind| kind == ParticipantType::Cp;
    let is_np = |kind| matches!(kind, ParticipantType::Np | ParticipantType::Pf);
    for (columns, matched) in [(r.cp_match, has(is_cp)), (r.np_match, has(is_np))] {
        if (columns.of(&first.bytes) == b"Y") != matched {
            let problem = format!(
                "{}: the records of the case that begins here say otherwise",
                at(columns)
            );
            note(first.place.number, problem);
        }
    }
}
