//! Finds the cases of a response that does not have the numbers of their records, or has wrong
//! ones. A case is then all records with the same Case ID, other state and case-level answer,
//! unless they have two different non-blank Other State Case IDs; they may be anywhere in the file
//! (state-side.md).
//!
//! The first case is known only after the last record was read, so that each record is kept as a
//! digest and its place in the file, not as bytes.

use ahash::RandomState;

use super::{ReadCase, ResponseFields, ResponseRecord};
use crate::error::Result;
use crate::formats::input::{Record, Source};
use crate::formats::record::{is_blank, trim_end};
use crate::stop::Stop;

/// The cases of a file, and how many of them were returned.
pub(super) struct FoundCases {
    /// The records, by case.
    entries: Vec<Entry>,
    next: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    /// The number of the case's first record.
    case: u64,
    number: u64,
    offset: usize,
    length: usize,
}

/// Finds the cases of a file, by key and answer or by key alone (matching.md, section 1). `bad`
/// receives each line that is not a response record.
///
/// # Errors
/// [`crate::Error::Interrupted`] if a stop was requested.
pub(super) fn find<'s>(
    source: &'s Source,
    fields: &ResponseFields,
    by_answer: bool,
    stop: &Stop,
    mut bad: impl FnMut(u64, Record<'s>, String),
) -> Result<FoundCases> {
    let halves = [1, 5].map(|seed| RandomState::with_seeds(seed, 2, 3, 4));
    // Per record: the digest of its case's key without the Other State Case ID, and the digest of
    // that ID, if it has one.
    let mut alike: Vec<(u128, Option<u64>, Entry)> = Vec::new();
    for (number, record) in (1..).zip(source.records()) {
        stop.check_at(number)?;
        let parsed = match ResponseRecord::parse(fields, (number, record), source.framing) {
            Ok(parsed) => parsed,
            Err(problem) => {
                bad(number, record, problem);
                continue;
            }
        };
        let answer = fields.answer().iter().filter(|_| by_answer);
        let answer: Vec<&[u8]> = answer.map(|columns| columns.of(&parsed.bytes)).collect();
        let family = fields.family(&parsed.bytes);
        let [high, low] =
            [0, 1].map(|half: usize| u128::from(halves[half].hash_one((family, &answer))));
        let id = fields.submitted(&parsed.bytes, fields.extract.other_case_id);
        let id = (!is_blank(id)).then(|| halves[0].hash_one(trim_end(id)));
        let entry = Entry {
            case: 0,
            number,
            offset: record.offset,
            length: record.bytes.len(),
        };
        alike.push((high << 64 | low, id, entry));
    }
    stop.check()?;
    alike.sort_unstable();
    let mut entries = Vec::with_capacity(alike.len());
    for run in alike.chunk_by_mut(|a, b| a.0 == b.0) {
        // Records without an ID sort first. They belong to the case with an ID if there is exactly
        // one.
        let named = run.iter().filter_map(|(_, id, _)| *id);
        let (lowest, highest) = (named.clone().min(), named.max());
        if lowest == highest {
            for (_, id, _) in run.iter_mut() {
                *id = None;
            }
        }
        for case in run.chunk_by(|a, b| a.1 == b.1) {
            let numbers = case.iter().map(|(_, _, entry)| entry.number);
            let first = numbers.min().unwrap_or_default();
            entries.extend(case.iter().map(|(_, _, entry)| Entry {
                case: first,
                ..*entry
            }));
        }
    }
    entries.sort_unstable();
    Ok(FoundCases { entries, next: 0 })
}

impl FoundCases {
    /// The next case, in the order of the cases' first records.
    pub(super) fn next_case<'s>(
        &mut self,
        source: &'s Source,
        fields: &ResponseFields,
    ) -> Option<ReadCase<'s>> {
        let rest = &self.entries[self.next..];
        let case = rest.chunk_by(|a, b| a.case == b.case).next()?;
        self.next += case.len();
        let mut records = case.iter().filter_map(|entry| {
            let record = Record {
                offset: entry.offset,
                bytes: &source.bytes()[entry.offset..entry.offset + entry.length],
            };
            // It parsed when the cases were found.
            ResponseRecord::parse(fields, (entry.number, record), source.framing).ok()
        });
        let mut read = ReadCase::new(fields, records.next()?);
        records.for_each(|record| read.push(fields, record));
        Some(read)
    }
}
