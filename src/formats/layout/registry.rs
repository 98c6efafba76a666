//! The columns of registry records, by field, for the engine: FA, FC and FP.

use super::{Columns, Layout};
use crate::error::{Error, Result};

/// The columns of a registry file's three kinds of record.
#[derive(Clone, Debug)]
pub struct RegistryLayout {
    /// Record Identifier, which has the same columns in all three.
    pub record_identifier: Columns,
    /// The state of the file, in its FA.
    pub state_fips: Columns,
    /// The length of an FA in bytes.
    pub fa_bytes: usize,
    /// Case records.
    pub fc: FcColumns,
    /// Person records.
    pub fp: FpColumns,
}

/// The columns of a case record that the engine reads.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are named as the layout names them")]
pub struct FcColumns {
    pub action_type: Columns,
    pub case_id: Columns,
    pub case_type: Columns,
    pub county: Columns,
    pub previous_case_id: Columns,
    /// The record's length in bytes.
    pub bytes: usize,
}

/// The columns of a person record that the engine reads.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are named as the layout names them")]
pub struct FpColumns {
    pub action_type: Columns,
    pub case_id: Columns,
    pub participant_type: Columns,
    pub family_violence: Columns,
    pub member_id: Columns,
    pub sex: Columns,
    pub date_of_birth: Columns,
    pub ssn: Columns,
    /// SSN, Previous SSN, Additional SSN 1 and 2: the fields that a family violence mark protects.
    pub ssns: [Columns; 4],
    pub first_name: Columns,
    pub middle_name: Columns,
    pub last_name: Columns,
    pub new_member_id: Columns,
    /// The record's length in bytes.
    pub bytes: usize,
}

impl RegistryLayout {
    /// Resolves the fields of the three layouts.
    ///
    /// # Errors
    /// [`Error::Layout`] if a field is missing, or Record Identifier does not have the same columns
    /// in all three.
    pub fn new(fa: &Layout, fc: &Layout, fp: &Layout) -> Result<Self> {
        let record_identifier = fa.columns("record_identifier")?;
        for layout in [fc, fp] {
            let other = layout.columns("record_identifier")?;
            if other != record_identifier {
                return Err(Error::Layout {
                    file: layout.file.clone(),
                    line: 1,
                    field: Some("Record Identifier".to_owned()),
                    problem: format!(
                        "has columns {}-{}; a record is known by it, so it must have those of {}, {}-{}",
                        other.first,
                        other.last,
                        fa.file,
                        record_identifier.first,
                        record_identifier.last
                    ),
                });
            }
        }
        let in_fc = |key: &str| fc.columns(key);
        let in_fp = |key: &str| fp.columns(key);
        let ssn = in_fp("ssn")?;
        Ok(RegistryLayout {
            record_identifier,
            state_fips: fa.columns("state_fips")?,
            fa_bytes: fa.length,
            fc: FcColumns {
                action_type: in_fc("action_type")?,
                case_id: in_fc("case_id")?,
                case_type: in_fc("case_type")?,
                county: in_fc("fips_county_code")?,
                previous_case_id: in_fc("previous_case_id")?,
                bytes: fc.length,
            },
            fp: FpColumns {
                action_type: in_fp("action_type")?,
                case_id: in_fp("case_id")?,
                participant_type: in_fp("participant_type")?,
                family_violence: in_fp("family_violence")?,
                member_id: in_fp("member_id")?,
                sex: in_fp("sex")?,
                date_of_birth: in_fp("date_of_birth")?,
                ssn,
                ssns: [
                    ssn,
                    in_fp("previous_ssn")?,
                    in_fp("additional_ssn_1")?,
                    in_fp("additional_ssn_2")?,
                ],
                first_name: in_fp("first_name")?,
                middle_name: in_fp("middle_name")?,
                last_name: in_fp("last_name")?,
                new_member_id: in_fp("new_member_id")?,
                bytes: fp.length,
            },
        })
    }
}

impl FcColumns {
    /// The shortest record: up to Case Type, or for a delete the first byte of Case ID.
    #[inline]
    pub fn min_bytes(&self, deletes: bool) -> usize {
        if deletes {
            self.case_id.first
        } else {
            self.case_type.last.max(self.case_id.first)
        }
    }
}

impl FpColumns {
    /// The shortest record: up to the first byte of Member ID.
    #[inline]
    pub fn min_bytes(&self) -> usize {
        self.member_id.first.max(self.case_id.first)
    }
}

#[cfg(test)]
mod tests {
    use crate::formats::layout::LayoutSet;

    #[test]
    fn positions_are_those_of_the_specification() {
        let layout = LayoutSet::load(None).unwrap().registry().unwrap();
        let at = |c: crate::formats::layout::Columns| (c.first, c.last);
        let (fc, fp) = (&layout.fc, &layout.fp);
        assert_eq!(
            [
                fc.action_type,
                fc.case_id,
                fc.case_type,
                fc.county,
                fc.previous_case_id
            ]
            .map(at),
            [(3, 3), (4, 18), (19, 19), (21, 23), (41, 55)]
        );
        assert_eq!(
            [
                fp.action_type,
                fp.case_id,
                fp.participant_type,
                fp.family_violence
            ]
            .map(at),
            [(3, 3), (4, 18), (44, 45), (46, 47)]
        );
        assert_eq!(
            [fp.member_id, fp.sex, fp.date_of_birth, fp.new_member_id].map(at),
            [(48, 62), (63, 63), (64, 71), (513, 527)]
        );
        assert_eq!(
            fp.ssns.map(at),
            [(72, 80), (81, 89), (247, 255), (256, 264)]
        );
        assert_eq!(
            [fp.first_name, fp.middle_name, fp.last_name].map(at),
            [(90, 105), (106, 121), (122, 151)]
        );
        assert_eq!((layout.fa_bytes, fc.bytes, fp.bytes), (4, 55, 552));
        assert_eq!(
            (fc.min_bytes(false), fc.min_bytes(true), fp.min_bytes()),
            (19, 4, 48)
        );
    }
}
