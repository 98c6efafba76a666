//! The history as one HTML file that draws the lines, without a script or a network.

use minijinja::Environment;
use minijinja::value::Serde;
use serde::Serialize;

use super::figures::SHOWN;
use super::model::{History, Scope};
use crate::error::{Error, Result};

const TEMPLATE: &str = include_str!("history.html");
/// The size of a drawing, in its own units.
const WIDTH: u64 = 300;
const HEIGHT: u64 = 60;

#[derive(Serialize)]
struct Page {
    first: String,
    last: String,
    nights: Vec<String>,
    scopes: Vec<Section>,
    moved: Vec<[String; 4]>,
}

#[derive(Serialize)]
struct Section {
    name: String,
    corrected: Option<String>,
    lines: Vec<Line>,
    heads: Vec<&'static str>,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Line {
    head: &'static str,
    last: String,
    points: String,
    marks: Vec<Mark>,
    label: String,
}

#[derive(Serialize)]
struct Mark {
    x: u64,
    y: u64,
    title: String,
}

#[derive(Serialize)]
struct Row {
    night: String,
    stood_in: Option<String>,
    cells: Vec<(String, bool)>,
}

/// The history as a page.
///
/// # Errors
/// [`Error::Inputs`] where the template cannot be filled, which is a fault of the program.
pub fn html(history: &History) -> Result<String> {
    let night = |at: Option<&super::Night>| at.map(|n| n.run_date.clone()).unwrap_or_default();
    let page = Page {
        first: night(history.nights.first()),
        last: night(history.nights.last()),
        nights: history.nights.iter().map(|n| n.run.clone()).collect(),
        scopes: history.scopes.iter().map(|s| section(history, s)).collect(),
        moved: history
            .moved_most
            .iter()
            .map(|moved| {
                let numbers = [moved.value, moved.median].map(|number| number.to_string());
                let [value, median] = numbers;
                [moved.scope.clone(), moved.figure.clone(), value, median]
            })
            .collect(),
    };
    Environment::new()
        .render_named_str("history.html", TEMPLATE, Serde(page))
        .map_err(|error| {
            Error::Inputs(format!(
                "the page cannot be made ({error}); please report this as a fault of icr"
            ))
        })
}

fn section(history: &History, scope: &Scope) -> Section {
    let rows = history
        .nights
        .iter()
        .zip(&scope.points)
        .map(|(night, point)| {
            let cell = |name: &str| match point.as_ref().and_then(|p| p.figures.get(name)) {
                Some(figure) => (figure.value.to_string(), figure.sudden),
                None => ("–".to_owned(), false),
            };
            Row {
                night: night.run.clone(),
                stood_in: point.as_ref().and_then(|point| point.stood_in.clone()),
                cells: SHOWN.iter().map(|(name, _)| cell(name)).collect(),
            }
        });
    Section {
        name: if scope.name == "all" {
            "All states".to_owned()
        } else {
            scope.name.clone()
        },
        corrected: scope.corrections.median_days().map(|days| {
            format!(
                "{} corrected after a response (02, then 00), half of them within {}.",
                crate::text::count_of(scope.corrections.cases, "case"),
                crate::text::count_of(days.into(), "day")
            )
        }),
        lines: SHOWN
            .iter()
            .filter_map(|(name, head)| line(history, scope, name, head))
            .collect(),
        heads: SHOWN.iter().map(|(_, head)| *head).collect(),
        rows: rows.collect(),
    }
}

/// A figure's line; nothing where it is never known. It begins at zero, so that heights compare.
fn line(history: &History, scope: &Scope, name: &str, head: &'static str) -> Option<Line> {
    let figure = |at: usize| scope.points[at].as_ref()?.figures.get(name);
    let nights = history.nights.len();
    let known: Vec<_> = (0..nights)
        .filter_map(|at| Some((at, figure(at)?)))
        .collect();
    let highest = known.iter().map(|(_, figure)| figure.value).max()?.max(1);
    let x = |at: usize| at as u64 * WIDTH / (nights.max(2) as u64 - 1);
    let y = |value: u64| HEIGHT - value * HEIGHT / highest;
    let points: Vec<String> = known
        .iter()
        .map(|(at, figure)| format!("{},{}", x(*at), y(figure.value)))
        .collect();
    let sudden = known.iter().filter(|(_, figure)| figure.sudden);
    let marks = sudden.map(|(at, figure)| Mark {
        x: x(*at),
        y: y(figure.value),
        title: format!(
            "{}: {}, median before {}",
            history.nights[*at].run_date,
            figure.value,
            figure.median.unwrap_or_default()
        ),
    });
    let (first, last) = (known.first()?.1.value, known.last()?.1.value);
    Some(Line {
        head,
        last: last.to_string(),
        points: points.join(" "),
        marks: marks.collect(),
        label: format!("{head}, from {first} to {last}, at most {highest}"),
    })
}
