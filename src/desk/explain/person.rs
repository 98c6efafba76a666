//! Persons and cases as an explanation shows them.

use super::model::{CaseIds, Person};
use crate::engine::extract::Case;
use crate::engine::extract::{Extract, Row};
use crate::formats::layout::ExtractLayout;
use crate::formats::record::{CaseId, ParticipantClass, SsnField, is_blank, trim_end};

/// Bytes as text; bytes of X'80' and above are ISO 8859-1.
pub(super) fn latin1(field: &[u8]) -> String {
    field.iter().map(|&byte| char::from(byte)).collect()
}

pub(super) fn id_text(id: CaseId) -> String {
    latin1(trim_end(&id.bytes()))
}

/// The person in a record. `usable` is the SSN as edited, if the record passed the edits.
pub(super) fn person_of(
    layout: &ExtractLayout,
    record: &[u8],
    ssn_state: Option<&'static str>,
    show_pii: bool,
) -> Person {
    let field = |columns: crate::formats::layout::Columns| trim_end(columns.of_trimmed(record));
    let ssn = field(layout.ssn);
    let names = [layout.first_name, layout.middle_name, layout.last_name].map(field);
    let by_itself = || match SsnField::parse(layout.ssn.of_trimmed(record)) {
        SsnField::Absent => "absent",
        SsnField::Usable(_) => "usable",
        SsnField::Invalid => "invalid",
    };
    Person {
        member_id: latin1(field(layout.member_id)),
        participant_type: latin1(field(layout.participant_type)),
        name: if show_pii {
            let whole: Vec<_> = names
                .into_iter()
                .filter(|name| !name.is_empty())
                .map(latin1)
                .collect();
            whole.join(" ")
        } else {
            initial(names[0]) + &initial(names[2])
        },
        ssn: if show_pii {
            latin1(ssn)
        } else {
            masked_ssn(ssn)
        },
        ssn_state: ssn_state.unwrap_or_else(by_itself),
        date_of_birth: show_pii.then(|| latin1(field(layout.date_of_birth))),
    }
}

/// The first letter of a name and a full stop; empty for a blank name.
fn initial(name: &[u8]) -> String {
    let first = name
        .iter()
        .find(|byte| byte.is_ascii_alphabetic() || **byte >= 0x80);
    first.map_or_else(String::new, |&byte| format!("{}.", char::from(byte)))
}

/// The last four digits; empty if the field is not nine digits.
fn masked_ssn(ssn: &[u8]) -> String {
    if is_blank(ssn) {
        String::new()
    } else if ssn.len() == 9 && ssn.iter().all(u8::is_ascii_digit) {
        format!("***-**-{}", latin1(&ssn[5..]))
    } else {
        "*********".to_owned()
    }
}

/// The person of an accepted record.
pub(super) fn person(extract: &Extract, row: &Row, show_pii: bool) -> Person {
    let state = if row.ssn().is_some() {
        "usable"
    } else if row.ssn_is_absent() {
        "absent"
    } else {
        "invalid"
    };
    person_of(&extract.layout, extract.bytes(row), Some(state), show_pii)
}

/// The IDs of a case.
pub(super) fn case_ids(extract: &Extract, case: &Case) -> CaseIds {
    let count = |class| {
        let rows = extract.rows_of(case).iter();
        rows.filter(|row| row.class() == Some(class)).count()
    };
    CaseIds {
        state: extract.state.usps().to_owned(),
        case_id: id_text(case.data.id),
        other_state: case.data.other_state.map(|state| state.usps().to_owned()),
        other_case_id: id_text(case.data.other_id),
        status: if case.data.open { "open" } else { "closed" },
        county: latin1(trim_end(&case.data.county)),
        other_county: latin1(trim_end(&case.data.other_county)),
        adults: count(ParticipantClass::Adult),
        children: count(ParticipantClass::Child),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::layout::LayoutSet;

    #[test]
    fn a_masked_person_has_initials_and_four_digits_and_no_date_of_birth() {
        let mut record = [b' '; 241];
        let mut put = |first: usize, text: &str| {
            record[first - 1..][..text.len()].copy_from_slice(text.as_bytes());
        };
        put(24, "412660103");
        put(33, "C00006");
        put(48, "CH");
        put(51, "ALVAREZ");
        put(81, "LUZ");
        put(97, "MARIA");
        put(113, "20120405");
        let layout = LayoutSet::load(None).unwrap().extract().unwrap();
        let masked = person_of(&layout, &record, None, false);
        assert_eq!(masked.name, "L.A.");
        assert_eq!(masked.ssn, "***-**-0103");
        assert_eq!(masked.date_of_birth, None);
        let text = serde_json::to_string(&masked).unwrap();
        for secret in ["41266", "ALVAREZ", "LUZ", "MARIA", "20120405"] {
            assert!(!text.contains(secret), "{secret}");
        }
        let shown = person_of(&layout, &record, None, true);
        assert_eq!(shown.name, "LUZ MARIA ALVAREZ");
        assert_eq!(shown.ssn, "412660103");
        assert_eq!(shown.date_of_birth.as_deref(), Some("20120405"));
        assert_eq!(format!("{shown:?}"), "Person(..)");
    }

    #[test]
    fn what_is_no_number_shows_nothing_of_itself() {
        assert_eq!(masked_ssn(b"41266010"), "*********");
        assert_eq!(masked_ssn(b"41266O103"), "*********");
        assert_eq!(masked_ssn(b""), "");
        assert_eq!(initial(b"'Alvarez"), "A.");
        assert_eq!(initial(b""), "");
    }
}
