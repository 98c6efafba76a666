//! The findings of a file one by one, for the forms that a program reads: sarif, junit, github.
//!
//! Position, field and code say where a finding is and what it is; never a value of the record.

use super::{CodeCount, FIRST_RECORDS, FileReport};
use crate::engine::extract::{Edit, Severity};
use crate::formats::layout::Columns;
use crate::text::count_of;

/// A finding; or all those of one code that are not listed one by one.
pub(super) struct Finding<'r> {
    /// Its code, with what it means and what to do.
    pub code: &'r CodeCount,
    /// The record, from 1; none where several are listed at once.
    pub record: Option<u64>,
    /// How many records it is about.
    pub count: u64,
    /// The name of the field; empty where it is about the whole record.
    pub field: &'r str,
    /// The columns of the field.
    pub columns: Columns,
    /// With a baseline: whether it is not in there.
    pub new: Option<bool>,
}

impl FileReport {
    /// Every finding: the listed ones by record, then of each code those that are not listed.
    pub(super) fn findings_one_by_one(&self) -> Vec<Finding<'_>> {
        let mut told = Vec::new();
        for (place, found) in self.listing.found.iter().enumerate() {
            let Some(code) = self.codes.iter().find(|c| c.code == found.edit.code()) else {
                continue;
            };
            let (field, columns) = &self.listing.fields[found.edit.index()];
            told.push(Finding {
                code,
                record: Some(found.record),
                count: 1,
                field,
                columns: *columns,
                new: self.listing.new.as_ref().map(|new| new[place]),
            });
        }
        for code in &self.codes {
            let of_code = |finding: &&Finding<'_>| finding.code.code == code.code;
            let listed = told.iter().filter(of_code).count() as u64;
            let listed_new = told.iter().filter(of_code).filter(|f| f.new == Some(true));
            let listed_new = listed_new.count() as u64;
            let edit = Edit::ALL.into_iter().find(|edit| edit.code() == code.code);
            if let Some(edit) = edit
                && code.records > listed
            {
                let (field, columns) = &self.listing.fields[edit.index()];
                told.push(Finding {
                    code,
                    record: None,
                    count: code.records - listed,
                    field,
                    columns: *columns,
                    new: code.new.map(|new| new > listed_new),
                });
            }
        }
        told
    }
}

impl Finding<'_> {
    /// Whether a report fails for it that fails for findings as grave as `worst`.
    pub(super) fn fails(&self, worst: Severity) -> bool {
        self.code.severity >= worst && self.new != Some(false)
    }

    /// The record, the field and its columns, in words.
    pub(super) fn place(&self) -> String {
        let record = match self.record {
            Some(record) => format!("record {record}"),
            None if self.code.records == self.count => {
                let mut first = self.code.first_records.iter().map(u64::to_string);
                let shown: Vec<_> = first.by_ref().take(FIRST_RECORDS).collect();
                let records = count_of(self.count, "record");
                format!("{records}, the first {}", shown.join(", "))
            }
            None => format!("{} more", count_of(self.count, "record")),
        };
        let Columns { first, last } = self.columns;
        match self.field {
            "" => record,
            field if first == last => format!("{record}, {field} (column {first})"),
            field => format!("{record}, {field} (columns {first}-{last})"),
        }
    }

    /// Where it is, what it is, and what to do.
    pub(super) fn message(&self) -> String {
        let CodeCount {
            title, next_action, ..
        } = self.code;
        format!("{}: {title}. {next_action}", self.place())
    }
}
