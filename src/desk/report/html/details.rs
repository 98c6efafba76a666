//! Every figure of every state, as data that the page's script shows when a state is opened.
//!
//! As tables they would be thousands of rows that nobody reads at once; as numbers in the order of one
//! list of titles they are small. Without a script the page says where the figures are.

use serde_json::{Value, json};

use super::sides::id;
use crate::desk::report::numbers::permille;
use crate::desk::report::{Counted, Figures, Group, Key, StateReport, Unit, View};
use crate::engine::matching::ReasonCode;

/// A group of figures: its title, and key and title of each.
type FigureGroup = (&'static str, Vec<(Key, String)>);

/// The groups in the order of the page.
pub(super) fn groups(view: View<'_>) -> Vec<FigureGroup> {
    let of = |group: Group, unit: Unit| -> Vec<(Key, String)> {
        view.figures()
            .filter(|figure| figure.group == group && figure.key.unit == unit)
            .map(|figure| (figure.key, figure.title.to_owned()))
            .collect()
    };
    let codes = |unit: Unit| -> Vec<(Key, String)> {
        let key_and_title = |code: ReasonCode| {
            let (key, code) = (Counted::Code(code).of(unit), code.code());
            let title = view.codes.get(code).map_or("", |row| row.title.as_str());
            (key, format!("{code} {title}"))
        };
        ReasonCode::ALL.map(key_and_title).to_vec()
    };
    vec![
        ("Cases: what became of them", of(Group::Volume, Unit::Cases)),
        (
            "Records: what became of them",
            of(Group::Volume, Unit::Records),
        ),
        (
            "Returned cases: how they were found",
            of(Group::Match, Unit::Cases),
        ),
        ("Returned cases by reason code", codes(Unit::Cases)),
        ("Returned records by reason code", codes(Unit::Records)),
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
    ]
}

/// The data, safe inside of a script element.
pub(super) fn details(view: View<'_>) -> String {
    let groups = groups(view);
    let keys: Vec<Key> = groups
        .iter()
        .flat_map(|(_, rows)| rows.iter().map(|(key, _)| *key))
        .collect();
    let titles: Vec<Value> = groups
        .iter()
        .map(|(title, rows)| {
            let rows: Vec<Value> = rows
                .iter()
                .map(|(key, title)| json!([id(*key), title]))
                .collect();
            json!([title, rows])
        })
        .collect();
    let numbers = |figures: &Figures| -> Vec<Option<u64>> {
        keys.iter().map(|key| figures.get(*key)).collect()
    };
    let states: serde_json::Map<String, Value> = view
        .new
        .scopes()
        .map(|(name, scope)| {
            let mut state = json!({
                "all": numbers(&scope.total),
                "fcr": numbers(&scope.fcr_supplied),
                "codes": combinations(scope),
                "others": others(scope),
                "edits": scope.findings.iter().collect::<Vec<_>>(),
            });
            if let Some(old) = view.old {
                state["before"] = json!(numbers(&old.scope(name).total));
            }
            (name.to_owned(), state)
        })
        .collect();
    let data = json!({"groups": titles, "states": states});
    // Inside of a script element only `<` could end it.
    data.to_string().replace('<', "\\u003c")
}

/// The combinations of codes: codes, cases, records; most cases first.
fn combinations(scope: &StateReport) -> Vec<Value> {
    let total = &scope.total;
    let both = [Unit::Cases, Unit::Records].map(|unit| total.combinations(unit));
    let keys: std::collections::BTreeSet<Key> = both
        .into_iter()
        .flatten()
        .map(|(key, _)| key.counted.cases())
        .collect();
    let mut all: Vec<_> = keys
        .into_iter()
        .map(|key| {
            let (cases, records) = (total.of(key), total.of(key.counted.records()));
            (key.counted.end(), cases, records)
        })
        .collect();
    all.sort_by_key(|&(_, cases, _)| std::cmp::Reverse(cases));
    all.into_iter().map(|row| json!(row)).collect()
}

/// By other state: returned, match rate and share in sync in tenths of a percent, not found, and the
/// cases with each code.
fn others(scope: &StateReport) -> Vec<Value> {
    let row = |(other, figures): (&&'static str, &Figures)| {
        let returned = figures.of(Counted::Returned.cases());
        let found = figures.found();
        let codes = ReasonCode::ALL.map(|code| figures.of(Counted::Code(code).cases()));
        json!([
            other,
            returned,
            permille(found, returned),
            permille(figures.of(Counted::InSync.cases()), returned),
            returned - found.min(returned),
            codes,
        ])
    };
    scope.by_other_state.iter().map(row).collect()
}
