//! What the template shows: every number already as text, every row in its order.

use serde::Serialize;

use super::matrix::{MatrixRow, lowest, matrix};
use super::nation::{CodeBar, Segment, Tile, code_bars, segments, splits, tiers, tiles};
use super::scope::{Scope, scope};
use super::sides::{Combination, Sides, id};
use super::states::{Column, ColumnView, Row, columns, row};
use crate::desk::report::numbers::{grouped, percent};
use crate::desk::report::{Report, Unit, View};

/// The page.
#[derive(Serialize)]
pub(super) struct Page<'a> {
    style: &'a str,
    script: &'a str,
    date: String,
    since: Option<String>,
    summary: String,
    tiles: Vec<Tile>,
    tiers: Vec<Segment>,
    splits: Vec<Vec<Segment>>,
    /// The match rate at which the colours of the matrix begin, in percent.
    lowest: u64,
    codes: Vec<CodeBar>,
    combinations: Vec<Combination>,
    views: Vec<ColumnView>,
    columns: Vec<Column>,
    states: Vec<Row>,
    others: Vec<&'static str>,
    matrix: Vec<MatrixRow>,
    scopes: Vec<Scope>,
    meanings: Vec<Meaning>,
    absent: Vec<(String, String)>,
    excluded: Vec<(String, String)>,
}

#[derive(Serialize)]
struct Meaning {
    id: String,
    title: String,
    unit: &'static str,
    meaning: String,
    action: String,
    source: String,
}

impl<'a> Page<'a> {
    pub(super) fn new(view: View<'a>, style: &'a str, script: &'a str) -> Self {
        let report = view.new;
        let nation = Sides {
            new: &report.national,
            old: view.old.map(|old| &old.national),
        };
        let mut views = Vec::new();
        let mut columns_shown = Vec::new();
        // Name, match rate and in-sync rate stand before them.
        let mut first = 4;
        for (name, label, columns) in columns(view.is_pooled()) {
            let last = first + columns.len() - 1;
            views.push(ColumnView {
                name,
                label,
                first,
                last,
            });
            first = last + 1;
            columns_shown.extend(columns.into_iter().map(|(key, title)| Column {
                id: id(&key),
                title,
            }));
        }
        Page {
            style,
            script,
            date: report.date(),
            since: view.old.map(Report::date),
            summary: summary(report),
            tiles: tiles(nation),
            tiers: segments(nation, "cases.returned", &tiers(view.is_pooled())),
            splits: splits(nation),
            lowest: lowest(report),
            codes: code_bars(view, nation),
            combinations: nation.combinations(),
            views,
            columns: columns_shown,
            states: report
                .states
                .iter()
                .map(|(name, state)| {
                    let old = view.old.map(|old| old.scope(name));
                    let sides = Sides { new: state, old };
                    row(view, name, state.name.clone(), sides, &|scope| {
                        Some(&scope.total)
                    })
                })
                .collect(),
            others: report.national.by_other_state.keys().copied().collect(),
            matrix: matrix(report),
            scopes: report
                .scopes()
                .map(|(name, state)| {
                    let old = view.old.map(|old| old.scope(name));
                    scope(view, name, Sides { new: state, old })
                })
                .collect(),
            meanings: meanings(view),
            absent: report
                .absent
                .iter()
                .map(|(state, volume)| {
                    let cases = if volume.cases == 1 {
                        "1 case names it".to_owned()
                    } else {
                        format!("{} cases name it", grouped(volume.cases))
                    };
                    ((*state).to_owned(), cases)
                })
                .collect(),
            excluded: report
                .excluded
                .iter()
                .map(|file| {
                    let state = file.state.clone().unwrap_or_else(|| "unknown".to_owned());
                    (state, file.kind.to_string())
                })
                .collect(),
        }
    }
}

fn summary(report: &Report) -> String {
    let total = &report.national.total;
    format!(
        "{} states submitted {} cases. Of the {} returned, {} % were found in the other state and {} % are in sync.",
        report.states.len(),
        grouped(total.of("cases.submitted")),
        grouped(total.of("cases.returned")),
        percent(total.found(), total.of("cases.returned")),
        percent(total.of("cases.in_sync"), total.of("cases.returned")),
    )
}

fn meanings(view: View<'_>) -> Vec<Meaning> {
    let codes = view.codes.codes.iter().map(|code| Meaning {
        id: format!("code-{}", code.code),
        title: format!("{} {}", code.code, code.title),
        unit: "reason code",
        meaning: code.meaning.clone(),
        action: code.next_action.clone(),
        source: code.source.clone(),
    });
    let figures = view.figures().map(|figure| Meaning {
        id: id(figure.key),
        title: figure.title.to_owned(),
        unit: match figure.unit {
            Unit::Cases => "cases",
            Unit::Records => "records",
        },
        meaning: figure.meaning.to_owned(),
        action: figure.action.to_owned(),
        source: String::new(),
    });
    codes.chain(figures).collect()
}
