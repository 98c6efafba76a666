//! The columns of a response record, by field, for the engine.

use super::fields::OPTIONAL_FIELDS;
use super::{Columns, Layout};
use crate::error::Result;

/// The length of a response record in bytes, without a line end (ours).
pub const RESPONSE_BYTES: usize = 500;

/// The columns of a response record.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are named as the layout names them")]
pub struct ResponseLayout {
    pub submitted: Columns,
    pub fcr_supplied: Columns,
    pub reason_codes: [Columns; 5],
    pub case_id: Columns,
    pub fips_code: Columns,
    pub case_status: Columns,
    pub other_fips_verification: Columns,
    pub fips_verification: Columns,
    pub submitting_ssn_verification: Columns,
    pub ssn: Columns,
    pub other_ssn_verification: Columns,
    pub member_id: Columns,
    pub participant_type: Columns,
    pub last_name: Columns,
    pub first_name: Columns,
    pub middle_name: Columns,
    pub date_of_birth: Columns,
    pub sex: Columns,
    pub adults_yours: Columns,
    pub children_yours: Columns,
    pub adults_other: Columns,
    pub children_other: Columns,
    pub adults_matched: Columns,
    pub children_matched: Columns,
    pub cp_match: Columns,
    pub np_match: Columns,
    pub multiple_case: Columns,
    pub match_tier: Columns,
    pub contact_name: Columns,
    pub contact_phone: Columns,
    pub contact_email: Columns,
    /// Number of Records from Your State; a layout set may omit it.
    pub records_yours: Option<Columns>,
    /// Participant Match Basis; a layout set may omit it.
    pub match_basis: Option<Columns>,
}

impl ResponseLayout {
    /// Resolves the fields of a layout.
    ///
    /// # Errors
    /// [`crate::Error::Layout`] if a field is missing.
    pub fn new(layout: &Layout) -> Result<Self> {
        let at = |key: &str| layout.columns(key);
        Ok(ResponseLayout {
            submitted: at("submitted_record")?,
            fcr_supplied: at("fcr_supplied_indicator")?,
            reason_codes: [
                at("reason_code_1")?,
                at("reason_code_2")?,
                at("reason_code_3")?,
                at("reason_code_4")?,
                at("reason_code_5")?,
            ],
            case_id: at("case_id_from_other_state")?,
            fips_code: at("fips_code_from_other_state")?,
            case_status: at("case_status_from_other_state")?,
            other_fips_verification: at("other_state_fips_code_verification_indicator")?,
            fips_verification: at("fips_code_verification_indicator_from_other_state")?,
            submitting_ssn_verification: at("submitting_state_ssn_verification_indicator")?,
            ssn: at("ssn_from_other_state")?,
            other_ssn_verification: at("other_state_ssn_verification_indicator")?,
            member_id: at("member_id_from_other_state")?,
            participant_type: at("participant_type_from_other_state")?,
            last_name: at("last_name_from_other_state")?,
            first_name: at("first_name_from_other_state")?,
            middle_name: at("middle_name_from_other_state")?,
            date_of_birth: at("date_of_birth_from_other_state")?,
            sex: at("sex_from_other_state")?,
            adults_yours: at("number_of_adults_from_your_state")?,
            children_yours: at("number_of_children_from_your_state")?,
            adults_other: at("number_of_adults_from_other_state")?,
            children_other: at("number_of_children_from_other_state")?,
            adults_matched: at("number_of_adults_matched")?,
            children_matched: at("number_of_children_matched")?,
            cp_match: at("cp_match_indicator")?,
            np_match: at("np_match_indicator")?,
            multiple_case: at("multiple_case_indicator")?,
            match_tier: at("match_tier")?,
            contact_name: at("contact_name_from_other_state")?,
            contact_phone: at("contact_phone_number_from_other_state")?,
            contact_email: at("contact_email_from_other_state")?,
            records_yours: layout.find(OPTIONAL_FIELDS[0]),
            match_basis: layout.find(OPTIONAL_FIELDS[1]),
        })
    }
}
