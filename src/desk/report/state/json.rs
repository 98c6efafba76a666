//! A state's own report for programs: JSON and CSV.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::{StateView, Step, Work};
use crate::desk::report::{RunIdentity, StateReport};
use crate::text::json_text;

/// A state's own report, as JSON.
#[derive(Serialize, JsonSchema)]
pub struct StateDocument<'a> {
    /// The cases by the three digits of the county in their FIPS Code.
    by_county: &'a BTreeMap<String, Work>,
    /// By Contact Name, where that was asked for; the cases without one under a blank name.
    #[serde(skip_serializing_if = "Option::is_none")]
    by_worker: Option<&'a BTreeMap<String, Work>>,
    /// An earlier run, where one was given and had the state.
    #[serde(skip_serializing_if = "Option::is_none")]
    earlier: Option<EarlierDocument<'a>>,
    /// What to do first.
    first: Vec<StepDocument<'a>>,
    /// The state's figures.
    report: &'a StateReport,
    /// Which run of that date it is.
    run: &'a RunIdentity,
    /// CCYYMMDD.
    run_date: &'a str,
    /// The form of this value.
    #[schemars(extend("const" = "icr.report.state/1"))]
    schema: &'static str,
    /// The USPS code.
    state: &'static str,
}

/// The state in an earlier run.
#[derive(Serialize, JsonSchema)]
struct EarlierDocument<'a> {
    /// The state's figures.
    report: &'a StateReport,
    /// Which run of that date it is.
    run: &'a RunIdentity,
    /// CCYYMMDD.
    run_date: &'a str,
}

/// A kind of work.
#[derive(Serialize, JsonSchema)]
struct StepDocument<'a> {
    /// How many cases had the code in the earlier run.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<u64>,
    /// How many cases have it.
    cases: u64,
    /// The reason code.
    code: &'static str,
    /// What to do.
    next_action: &'a str,
    /// What it is.
    title: &'a str,
}

/// The state's figures, what to do first, and the cases by county and worker.
pub(super) fn json(state: &StateView<'_>) -> String {
    let steps = state.steps();
    let new = state.view.new;
    let earlier = state.view.old.zip(state.earlier());
    json_text(&StateDocument {
        by_county: &state.queue.by_county,
        by_worker: state.queue.by_worker.as_ref(),
        earlier: earlier.map(|(old, report)| EarlierDocument {
            report,
            run: &old.run,
            run_date: &old.run_date,
        }),
        first: steps
            .iter()
            .map(|step| step_document(state, step))
            .collect(),
        report: state.report(),
        run: &new.run,
        run_date: &new.run_date,
        schema: "icr.report.state/1",
        state: state.usps,
    })
}

fn step_document<'a>(state: &StateView<'a>, step: &Step) -> StepDocument<'a> {
    let (title, next_action) = state.code(step.code);
    StepDocument {
        before: step.before,
        cases: step.cases,
        code: step.code.code(),
        next_action,
        title,
    }
}

/// The rows of the state in the run's report, then its counties as `part` `county.NNN`.
pub(super) fn csv(state: &StateView<'_>) -> String {
    let all = crate::desk::report::csv(state.view);
    let mine = format!("{},", state.usps);
    let mut lines = all.lines();
    let mut text = lines.next().unwrap_or_default().to_owned() + "\n";
    for line in lines.filter(|line| line.starts_with(&mine)) {
        text += line;
        text.push('\n');
    }
    // With an earlier report there are three numbers; counties are of the new one alone.
    let blank = if state.view.old.is_some() { "," } else { "" };
    let last = if state.view.old.is_some() { "," } else { "" };
    for (county, work) in &state.queue.by_county {
        let mut row = |figure: &str, count: u64| {
            text += &format!("{mine}all,county.{county},{figure},{blank}{count}{last}\n");
        };
        row("cases.returned", work.cases);
        row("cases.to_work", work.to_work);
        for (code, cases) in &work.by_code {
            row(&format!("cases.code.{code}"), *cases);
        }
    }
    text
}
