//! The list of misidentified SSNs as it is kept: sorted, each entry once, several for a participant.
//!
//! The list is written whole to another file, which takes its place by one rename: a run that reads
//! it sees the old one or the new one. An SSN is never part of a message.

use std::collections::BTreeSet;
use std::path::Path;

use crate::engine::ssn_check::{MisidentifiedEntry, each_entry};
use crate::error::{Error, Result};
use crate::formats::input::InputEntry;
use crate::formats::layout::{Columns, Layout};
use crate::formats::record::{nine_digits, trim_end};
use crate::formats::reference::State;
use crate::run::output::OutputSingle;
use crate::stop::Stop;
use schemars::JsonSchema;

/// A participant: a state and a Member ID as padded in the record.
pub type Participant = (State, [u8; 15]);

/// A list that was read.
pub struct List {
    /// What a manifest would say of the file; none where it is not there yet.
    pub entry: Option<InputEntry>,
    /// Its lines, in file order.
    lines: Vec<MisidentifiedEntry>,
}

/// What is wrong with the form of a list. A run reads it all the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, JsonSchema)]
pub struct FormFaults {
    /// Lines that come before the line before them.
    pub unsorted: u64,
    /// Lines that are in it before.
    pub repeated: u64,
    /// Lines whose state is no jurisdiction: they concern nobody.
    pub of_no_state: u64,
}

/// What a change of the list did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, JsonSchema)]
pub struct Changed {
    /// Entries that are new in it.
    pub added: u64,
    /// Entries that are no longer in it, with those of no jurisdiction, which concern nobody.
    pub removed: u64,
    /// Entries that were in it already, or were not in it.
    pub without_effect: u64,
    /// Entries that it has now.
    pub entries: u64,
}

impl List {
    /// Reads a list.
    ///
    /// # Errors
    /// As [`each_entry`].
    pub fn load(path: &Path, layout: &Layout, stop: &Stop) -> Result<Self> {
        let mut lines = Vec::new();
        let entry = each_entry(path, layout, stop, |entry| lines.push(entry))?;
        Ok(List {
            entry: Some(entry),
            lines,
        })
    }

    /// Its entries, sorted, each once; those of no jurisdiction are left out.
    pub fn entries(&self) -> BTreeSet<MisidentifiedEntry> {
        let mut entries: BTreeSet<_> = self.lines.iter().copied().collect();
        entries.retain(|entry| State::from_fips(&entry.state_fips).is_some());
        entries
    }

    /// What is wrong with its form.
    pub fn faults(&self) -> FormFaults {
        let mut faults = FormFaults::default();
        let mut seen = BTreeSet::new();
        for (at, line) in self.lines.iter().enumerate() {
            let before = at.checked_sub(1).map(|at| self.lines[at]);
            faults.unsorted += u64::from(before.is_some_and(|before| *line < before));
            faults.repeated += u64::from(!seen.insert(*line));
            faults.of_no_state += u64::from(State::from_fips(&line.state_fips).is_none());
        }
        faults
    }
}

/// Entries as they are given: lines of the list, or CSV with the head `state,member_id,ssn`.
///
/// # Errors
/// [`Error::Input`] naming the line that is none; nothing of it is shown.
pub fn parse_entries(
    name: &Path,
    bytes: &[u8],
    layout: &Layout,
) -> Result<BTreeSet<MisidentifiedEntry>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let lines = bytes.split(|&byte| byte == b'\n');
    let lines = lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let mut lines = (1..)
        .zip(lines)
        .filter(|(_, line)| !line.is_empty())
        .peekable();
    let is_csv = lines
        .next_if(|(_, line)| *line == b"state,member_id,ssn")
        .is_some();
    let columns = (
        layout.columns("state_fips")?,
        layout.columns("member_id")?,
        layout.columns("ssn")?,
    );
    let mut entries = BTreeSet::new();
    for (number, line) in lines {
        let entry = if is_csv {
            csv_entry(line)
        } else {
            line_entry(line, columns)
        };
        let entry = entry.map_err(|problem| Error::record(name, number, problem))?;
        entries.insert(entry);
    }
    Ok(entries)
}

fn csv_entry(line: &[u8]) -> std::result::Result<MisidentifiedEntry, &'static str> {
    let cells: Vec<&[u8]> = line.split(|&byte| byte == b',').collect();
    let [state, member, ssn] = cells[..] else {
        return Err("does not have the three cells state,member_id,ssn");
    };
    let usps = std::str::from_utf8(state).ok();
    let state = usps.and_then(State::from_usps).ok_or(NO_STATE)?;
    Ok(MisidentifiedEntry {
        state_fips: fips_of(state),
        member_id: member_id(member)?,
        ssn: nine_digits(ssn).ok_or(NO_SSN)?,
    })
}

const NO_STATE: &str = "its state is not one of the 54 jurisdictions";
const NO_SSN: &str = "its SSN is not nine digits";

fn line_entry(
    line: &[u8],
    (state, member, ssn): (Columns, Columns, Columns),
) -> std::result::Result<MisidentifiedEntry, &'static str> {
    if line.len() < state.last.max(member.last).max(ssn.last) {
        return Err("is too short; `icr layout show misidentified` shows what a line holds");
    }
    let state = State::from_fips(state.of(line)).ok_or(NO_STATE)?;
    Ok(MisidentifiedEntry {
        state_fips: fips_of(state),
        member_id: member_id(member.of(line))?,
        ssn: nine_digits(ssn.of(line)).ok_or(NO_SSN)?,
    })
}

fn fips_of(state: State) -> [u8; 2] {
    let mut fips = [b' '; 2];
    fips.copy_from_slice(state.fips().as_bytes());
    fips
}

/// A Member ID, padded.
///
/// # Errors
/// What is expected, where the bytes are none.
pub fn member_id(bytes: &[u8]) -> std::result::Result<[u8; 15], &'static str> {
    let bytes = trim_end(bytes);
    if bytes.is_empty() || bytes.len() > 15 || bytes.iter().any(u8::is_ascii_control) {
        return Err("its Member ID is not 1 to 15 characters");
    }
    let mut member = [b' '; 15];
    member[..bytes.len()].copy_from_slice(bytes);
    Ok(member)
}

/// What is to be done with a list.
pub enum Change {
    /// These entries are to be in it.
    Add(BTreeSet<MisidentifiedEntry>),
    /// These entries are not to be in it.
    Remove(BTreeSet<MisidentifiedEntry>),
    /// No entry of this participant is to be in it.
    RemoveParticipant(Participant),
}

/// A change that is written and not published.
pub struct Written {
    /// The list before.
    pub before: Option<InputEntry>,
    /// What changed.
    pub changed: Changed,
    /// The new file.
    pub file: OutputSingle,
}

/// Writes a list with a change, beside the file that it will replace. A list that is not there yet
/// is begun by adding. `used` are the files that the command opens besides.
///
/// # Errors
/// [`Error::Output`] where another process changes it, as [`List::load`], and [`Error::Io`].
pub fn change(
    path: &Path,
    change: &Change,
    layout: &Layout,
    used: &[&Path],
    stop: &Stop,
) -> Result<Written> {
    // From here on no other icr can change it; if something else does, it is not replaced.
    let mut file = OutputSingle::change(path, used)?;
    let list = match change {
        Change::Add(_) if !file.replaces_a_file() => List {
            entry: None,
            lines: Vec::new(),
        },
        _ => List::load(path, layout, stop)?,
    };
    let mut entries = list.entries();
    let all: BTreeSet<_> = list.lines.iter().collect();
    let of_no_state = (all.len() - entries.len()) as u64;
    let mut changed = Changed {
        removed: of_no_state,
        ..Changed::default()
    };
    match change {
        Change::Add(added) => {
            for entry in added {
                let is_new = entries.insert(*entry);
                changed.added += u64::from(is_new);
                changed.without_effect += u64::from(!is_new);
            }
        }
        Change::Remove(removed) => {
            for entry in removed {
                let was_in = entries.remove(entry);
                changed.removed += u64::from(was_in);
                changed.without_effect += u64::from(!was_in);
            }
        }
        Change::RemoveParticipant((state, member)) => {
            let before = entries.len();
            let fips = fips_of(*state);
            entries.retain(|entry| (entry.state_fips, entry.member_id) != (fips, *member));
            let removed = (before - entries.len()) as u64;
            changed.removed += removed;
            changed.without_effect = u64::from(removed == 0);
        }
    }
    changed.entries = entries.len() as u64;
    OutputSingle::write(&mut file, &text_of(&entries, layout)?)?;
    Ok(Written {
        before: list.entry,
        changed,
        file,
    })
}

fn text_of(entries: &BTreeSet<MisidentifiedEntry>, layout: &Layout) -> Result<Vec<u8>> {
    let (state, member, ssn) = (
        layout.columns("state_fips")?,
        layout.columns("member_id")?,
        layout.columns("ssn")?,
    );
    let width = state.last.max(member.last).max(ssn.last);
    let mut text = Vec::with_capacity(entries.len() * (width + 1));
    for entry in entries {
        let mut line = vec![b' '; width];
        line[state.range()].copy_from_slice(&entry.state_fips);
        line[member.range()].copy_from_slice(&entry.member_id);
        line[ssn.range()].copy_from_slice(format!("{:09}", entry.ssn).as_bytes());
        text.extend_from_slice(&line);
        text.push(b'\n');
    }
    Ok(text)
}
