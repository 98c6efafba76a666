//! The tables by state of the printed report: their columns, and one row per state.

use super::numbers::{change, known};
use super::{Counted, Figures, Key, Outcome};
use crate::engine::matching::ReasonCode;

/// A column of a table by state: its head and its figure.
pub(super) type Column = (&'static str, Key);

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
            ("CASES", Counted::Submitted.cases()),
            ("NOT EVAL", Counted::NotEvaluated.cases()),
            ("CLO/CLO", Counted::ClosedWithClosed.cases()),
            ("CLO/NONE", Counted::ClosedNotFound.cases()),
            ("RETURNED", Counted::Returned.cases()),
            ("RECORDS", Counted::Submitted.records()),
            ("REJECTED", Counted::Rejected.records()),
            ("NOT EVAL", Counted::NotEvaluated.records()),
            ("CLO/CLO", Counted::ClosedWithClosed.records()),
            ("CLO/NONE", Counted::ClosedNotFound.records()),
            ("RETURNED", Counted::Returned.records()),
        ],
    ),
    (
        "RETURNED CASES",
        &[
            ("RETURNED", Counted::Returned.cases()),
            ("TIER 1", Counted::Tier("1").cases()),
            ("TIER 2", Counted::Tier("2").cases()),
            ("TIER 3", Counted::Tier("3").cases()),
            ("NOTFOUND", Counted::Tier("none").cases()),
            ("IN SYNC", Counted::InSync.cases()),
            ("NOBODY", Counted::NobodyMatched.cases()),
            ("MULTIPLE", Counted::MultipleCase.cases()),
            ("FCR-SUP", Counted::FcrSupplied.cases()),
        ],
    ),
    (
        POOLED,
        &[
            ("TIER 4", Counted::Tier("4").cases()),
            ("TIER 5", Counted::Tier("5").cases()),
            ("TIER 6", Counted::Tier("6").cases()),
            ("TIER 7", Counted::Tier("7").cases()),
        ],
    ),
    (
        "RETURNED CASES BY STATUS AND ROLE",
        &[
            ("OPEN", Counted::Open.cases()),
            ("CLOSED", Counted::Closed.cases()),
            ("INITIAT", Counted::Initiating.cases()),
            ("RESPOND", Counted::Responding.cases()),
            ("NEITHER", Counted::Neither.cases()),
        ],
    ),
    (
        "RETURNED CASES BY REASON CODE",
        &[
            ("00", Counted::Code(ReasonCode::R00).cases()),
            ("01", Counted::Code(ReasonCode::R01).cases()),
            ("02", Counted::Code(ReasonCode::R02).cases()),
            ("03", Counted::Code(ReasonCode::R03).cases()),
            ("04", Counted::Code(ReasonCode::R04).cases()),
            ("05", Counted::Code(ReasonCode::R05).cases()),
            ("06", Counted::Code(ReasonCode::R06).cases()),
            ("07", Counted::Code(ReasonCode::R07).cases()),
            ("08", Counted::Code(ReasonCode::R08).cases()),
        ],
    ),
    (
        "RETURNED RECORDS BY REASON CODE",
        &[
            ("00", Counted::Code(ReasonCode::R00).records()),
            ("01", Counted::Code(ReasonCode::R01).records()),
            ("02", Counted::Code(ReasonCode::R02).records()),
            ("03", Counted::Code(ReasonCode::R03).records()),
            ("04", Counted::Code(ReasonCode::R04).records()),
            ("05", Counted::Code(ReasonCode::R05).records()),
            ("06", Counted::Code(ReasonCode::R06).records()),
            ("07", Counted::Code(ReasonCode::R07).records()),
            ("08", Counted::Code(ReasonCode::R08).records()),
        ],
    ),
    (
        "VERIFICATION: SSN (RECORDS), FIPS CODE (CASES)",
        &[
            ("SSN Y", Counted::Ssn(Outcome::Verified).records()),
            ("SSN N", Counted::Ssn(Outcome::NotVerified).records()),
            ("SSN -", Counted::Ssn(Outcome::None).records()),
            ("THEIRS Y", Counted::OtherSsn(Outcome::Verified).records()),
            (
                "THEIRS N",
                Counted::OtherSsn(Outcome::NotVerified).records(),
            ),
            ("THEIRS -", Counted::OtherSsn(Outcome::None).records()),
            ("FIPS Y", Counted::OtherFips(Outcome::Verified).cases()),
            ("FIPS N", Counted::OtherFips(Outcome::NotVerified).cases()),
            ("THEIRS Y", Counted::Fips(Outcome::Verified).cases()),
            ("THEIRS N", Counted::Fips(Outcome::NotVerified).cases()),
            ("THEIRS -", Counted::Fips(Outcome::None).cases()),
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
            .map(|(_, key)| format!("{:>BY_STATE$}", known(new.get(*key)))),
    );
    let moved = old.map(|old| {
        let mut row = format!("{:<6}", "");
        row.extend(
            columns
                .iter()
                .map(|(_, key)| format!("{:>BY_STATE$}", change(new.get(*key), old.get(*key)))),
        );
        row
    });
    std::iter::once(row).chain(moved).collect()
}
