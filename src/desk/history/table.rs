//! The history as text and as CSV.

use std::fmt::Write;

use super::figures::SHOWN;
use super::model::{History, Point, Scope};
use crate::error::{Error, Result};
use crate::text::{cell, count_of, shown};

/// The history as tables; `*` marks a sudden change.
pub fn text(history: &History) -> String {
    let mut text = format!(
        "History of {}\n",
        count_of(history.nights.len() as u64, "run")
    );
    for scope in &history.scopes {
        let name = if scope.name == "all" {
            "All states"
        } else {
            &scope.name
        };
        let _ = write!(text, "\n{name}\n{:<10}{:<14}", "run date", "run");
        for (_, head) in SHOWN {
            let _ = write!(text, "{head:>11} ");
        }
        text = text.trim_end().to_owned() + "\n";
        for (night, point) in history.nights.iter().zip(&scope.points) {
            let _ = write!(text, "{:<10}{:<14}", night.run_date, shown(&night.run));
            row(&mut text, point.as_ref());
        }
        corrected(&mut text, scope);
    }
    let mut sudden = String::new();
    for scope in &history.scopes {
        for (night, point) in history.nights.iter().zip(&scope.points) {
            for (name, figure) in point.iter().flat_map(|point| &point.figures) {
                if let (true, Some(median)) = (figure.sudden, figure.median) {
                    let _ = writeln!(
                        sudden,
                        "{}  {:<4}{:<24}{:>12}  median before {median}",
                        night.run_date, scope.name, name, figure.value
                    );
                }
            }
        }
    }
    if !sudden.is_empty() {
        text += "\nSudden changes (*)\n";
        text += &sudden;
    }
    if !history.moved_most.is_empty() {
        text += "\nWhat moved most in the last night\n";
        for moved in &history.moved_most {
            let _ = writeln!(
                text,
                "{:<4}{:<24}{:>12}  median before {}",
                moved.scope, moved.figure, moved.value, moved.median
            );
        }
    }
    text
}

fn row(text: &mut String, point: Option<&Point>) {
    let Some(point) = point else {
        *text += "-\n";
        return;
    };
    for (name, _) in SHOWN {
        let figure = point.figures.get(name);
        let shown = figure.map_or_else(|| "-".to_owned(), |figure| figure.value.to_string());
        let mark = if figure.is_some_and(|figure| figure.sudden) {
            '*'
        } else {
            ' '
        };
        let _ = write!(text, "{shown:>11}{mark}");
    }
    let line = text.trim_end().len();
    text.truncate(line);
    if let Some(date) = &point.stood_in {
        let _ = write!(text, "  extract of {date}");
    }
    text.push('\n');
}

fn corrected(text: &mut String, scope: &Scope) {
    if let Some(days) = scope.corrections.median_days() {
        let _ = writeln!(
            text,
            "{} corrected after a response (02, then 00), half of them within {}",
            count_of(scope.corrections.cases, "case"),
            count_of(days.into(), "day")
        );
    }
}

/// The history as CSV, one figure per row.
///
/// # Errors
/// [`Error::Unbalanced`] where a row cannot be made, which is a fault of the program.
pub fn csv(history: &History) -> Result<String> {
    let failed = |e: String| Error::Unbalanced(format!("a row cannot be made ({e})"));
    let mut writer = csv::Writer::from_writer(Vec::new());
    let heads = [
        "run_date", "run", "scope", "figure", "value", "median", "sudden",
    ];
    writer
        .write_record(heads)
        .map_err(|e| failed(e.to_string()))?;
    for scope in &history.scopes {
        for (night, point) in history.nights.iter().zip(&scope.points) {
            let run = shown(&night.run);
            let run = cell(&run);
            for (name, figure) in point.iter().flat_map(|point| &point.figures) {
                let median = figure.median.map(|median| median.to_string());
                let cells = [
                    night.run_date.as_str(),
                    &run,
                    &scope.name,
                    name,
                    &figure.value.to_string(),
                    median.as_deref().unwrap_or_default(),
                    if figure.sudden { "Y" } else { "N" },
                ];
                writer
                    .write_record(cells)
                    .map_err(|e| failed(e.to_string()))?;
            }
        }
    }
    let bytes = writer.into_inner().map_err(|e| failed(e.to_string()))?;
    String::from_utf8(bytes).map_err(|e| failed(e.to_string()))
}
