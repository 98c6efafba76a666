//! Where a comparison finds the fields of a response record, and what each is called.

use crate::error::Result;
use crate::layout::{Columns, ExtractLayout, LayoutSet, RESPONSE_BYTES, ResponseLayout};
use crate::record::trim_end;

/// The fields of a response record, those of the submitted record among them.
#[derive(Clone, Debug)]
pub struct DiffFields {
    pub(super) extract: ExtractLayout,
    response: ResponseLayout,
    /// Every field but the reason codes, in column order.
    named: Vec<(String, Columns)>,
}

impl DiffFields {
    /// Resolves the fields of the layouts in use.
    ///
    /// # Errors
    /// [`crate::Error::Layout`] where one is missing.
    pub fn new(layouts: &LayoutSet) -> Result<Self> {
        let response = layouts.response()?;
        let first = response.submitted.first - 1;
        let mut named = Vec::new();
        for field in &layouts.require("response")?.fields {
            if field.kind == "extract" {
                for field in &layouts.require("extract")?.fields {
                    let columns = Columns {
                        first: first + field.columns.first,
                        last: first + field.columns.last,
                    };
                    named.push((field_name(&field.name, &field.kind, columns), columns));
                }
            } else if !response.reason_codes.contains(&field.columns) {
                let name = field_name(&field.name, &field.kind, field.columns);
                named.push((name, field.columns));
            }
        }
        Ok(DiffFields {
            extract: layouts.extract()?,
            response,
            named,
        })
    }

    /// A field of the submitted record; shorter than its width, or empty, where the record is cut.
    #[inline]
    pub(super) fn submitted<'r>(&self, record: &'r [u8], columns: Columns) -> &'r [u8] {
        let submitted = self.response.submitted.of_trimmed(record);
        trim_end(columns.of_trimmed(submitted))
    }

    /// What a record belongs to: its Case ID and other state; `None` where it is too short to tell.
    #[inline]
    pub(super) fn family<'r>(&self, record: &'r [u8]) -> Option<(&'r [u8], &'r [u8])> {
        let submitted = self.response.submitted.of_trimmed(record);
        let first = self.extract.other_fips_code.first - 1;
        let state = submitted.get(first..first + 2)?;
        let id = trim_end(submitted.get(self.extract.case_id.range())?);
        Some((id, state))
    }

    /// Whether the bytes are as long as a response record, perhaps without its trailing blanks.
    pub(super) fn has_usual_length(&self, record: &[u8]) -> bool {
        let last = self.response.multiple_case.last;
        (last..=RESPONSE_BYTES).contains(&record.len()) || {
            record.len() > RESPONSE_BYTES && trim_end(record).len() <= RESPONSE_BYTES
        }
    }

    /// The reason codes, in words; what is no code is shown as `??`.
    pub(super) fn codes(&self, record: &[u8]) -> String {
        let mut codes: Vec<&str> = Vec::new();
        for columns in self.response.reason_codes {
            match columns.of_trimmed(record) {
                code if trim_end(code).is_empty() => {}
                code if code.len() == 2 && code.iter().all(u8::is_ascii_digit) => {
                    codes.push(std::str::from_utf8(code).unwrap_or("??"));
                }
                _ => codes.push("??"),
            }
        }
        if codes.is_empty() {
            codes.push("none");
        }
        codes.join(" ")
    }

    /// The names of the fields in which two records differ, in column order; a byte beyond the
    /// record counts as a field of its own.
    pub(super) fn differences(&self, old: &[u8], new: &[u8]) -> Vec<String> {
        let differs = |columns: Columns| {
            trim_end(columns.of_trimmed(old)) != trim_end(columns.of_trimmed(new))
        };
        let mut names: Vec<String> = Vec::new();
        let codes = self.response.reason_codes;
        let codes_differ = codes.into_iter().any(differs);
        for (name, columns) in &self.named {
            if codes_differ && columns.first > codes[0].first && !names.iter().any(|n| n == CODES) {
                names.push(CODES.to_owned());
            }
            if differs(*columns) {
                names.push(name.clone());
            }
        }
        let beyond =
            |record: &'_ [u8]| trim_end(record.get(RESPONSE_BYTES..).unwrap_or_default()).to_vec();
        if beyond(old) != beyond(new) {
            names.push(format!("(beyond byte {RESPONSE_BYTES})"));
        }
        names
    }
}

const CODES: &str = "Reason Codes";

fn field_name(name: &str, kind: &str, columns: Columns) -> String {
    if kind == "filler" {
        format!("{name} {}-{}", columns.first, columns.last)
    } else {
        name.to_owned()
    }
}
