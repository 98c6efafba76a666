//! `truth.csv`, indexed by case.

use std::path::Path;

use crate::engine::Postings;
use crate::engine::matching::ReasonCodes;
use crate::error::{Error, Result};
use crate::formats::input::delivered;
use crate::formats::record::CaseId;
use crate::formats::reference::State;
use crate::stop::Stop;
use crate::synthetic::synth::Planted;
use crate::synthetic::synth::truth::{HEADER, read_codes};

/// The key of an interstate case of a state: its Case ID, other state and Other State Case ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseKey {
    /// The submitting state.
    pub state: State,
    /// Case ID.
    pub case_id: CaseId,
    /// The other state, as submitted.
    pub other_state: State,
    /// Other State Case ID, as submitted.
    pub other_case_id: CaseId,
}

/// The truth about a case.
#[derive(Clone, Copy, Debug)]
pub struct TrueCase {
    /// The case.
    pub key: CaseKey,
    /// Its true counterpart, if there is one.
    pub counterpart: Option<(State, CaseId)>,
    /// What was planted in it and in its counterpart.
    pub planted: Planted,
    /// The codes that are certain; empty if there are none.
    pub certain: ReasonCodes,
}

/// The whole truth: one entry per line.
pub struct Truth {
    /// The cases, in the order of the file.
    pub cases: Vec<TrueCase>,
    by_key: Postings,
}

impl CaseKey {
    fn posted(&self) -> u32 {
        let other = self.other_case_id.mixed().rotate_left(17);
        ((self.case_id.mixed() ^ other) >> 32) as u32 ^ (self.state.index() as u32) << 7
    }
}

impl Truth {
    /// Reads the file.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be read; [`Error::Input`] naming the line, if one is malformed;
    /// [`Error::Interrupted`] if a stop was requested.
    pub fn load(path: &Path, stop: &Stop) -> Result<Self> {
        let bytes = delivered(path, stop)?;
        bytes.will_read();
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(&*bytes);
        let mut cases = Vec::with_capacity(bytes.len() / 64);
        let mut line = csv::StringRecord::new();
        let mut number = 0_u64;
        loop {
            number += 1;
            stop.check_at(number)?;
            let refuse = |problem: &str| Error::record(path, number, problem);
            let more = reader.read_record(&mut line).map_err(|_| {
                refuse("is not a line of eight columns; give the truth.csv that icr synth wrote")
            })?;
            if !more {
                break;
            }
            if number == 1 {
                if line.iter().ne(HEADER.split(',')) {
                    return Err(refuse(&format!(
                        "has another header than {HEADER}; give the truth.csv that icr synth wrote"
                    )));
                }
                continue;
            }
            cases.push(true_case(&line).map_err(|column| {
                refuse(&format!(
                    "column {column} holds nothing that icr synth writes there"
                ))
            })?);
        }
        if number == 1 {
            return Err(Error::input(
                path,
                "is empty; give the truth.csv that icr synth wrote",
            ));
        }
        bytes.check_intact()?;
        if u32::try_from(cases.len()).is_err() {
            return Err(Error::input(
                path,
                "has more lines than this program can number (4,294,967,295)",
            ));
        }
        let by_key = Postings::build(cases.len(), |post| {
            for (place, case) in cases.iter().enumerate() {
                let case: &TrueCase = case;
                post(case.key.posted(), place as u32);
            }
        });
        let truth = Truth { cases, by_key };
        // If a case has several lines, the first is found.
        for (place, case) in (0..).zip(&truth.cases) {
            if let Some(first) = truth.find(&case.key).filter(|&first| first != place) {
                let problem = format!(
                    "is about the case of record {}; a truth has one line for each case",
                    line_of(first)
                );
                return Err(Error::record(path, line_of(place), problem));
            }
        }
        Ok(truth)
    }

    /// The index of a case, if it has a line.
    pub fn find(&self, key: &CaseKey) -> Option<u32> {
        self.by_key
            .rows(key.posted())
            .find(|&place| self.cases[place as usize].key == *key)
    }
}

/// The line number of a case; the header is line 1.
fn line_of(place: u32) -> u64 {
    u64::from(place) + 2
}

/// Parses a line. The error is the name of the malformed column.
fn true_case(line: &csv::StringRecord) -> std::result::Result<TrueCase, &'static str> {
    let cell = |place: usize| line.get(place).unwrap_or_default();
    let id = |place: usize, column| CaseId::from_text(cell(place)).ok_or(column);
    let state = |place: usize| State::from_usps(cell(place));
    let counterpart_id = id(5, "counterpart_case_id")?;
    let counterpart = match (cell(4), counterpart_id.is_blank()) {
        ("", true) => None,
        ("", false) => return Err("counterpart_state"),
        (_, true) => return Err("counterpart_case_id"),
        (_, false) => Some((state(4).ok_or("counterpart_state")?, counterpart_id)),
    };
    let case_id = id(1, "case_id")?;
    if case_id.is_blank() {
        return Err("case_id");
    }
    Ok(TrueCase {
        key: CaseKey {
            state: state(0).ok_or("state")?,
            case_id,
            other_state: state(2).ok_or("other_state")?,
            other_case_id: id(3, "other_case_id")?,
        },
        counterpart,
        planted: Planted::read(cell(6)).ok_or("planted")?,
        certain: read_codes(cell(7)).ok_or("certain_codes")?,
    })
}
