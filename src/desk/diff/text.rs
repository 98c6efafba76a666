//! Writes the result of a comparison as text.

use std::fmt::Write;

use super::fields::code_words;
use super::report::{code_changes, count, field_changes};
use super::{CaseChange, ChangeKind, DiffReport, Direction, FileChanges};
use crate::engine::matching::ReasonCodes;
use crate::text::shown;

/// The number of cases listed per state.
const LISTED_CASES: usize = 20;

impl FileChanges {
    /// The number of lines that are not response records, in words.
    pub(super) fn no_records_words(&self) -> String {
        let ((old, new), (old_alone, new_alone)) = (self.no_records, self.no_records_alone);
        format!(
            "records that are not response records: {old} old, {new} new; on one side alone: {old_alone} old, {new_alone} new"
        )
    }

    /// For each side with incomplete cases, a sentence.
    pub(super) fn not_whole_words(&self) -> Vec<String> {
        let (old, new) = &self.not_whole;
        let words = [(old, "old"), (new, "new")].map(|(faults, side)| {
            let first = faults.listed.first()?;
            let (name, count) = (shown(&self.name), faults.count);
            let noun = if count == 1 { "fault" } else { "faults" };
            Some(format!(
                "{name} of the {side} side: cases are not whole, {count} {noun}, the first at record {}: {}",
                first.record, first.problem
            ))
        });
        words.into_iter().flatten().collect()
    }
}

impl DiffReport {
    /// The text: per state the numbers, the changes of codes, the fields, and the first cases.
    pub fn text(&self) -> String {
        let mut text = String::new();
        if self.is_same() {
            let cases: u64 = self.files.iter().map(|file| file.same_cases).sum();
            let _ = writeln!(text, "same: {cases} cases");
            for file in &self.files {
                text += &file_text(file);
            }
        } else {
            text += &self.table();
            let telling = |file: &&FileChanges| !file.is_same() || file.no_records != (0, 0);
            for file in self.files.iter().filter(telling) {
                let _ = write!(text, "\n{}\n{}", shown(&file.label), file_text(file));
                text += &changes_text(file);
            }
        }
        if !self.strays.is_empty() {
            text += "\nstray files, which are not responses and were not read\n";
        }
        for stray in &self.strays {
            let side = match stray.sides {
                (true, false) => "the old side alone",
                (false, true) => "the new side alone",
                _ => "both sides",
            };
            let _ = writeln!(text, "  {}: {side}", shown(&stray.name));
        }
        text
    }

    fn table(&self) -> String {
        let mut text = format!(
            "{:<12}{:>10}{:>10}{:>10}{:>10}\n",
            "cases", "same", "changed", "new", "gone"
        );
        for file in &self.files {
            let _ = writeln!(
                text,
                "{:<12}{:>10}{:>10}{:>10}{:>10}",
                shown(&file.label),
                file.same_cases,
                count(file, ChangeKind::Changed),
                count(file, ChangeKind::New),
                count(file, ChangeKind::Gone)
            );
        }
        text
    }
}

/// What concerns a file as a whole.
fn file_text(file: &FileChanges) -> String {
    let mut text = String::new();
    let name = shown(&file.name);
    for (missing, side) in [(file.missing.0, "old"), (file.missing.1, "new")] {
        if missing {
            let _ = writeln!(text, "  the {side} side has no file {name}");
        }
    }
    for (problem, side) in [(&file.unreadable.0, "old"), (&file.unreadable.1, "new")] {
        if let Some(problem) = problem {
            let _ = writeln!(
                text,
                "  {name} of the {side} side cannot be read, so its cases were not compared: {}",
                shown(problem)
            );
        }
    }
    if file.no_records != (0, 0) {
        let _ = writeln!(text, "  {name}: {}", file.no_records_words());
    }
    text
}

/// The changes in the cases of a file.
fn changes_text(file: &FileChanges) -> String {
    let mut text = String::new();
    for ((old, new), records) in code_changes(file) {
        let noun = if records == 1 { "record" } else { "records" };
        let _ = writeln!(
            text,
            "  codes {} -> {}: {records} {noun} ({})",
            code_words(old),
            code_words(new),
            Direction::of(old, new).word()
        );
    }
    let fields: Vec<_> = field_changes(file)
        .into_iter()
        .map(|(field, records)| format!("{field} {records}"))
        .collect();
    if !fields.is_empty() {
        let _ = writeln!(text, "  fields: {}", fields.join(", "));
    }
    for case in file.changes.iter().take(LISTED_CASES) {
        text += &case_text(case);
    }
    if file.changes.len() > LISTED_CASES {
        let more = file.changes.len() - LISTED_CASES;
        let _ = writeln!(text, "  and {more} more; --format csv lists all");
    }
    text
}

fn case_text(case: &CaseChange) -> String {
    let other = match case.other_case_id.as_str() {
        "" => case.other_state.to_owned(),
        id => format!("{} {}", case.other_state, shown(id)),
    };
    let mut text = format!(
        "  {} case {} with {other}\n",
        case.kind.word(),
        shown(&case.case_id)
    );
    for record in &case.records {
        let member = match record.member_id.as_str() {
            "" => "(no Member ID)".to_owned(),
            id => shown(id).into_owned(),
        };
        let codes = match (record.old_codes, record.new_codes) {
            (Some(old), Some(new)) if old == new => code_words(old),
            (old, new) => {
                let words =
                    |codes: Option<ReasonCodes>| codes.map_or_else(|| "-".to_owned(), code_words);
                format!("{} -> {}", words(old), words(new))
            }
        };
        let fields = if record.fields.is_empty() {
            String::new()
        } else {
            format!("; {}", record.fields.join(", "))
        };
        let _ = writeln!(text, "    {} {member}: {codes}{fields}", record.kind.word());
    }
    text
}
