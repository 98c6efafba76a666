//! Writes the result of a comparison as CSV.

use super::fields::code_words;
use super::{CaseChange, ChangeKind, DiffReport, FileChanges, RecordChange};
use crate::error::{Error, Result};
use crate::text::cell;

/// The header.
const HEAD: [&str; 10] = [
    "state",
    "case",
    "case_id",
    "other_state",
    "other_case_id",
    "participant",
    "member_id",
    "old_codes",
    "new_codes",
    "fields",
];

type Row = [String; 10];

impl DiffReport {
    /// One row per participant that differs. Changes not tied to a participant get their own row:
    /// the column `case` is `file`, `records` or `stray`, `participant` is the change, and `fields`
    /// describes it in words.
    ///
    /// # Errors
    /// [`Error::Row`] if a row cannot be made.
    pub fn csv(&self) -> Result<Vec<u8>> {
        let unwritable = Error::row("the comparison");
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(HEAD).map_err(&unwritable)?;
        for file in &self.files {
            for row in file_rows(file) {
                writer.write_record(safe(&row)).map_err(&unwritable)?;
            }
            for case in &file.changes {
                for record in &case.records {
                    let row = participant_row(&file.label, case, record);
                    writer.write_record(safe(&row)).map_err(&unwritable)?;
                }
            }
        }
        for stray in &self.strays {
            let became = match stray.sides {
                (true, false) => ChangeKind::Gone.word(),
                (false, true) => ChangeKind::New.word(),
                _ => SAME,
            };
            let row = other_row("", "stray", became, stray.name.clone());
            writer.write_record(safe(&row)).map_err(&unwritable)?;
        }
        writer
            .into_inner()
            .map_err(|e| unwritable(e.into_error().into()))
    }
}

/// Equal on both sides, but reported all the same.
const SAME: &str = "same";

/// People open the file, so no cell is a formula to a spreadsheet (decision 0034).
fn safe(row: &Row) -> impl Iterator<Item = String> {
    row.iter().map(|text| cell(text).into_owned())
}

fn participant_row(label: &str, case: &CaseChange, record: &RecordChange) -> Row {
    [
        label.to_owned(),
        case.kind.word().to_owned(),
        case.case_id.clone(),
        case.other_state.to_owned(),
        case.other_case_id.clone(),
        record.kind.word().to_owned(),
        record.member_id.clone(),
        record.old_codes.map(code_words).unwrap_or_default(),
        record.new_codes.map(code_words).unwrap_or_default(),
        record.fields.join("; "),
    ]
}

fn other_row(label: &str, about: &str, became: &str, words: String) -> Row {
    let mut row = Row::default();
    label.clone_into(&mut row[0]);
    about.clone_into(&mut row[1]);
    became.clone_into(&mut row[5]);
    row[9] = words;
    row
}

/// The rows about a file as a whole.
fn file_rows(file: &FileChanges) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut add = |about, became, words| rows.push(other_row(&file.label, about, became, words));
    for (missing, kind, side) in [
        (file.missing.0, ChangeKind::New, "old"),
        (file.missing.1, ChangeKind::Gone, "new"),
    ] {
        if missing {
            let words = format!("the {side} side has no file {}", file.name);
            add("file", kind.word(), words);
        }
    }
    for (problem, side) in [(&file.unreadable.0, "old"), (&file.unreadable.1, "new")] {
        if let Some(problem) = problem {
            let words = format!("{} of the {side} side cannot be read: {problem}", file.name);
            add("file", ChangeKind::Changed.word(), words);
        }
    }
    if file.no_records != (0, 0) {
        let differ = file.no_records_alone != (0, 0);
        let became = if differ {
            ChangeKind::Changed.word()
        } else {
            SAME
        };
        add("records", became, file.no_records_words());
    }
    rows
}
