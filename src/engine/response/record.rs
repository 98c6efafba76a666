//! One record of a response, checked before anything is derived from it.

use std::borrow::Cow;

use super::ResponseFields;
use crate::engine::matching::MatchBasis;
use crate::engine::matching::ReasonCodes;
use crate::formats::input::{Framing, Record};
use crate::formats::layout::{Columns, RECORD_BYTES, RESPONSE_BYTES};
use crate::formats::record::{ParticipantType, is_blank};
use crate::formats::reference::State;

impl ResponseFields {
    /// Returns an error, in words, if the bytes are not a response record.
    fn check(&self, record: &[u8]) -> std::result::Result<(), String> {
        let (e, r) = (&self.extract, &self.response);
        let refuse = |columns: Columns, what: &str, expected: &str| {
            let at = at(columns);
            Err(format!(
                "is not a response record: {what} ({at}) is not {expected}"
            ))
        };
        if let Some(at) = record.iter().position(u8::is_ascii_control) {
            return Err(format!(
                "is not a response record: byte {} is a control byte",
                at + 1
            ));
        }
        let submitted = |columns: Columns| self.submitted(record, columns);
        if is_blank(submitted(e.case_id)) {
            return refuse(e.case_id, "Case ID", "filled");
        }
        if State::from_fips(submitted(e.fips_code)).is_none() {
            return refuse(e.fips_code, "FIPS Code", "one of the 54 jurisdictions");
        }
        if State::from_fips(submitted(e.other_fips_code)).is_none() {
            let columns = e.other_fips_code;
            return refuse(
                columns,
                "Other State FIPS Code",
                "one of the 54 jurisdictions",
            );
        }
        if !matches!(submitted(e.case_status), b"O" | b"C") {
            return refuse(e.case_status, "Case Status", "O or C");
        }
        if ParticipantType::parse(submitted(e.participant_type)).is_none() {
            let columns = e.participant_type;
            return refuse(columns, "Participant Type", "NP, CP, PF, CH or blank");
        }
        let columns = Columns {
            first: r.reason_codes[0].first,
            last: r.reason_codes[4].last,
        };
        let Some(codes) = self.codes(record) else {
            let expected = "one code 00-08 or more, ascending, without a gap";
            return refuse(columns, "Reason Codes", expected);
        };
        if !codes.can_stand_together() {
            let expected = "a set of codes that a match can give together";
            return refuse(columns, "Reason Codes", expected);
        }
        for (columns, what, blank) in [
            (r.fcr_supplied, "FCR-Supplied Indicator", false),
            (
                r.other_fips_verification,
                "Other State FIPS Code Verification Indicator",
                false,
            ),
            (
                r.fips_verification,
                "FIPS Code Verification Indicator (from Other State)",
                true,
            ),
            (
                r.submitting_ssn_verification,
                "Submitting State SSN Verification Indicator",
                true,
            ),
            (
                r.other_ssn_verification,
                "Other State SSN Verification Indicator",
                true,
            ),
            (r.cp_match, "CP Match Indicator", false),
            (r.np_match, "NP Match Indicator", false),
            (r.multiple_case, "Multiple Case Indicator", false),
        ] {
            match columns.of(record) {
                b"Y" | b"N" => {}
                b" " if blank => {}
                _ if blank => return refuse(columns, what, "Y, N or blank"),
                _ => return refuse(columns, what, "Y or N"),
            }
        }
        if !matches!(r.case_status.of(record), b"O" | b"C" | b" ") {
            return refuse(
                r.case_status,
                "Case Status (from Other State)",
                "O, C or blank",
            );
        }
        // The pooled routine has seven (matching.md, section 9).
        if !matches!(r.match_tier.of(record), [b'1'..=b'7' | b' ']) {
            return refuse(r.match_tier, "Match Tier", "1 to 7 or blank");
        }
        if let Some(columns) = r.match_basis
            && MatchBasis::parse(columns.of(record)).is_none()
        {
            let expected = "S, 1, 2, D, 3, 4, 5 or blank";
            return refuse(columns, "Participant Match Basis", expected);
        }
        for columns in self.counts() {
            if !columns.of(record).iter().all(u8::is_ascii_digit) {
                return refuse(columns, "a number of participants", "two digits");
            }
        }
        // Two digits each, so comparing bytes compares the numbers.
        for (matched, yours, what) in [
            (r.adults_matched, r.adults_yours, "Number of Adults Matched"),
            (
                r.children_matched,
                r.children_yours,
                "Number of Children Matched",
            ),
        ] {
            if matched.of(record) > yours.of(record) {
                return refuse(matched, what, "at most the number from your state");
            }
        }
        Ok(())
    }
}

/// One valid response record.
#[derive(Clone)]
pub struct ResponseRecord<'s> {
    /// Its bytes, padded to the length of the layout.
    pub bytes: Cow<'s, [u8]>,
    /// Its reason codes.
    pub codes: ReasonCodes,
    /// The participant's type, blank for none.
    pub participant: ParticipantType,
    /// How the counterpart was found; `None` if there is no counterpart, or no such field in the
    /// layout.
    pub basis: Option<MatchBasis>,
    /// The other state.
    pub other_state: State,
    /// The submitting state.
    pub state: State,
    /// Its place in the file.
    pub place: Place,
}

/// The place of a record in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its number, from 1.
    pub number: u64,
    /// The byte at which it begins, from 0.
    pub offset: usize,
    /// Its length in the file, in bytes, without the line end.
    pub length: usize,
}

impl<'s> ResponseRecord<'s> {
    /// Checks a record. A line whose trailing blanks were trimmed is padded; a record of a fixed
    /// length is never trimmed, so a short one was cut.
    ///
    /// # Errors
    /// The reason, in words, why it is not a response record.
    pub fn parse(
        fields: &ResponseFields,
        (number, record): (u64, Record<'s>),
        framing: Framing,
    ) -> std::result::Result<Self, String> {
        let (bytes, length) = (record.bytes, record.bytes.len());
        let bytes: Cow<'_, [u8]> = if length >= RESPONSE_BYTES {
            let (record, rest) = bytes.split_at(RESPONSE_BYTES);
            if !is_blank(rest) {
                return Err(wrong_length(number, length));
            }
            record.into()
        } else if framing == Framing::Text && length >= fields.min_bytes() {
            let mut padded = bytes.to_vec();
            padded.resize(RESPONSE_BYTES, b' ');
            padded.into()
        } else {
            return Err(wrong_length(number, length));
        };
        fields.check(&bytes)?;
        let submitted = |columns: Columns| fields.submitted(&bytes, columns);
        let states = (
            State::from_fips(submitted(fields.extract.fips_code)),
            State::from_fips(submitted(fields.extract.other_fips_code)),
        );
        let participant = ParticipantType::parse(submitted(fields.extract.participant_type));
        let (Some(codes), Some(participant), (Some(state), Some(other_state))) =
            (fields.codes(&bytes), participant, states)
        else {
            return Err("is not a response record".to_owned());
        };
        let basis = fields.response.match_basis;
        Ok(ResponseRecord {
            basis: basis.and_then(|columns| MatchBasis::parse(columns.of(&bytes)).flatten()),
            bytes,
            codes,
            participant,
            other_state,
            state,
            place: Place {
                number,
                offset: record.offset,
                length,
            },
        })
    }

    /// Whether the participant has a counterpart: its codes include neither 01 nor 06.
    #[inline]
    pub fn is_matched(&self) -> bool {
        use crate::engine::matching::ReasonCode::{R01, R06};
        !self.codes.holds(R01) && !self.codes.holds(R06)
    }
}

/// The columns of a field, as in messages.
pub(super) fn at(columns: Columns) -> String {
    if columns.width() == 1 {
        format!("column {}", columns.first)
    } else {
        format!("columns {}-{}", columns.first, columns.last)
    }
}

/// Why a record of so many bytes is not one. A shorter one than an extract's may be an extract's, trimmed, if
/// it is the first; a later one was cut.
fn wrong_length(number: u64, bytes: usize) -> String {
    let may_be_extract =
        bytes == RECORD_BYTES || (number == 1 && (139..RECORD_BYTES).contains(&bytes));
    let hint = if may_be_extract {
        "; an extract? give the response file that came back"
    } else {
        ""
    };
    format!("has {bytes} bytes; a response record has {RESPONSE_BYTES}{hint}")
}
