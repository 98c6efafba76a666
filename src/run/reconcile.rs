//! Runs a match from its inputs to a folder that is ready to be published. Publishing is left to
//! the caller.

use std::collections::BTreeSet;
use std::path::PathBuf;

use rayon::prelude::*;
use serde_json::json;

use super::changes::ChangesWriter;
use super::inputs::{Gathered, MatchInputs, Reading};
use super::leads::write_leads;
use super::options::{OnBadFile, note_response_form};
use super::output::OutputFolder;
use super::rejects::write_rejects;
use super::responses::write_responses;
use super::roster::{Roster, RosterPolicy, UsedData, disagreements};
use super::stand_in::{MAX_AGE_DAYS, keep};
use super::summary::{FileKind, MatchSummary, SUMMARY};
use super::{Manifest, excluded_receipt, receipt};
use crate::engine::extract::{Extract, Provenance};
use crate::engine::matching::{AbsentState, CounterpartRule, Matcher, Sides};
use crate::engine::response::{OutputForm, Renderer};
use crate::error::{Error, Result};
use crate::formats::input::InputEntry;
use crate::formats::layout::LayoutSet;
use crate::formats::record::Date;
use crate::formats::reference::{Counties, State};
use crate::progress::{Progress, Unit};
use crate::stop::Stop;

/// A request for a match.
#[derive(Clone, Debug)]
pub struct MatchRequest {
    /// The inputs, with the options that change answers.
    pub inputs: MatchInputs,
    /// The date of the run.
    pub run_date: Date,
    /// How many of each warning are listed in a rejects file; all are counted.
    pub max_warnings: usize,
    /// The roster: a CSV file.
    pub roster: Option<PathBuf>,
    /// What happens to a run in which a state did not do as agreed.
    pub roster_policy: RosterPolicy,
    /// The states that are answered; all, where none is named. The others are only read.
    pub only: Option<BTreeSet<State>>,
    /// Whether what is new in each response is written too.
    pub changes: bool,
    /// Whether a receipt is written for each state.
    pub receipts: bool,
    /// The form of response files.
    pub response_form: OutputForm,
    /// Whether leads are written beside the responses.
    pub leads: bool,
}

impl MatchRequest {
    /// A request with the defaults of the command line.
    pub fn new(extracts: Vec<PathBuf>, run_date: Date) -> Self {
        MatchRequest {
            inputs: MatchInputs {
                extracts,
                ..MatchInputs::default()
            },
            run_date,
            max_warnings: 1000,
            roster: None,
            roster_policy: RosterPolicy::default(),
            only: None,
            changes: false,
            leads: false,
            receipts: false,
            response_form: OutputForm::default(),
        }
    }
}

/// Writes the rejects file of an input.
fn write_rejects_of(folder: &OutputFolder, extract: &Extract, layouts: &LayoutSet) -> Result<()> {
    let derived = match extract.provenance {
        Provenance::FcrDerived => ".fcr",
        Provenance::Submitted => "",
    };
    let name = format!("rejects/{}{derived}.csv", extract.state);
    write_rejects(folder, &name, extract, layouts)
}

/// A run that is complete but not published.
#[derive(Debug)]
pub struct Reconciled {
    /// The summary, which is also in the folder.
    pub summary: MatchSummary,
    /// The inputs, as in the manifest.
    pub inputs: Vec<InputEntry>,
}

/// Matches the extracts and writes the whole folder: responses, rejects, receipts, summary and
/// manifest.
///
/// # Errors
/// Whatever stops the run. `folder` must then be dropped.
pub fn reconcile(
    request: &MatchRequest,
    layouts: &LayoutSet,
    folder: &OutputFolder,
    progress: &Progress,
    stop: &Stop,
) -> Result<Reconciled> {
    let counties = Counties::default();
    let (run_date, options) = (request.run_date, &request.inputs.options);
    let mut summary = MatchSummary::new(run_date.ccyymmdd().to_string(), options.routine);
    let roster = request
        .roster
        .as_ref()
        .map(|path| Roster::load(path, run_date, stop))
        .transpose()?;
    let reading = Reading {
        layouts,
        counties: &counties,
        run_date,
        max_warnings: request.max_warnings,
        progress,
        stop,
    };
    let gathered = request.inputs.read(&reading, &|_| None)?;
    request.inputs.refuse(&gathered)?;
    // Now: a run that stops needs no digests.
    let mut inputs = gathered.entries(stop)?;
    inputs.extend(roster.iter().filter_map(|roster| roster.entry.clone()));
    request.check_answered(&gathered)?;
    summary.only = request
        .only
        .as_ref()
        .map(|only| only.iter().map(|state| state.usps().to_owned()).collect());
    for file in &gathered.collected.unusable {
        let stood_in = file.state.and_then(|state| gathered.stood_in.get(&state));
        let stood_in = stood_in.filter(|_| file.provenance == Provenance::Submitted);
        summary.add_excluded(file, stood_in.map(|stood_in| stood_in.accepted.clone()));
    }
    // In parallel, since each file waits for its sync.
    gathered
        .collected
        .extracts
        .par_iter()
        .filter(|extract| request.answers(extract.state))
        .try_for_each(|extract| write_rejects_of(folder, extract, layouts))?;
    check_roster(request, roster.as_ref(), &gathered, &mut summary)?;
    if options.on_bad_file == OnBadFile::Previous {
        keep(folder, &gathered.collected.extracts, &gathered.earlier)?;
    }
    let Gathered {
        collected,
        stood_in,
        earlier,
        ..
    } = gathered;

    let (used, unused) = collected.in_use();
    for extract in &unused {
        summary.add_fcr(extract, false);
        extract.source.check_intact()?;
    }
    drop(unused);
    summary.count_absent(&used);
    if options.absent_state == AbsentState::Error {
        summary.refuse_absent()?;
    }

    let rows = used.iter().map(|extract| extract.rows.len() as u64).sum();
    let sides = Sides::index(
        used,
        options.routine,
        &progress.stage("indexing", rows, Unit::Items),
        stop,
    )?;
    let matcher = Matcher {
        sides: &sides,
        directed: options.counterpart == CounterpartRule::Directed,
        absent_is_unmatched: options.absent_state == AbsentState::Unmatched,
        routine: options.routine,
    };
    let renderer = Renderer::new(layouts, &counties, request.response_form)?;
    let answered = |state| request.answers(state);
    let with_asks = (&renderer, request.leads);
    let written = write_responses(folder, &matcher, with_asks, &answered, progress, stop)?;
    let states: Vec<State> = written
        .iter()
        .map(|written| written.extract.state)
        .collect();
    let mut asks = Vec::new();
    for written in written {
        let state = written.extract.state;
        asks.push((state, written.asks));
        let stood_in = stood_in.get(&state).cloned();
        summary.add_state(written.extract, written.totals, stood_in);
    }
    if request.leads {
        write_leads(folder, &sides, &asks, stop)?;
    }
    if request.changes {
        let writer = ChangesWriter {
            folder,
            earlier: &earlier,
            layouts,
            form: request.response_form,
            stop,
        };
        for (state, changes) in writer.write_all(&states)? {
            if let Some(summary) = summary.states.get_mut(state.usps()) {
                summary.changes = Some(changes);
            }
        }
    }
    for side in sides.iter() {
        side.extract.source.check_intact()?;
        let state = side.extract.state;
        if !side.fcr_supplied() && !request.answers(state) {
            summary.add_read_only(&side.extract, stood_in.get(&state).cloned());
        }
        if side.fcr_supplied() {
            summary.add_fcr(&side.extract, true);
        }
    }
    let cases: u64 = sides
        .submitters()
        .filter(|side| request.answers(side.extract.state))
        .map(|side| side.extract.cases.len() as u64)
        .sum();
    summary.run.totals.check_balance("the run", cases)?;
    write_reports(request, folder, &summary, &inputs, layouts)?;
    Ok(Reconciled { summary, inputs })
}

/// Writes the receipts, the summary and, last, the manifest.
fn write_reports(
    request: &MatchRequest,
    folder: &OutputFolder,
    summary: &MatchSummary,
    inputs: &[InputEntry],
    layouts: &LayoutSet,
) -> Result<()> {
    if request.receipts {
        write_receipts(request, folder, summary, inputs)?;
    }
    folder.write(SUMMARY, summary.json().as_bytes())?;
    let manifest = Manifest::new("match", Some(&summary.run_date), layouts);
    let manifest = note_response_form(request.response_form, request.inputs.options.note(manifest));
    let mut manifest = manifest
        .option("max_warnings", request.max_warnings)
        .option("max_volume_change", request.inputs.max_volume_change)
        .option(
            "roster_policy",
            request
                .roster
                .as_ref()
                .map(|_| request.roster_policy.word()),
        )
        .option("receipts", request.receipts)
        .option("changes", request.changes)
        .option("leads", request.leads)
        .option("for", summary.only.clone());
    if request.inputs.options.on_bad_file == OnBadFile::Previous {
        let max_age = request.inputs.max_age_days.unwrap_or(MAX_AGE_DAYS);
        manifest = manifest.option("max_age", max_age);
    }
    manifest.inputs = inputs.to_vec();
    manifest.totals = json!(summary.run.totals);
    folder.write_manifest(manifest)
}

/// A receipt for each answered state, and for each whose extract was left out.
fn write_receipts(
    request: &MatchRequest,
    folder: &OutputFolder,
    summary: &MatchSummary,
    inputs: &[InputEntry],
) -> Result<()> {
    let name = |usps: &str| format!("receipts/{usps}.receipt");
    let mut told = BTreeSet::new();
    for input in inputs
        .iter()
        .filter(|input| ["extract", "previous"].contains(&input.kind.as_str()))
    {
        let usps = input.state.as_deref().unwrap_or_default();
        if let Some((usps, state)) = summary.states.get_key_value(usps) {
            let text = receipt(&summary.run_date, usps, input, state);
            folder.write(&name(usps), text.as_bytes())?;
            told.insert(*usps);
        }
    }
    for file in summary
        .excluded
        .iter()
        .filter(|file| file.kind == FileKind::Extract)
    {
        let state = file.state.as_deref().and_then(State::from_usps);
        let Some(state) = state.filter(|state| request.answers(*state)) else {
            continue;
        };
        let entry = inputs.iter().find(|input| {
            input.kind == "excluded" && input.name == file.file && input.state == file.state
        });
        if let Some(entry) = entry
            && told.insert(state.usps())
        {
            let text = excluded_receipt(&summary.run_date, state.usps(), entry, file);
            folder.write(&name(state.usps()), text.as_bytes())?;
        }
    }
    Ok(())
}

impl MatchRequest {
    /// Whether a state is answered, not only read.
    fn answers(&self, state: State) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(&state))
    }

    /// Every state that is to be answered alone must have sent something: who asks for a late state
    /// must not take an empty run for its answer.
    fn check_answered(&self, gathered: &Gathered) -> Result<()> {
        let collected = &gathered.collected;
        let came = |state: State| {
            let left_out = collected
                .unusable
                .iter()
                .any(|file| file.state == Some(state));
            left_out
                || collected
                    .extracts
                    .iter()
                    .any(|extract| extract.state == state)
        };
        let only = self.only.iter().flatten();
        let lacking: Vec<&str> = only
            .filter(|state| !came(**state))
            .map(|state| state.usps())
            .collect();
        if lacking.is_empty() {
            return Ok(());
        }
        Err(Error::Inputs(format!(
            "--for names states of which no file came: {}; give their extracts, or leave them out of --for",
            lacking.join(", ")
        )))
    }
}

/// Compares the submissions with the roster.
fn check_roster(
    request: &MatchRequest,
    roster: Option<&Roster>,
    gathered: &Gathered,
    summary: &mut MatchSummary,
) -> Result<()> {
    let Some(roster) = roster else { return Ok(()) };
    let collected = &gathered.collected;
    let came = |state: State, provenance: Provenance| {
        collected
            .extracts
            .iter()
            .any(|extract| extract.state == state && extract.provenance == provenance)
    };
    let stood = |state: State| match (
        came(state, Provenance::Submitted),
        came(state, Provenance::FcrDerived),
    ) {
        (true, _) if gathered.stood_in.contains_key(&state) => UsedData::Previous,
        (true, _) => UsedData::Extract,
        (false, true) => UsedData::Fcr,
        (false, false) => UsedData::Nothing,
    };
    let excluded = |state: State| {
        let of_state = collected
            .unusable
            .iter()
            .find(|file| file.state == Some(state) && file.provenance == Provenance::Submitted);
        of_state.map(|file| file.problem.clone())
    };
    let attendance = roster.attendance(stood, excluded);
    let disagreements = disagreements(&attendance);
    if request.roster_policy == RosterPolicy::Stop && !disagreements.is_empty() {
        return Err(Error::Inputs(format!(
            "the roster was not kept: {}; ask the states, correct the roster, or give --roster-policy report",
            disagreements.join("; ")
        )));
    }
    summary.roster = Some(attendance);
    Ok(())
}
