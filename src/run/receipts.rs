//! The receipt that a state gets for its submission. It must not contain personal data.

use std::fmt::Write;

use crate::formats::input::InputEntry;
use crate::run::{ExcludedFile, StateSummary};
use crate::text::shown;

/// A receipt for a state's extract.
pub fn receipt(run_date: &str, usps: &str, input: &InputEntry, summary: &StateSummary) -> String {
    let mut text = head(run_date, usps);
    if let Some(stood_in) = &summary.stood_in {
        let _ = writeln!(
            text,
            "Your file {} was NOT USED: {}.\nYour extract accepted on {} stands in for it; what follows is of that extract.\n",
            shown(&stood_in.sent),
            shown(&stood_in.reason),
            stood_in.accepted
        );
    }
    text += &facts(input);
    let (records, cases) = (&summary.totals.records, &summary.totals.cases);
    for (name, count) in [
        ("records read", records.read),
        ("records rejected", records.rejected),
        ("records returned", records.returned),
        ("records suppressed", records.suppressed),
        ("records not evaluated", records.not_evaluated),
        ("cases returned", cases.returned),
        ("cases suppressed", cases.suppressed),
        ("cases not evaluated", cases.not_evaluated),
    ] {
        text += &line(name, count);
    }
    for (kind, counts) in [("error", &summary.errors), ("warning", &summary.warnings)] {
        for (code, count) in counts {
            text += &line(&format!("{kind} {code}"), count);
        }
    }
    text
}

/// A receipt for a state whose extract was left out, so that there is no response.
pub fn excluded_receipt(
    run_date: &str,
    usps: &str,
    input: &InputEntry,
    file: &ExcludedFile,
) -> String {
    let mut text = head(run_date, usps);
    let _ = writeln!(
        text,
        "Your file {} was NOT USED: {}.\nThere is no response to it.\n",
        shown(&file.file),
        shown(&file.reason)
    );
    text += &facts(input);
    text += &line("records read", file.records);
    for (code, count) in &file.errors {
        text += &line(&format!("error {code}"), count);
    }
    text
}

fn head(run_date: &str, usps: &str) -> String {
    format!("Interstate Case Reconciliation: receipt for {usps}, run date {run_date}\n\n")
}

fn facts(input: &InputEntry) -> String {
    line("file", shown(&input.name)) + &line("bytes", input.bytes) + &line("sha256", &input.sha256)
}

fn line(name: &str, value: impl std::fmt::Display) -> String {
    format!("{name:<28}{value}\n")
}
