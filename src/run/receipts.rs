//! The receipt that a state gets for its submission. It must not contain personal data.

use std::fmt::Write;

use crate::formats::input::InputEntry;
use crate::run::StateSummary;
use crate::text::shown;

/// A receipt for a state's extract.
pub fn receipt(run_date: &str, usps: &str, input: &InputEntry, summary: &StateSummary) -> String {
    let (records, cases) = (&summary.totals.records, &summary.totals.cases);
    let mut text =
        format!("Interstate Case Reconciliation: receipt for {usps}, run date {run_date}\n\n");
    let mut line = |name: &str, value: String| {
        let _ = writeln!(text, "{name:<28}{value}");
    };
    line("file", shown(&input.name).into_owned());
    line("bytes", input.bytes.to_string());
    line("sha256", input.sha256.clone());
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
        line(name, count.to_string());
    }
    for (kind, counts) in [("error", &summary.errors), ("warning", &summary.warnings)] {
        for (code, count) in counts {
            line(&format!("{kind} {code}"), count.to_string());
        }
    }
    text
}
