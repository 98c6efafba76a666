//! Compares each state's volume with an earlier run.
//!
//! A truncated extract gives every other state 01 for the lost cases, and 01 prompts workers to
//! close them. A state that sends much less or much more than last time is therefore left out or
//! stops the run before it is matched.

use super::previous::EarlierRuns;
use super::summary::cases_by_other_state;
use crate::engine::extract::{Edit, Extract, Provenance};
use crate::formats::input::Told;

/// Cases by other state are compared only if there were at least this many.
const FEWEST_CASES: u64 = 100;

/// Why a state's extract cannot be used: its volume moved by more than so many percent since the
/// last run that accepted one of it, or its last record was cut off.
pub(super) fn volume_problem(
    runs: &EarlierRuns,
    extract: &Extract,
    percent: f64,
) -> Option<String> {
    if extract.provenance != Provenance::Submitted {
        return None;
    }
    // What was done to the file may well be why.
    let told: Vec<_> = extract.told.iter().map(Told::line).collect();
    let reason = reason(runs, extract, percent)?;
    if told.is_empty() {
        Some(reason)
    } else {
        Some(format!("{}; read as it is, {reason}", told.join("; ")))
    }
}

fn reason(runs: &EarlierRuns, extract: &Extract, percent: f64) -> Option<String> {
    if last_record_is_cut(extract) {
        return Some(
            "its last record is cut off and has no line end; get the whole file".to_owned(),
        );
    }
    let before = runs.accepted(extract.state)?;
    let moved = |what: String, then: u64, now: u64| {
        let change = (now as f64 - then as f64) * 100.0 / then as f64;
        (then > 0 && change.abs() > percent).then(|| {
            format!(
                "{what} moved from {then} to {now} ({change:+.1} %) since the extract accepted on {}, more than --max-volume-change {percent}; ask the state whether the file is whole, or allow more",
                before.date
            )
        })
    };
    let of_records = moved("its records".to_owned(), before.records, extract.records);
    of_records.or_else(|| {
        let now = cases_by_other_state(extract);
        before
            .cases_by_other_state
            .iter()
            .filter(|&(_, &cases)| cases >= FEWEST_CASES)
            .find_map(|(state, &cases)| {
                moved(
                    format!("its cases with {state}"),
                    cases,
                    now.get(state).copied().unwrap_or(0),
                )
            })
    })
}

fn last_record_is_cut(extract: &Extract) -> bool {
    // A trailer without a line end is as short.
    let is_trailer = extract.told.iter().any(|told| told.kind == "trailer");
    let last = extract.rejected.last().filter(|_| !is_trailer);
    last.is_some_and(|last| {
        last.record == extract.records
            && last.edit == Edit::E01
            && !extract.source.bytes().ends_with(b"\n")
    })
}
