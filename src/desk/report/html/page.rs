//! The values of the template: every number is formatted, every row in order.

use serde::Serialize;

use super::details::details;
use super::matrix::{MatrixRow, PairRow, lowest, matrix, pairs};
use super::nation::{CodeBar, Segment, Tile, code_bars, segments, splits, tiers, tiles};
use super::sides::{Combination, Sides, id};
use super::states::{Column, ColumnView, Row, columns, row};
use crate::desk::report::Counted;
use crate::desk::report::numbers::{grouped, percent};
use crate::desk::report::{Report, StateReport, Unit, View};
use crate::run::FileKind;

/// The page.
#[derive(Serialize)]
pub(super) struct Page<'a> {
    style: &'a str,
    script: &'a str,
    date: String,
    run: String,
    since: Option<String>,
    since_run: Option<String>,
    summary: String,
    tiles: Vec<Tile>,
    tiers: Vec<Segment>,
    splits: Vec<Vec<Segment>>,
    /// The match rate with the first colour of the matrix, in percent.
    lowest: u64,
    codes: Vec<CodeBar>,
    combinations: Vec<Combination>,
    views: Vec<ColumnView>,
    columns: Vec<Column>,
    states: Vec<Row>,
    others: Vec<&'static str>,
    matrix: Vec<MatrixRow>,
    /// Whether the matrix has so many columns that its cells are small.
    dense: bool,
    pairs: Vec<PairRow>,
    glances: Vec<Glance>,
    scopes: Vec<Scope>,
    details: String,
    edit_codes: Vec<String>,
    edits: Vec<EditRow>,
    meanings: Vec<Meaning>,
    absent: Vec<(String, String)>,
    excluded: Vec<(String, String)>,
    only: Option<String>,
}

/// A state in the small multiples: the parts of a bar of one length for all.
#[derive(Serialize)]
struct Glance {
    name: &'static str,
    label: String,
    returned: String,
    found: String,
    in_sync: String,
    parts: Vec<Segment>,
}

/// A state of which the page's script shows every figure.
#[derive(Serialize)]
struct Scope {
    id: &'static str,
    label: String,
    note: String,
}

/// What the edits found in a state's extract, in the order of the codes.
#[derive(Serialize)]
struct EditRow {
    name: &'static str,
    label: String,
    records: String,
    rejected: String,
    counts: Vec<String>,
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
        let found = report.national.findings.iter();
        let edit_codes: Vec<String> = found.map(|(code, _)| code.to_owned()).collect();
        let mut views = Vec::new();
        let mut columns_shown = Vec::new();
        // Name, match rate and in-sync rate come before them.
        let mut first = 4;
        let choices = columns(view.is_pooled());
        for (name, label, columns) in choices.clone() {
            let last = first + columns.len() - 1;
            views.push(ColumnView {
                name,
                label,
                first,
                last,
            });
            first = last + 1;
            columns_shown.extend(
                columns
                    .into_iter()
                    .map(|(key, title)| Column { id: id(key), title }),
            );
        }
        Page {
            style,
            script,
            date: report.date(),
            run: report.run.short(),
            since: view.old.map(Report::date),
            since_run: view.old.map(|old| old.run.short()),
            summary: summary(report),
            tiles: tiles(nation),
            tiers: segments(nation, Counted::Returned.cases(), &tiers(view.is_pooled())),
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
                    row(&choices, name, state.name.clone(), sides, &|scope| {
                        Some(&scope.total)
                    })
                })
                .collect(),
            others: report.national.by_other_state.keys().copied().collect(),
            matrix: matrix(view),
            dense: report.national.by_other_state.len() > 20,
            pairs: pairs(view),
            glances: glances(view),
            scopes: scopes(report),
            details: details(view),
            edits: edits(report, &edit_codes),
            edit_codes,
            meanings: meanings(view),
            absent: report
                .sent_nothing()
                .map(|(state, volume)| (state.to_owned(), name_it(volume.cases)))
                .collect(),
            excluded: report
                .excluded
                .iter()
                .map(|file| {
                    let state = file.state.clone().unwrap_or_else(|| "unknown".to_owned());
                    let named = report.named(file);
                    let named = named.map_or_else(String::new, |volume| {
                        format!(" ({})", name_it(volume.cases))
                    });
                    let kind = match file.kind {
                        FileKind::Extract => "extract",
                        FileKind::Fcr => "FCR-derived file",
                    };
                    let records = grouped(file.records);
                    let what = format!(
                        "its {kind} came ({records} records) and was left out: {}{named}",
                        file.reason
                    );
                    (state, what)
                })
                .collect(),
            only: report.only.as_ref().map(|only| only.join(", ")),
        }
    }
}

fn name_it(cases: u64) -> String {
    if cases == 1 {
        "1 case names it".to_owned()
    } else {
        format!("{} cases name it", grouped(cases))
    }
}

fn glances(view: View<'_>) -> Vec<Glance> {
    let tiers = tiers(view.is_pooled());
    let glance = |(name, state): (&&'static str, &StateReport)| {
        let returned = state.total.of(Counted::Returned.cases());
        let sides = Sides {
            new: state,
            old: None,
        };
        Glance {
            name,
            label: state.name.clone(),
            returned: grouped(returned),
            found: percent(state.total.found(), returned),
            in_sync: percent(state.total.of(Counted::InSync.cases()), returned),
            parts: segments(sides, Counted::Returned.cases(), &tiers),
        }
    };
    view.new.states.iter().map(glance).collect()
}

fn scopes(report: &Report) -> Vec<Scope> {
    let scope = |(id, state): (&'static str, &StateReport)| {
        let total = &state.total;
        let returned = total.of(Counted::Returned.cases());
        Scope {
            id,
            label: state.name.clone(),
            note: format!(
                "{} returned, {} % found, {} % in sync",
                grouped(returned),
                percent(total.found(), returned),
                percent(total.of(Counted::InSync.cases()), returned)
            ),
        }
    };
    report.scopes().map(scope).collect()
}

fn edits(report: &Report, codes: &[String]) -> Vec<EditRow> {
    let row = |(name, state): (&'static str, &StateReport)| EditRow {
        name,
        label: state.name.clone(),
        records: grouped(state.total.of(Counted::Submitted.records())),
        rejected: percent(
            state.total.of(Counted::Rejected.records()),
            state.total.of(Counted::Submitted.records()),
        ),
        counts: codes
            .iter()
            .map(|code| grouped(state.findings.of(code)))
            .collect(),
    };
    report.scopes().map(row).collect()
}

fn summary(report: &Report) -> String {
    let total = &report.national.total;
    format!(
        "{} states submitted {} cases. Of the {} returned, {} % were found in the other state and {} % are in sync.",
        report.states.len(),
        grouped(total.of(Counted::Submitted.cases())),
        grouped(total.of(Counted::Returned.cases())),
        percent(total.found(), total.of(Counted::Returned.cases())),
        percent(
            total.of(Counted::InSync.cases()),
            total.of(Counted::Returned.cases())
        ),
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
        unit: match figure.key.unit {
            Unit::Cases => "cases",
            Unit::Records => "records",
        },
        meaning: figure.meaning.to_owned(),
        action: figure.action.to_owned(),
        source: String::new(),
    });
    codes.chain(figures).collect()
}
