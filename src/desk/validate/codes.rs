//! The findings by code, the most harmful first.

use schemars::JsonSchema;
use serde::Serialize;

use super::{FIRST_RECORDS, percent};
use crate::engine::extract::{Edit, Findings, Listed, Rejected, Severity};
use crate::formats::layout::LayoutSet;

/// One code of the table of findings.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct CodeCount {
    /// The code.
    pub code: &'static str,
    /// `error` or `warning`.
    pub severity: Severity,
    /// What it is.
    pub title: String,
    /// How many records have it.
    pub records: u64,
    /// The share of the records read, in percent.
    pub percent: f64,
    /// The numbers of the first records that have it, from 1.
    pub first_records: Vec<u64>,
    /// What to do.
    pub next_action: String,
    /// With a baseline: how many of the records have it that had it not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<u64>,
}

/// The rank of an edit by its harm (ours): errors first, because they lose the record; then edits
/// that lose a match; then edits that only make a response less useful. A padded line does no harm.
fn harm(edit: Edit) -> u8 {
    use Edit::{W01, W04, W05, W07, W08, W10};
    match edit {
        _ if edit.severity() == Severity::Error => 0,
        W04 | W05 | W07 | W08 | W10 => 2,
        W01 => 3,
        _ => 1,
    }
}

/// Where in its record the first error of a kind is, if it is about one byte.
fn place_of(edit: Edit, rejected: &[Rejected]) -> String {
    let first = rejected.iter().find(|r| r.edit == edit && r.column > 0);
    first.map_or_else(String::new, |first| {
        format!(" (record {}: column {})", first.record, first.column)
    })
}

/// The advice where what was done to the file explains at least half of the records.
const TOLD: &str = "See what is said of the file as a whole.";

/// The table of a file's findings: by harm, then by number, then in the order of the edits.
/// `explained` are those that what was done to the file explains: the advice gives way to that.
/// `short_lines` are the first records with W01, which is not in the list of warnings.
pub(super) fn count(
    (findings, explained): (&Findings, &Findings),
    rejected: &[Rejected],
    warnings: &[Listed],
    short_lines: &[u64],
    records: u64,
    layouts: &LayoutSet,
) -> Vec<CodeCount> {
    let mut counts: Vec<_> = findings.iter().collect();
    counts.sort_by_key(|&(edit, count)| (harm(edit), std::cmp::Reverse(count), edit));
    let first_records = |edit: Edit| -> Vec<u64> {
        let errors = rejected.iter().filter(|r| r.edit == edit).map(|r| r.record);
        let listed = warnings.iter().filter(|w| w.edit == edit).map(|w| w.record);
        if edit == Edit::W01 {
            return short_lines.to_vec();
        }
        errors.chain(listed).take(FIRST_RECORDS).collect()
    };
    let table = layouts.table("edits");
    counts
        .into_iter()
        .map(|(edit, count)| {
            let code = table.and_then(|table| table.get(edit.code()));
            CodeCount {
                code: edit.code(),
                severity: edit.severity(),
                title: code.map(|c| c.title.clone()).unwrap_or_default()
                    + &place_of(edit, rejected),
                records: count,
                percent: percent(count, records),
                first_records: first_records(edit),
                next_action: if explained.of(edit) * 2 >= count && explained.of(edit) > 0 {
                    TOLD.to_owned()
                } else {
                    code.map(|c| c.next_action.clone()).unwrap_or_default()
                },
                new: None,
            }
        })
        .collect()
}
