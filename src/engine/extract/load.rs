//! Reads one file: edits, state of the file, rows, cases, and the index by Case ID. It decides
//! whether the file is usable; the caller decides what to do if it is not.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::edits::Editor;
use super::findings::{Edit, Findings, Severity};
use super::loaded::{Extract, Loaded, Unusable};
use super::piece::Piece;
use super::provenance::Provenance;
use super::row::Row;
use super::vote::{presumed_state, vote};
use super::whole::Whole;
use super::whole_file::told_of_cases;
use crate::engine::extract::{Reread, group};
use crate::engine::ssn_check::{Misidentified, SsnMaster};
use crate::error::{Error, Result};
use crate::formats::input::InputEntry;
use crate::formats::input::{
    Counts, Framing, InputForms, ReadFile, Records, RejectedAt, Shape, SoundRecord, Source, Told,
    Wanted, diagnose, shape, split_at_records,
};
use crate::formats::layout::{ExtractLayout, RECORD_BYTES};
use crate::formats::record::Date;
use crate::formats::reference::{Counties, State};
use crate::progress::Stage;
use crate::stop::Stop;
use crate::text::count_of;

/// The approximate size of the piece of a file that one task edits.
const PIECE_BYTES: usize = 256 * 1024;
/// The number of pieces that are edited in parallel before their rows are merged.
const WINDOW_PIECES: usize = 16;

/// After so many rejected records, of which each takes memory, a file is given up that is nothing but
/// scraps: mostly records of fewer than [`SCRAP_BYTES`], and its rest too short to make up for them.
const MOST_SCRAPS: u64 = 1_000_000;
/// No extract has records as short as this.
const SCRAP_BYTES: u64 = 20;

/// Reads files of extract records.
pub struct Loader<'a> {
    /// The columns of a submitted record.
    pub submitted_layout: ExtractLayout,
    /// The columns of an FCR-derived record.
    pub fcr_layout: ExtractLayout,
    /// The requested input forms.
    pub form: InputForms,
    /// The last valid Date of Birth.
    pub run_date: Date,
    /// The county table.
    pub counties: &'a Counties,
    /// SSNs that are invalid for one participant.
    pub misidentified: &'a Misidentified,
    /// The pairs of SSN and name on record, if an SSN master was given.
    pub master: Option<&'a SsnMaster>,
    /// `--max-rejects`: a larger share of rejected records makes a file unusable.
    pub max_rejects_percent: f64,
    /// `--max-warnings`: how many of each warning are listed.
    pub max_warnings: usize,
    /// Whether each file is hashed while it is read. If not, it is hashed when its digest is asked
    /// for.
    pub digests: bool,
    /// Counts the bytes read.
    pub progress: &'a Stage,
    /// The request to stop.
    pub stop: &'a Stop,
}

impl Loader<'_> {
    /// Reads a file.
    ///
    /// # Errors
    /// [`Error::Io`] and [`Error::Input`] if it cannot be opened or read, or has too many records;
    /// [`Error::Interrupted`] if a stop was requested. A file that can be read but not used is not
    /// an error here, see [`Loaded`].
    pub fn load(&self, path: &Path, provenance: Provenance) -> Result<Loaded> {
        let source = Source::open(path, RECORD_BYTES, self.form.of(path), self.stop);
        match source.and_then(|source| self.load_source(source, provenance)) {
            Ok(loaded) => Ok(loaded),
            Err(Error::Unusable { path, problem }) => {
                let unusable = not_read(path, provenance, problem)?;
                Ok(Loaded::Unusable(Box::new(unusable)))
            }
            Err(error) => Err(error),
        }
    }

    /// Reads an open file.
    ///
    /// # Errors
    /// As [`Loader::load`], and [`Error::Unusable`] if it was given up.
    pub fn load_source(&self, source: Source, provenance: Provenance) -> Result<Loaded> {
        let layout = match provenance {
            Provenance::Submitted => &self.submitted_layout,
            Provenance::FcrDerived => &self.fcr_layout,
        };
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
        let voted = vote(&whole.all.votes);
        if let Ok(state) = voted
            && state != editor.state
        {
            // Rare: the first record's state lost the vote, so the file is edited again for the
            // winner.
            editor.state = state;
            whole = self.read_pieces(&source, &editor)?;
        }
        let state = voted.as_ref().ok().copied();
        let shape = self.shape(&whole.all, &source, state, provenance);
        let (told, explained) = (shape.told.clone(), explained_of(&shape, &whole.all));
        if let Some((problem, needs_validate)) =
            self.problem(&whole.all, &source, &voted, provenance, &shape)
        {
            return Ok(Loaded::Unusable(Box::new(Unusable {
                path: source.path.clone(),
                state: voted.clone().ok(),
                provenance,
                framing: source.framing,
                problem,
                needs_validate,
                told,
                explained,
                records: whole.all.records,
                findings: whole.all.findings,
                entry: InputEntry::of("excluded", &source, voted.ok().map(State::usps)),
                rejected: whole.all.rejected,
                warnings: whole.all.warnings.sorted(),
            })));
        }
        let Whole { all, starts } = whole;
        let Piece {
            records,
            mut rows,
            runs,
            rejected,
            findings,
            warnings,
            ..
        } = all;
        let (cases, by_id) = group(&mut rows, runs, &editor, &RereadFrom(&source));
        let mut extract = Extract {
            state: editor.state,
            provenance,
            layout: layout.clone(),
            source,
            told,
            explained,
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
        let told = told_of_cases(&extract);
        extract.told.splice(..0, told);
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
            let digest = || {
                if self.digests {
                    source.digest_next(first, end);
                }
            };
            let edit = || -> Vec<Piece> {
                window
                    .par_iter()
                    .map(|&(first, end)| {
                        let about = (end - first) / (RECORD_BYTES + 1) + 16;
                        let records = Records::within(source.framing, file, first, end);
                        Piece::read(editor, source, records, self.max_warnings, about)
                    })
                    .collect()
            };
            let ((), edited) = rayon::join(digest, edit);
            if whole.all.rows.capacity() == 0 {
                let records: usize = edited.iter().map(|p| p.rows.len()).sum();
                let runs: usize = edited.iter().map(|p| p.runs.len()).sum();
                let times = |count: usize| count * (file.len() / end.max(1) + 1) + count / 16;
                whole.all.rows.reserve_exact(times(records));
                whole.all.runs.reserve_exact(times(runs));
            }
            for (piece, &(first, _)) in edited.into_iter().zip(window) {
                whole.append(&piece, first);
            }
            if whole.all.records > u64::from(u32::MAX) {
                let problem = format!(
                    "has more than {} records; split the state's extract",
                    u32::MAX
                );
                return Err(Error::input(&source.path, problem));
            }
            self.progress.advance((end - first) as u64);
            read_bytes += end - first;
            self.give_up_on_scraps(&whole.all, source, read_bytes, editor.layout.min_bytes)?;
        }
        debug_assert_eq!(read_bytes, file.len());
        Ok(whole)
    }

    /// Refuses a file whose records can no longer be accepted in the share that is wanted, whatever the
    /// rest of it holds.
    fn give_up_on_scraps(
        &self,
        whole: &Piece,
        source: &Source,
        read_bytes: usize,
        min_bytes: usize,
    ) -> Result<()> {
        let rejected = whole.rejected.len() as u64;
        let is_scraps = rejected > MOST_SCRAPS && (read_bytes as u64) < whole.records * SCRAP_BYTES;
        if !is_scraps || self.max_rejects_percent >= 100.0 {
            return Ok(());
        }
        let rest = (source.bytes().len() - read_bytes) / min_bytes.max(1);
        let most_records = whole.records + rest as u64 + 1;
        let least_share = rejected as f64 * 100.0 / most_records as f64;
        if least_share > self.max_rejects_percent {
            let problem = format!(
                "{rejected} of its first {} records are rejected, most of them shorter than {SCRAP_BYTES} bytes, and the rest cannot make up for them (--max-rejects {}): it was not read further",
                whole.records, self.max_rejects_percent
            );
            return Err(Error::unusable(&source.path, problem));
        }
        Ok(())
    }

    /// What was done to the file as a whole.
    fn shape(
        &self,
        whole: &Piece,
        source: &Source,
        state: Option<State>,
        provenance: Provenance,
    ) -> Shape {
        let (wanted, layout) = self.wanted(provenance);
        let findings = &whole.findings;
        let rejected = whole.rejected.iter();
        let rejected: Vec<RejectedAt> = rejected.map(|r| (r.record, r.offset)).collect();
        // Where most are rejected, nobody knows what the columns of FIPS Code hold.
        let state = state.filter(|_| (rejected.len() as u64) * 2 < whole.records);
        shape(&ReadFile {
            source,
            kinds: &[SoundRecord::of_extract(layout, wanted, state)],
            counts: Counts {
                records: whole.records,
                high: findings.of(Edit::W02),
                bad_ssns: findings.of(Edit::W06),
                bad_dates: findings.of(Edit::W07),
            },
            rejected: &rejected,
        })
    }

    fn wanted(&self, provenance: Provenance) -> (Wanted, &ExtractLayout) {
        match provenance {
            Provenance::Submitted => (Wanted::Extract, &self.submitted_layout),
            Provenance::FcrDerived => (Wanted::FcrExtract, &self.fcr_layout),
        }
    }

    /// Why a file cannot be used, if it cannot: what was done to it comes first, where that is known.
    /// With it, whether `icr validate` would say more.
    fn problem(
        &self,
        whole: &Piece,
        source: &Source,
        voted: &std::result::Result<State, String>,
        provenance: Provenance,
        shape: &Shape,
    ) -> Option<(String, bool)> {
        let rejected = whole.rejected.len() as u64;
        if source.bytes().is_empty() {
            let problem =
                "is empty; an extract has at least one record (was the transfer complete?)";
            return Some((problem.to_owned(), false));
        }
        let instead = || {
            let explained = shape
                .explained
                .iter()
                .filter(|&&explained| explained)
                .count();
            if explained as u64 * 2 >= rejected && explained > 0 {
                let told: Vec<_> = shape.told.iter().map(Told::line).collect();
                return Some(told.join("; "));
            }
            let (wanted, layout) = self.wanted(provenance);
            diagnose(source, wanted, layout)
        };
        // The reason comes after what was done to the file.
        let behind = |reason: String, or_else: bool| match instead() {
            Some(what) => (format!("{what}; read as it is, {reason}"), false),
            None => (reason, or_else),
        };
        if let Err(problem) = voted {
            return Some(behind(problem.clone(), false));
        }
        if rejected == whole.records {
            let codes = commonest(&whole.findings);
            let what = if rejected == 1 {
                "its only record is rejected".to_owned()
            } else {
                format!("every one of its {rejected} records is rejected")
            };
            return Some(behind(format!("{what} ({codes})"), true));
        }
        let share = rejected as f64 * 100.0 / whole.records as f64;
        if self.max_rejects_percent < 100.0 && share > self.max_rejects_percent {
            let codes = commonest(&whole.findings);
            let reason = format!(
                "{rejected} of its {} {} rejected, {share:.1} % against --max-rejects {} ({codes})",
                count_of(whole.records, "record"),
                if rejected == 1 { "is" } else { "are" },
                self.max_rejects_percent
            );
            let (problem, needs_validate) = behind(reason, true);
            let allow = "; correct them, or allow more with --max-rejects";
            return Some((problem + allow, needs_validate));
        }
        None
    }
}

/// How many findings of each kind what was done to the file explains: errors of rejected records; short
/// lines where lines were cut, and the other county of most, where it was cut off.
fn explained_of(shape: &Shape, whole: &Piece) -> Findings {
    let mut explained = Findings::default();
    for (rejected, _) in whole
        .rejected
        .iter()
        .zip(&shape.explained)
        .filter(|(_, explained)| **explained)
    {
        explained.count(rejected.edit);
    }
    let cut = |kind: &str| shape.told.iter().any(|told| told.kind == kind);
    let most = |edit: Edit| whole.findings.of(edit) * 2 > whole.records;
    if cut("last-record-cut") && whole.findings.of(Edit::W01) == 1 {
        explained.count(Edit::W01);
    }
    if cut("cut-column") {
        for edit in [Edit::W01, Edit::W05]
            .into_iter()
            .filter(|&edit| most(edit))
        {
            explained.add(edit, whole.findings.of(edit));
        }
    }
    explained
}

/// A file of which no record was read.
fn not_read(path: PathBuf, provenance: Provenance, problem: String) -> Result<Unusable> {
    let entry = InputEntry::undigested("excluded", &path)?;
    Ok(Unusable {
        path,
        state: None,
        provenance,
        problem,
        records: 0,
        findings: Findings::default(),
        entry,
        rejected: Vec::new(),
        warnings: Vec::new(),
        framing: Framing::Text,
        needs_validate: false,
        told: Vec::new(),
        explained: Findings::default(),
    })
}

/// The three most common errors, as in a message.
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

struct RereadFrom<'a>(&'a Source);

impl Reread for RereadFrom<'_> {
    fn record(&self, row: &Row) -> [u8; RECORD_BYTES] {
        let mut padded = [b' '; RECORD_BYTES];
        let first = row.offset() as usize;
        padded[..row.length()].copy_from_slice(&self.0.bytes()[first..first + row.length()]);
        padded
    }
}
