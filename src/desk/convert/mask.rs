//! `--mask`: how much of each field is shown.
//!
//! This is the only list of fields that may be shown: a field that is not on it is blanked, so that
//! a field added to a layout later is not shown by mistake.

use crate::formats::layout::Field;

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
    use super::Mask;

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
