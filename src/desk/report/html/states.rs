//! The tables by state: their columns, and one row per state.

use serde::Serialize;

use super::sides::{Number, Sides};
use crate::desk::report::figures::figures;
use crate::desk::report::numbers::percent;
use crate::desk::report::{Counted, Figure, Figures, Group, Key, StateReport, Unit};
use crate::engine::matching::ReasonCode;

/// A selection of the columns of a table by state: the first and the last one, from 1.
#[derive(Serialize)]
pub(super) struct ColumnView {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) first: usize,
    pub(super) last: usize,
}

#[derive(Serialize)]
pub(super) struct Column {
    pub(super) id: String,
    pub(super) title: String,
}

#[derive(Serialize)]
pub(super) struct Row {
    name: &'static str,
    label: String,
    found: String,
    in_sync: String,
    cells: Vec<Number>,
}

/// A selection of columns: its name, its label, and the key and title of each column.
pub(super) type Choice = (&'static str, &'static str, Vec<(Key, String)>);

/// The columns of the tables by state, by selection.
pub(super) fn columns(pooled: bool) -> Vec<Choice> {
    let of = |group: Group| -> Vec<(Key, String)> {
        figures(pooled)
            .filter(|figure| figure.group == group)
            .map(|figure| (figure.key, column_title(figure)))
            .collect()
    };
    let codes = |unit: Unit, label: &str| -> Vec<(Key, String)> {
        ReasonCode::ALL
            .iter()
            .map(|code| {
                let title = format!("{}, {label}", code.code());
                (Counted::Code(*code).of(unit), title)
            })
            .collect()
    };
    vec![
        ("match", "How cases were found", of(Group::Match)),
        ("volume", "What became of them", of(Group::Volume)),
        (
            "case-codes",
            "Cases by reason code",
            codes(Unit::Cases, "cases"),
        ),
        (
            "record-codes",
            "Records by reason code",
            codes(Unit::Records, "records"),
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
    let unit = match figure.key.unit {
        Unit::Cases => "cases",
        Unit::Records => "records",
    };
    if let (true, Some((tier, _))) = (
        matches!(figure.key.counted, Counted::Tier(_)),
        figure.title.split_once(':'),
    ) {
        tier.to_owned()
    } else if figure.key == Counted::NobodyMatched.cases() {
        "Nobody matched".to_owned()
    } else if figure.key == Counted::MultipleCase.cases() {
        "Multiple Case".to_owned()
    } else if figure.group == Group::Volume {
        format!("{}, {unit}", figure.title)
    } else {
        figure.title.to_owned()
    }
}

pub(super) fn row(
    choices: &[Choice],
    name: &'static str,
    label: String,
    sides: Sides<'_>,
    part: &dyn Fn(&StateReport) -> Option<&Figures>,
) -> Row {
    let none = Figures::default();
    let figures = part(sides.new).unwrap_or(&none);
    let returned = figures.of(Counted::Returned.cases());
    Row {
        name,
        label,
        found: percent(figures.found(), returned),
        in_sync: percent(figures.of(Counted::InSync.cases()), returned),
        cells: choices
            .iter()
            .flat_map(|(_, _, columns)| columns)
            .map(|(key, _)| sides.number(*key, part))
            .collect(),
    }
}
