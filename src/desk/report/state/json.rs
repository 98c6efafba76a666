//! A state's own report for programs: JSON and CSV.

use serde_json::{Value, json};

use super::{StateView, Step};
use crate::text::json_text;

/// The state's figures, what to do first, and the cases by county and worker.
pub(super) fn json(state: &StateView<'_>) -> String {
    let steps = state.steps();
    let steps: Vec<Value> = steps.iter().map(|step| step_json(state, step)).collect();
    let mut value = json!({
        "schema": "icr.report.state/1",
        "run_date": state.view.new.run_date,
        "run": state.view.new.run,
        "state": state.usps,
        "report": state.report(),
        "first": steps,
        "by_county": state.queue.by_county,
    });
    if let Some(workers) = &state.queue.by_worker {
        value["by_worker"] = json!(workers);
    }
    if let (Some(old), Some(report)) = (state.view.old, state.earlier()) {
        value["earlier"] = json!({"run_date": old.run_date, "run": old.run, "report": report});
    }
    json_text(&value)
}

fn step_json(state: &StateView<'_>, step: &Step) -> Value {
    let (title, next_action) = state.code(step.code);
    let mut value = json!({
        "code": step.code.code(),
        "title": title,
        "cases": step.cases,
        "next_action": next_action,
    });
    if let Some(before) = step.before {
        value["before"] = json!(before);
    }
    value
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
