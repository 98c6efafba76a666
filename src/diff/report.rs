//! What a comparison found, and the same as JSON.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::fields::code_words;
use super::{CaseChange, ChangeKind, FileChanges, StrayFile};
use crate::matching::{ReasonCode, ReasonCodes};

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
    /// The direction from one set of codes to another.
    pub fn of(old: ReasonCodes, new: ReasonCodes) -> Self {
        let within = |a: ReasonCodes, b: ReasonCodes| {
            a.iter()
                .filter(|code| *code != ReasonCode::R00)
                .all(|code| b.holds(code))
        };
        match (within(new, old), within(old, new)) {
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
    /// What lies among the responses and is none, in order of name.
    pub strays: Vec<StrayFile>,
}

/// How many participants that both sides have went from which codes to which.
pub(super) fn code_changes(file: &FileChanges) -> BTreeMap<(ReasonCodes, ReasonCodes), u64> {
    let mut changes = BTreeMap::new();
    for record in file.changes.iter().flat_map(|case| &case.records) {
        if let (Some(old), Some(new)) = (record.old_codes, record.new_codes)
            && old != new
        {
            *changes.entry((old, new)).or_default() += 1;
        }
    }
    changes
}

/// In how many participants each field differs.
pub(super) fn field_changes(file: &FileChanges) -> BTreeMap<&str, u64> {
    let mut changes = BTreeMap::new();
    for record in file.changes.iter().flat_map(|case| &case.records) {
        for field in &record.fields {
            *changes.entry(field.as_str()).or_default() += 1;
        }
    }
    changes
}

/// How many cases became that.
pub(super) fn count(file: &FileChanges, kind: ChangeKind) -> u64 {
    file.changes.iter().filter(|case| case.kind == kind).count() as u64
}

impl DiffReport {
    /// Whether nothing differs.
    pub fn is_same(&self) -> bool {
        self.files.iter().all(FileChanges::is_same)
            && self.strays.iter().all(|stray| stray.sides == (true, true))
    }

    /// For programs, complete.
    pub fn json(&self) -> String {
        let files: Vec<Value> = self.files.iter().map(file_json).collect();
        let strays: Vec<Value> = self
            .strays
            .iter()
            .map(|stray| json!({"file": stray.name, "old": stray.sides.0, "new": stray.sides.1}))
            .collect();
        let value = json!({
            "schema": "icr.diff/1",
            "same": self.is_same(),
            "files": files,
            "stray_files": strays,
        });
        crate::output::json_text(&value)
    }
}

fn file_json(file: &FileChanges) -> Value {
    let codes: Vec<Value> = code_changes(file)
        .into_iter()
        .map(|((old, new), records)| {
            json!({
                "old": code_words(old),
                "new": code_words(new),
                "direction": Direction::of(old, new).word(),
                "records": records,
            })
        })
        .collect();
    let cases: Vec<Value> = file.changes.iter().map(case_json).collect();
    json!({
        "state": file.label,
        "file": file.name,
        "missing_old": file.missing.0,
        "missing_new": file.missing.1,
        "unreadable_old": file.unreadable.0,
        "unreadable_new": file.unreadable.1,
        "records": {"old": file.records.0, "new": file.records.1},
        "no_response_records": {
            "old": file.no_records.0,
            "new": file.no_records.1,
            "only_old": file.no_records_alone.0,
            "only_new": file.no_records_alone.1,
        },
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
}

fn case_json(case: &CaseChange) -> Value {
    let records: Vec<Value> = case
        .records
        .iter()
        .map(|record| {
            json!({
                "change": record.kind.word(),
                "member_id": record.member_id,
                "old_codes": record.old_codes.map(code_words),
                "new_codes": record.new_codes.map(code_words),
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

    fn codes(words: &str) -> ReasonCodes {
        let known = |word: &str| {
            let code = ReasonCode::ALL.into_iter().find(|code| code.code() == word);
            code.unwrap()
        };
        let set = words.split(' ').map(known);
        set.fold(ReasonCodes::default(), ReasonCodes::with)
    }

    #[test]
    fn fewer_discrepancies_are_progress() {
        for (old, new, direction) in [
            ("02", "00", Direction::Progress),
            ("02 03 07", "03", Direction::Progress),
            ("00", "06", Direction::Setback),
            ("02", "02 08", Direction::Setback),
            ("01", "02", Direction::Mixed),
        ] {
            let found = Direction::of(codes(old), codes(new));
            assert_eq!(found, direction, "{old} {new}");
        }
    }
}
