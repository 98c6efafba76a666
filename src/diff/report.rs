//! What a comparison found, as text, JSON and CSV.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Value, json};

use super::{CaseChange, ChangeKind, FileChanges};
use crate::error::{Error, Result};

/// How many cases the text lists for a state.
const LISTED_CASES: usize = 20;

/// The header of the CSV form.
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

/// Whether a change of codes is for the better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Some discrepancies are gone, and none came: 02 → 00.
    Progress,
    /// Some discrepancies came, and none is gone.
    Setback,
    /// Some came and some are gone.
    Mixed,
}

impl Direction {
    /// The direction from one set of codes to another, as they are shown.
    pub fn of(old: &str, new: &str) -> Self {
        let discrepancies = |codes: &'_ str| -> Vec<String> {
            codes
                .split(' ')
                .filter(|c| *c != "00")
                .map(str::to_owned)
                .collect()
        };
        let (old, new) = (discrepancies(old), discrepancies(new));
        let within = |a: &[String], b: &[String]| a.iter().all(|code| b.contains(code));
        match (within(&new, &old), within(&old, &new)) {
            (true, false) => Direction::Progress,
            (false, true) => Direction::Setback,
            _ => Direction::Mixed,
        }
    }

    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Direction::Progress => "progress",
            Direction::Setback => "setback",
            Direction::Mixed => "mixed",
        }
    }
}

/// The comparison of two runs.
#[derive(Clone, Debug)]
pub struct DiffReport {
    /// File by file, in order of name.
    pub files: Vec<FileChanges>,
}

/// What changed in the codes of participants that both sides have.
type CodeChanges = BTreeMap<(String, String), u64>;

fn code_changes(file: &FileChanges) -> CodeChanges {
    let mut changes = CodeChanges::new();
    for record in file.changes.iter().flat_map(|case| &case.records) {
        if let (Some(old), Some(new)) = (&record.old_codes, &record.new_codes)
            && old != new
        {
            *changes.entry((old.clone(), new.clone())).or_default() += 1;
        }
    }
    changes
}

fn field_changes(file: &FileChanges) -> BTreeMap<&str, u64> {
    let mut changes = BTreeMap::new();
    for record in file.changes.iter().flat_map(|case| &case.records) {
        for field in &record.fields {
            *changes.entry(field.as_str()).or_default() += 1;
        }
    }
    changes
}

fn count(file: &FileChanges, kind: ChangeKind) -> u64 {
    file.changes.iter().filter(|case| case.kind == kind).count() as u64
}

impl DiffReport {
    /// Whether nothing differs.
    pub fn is_same(&self) -> bool {
        self.files.iter().all(FileChanges::is_same)
    }

    /// For people: by state the numbers, the changes of codes, the fields, and the first cases.
    pub fn text(&self) -> String {
        if self.is_same() {
            let cases: u64 = self.files.iter().map(|file| file.same_cases).sum();
            let mut text = format!("same: {cases} cases\n");
            self.files
                .iter()
                .for_each(|file| text += &damage_text(file));
            return text;
        }
        let mut text = format!(
            "{:<12}{:>10}{:>10}{:>10}{:>10}\n",
            "cases", "same", "changed", "new", "gone"
        );
        for file in &self.files {
            let _ = writeln!(
                text,
                "{:<12}{:>10}{:>10}{:>10}{:>10}",
                file.label,
                file.same_cases,
                count(file, ChangeKind::Changed),
                count(file, ChangeKind::New),
                count(file, ChangeKind::Gone)
            );
        }
        for file in self
            .files
            .iter()
            .filter(|f| !f.is_same() || f.odd != (0, 0))
        {
            let _ = write!(text, "\n{}\n{}", file.label, damage_text(file));
            for ((old, new), records) in code_changes(file) {
                let direction = Direction::of(&old, &new).word();
                let noun = if records == 1 { "record" } else { "records" };
                let _ = writeln!(
                    text,
                    "  codes {old} -> {new}: {records} {noun} ({direction})"
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
        }
        text
    }

    /// For programs, complete.
    pub fn json(&self) -> String {
        let file = |file: &FileChanges| {
            let codes: Vec<Value> = code_changes(file)
                .into_iter()
                .map(|((old, new), records)| {
                    let direction = Direction::of(&old, &new).word();
                    json!({"old": old, "new": new, "direction": direction, "records": records})
                })
                .collect();
            let cases: Vec<Value> = file.changes.iter().map(case_json).collect();
            json!({
                "state": file.label,
                "file": file.name,
                "missing_old": file.missing.0,
                "missing_new": file.missing.1,
                "records": {"old": file.records.0, "new": file.records.1},
                "odd_records": {"old": file.odd.0, "new": file.odd.1},
                "unreadable_records": {"only_old": file.unreadable.0, "only_new": file.unreadable.1},
                "cases": {
                    "same": file.same_cases,
                    "changed": count(file, ChangeKind::Changed),
                    "new": count(file, ChangeKind::New),
                    "gone": count(file, ChangeKind::Gone),
                },
                "code_changes": codes,
                "field_changes": field_changes(file),
                "changes": cases,
            })
        };
        let files: Vec<Value> = self.files.iter().map(file).collect();
        let value = json!({"schema": "icr.diff/1", "same": self.is_same(), "files": files});
        crate::output::json_text(&value)
    }

    /// One row for every participant that differs.
    ///
    /// # Errors
    /// [`Error::Unbalanced`] where a row cannot be made.
    pub fn csv(&self) -> Result<Vec<u8>> {
        let unwritable = |e: csv::Error| Error::Unbalanced(format!("a row cannot be made ({e})"));
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(HEAD).map_err(unwritable)?;
        for file in &self.files {
            for case in &file.changes {
                for record in &case.records {
                    writer
                        .write_record([
                            &file.label,
                            case.kind.word(),
                            &case.case_id,
                            &case.other_state,
                            &case.other_case_id,
                            record.kind.word(),
                            &record.member_id,
                            record.old_codes.as_deref().unwrap_or_default(),
                            record.new_codes.as_deref().unwrap_or_default(),
                            &record.fields.join("; "),
                        ])
                        .map_err(unwritable)?;
                }
            }
        }
        writer
            .into_inner()
            .map_err(|e| unwritable(e.into_error().into()))
    }
}

fn damage_text(file: &FileChanges) -> String {
    let mut text = String::new();
    for (missing, side) in [(file.missing.0, "old"), (file.missing.1, "new")] {
        if missing {
            let _ = writeln!(text, "  the {side} side has no file {}", file.name);
        }
    }
    if file.odd != (0, 0) {
        let _ = writeln!(
            text,
            "  {}: records of odd length: {} old, {} new",
            file.name, file.odd.0, file.odd.1
        );
    }
    if file.unreadable != (0, 0) {
        let _ = writeln!(
            text,
            "  {}: records too short to name a case, on one side alone: {} old, {} new",
            file.name, file.unreadable.0, file.unreadable.1
        );
    }
    text
}

fn case_text(case: &CaseChange) -> String {
    let other = match case.other_case_id.as_str() {
        "" => case.other_state.clone(),
        id => format!("{} {id}", case.other_state),
    };
    let mut text = format!(
        "  {} case {} with {other}\n",
        case.kind.word(),
        case.case_id
    );
    for record in &case.records {
        let member = match record.member_id.as_str() {
            "" => "(no Member ID)",
            id => id,
        };
        let codes = match (&record.old_codes, &record.new_codes) {
            (Some(old), Some(new)) if old == new => old.clone(),
            (old, new) => {
                let shown =
                    |codes: &Option<String>| codes.clone().unwrap_or_else(|| "-".to_owned());
                format!("{} -> {}", shown(old), shown(new))
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

fn case_json(case: &CaseChange) -> Value {
    let records: Vec<Value> = case
        .records
        .iter()
        .map(|record| {
            json!({
                "change": record.kind.word(),
                "member_id": record.member_id,
                "old_codes": record.old_codes,
                "new_codes": record.new_codes,
                "fields": record.fields,
            })
        })
        .collect();
    json!({
        "change": case.kind.word(),
        "case_id": case.case_id,
        "other_state": case.other_state,
        "other_case_id": case.other_case_id,
        "participants": records,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_discrepancies_are_progress() {
        for (old, new, direction) in [
            ("02", "00", Direction::Progress),
            ("02 03 07", "03", Direction::Progress),
            ("00", "06", Direction::Setback),
            ("02", "02 08", Direction::Setback),
            ("01", "02", Direction::Mixed),
        ] {
            assert_eq!(Direction::of(old, new), direction, "{old} {new}");
        }
    }
}
