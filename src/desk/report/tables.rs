//! The tables by state of the printed report: their columns, and one row per state.

use super::Figures;
use super::numbers::{change, known};

/// A column of a table by state: its head and its figure.
pub(super) type Column = (&'static str, &'static str);

/// A table by state: its title and columns.
type Table = (&'static str, &'static [Column]);

/// The tables by state; `pooled` adds one.
pub(super) fn tables_by_state(pooled: bool) -> impl Iterator<Item = Table> {
    TABLES_BY_STATE
        .into_iter()
        .filter(move |(title, _)| pooled || *title != POOLED)
}

const POOLED: &str = "RETURNED CASES BY THE OTHER TIERS OF THE POOLED ROUTINE";

const TABLES_BY_STATE: [Table; 7] = [
    (
        "CASES AND RECORDS",
        &[
            ("CASES", "cases.submitted"),
            ("NOT EVAL", "cases.not_evaluated"),
            ("CLO/CLO", "cases.suppressed.closed_with_closed"),
            ("CLO/NONE", "cases.suppressed.closed_not_found"),
            ("RETURNED", "cases.returned"),
            ("RECORDS", "records.submitted"),
            ("REJECTED", "records.rejected"),
            ("NOT EVAL", "records.not_evaluated"),
            ("CLO/CLO", "records.suppressed.closed_with_closed"),
            ("CLO/NONE", "records.suppressed.closed_not_found"),
            ("RETURNED", "records.returned"),
        ],
    ),
    (
        "RETURNED CASES",
        &[
            ("RETURNED", "cases.returned"),
            ("TIER 1", "cases.tier.1"),
            ("TIER 2", "cases.tier.2"),
            ("TIER 3", "cases.tier.3"),
            ("NOTFOUND", "cases.tier.none"),
            ("IN SYNC", "cases.in_sync"),
            ("NOBODY", "cases.nobody_matched"),
            ("MULTIPLE", "cases.multiple_case"),
            ("FCR-SUP", "cases.fcr_supplied"),
        ],
    ),
    (
        POOLED,
        &[
            ("TIER 4", "cases.tier.4"),
            ("TIER 5", "cases.tier.5"),
            ("TIER 6", "cases.tier.6"),
            ("TIER 7", "cases.tier.7"),
        ],
    ),
    (
        "RETURNED CASES BY STATUS AND ROLE",
        &[
            ("OPEN", "cases.open"),
            ("CLOSED", "cases.closed"),
            ("INITIAT", "cases.initiating"),
            ("RESPOND", "cases.responding"),
            ("NEITHER", "cases.neither"),
        ],
    ),
    (
        "RETURNED CASES BY REASON CODE",
        &[
            ("00", "cases.code.00"),
            ("01", "cases.code.01"),
            ("02", "cases.code.02"),
            ("03", "cases.code.03"),
            ("04", "cases.code.04"),
            ("05", "cases.code.05"),
            ("06", "cases.code.06"),
            ("07", "cases.code.07"),
            ("08", "cases.code.08"),
        ],
    ),
    (
        "RETURNED RECORDS BY REASON CODE",
        &[
            ("00", "records.code.00"),
            ("01", "records.code.01"),
            ("02", "records.code.02"),
            ("03", "records.code.03"),
            ("04", "records.code.04"),
            ("05", "records.code.05"),
            ("06", "records.code.06"),
            ("07", "records.code.07"),
            ("08", "records.code.08"),
        ],
    ),
    (
        "VERIFICATION: SSN (RECORDS), FIPS CODE (CASES)",
        &[
            ("SSN Y", "records.ssn.verified"),
            ("SSN N", "records.ssn.not_verified"),
            ("SSN -", "records.ssn.none"),
            ("THEIRS Y", "records.other_ssn.verified"),
            ("THEIRS N", "records.other_ssn.not_verified"),
            ("THEIRS -", "records.other_ssn.none"),
            ("FIPS Y", "cases.other_fips.verified"),
            ("FIPS N", "cases.other_fips.not_verified"),
            ("THEIRS Y", "cases.fips.verified"),
            ("THEIRS N", "cases.fips.not_verified"),
            ("THEIRS -", "cases.fips.none"),
        ],
    ),
];

/// The width of a column.
const BY_STATE: usize = 11;

pub(super) fn heads_of(first: &str, columns: &[Column]) -> [String; 1] {
    let mut heads = format!("{first:<6}");
    heads.extend(columns.iter().map(|(head, _)| format!("{head:>BY_STATE$}")));
    [heads]
}

/// A state's figures, and how they changed.
pub(super) fn rows_of(
    name: &str,
    columns: &[Column],
    new: &Figures,
    old: Option<&Figures>,
) -> Vec<String> {
    let mut row = format!("{name:<6}");
    row.extend(
        columns
            .iter()
            .map(|(_, key)| format!("{:>BY_STATE$}", known(new.get(key)))),
    );
    let moved = old.map(|old| {
        let mut row = format!("{:<6}", "");
        row.extend(
            columns
                .iter()
                .map(|(_, key)| format!("{:>BY_STATE$}", change(new.get(key), old.get(key)))),
        );
        row
    });
    std::iter::once(row).chain(moved).collect()
}
