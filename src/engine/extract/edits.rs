//! The edits that look at one record alone (layouts.md, section 5). Edits that need the whole case
//! are in `in_cases.rs`.

use super::findings::Edit;
use super::provenance::Provenance;
use super::row::{Row, RowParts};
use crate::engine::extract::CaseData;
use crate::engine::ssn_check::{Misidentified, SsnMaster};
use crate::formats::layout::{ExtractLayout, RECORD_BYTES};
use crate::formats::record::{
    CaseId, Date, ParticipantClass, ParticipantType, PersonName, SsnField, case_id_is_valid,
    is_blank, trim_end, unusual_bytes,
};
use crate::formats::reference::{Counties, State};

/// Many systems write this date for an unknown date of birth (ours), so it is not a valid one.
const UNKNOWN_BIRTH: &[u8] = b"19000101";

/// What the edits need besides the record.
pub struct Editor<'a> {
    /// The columns of the fields.
    pub layout: &'a ExtractLayout,
    /// Whether the file came from a state or was derived from the FCR.
    pub provenance: Provenance,
    /// The state of the file.
    pub state: State,
    /// The last valid Date of Birth.
    pub run_date: Date,
    /// The county table.
    pub counties: &'a Counties,
    /// SSNs that are invalid for one participant.
    pub misidentified: &'a Misidentified,
    /// The pairs of SSN and name on record, if an SSN master was given; see `ssn_indicators.rs`.
    pub master: Option<&'a SsnMaster>,
}

/// A record that passed the edits.
pub struct Edited<'r> {
    /// The record, padded to its full length.
    pub record: &'r [u8; RECORD_BYTES],
    /// Its row.
    pub row: Row,
    /// The case that it belongs to, with the case data of this record.
    pub case: CaseData,
    /// The participant's Member ID.
    pub member_id: CaseId,
    /// The warnings, as bits of [`Edit`].
    pub(super) warnings: u32,
}

/// The edits that look at the whole record, not at one field: E01 (shorter than `min_bytes`, or not
/// blank beyond the last column) and E02. Returns whether a byte is X'80' or above.
///
/// # Errors
/// The first edit that the record fails.
#[inline]
pub fn edit_whole(bytes: &[u8], min_bytes: usize) -> Result<bool, Edit> {
    let beyond = bytes.get(RECORD_BYTES..);
    if bytes.len() < min_bytes || beyond.is_some_and(|rest| !is_blank(rest)) {
        return Err(Edit::E01);
    }
    let (control, high) = unusual_bytes(bytes);
    if control { Err(Edit::E02) } else { Ok(high) }
}

impl Editor<'_> {
    /// Edits a record, `bytes` at `offset` of its file. A short record is padded in `padded`.
    ///
    /// # Errors
    /// The first error in the order of the table; the record is then rejected.
    #[inline]
    pub fn edit<'r>(
        &self,
        bytes: &'r [u8],
        offset: u64,
        padded: &'r mut [u8; RECORD_BYTES],
    ) -> Result<Edited<'r>, Edit> {
        let derived = self.provenance == Provenance::FcrDerived;
        let layout = self.layout;
        let mut warnings = 0;

        let min_bytes = if derived {
            layout.min_bytes_fcr
        } else {
            layout.min_bytes
        };
        let length = bytes.len().min(RECORD_BYTES);
        if edit_whole(bytes, min_bytes)? {
            warnings |= Edit::W02.bit();
        }
        let record: &[u8; RECORD_BYTES] = if let Some(record) = bytes.first_chunk() {
            record
        } else {
            warnings |= Edit::W01.bit();
            padded[..length].copy_from_slice(bytes);
            padded[length..].fill(b' ');
            padded
        };

        let case_id = layout.case_id.of(record);
        if !case_id_is_valid(case_id) {
            return Err(Edit::E03);
        }
        if case_id.iter().any(u8::is_ascii_lowercase) {
            warnings |= Edit::W03.bit();
        }
        let fips = layout.fips_code.of(record);
        if !fips.starts_with(self.state.fips().as_bytes()) {
            return Err(Edit::E04);
        }
        let status = record[layout.case_status.first - 1];
        if status != b'O' && status != b'C' {
            return Err(Edit::E05);
        }
        let (other_state, other_case_id) = if derived {
            (None, CaseId::BLANK)
        } else {
            self.other_side(record, &mut warnings)?
        };
        if !derived && !self.counties.holds(self.state, &fips[2..5]) {
            warnings |= Edit::W04.bit();
        }
        let Some(participant) = ParticipantType::parse(layout.participant_type.of(record)) else {
            return Err(Edit::E09);
        };
        if participant == ParticipantType::Blank {
            warnings |= Edit::W09.bit();
        }

        let member_id = layout.member_id.of(record);
        let mut ssn = SsnField::parse(layout.ssn.of(record));
        if let SsnField::Usable(number) = ssn
            && self
                .misidentified
                .holds(self.state, member_id, number.number())
        {
            ssn = SsnField::Invalid;
        }
        if ssn == SsnField::Invalid {
            warnings |= Edit::W06.bit();
        }
        let date_field = layout.date_of_birth.of(record);
        // 1900-01-01 means an unknown date.
        let date_of_birth = Date::parse(date_field)
            .filter(|&date| date <= self.run_date && date_field != UNKNOWN_BIRTH);
        if date_of_birth.is_none() && !is_blank(date_field) && date_field != b"00000000" {
            warnings |= Edit::W07.bit();
        }
        if !matches!(record[layout.sex.first - 1], b'M' | b'F' | b'O' | b' ') {
            warnings |= Edit::W08.bit();
        }
        let (last, first) = (layout.last_name.of(record), layout.first_name.of(record));
        let name = PersonName::new(trim_end(last), trim_end(first));
        let row = Row::new(&RowParts {
            name: name.key(),
            offset,
            length,
            ssn,
            date_of_birth,
            participant,
        });
        let mut other_county = [b' '; 3];
        if !derived {
            other_county.copy_from_slice(&layout.other_fips_code.of(record)[2..5]);
        }
        let case = CaseData {
            id: CaseId::new(case_id),
            other_id: other_case_id,
            other_state,
            open: status == b'O',
            county: [fips[2], fips[3], fips[4]],
            other_county,
        };
        Ok(Edited {
            record,
            row,
            case,
            member_id: CaseId::new(member_id),
            warnings,
        })
    }

    /// The edits on the fields that an FCR-derived record leaves blank.
    #[inline]
    fn other_side(
        &self,
        record: &[u8; RECORD_BYTES],
        warnings: &mut u32,
    ) -> Result<(Option<State>, CaseId), Edit> {
        let other_fips = self.layout.other_fips_code.of(record);
        if matches!(&other_fips[..2], b"80" | b"90") {
            return Err(Edit::E07);
        }
        let Some(other_state) = State::from_fips(other_fips) else {
            return Err(Edit::E06);
        };
        if other_state == self.state {
            return Err(Edit::E08);
        }
        if !self.counties.holds(other_state, &other_fips[2..5]) {
            *warnings |= Edit::W05.bit();
        }
        if !matches!(
            record[self.layout.initiating_responding.first - 1],
            b'I' | b'R'
        ) {
            *warnings |= Edit::W10.bit();
        }
        let other_case_id = self.layout.other_case_id.of(record);
        if is_blank(other_case_id) {
            *warnings |= Edit::W11.bit();
        } else if !case_id_is_valid(other_case_id) {
            *warnings |= Edit::W12.bit();
        }
        Ok((Some(other_state), CaseId::new(other_case_id)))
    }

    /// Whether the case data of two records of one case differ (W13).
    #[inline]
    pub(crate) fn case_data_differ(&self, a: &[u8; RECORD_BYTES], b: &[u8; RECORD_BYTES]) -> bool {
        let layout = self.layout;
        let both = [layout.case_status, layout.fips_code, layout.fips_code_6_7];
        let submitted = [
            layout.other_fips_code,
            layout.initiating_responding,
            layout.contact_name,
            layout.contact_phone,
            layout.contact_email,
        ];
        let differ = |columns: &crate::formats::layout::Columns| columns.of(a) != columns.of(b);
        both.iter().any(differ)
            || (self.provenance == Provenance::Submitted && submitted.iter().any(differ))
    }

    /// Whether a case lacks the keys of tiers 2 and 3 (W14): it has neither a participant with a
    /// usable SSN and a type, nor a child with a name key.
    #[inline]
    pub(crate) fn lacks_keys(&self, rows: &[Row]) -> bool {
        self.provenance == Provenance::Submitted
            && !rows.iter().any(|row| {
                (row.ssn().is_some() && row.class().is_some())
                    || (row.class() == Some(ParticipantClass::Child) && row.name().is_some())
            })
    }
}
