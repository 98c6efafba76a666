//! Runs a match from its inputs to a folder that is ready to be published. Publishing is left to
//! the caller.

use std::path::PathBuf;

use rayon::prelude::*;
use serde_json::json;

use super::inputs::{MatchInputs, Reading};
use super::options::note_response_form;
use super::output::OutputFolder;
use super::rejects::write_rejects;
use super::responses::write_responses;
use super::roster::{Roster, RosterPolicy, UsedData, disagreements};
use super::summary::{MatchSummary, SUMMARY};
use super::volume::PreviousRun;
use super::{Manifest, receipt};
use crate::engine::extract::{Collected, Extract, Provenance};
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
    /// The folder of an earlier run, to compare volumes with.
    pub previous: Option<PathBuf>,
    /// The largest change of a state's volume against the earlier run, in percent.
    pub max_volume_change: Option<f64>,
    /// Whether a receipt is written for each state.
    pub receipts: bool,
    /// The form of response files.
    pub response_form: OutputForm,
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
    let (collected, mut inputs) = request.inputs.read(&reading)?;
    inputs.extend(roster.iter().filter_map(|roster| roster.entry.clone()));
    let collected = check_volumes(request, collected)?;
    request.inputs.refuse(&collected)?;
    for file in &collected.unusable {
        summary.add_excluded(file);
        inputs.push(file.entry.clone());
    }
    // In parallel, because each file waits for its sync.
    collected
        .extracts
        .par_iter()
        .try_for_each(|extract| write_rejects_of(folder, extract, layouts))?;
    inputs.extend(collected.extracts.iter().map(Extract::entry));
    check_roster(request, roster.as_ref(), &collected, &mut summary)?;

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
    for (extract, totals) in write_responses(folder, &matcher, &renderer, progress, stop)? {
        summary.add_state(extract, totals);
    }
    for side in sides.iter() {
        side.extract.source.check_intact()?;
        if side.fcr_supplied() {
            summary.add_fcr(&side.extract, true);
        }
    }
    let cases: u64 = sides
        .submitters()
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
        for input in inputs.iter().filter(|input| input.kind == "extract") {
            if let Some((usps, state)) = input
                .state
                .as_ref()
                .and_then(|usps| summary.states.get_key_value(usps.as_str()))
            {
                let text = receipt(&summary.run_date, usps, input, state);
                folder.write(&format!("receipts/{usps}.receipt"), text.as_bytes())?;
            }
        }
    }
    folder.write(SUMMARY, summary.json().as_bytes())?;
    let manifest = Manifest::new("match", Some(&summary.run_date), layouts);
    let manifest = note_response_form(request.response_form, request.inputs.options.note(manifest));
    let mut manifest = manifest
        .option("max_warnings", request.max_warnings)
        .option("max_volume_change", request.max_volume_change)
        .option(
            "roster_policy",
            request
                .roster
                .as_ref()
                .map(|_| request.roster_policy.word()),
        )
        .option("receipts", request.receipts);
    manifest.inputs = inputs.to_vec();
    manifest.totals = json!(summary.run.totals);
    folder.write_manifest(manifest)
}

/// Removes the extracts whose volume changed too much since the earlier run.
fn check_volumes(request: &MatchRequest, collected: Collected) -> Result<Collected> {
    let (Some(folder), Some(percent)) = (&request.previous, request.max_volume_change) else {
        return Ok(collected);
    };
    let previous = PreviousRun::load(folder)?;
    let mut checked = Collected {
        unusable: collected.unusable,
        ..Collected::default()
    };
    for extract in collected.extracts {
        match previous.problem(&extract, percent) {
            Some(problem) => checked.unusable.push(extract.into_unusable(problem)),
            None => checked.extracts.push(extract),
        }
    }
    Ok(checked)
}

/// Compares the submissions with the roster.
fn check_roster(
    request: &MatchRequest,
    roster: Option<&Roster>,
    collected: &Collected,
    summary: &mut MatchSummary,
) -> Result<()> {
    let Some(roster) = roster else { return Ok(()) };
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
        (true, _) => UsedData::Extract,
        (false, true) => UsedData::Fcr,
        (false, false) => UsedData::Nothing,
    };
    let left_out = |state: State| {
        collected
            .unusable
            .iter()
            .any(|file| file.state == Some(state) && file.provenance == Provenance::Submitted)
    };
    let attendance = roster.attendance(stood, |state| {
        came(state, Provenance::Submitted) || left_out(state)
    });
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
