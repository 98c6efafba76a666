//! The kinds of record whose damage is known: of extracts, of responses, of registry files.

use super::Wanted;
use super::sound::{Holds, SoundRecord};
use crate::formats::layout::{
    Columns, ExtractLayout, RECORD_BYTES, RESPONSE_BYTES, RegistryLayout, ResponseLayout,
};
use crate::formats::reference::State;

impl SoundRecord {
    /// A record of an extract, of this state where that is known.
    pub fn of_extract(layout: &ExtractLayout, wanted: Wanted, state: Option<State>) -> Self {
        let submitted = wanted == Wanted::Extract;
        let rest = if submitted {
            Holds::Blanks
        } else {
            Holds::Anything
        };
        let fields = extract_fields(layout, submitted);
        SoundRecord {
            state,
            ssn: layout.ssn,
            date_of_birth: layout.date_of_birth,
            other_fips: Some(layout.other_fips_code),
            min_bytes: if submitted {
                layout.min_bytes
            } else {
                layout.min_bytes_fcr
            },
            coded_bytes: layout.min_bytes_fcr,
            file: "an extract",
            ..SoundRecord::new(fields, RECORD_BYTES, |_| rest)
        }
    }

    /// A record of a response file.
    pub fn of_response(extract: &ExtractLayout, response: &ResponseLayout) -> Self {
        let r = response;
        let mut fields = extract_fields(extract, true);
        let (yes_no, or_blank) = (Holds::Always(b"YN"), Holds::Letter(b"YN"));
        fields.extend([
            (r.fcr_supplied, yes_no),
            (r.case_id, Holds::Id),
            (r.fips_code, Holds::Digits),
            (r.case_status, Holds::Letter(b"OC")),
            (r.other_fips_verification, yes_no),
            (r.fips_verification, or_blank),
            (r.submitting_ssn_verification, or_blank),
            (r.ssn, Holds::Number),
            (r.other_ssn_verification, or_blank),
            (r.member_id, Holds::Id),
            (r.participant_type, Holds::Participant),
            (r.last_name, Holds::Text),
            (r.first_name, Holds::Text),
            (r.middle_name, Holds::Text),
            (r.date_of_birth, Holds::Number),
            (r.sex, Holds::Letter(b"MFO")),
            (r.cp_match, yes_no),
            (r.np_match, yes_no),
            (r.multiple_case, yes_no),
            (r.match_tier, Holds::Letter(b"1234567")),
            (r.contact_name, Holds::Text),
            (r.contact_phone, Holds::Text),
            (r.contact_email, Holds::Text),
        ]);
        let numbers = [
            r.adults_yours,
            r.children_yours,
            r.adults_other,
            r.children_other,
            r.adults_matched,
            r.children_matched,
        ];
        fields.extend(numbers.map(|columns| (columns, Holds::Number)));
        fields.extend(r.reason_codes.map(|columns| (columns, Holds::Number)));
        fields.extend(r.records_yours.map(|columns| (columns, Holds::Number)));
        // Not every agency has the last fields.
        let last = r.contact_email.last;
        let rest = move |first: usize| {
            if first > last {
                Holds::Anything
            } else {
                Holds::Blanks
            }
        };
        let min_bytes = r.multiple_case.last.max(r.np_match.last);
        SoundRecord {
            ssn: extract.ssn,
            date_of_birth: extract.date_of_birth,
            min_bytes,
            coded_bytes: extract.min_bytes_fcr,
            file: "a response file",
            ..SoundRecord::new(fields, RESPONSE_BYTES, rest)
        }
    }

    /// The records of a registry file behind its first: persons and cases.
    pub fn of_registry(layout: &RegistryLayout) -> Vec<Self> {
        let (fp, fc) = (&layout.fp, &layout.fc);
        let identifier = |word| (layout.record_identifier, Holds::Identifier(word));
        let action = Holds::Always(b"ACD");
        let mut person = vec![
            identifier(b"FP"),
            (fp.action_type, action),
            (fp.case_id, Holds::CaseId),
            (fp.participant_type, Holds::Participant),
            (fp.family_violence, Holds::Mark(b"FV")),
            (fp.member_id, Holds::Id),
            (fp.sex, Holds::Letter(b"MFO")),
            (fp.date_of_birth, Holds::Number),
            (fp.first_name, Holds::Text),
            (fp.middle_name, Holds::Text),
            (fp.last_name, Holds::Text),
            (fp.new_member_id, Holds::Id),
        ];
        person.extend(fp.ssns.map(|columns| (columns, Holds::Number)));
        let case = vec![
            identifier(b"FC"),
            (fc.action_type, action),
            (fc.case_id, Holds::CaseId),
            (fc.case_type, Holds::Letter(b"FN")),
            (fc.county, Holds::Digits),
            (fc.previous_case_id, Holds::Id),
        ];
        let kind = |fields,
                    bytes,
                    (min_bytes, coded_bytes),
                    (ssn, date_of_birth): (Columns, Columns)| SoundRecord {
            ssn,
            date_of_birth,
            min_bytes,
            coded_bytes,
            file: "a registry file",
            ..SoundRecord::new(fields, bytes, |_| Holds::Anything)
        };
        let nothing = Columns { first: 1, last: 0 };
        vec![
            kind(
                person,
                fp.bytes,
                (fp.min_bytes(), fp.min_bytes()),
                (fp.ssn, fp.date_of_birth),
            ),
            kind(
                case,
                fc.bytes,
                (fc.min_bytes(true), fc.min_bytes(false)),
                (nothing, nothing),
            ),
        ]
    }
}

/// The fields of an extract's record, of which an FCR-derived one holds the own side alone.
fn extract_fields(layout: &ExtractLayout, submitted: bool) -> Vec<(Columns, Holds)> {
    let only = |holds: Holds| if submitted { holds } else { Holds::Anything };
    vec![
        (layout.case_id, Holds::CaseId),
        (layout.initiating_responding, only(Holds::Letter(b"IR"))),
        (layout.fips_code, Holds::OwnFips),
        (layout.fips_code_6_7, Holds::Digits),
        (layout.ssn, Holds::Number),
        (layout.member_id, Holds::Id),
        (layout.participant_type, Holds::Participant),
        (layout.case_status, Holds::Always(b"OC")),
        (layout.last_name, Holds::Text),
        (layout.first_name, Holds::Text),
        (layout.middle_name, Holds::Text),
        (layout.date_of_birth, Holds::Number),
        (layout.sex, Holds::Letter(b"MFO")),
        (layout.other_case_id, only(Holds::Id)),
        (layout.other_fips_code, only(Holds::OtherFips)),
        (layout.contact_name, only(Holds::Text)),
        (layout.contact_phone, only(Holds::Text)),
        (layout.contact_email, only(Holds::Text)),
    ]
}
