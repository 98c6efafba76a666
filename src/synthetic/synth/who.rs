//! `truth-participants.csv`: of every record of a submitting state the record of the same person in
//! the case's true counterpart.
//!
//! Tasks know places among their own records; the numbers in the files are known when the records of
//! all tasks before are counted.

use std::io::Write;

use super::submitted_case::{Entry, SubmittedCase};
use crate::formats::reference::STATE_COUNT;

/// The columns.
pub const HEADER: &str = "state,case_id,other_state,other_case_id,record,counterpart_record";

/// How many records of each state there are.
pub(super) type RecordCounts = [u64; STATE_COUNT];

/// The lines of one task.
#[derive(Default)]
pub(super) struct Lines {
    /// The four cells that name a case, each case once.
    keys: Vec<u8>,
    lines: Vec<Line>,
}

struct Line {
    /// Where the case's cells end among all; they begin where those of the line before end, or are
    /// the same.
    key: std::ops::Range<u32>,
    record: Place,
    counterpart: Option<Place>,
}

/// A record of a state, counted from 1 within the task.
#[derive(Clone, Copy)]
pub(super) struct Place {
    state: u8,
    record: u32,
}

impl Lines {
    /// Adds the lines of a case of a submitting state. `first` and the counterpart's have how many
    /// records of its state come before it in the task; of the derived records of a registry file,
    /// those of accepted ones alone.
    pub(super) fn add(
        &mut self,
        (case, first): (&SubmittedCase, u64),
        counterpart: Option<(&SubmittedCase, u64)>,
        is_derived: bool,
    ) {
        let start = self.keys.len() as u32;
        for cell in [
            case.state.usps().as_bytes(),
            case.id.as_bytes(),
            case.other_state.usps().as_bytes(),
            case.other_id.as_bytes(),
        ] {
            self.keys.extend_from_slice(cell);
            self.keys.push(b',');
        }
        let key = start..self.keys.len() as u32;
        for (place, entry) in (1..).zip(&case.entries) {
            self.lines.push(Line {
                key: key.clone(),
                record: at(case, first, place),
                counterpart: counterpart.and_then(|(other, first)| {
                    Some(at(
                        other,
                        first,
                        place_of(entry, other, is_derived)? as u64 + 1,
                    ))
                }),
            });
        }
    }

    /// The text; `before` are the records of each state in the tasks before.
    pub(super) fn write(&self, before: &RecordCounts) -> Vec<u8> {
        let mut text = Vec::with_capacity(self.lines.len() * 48);
        let number = |place: Place| before[usize::from(place.state)] + u64::from(place.record);
        for line in &self.lines {
            let key = &self.keys[line.key.start as usize..line.key.end as usize];
            text.extend_from_slice(key);
            // Into memory: it cannot fail.
            let _ = write!(text, "{},", number(line.record));
            if let Some(counterpart) = line.counterpart {
                let _ = write!(text, "{}", number(counterpart));
            }
            text.push(b'\n');
        }
        text
    }
}

fn at(case: &SubmittedCase, first: u64, place: u64) -> Place {
    Place {
        state: case.state.index() as u8,
        record: (first + place) as u32,
    }
}

/// The place of a person's first accepted record in another case, from 0; where it is derived, among
/// its accepted records.
fn place_of(entry: &Entry, other: &SubmittedCase, is_derived: bool) -> Option<usize> {
    let is_there = |record: &&Entry| record.spoilt.is_none() || !is_derived;
    let mut records = other.entries.iter().filter(is_there);
    records.position(|record| record.slot == entry.slot && record.spoilt.is_none())
}
