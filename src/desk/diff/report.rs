//! What a comparison found.

use std::collections::BTreeMap;

use super::{ChangeKind, FileChanges, StrayFile};
use crate::engine::matching::{ReasonCode, ReasonCodes};
use crate::run::other_layouts_words;

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
    /// The layouts of responses that each side was made with and that are others than those in use.
    pub other_layouts: (Vec<&'static str>, Vec<&'static str>),
    /// Whether it could be checked that cases are whole.
    pub cases_checked: bool,
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
    /// What must not be overlooked, though it is no difference: a side that was made with other
    /// layouts, and files whose cases are not whole.
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

    /// Whether nothing differs.
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
