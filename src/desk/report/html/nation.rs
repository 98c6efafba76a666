//! The top of the page: the results of the whole run.

use serde::Serialize;

use super::sides::{Number, Sides, id};
use crate::desk::report::numbers::{grouped, percent, permille};
use crate::desk::report::{Counted, Key, Outcome, View};
use crate::engine::matching::ReasonCode;

#[derive(Serialize)]
pub(super) struct Tile {
    id: String,
    label: &'static str,
    value: String,
    change: String,
    note: String,
}

#[derive(Serialize)]
pub(super) struct Segment {
    id: String,
    label: &'static str,
    value: String,
    percent: String,
    class: &'static str,
    /// Tenths of a percent.
    width: u64,
}

#[derive(Serialize)]
pub(super) struct CodeBar {
    code: &'static str,
    title: String,
    cases: Number,
    records: Number,
    percent: String,
    /// Tenths of a percent of the returned cases: half the track is half of them.
    width: u64,
}

pub(super) fn tiles(nation: Sides<'_>) -> Vec<Tile> {
    let total = &nation.new.total;
    let of_returned = |key: Key| {
        format!(
            "{} % of returned",
            percent(total.of(key), total.of(Counted::Returned.cases()))
        )
    };
    let of_submitted = |key: Key| {
        format!(
            "{} % of submitted",
            percent(total.of(key), total.of(Counted::Submitted.cases()))
        )
    };
    let suppressed = grouped(total.of(Counted::ClosedNotFound.cases()));
    [
        (
            Counted::Submitted.cases(),
            "Cases submitted",
            format!(
                "{} records",
                grouped(total.of(Counted::Submitted.records()))
            ),
        ),
        (
            Counted::Returned.cases(),
            "Cases returned",
            of_submitted(Counted::Returned.cases()),
        ),
        (
            Counted::InSync.cases(),
            "In sync",
            of_returned(Counted::InSync.cases()),
        ),
        (
            Counted::Tier("none").cases(),
            "Not found",
            of_returned(Counted::Tier("none").cases()),
        ),
        (
            Counted::FcrSupplied.cases(),
            "FCR-supplied",
            of_returned(Counted::FcrSupplied.cases()),
        ),
        (
            Counted::NotEvaluated.cases(),
            "Not evaluated",
            of_submitted(Counted::NotEvaluated.cases()),
        ),
        (
            Counted::ClosedWithClosed.cases(),
            "Closed with closed",
            format!("and {suppressed} closed, not found"),
        ),
        (
            Counted::Rejected.records(),
            "Records rejected",
            format!(
                "{} % of records",
                percent(
                    total.of(Counted::Rejected.records()),
                    total.of(Counted::Submitted.records())
                )
            ),
        ),
    ]
    .into_iter()
    .map(|(key, label, note)| {
        let number = nation.total(key);
        Tile {
            id: id(key),
            label,
            value: number.value,
            change: number.change,
            note,
        }
    })
    .collect()
}

/// A part of a whole: its key, label and colour.
type PartOf = (Key, &'static str, &'static str);

/// The tiers; `pooled` adds those of the pooled routine.
pub(super) fn tiers(pooled: bool) -> Vec<PartOf> {
    let mut tiers = vec![
        (Counted::Tier("1").cases(), "Case ID", "t1"),
        (Counted::Tier("2").cases(), "Child’s SSN", "t2"),
        (Counted::Tier("3").cases(), "Adult and child", "t3"),
    ];
    if pooled {
        tiers.extend([
            (Counted::Tier("4").cases(), "Their pointer", "t4"),
            (Counted::Tier("5").cases(), "Two adults", "t5"),
            (Counted::Tier("6").cases(), "Child’s name and birth", "t6"),
            (Counted::Tier("7").cases(), "Zeroes", "t7"),
        ]);
    }
    tiers.push((Counted::Tier("none").cases(), "Not found", "t0"));
    tiers
}

pub(super) fn segments(nation: Sides<'_>, whole: Key, parts: &[PartOf]) -> Vec<Segment> {
    let total = &nation.new.total;
    let whole = total.of(whole);
    parts
        .iter()
        .map(|&(key, label, class)| Segment {
            id: id(key),
            label,
            value: grouped(total.of(key)),
            percent: percent(total.of(key), whole),
            class,
            width: permille(total.of(key), whole).unwrap_or(0),
        })
        .collect()
}

pub(super) fn splits(nation: Sides<'_>) -> Vec<Vec<Segment>> {
    let (cases, records) = (Counted::Returned.cases(), Counted::Returned.records());
    vec![
        segments(
            nation,
            cases,
            &[
                (Counted::Open.cases(), "Open", "t1"),
                (Counted::Closed.cases(), "Closed", "t3"),
            ],
        ),
        segments(
            nation,
            cases,
            &[
                (Counted::Initiating.cases(), "Initiating", "t1"),
                (Counted::Responding.cases(), "Responding", "t2"),
                (Counted::Neither.cases(), "Neither", "t0"),
            ],
        ),
        segments(
            nation,
            records,
            &[
                (
                    Counted::Ssn(Outcome::Verified).records(),
                    "SSN verified",
                    "t1",
                ),
                (
                    Counted::Ssn(Outcome::NotVerified).records(),
                    "not verified",
                    "t0",
                ),
                (Counted::Ssn(Outcome::None).records(), "no answer", "t3"),
            ],
        ),
    ]
}

pub(super) fn code_bars(view: View<'_>, nation: Sides<'_>) -> Vec<CodeBar> {
    let total = &nation.new.total;
    let count = |code: &ReasonCode| total.of(Counted::Code(*code).cases());
    let returned = total.of(Counted::Returned.cases());
    ReasonCode::ALL
        .iter()
        .map(|code| {
            let cases = count(code);
            let (code, counted) = (code.code(), Counted::Code(*code));
            CodeBar {
                code,
                title: view
                    .codes
                    .get(code)
                    .map_or_else(String::new, |row| row.title.clone()),
                cases: nation.total(counted.cases()),
                records: nation.total(counted.records()),
                percent: percent(cases, returned),
                width: permille(cases, returned).unwrap_or(0),
            }
        })
        .collect()
}
