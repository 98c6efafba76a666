//! The result of reading a file: an extract in memory, or the reason why the file cannot be used.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::findings::{Findings, Listed};
use super::provenance::Provenance;
use super::rejected::Rejected;
use super::row::Row;
use crate::engine::Postings;
use crate::engine::extract::{Case, CaseNumber, LARGE_ROWS, LargeCase, id_key};
use crate::formats::input::Framing;
use crate::formats::input::InputEntry;
use crate::formats::input::{Source, Told};
use crate::formats::layout::{Columns, ExtractLayout};
use crate::formats::record::{CaseId, ParticipantClass};
use crate::formats::reference::State;

/// An extract in memory: what the match needs, except the records' bytes, which stay in the file.
pub struct Extract {
    /// The state of the file.
    pub state: State,
    /// Its provenance.
    pub provenance: Provenance,
    /// The file.
    pub source: Source,
    /// The columns of its records.
    pub layout: ExtractLayout,
    /// What was done to the file as a whole, the commonest first.
    pub told: Vec<Told>,
    /// How many rejected records of each error that explains.
    pub explained: Findings,
    /// The number of records read.
    pub records: u64,
    /// The accepted records, grouped by case; the rows of a case are in file order.
    pub rows: Vec<Row>,
    /// The cases, in the order of their first records.
    pub cases: Vec<Case>,
    /// The cases by Case ID; see [`Extract::cases_with_id`].
    pub by_id: Postings,
    /// The rejected records, in file order.
    pub rejected: Vec<Rejected>,
    /// Errors and warnings by code.
    pub findings: Findings,
    /// The first warnings of each code.
    pub warnings: Vec<Listed>,
    /// The number of cases that have accepted and rejected records.
    pub cases_with_rejected_records: u64,
    /// The start of each piece of the file: byte, from 0, and number of the record before it.
    pub(super) starts: Vec<(u64, u64)>,
    /// Lookups within large cases, by the first byte of the case's first record.
    pub(super) large: BTreeMap<u64, LargeCase>,
}

/// A file that was read but cannot be used.
#[derive(Debug)]
pub struct Unusable {
    /// The file.
    pub path: PathBuf,
    /// Its state, if known.
    pub state: Option<State>,
    /// Its provenance.
    pub provenance: Provenance,
    /// How its records are separated.
    pub framing: Framing,
    /// Why, and what to do.
    pub problem: String,
    /// Whether `icr validate` would say more.
    pub needs_validate: bool,
    /// What was done to the file as a whole, the commonest first.
    pub told: Vec<Told>,
    /// How many rejected records of each error that explains.
    pub explained: Findings,
    /// The number of records read.
    pub records: u64,
    /// Errors and warnings by code.
    pub findings: Findings,
    /// The file's entry in the manifest.
    pub entry: InputEntry,
    /// The rejected records, in file order.
    pub rejected: Vec<Rejected>,
    /// The first warnings of each code; those that concern whole cases are not among them.
    pub warnings: Vec<Listed>,
}

/// The result of reading a file.
pub enum Loaded {
    /// It is usable.
    Usable(Box<Extract>),
    /// It is not.
    Unusable(Box<Unusable>),
}

impl Extract {
    /// The file's entry in the manifest.
    pub fn entry(&self) -> InputEntry {
        let kind = match self.provenance {
            Provenance::Submitted => "extract",
            Provenance::FcrDerived => "fcr",
        };
        InputEntry::of(kind, &self.source, Some(self.state.usps()))
    }

    /// Turns a usable file into an unusable one.
    pub fn into_unusable(self, problem: String) -> Unusable {
        let mut entry = self.entry();
        "excluded".clone_into(&mut entry.kind);
        Unusable {
            path: self.source.path.clone(),
            state: Some(self.state),
            provenance: self.provenance,
            framing: self.source.framing,
            problem,
            needs_validate: false,
            told: self.told,
            explained: self.explained,
            records: self.records,
            findings: self.findings,
            entry,
            rejected: self.rejected,
            warnings: self.warnings,
        }
    }

    /// The record of a row, unchanged. Trailing blanks may have been trimmed.
    #[inline]
    pub fn bytes(&self, row: &Row) -> &[u8] {
        let first = row.offset() as usize;
        &self.source.bytes()[first..first + row.length()]
    }

    /// A field of a row's record; may be shorter than its columns, if the record was trimmed.
    #[inline]
    pub fn field(&self, row: &Row, columns: Columns) -> &[u8] {
        columns.of_trimmed(self.bytes(row))
    }

    pub(super) fn large_cases(&self) -> BTreeMap<u64, LargeCase> {
        let large = self
            .cases
            .iter()
            .filter(|case| case.row_count as usize > LARGE_ROWS);
        let keyed = large.map(|case| {
            let rows = self.rows_of(case);
            (rows[0].offset(), LargeCase::new(rows))
        });
        keyed.collect()
    }

    /// The lookups within a case, if it is large; `rows` are all of its rows.
    #[inline]
    pub(crate) fn large_case(&self, rows: &[Row]) -> Option<&LargeCase> {
        if rows.len() <= LARGE_ROWS {
            None
        } else {
            self.large.get(&rows[0].offset())
        }
    }

    /// The numbers of adults and of children of a case.
    pub fn class_counts(&self, rows: &[Row]) -> (u32, u32) {
        if let Some(large) = self.large_case(rows) {
            return large.counts;
        }
        let count = |class| rows.iter().filter(|row| row.class() == Some(class)).count() as u32;
        (
            count(ParticipantClass::Adult),
            count(ParticipantClass::Child),
        )
    }

    /// The rows of a case, in file order.
    #[inline]
    pub fn rows_of(&self, case: &Case) -> &[Row] {
        &self.rows[case.rows()]
    }

    /// The cases with this Case ID, in order.
    #[inline]
    pub fn cases_with_id(&self, id: CaseId) -> impl Iterator<Item = CaseNumber> + Clone + '_ {
        self.by_id
            .rows(id_key(id))
            .filter(move |&number| self.cases[number as usize].data.id == id)
    }
}
