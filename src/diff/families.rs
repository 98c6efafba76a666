//! Finds the cases that differ between two files. Every record gets two digests: of its family
//! (Case ID and other state) and of its bytes. Sorted by these, families that are the same on both
//! sides are passed over, their bytes compared to be sure; the rest is looked at field by field.

use ahash::RandomState;
use rayon::prelude::*;

use super::DiffFields;
use super::cases::{CaseChange, Family, compare_family, count_cases};
use crate::error::Result;
use crate::input::{Framing, InputForm, Records, Source, split_at_records};
use crate::layout::RESPONSE_BYTES;
use crate::record::{text, trim_end};
use crate::reference::State;
use crate::stop::Stop;

use super::FilePair;

/// How much of a file one task reads.
const PIECE_BYTES: usize = 1 << 20;
/// Into how many ranges of digests the comparison is cut.
const RANGES: u64 = 64;

/// What differs between two files.
#[derive(Clone, Debug, Default)]
pub struct FileChanges {
    /// The submitting state, or the file's name where no record tells.
    pub label: String,
    /// The file's name.
    pub name: String,
    /// Whether the file is missing on the old, and on the new side.
    pub missing: (bool, bool),
    /// Records of the old and of the new file.
    pub records: (u64, u64),
    /// Records of another length than a response record's, of each.
    pub odd: (u64, u64),
    /// Records too short to name a case, that the other side does not have, of each.
    pub unreadable: (u64, u64),
    /// Cases that are the same.
    pub same_cases: u64,
    /// The cases that differ, by Case ID, other state and Other State Case ID.
    pub changes: Vec<CaseChange>,
}

impl FileChanges {
    /// Whether nothing differs.
    pub fn is_same(&self) -> bool {
        self.changes.is_empty() && self.missing == (false, false) && self.unreadable == (0, 0)
    }
}

/// A record, by its digests.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    family: u64,
    record: u64,
    offset: usize,
    length: u32,
}

/// The family digest of records too short to name a case.
const UNREADABLE: u64 = u64::MAX;

/// One side of a comparison.
struct SideFile<'s> {
    bytes: &'s [u8],
    entries: Vec<Entry>,
    odd: u64,
}

impl<'s> SideFile<'s> {
    fn read(source: Option<&'s Source>, fields: &DiffFields, stop: &Stop) -> Result<Self> {
        let Some(source) = source else {
            return Ok(SideFile {
                bytes: b"",
                entries: Vec::new(),
                odd: 0,
            });
        };
        let bytes = source.bytes();
        let digests = RandomState::with_seeds(1, 2, 3, 4);
        let framing = source.framing;
        let cuts = split_at_records(framing, bytes, PIECE_BYTES, fields.extract.case_id.range());
        let read = |cut: &[usize]| {
            stop.check()?;
            let mut odd = 0;
            let mut entries = Vec::new();
            for record in Records::within(framing, bytes, cut[0], cut[1]) {
                odd += u64::from(!fields.has_usual_length(record.bytes));
                let family = fields.family(record.bytes);
                entries.push(Entry {
                    family: family.map_or(UNREADABLE, |family| digests.hash_one(family) >> 1),
                    record: digests.hash_one(trim_end(record.bytes)),
                    offset: record.offset,
                    length: record.bytes.len() as u32,
                });
            }
            Ok((entries, odd))
        };
        let pieces: Vec<_> = cuts.par_windows(2).map(read).collect::<Result<_>>()?;
        let odd = pieces.iter().map(|(_, odd)| odd).sum();
        let mut entries: Vec<Entry> = Vec::with_capacity(pieces.iter().map(|(e, _)| e.len()).sum());
        for (piece, _) in pieces {
            entries.extend(piece);
        }
        entries.par_sort_unstable();
        Ok(SideFile {
            bytes,
            entries,
            odd,
        })
    }

    /// The bytes of a record without trailing blanks.
    fn record(&self, entry: &Entry) -> &'s [u8] {
        trim_end(&self.bytes[entry.offset..entry.offset + entry.length as usize])
    }

    fn range(&self, first: u64, last: u64) -> &[Entry] {
        let from = self.entries.partition_point(|entry| entry.family < first);
        let to = self.entries.partition_point(|entry| entry.family <= last);
        &self.entries[from..to]
    }
}

/// Compares two files. Records cut short, or of other lengths, are taken as they are.
///
/// # Errors
/// [`crate::Error::Io`] and [`crate::Error::Input`] where a file cannot be opened or changes while
/// it is read, and an interruption.
pub fn compare_files(
    pair: &FilePair,
    form: InputForm,
    fields: &DiffFields,
    stop: &Stop,
) -> Result<FileChanges> {
    let open = |path: Option<&std::path::PathBuf>| {
        path.map(|path| open_as_it_is(path, form, stop)).transpose()
    };
    let (old, new) = (open(pair.old.as_ref())?, open(pair.new.as_ref())?);
    let (old_file, new_file) = rayon::join(
        || SideFile::read(old.as_ref(), fields, stop),
        || SideFile::read(new.as_ref(), fields, stop),
    );
    let (old_file, new_file) = (old_file?, new_file?);
    let mut changes = FileChanges {
        label: label(&pair.name, &[&new_file, &old_file], fields),
        name: pair.name.clone(),
        missing: (pair.old.is_none(), pair.new.is_none()),
        records: (old_file.entries.len() as u64, new_file.entries.len() as u64),
        odd: (old_file.odd, new_file.odd),
        unreadable: unreadable(&old_file, &new_file),
        ..FileChanges::default()
    };
    // Digests of families have 63 bits.
    let width = (1_u64 << 63) / RANGES;
    let compared = (0..RANGES).into_par_iter().map(|range| {
        stop.check()?;
        let (first, last) = (range * width, range * width + (width - 1));
        Ok(compare_range(&old_file, &new_file, first, last, fields))
    });
    for (same, changed) in compared.collect::<Result<Vec<_>>>()? {
        changes.same_cases += same;
        changes.changes.extend(changed);
    }
    changes.changes.sort_by(|a, b| a.key().cmp(&b.key()));
    for source in [&old, &new].into_iter().flatten() {
        source.check_intact()?;
    }
    Ok(changes)
}

/// Opens a file; one without line ends is of fixed records even where the last one was cut.
fn open_as_it_is(path: &std::path::Path, form: InputForm, stop: &Stop) -> Result<Source> {
    let mut source = Source::open_until(path, RESPONSE_BYTES, form, stop)?;
    let cut_records = form.fixed.is_none()
        && source.framing == Framing::Text
        && source.bytes().len() > RESPONSE_BYTES
        && memchr::memchr(b'\n', source.bytes()).is_none();
    if cut_records {
        source.framing = Framing::Fixed(RESPONSE_BYTES);
    }
    Ok(source)
}

/// The submitting state: that of the file's name, or that of a record.
fn label(name: &str, files: &[&SideFile<'_>], fields: &DiffFields) -> String {
    let stem = name.split('.').next().unwrap_or_default();
    if let Some(state) = State::from_usps(stem) {
        return state.usps().to_owned();
    }
    let states = files.iter().flat_map(|file| {
        let of = |entry| {
            State::from_fips(fields.submitted(file.record(entry), fields.extract.fips_code))
        };
        file.entries.iter().take(100).filter_map(of)
    });
    // The lowest of the first states, so that the order of records does not decide.
    states
        .min()
        .map_or_else(|| text(name.as_bytes()), |state| state.usps().to_owned())
}

/// How many records too short to name a case each side has that the other has not.
fn unreadable(old: &SideFile<'_>, new: &SideFile<'_>) -> (u64, u64) {
    let records = |file: &SideFile<'_>| {
        let entries = file.range(UNREADABLE, UNREADABLE);
        let mut records: Vec<Vec<u8>> = entries.iter().map(|e| file.record(e).to_vec()).collect();
        records.sort_unstable();
        records
    };
    let (old, new) = (records(old), records(new));
    let (mut at_old, mut at_new, mut both) = (0, 0, 0);
    while let (Some(a), Some(b)) = (old.get(at_old), new.get(at_new)) {
        match a.cmp(b) {
            std::cmp::Ordering::Less => at_old += 1,
            std::cmp::Ordering::Greater => at_new += 1,
            std::cmp::Ordering::Equal => {
                at_old += 1;
                at_new += 1;
                both += 1;
            }
        }
    }
    (old.len() as u64 - both, new.len() as u64 - both)
}

/// Compares the families of a range of digests; gives the number of cases that are the same, and
/// those that differ.
fn compare_range(
    old: &SideFile<'_>,
    new: &SideFile<'_>,
    first: u64,
    last: u64,
    fields: &DiffFields,
) -> (u64, Vec<CaseChange>) {
    let (mut olds, mut news) = (old.range(first, last), new.range(first, last));
    let (mut same, mut changed) = (0, Vec::new());
    let run = |entries: &[Entry], family: u64| {
        entries
            .iter()
            .take_while(|entry| entry.family == family)
            .count()
    };
    loop {
        let family = match (olds.first(), news.first()) {
            (None, None) => break,
            (Some(a), Some(b)) => a.family.min(b.family),
            (Some(a), None) | (None, Some(a)) => a.family,
        };
        let (of_old, rest_old) = olds.split_at(run(olds, family));
        let (of_new, rest_new) = news.split_at(run(news, family));
        (olds, news) = (rest_old, rest_new);
        let alike = of_old.len() == of_new.len()
            && of_old
                .iter()
                .zip(of_new)
                .all(|(a, b)| a.record == b.record && old.record(a) == new.record(b));
        if alike && is_plain(old, of_old, fields) {
            same += 1;
            continue;
        }
        let family = Family {
            old: records_of(old, of_old),
            new: records_of(new, of_new),
        };
        if alike {
            same += count_cases(&family.old, fields);
        } else {
            let (alike, differ) = compare_family(&family, fields);
            same += alike;
            changed.extend(differ);
        }
    }
    (same, changed)
}

fn records_of<'s>(file: &SideFile<'s>, entries: &[Entry]) -> Vec<&'s [u8]> {
    entries.iter().map(|entry| file.record(entry)).collect()
}

/// Whether the records are surely of one case: all with one Case ID, other state and Other State
/// Case ID.
fn is_plain(file: &SideFile<'_>, entries: &[Entry], fields: &DiffFields) -> bool {
    let key = |entry: &Entry| {
        let record = file.record(entry);
        (
            fields.family(record),
            fields.submitted(record, fields.extract.other_case_id),
        )
    };
    entries
        .windows(2)
        .all(|pair| key(&pair[0]) == key(&pair[1]))
}
