//! The result of a comparison.

use std::collections::BTreeMap;

use super::{ChangeKind, FileChanges, StrayFile};
use crate::engine::matching::{ReasonCode, ReasonCodes};
use crate::run::other_layouts_words;

/// Whether a change of codes is an improvement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Discrepancies are gone and none is new: 02 → 00.
    Progress,
    /// Discrepancies are new and none is gone.
    Setback,
    /// Some are new and some are gone.
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
    /// One entry per file, in order of name.
    pub files: Vec<FileChanges>,
    /// Files among the responses that are not response files, in order of name.
    pub strays: Vec<StrayFile>,
    /// For each side, the layouts of its responses that differ from those in use.
    pub other_layouts: (Vec<&'static str>, Vec<&'static str>),
    /// Whether it could be checked that cases are complete.
    pub cases_checked: bool,
}

/// The number of participants on both sides, by old and new codes.
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

/// The number of participants in which each field differs.
pub(super) fn field_changes(file: &FileChanges) -> BTreeMap<&str, u64> {
    let mut changes = BTreeMap::new();
    for record in file.changes.iter().flat_map(|case| &case.records) {
        for field in &record.fields {
            *changes.entry(field.as_str()).or_default() += 1;
        }
    }
    changes
}

/// The number of cases that changed in this way.
pub(super) fn count(file: &FileChanges, kind: ChangeKind) -> u64 {
    file.changes.iter().filter(|case| case.kind == kind).count() as u64
}

impl DiffReport {
    /// Warnings about facts that are not differences: a side with other layouts, and files with
    /// incomplete cases.
    pub fn warnings(&self) -> Vec<String> {
        let (old, new) = &self.other_layouts;
        let mut warnings = Vec::new();
        for (others, side) in [(old, "old"), (new, "new")] {
            if !others.is_empty() {
                let words = other_layouts_words(others);
                warnings.push(format!("the {side} side {words}"));
            }
        }
        warnings.extend(self.files.iter().flat_map(FileChanges::not_whole_words));
        warnings
    }

    /// Whether there is no difference.
    pub fn is_same(&self) -> bool {
        self.files.iter().all(FileChanges::is_same)
            && self.strays.iter().all(|stray| stray.sides == (true, true))
    }
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
