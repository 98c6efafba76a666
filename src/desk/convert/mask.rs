//! `--mask`: how much of each field is shown.
//!
//! This is the only list of fields that may be shown: a field that is not on it is blanked, so that
//! a field added to a layout later is not shown by mistake. And a record is shown only where
//! every coded field of it holds what it must ([`Form`]): else its fields may have moved, and what is
//! shown be a name.

use crate::formats::layout::Field;
use crate::formats::record::{ParticipantType, is_blank};
use crate::formats::reference::State;

/// How a field is masked. Masking is in place and keeps the length of the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mask {
    /// Nothing is hidden.
    Open,
    /// The last four digits are kept.
    Ssn,
    /// The initial is kept.
    Name,
    /// Only whether the field is blank is kept.
    Presence,
    /// Nothing is kept.
    Blank,
}

/// The fields that are shown: codes, counts, places and dates of cases and transactions, and the
/// numbers of cases and members, which are needed to follow up a finding.
const HARMLESS: &[&str] = &[
    // Extracts and responses.
    "case_id",
    "initiating_responding_indicator",
    "fips_code",
    "fips_code_positions_6_7",
    "member_id",
    "participant_type",
    "case_status",
    "sex",
    "other_state_case_id",
    "other_state_fips_code",
    "fcr_supplied_indicator",
    "reason_code_1",
    "reason_code_2",
    "reason_code_3",
    "reason_code_4",
    "reason_code_5",
    "other_state_fips_code_verification_indicator",
    "fips_code_verification_indicator",
    "submitting_state_ssn_verification_indicator",
    "other_state_ssn_verification_indicator",
    "number_of_adults_from_your_state",
    "number_of_children_from_your_state",
    "number_of_adults",
    "number_of_children",
    "number_of_adults_matched",
    "number_of_children_matched",
    "cp_match_indicator",
    "np_match_indicator",
    "multiple_case_indicator",
    "match_tier",
    // Side files and registry records.
    "state_fips",
    "record_identifier",
    "action_type",
    "case_type",
    "order_indicator",
    "fips_county_code",
    "previous_case_id",
    "locate_request_type",
    "bundle",
    "new_member_id",
    "irs_1099",
    "locate_sources",
    // CSENet transactions.
    "local_fips_state",
    "local_fips_county",
    "local_fips_sub",
    "other_fips_state",
    "other_fips_county",
    "other_fips_sub",
    "csenet_version_number",
    "transaction_serial_number",
    "error_reason_code",
    "transaction_type",
    "action_code",
    "functional_type_code",
    "transaction_date",
    "other_case_id",
    "action_reason",
    "action_resolution_date",
    "attachments_indicator",
    "case_data_indicator",
    "ncp_identification_indicator",
    "ncp_locate_indicator",
    "participant_data_indicator",
    "order_data_indicator",
    "collection_data_indicator",
    "information_indicator",
    "sent_date",
    "sent_time",
    "due_date",
    "response_date",
    "overdue_indicator",
    "gender",
    "relationship",
    "participant_status",
];

/// What a coded field must hold. Blanks are right where [`is_required`] does not say otherwise: what a
/// record may lack is no sign that it moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// One of these letters.
    Letter(&'static [u8]),
    /// Digits alone.
    Digits,
    /// A state's FIPS code, and then a county and two more, each in digits or blank.
    Fips,
    /// Nothing.
    Blank,
    /// A Participant Type.
    Participant,
    /// FA, FC, FP or FF.
    Identifier,
}

impl Form {
    /// What the field must hold; none where anything may be there.
    pub(super) fn of(field: &Field) -> Option<Self> {
        let key = field.key.as_str();
        let own = key.strip_suffix("_from_other_state").unwrap_or(key);
        Some(match own {
            "initiating_responding_indicator" => Form::Letter(b"IR"),
            "case_status" => Form::Letter(b"OC"),
            "sex" => Form::Letter(b"MFO"),
            "participant_type" => Form::Participant,
            "record_identifier" => Form::Identifier,
            "fips_code"
            | "other_state_fips_code"
            | "state_fips"
            | "local_fips_state"
            | "other_fips_state" => Form::Fips,
            "action_type" => Form::Letter(b"ACD"),
            "participant_match_basis" => Form::Letter(b"S12D345"),
            "ssn" | "previous_ssn" | "irs_u_ssn" | "date_of_birth" => Form::Digits,
            _ if own.starts_with("additional_ssn_") || own.starts_with("reason_code_") => {
                Form::Digits
            }
            "match_tier" | "fips_county_code" => Form::Digits,
            _ if own.ends_with("verification_indicator")
                || own.ends_with("match_indicator")
                || ["multiple_case_indicator", "fcr_supplied_indicator"].contains(&own) =>
            {
                Form::Letter(b"YN")
            }
            // Between two fields that are shown: it takes up what moves by a few columns.
            "filler_137" => Form::Blank,
            _ if matches!(field.kind.as_str(), "n" | "date") => Form::Digits,
            _ => return None,
        })
    }

    /// Whether a field holds it.
    pub(super) fn holds(self, field: &[u8]) -> bool {
        let is_number = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_digit);
        is_blank(field)
            || match self {
                Form::Letter(letters) => matches!(field, [one] if letters.contains(one)),
                Form::Digits => is_number(field),
                Form::Fips => {
                    let rest = field.get(2..).unwrap_or_default();
                    let (county, more) = rest.split_at(rest.len().min(3));
                    let whole = |part: &[u8]| is_number(part) || is_blank(part);
                    State::from_fips(field).is_some() && whole(county) && whole(more)
                }
                Form::Blank => false,
                Form::Participant => ParticipantType::parse(field).is_some(),
                Form::Identifier => matches!(field, b"FA" | b"FC" | b"FP" | b"FF"),
            }
    }
}

/// Whether a coded field of a sound record is never blank: the layout says so (layouts.md, section 1),
/// or the field is one of a response that is always given (section 3).
pub(super) fn is_required(field: &Field, in_response: bool) -> bool {
    let given = || {
        field.kind == "n"
            || matches!(
                field.key.as_str(),
                "fcr_supplied_indicator"
                    | "other_state_fips_code_verification_indicator"
                    | "cp_match_indicator"
                    | "np_match_indicator"
                    | "multiple_case_indicator"
            )
    };
    matches!(field.required.as_str(), "yes" | "first 2") || in_response && given()
}

/// How an SSN stands against the Member ID behind it. Zeros that were put before the SSN push its last
/// digits into the Member ID, where they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beside {
    /// Nothing suggests that it moved.
    Sound,
    /// It may have moved by a column or two: what is shown as its last four digits may be others.
    Doubtful,
    /// It moved: no SSN begins with 000, but for nine zeros.
    Moved,
}

impl Beside {
    pub(super) fn of(ssn: &[u8], member_id: &[u8]) -> Self {
        let is_number = |byte: &u8| byte.is_ascii_digit();
        if !member_id.first().is_some_and(is_number) || ssn.iter().all(|&byte| byte == b'0') {
            return Beside::Sound;
        }
        match ssn {
            [b'0', b'0', b'0', ..] => Beside::Moved,
            [b'0', ..] => Beside::Doubtful,
            _ => Beside::Sound,
        }
    }
}

impl Mask {
    pub(super) fn of(field: &Field) -> Self {
        let key = field.key.as_str();
        let own = key.strip_suffix("_from_other_state").unwrap_or(key);
        match own {
            _ if field.kind == "filler" => Mask::Blank,
            _ if HARMLESS.contains(&own) => Mask::Open,
            "ssn" | "previous_ssn" | "irs_u_ssn" => Mask::Ssn,
            "last_name" | "first_name" | "middle_name" | "name_last" | "name_first"
            | "name_middle" => Mask::Name,
            _ if own.starts_with("additional_ssn_") => Mask::Ssn,
            _ if own.starts_with("additional_") && own.contains("_name_") => Mask::Name,
            "date_of_birth"
            | "city_of_birth"
            | "state_or_country_of_birth"
            | "name_suffix"
            | "race"
            | "internet_address" => Mask::Presence,
            // Parents' names are used as proof of identity, so not even an initial is kept.
            _ if ["father_", "mother_", "contact_"]
                .iter()
                .any(|head| own.starts_with(head)) =>
            {
                Mask::Presence
            }
            // Family violence: even the existence of a mark must not be known. The contents of a
            // user field, or of a field with an unknown name, could be anything.
            _ => Mask::Blank,
        }
    }

    pub(super) fn apply(self, field: &mut [u8]) {
        let blank = crate::formats::record::is_blank(field);
        match self {
            Mask::Open => {}
            Mask::Ssn => {
                let hidden = field.len().saturating_sub(4);
                for byte in field[..hidden].iter_mut().filter(|b| **b != b' ') {
                    *byte = b'*';
                }
            }
            Mask::Name => {
                let initial = field.iter().copied().find(|&b| b != b' ');
                field.fill(b' ');
                field[0] = initial.unwrap_or(b' ');
            }
            Mask::Presence => {
                field.fill(b' ');
                if !blank {
                    field[0] = b'*';
                }
            }
            Mask::Blank => field.fill(b' '),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Beside, Form, Mask};

    #[test]
    fn zeros_before_an_ssn_are_told_by_the_member_id() {
        for (ssn, member, beside) in [
            ("412660001", "12345", Beside::Sound),
            ("041266000", "M1", Beside::Sound),
            ("041266000", "12345", Beside::Doubtful),
            ("000412660", "12345", Beside::Moved),
            ("000412660", "     ", Beside::Sound),
            ("000000000", "12345", Beside::Sound),
            ("         ", "12345", Beside::Sound),
        ] {
            let seen = Beside::of(ssn.as_bytes(), member.as_bytes());
            assert_eq!(seen, beside, "{ssn} {member}");
        }
    }

    #[test]
    fn a_coded_field_holds_its_code_or_blanks() {
        for (form, right, wrong) in [
            (Form::Letter(b"MF"), "M", "X"),
            (Form::Digits, "412660001", " 41266000"),
            (Form::Fips, "06037  ", "6037  M"),
            (Form::Fips, "0603712", "99037  "),
            (Form::Fips, "06   12", "06 0371"),
            (Form::Blank, " ", "0"),
            (Form::Participant, "CH", "HO"),
            (Form::Identifier, "FP", "PA"),
        ] {
            assert!(form.holds(right.as_bytes()) && !form.holds(wrong.as_bytes()));
            assert!(form.holds(&b"         "[..right.len()]));
        }
    }

    #[test]
    fn little_is_left() {
        for (mask, before, after) in [
            (Mask::Ssn, "412660001", "*****0001"),
            (Mask::Ssn, "         ", "         "),
            (Mask::Name, " ALVAREZ ", "A        "),
            (Mask::Name, "   ", "   "),
            (Mask::Presence, "20120115", "*       "),
            (Mask::Presence, "        ", "        "),
            (Mask::Blank, "412660001", "         "),
            (Mask::Open, "C1 ", "C1 "),
        ] {
            let mut field = before.as_bytes().to_vec();
            mask.apply(&mut field);
            assert_eq!(field, after.as_bytes(), "{mask:?}");
        }
    }
}
