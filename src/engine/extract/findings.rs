//! The findings of the edits: errors, which reject a record, and warnings (layouts.md, section 5).
//! They are counted per file; of warnings, the first of each code are also listed.

use std::ops::AddAssign;

use schemars::JsonSchema;
use serde::Serialize;

/// An edit, in the order in which errors are tested and warnings are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[expect(missing_docs, reason = "the table of edits says what each means")]
pub enum Edit {
    E01,
    E02,
    E03,
    E04,
    E05,
    E07,
    E06,
    E08,
    E09,
    W01,
    W02,
    W03,
    W04,
    W05,
    W06,
    W07,
    W08,
    W09,
    W10,
    W11,
    W12,
    W13,
    W14,
    W15,
}

/// The number of edits.
pub const EDIT_COUNT: usize = 24;

/// What an edit does to the record; the less grave first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The record is kept.
    Warning,
    /// The record is rejected.
    Error,
}

impl Severity {
    /// The word in the rejects file.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

impl Edit {
    /// All edits, in order.
    pub const ALL: [Edit; EDIT_COUNT] = {
        use Edit::{
            E01, E02, E03, E04, E05, E06, E07, E08, E09, W01, W02, W03, W04, W05, W06, W07, W08,
            W09, W10, W11, W12, W13, W14, W15,
        };
        [
            E01, E02, E03, E04, E05, E07, E06, E08, E09, W01, W02, W03, W04, W05, W06, W07, W08,
            W09, W10, W11, W12, W13, W14, W15,
        ]
    };

    /// The code, as in files and messages.
    pub fn code(self) -> &'static str {
        const CODES: [&str; EDIT_COUNT] = [
            "E01", "E02", "E03", "E04", "E05", "E07", "E06", "E08", "E09", "W01", "W02", "W03",
            "W04", "W05", "W06", "W07", "W08", "W09", "W10", "W11", "W12", "W13", "W14", "W15",
        ];
        CODES[self as usize]
    }

    /// Whether the edit rejects the record or warns.
    pub fn severity(self) -> Severity {
        if self <= Edit::E09 {
            Severity::Error
        } else {
            Severity::Warning
        }
    }

    /// Its place in [`Edit::ALL`].
    #[inline]
    pub fn index(self) -> usize {
        self as usize
    }

    #[inline]
    pub(super) fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// Findings counted by edit. Counts can be added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Findings([u64; EDIT_COUNT]);

impl Findings {
    /// Counts one finding.
    #[inline]
    pub fn count(&mut self, edit: Edit) {
        self.add(edit, 1);
    }

    /// Counts so many findings of one edit.
    #[inline]
    pub fn add(&mut self, edit: Edit, count: u64) {
        self.0[edit.index()] += count;
    }

    /// The number of findings of one edit.
    pub fn of(&self, edit: Edit) -> u64 {
        self.0[edit.index()]
    }

    /// The edits that occurred, with their counts.
    pub fn iter(&self) -> impl Iterator<Item = (Edit, u64)> + '_ {
        Edit::ALL
            .into_iter()
            .map(|edit| (edit, self.of(edit)))
            .filter(|&(_, count)| count > 0)
    }

    /// The number of findings of a severity.
    pub fn total(&self, severity: Severity) -> u64 {
        self.iter()
            .filter(|(edit, _)| edit.severity() == severity)
            .map(|(_, count)| count)
            .sum()
    }

    #[inline]
    pub(super) fn count_bits(&mut self, mut bits: u32) {
        while bits != 0 {
            self.0[bits.trailing_zeros() as usize] += 1;
            bits &= bits - 1;
        }
    }
}

impl AddAssign for Findings {
    fn add_assign(&mut self, other: Self) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine += theirs;
        }
    }
}

/// A warning that is listed by record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    /// The record's number in its file, from 1.
    pub record: u64,
    /// What was found.
    pub edit: Edit,
}

/// The first warnings of each code, in record order.
#[derive(Clone, Debug)]
pub struct WarningList {
    limit: usize,
    counts: [usize; EDIT_COUNT],
    listed: Vec<Listed>,
}

impl WarningList {
    /// A list that keeps the first `limit` warnings of each code.
    pub fn new(limit: usize) -> Self {
        WarningList {
            limit,
            counts: [0; EDIT_COUNT],
            listed: Vec::new(),
        }
    }

    /// Adds the warnings of a record. Records must be added in order. W01 is counted, never listed.
    #[inline]
    pub(super) fn add_bits(&mut self, record: u64, bits: u32) {
        let mut bits = bits & !Edit::W01.bit();
        while bits != 0 {
            let index = bits.trailing_zeros() as usize;
            bits &= bits - 1;
            if self.counts[index] < self.limit {
                self.counts[index] += 1;
                self.listed.push(Listed {
                    record,
                    edit: Edit::ALL[index],
                });
            }
        }
    }

    /// True if the list of every code in `bits` is full, so that nothing more will be kept.
    #[inline]
    pub(super) fn is_full_for(&self, bits: u32) -> bool {
        let mut bits = bits & !Edit::W01.bit();
        while bits != 0 {
            if self.counts[bits.trailing_zeros() as usize] < self.limit {
                return false;
            }
            bits &= bits - 1;
        }
        true
    }

    /// Adds the list of a later piece of the file, whose first record has the number `before` + 1.
    pub(super) fn append(&mut self, later: &WarningList, before: u64) {
        for listed in &later.listed {
            let count = &mut self.counts[listed.edit.index()];
            if *count < self.limit {
                *count += 1;
                self.listed.push(Listed {
                    record: listed.record + before,
                    ..*listed
                });
            }
        }
    }

    /// The listed warnings, by record and then in the order of the edits.
    pub fn sorted(mut self) -> Vec<Listed> {
        self.listed.sort_unstable();
        self.listed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::layout::LayoutSet;

    #[test]
    fn edits_stand_in_the_order_of_the_table() {
        let set = LayoutSet::load(None).unwrap();
        let table = set.table("edits").unwrap();
        let codes: Vec<_> = table
            .codes
            .iter()
            .map(|c| (c.code.as_str(), c.severity.as_str()))
            .collect();
        let ours: Vec<_> = Edit::ALL
            .iter()
            .map(|e| (e.code(), e.severity().word()))
            .collect();
        assert_eq!(ours, codes);
    }

    #[test]
    fn a_list_keeps_the_first_of_each_code() {
        let mut list = WarningList::new(1);
        list.add_bits(1, Edit::W03.bit() | Edit::W01.bit());
        list.add_bits(2, Edit::W03.bit() | Edit::W02.bit());
        let listed: Vec<_> = list.sorted().iter().map(|l| (l.record, l.edit)).collect();
        assert_eq!(listed, [(1, Edit::W03), (2, Edit::W02)]);
    }
}
