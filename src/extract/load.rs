//! Reads one file whole: edits, state of the file, rows, cases and the index by Case ID.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::edits::Editor;
use super::findings::{Edit, Findings, Listed, Severity, WarningList};
use super::piece::{Piece, Rejected};
use super::row::Row;
use crate::case::{Case, CaseNumber, LARGE_ROWS, LargeCase, Reread, group, id_key};
use crate::error::{Error, Result};
use crate::index::Postings;
use crate::input::{Framing, InputForm, Records, Source, Wanted, diagnose, split_at_records};
use crate::layout::{Columns, ExtractLayout, RECORD_BYTES};
use crate::output::{InputEntry, count_of};
use crate::progress::Stage;
use crate::record::{CaseId, Date, ParticipantClass};
use crate::reference::{Counties, STATE_COUNT, State};
use crate::stop::Stop;
use crate::verification::{Misidentified, SsnMaster};

/// How a file came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provenance {
    /// A state submitted it.
    Submitted,
    /// It was derived from the Federal Case Registry for a state.
    FcrDerived,
}

/// About how much of a file one task edits.
const PIECE_BYTES: usize = 256 * 1024;
/// How many pieces are edited before their rows are put together.
const WINDOW_PIECES: usize = 16;
/// The share of records that must name the state of the file [ours: one wrong record must not hand
/// a file to another state].
const STATE_SHARE_PERCENT: u64 = 90;

/// Reads files of extract records.
pub struct Loader<'a> {
    /// Where the fields of a state's record are.
    pub submitted_layout: ExtractLayout,
    /// Where the fields of an FCR-derived record are.
    pub fcr_layout: ExtractLayout,
    /// The form that was asked for.
    pub form: InputForm,
    /// The last valid Date of Birth.
    pub run_date: Date,
    /// The county table.
    pub counties: &'a Counties,
    /// SSNs that are invalid for one participant.
    pub misidentified: &'a Misidentified,
    /// The pairs of SSN and name on record, if they were given.
    pub master: Option<&'a SsnMaster>,
    /// `--max-rejects`: a larger share of rejected records makes a file unusable.
    pub max_rejects_percent: f64,
    /// `--max-warnings`: how many of each warning are listed.
    pub max_warnings: usize,
    /// Where bytes read are reported.
    pub progress: &'a Stage,
    /// Whether the run is to stop.
    pub stop: &'a Stop,
}

/// An extract in memory: everything that the match needs but the bytes, which stay in the file.
pub struct Extract {
    /// The state of the file.
    pub state: State,
    /// How it came to be.
    pub provenance: Provenance,
    /// The file.
    pub source: Source,
    /// Where the fields of its records are.
    pub layout: ExtractLayout,
    /// How many records were read.
    pub records: u64,
    /// The accepted records, in case order; the rows of a case in file order.
    pub rows: Vec<Row>,
    /// The cases, in the order of their first records.
    pub cases: Vec<Case>,
    /// The cases by Case ID; see [`Extract::cases_with_id`].
    pub by_id: Postings,
    /// The rejected records, in file order.
    pub rejected: Vec<Rejected>,
    /// Errors and warnings by code.
    pub findings: Findings,
    /// The first warnings of each code.
    pub warnings: Vec<Listed>,
    /// How many cases have, beside accepted records, rejected ones.
    pub cases_with_rejected_records: u64,
    /// Where each piece of the file begins: byte, from 0, and number of the record before it.
    starts: Vec<(u64, u64)>,
    /// Lookups within large cases, by the byte at which the case's first record begins.
    large: BTreeMap<u64, LargeCase>,
}

/// A file that was read and cannot be used.
#[derive(Debug)]
pub struct Unusable {
    /// The file.
    pub path: PathBuf,
    /// Its state, where that is known.
    pub state: Option<State>,
    /// How it came to be.
    pub provenance: Provenance,
    /// Why, and what to do.
    pub problem: String,
    /// How many records were read.
    pub records: u64,
    /// Errors and warnings by code.
    pub findings: Findings,
    /// What the manifest says of the file.
    pub entry: InputEntry,
    /// The rejected records, in file order.
    pub rejected: Vec<Rejected>,
    /// The first warnings of each code that concerns one record.
    pub warnings: Vec<Listed>,
}

/// What a file turned out to be.
pub enum Loaded {
    /// It can be used.
    Usable(Box<Extract>),
    /// It cannot.
    Unusable(Box<Unusable>),
}

impl Loader<'_> {
    /// Reads a file.
    ///
    /// # Errors
    /// [`Error::Io`] and [`Error::Input`] where it cannot be opened, read whole, or numbered;
    /// [`Error::Interrupted`] where the run is to stop. A file that can be read but not used is no
    /// error here (see [`Loaded`]).
    pub fn load(&self, path: &Path, provenance: Provenance) -> Result<Loaded> {
        let layout = match provenance {
            Provenance::Submitted => &self.submitted_layout,
            Provenance::FcrDerived => &self.fcr_layout,
        };
        let source = Source::open_until(path, RECORD_BYTES, self.form, self.stop)?;
        let mut editor = Editor {
            layout,
            provenance,
            state: presumed_state(&source, layout),
            run_date: self.run_date,
            counties: self.counties,
            misidentified: self.misidentified,
            master: self.master,
        };
        let mut whole = self.read_pieces(&source, &editor)?;
        source.check_intact()?;
        let voted = vote(&whole.votes);
        if let Ok(state) = voted
            && state != editor.state
        {
            // Seldom: the first record that names a state named another.
            editor.state = state;
            whole = self.read_pieces(&source, &editor)?;
        }
        if let Some(problem) = self.problem(&whole, &source, &voted, provenance) {
            return Ok(Loaded::Unusable(Box::new(Unusable {
                path: path.to_owned(),
                state: voted.clone().ok(),
                provenance,
                problem,
                records: whole.records,
                findings: whole.findings,
                entry: InputEntry::of("excluded", &source, voted.ok().map(State::usps)),
                rejected: whole.rejected,
                warnings: whole.warnings.sorted(),
            })));
        }
        let Whole {
            records,
            mut rows,
            runs,
            rejected,
            findings,
            warnings,
            starts,
            ..
        } = whole;
        let (cases, by_id) = group(&mut rows, runs, &editor, &RereadFrom(&source));
        let mut extract = Extract {
            state: editor.state,
            provenance,
            layout: layout.clone(),
            source,
            records,
            rows,
            cases,
            by_id,
            rejected,
            findings,
            warnings: Vec::new(),
            cases_with_rejected_records: 0,
            starts,
            large: BTreeMap::new(),
        };
        extract.large = extract.large_cases();
        extract.find_in_cases(&editor, warnings);
        extract.cases_with_rejected_records = extract.count_cases_with_rejected_records();
        Ok(Loaded::Usable(Box::new(extract)))
    }

    fn read_pieces(&self, source: &Source, editor: &Editor<'_>) -> Result<Whole> {
        let file = source.bytes();
        let key = editor.layout.case_id.range();
        let cuts = split_at_records(source.framing, file, PIECE_BYTES, key);
        let mut whole = Whole::new(self.max_warnings);
        let pieces: Vec<_> = cuts
            .windows(2)
            .map(|cut| (cut[0], cut[1]))
            .filter(|(a, b)| a < b)
            .collect();
        let mut read_bytes = 0;
        for window in pieces.chunks(WINDOW_PIECES) {
            self.stop.check()?;
            let (first, end) = (window[0].0, window[window.len() - 1].1);
            let digest = || source.digest_next(first, end);
            let edit = || -> Vec<Piece> {
                window
                    .par_iter()
                    .map(|&(first, end)| {
                        let about = (end - first) / (RECORD_BYTES + 1) + 16;
                        let records = Records::within(source.framing, file, first, end);
                        Piece::read(editor, file, records, self.max_warnings, about)
                    })
                    .collect()
            };
            let ((), edited) = rayon::join(digest, edit);
            if whole.rows.capacity() == 0 {
                let records: usize = edited.iter().map(|p| p.rows.len()).sum();
                let runs: usize = edited.iter().map(|p| p.runs.len()).sum();
                let times = |count: usize| count * (file.len() / end.max(1) + 1) + count / 16;
                whole.rows.reserve_exact(times(records));
                whole.runs.reserve_exact(times(runs));
            }
            for (piece, &(first, _)) in edited.into_iter().zip(window) {
                whole.append(&piece, first);
            }
            if whole.records > u64::from(u32::MAX) {
                let problem = format!(
                    "has more than {} records; split the state's extract",
                    u32::MAX
                );
                return Err(Error::input(&source.path, problem));
            }
            self.progress.advance((end - first) as u64);
            read_bytes += end - first;
        }
        debug_assert_eq!(read_bytes, file.len());
        Ok(whole)
    }

    /// Why a file cannot be used, if it cannot.
    fn problem(
        &self,
        whole: &Whole,
        source: &Source,
        voted: &std::result::Result<State, String>,
        provenance: Provenance,
    ) -> Option<String> {
        let rejected = whole.rejected.len() as u64;
        if source.bytes().is_empty() {
            return Some(
                "is empty; an extract has at least one record (was the transfer complete?)"
                    .to_owned(),
            );
        }
        let instead = || {
            let (wanted, layout) = match provenance {
                Provenance::Submitted => (Wanted::Extract, &self.submitted_layout),
                Provenance::FcrDerived => (Wanted::FcrExtract, &self.fcr_layout),
            };
            diagnose(source, wanted, layout).map_or_else(String::new, |what| format!("; {what}"))
        };
        if let Err(problem) = voted {
            return Some(format!("{problem}{}", instead()));
        }
        if rejected == whole.records {
            let codes = commonest(&whole.findings);
            let what = if rejected == 1 {
                "its only record is rejected".to_owned()
            } else {
                format!("every one of its {rejected} records is rejected")
            };
            let form = instead();
            let next = if form.is_empty() {
                "; run `icr validate` on it"
            } else {
                &form
            };
            return Some(format!("{what} ({codes}){next}"));
        }
        let share = rejected as f64 * 100.0 / whole.records as f64;
        if self.max_rejects_percent < 100.0 && share > self.max_rejects_percent {
            let codes = commonest(&whole.findings);
            return Some(format!(
                "{rejected} of its {} {} rejected, {share:.1} % against --max-rejects {} ({codes}); run `icr validate` on it, or allow more with --max-rejects{}",
                count_of(whole.records, "record"),
                if rejected == 1 { "is" } else { "are" },
                self.max_rejects_percent,
                instead()
            ));
        }
        None
    }
}

/// The three commonest errors, as a message shows them.
fn commonest(findings: &Findings) -> String {
    let mut errors: Vec<_> = findings
        .iter()
        .filter(|(edit, _)| edit.severity() == Severity::Error)
        .collect();
    errors.sort_by_key(|&(edit, count)| (std::cmp::Reverse(count), edit));
    let shown: Vec<_> = errors
        .iter()
        .take(3)
        .map(|(edit, count)| match count {
            1 => format!("{} once", edit.code()),
            count => format!("{} {count} times", edit.code()),
        })
        .collect();
    shown.join(", ")
}

/// The state that the first record with a valid jurisdiction names: mostly the state of the file.
fn presumed_state(source: &Source, layout: &ExtractLayout) -> State {
    let named = |record: crate::input::Record<'_>| {
        State::from_fips(layout.fips_code.of_trimmed(record.bytes))
    };
    source
        .records()
        .take(10_000)
        .find_map(named)
        .or_else(|| State::from_index(0))
        .unwrap_or_else(|| unreachable!("there are 54 jurisdictions"))
}

/// The state of a file: the one that most of its records with a valid jurisdiction name.
fn vote(votes: &[u64; STATE_COUNT]) -> std::result::Result<State, String> {
    let all: u64 = votes.iter().sum();
    let most = State::all().max_by_key(|state| (votes[state.index()], std::cmp::Reverse(*state)));
    match most {
        Some(state) if all > 0 && votes[state.index()] * 100 >= all * STATE_SHARE_PERCENT => Ok(state),
        Some(state) if all > 0 => Err(format!(
            "its records name several states in FIPS Code (columns 17-18): {} of {all} name {}, which is less than {STATE_SHARE_PERCENT} %; send one file for each state",
            votes[state.index()], state.usps()
        )),
        _ => Err("no record of it names a jurisdiction in FIPS Code (columns 17-18), so it is not an extract".to_owned()),
    }
}

/// A file's pieces, put together.
struct Whole {
    records: u64,
    rows: Vec<Row>,
    runs: Vec<Case>,
    rejected: Vec<Rejected>,
    findings: Findings,
    warnings: WarningList,
    votes: [u64; STATE_COUNT],
    /// Where each piece begins: byte, from 0, and number of the record before it.
    starts: Vec<(u64, u64)>,
}

impl Whole {
    fn new(max_warnings: usize) -> Self {
        Whole {
            records: 0,
            rows: Vec::new(),
            runs: Vec::new(),
            rejected: Vec::new(),
            findings: Findings::default(),
            warnings: WarningList::new(max_warnings),
            votes: [0; STATE_COUNT],
            starts: Vec::new(),
        }
    }

    fn append(&mut self, piece: &Piece, first_byte: usize) {
        let rows_before = self.rows.len() as u32;
        self.starts.push((first_byte as u64, self.records));
        self.rows.extend_from_slice(&piece.rows);
        self.runs.extend(piece.runs.iter().map(|run| Case {
            first_row: run.first_row + rows_before,
            ..*run
        }));
        self.rejected
            .extend(piece.rejected.iter().map(|rejected| Rejected {
                record: rejected.record + self.records,
                ..*rejected
            }));
        self.findings += piece.findings;
        self.warnings.append(&piece.warnings, self.records);
        for (mine, theirs) in self.votes.iter_mut().zip(piece.votes) {
            *mine += theirs;
        }
        self.records += piece.records;
    }
}

struct RereadFrom<'a>(&'a Source);

impl Reread for RereadFrom<'_> {
    fn record(&self, row: &Row) -> [u8; RECORD_BYTES] {
        let mut padded = [b' '; RECORD_BYTES];
        let first = row.offset() as usize;
        padded[..row.length()].copy_from_slice(&self.0.bytes()[first..first + row.length()]);
        padded
    }
}

impl Extract {
    /// What the manifest says of the file.
    pub fn entry(&self) -> InputEntry {
        let kind = match self.provenance {
            Provenance::Submitted => "extract",
            Provenance::FcrDerived => "fcr",
        };
        InputEntry::of(kind, &self.source, Some(self.state.usps()))
    }

    /// Makes of a file that was read one that cannot be used.
    pub fn into_unusable(self, problem: String) -> Unusable {
        let mut entry = self.entry();
        "excluded".clone_into(&mut entry.kind);
        Unusable {
            path: self.source.path.clone(),
            state: Some(self.state),
            provenance: self.provenance,
            problem,
            records: self.records,
            findings: self.findings,
            entry,
            rejected: self.rejected,
            warnings: self.warnings,
        }
    }

    /// The record of a row as it came, without trailing blanks that were trimmed.
    #[inline]
    pub fn bytes(&self, row: &Row) -> &[u8] {
        let first = row.offset() as usize;
        &self.source.bytes()[first..first + row.length()]
    }

    /// A field of a row's record, perhaps trimmed.
    #[inline]
    pub fn field(&self, row: &Row, columns: Columns) -> &[u8] {
        columns.of_trimmed(self.bytes(row))
    }

    fn large_cases(&self) -> BTreeMap<u64, LargeCase> {
        let large = self
            .cases
            .iter()
            .filter(|case| case.row_count as usize > LARGE_ROWS);
        let keyed = large.map(|case| {
            let rows = self.rows_of(case);
            (rows[0].offset(), LargeCase::new(rows))
        });
        keyed.collect()
    }

    /// The lookups within a case, if it is large; `rows` are all of its rows.
    #[inline]
    pub(crate) fn large_case(&self, rows: &[Row]) -> Option<&LargeCase> {
        if rows.len() <= LARGE_ROWS {
            None
        } else {
            self.large.get(&rows[0].offset())
        }
    }

    /// How many rows of a case are adults', and how many are children's.
    pub fn class_counts(&self, rows: &[Row]) -> (u32, u32) {
        if let Some(large) = self.large_case(rows) {
            return large.counts;
        }
        let count = |class| rows.iter().filter(|row| row.class() == Some(class)).count() as u32;
        (
            count(ParticipantClass::Adult),
            count(ParticipantClass::Child),
        )
    }

    /// The rows of a case, in file order.
    #[inline]
    pub fn rows_of(&self, case: &Case) -> &[Row] {
        &self.rows[case.rows()]
    }

    /// The cases with this Case ID, in their order.
    #[inline]
    pub fn cases_with_id(&self, id: CaseId) -> impl Iterator<Item = CaseNumber> + Clone + '_ {
        self.by_id
            .rows(id_key(id))
            .filter(move |&number| self.cases[number as usize].data.id == id)
    }

    /// The number in the file, from 1, of the record that begins at a byte.
    pub fn record_number(&self, offset: u64) -> u64 {
        self.number_after(&mut (0, 0), offset)
    }

    /// The number of the record that begins at a byte, from 1. `known` is an earlier byte where a
    /// record begins, and how many records stand before it; it moves on to this one.
    fn number_after(&self, known: &mut (u64, u64), offset: u64) -> u64 {
        match self.source.framing {
            Framing::Fixed(length) => offset / length as u64 + 1,
            Framing::Text => {
                // Line ends are counted from the known record, or from the piece's beginning.
                let piece = self.starts.partition_point(|&(first, _)| first <= offset) - 1;
                let from = (*known).max(self.starts[piece]);
                let between = &self.source.bytes()[from.0 as usize..offset as usize];
                *known = (
                    offset,
                    from.1 + memchr::memchr_iter(b'\n', between).count() as u64,
                );
                known.1 + 1
            }
        }
    }

    /// Counts and lists W13, W14 and W15, which concern a case as a whole.
    fn find_in_cases(&mut self, editor: &Editor<'_>, mut list: WarningList) {
        let mut found: Vec<(u64, u32)> = Vec::new();
        for case in &self.cases {
            let rows = &self.rows[case.rows()];
            let lacks_keys = editor.lacks_keys(rows);
            for (place, row) in rows.iter().enumerate() {
                let mut bits = 0;
                if row.differs_from_first() {
                    bits |= Edit::W13.bit();
                }
                if lacks_keys && place == 0 {
                    bits |= Edit::W14.bit();
                }
                if row.is_repeated() {
                    bits |= Edit::W15.bit();
                }
                if bits != 0 {
                    self.findings.count_bits(bits);
                    found.push((row.offset(), bits));
                }
            }
        }
        // Cases may interleave in the file; the list is of the first records.
        found.sort_unstable();
        let mut known = (0, 0);
        for (offset, bits) in found {
            if !list.is_full_for(bits) {
                list.add_bits(self.number_after(&mut known, offset), bits);
            }
        }
        self.warnings = list.sorted();
    }

    /// How many cases have rejected records too: records whose Case ID, other state and Other State
    /// Case ID would have put them there.
    fn count_cases_with_rejected_records(&self) -> u64 {
        let mut cases: Vec<CaseNumber> = self
            .rejected
            .iter()
            .filter_map(|r| self.case_of_rejected(r))
            .collect();
        cases.sort_unstable();
        cases.dedup();
        cases.len() as u64
    }

    /// A rejected record as it came, of whatever length.
    pub fn rejected_bytes(&self, rejected: &Rejected) -> &[u8] {
        let bytes = &self.source.bytes()[rejected.offset as usize..];
        Records::within(self.source.framing, bytes, 0, bytes.len())
            .next()
            .map_or(&[], |record| record.bytes)
    }

    /// The case to which a rejected record would belong.
    pub fn case_of_rejected(&self, rejected: &Rejected) -> Option<CaseNumber> {
        let record = self.rejected_bytes(rejected);
        let id = CaseId::new(self.layout.case_id.of_trimmed(record));
        let with_id = self.cases_with_id(id);
        if self.provenance == Provenance::FcrDerived {
            return with_id.clone().next();
        }
        let other_state = State::from_fips(self.layout.other_fips_code.of_trimmed(record))?;
        let other_id = CaseId::new(self.layout.other_case_id.of_trimmed(record));
        let data = |number: CaseNumber| &self.cases[number as usize].data;
        let mut same_state =
            with_id.filter(move |&number| data(number).other_state == Some(other_state));
        if let Some(same) = same_state
            .clone()
            .find(|&number| data(number).other_id == other_id)
        {
            return Some(same);
        }
        let only = same_state.next()?;
        (other_id.is_blank() && same_state.next().is_none()).then_some(only)
    }
}
