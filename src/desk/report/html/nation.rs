//! The top of the page: the results of the whole run.

use serde::Serialize;

use super::sides::{Number, Sides, id};
use crate::desk::report::View;
use crate::desk::report::numbers::{grouped, percent, permille};
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
    let of_returned = |key: &str| {
        format!(
            "{} % of returned",
            percent(total.of(key), total.of("cases.returned"))
        )
    };
    let of_submitted = |key: &str| {
        format!(
            "{} % of submitted",
            percent(total.of(key), total.of("cases.submitted"))
        )
    };
    let suppressed = grouped(total.of("cases.suppressed.closed_not_found"));
    [
        (
            "cases.submitted",
            "Cases submitted",
            format!("{} records", grouped(total.of("records.submitted"))),
        ),
        (
            "cases.returned",
            "Cases returned",
            of_submitted("cases.returned"),
        ),
        ("cases.in_sync", "In sync", of_returned("cases.in_sync")),
        (
            "cases.tier.none",
            "Not found",
            of_returned("cases.tier.none"),
        ),
        (
            "cases.fcr_supplied",
            "FCR-supplied",
            of_returned("cases.fcr_supplied"),
        ),
        (
            "cases.not_evaluated",
            "Not evaluated",
            of_submitted("cases.not_evaluated"),
        ),
        (
            "cases.suppressed.closed_with_closed",
            "Closed with closed",
            format!("and {suppressed} closed, not found"),
        ),
        (
            "records.rejected",
            "Records rejected",
            format!(
                "{} % of records",
                percent(total.of("records.rejected"), total.of("records.submitted"))
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
type PartOf = (&'static str, &'static str, &'static str);

/// The tiers; `pooled` adds those of the pooled routine.
pub(super) fn tiers(pooled: bool) -> Vec<PartOf> {
    let mut tiers = vec![
        ("cases.tier.1", "Case ID", "t1"),
        ("cases.tier.2", "Child’s SSN", "t2"),
        ("cases.tier.3", "Adult and child", "t3"),
    ];
    if pooled {
        tiers.extend([
            ("cases.tier.4", "Their pointer", "t4"),
            ("cases.tier.5", "Two adults", "t5"),
            ("cases.tier.6", "Child’s name and birth", "t6"),
            ("cases.tier.7", "Zeroes", "t7"),
        ]);
    }
    tiers.push(("cases.tier.none", "Not found", "t0"));
    tiers
}

pub(super) fn segments(nation: Sides<'_>, whole: &str, parts: &[PartOf]) -> Vec<Segment> {
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
    let (cases, records) = ("cases.returned", "records.returned");
    vec![
        segments(
            nation,
            cases,
            &[
                ("cases.open", "Open", "t1"),
                ("cases.closed", "Closed", "t3"),
            ],
        ),
        segments(
            nation,
            cases,
            &[
                ("cases.initiating", "Initiating", "t1"),
                ("cases.responding", "Responding", "t2"),
                ("cases.neither", "Neither", "t0"),
            ],
        ),
        segments(
            nation,
            records,
            &[
                ("records.ssn.verified", "SSN verified", "t1"),
                ("records.ssn.not_verified", "not verified", "t0"),
                ("records.ssn.none", "no answer", "t3"),
            ],
        ),
    ]
}

pub(super) fn code_bars(view: View<'_>, nation: Sides<'_>) -> Vec<CodeBar> {
    let total = &nation.new.total;
    let count = |code: &ReasonCode| total.of(&format!("cases.code.{}", code.code()));
    let returned = total.of("cases.returned");
    ReasonCode::ALL
        .iter()
        .map(|code| {
            let cases = count(code);
            let code = code.code();
            CodeBar {
                code,
                title: view
                    .codes
                    .get(code)
                    .map_or_else(String::new, |row| row.title.clone()),
                cases: nation.total(&format!("cases.code.{code}")),
                records: nation.total(&format!("records.code.{code}")),
                percent: percent(cases, returned),
                width: permille(cases, returned).unwrap_or(0),
            }
        })
        .collect()
}
