//! Finds the cases that differ between two files. Each record gets two digests: of its family (Case
//! ID and other state), and of its bytes. Both sides are sorted by them; families with equal
//! digests are compared byte for byte, the others field by field.

use rayon::prelude::*;

use super::cases::{CaseChange, Family, OfCase, compare_family, count_cases};
use super::files::state_of;
use super::side::{Entry, SideFile, SideSource};
use super::{DiffFields, FilePair};
use crate::engine::response::Faults;
use crate::error::{Error, Result};
use crate::formats::input::InputForms;
use crate::stop::Stop;

/// The number of ranges of digests that are compared in parallel.
const RANGES: u64 = 64;

/// The differences between two files. Pairs are (old, new).
#[derive(Clone, Debug, Default)]
pub struct FileChanges {
    /// The submitting state, or the file's name if the state is unknown.
    pub label: String,
    /// The file's name.
    pub name: String,
    /// Whether the file does not exist.
    pub missing: (bool, bool),
    /// Why the file cannot be read; if either cannot, the two are not compared.
    pub unreadable: (Option<String>, Option<String>),
    /// Numbers of records.
    pub records: (u64, u64),
    /// Lines that are not response records. Their contents are never shown.
    pub no_records: (u64, u64),
    /// Those that are only on this side.
    pub no_records_alone: (u64, u64),
    /// Incomplete cases: the file was cut, has duplicates, or is not in its original order.
    pub not_whole: (Faults, Faults),
    /// The number of equal cases.
    pub same_cases: u64,
    /// The cases that differ, by Case ID, other state and Other State Case ID.
    pub changes: Vec<CaseChange>,
}

impl FileChanges {
    /// Whether there is no difference.
    pub fn is_same(&self) -> bool {
        self.changes.is_empty()
            && self.missing == (false, false)
            && self.unreadable == (None, None)
            && self.no_records_alone == (0, 0)
    }
}

/// Compares two files, damaged or not.
///
/// # Errors
/// [`Error::Io`] and [`Error::Input`] if a file given as argument cannot be opened, or any file
/// changes while it is read; [`Error::Inputs`] if two files given as arguments are of different
/// states; an interruption.
pub fn compare_files(
    pair: &FilePair,
    forms: &InputForms,
    fields: &DiffFields,
    stop: &Stop,
) -> Result<FileChanges> {
    let old = SideSource::open(pair.old.as_ref(), forms, stop)?;
    let new = SideSource::open(pair.new.as_ref(), forms, stop)?;
    let mut changes = FileChanges {
        label: pair.name.clone(),
        name: pair.name.clone(),
        missing: (pair.old.is_none(), pair.new.is_none()),
        unreadable: (old.problem, new.problem),
        ..FileChanges::default()
    };
    if changes.unreadable != (None, None) {
        if let Some(state) = state_of(&pair.name) {
            state.usps().clone_into(&mut changes.label);
        }
        return Ok(changes);
    }
    let (old_file, new_file) = rayon::join(
        || SideFile::read(old.source.as_ref(), fields, stop),
        || SideFile::read(new.source.as_ref(), fields, stop),
    );
    let (old_file, new_file) = (old_file?, new_file?);
    if let Some(label) = label(pair, &old_file, &new_file)? {
        label.clone_into(&mut changes.label);
    }
    changes.records = (old_file.len(), new_file.len());
    note_no_records(&mut changes, &old_file, &new_file);
    changes.not_whole = (old_file.not_whole.clone(), new_file.not_whole.clone());
    // The digest of a family has 63 bits.
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
    for source in [&old.source, &new.source].into_iter().flatten() {
        source.check_intact()?;
    }
    Ok(changes)
}

/// The submitting state. For two files given as arguments, it is the state of most records, because
/// their names can be arbitrary; otherwise that of the file name.
fn label(pair: &FilePair, old: &SideFile<'_>, new: &SideFile<'_>) -> Result<Option<&'static str>> {
    let of_records = new.state().or(old.state());
    let given = |side: &Option<super::SidePath>| side.as_ref().is_some_and(|side| side.given);
    let state = if given(&pair.old) && given(&pair.new) {
        if let (Some(one), Some(other)) = (old.state(), new.state())
            && one != other
        {
            return Err(Error::Inputs(format!(
                "the two files are responses of two states, {one} and {other}; give two responses of one state, or two run folders"
            )));
        }
        of_records.or(state_of(&pair.name))
    } else {
        state_of(&pair.name).or(of_records)
    };
    Ok(state.map(crate::formats::reference::State::usps))
}

/// Counts the lines that are not response records, and those of them that only one side has.
fn note_no_records(changes: &mut FileChanges, old: &SideFile<'_>, new: &SideFile<'_>) {
    let (old, new) = (old.no_records(), new.no_records());
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
    changes.no_records = (old.len() as u64, new.len() as u64);
    changes.no_records_alone = (changes.no_records.0 - both, changes.no_records.1 - both);
}

/// Compares the families in a range of digests. Returns the number of equal cases, and those that
/// changed.
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
        if alike && of_old.windows(2).all(|pair| pair[0].case == pair[1].case) {
            same += 1;
            continue;
        }
        let family = Family {
            old: records_of(old, of_old),
            new: records_of(new, of_new),
        };
        if alike {
            same += count_cases(&family.old);
        } else {
            let (alike, differ) = compare_family(&family, fields);
            same += alike;
            changed.extend(differ);
        }
    }
    (same, changed)
}

fn records_of<'s>(file: &SideFile<'s>, entries: &[Entry]) -> Vec<OfCase<'s>> {
    entries
        .iter()
        .map(|entry| (entry.case, file.record(entry)))
        .collect()
}
