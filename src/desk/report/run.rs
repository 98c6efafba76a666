//! Builds the report of a finished run of match.

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;

use super::model::Excluded;
use super::tally::{Tally, tally};
use super::{Counted, Figures, Findings, Report, RunIdentity, StateReport};
use crate::engine::extract::Severity;
use crate::engine::matching::Routine;
use crate::engine::response::{Fates, ResponseFields, StateTotals, differences};
use crate::error::{Error, Result};
use crate::formats::input::Source;
use crate::formats::layout::{LayoutSet, RESPONSE_BYTES};
use crate::formats::reference::State;
use crate::run::{
    FindingCounts, FinishedRun, StateSummary, refuse_other_layouts, responses_pruned,
};
use crate::stop::Stop;

/// Reads the report of a finished run.
///
/// # Errors
/// [`Error::Io`] if a file of the folder cannot be read; [`Error::Input`] if it is not a finished
/// run of match, was made with other response layouts than `layouts`, or has responses that were
/// altered or do not agree with its summary; [`Error::Interrupted`].
pub fn read_run(folder: &Path, layouts: &LayoutSet, stop: &Stop) -> Result<Report> {
    let run = FinishedRun::open(folder)?;
    if let Some(date) = responses_pruned(&run)? {
        let problem = format!(
            "was pruned on {date}: its responses are gone; icr history shows what is known of it"
        );
        return Err(Error::input(folder, problem));
    }
    refuse_other_layouts(folder, &run.manifest, layouts)?;
    let summary = &run.summary;
    let mut states = Vec::from_iter(&summary.states)
        .into_par_iter()
        .with_max_len(1)
        .map(|(usps, said)| Ok((*usps, read_state(&run, usps, said, (layouts, stop))?)))
        .collect::<Result<BTreeMap<_, _>>>()?;
    let by_tier = |state: &StateReport| state.total.has_pooled_tiers();
    if summary.routine == Routine::Pooled || states.values().any(by_tier) {
        states.values_mut().for_each(StateReport::with_pooled_tiers);
    }
    let has = |severity| summary.has(severity);
    let (has_errors, has_warnings) = (has(Severity::Error), has(Severity::Warning));
    let mut report = Report::of_states(summary.run_date.clone(), states);
    report.run = RunIdentity {
        folder: run.name(),
        manifest_sha256: run.manifest_sha256.clone(),
    };
    report.cases_checked = ResponseFields::new(layouts)?.has_record_counts();
    report.absent.clone_from(&summary.absent);
    let excluded = summary.excluded.iter();
    report.excluded = excluded.map(Excluded::of).collect();
    report.only.clone_from(&summary.only);
    report.has_errors = has_errors;
    report.has_warnings = has_warnings;
    Ok(report)
}

fn read_state(
    run: &FinishedRun,
    usps: &str,
    said: &StateSummary,
    (layouts, stop): (&LayoutSet, &Stop),
) -> Result<StateReport> {
    let path = run.folder.join(format!("responses/{usps}.icr"));
    let source = Source::open(&path, RESPONSE_BYTES, run.response_form(), stop)?;
    let fields = ResponseFields::new(layouts)?;
    let tallies = tally(&source, &fields, stop).map_err(|error| match error {
        Error::Input {
            path,
            record,
            problem,
        } => Error::Input {
            path,
            record,
            problem: format!("{problem}; run icr verify on the folder"),
        },
        other => other,
    })?;
    source.check_intact()?;
    let (mut total, mut fcr) = (Tally::default(), Tally::default());
    let mut by_other: BTreeMap<&'static str, Tally> = BTreeMap::new();
    for ((other, fcr_supplied), tally) in &tallies {
        total += tally;
        if *fcr_supplied {
            fcr += tally;
        }
        *by_other.entry(other.usps()).or_default() += tally;
    }
    if let Some(difference) = differences(&said.totals, &total.totals).first() {
        return Err(Error::input(
            &path,
            format!(
                "is not the response that the summary describes ({difference}); run icr verify on the folder"
            ),
        ));
    }
    let mut report = StateReport {
        name: State::from_usps(usps).map_or("", State::name).to_owned(),
        total: total.figures(),
        fcr_supplied: fcr.figures(),
        by_other_state: by_other
            .iter()
            .map(|(other, tally)| (*other, tally.figures()))
            .collect(),
        findings: Findings {
            errors: owned(&said.errors),
            warnings: owned(&said.warnings),
        },
    };
    add_said(&mut report, &said.totals);
    Ok(report)
}

fn owned(counts: &FindingCounts) -> BTreeMap<String, u64> {
    let counts = counts.iter();
    counts.map(|(code, n)| (code.to_string(), *n)).collect()
}

/// Adds the figures that only the match knows.
fn add_said(report: &mut StateReport, said: &StateTotals) {
    let mut sums = Fates::default();
    for (other, fates) in said.by_other_state.iter() {
        let figures = report
            .by_other_state
            .entry(other.usps())
            .or_insert_with(|| Tally::default().figures());
        set_fates(figures, fates);
        set_submitted(figures, fates);
        sums += *fates;
    }
    let total = &mut report.total;
    set_fates(total, &sums);
    let cases = &said.cases;
    for (key, count) in [
        (Counted::Submitted.records(), said.records.read),
        (Counted::Rejected.records(), said.records.rejected),
        (Counted::NotEvaluated.records(), said.records.not_evaluated),
        (
            Counted::Submitted.cases(),
            cases.returned + cases.suppressed + cases.not_evaluated,
        ),
        (
            Counted::WithRejectedRecords.cases(),
            cases.with_rejected_records,
        ),
        (Counted::NotEvaluated.cases(), cases.not_evaluated),
    ] {
        total.set(key, count);
    }
}

fn set_fates(figures: &mut Figures, fates: &Fates) {
    for (counted, volume) in [
        (Counted::NotEvaluated, fates.not_evaluated),
        (Counted::ClosedWithClosed, fates.closed_with_closed),
        (Counted::ClosedNotFound, fates.closed_not_found),
    ] {
        figures.set(counted.cases(), volume.cases);
        figures.set(counted.records(), volume.records);
    }
}

/// What was submitted about another state: its accepted cases. Rejected records are not included.
fn set_submitted(figures: &mut Figures, fates: &Fates) {
    let mut all = fates.returned;
    for volume in [
        fates.closed_with_closed,
        fates.closed_not_found,
        fates.not_evaluated,
    ] {
        all += volume;
    }
    figures.set(Counted::Submitted.cases(), all.cases);
    figures.set(Counted::Submitted.records(), all.records);
}
