//! The columns of an extract record, by field, for the engine.

use super::{Columns, Layout};
use crate::error::Result;

/// The length of an extract record in bytes (ours: the response record's own fields begin at 242).
pub const RECORD_BYTES: usize = 241;

/// The columns of an extract record, submitted or FCR-derived.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are named as the layout names them")]
pub struct ExtractLayout {
    pub case_id: Columns,
    pub initiating_responding: Columns,
    pub fips_code: Columns,
    pub fips_code_6_7: Columns,
    pub ssn: Columns,
    pub member_id: Columns,
    pub participant_type: Columns,
    pub case_status: Columns,
    pub last_name: Columns,
    pub first_name: Columns,
    pub middle_name: Columns,
    pub date_of_birth: Columns,
    pub sex: Columns,
    pub other_case_id: Columns,
    pub other_fips_code: Columns,
    pub contact_name: Columns,
    pub contact_phone: Columns,
    pub contact_email: Columns,
    /// The shortest submitted record: 139 bytes in the published layout.
    pub min_bytes: usize,
    /// The shortest FCR-derived record: 50 bytes in the published layout.
    pub min_bytes_fcr: usize,
}

impl ExtractLayout {
    /// Resolves the fields of a layout.
    ///
    /// # Errors
    /// [`crate::Error::Layout`] if one is missing.
    pub fn new(layout: &Layout) -> Result<Self> {
        let at = |key: &str| layout.columns(key);
        let (case_id, fips_code) = (at("case_id")?, at("fips_code")?);
        let (case_status, other_fips_code) = (at("case_status")?, at("other_state_fips_code")?);
        let min_bytes_fcr = case_id.last.max(fips_code.last).max(case_status.last);
        Ok(ExtractLayout {
            case_id,
            initiating_responding: at("initiating_responding_indicator")?,
            fips_code,
            fips_code_6_7: at("fips_code_positions_6_7")?,
            ssn: at("ssn")?,
            member_id: at("member_id")?,
            participant_type: at("participant_type")?,
            case_status,
            last_name: at("last_name")?,
            first_name: at("first_name")?,
            middle_name: at("middle_name")?,
            date_of_birth: at("date_of_birth")?,
            sex: at("sex")?,
            other_case_id: at("other_state_case_id")?,
            other_fips_code,
            contact_name: at("contact_name")?,
            contact_phone: at("contact_phone_number")?,
            contact_email: at("contact_email")?,
            // Of Other State FIPS Code, only the state part is required.
            min_bytes: min_bytes_fcr.max(other_fips_code.first + 1),
            min_bytes_fcr,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::formats::layout::LayoutSet;

    #[test]
    fn the_shortest_records_end_with_their_last_required_byte() {
        let set = LayoutSet::load(None).unwrap();
        assert_eq!(set.extract().unwrap().min_bytes, 139);
        assert_eq!(set.fcr_extract().unwrap().min_bytes_fcr, 50);
    }
}
