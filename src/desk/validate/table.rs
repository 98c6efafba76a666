//! Writes the report as CSV: one figure per line.

use super::{FileReport, Report};
use crate::error::{Error, Result};
use crate::text::{cell, shown};

const HEADER: [&str; 11] = [
    "file",
    "kind",
    "state",
    "table",
    "item",
    "detail",
    "records",
    "records_percent",
    "cases",
    "cases_percent",
    "first_records",
];

/// The cells of a line after those of its file: table, item, detail, records, their share, cases,
/// their share, first records.
type Line = [String; 8];

impl Report {
    /// The report as CSV.
    ///
    /// # Errors
    /// [`Error::Row`] if a row cannot be made: a fault of this program.
    pub fn csv(&self) -> Result<Vec<u8>> {
        let unwritable = Error::row("the report");
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(HEADER).map_err(&unwritable)?;
        for file in &self.files {
            for line in file.lines() {
                // A file's name is not bytes of a record: none of its controls is kept.
                let name = shown(&file.file);
                let head = [&name, file.kind, file.state.unwrap_or_default()];
                let cells = head.into_iter().chain(line.iter().map(String::as_str));
                let cells = cells.map(|text| cell(text).into_owned());
                writer.write_record(cells).map_err(&unwritable)?;
            }
        }
        writer
            .into_inner()
            .map_err(|e| unwritable(e.into_error().into()))
    }
}

/// Record numbers in one cell.
fn numbers(records: &[u64]) -> String {
    let numbers: Vec<_> = records.iter().map(u64::to_string).collect();
    numbers.join(" ")
}

fn line(table: &str, item: &str, detail: &str) -> Line {
    let empty = String::new;
    let [table, item, detail] = [table, item, detail].map(str::to_owned);
    [
        table,
        item,
        detail,
        empty(),
        empty(),
        empty(),
        empty(),
        empty(),
    ]
}

impl FileReport {
    fn lines(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        let records = |item: &str, records: u64| {
            let mut line = line("file", item, "");
            line[3] = records.to_string();
            line
        };
        let cases = |table: &str, item: &str, detail: &str, cases: u64| {
            let mut line = line(table, item, detail);
            line[5] = cases.to_string();
            line
        };
        lines.push(records("read", self.records));
        lines.push(records("rejected", self.rejected));
        lines.push(cases("file", "cases", "", self.cases));
        lines.push(cases("file", "open", "", self.open_cases));
        lines.push(cases("file", "closed", "", self.closed_cases));
        if let Some(problem) = &self.unusable {
            lines.push(line("file", "unusable", problem));
        }
        for told in &self.told {
            let mut line = line("told", &told.kind, &told.what);
            if told.records > 0 {
                line[3] = told.records.to_string();
            }
            line[7] = numbers(&told.first_records);
            lines.push(line);
            if let Some(new) = told.new {
                let mut line = self::line("told_new", &told.kind, &told.what);
                line[3] = u64::from(new).to_string();
                lines.push(line);
            }
        }
        for code in &self.codes {
            let mut line = line("code", code.code, &code.title);
            line[3] = code.records.to_string();
            line[4] = format!("{:.2}", code.percent);
            line[7] = numbers(&code.first_records);
            lines.push(line);
            if let Some(new) = code.new {
                let mut line = self::line("code_new", code.code, &code.title);
                line[3] = new.to_string();
                lines.push(line);
            }
        }
        for field in &self.completeness {
            let mut line = line("completeness", field.field, "");
            line[3] = field.records.to_string();
            line[4] = format!("{:.2}", field.records_percent);
            line[5] = field.cases.to_string();
            line[6] = format!("{:.2}", field.cases_percent);
            lines.push(line);
        }
        for count in &self.participant_types {
            let mut line = line("participant_type", count.participant_type, "");
            line[3] = count.records.to_string();
            lines.push(line);
        }
        for count in &self.other_states {
            let state = count.other_state;
            lines.push(cases("other_state", state, "open", count.open));
            lines.push(cases("other_state", state, "closed", count.closed));
        }
        if self.formats.is_some() {
            let shared = line("shared_ssn", "count", &self.shared_ssns.to_string());
            lines.push(shared);
        }
        for shared in &self.most_shared_ssns {
            let mut line = line("shared_ssn", "names", &shared.names.to_string());
            line[3] = shared.records.to_string();
            line[7] = numbers(&shared.first_records);
            lines.push(line);
        }
        for count in &self.case_id_formats {
            lines.push(cases(
                "case_id_format",
                "",
                &count.format.words(),
                count.cases,
            ));
        }
        for ids in &self.other_case_ids {
            let state = ids.other_state;
            for given in &ids.given {
                let words = given.format.words();
                lines.push(cases("other_case_id_given", state, &words, given.cases));
            }
            for own in &ids.own {
                let words = own.format.words();
                lines.push(cases("other_case_id_own", state, &words, own.cases));
            }
            if let Some(unlike) = ids.unlike_its_own {
                let mut line = cases("other_case_id_unlike", state, "", unlike);
                line[7] = numbers(&ids.first_records);
                lines.push(line);
            }
        }
        lines
    }
}
