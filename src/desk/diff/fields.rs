//! The fields of a response record and their names, as a comparison uses them.

use crate::engine::matching::{ReasonCode, ReasonCodes};
use crate::engine::response::ResponseFields;
use crate::error::Result;
use crate::formats::layout::{Columns, LayoutSet};
use crate::formats::record::trim_end;

/// The fields of a response record, including those of the submitted record.
#[derive(Clone, Debug)]
pub struct DiffFields {
    pub(super) records: ResponseFields,
    /// All fields except the reason codes, in column order.
    named: Vec<(String, Columns)>,
}

impl DiffFields {
    /// Resolves the fields of the layout set.
    ///
    /// # Errors
    /// [`crate::Error::Layout`] if one is missing.
    pub fn new(layouts: &LayoutSet) -> Result<Self> {
        let records = ResponseFields::new(layouts)?;
        let first = records.response.submitted.first - 1;
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
            } else if !records.response.reason_codes.contains(&field.columns) {
                let name = field_name(&field.name, &field.kind, field.columns);
                named.push((name, field.columns));
            }
        }
        Ok(DiffFields { records, named })
    }

    /// Whether it can be checked that cases are complete.
    pub fn has_record_counts(&self) -> bool {
        self.records.has_record_counts()
    }

    /// A field of the submitted record, trimmed. The record may be trimmed too.
    #[inline]
    pub(super) fn submitted<'r>(&self, record: &'r [u8], columns: Columns) -> &'r [u8] {
        let submitted = self.records.response.submitted.of_trimmed(record);
        trim_end(columns.of_trimmed(submitted))
    }

    /// The family of a record: its Case ID and the state part of its Other State FIPS Code.
    #[inline]
    pub(super) fn family<'r>(&self, record: &'r [u8]) -> (&'r [u8], &'r [u8]) {
        let extract = &self.records.extract;
        let fips = self.submitted(record, extract.other_fips_code);
        let state = fips.first_chunk::<2>().map_or(fips, |state| state);
        (self.submitted(record, extract.case_id), state)
    }

    /// Case ID (from Other State), trimmed.
    pub(super) fn their_id<'r>(&self, record: &'r [u8]) -> &'r [u8] {
        trim_end(self.records.response.case_id.of_trimmed(record))
    }

    /// The reason codes.
    pub(super) fn codes(&self, record: &[u8]) -> ReasonCodes {
        // Only valid response records are compared, and they have codes.
        self.records.codes(record).unwrap_or_default()
    }

    /// The names of the fields that differ between two records, in column order.
    pub(super) fn differences(&self, old: &[u8], new: &[u8]) -> Vec<String> {
        let differs = |columns: Columns| {
            trim_end(columns.of_trimmed(old)) != trim_end(columns.of_trimmed(new))
        };
        let mut names: Vec<String> = Vec::new();
        let codes = self.records.response.reason_codes;
        let codes_differ = codes.into_iter().any(differs);
        for (name, columns) in &self.named {
            if codes_differ && columns.first > codes[0].first && !names.iter().any(|n| n == CODES) {
                names.push(CODES.to_owned());
            }
            if differs(*columns) {
                names.push(name.clone());
            }
        }
        names
    }
}

/// The codes, as in reports.
pub(super) fn code_words(codes: ReasonCodes) -> String {
    let words: Vec<_> = codes.iter().map(ReasonCode::code).collect();
    words.join(" ")
}

const CODES: &str = "Reason Codes";

fn field_name(name: &str, kind: &str, columns: Columns) -> String {
    if kind == "filler" {
        format!("{name} {}-{}", columns.first, columns.last)
    } else {
        name.to_owned()
    }
}
