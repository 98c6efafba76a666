//! One side of a comparison: the records of a file by digest, and the lines that are not response
//! records.

use std::collections::BTreeMap;

use ahash::RandomState;
use rayon::prelude::*;

use super::DiffFields;
use super::files::SidePath;
use crate::engine::response::{CaseReader, CutBy, Faults, OnFault, Read};
use crate::error::{Error, Result};
use crate::formats::input::{Framing, InputForm, InputForms, Source};
use crate::formats::layout::RESPONSE_BYTES;
use crate::formats::record::trim_end;
use crate::formats::reference::State;
use crate::stop::Stop;

/// The family digest of lines that are not response records. The digest of a family has 63 bits, so
/// they cannot collide.
const NO_RECORD: u64 = u64::MAX;

/// A record with its digests.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    pub(super) family: u64,
    pub(super) record: u64,
    offset: usize,
    length: u32,
    /// The number of its case in the file.
    pub(super) case: u32,
}

/// A file of one side. Both fields are `None` if the side does not have the file.
#[derive(Default)]
pub(super) struct SideSource {
    /// The open file.
    pub(super) source: Option<Source>,
    /// Why it cannot be read.
    pub(super) problem: Option<String>,
}

impl SideSource {
    /// Opens a file. In a folder, an unreadable file is a finding, because folders are compared
    /// damaged or not; given as an argument, it is an error.
    pub(super) fn open(side: Option<&SidePath>, forms: &InputForms, stop: &Stop) -> Result<Self> {
        let Some(side) = side else {
            return Ok(SideSource::default());
        };
        let problem = match open_as_it_is(&side.path, forms.of(&side.path), stop) {
            Ok(source) => {
                return Ok(SideSource {
                    source: Some(source),
                    problem: None,
                });
            }
            Err(Error::Input { problem, .. } | Error::Unusable { problem, .. }) if !side.given => {
                problem
            }
            Err(Error::Io { source, .. }) if !side.given => source.to_string(),
            Err(error) => return Err(error),
        };
        Ok(SideSource {
            source: None,
            problem: Some(problem),
        })
    }
}

/// Opens a file. Without line ends it has fixed-length records, even if the last record is cut.
fn open_as_it_is(path: &std::path::Path, form: InputForm, stop: &Stop) -> Result<Source> {
    let mut source = Source::open(path, RESPONSE_BYTES, form, stop)?;
    let cut_records = form.format.is_none()
        && source.framing == Framing::Text
        && source.bytes().len() > RESPONSE_BYTES
        && memchr::memchr(b'\n', source.bytes()).is_none();
    if cut_records {
        source.framing = Framing::Fixed(RESPONSE_BYTES);
    }
    Ok(source)
}

/// The records of a file, sorted by their digests.
#[derive(Default)]
pub(super) struct SideFile<'s> {
    bytes: &'s [u8],
    entries: Vec<Entry>,
    /// The number of response records by submitting state.
    states: BTreeMap<State, u64>,
    /// The incomplete cases of the file.
    pub(super) not_whole: Faults,
}

impl<'s> SideFile<'s> {
    pub(super) fn read(
        source: Option<&'s Source>,
        fields: &DiffFields,
        stop: &Stop,
    ) -> Result<Self> {
        let Some(source) = source else {
            return Ok(SideFile::default());
        };
        if !fields.records.has_record_counts() {
            return SideFile::cut(source, fields, CutBy::Key, stop);
        }
        let by_count = SideFile::cut(source, fields, CutBy::Count, stop)?;
        if by_count.not_whole.count == 0 {
            return Ok(by_count);
        }
        // With incomplete cases, record counts do not show where a case ends, so the file is read
        // again by key.
        Ok(SideFile {
            not_whole: by_count.not_whole,
            ..SideFile::cut(source, fields, CutBy::Key, stop)?
        })
    }

    fn cut(source: &'s Source, fields: &DiffFields, by: CutBy, stop: &Stop) -> Result<Self> {
        let digests = RandomState::with_seeds(1, 2, 3, 4);
        let bytes = source.bytes();
        let mut file = SideFile {
            bytes,
            ..SideFile::default()
        };
        let mut reader = CaseReader::new(source, &fields.records, OnFault::Note, by);
        let mut number = 0_u32;
        while let Some(read) = reader.next(stop)? {
            let mut entry = |family, case, offset: usize, length: usize| {
                let record = trim_end(&bytes[offset..offset + length]);
                file.entries.push(Entry {
                    family,
                    record: digests.hash_one(record),
                    offset,
                    length: length as u32,
                    case,
                });
            };
            match read {
                Read::Case(case) => {
                    for record in case.records() {
                        let family = digests.hash_one(fields.family(&record.bytes)) >> 1;
                        entry(family, number, record.place.offset, record.place.length);
                        *file.states.entry(record.state).or_default() += 1;
                    }
                    number += 1;
                }
                Read::NoRecord(line) => entry(NO_RECORD, 0, line.offset, line.bytes.len()),
            }
        }
        file.not_whole = reader.faults().1;
        file.entries.par_sort_unstable();
        Ok(file)
    }

    /// The number of records and other lines.
    pub(super) fn len(&self) -> u64 {
        self.entries.len() as u64
    }

    /// The submitting state of most records; the first one if several have as many.
    pub(super) fn state(&self) -> Option<State> {
        let most = self.states.values().max()?;
        let state = self.states.iter().find(|(_, records)| *records == most);
        state.map(|(state, _)| *state)
    }

    /// The record without trailing blanks.
    pub(super) fn record(&self, entry: &Entry) -> &'s [u8] {
        trim_end(&self.bytes[entry.offset..entry.offset + entry.length as usize])
    }

    pub(super) fn range(&self, first: u64, last: u64) -> &[Entry] {
        let from = self.entries.partition_point(|entry| entry.family < first);
        let to = self.entries.partition_point(|entry| entry.family <= last);
        &self.entries[from..to]
    }

    /// The lines that are not response records, sorted.
    pub(super) fn no_records(&self) -> Vec<&'s [u8]> {
        let entries = self.range(NO_RECORD, NO_RECORD);
        let mut records: Vec<_> = entries.iter().map(|entry| self.record(entry)).collect();
        records.sort_unstable();
        records
    }
}
