//! The nights, the figures of each scope, and which of them changed suddenly (decision 0043).

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

use super::corrections::{Corrections, corrections};
use super::figures::figures_of;
use crate::error::Result;
use crate::formats::layout::LayoutSet;
use crate::run::{FinishedRun, responses_pruned, runs_of};
use crate::stop::Stop;

/// A figure is compared with the median of so many nights before, at most and at least.
const WINDOW: usize = 14;
const FEWEST: usize = 5;
/// It changed suddenly if it is away from the median by more than each of these: a share of it, so
/// many times the median deviation, a count.
const SHARE_PERCENT: u64 = 10;
const DEVIATIONS: u64 = 5;
const COUNT: u64 = 10;
/// How many of what moved most are listed.
const MOST: usize = 10;
/// The scope of the nation.
const NATION: &str = "all";

/// What became of every state over the nights.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct History {
    /// The form.
    #[schemars(extend("const" = "icr.history/1"))]
    pub schema: &'static str,
    /// The runs, by date.
    pub nights: Vec<Night>,
    /// The nation (`all`), then the states.
    pub scopes: Vec<Scope>,
    /// The figures of the last night that are farthest from their medians.
    pub moved_most: Vec<Moved>,
}

/// A run.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Night {
    /// The folder's name.
    pub run: String,
    /// CCYYMMDD.
    pub run_date: String,
    /// Whether only some states were answered.
    pub partial: bool,
    /// When people's data were taken out of it, CCYYMMDD.
    pub pruned: Option<String>,
}

/// The nation or a state.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Scope {
    /// `all`, or the USPS code.
    pub name: String,
    /// For each night what is known.
    pub points: Vec<Option<Point>>,
    /// What was corrected, over all nights whose responses are there.
    pub corrections: Corrections,
}

/// A scope in a night.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Point {
    /// The date of the run whose extract was used instead, where one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stood_in: Option<String>,
    /// By name.
    pub figures: BTreeMap<String, Figure>,
}

/// A figure of a night.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Figure {
    /// The figure.
    pub value: u64,
    /// The median of the nights before, where there are enough.
    pub median: Option<u64>,
    /// Whether it changed suddenly.
    pub sudden: bool,
}

/// A figure that moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Moved {
    /// `all`, or the USPS code.
    pub scope: String,
    /// The figure's name.
    pub figure: String,
    /// The figure.
    pub value: u64,
    /// The median of the nights before.
    pub median: u64,
}

/// Reads the history of the runs that the paths name; without `responses`, from the summaries alone.
///
/// # Errors
/// As [`runs_of`], as reading responses, and [`crate::Error::Interrupted`].
pub fn history(
    paths: &[PathBuf],
    responses: bool,
    layouts: &LayoutSet,
    stop: &Stop,
) -> Result<History> {
    let runs = runs_of(paths)?;
    let nights: Vec<Night> = runs.iter().map(night_of).collect::<Result<_>>()?;
    let states: BTreeSet<&str> = runs
        .iter()
        .flat_map(|run| run.summary.states.keys().copied())
        .collect();
    let mut scopes: Vec<Scope> = Vec::from_iter(states)
        .into_par_iter()
        .with_max_len(1)
        .map(|usps| {
            stop.check()?;
            let corrected = if responses {
                corrections(&runs, usps, layouts, stop)?
            } else {
                vec![None; runs.len()]
            };
            Ok(state_scope(&runs, usps, &corrected))
        })
        .collect::<Result<_>>()?;
    scopes.insert(0, nation(&runs, &nights, &scopes));
    scopes.iter_mut().for_each(hold_against_medians);
    let moved_most = moved_most(&scopes);
    Ok(History {
        schema: "icr.history/1",
        nights,
        scopes,
        moved_most,
    })
}

fn night_of(run: &FinishedRun) -> Result<Night> {
    Ok(Night {
        run: run.name(),
        run_date: run.summary.run_date.clone(),
        partial: run.summary.only.is_some(),
        pruned: responses_pruned(run)?,
    })
}

fn plain(value: u64) -> Figure {
    Figure {
        value,
        median: None,
        sudden: false,
    }
}

fn state_scope(runs: &[FinishedRun], usps: &str, corrected: &[Option<Corrections>]) -> Scope {
    let mut all = Corrections::default();
    let points = runs.iter().zip(corrected).map(|(run, corrected)| {
        let said = run.summary.states.get(usps)?;
        let figures = figures_of(said).into_iter();
        let mut point = Point {
            stood_in: said.stood_in.as_ref().map(|before| before.accepted.clone()),
            figures: figures.map(|(name, value)| (name, plain(value))).collect(),
        };
        if let Some(corrected) = corrected {
            all.merge(corrected);
            let figure = plain(corrected.cases);
            point.figures.insert("corrected".to_owned(), figure);
        }
        Some(point)
    });
    let points = points.collect();
    Scope {
        name: usps.to_owned(),
        points,
        corrections: all,
    }
}

/// The nation; of a night in which only some states were answered there are no sums.
fn nation(runs: &[FinishedRun], nights: &[Night], states: &[Scope]) -> Scope {
    let mut all = Corrections::default();
    for scope in states {
        all.merge(&scope.corrections);
    }
    let point = |(at, (run, night)): (usize, (&FinishedRun, &Night))| {
        if night.partial {
            return None;
        }
        let figures = figures_of(&run.summary.run).into_iter();
        let mut figures: BTreeMap<String, Figure> =
            figures.map(|(name, value)| (name, plain(value))).collect();
        let corrected = states.iter().filter_map(|scope| {
            let point = scope.points[at].as_ref()?;
            Some(point.figures.get("corrected")?.value)
        });
        let corrected: Vec<u64> = corrected.collect();
        if !corrected.is_empty() {
            figures.insert("corrected".to_owned(), plain(corrected.iter().sum()));
        }
        Some(Point {
            stood_in: None,
            figures,
        })
    };
    Scope {
        name: NATION.to_owned(),
        points: runs.iter().zip(nights).enumerate().map(point).collect(),
        corrections: all,
    }
}

/// The lower of the two in the middle.
fn median(mut values: Vec<u64>) -> u64 {
    values.sort_unstable();
    values[(values.len() - 1) / 2]
}

/// Holds every figure against the median of the nights before; nights in which an older extract stood
/// in are no measure.
fn hold_against_medians(scope: &mut Scope) {
    let names: BTreeSet<String> = scope
        .points
        .iter()
        .flatten()
        .flat_map(|point| point.figures.keys().cloned())
        .collect();
    for name in names {
        let mut before: Vec<u64> = Vec::new();
        for point in scope.points.iter_mut().flatten() {
            let measures = point.stood_in.is_none();
            let Some(figure) = point.figures.get_mut(&name) else {
                continue;
            };
            let window = &before[before.len().saturating_sub(WINDOW)..];
            if window.len() >= FEWEST {
                let middle = median(window.to_vec());
                let deviation = median(window.iter().map(|v| v.abs_diff(middle)).collect());
                let away = figure.value.abs_diff(middle);
                figure.median = Some(middle);
                figure.sudden = away * 100 > middle * SHARE_PERCENT
                    && away > deviation * DEVIATIONS
                    && away > COUNT;
            }
            if measures {
                before.push(figure.value);
            }
        }
    }
}

/// The figures of the last night, the farthest from their medians first.
fn moved_most(scopes: &[Scope]) -> Vec<Moved> {
    let mut moved = Vec::new();
    for scope in scopes {
        let Some(Some(point)) = scope.points.last() else {
            continue;
        };
        for (name, figure) in &point.figures {
            if let Some(median) = figure.median
                && median != figure.value
            {
                moved.push(Moved {
                    scope: scope.name.clone(),
                    figure: name.clone(),
                    value: figure.value,
                    median,
                });
            }
        }
    }
    let share = |moved: &Moved| {
        let away = moved.value.abs_diff(moved.median);
        away * 1000 / moved.median.max(COUNT)
    };
    moved.sort_by_key(|m| {
        (
            std::cmp::Reverse(share(m)),
            m.scope.clone(),
            m.figure.clone(),
        )
    });
    moved.truncate(MOST);
    moved
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(values: &[u64]) -> Scope {
        let point = |value: &u64| {
            let figures = [("records.read".to_owned(), plain(*value))];
            Some(Point {
                stood_in: None,
                figures: figures.into_iter().collect(),
            })
        };
        let mut scope = Scope {
            name: "TX".to_owned(),
            points: values.iter().map(point).collect(),
            corrections: Corrections::default(),
        };
        hold_against_medians(&mut scope);
        scope
    }

    fn last(values: &[u64]) -> Figure {
        let scope = scope(values);
        scope.points.last().unwrap().as_ref().unwrap().figures["records.read"]
    }

    #[test]
    fn a_sudden_change_is_far_from_the_nights_before() {
        let figure = last(&[1000, 1001, 999, 1000, 1002, 500]);
        assert_eq!((figure.median, figure.sudden), (Some(1000), true));
        // Within a tenth, within what is usual, or a handful: not sudden.
        assert!(!last(&[1000, 1001, 999, 1000, 1002, 1090]).sudden);
        assert!(!last(&[1000, 400, 1600, 700, 1300, 500]).sudden);
        assert!(!last(&[3, 3, 3, 3, 3, 9]).sudden);
        // Too few nights are no measure.
        assert_eq!(last(&[1000, 1000, 1000, 1000, 10]).median, None);
    }

    #[test]
    fn half_of_the_corrections_took_at_most_the_median() {
        let mut corrections = Corrections::default();
        assert_eq!(corrections.median_days(), None);
        for days in [1, 1, 2, 9] {
            corrections.add(days);
        }
        assert_eq!(corrections.median_days(), Some(1));
        corrections.add(3);
        assert_eq!(corrections.median_days(), Some(2));
    }
}
