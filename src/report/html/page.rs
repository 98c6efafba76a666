//! What the template shows: every number already as text, every row in its order.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::matching::ReasonCode;
use crate::report::numbers::{change, grouped, known, percent, permille};
use crate::report::{FIGURES, Figure, Figures, Group, Report, StateReport, Unit, View};

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
struct Tile {
    id: String,
    label: &'static str,
    value: String,
    change: String,
    note: String,
}

#[derive(Serialize)]
struct Segment {
    id: String,
    label: &'static str,
    value: String,
    percent: String,
    class: &'static str,
    /// Tenths of a percent.
    width: u64,
}

#[derive(Serialize)]
struct CodeBar {
    code: &'static str,
    title: String,
    cases: Number,
    records: Number,
    percent: String,
    /// Tenths of a percent of the longest bar.
    width: u64,
}

#[derive(Serialize)]
struct Combination {
    codes: Vec<String>,
    cases: Number,
    records: Number,
}

/// A count and how it moved.
#[derive(Serialize)]
struct Number {
    value: String,
    before: String,
    change: String,
}

/// A choice of the columns of a table by state: the first and the last of them, from 1.
#[derive(Serialize)]
struct ColumnView {
    name: &'static str,
    label: &'static str,
    first: usize,
    last: usize,
}

#[derive(Serialize)]
struct Column {
    id: String,
    title: String,
}

#[derive(Serialize)]
struct Row {
    name: &'static str,
    label: String,
    found: String,
    in_sync: String,
    cells: Vec<Number>,
}

#[derive(Serialize)]
struct MatrixRow {
    name: &'static str,
    label: String,
    cells: Vec<Option<MatrixCell>>,
}

#[derive(Serialize)]
struct MatrixCell {
    /// The place between the lowest rate and 100 percent, in percent: for the colour.
    rate: u64,
    text: String,
    label: String,
}

#[derive(Serialize)]
struct Scope {
    id: &'static str,
    label: String,
    note: String,
    groups: Vec<FigureGroup>,
    combinations: Vec<Combination>,
    others: Vec<Row>,
    by_other: Vec<OtherCombination>,
}

#[derive(Serialize)]
struct FigureGroup {
    title: &'static str,
    rows: Vec<FigureRow>,
}

#[derive(Serialize)]
struct FigureRow {
    id: String,
    title: String,
    all: Number,
    fcr: Number,
}

#[derive(Serialize)]
struct OtherCombination {
    other: &'static str,
    codes: Vec<String>,
    cases: Number,
    records: Number,
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

/// The anchor of a figure's meaning.
fn id(key: &str) -> String {
    match key.split_once(".code.") {
        Some((_, code)) => format!("code-{code}"),
        None => format!("m-{}", key.replace('.', "-")),
    }
}

/// A scope of the report beside the same one of the earlier report.
#[derive(Clone, Copy)]
struct Sides<'a> {
    new: &'a StateReport,
    old: Option<&'a StateReport>,
}

impl<'a> Sides<'a> {
    fn number(self, key: &str, part: impl Fn(&StateReport) -> Option<&Figures>) -> Number {
        let count = |scope: &'a StateReport| -> Option<u64> {
            let figures = part(scope);
            if key.contains(".combination.") {
                return Some(figures.map_or(0, |figures| figures.of(key)));
            }
            figures?.get(key)
        };
        let new = count(self.new);
        let old = self.old.map(count);
        Number {
            value: known(new),
            before: old.map(known).unwrap_or_default(),
            change: old.map(|old| change(new, old)).unwrap_or_default(),
        }
    }

    fn total(self, key: &str) -> Number {
        self.number(key, |scope| Some(&scope.total))
    }

    fn combinations(self) -> Vec<Combination> {
        let sides = [Some(self.new), self.old];
        let mut all: Vec<(u64, String)> = sides
            .into_iter()
            .flatten()
            .flat_map(|scope| {
                [Unit::Cases, Unit::Records].map(|unit| scope.total.combinations(unit))
            })
            .flatten()
            .map(|(codes, _)| codes)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .map(|codes| {
                let cases = self.new.total.of(&format!("cases.combination.{codes}"));
                (cases, codes.to_owned())
            })
            .collect();
        all.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        all.into_iter()
            .map(|(_, codes)| Combination {
                cases: self.total(&format!("cases.combination.{codes}")),
                records: self.total(&format!("records.combination.{codes}")),
                codes: codes.split('+').map(str::to_owned).collect(),
            })
            .collect()
    }
}

/// A choice of columns: its name, its label, and the key and title of each column.
type Choice = (&'static str, &'static str, Vec<(String, String)>);

/// The columns of the tables by state, by choice.
fn columns() -> Vec<Choice> {
    let of = |group: Group| -> Vec<(String, String)> {
        FIGURES
            .iter()
            .filter(|figure| figure.group == group)
            .map(|figure| (figure.key.to_owned(), column_title(figure)))
            .collect()
    };
    let codes = |unit: &str, label: &str| -> Vec<(String, String)> {
        ReasonCode::ALL
            .iter()
            .map(|code| {
                let code = code.code();
                (format!("{unit}.code.{code}"), format!("{code}, {label}"))
            })
            .collect()
    };
    vec![
        ("match", "How cases were found", of(Group::Match)),
        ("volume", "What became of them", of(Group::Volume)),
        (
            "case-codes",
            "Cases by reason code",
            codes("cases", "cases"),
        ),
        (
            "record-codes",
            "Records by reason code",
            codes("records", "records"),
        ),
        ("action", "Status and role", of(Group::Action)),
        (
            "verification",
            "SSN and FIPS verification",
            of(Group::Verification),
        ),
    ]
}

fn column_title(figure: &Figure) -> String {
    let unit = match figure.unit {
        Unit::Cases => "cases",
        Unit::Records => "records",
    };
    if let (true, Some((tier, _))) = (figure.key.contains(".tier."), figure.title.split_once(':')) {
        tier.to_owned()
    } else if figure.key == "cases.nobody_matched" {
        "Nobody matched".to_owned()
    } else if figure.key == "cases.multiple_case" {
        "Multiple Case".to_owned()
    } else if figure.group == Group::Volume {
        format!("{}, {unit}", figure.title)
    } else {
        figure.title.to_owned()
    }
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
        for (name, label, columns) in columns() {
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
            tiers: segments(nation, "cases.returned", &TIERS),
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
                    row(name, state.name.clone(), sides, &|scope| Some(&scope.total))
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
                    (state.clone(), cases)
                })
                .collect(),
            excluded: report
                .excluded
                .iter()
                .map(|file| {
                    let state = file.state.clone().unwrap_or_else(|| "unknown".to_owned());
                    (state, file.kind.clone())
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

fn tiles(nation: Sides<'_>) -> Vec<Tile> {
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

const TIERS: [PartOf; 4] = [
    ("cases.tier.1", "Case ID", "t1"),
    ("cases.tier.2", "Child’s SSN", "t2"),
    ("cases.tier.3", "Adult and child", "t3"),
    ("cases.tier.none", "Not found", "t0"),
];

fn segments(nation: Sides<'_>, whole: &str, parts: &[PartOf]) -> Vec<Segment> {
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

fn splits(nation: Sides<'_>) -> Vec<Vec<Segment>> {
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

/// The lowest match rate of the matrix, down to a whole ten percent below 100.
fn lowest(report: &Report) -> u64 {
    let cells = report.matrix.values().flat_map(|row| row.values());
    let lowest = cells
        .filter_map(|cell| permille(cell.found, cell.returned))
        .min();
    (lowest.unwrap_or(0) / 100 * 10).min(90)
}

fn code_bars(view: View<'_>, nation: Sides<'_>) -> Vec<CodeBar> {
    let total = &nation.new.total;
    let count = |code: &ReasonCode| total.of(&format!("cases.code.{}", code.code()));
    let longest = ReasonCode::ALL.iter().map(count).max().unwrap_or(0);
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
                percent: percent(cases, total.of("cases.returned")),
                width: permille(cases, longest).unwrap_or(0),
            }
        })
        .collect()
}

fn row(
    name: &'static str,
    label: String,
    sides: Sides<'_>,
    part: &dyn Fn(&StateReport) -> Option<&Figures>,
) -> Row {
    let none = Figures::default();
    let figures = part(sides.new).unwrap_or(&none);
    let returned = figures.of("cases.returned");
    Row {
        name,
        label,
        found: percent(figures.found(), returned),
        in_sync: percent(figures.of("cases.in_sync"), returned),
        cells: columns()
            .iter()
            .flat_map(|(_, _, columns)| columns)
            .map(|(key, _)| sides.number(key, part))
            .collect(),
    }
}

fn matrix(report: &Report) -> Vec<MatrixRow> {
    let lowest = lowest(report);
    let name_of = |usps: &str| {
        let state = crate::reference::State::from_usps(usps);
        state.map_or("", crate::reference::State::name)
    };
    report
        .matrix
        .iter()
        .map(|(name, cells)| MatrixRow {
            name,
            label: name_of(name).to_owned(),
            cells: report
                .national
                .by_other_state
                .keys()
                .map(|other| {
                    let cell = cells.get(other).filter(|cell| cell.returned > 0)?;
                    let rate = permille(cell.found, cell.returned)?;
                    Some(MatrixCell {
                        rate: (rate.saturating_sub(lowest * 10)) * 10 / (100 - lowest),
                        text: percent(cell.found, cell.returned),
                        label: format!(
                            "{} to {}: {} of {} found, {} in sync",
                            name_of(name),
                            name_of(other),
                            grouped(cell.found),
                            grouped(cell.returned),
                            grouped(cell.in_sync)
                        ),
                    })
                })
                .collect(),
        })
        .collect()
}

fn scope(view: View<'_>, name: &'static str, sides: Sides<'_>) -> Scope {
    let figure_row = |key: &str, title: String| FigureRow {
        id: id(key),
        title,
        all: sides.total(key),
        fcr: sides.number(key, |scope| Some(&scope.fcr_supplied)),
    };
    let of = |group: Group, unit: Unit| -> Vec<FigureRow> {
        FIGURES
            .iter()
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
                let state = crate::reference::State::from_usps(other);
                let label = state.map_or("", crate::reference::State::name).to_owned();
                row(other, label, sides, &|scope| {
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

fn meanings(view: View<'_>) -> Vec<Meaning> {
    let codes = view.codes.codes.iter().map(|code| Meaning {
        id: format!("code-{}", code.code),
        title: format!("{} {}", code.code, code.title),
        unit: "reason code",
        meaning: code.meaning.clone(),
        action: code.next_action.clone(),
        source: code.source.clone(),
    });
    let figures = FIGURES.iter().map(|figure| Meaning {
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
