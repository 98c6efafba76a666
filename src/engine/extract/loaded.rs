//! What a file turned out to be: an extract in memory, or a file that cannot be used.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::findings::{Findings, Listed};
use super::provenance::Provenance;
use super::rejected::Rejected;
use super::row::Row;
use crate::engine::Postings;
use crate::engine::extract::{Case, CaseNumber, LARGE_ROWS, LargeCase, id_key};
use crate::formats::input::InputEntry;
use crate::formats::input::{Source, Told};
use crate::formats::layout::{Columns, ExtractLayout};
use crate::formats::record::{CaseId, ParticipantClass};
use crate::formats::reference::State;

/// An extract in memory: everything that the match needs but the bytes, which stay in the file.
pub struct Extract {
    /// The state of the file.
    pub state: State,
    /// How it came to be.
    pub provenance: Provenance,
    /// The file.
    pub source: Source,
    /// Where the fields of its records are.
    pub layout: ExtractLayout,
    /// What was done to the file as a whole, the commonest first.
    pub told: Vec<Told>,
    /// How many rejected records of each error that explains.
    pub explained: Findings,
    /// How many records were read.
    pub records: u64,
    /// The accepted records, in case order; the rows of a case in file order.
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
    /// How many cases have, beside accepted records, rejected ones.
    pub cases_with_rejected_records: u64,
    /// Where each piece of the file begins: byte, from 0, and number of the record before it.
    pub(super) starts: Vec<(u64, u64)>,
    /// Lookups within large cases, by the byte at which the case's first record begins.
    pub(super) large: BTreeMap<u64, LargeCase>,
}

/// A file that was read and cannot be used.
#[derive(Debug)]
pub struct Unusable {
    /// The file.
    pub path: PathBuf,
    /// Its state, where that is known.
    pub state: Option<State>,
    /// How it came to be.
    pub provenance: Provenance,
    /// Why, and what to do.
    pub problem: String,
    /// Whether `icr validate` would tell more.
    pub needs_validate: bool,
    /// What was done to the file as a whole, the commonest first.
    pub told: Vec<Told>,
    /// How many rejected records of each error that explains.
    pub explained: Findings,
    /// How many records were read.
    pub records: u64,
    /// Errors and warnings by code.
    pub findings: Findings,
    /// What the manifest says of the file.
    pub entry: InputEntry,
    /// The rejected records, in file order.
    pub rejected: Vec<Rejected>,
    /// The first warnings of each code that concerns one record.
    pub warnings: Vec<Listed>,
}

/// What a file turned out to be.
pub enum Loaded {
    /// It can be used.
    Usable(Box<Extract>),
    /// It cannot.
    Unusable(Box<Unusable>),
}

impl Extract {
    /// What the manifest says of the file.
    pub fn entry(&self) -> InputEntry {
        let kind = match self.provenance {
            Provenance::Submitted => "extract",
            Provenance::FcrDerived => "fcr",
        };
        InputEntry::of(kind, &self.source, Some(self.state.usps()))
    }

    /// Makes of a file that was read one that cannot be used.
    pub fn into_unusable(self, problem: String) -> Unusable {
        let mut entry = self.entry();
        "excluded".clone_into(&mut entry.kind);
        Unusable {
            path: self.source.path.clone(),
            state: Some(self.state),
            provenance: self.provenance,
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

    /// The record of a row as it came, without trailing blanks that were trimmed.
    #[inline]
    pub fn bytes(&self, row: &Row) -> &[u8] {
        let first = row.offset() as usize;
        &self.source.bytes()[first..first + row.length()]
    }

    /// A field of a row's record, perhaps trimmed.
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

    /// How many rows of a case are adults', and how many are children's.
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

    /// The cases with this Case ID, in their order.
    #[inline]
    pub fn cases_with_id(&self, id: CaseId) -> impl Iterator<Item = CaseNumber> + Clone + '_ {
        self.by_id
            .rows(id_key(id))
            .filter(move |&number| self.cases[number as usize].data.id == id)
    }
}
