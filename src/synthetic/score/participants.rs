//! `truth-participants.csv`, and how the counterparts of participants compare with it: 06, and each way
//! in which a counterpart was found.
//!
//! Counted are the cases whose answer is the true counterpart: of others no participant can be right.
//! The file names records by their numbers; a response has the accepted records of a case in file order,
//! and the run's rejects have which were not accepted. Who the counterpart is, a response says by the
//! Member ID there, which is read from the extracts beside the file, if they are there.

use std::collections::BTreeSet;
use std::path::Path;

use super::truth::{CaseKey, Truth};
use crate::engine::matching::{MatchBasis, ReasonCode};
use crate::engine::response::{ReadCase, ResponseFields};
use crate::error::{Error, Result};
use crate::formats::input::{InputForm, Source, delivered};
use crate::formats::layout::{LayoutSet, RECORD_BYTES};
use crate::formats::record::CaseId;
use crate::formats::reference::{STATE_COUNT, State};
use crate::open::read_if_there;
use crate::stop::Stop;
use crate::synthetic::synth::who::HEADER;
use std::io::ErrorKind;

/// A record of a case, and its person's record in the counterpart.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    place: u32,
    record: u32,
    counterpart: Option<u32>,
}

/// Who is who.
pub struct Participants {
    /// By case, then record.
    lines: Vec<Line>,
    /// The Member IDs of each state's records; none where its file is not beside the truth.
    members: [Option<Vec<CaseId>>; STATE_COUNT],
}

/// Participants by what a run says of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PersonCounts {
    /// With a counterpart, by basis: the true one; another person; somebody, where there is nobody.
    pub found: [[u64; 3]; MatchBasis::ALL.len()],
    /// With 06, though they are there.
    pub missed: u64,
    /// With 06, and they are not there.
    pub rightly_missing: u64,
    /// In cases whose records are not those of the truth.
    pub unaligned: u64,
    /// Found, but it is not known who it is.
    pub unnamed: u64,
}

impl std::ops::AddAssign for PersonCounts {
    fn add_assign(&mut self, other: Self) {
        for (mine, theirs) in self.found.iter_mut().zip(other.found) {
            for (mine, theirs) in mine.iter_mut().zip(theirs) {
                *mine += theirs;
            }
        }
        self.missed += other.missed;
        self.rightly_missing += other.rightly_missing;
        self.unaligned += other.unaligned;
        self.unnamed += other.unnamed;
    }
}

impl Participants {
    /// Reads the file, and the Member IDs of the extracts beside it.
    ///
    /// # Errors
    /// [`Error::Io`] where it cannot be read, [`Error::Input`] naming the line that is not of the form, or
    /// is about a case that the truth does not have; [`Error::Interrupted`].
    pub fn load(path: &Path, truth: &Truth, layouts: &LayoutSet, stop: &Stop) -> Result<Self> {
        let bytes = delivered(path, stop)?;
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(&*bytes);
        let mut cells = csv::StringRecord::new();
        let mut lines = Vec::new();
        for number in 1.. {
            stop.check_at(number)?;
            let refuse = |problem: &str| Error::record(path, number, problem);
            let more = reader.read_record(&mut cells).map_err(|_| {
                refuse("is not a line of six columns; give the truth-participants.csv that icr synth wrote")
            })?;
            if !more {
                break;
            }
            if number == 1 {
                if cells.iter().ne(HEADER.split(',')) {
                    return Err(refuse(&format!(
                        "has another header than {HEADER}; give the truth-participants.csv that icr synth wrote"
                    )));
                }
                continue;
            }
            let line = line_of(&cells, truth).ok_or_else(|| {
                refuse(
                    "is of no case of the truth, or holds something that icr synth does not write",
                )
            })?;
            lines.push(line);
        }
        lines.sort_unstable();
        let folder = path.parent().unwrap_or(Path::new("."));
        let mut members = [const { None }; STATE_COUNT];
        for state in State::all() {
            members[state.index()] = members_of(folder, state, layouts, stop)?;
        }
        Ok(Participants { lines, members })
    }

    /// Counts the participants of a case whose answer is the true counterpart.
    pub(super) fn count(
        &self,
        place: u32,
        rejected: &BTreeSet<u64>,
        (fields, case): (&ResponseFields, &ReadCase<'_>),
        counts: &mut PersonCounts,
    ) {
        let first = self.lines.partition_point(|line| line.place < place);
        let of_case = self.lines[first..].iter().take_while(|l| l.place == place);
        let accepted: Vec<&Line> = of_case
            .filter(|line| !rejected.contains(&u64::from(line.record)))
            .collect();
        if accepted.len() != case.records().len() {
            counts.unaligned += case.records().len() as u64;
            return;
        }
        let other = case.first().other_state;
        for (line, record) in accepted.into_iter().zip(case.records()) {
            if record.codes.holds(ReasonCode::R06) {
                match line.counterpart {
                    Some(_) => counts.missed += 1,
                    None => counts.rightly_missing += 1,
                }
                continue;
            }
            // A layout without the field does not say by what a counterpart was found.
            let basis = record.basis.map_or(0, MatchBasis::index);
            let named = CaseId::new(fields.response.member_id.of(&record.bytes));
            let found = &mut counts.found[basis];
            match line.counterpart {
                None => found[2] += 1,
                Some(theirs) => match self.member(other, theirs) {
                    Some(member) if member == named => found[0] += 1,
                    Some(_) => found[1] += 1,
                    None => {
                        found[0] += 1;
                        counts.unnamed += 1;
                    }
                },
            }
        }
    }

    fn member(&self, state: State, record: u32) -> Option<CaseId> {
        let members = self.members[state.index()].as_ref()?;
        members.get(record as usize - 1).copied()
    }
}

fn line_of(cells: &csv::StringRecord, truth: &Truth) -> Option<Line> {
    let id = |place: usize| cells.get(place).map(|cell| CaseId::new(cell.as_bytes()));
    let key = CaseKey {
        state: State::from_usps(cells.get(0)?)?,
        case_id: id(1)?,
        other_state: State::from_usps(cells.get(2)?)?,
        other_case_id: id(3)?,
    };
    let number = |text: &str| text.parse::<u32>().ok().filter(|&number| number > 0);
    Some(Line {
        place: truth.find(&key)?,
        record: number(cells.get(4)?)?,
        counterpart: match cells.get(5)? {
            "" => None,
            text => Some(number(text)?),
        },
    })
}

/// The Member IDs of a state's records, from its extract or FCR-derived file.
fn members_of(
    folder: &Path,
    state: State,
    layouts: &LayoutSet,
    stop: &Stop,
) -> Result<Option<Vec<CaseId>>> {
    for (kind, layout) in [
        ("extracts", layouts.extract()?),
        ("fcr", layouts.fcr_extract()?),
    ] {
        let path = folder.join(kind).join(format!("{state}.txt"));
        if is_missing(&path) {
            continue;
        }
        let source = Source::open(&path, RECORD_BYTES, InputForm::default(), stop)?;
        let member = |record: &[u8]| CaseId::new(layout.member_id.of_trimmed(record));
        let members = source
            .records()
            .map(|record| member(record.bytes))
            .collect();
        source.check_intact()?;
        return Ok(Some(members));
    }
    Ok(None)
}

/// Whether nothing is there. What is there and cannot be looked at is an error where it is opened.
fn is_missing(path: &Path) -> bool {
    std::fs::metadata(path).is_err_and(|error| error.kind() == ErrorKind::NotFound)
}

/// The records of a state that a run rejected, as its rejects file lists them.
///
/// # Errors
/// [`Error::Io`] where the file is there and cannot be read.
pub(super) fn rejected(folder: &Path, state: &str) -> Result<BTreeSet<u64>> {
    let path = folder.join("rejects").join(format!("{state}.csv"));
    let bytes = read_if_there(&path)?.unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let errors = text.lines().filter_map(|line| {
        let mut cells = line.split(',');
        let number = cells.next()?.parse().ok()?;
        (cells.next()? == "error").then_some(number)
    });
    Ok(errors.collect())
}
