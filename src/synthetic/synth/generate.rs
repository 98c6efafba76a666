//! Generates the whole country. Every family is drawn twice, first to number the states' cases,
//! then to write them, so that only a few thousand families are in memory at a time.

use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

use super::copies::draw_shape;
use super::family::purpose;
use super::kinds::Kind;
use super::night::families_on;
use super::numbering::{Task, WINDOW_TASKS, has_file, number_cases};
use super::render::Renderer;
use super::request::Request;
use super::setting::Setting;
use super::ssn::SsnAllotment;
use super::submitted::{misidentified_once, submit};
use super::submitted_case::{Entry, SubmittedCase};
use super::truth;
use super::twins::draw_people;
use super::who::{self, RecordCounts};
use crate::engine::extract::Severity;
use crate::error::Result;
use crate::formats::layout::LayoutSet;
use crate::formats::reference::{Counties, STATE_COUNT, State};
use crate::progress::Stage;
use crate::run::output::{OutputFile, OutputFolder};
use crate::stop::Stop;

/// What was made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SynthTotals {
    /// Families with an interstate action.
    pub families: u64,
    /// Cases in the extracts.
    pub cases: u64,
    /// Records in the extracts.
    pub records: u64,
    /// Cases in the FCR-derived files, or in the extracts that will be derived from the registry
    /// files.
    pub fcr_cases: u64,
    /// Records of these cases, before edits.
    pub fcr_records: u64,
    /// Cases that the registry withholds for family violence.
    pub fcr_withheld: u64,
    /// People on record.
    pub people: u64,
    /// Misidentified SSNs.
    pub misidentified: u64,
    /// Cases of the extracts in which each kind was planted.
    pub planted: std::collections::BTreeMap<&'static str, u64>,
    /// Records of all files that were planted to fail an edit.
    #[serde(skip)]
    pub spoilt_records: u64,
}

impl SynthTotals {
    /// Whether there is a finding of this severity or above: a record that was planted to fail an
    /// edit is an error, all other noise a warning.
    pub fn has(&self, severity: Severity) -> bool {
        let planted = self.planted.values().any(|&count| count > 0);
        self.spoilt_records > 0 || severity == Severity::Warning && planted
    }
}

impl std::ops::AddAssign for SynthTotals {
    fn add_assign(&mut self, other: Self) {
        self.families += other.families;
        self.cases += other.cases;
        self.records += other.records;
        self.fcr_cases += other.fcr_cases;
        self.fcr_records += other.fcr_records;
        self.fcr_withheld += other.fcr_withheld;
        self.people += other.people;
        self.misidentified += other.misidentified;
        self.spoilt_records += other.spoilt_records;
        for (kind, count) in other.planted {
            *self.planted.entry(kind).or_default() += count;
        }
    }
}

/// The output of a task: pieces of each file.
struct Drawn {
    states: Vec<Vec<u8>>,
    /// SSN master, misidentified SSNs, truth.
    sides: [Vec<u8>; 3],
    /// Who is who.
    who: who::Lines,
    /// For each state, the number of records that the match gets.
    records: RecordCounts,
    totals: SynthTotals,
}

/// The files that do not belong to a state, in the order of [`Drawn::sides`], then [`Drawn::who`],
/// each with its header.
const SIDE_FILES: [(&str, &str); 4] = [
    ("ssn-master.txt", ""),
    ("misidentified.txt", ""),
    ("truth.csv", truth::HEADER),
    ("truth-participants.csv", who::HEADER),
];

/// Draws all families and writes their files into `folder`.
///
/// # Errors
/// Errors of the folder, a layout that lacks a field, and an interruption.
pub fn generate(
    request: &Request<'_>,
    layouts: &LayoutSet,
    folder: &OutputFolder,
    stage: &Stage,
    stop: &Stop,
) -> Result<SynthTotals> {
    let counties = Counties::default();
    let renderer = Renderer::new(layouts, request.registry)?;
    let families = families_on(request.families, request.night);
    let numbered = number_cases(request, families);
    let first_counts = if request.night == 0 {
        numbered.case_counts
    } else {
        number_cases(request, request.families).case_counts
    };
    stop.check()?;
    let mut setting = Setting {
        seed: request.seed,
        world: &request.world,
        profile: request.profile,
        counties: &counties,
        allotment: SsnAllotment::new(request.seed, families),
        registry: request.registry,
        case_counts: numbered.case_counts,
        first_counts,
        night: request.night,
        has_file: numbered.is_listed,
    };
    setting.has_file = has_file(&setting, &numbered, stop)?;
    let mut files = Files::create(request, &renderer, folder)?;
    let mut totals = SynthTotals::default();
    for kind in Kind::ALL {
        totals.planted.insert(kind.name(), 0);
    }
    let mut drawn: Vec<Drawn> = Vec::new();
    for window in numbered.tasks.chunks(WINDOW_TASKS).chain([&[][..]]) {
        stop.check()?;
        let (next, written) = rayon::join(
            || {
                window
                    .par_iter()
                    .map(|task| task.draw(&setting, &renderer))
                    .collect::<Vec<_>>()
            },
            || files.write(&drawn),
        );
        written?;
        for piece in drawn {
            stage.advance(piece.totals.families);
            totals += piece.totals;
        }
        drawn = next;
    }
    files.finish()?;
    Ok(totals)
}

impl Task {
    fn draw(&self, setting: &Setting<'_>, renderer: &Renderer) -> Drawn {
        let mut drawn = Drawn {
            states: vec![Vec::new(); STATE_COUNT],
            sides: Default::default(),
            who: who::Lines::default(),
            records: [0; STATE_COUNT],
            totals: SynthTotals::default(),
        };
        let mut planted = [0_u64; Kind::COUNT];
        let mut numbers = self.numbers;
        for family in self.first..self.end {
            let mut shape = draw_shape(setting.seed, family, setting.world, setting.profile);
            for at in 0..shape.cases.len() {
                let number = &mut numbers[shape.cases[at].state.index()];
                shape.cases[at].number = if let Some(shared) = shape.cases[at].shares {
                    shape.cases[shared].number
                } else {
                    *number += 1;
                    *number - 1
                };
            }
            let people = draw_people(setting, family, &shape);
            let cases = submit(setting, family, &shape, &people);
            for person in people.everybody() {
                renderer.master(person, &mut drawn.sides[0]);
                drawn.totals.people += 1;
            }
            for (state, member, ssn) in misidentified_once(&cases) {
                renderer.misidentified(state, member, ssn, &mut drawn.sides[1]);
                drawn.totals.misidentified += 1;
            }
            let in_files = |case: &SubmittedCase| case.listed || case.is_withheld();
            let firsts = count_records(setting, &cases, &mut drawn.records);
            for (at, case) in cases.iter().enumerate().filter(|(_, case)| in_files(case)) {
                let draws = setting.draws(family, purpose::HISTORY, at as u64);
                let out = &mut drawn.states[case.state.index()];
                renderer.case(setting.world, case, draws, out);
                let is_extract = setting.world.submits(case.state);
                if is_extract {
                    let out = &mut drawn.sides[2];
                    let set = truth::write((setting, family), &shape, &cases, at, out);
                    let counterpart = truth::listed_counterpart(&shape, &cases, at);
                    let with_first = |place: usize| (&cases[place], firsts[place]);
                    let is_derived = counterpart.is_some_and(|at| setting.is_derived(&cases[at]));
                    let counterpart = counterpart.map(with_first);
                    drawn.who.add(with_first(at), counterpart, is_derived);
                    for place in set.places().take_while(|&place| place < Kind::COUNT) {
                        planted[place] += 1;
                    }
                }
                count(&mut drawn.totals, case, is_extract);
            }
            drawn.totals.families += 1;
        }
        drawn.totals.planted = Kind::ALL
            .iter()
            .map(|kind| (kind.name(), planted[*kind as usize]))
            .collect();
        drawn
    }
}

/// Counts the records of a family's cases in the files that the match gets; for each case, how many
/// records of its state precede it. Extracts derived from a registry file lack rejected records.
fn count_records(
    setting: &Setting<'_>,
    cases: &[SubmittedCase],
    records: &mut RecordCounts,
) -> Vec<u64> {
    cases
        .iter()
        .map(|case| {
            let all = &mut records[case.state.index()];
            let first = *all;
            let in_file = |entry: &&Entry| entry.spoilt.is_none() || !setting.is_derived(case);
            if case.listed {
                *all += case.entries.iter().filter(in_file).count() as u64;
            }
            first
        })
        .collect()
}

fn count(totals: &mut SynthTotals, case: &SubmittedCase, is_extract: bool) {
    let records = case.entries.len() as u64;
    let spoilt = case.entries.iter().filter(|entry| entry.spoilt.is_some());
    totals.spoilt_records += spoilt.count() as u64;
    if case.is_withheld() {
        totals.fcr_withheld += 1;
    } else if is_extract {
        totals.cases += 1;
        totals.records += records;
    } else {
        totals.fcr_cases += 1;
        totals.fcr_records += records;
    }
}

/// The open files: one per state, created with its first record, then those of [`SIDE_FILES`].
struct Files<'a> {
    folder: &'a OutputFolder,
    names: Vec<String>,
    /// The header of the states' files.
    headers: Vec<Vec<u8>>,
    files: Vec<Option<OutputFile<'a>>>,
    /// The number of records written for each state.
    records: RecordCounts,
}

impl<'a> Files<'a> {
    fn create(
        request: &Request<'_>,
        renderer: &Renderer,
        folder: &'a OutputFolder,
    ) -> Result<Self> {
        let world = &request.world;
        let name = |state: State| match (world.submits(state), request.registry) {
            (true, _) => format!("extracts/{state}.txt"),
            (false, false) => format!("fcr/{state}.txt"),
            (false, true) => format!("registry/{state}.fcr"),
        };
        let names: Vec<String> = State::all()
            .map(name)
            .chain(SIDE_FILES.map(|(name, _)| name.to_owned()))
            .collect();
        let mut files: Vec<Option<OutputFile<'a>>> = names.iter().map(|_| None).collect();
        // A state without records gets no file; side files are always created.
        for (place, (name, header)) in (STATE_COUNT..).zip(SIDE_FILES) {
            let mut file = folder.file(name)?;
            if !header.is_empty() {
                file.write(format!("{header}\n").as_bytes())?;
            }
            files[place] = Some(file);
        }
        Ok(Files {
            folder,
            names,
            headers: State::all().map(|s| renderer.header(world, s)).collect(),
            files,
            records: [0; STATE_COUNT],
        })
    }

    /// Appends the pieces of some tasks to each file, in order.
    fn write(&mut self, drawn: &[Drawn]) -> Result<()> {
        // One after the other, because folders are created with their first file.
        for place in 0..STATE_COUNT {
            let comes = drawn.iter().any(|piece| !piece.states[place].is_empty());
            if self.files[place].is_none() && comes {
                let mut file = self.folder.file(&self.names[place])?;
                file.write(&self.headers[place])?;
                self.files[place] = Some(file);
            }
        }
        let before: Vec<RecordCounts> = drawn
            .iter()
            .map(|piece| {
                let before = self.records;
                for (all, records) in self.records.iter_mut().zip(piece.records) {
                    *all += records;
                }
                before
            })
            .collect();
        let who = drawn.par_iter().zip(&before);
        let who: Vec<Vec<u8>> = who.map(|(piece, before)| piece.who.write(before)).collect();
        self.files
            .par_iter_mut()
            .enumerate()
            .with_max_len(1)
            .try_for_each(|(place, file)| {
                let Some(file) = file else { return Ok(()) };
                for (piece, who) in drawn.iter().zip(&who) {
                    let bytes = match place.checked_sub(STATE_COUNT) {
                        Some(side) => piece.sides.get(side).unwrap_or(who),
                        None => &piece.states[place],
                    };
                    if !bytes.is_empty() {
                        file.write(bytes)?;
                    }
                }
                Ok(())
            })
    }

    fn finish(self) -> Result<()> {
        let files: Vec<OutputFile<'_>> = self.files.into_iter().flatten().collect();
        files
            .into_par_iter()
            .with_max_len(1)
            .try_for_each(OutputFile::finish)
    }
}
