//! The columns of all fields of a response record, including those of the submitted record.

use crate::engine::matching::{ReasonCode, ReasonCodes};
use crate::error::Result;
use crate::formats::layout::{Columns, ExtractLayout, LayoutSet, RESPONSE_BYTES, ResponseLayout};
use crate::formats::record::trim_end;

/// The columns of a response record's fields.
#[derive(Clone, Debug)]
pub struct ResponseFields {
    /// The submitted record, at the start of the response record.
    pub extract: ExtractLayout,
    /// The answer.
    pub response: ResponseLayout,
    /// The case-level answer. Records with the same Case ID, other state and answer are one case
    /// (state-side.md).
    answer: Vec<Columns>,
    /// The columns outside all fields.
    filler: Vec<Columns>,
}

impl ResponseFields {
    /// Resolves the fields of the layout set.
    ///
    /// # Errors
    /// [`crate::Error::Layout`] if one is missing.
    pub fn new(layouts: &LayoutSet) -> Result<Self> {
        let response = layouts.response()?;
        let mut used = [false; RESPONSE_BYTES];
        let fields = &layouts.require("response")?.fields;
        for field in fields.iter().filter(|field| field.kind != "filler") {
            used[field.columns.range()].fill(true);
        }
        Ok(ResponseFields {
            extract: layouts.extract()?,
            answer: answer_columns(&response),
            filler: unused_columns(&used),
            response,
        })
    }

    /// Whether each case of a response has its number of records, so that a reader can check that
    /// cases are complete.
    pub fn has_record_counts(&self) -> bool {
        self.response.records_yours.is_some()
    }

    /// A field of the submitted record.
    #[inline]
    pub fn submitted<'r>(&self, record: &'r [u8], columns: Columns) -> &'r [u8] {
        columns.of(self.response.submitted.of(record))
    }

    /// The fields of the case-level answer: 242, 253-275, 377-392, 393-472, 473-477.
    pub fn answer(&self) -> &[Columns] {
        &self.answer
    }

    /// The columns outside all fields, which are blank.
    pub fn filler(&self) -> &[Columns] {
        &self.filler
    }

    /// The Case ID and other state of a record's case, as in the file.
    #[inline]
    pub fn family<'r>(&self, record: &'r [u8]) -> (&'r [u8], &'r [u8]) {
        let state = &self.submitted(record, self.extract.other_fips_code)[..2];
        (self.submitted(record, self.extract.case_id), state)
    }

    /// The numbers of participants from your state, from the other state, and matched; each of
    /// adults and of children.
    pub(super) fn counts(&self) -> [Columns; 6] {
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

    /// The last byte that is never blank, even if 473-477 is not in use. A line whose trailing
    /// blanks were trimmed is at least this long.
    pub(super) fn min_bytes(&self) -> usize {
        let r = &self.response;
        r.multiple_case.last.max(r.np_match.last)
    }

    /// The reason codes, ascending and without a gap; `None` if there are none or the field is
    /// malformed.
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
}

fn answer_columns(r: &ResponseLayout) -> Vec<Columns> {
    let mut answer = vec![
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
    ];
    answer.extend(r.records_yours);
    answer
}

/// The runs of columns that no field uses.
fn unused_columns(used: &[bool]) -> Vec<Columns> {
    let mut unused: Vec<Columns> = Vec::new();
    for (column, _) in (1..).zip(used).filter(|(_, used)| !**used) {
        match unused.last_mut() {
            Some(run) if run.last + 1 == column => run.last = column,
            _ => unused.push(Columns {
                first: column,
                last: column,
            }),
        }
    }
    unused
}
