//! The section of the page for one state or for all: every figure.

use std::collections::BTreeSet;

use serde::Serialize;

use super::sides::{Combination, Number, Sides, id};
use super::states::{Row, row};
use crate::desk::report::numbers::{grouped, percent};
use crate::desk::report::{Group, Unit, View};
use crate::engine::matching::ReasonCode;

#[derive(Serialize)]
pub(super) struct Scope {
    id: &'static str,
    label: String,
    note: String,
    groups: Vec<FigureGroup>,
    combinations: Vec<Combination>,
    others: Vec<Row>,
    by_other: Vec<OtherCombination>,
}

#[derive(Serialize)]
pub(super) struct FigureGroup {
    title: &'static str,
    rows: Vec<FigureRow>,
}

#[derive(Serialize)]
pub(super) struct FigureRow {
    id: String,
    title: String,
    all: Number,
    fcr: Number,
}

#[derive(Serialize)]
pub(super) struct OtherCombination {
    other: &'static str,
    codes: Vec<String>,
    cases: Number,
    records: Number,
}

pub(super) fn scope(view: View<'_>, name: &'static str, sides: Sides<'_>) -> Scope {
    let figure_row = |key: &str, title: String| FigureRow {
        id: id(key),
        title,
        all: sides.total(key),
        fcr: sides.number(key, |scope| Some(&scope.fcr_supplied)),
    };
    let of = |group: Group, unit: Unit| -> Vec<FigureRow> {
        view.figures()
            .filter(|figure| figure.group == group && figure.unit == unit)
            .map(|figure| figure_row(figure.key, figure.title.to_owned()))
            .collect()
    };
    let codes = |unit: &str| -> Vec<FigureRow> {
        ReasonCode::ALL
            .iter()
            .map(|code| {
                let code = code.code();
                let title = view.codes.get(code).map_or("", |row| row.title.as_str());
                figure_row(&format!("{unit}.code.{code}"), format!("{code} {title}"))
            })
            .collect()
    };
    let groups = [
        ("Cases: what became of them", of(Group::Volume, Unit::Cases)),
        (
            "Records: what became of them",
            of(Group::Volume, Unit::Records),
        ),
        (
            "Returned cases: how they were found",
            of(Group::Match, Unit::Cases),
        ),
        ("Returned cases by reason code", codes("cases")),
        ("Returned records by reason code", codes("records")),
        (
            "Returned cases: status and role",
            of(Group::Action, Unit::Cases),
        ),
        (
            "Returned records: SSN verification",
            of(Group::Verification, Unit::Records),
        ),
        (
            "Returned cases: FIPS verification",
            of(Group::Verification, Unit::Cases),
        ),
    ];
    let total = &sides.new.total;
    let returned = total.of("cases.returned");
    Scope {
        id: name,
        label: sides.new.name.clone(),
        note: format!(
            "{} returned, {} % found, {} % in sync",
            grouped(returned),
            percent(total.found(), returned),
            percent(total.of("cases.in_sync"), returned)
        ),
        groups: groups
            .into_iter()
            .map(|(title, rows)| FigureGroup { title, rows })
            .collect(),
        combinations: sides.combinations(),
        others: sides
            .new
            .by_other_state
            .keys()
            .map(|&other| {
                let state = crate::formats::reference::State::from_usps(other);
                let label = state
                    .map_or("", crate::formats::reference::State::name)
                    .to_owned();
                row(view, other, label, sides, &|scope| {
                    scope.by_other_state.get(other)
                })
            })
            .collect(),
        by_other: if name == "all" {
            Vec::new()
        } else {
            by_other(sides)
        },
    }
}

fn by_other(sides: Sides<'_>) -> Vec<OtherCombination> {
    let mut rows = Vec::new();
    for &other in sides.new.by_other_state.keys() {
        let both = [Some(sides.new), sides.old];
        let codes: BTreeSet<&str> = both
            .into_iter()
            .flatten()
            .filter_map(|scope| scope.by_other_state.get(other))
            .flat_map(|figures| [Unit::Cases, Unit::Records].map(|unit| figures.combinations(unit)))
            .flatten()
            .map(|(codes, _)| codes)
            .collect();
        for codes in codes {
            let number = |unit: &str| {
                sides.number(&format!("{unit}.combination.{codes}"), |scope| {
                    scope.by_other_state.get(other)
                })
            };
            rows.push(OtherCombination {
                other,
                codes: codes.split('+').map(str::to_owned).collect(),
                cases: number("cases"),
                records: number("records"),
            });
        }
    }
    rows
}
