//! Reads a finished run of match into a report.

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;
use serde::Deserialize;
use serde_json::Value;

use super::model::Excluded;
use super::tally::{Tally, tally};
use super::{Figures, Report, StateReport};
use crate::engine::response::{Fates, ResponseFields, Volume, differences};
use crate::error::{Error, Result};
use crate::formats::input::{InputForm, Source};
use crate::formats::layout::{LayoutSet, RESPONSE_BYTES};
use crate::formats::reference::State;
use crate::run::{match_file, match_manifest, no_run, noted_response_form, refuse_other_layouts};
use crate::stop::Stop;

/// The name of the summary.
const SUMMARY: &str = "summary.json";

/// What a report takes from it.
#[derive(Deserialize)]
struct Summary {
    run_date: String,
    /// Missing in the summary of an early version.
    #[serde(default)]
    routine: String,
    states: BTreeMap<String, Value>,
    #[serde(default)]
    absent: BTreeMap<String, Volume>,
    #[serde(default)]
    excluded: Vec<Excluded>,
    #[serde(default)]
    run: Found,
    #[serde(default)]
    fcr: BTreeMap<String, Found>,
}

/// What the edits found, by code.
#[derive(Default, Deserialize)]
struct Found {
    #[serde(default)]
    errors: BTreeMap<String, u64>,
    #[serde(default)]
    warnings: BTreeMap<String, u64>,
}

/// What it takes from a state in it.
#[derive(Deserialize)]
struct Said {
    records: SaidRecords,
    cases: SaidCases,
    /// Missing in the summary of an early version.
    by_other_state: Option<BTreeMap<String, Fates>>,
}

#[derive(Deserialize)]
struct SaidRecords {
    read: u64,
    rejected: u64,
    not_evaluated: u64,
}

#[derive(Deserialize)]
struct SaidCases {
    returned: u64,
    suppressed: u64,
    not_evaluated: u64,
    with_rejected_records: u64,
}

/// Reads the report of a finished run.
///
/// # Errors
/// [`Error::Io`] where a file of the folder cannot be read, and [`Error::Input`] where it is no
/// finished run of match, was made with other layouts of responses than `layouts`, or its responses are
/// not those of its summary or not what was sent; [`Error::Interrupted`].
pub fn read_run(folder: &Path, layouts: &LayoutSet, stop: &Stop) -> Result<Report> {
    let manifest = match_manifest(folder)?;
    refuse_other_layouts(folder, &manifest, layouts)?;
    let summary: Summary = match_file(folder, SUMMARY)?;
    let form = noted_response_form(&manifest);
    let states: Vec<(&str, &Value)> = summary
        .states
        .iter()
        .map(|(usps, said)| (usps.as_str(), said))
        .collect();
    let mut states = states
        .into_par_iter()
        .with_max_len(1)
        .map(|(usps, said)| {
            let state = State::from_usps(usps).ok_or_else(|| no_run(folder, SUMMARY))?;
            Ok((
                state.usps(),
                read_state(folder, state, said, form, (layouts, stop))?,
            ))
        })
        .collect::<Result<BTreeMap<_, _>>>()?;
    let by_tier = |state: &StateReport| state.total.tell_pooled_tiers();
    if summary.routine == "pooled" || states.values().any(by_tier) {
        states.values_mut().for_each(StateReport::with_pooled_tiers);
    }
    let mut report = Report::of_states(summary.run_date, states);
    report.cases_checked = ResponseFields::new(layouts)?.tells_whole_cases();
    report.absent = summary.absent;
    report.excluded = summary.excluded;
    let found = || summary.fcr.values().chain([&summary.run]);
    report.has_errors = found().any(|found| !found.errors.is_empty());
    report.has_warnings = found().any(|found| !found.warnings.is_empty());
    Ok(report)
}

fn read_state(
    folder: &Path,
    state: State,
    said: &Value,
    form: InputForm,
    (layouts, stop): (&LayoutSet, &Stop),
) -> Result<StateReport> {
    let path = folder.join(format!("responses/{state}.icr"));
    let source = Source::open(&path, RESPONSE_BYTES, form, stop)?;
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
    if let Some(difference) = differences(said, &total.totals).first() {
        return Err(Error::input(
            &path,
            format!(
                "is not the response that the summary tells of ({difference}); run icr verify on the folder"
            ),
        ));
    }
    let said: Said = serde_json::from_value(said.clone()).map_err(|_| no_run(folder, SUMMARY))?;
    let mut report = StateReport {
        name: state.name().to_owned(),
        total: total.figures(),
        fcr_supplied: fcr.figures(),
        by_other_state: by_other
            .iter()
            .map(|(other, tally)| (*other, tally.figures()))
            .collect(),
    };
    add_said(&mut report, &said);
    Ok(report)
}

/// Adds what only the match saw.
fn add_said(report: &mut StateReport, said: &Said) {
    let mut sums = Fates::default();
    for (other, fates) in said.by_other_state.iter().flatten() {
        if let Some(other) = State::from_usps(other) {
            let figures = report
                .by_other_state
                .entry(other.usps())
                .or_insert_with(|| Tally::default().figures());
            set_fates(figures, fates);
            set_submitted(figures, fates);
            sums += *fates;
        }
    }
    let total = &mut report.total;
    if said.by_other_state.is_some() {
        set_fates(total, &sums);
    }
    let cases = &said.cases;
    for (key, count) in [
        ("records.submitted", said.records.read),
        ("records.rejected", said.records.rejected),
        ("records.not_evaluated", said.records.not_evaluated),
        (
            "cases.submitted",
            cases.returned + cases.suppressed + cases.not_evaluated,
        ),
        ("cases.with_rejected_records", cases.with_rejected_records),
        ("cases.not_evaluated", cases.not_evaluated),
    ] {
        total.set(key, count);
    }
}

fn set_fates(figures: &mut Figures, fates: &Fates) {
    for (name, volume) in [
        ("not_evaluated", fates.not_evaluated),
        ("suppressed.closed_with_closed", fates.closed_with_closed),
        ("suppressed.closed_not_found", fates.closed_not_found),
    ] {
        figures.set(format!("cases.{name}"), volume.cases);
        figures.set(format!("records.{name}"), volume.records);
    }
}

/// What was submitted about another state: the accepted cases. Records are told less the rejected.
fn set_submitted(figures: &mut Figures, fates: &Fates) {
    let mut all = fates.returned;
    for volume in [
        fates.closed_with_closed,
        fates.closed_not_found,
        fates.not_evaluated,
    ] {
        all += volume;
    }
    figures.set("cases.submitted", all.cases);
    figures.set("records.submitted", all.records);
}
