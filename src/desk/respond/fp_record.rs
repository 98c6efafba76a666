//! `fcr.txt`: FP records with the layout `fcr-fp`, which add the other state's SSN to a participant
//! on the FCR.

use super::{ResponseCase, ResponseRecord};
use crate::error::Result;
use crate::formats::layout::Layout;

/// An FP record with Action Type C, without its line end: your Case ID, Member ID, Participant Type,
/// SSN, names, Date of Birth and Sex, the other state's SSN as Additional SSN 1, and a second one as Additional SSN 2.
pub(super) fn additional_ssn(
    layout: &Layout,
    case: &ResponseCase<'_>,
    record: &ResponseRecord<'_>,
    second: Option<[u8; 9]>,
) -> Result<Vec<u8>> {
    let (extract, fields) = (&case.fields().extract, case.fields());
    let mut bytes = vec![b' '; layout.length];
    let mut put = |key: &str, value: &[u8]| -> Result<()> {
        let field = &mut bytes[layout.columns(key)?.range()];
        let width = value.len().min(field.len());
        field[..width].copy_from_slice(&value[..width]);
        Ok(())
    };
    put("record_identifier", b"FP")?;
    put("action_type", b"C")?;
    for (key, columns) in [
        ("case_id", extract.case_id),
        ("participant_type", extract.participant_type),
        ("member_id", extract.member_id),
        ("sex", extract.sex),
        ("date_of_birth", extract.date_of_birth),
        ("ssn", extract.ssn),
        ("first_name", extract.first_name),
        ("middle_name", extract.middle_name),
        ("last_name", extract.last_name),
    ] {
        put(key, fields.submitted(&record.bytes, columns))?;
    }
    put("additional_ssn_1", fields.response.ssn.of(&record.bytes))?;
    if let Some(second) = second {
        put("additional_ssn_2", &second)?;
    }
    Ok(bytes)
}
