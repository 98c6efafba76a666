//! Response records as a state gets them back, each checked before anything rests on it.

use std::borrow::Cow;

use crate::error::Result;
use crate::input::Framing;
use crate::layout::{Columns, ExtractLayout, LayoutSet, RESPONSE_BYTES, ResponseLayout};
use crate::matching::{ReasonCode, ReasonCodes};
use crate::record::{ParticipantType, is_blank, trim_end};
use crate::reference::State;

/// Where the fields of a response record are.
#[derive(Clone, Debug)]
pub struct ResponseFields {
    /// Those of the submitted record, from its first byte.
    pub extract: ExtractLayout,
    /// Those of the answer.
    pub response: ResponseLayout,
}

impl ResponseFields {
    /// Resolves the fields of the layouts in use.
    ///
    /// # Errors
    /// [`crate::Error::Layout`] where one is missing.
    pub fn new(layouts: &LayoutSet) -> Result<Self> {
        Ok(ResponseFields {
            extract: layouts.extract()?,
            response: layouts.response()?,
        })
    }

    /// A field of the submitted record.
    #[inline]
    pub fn submitted<'r>(&self, record: &'r [u8], columns: Columns) -> &'r [u8] {
        columns.of(self.response.submitted.of(record))
    }

    /// The fields of the case-level answer: 242, 253-275, 377-392 and 393-472. With the Case ID and
    /// the other state they make a case (state-side.md).
    pub fn answer(&self) -> [Columns; 17] {
        let r = &self.response;
        [
            r.fcr_supplied,
            r.case_id,
            r.fips_code,
            r.case_status,
            r.adults_yours,
            r.children_yours,
            r.adults_other,
            r.children_other,
            r.adults_matched,
            r.children_matched,
            r.cp_match,
            r.np_match,
            r.multiple_case,
            r.match_tier,
            r.contact_name,
            r.contact_phone,
            r.contact_email,
        ]
    }

    /// The twelve digits of the counts.
    fn counts(&self) -> [Columns; 6] {
        let r = &self.response;
        [
            r.adults_yours,
            r.children_yours,
            r.adults_other,
            r.children_other,
            r.adults_matched,
            r.children_matched,
        ]
    }

    /// The last byte that is given on every record: a line whose trailing blanks were trimmed
    /// reaches it.
    fn min_bytes(&self) -> usize {
        self.response
            .multiple_case
            .last
            .max(self.response.np_match.last)
    }

    /// The reason codes, ascending without a gap; `None` where they are of another form, or none.
    pub fn codes(&self, record: &[u8]) -> Option<ReasonCodes> {
        let mut codes = ReasonCodes::default();
        let (mut last, mut ended) = (None, false);
        for columns in self.response.reason_codes {
            match trim_end(columns.of_trimmed(record)) {
                [] => ended = true,
                [b'0', digit @ b'0'..=b'8'] if !ended && last < Some(*digit) => {
                    last = Some(*digit);
                    codes = codes.with(ReasonCode::ALL[usize::from(digit - b'0')]);
                }
                _ => return None,
            }
        }
        (!codes.is_empty()).then_some(codes)
    }

    /// Tells in words why the bytes are no response record.
    fn check(&self, record: &[u8]) -> std::result::Result<(), String> {
        let (e, r) = (&self.extract, &self.response);
        let refuse = |columns: Columns, what: &str, expected: &str| {
            Err(format!(
                "is no response record: {what} (columns {}-{}) is not {expected}",
                columns.first, columns.last
            ))
        };
        if let Some(at) = record.iter().position(u8::is_ascii_control) {
            return Err(format!(
                "is no response record: byte {} is a control byte",
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
        if !matches!(r.match_tier.of(record), b"1" | b"2" | b"3" | b" ") {
            return refuse(r.match_tier, "Match Tier", "1, 2, 3 or blank");
        }
        for columns in self.counts() {
            if !columns.of(record).iter().all(u8::is_ascii_digit) {
                return refuse(columns, "a number of participants", "two digits");
            }
        }
        // Of two digits each, so the bytes compare as the numbers do.
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

/// One response record that was found good.
#[derive(Clone)]
pub struct ResponseRecord<'s> {
    /// Its bytes, as many as the layout has.
    pub bytes: Cow<'s, [u8]>,
    /// Its reason codes.
    pub codes: ReasonCodes,
    /// The participant's type, blank for none.
    pub participant: ParticipantType,
    /// The other state.
    pub other_state: State,
    /// The submitting state.
    pub state: State,
}

impl<'s> ResponseRecord<'s> {
    /// Checks a record; a line whose trailing blanks were trimmed is padded. A record of a fixed
    /// length is whole or cut: nobody trimmed it.
    ///
    /// # Errors
    /// In words, why it is no response record.
    pub fn parse(
        fields: &ResponseFields,
        bytes: &'s [u8],
        framing: Framing,
    ) -> std::result::Result<Self, String> {
        let bytes: Cow<'_, [u8]> = if bytes.len() >= RESPONSE_BYTES {
            let (record, rest) = bytes.split_at(RESPONSE_BYTES);
            if !is_blank(rest) {
                return Err(wrong_length(bytes.len()));
            }
            record.into()
        } else if framing == Framing::Text && bytes.len() >= fields.min_bytes() {
            let mut padded = bytes.to_vec();
            padded.resize(RESPONSE_BYTES, b' ');
            padded.into()
        } else {
            return Err(wrong_length(bytes.len()));
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
            return Err("is no response record".to_owned());
        };
        Ok(ResponseRecord {
            bytes,
            codes,
            participant,
            other_state,
            state,
        })
    }
}

fn wrong_length(bytes: usize) -> String {
    let hint = match bytes {
        139..=241 => "; an extract? give the response file that came back",
        _ => "",
    };
    format!("has {bytes} bytes; a response record has {RESPONSE_BYTES}{hint}")
}
