//! The reader of response files. It returns cases with their records, and checks each record, and
//! that each case is complete.
//!
//! A case is its first record and the n-1 records after it, where n is their Number of Records from
//! Your State (473-477). If the layout set does not have that field, cases are found by the
//! contents of their records ([`found`]), and it cannot be checked whether they are complete:
//! [`ResponseFields::has_record_counts`].

use std::collections::VecDeque;

use super::case::MOST_STATED;
use super::found::{self, FoundCases};
use super::record::at;
use super::repeats::KnownCases;
use super::{ReadCase, ResponseFields, ResponseRecord};
use crate::error::{Error, Result};
use crate::formats::input::{Record, Records, Source};
use crate::formats::layout::Columns;
use crate::formats::record::is_blank;
use crate::stop::Stop;

/// The message of a command whose layout set does not allow to check that cases are complete.
pub const UNCHECKED_CASES: &str = "the layout `response` in use has no Number of Records from Your State, so whether the cases are whole could not be checked: a response that was cut or doubled is not noticed";

/// What the reader does about a response that was altered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFault {
    /// The first fault is an error: no action may be based on such a file (decision 0022).
    Refuse,
    /// Faults are collected, and reading continues.
    Note,
}

/// How a file is split into cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CutBy {
    /// By Number of Records from Your State, or by key and answer if the layout does not have that
    /// field.
    Count,
    /// By key alone, whatever the order of the records and their answers: for files whose cases may
    /// be incomplete.
    Key,
}

/// At most this many faults of a file are kept; all are counted.
pub(super) const MOST_LISTED: usize = 20;

/// Something that a response has only if it was altered after it was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The record, from 1.
    pub record: u64,
    /// What is wrong, without any value of the record.
    pub problem: String,
}

/// The faults in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// The number of all faults.
    pub count: u64,
    /// The first faults.
    pub listed: Vec<Fault>,
}

impl Faults {
    /// Adds a fault.
    pub fn note(&mut self, record: u64, problem: String) {
        self.count += 1;
        if self.listed.len() < MOST_LISTED {
            self.listed.push(Fault { record, problem });
        }
    }

    /// Adds other faults of the same file, and keeps the list in record order.
    pub fn merge(&mut self, other: Faults) {
        self.count += other.count;
        self.listed.extend(other.listed);
        self.listed.sort();
        self.listed.truncate(MOST_LISTED);
    }
}

/// The next item of a file.
pub enum Read<'s> {
    /// A case.
    Case(ReadCase<'s>),
    /// A line that is not a response record. Only if faults are collected.
    NoRecord(Record<'s>),
}

/// Reads a response file case by case.
pub struct CaseReader<'s, 'f> {
    source: &'s Source,
    fields: &'f ResponseFields,
    on_fault: OnFault,
    cut: Cut<'s>,
    ready: VecDeque<Read<'s>>,
    /// Lines that are not response records.
    record_faults: Faults,
    /// Incomplete cases.
    case_faults: Faults,
    known: KnownCases,
}

enum Cut<'s> {
    ByCount {
        records: Records<'s>,
        number: u64,
        open: Option<ReadCase<'s>>,
    },
    Found {
        by_answer: bool,
        cases: Option<FoundCases>,
    },
}

impl<'s, 'f> CaseReader<'s, 'f> {
    /// A reader that starts at the beginning of a file.
    pub fn new(
        source: &'s Source,
        fields: &'f ResponseFields,
        on_fault: OnFault,
        cut_by: CutBy,
    ) -> Self {
        CaseReader {
            source,
            fields,
            on_fault,
            cut: if cut_by == CutBy::Count && fields.has_record_counts() {
                Cut::ByCount {
                    records: source.records(),
                    number: 0,
                    open: None,
                }
            } else {
                Cut::Found {
                    by_answer: cut_by == CutBy::Count,
                    cases: None,
                }
            },
            ready: VecDeque::new(),
            record_faults: Faults::default(),
            case_faults: Faults::default(),
            known: KnownCases::default(),
        }
    }

    /// The next case, or the next line that is not a response record; `None` at the end of the
    /// file.
    ///
    /// # Errors
    /// [`Error::Input`] for the first fault, unless faults are collected; [`Error::Interrupted`].
    pub fn next(&mut self, stop: &Stop) -> Result<Option<Read<'s>>> {
        loop {
            if let Some(ready) = self.ready.pop_front() {
                return Ok(Some(ready));
            }
            let more = match &mut self.cut {
                Cut::ByCount {
                    records, number, ..
                } => {
                    let record = records.next();
                    *number += u64::from(record.is_some());
                    let number = *number;
                    stop.check_at(number)?;
                    self.by_count(number, record)?
                }
                Cut::Found { .. } => self.found(stop)?,
            };
            if !more && self.ready.is_empty() {
                return Ok(None);
            }
        }
    }

    /// The faults so far: of records, and of incomplete cases.
    pub fn faults(self) -> (Faults, Faults) {
        (self.record_faults, self.case_faults)
    }

    /// Processes the next record, or the end of the file. Returns whether there is more to read.
    fn by_count(&mut self, number: u64, record: Option<Record<'s>>) -> Result<bool> {
        let Cut::ByCount { open, .. } = &mut self.cut else {
            return Ok(false);
        };
        let Some(record) = record else {
            if let Some(case) = open.take() {
                self.end_case(case)?;
            }
            return Ok(false);
        };
        let parsed = ResponseRecord::parse(self.fields, (number, record), self.source.framing);
        let parsed = match parsed {
            Ok(parsed) => parsed,
            Err(problem) => {
                // It counts as a record of the open case, so that the case is not reported as
                // incomplete too.
                if let Some(case) = open.as_mut().filter(|case| !case.is_full()) {
                    case.lost += 1;
                }
                self.bad_record(number, record, problem)?;
                return Ok(true);
            }
        };
        let fields = self.fields;
        let Some(case) = open else {
            *open = Some(ReadCase::new(fields, parsed));
            return Ok(true);
        };
        let differing = differing(fields, case.first(), &parsed);
        // Without a usable number of records, a different answer begins a new case.
        let counted = case.stated().is_some_and(|stated| stated < MOST_STATED);
        let is_other = case.is_full() || !counted && differing.is_some();
        if is_other || !is_of_case(case, &parsed, fields) {
            let ended = std::mem::replace(case, ReadCase::new(fields, parsed));
            self.end_case(ended)?;
            return Ok(true);
        }
        let first = case.first().place.number;
        case.push(fields, parsed);
        if let Some(columns) = differing {
            let problem = format!(
                "does not agree with the first record of its case, record {first}, in {}: the response is not what was sent",
                at(columns)
            );
            self.fault(number, problem)?;
        }
        Ok(true)
    }

    /// Checks that a case is complete and that the file has it once, and returns it to the caller.
    fn end_case(&mut self, case: ReadCase<'s>) -> Result<()> {
        let at = at(self.fields.response.records_yours.unwrap_or_default());
        let (first, has) = (case.first().place.number, case.len());
        let is_known = !self.known.add(&case, self.fields);
        let problem = match case.stated() {
            None => Some(format!(
                "its Number of Records from Your State ({at}) is not a number of five digits above zero"
            )),
            Some(_) if is_known => Some(format!(
                "is of a case that ended before: the case has more records than it says ({at}), or the response holds it twice"
            )),
            Some(stated) if has < stated => Some(format!(
                "the case that begins here says that it has {stated} records ({at}), but {has} are together: the response was cut, or is not what was sent"
            )),
            Some(_) => None,
        };
        self.ready.push_back(Read::Case(case));
        problem.map_or(Ok(()), |problem| self.fault(first, problem))
    }

    /// Returns the next of the cases that were found. The first call finds them.
    fn found(&mut self, stop: &Stop) -> Result<bool> {
        let Cut::Found { by_answer, cases } = &mut self.cut else {
            return Ok(false);
        };
        if let Some(cases) = cases {
            let next = cases.next_case(self.source, self.fields);
            self.ready.extend(next.map(Read::Case));
            return Ok(!self.ready.is_empty());
        }
        let mut bad = Vec::new();
        let note = |number, record, problem| bad.push((number, record, problem));
        *cases = Some(found::find(
            self.source,
            self.fields,
            *by_answer,
            stop,
            note,
        )?);
        for (number, record, problem) in bad {
            self.bad_record(number, record, problem)?;
        }
        Ok(true)
    }

    fn bad_record(&mut self, number: u64, record: Record<'s>, problem: String) -> Result<()> {
        if self.on_fault == OnFault::Refuse {
            return Err(Error::record(&self.source.path, number, problem));
        }
        self.record_faults.note(number, problem);
        self.ready.push_back(Read::NoRecord(record));
        Ok(())
    }

    fn fault(&mut self, record: u64, problem: String) -> Result<()> {
        if self.on_fault == OnFault::Refuse {
            return Err(Error::record(&self.source.path, record, problem));
        }
        self.case_faults.note(record, problem);
        Ok(())
    }
}

/// Whether a record belongs to the case by its Case ID, other state and Other State Case ID. The
/// records of a case may have one Other State Case ID and blanks.
fn is_of_case(case: &ReadCase<'_>, record: &ResponseRecord<'_>, fields: &ResponseFields) -> bool {
    if fields.family(&record.bytes) != fields.family(&case.first().bytes) {
        return false;
    }
    let own = fields.submitted(&record.bytes, fields.extract.other_case_id);
    let named = case.other_case_id(fields);
    own == named || is_blank(own) || is_blank(named)
}

/// The first field of the case-level answer that differs between two records.
fn differing(
    fields: &ResponseFields,
    one: &ResponseRecord<'_>,
    other: &ResponseRecord<'_>,
) -> Option<Columns> {
    let mut answer = fields.answer().iter().copied();
    answer.find(|columns| columns.of(&one.bytes) != columns.of(&other.bytes))
}
