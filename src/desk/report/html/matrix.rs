//! The heat map: for each pair of states, the share of cases that were found; and the worst pairs.

use serde::Serialize;

use crate::desk::report::numbers::{grouped, percent, permille};
use crate::desk::report::pairs::worst_pairs;
use crate::desk::report::{Cell, Report, View};
use crate::formats::reference::State;

/// How many of the worst pairs the page lists; the CSV form has them all.
const WORST: usize = 25;
/// Below so many cases a rate says little, and its colour is pale.
const FEW: u64 = 10;

#[derive(Serialize)]
pub(super) struct MatrixRow {
    name: &'static str,
    label: String,
    cells: Vec<Option<MatrixCell>>,
}

#[derive(Serialize)]
pub(super) struct MatrixCell {
    /// The rate's position between the lowest rate and 100 percent, in percent, which selects the
    /// colour.
    rate: u64,
    /// Whether so few cases are behind the rate that it says little.
    few: bool,
    text: String,
    /// The cases behind the rate, shortened: `980`, `1.2k`.
    count: String,
    label: String,
}

/// A pair of states, as the list of the worst shows it.
#[derive(Serialize)]
pub(super) struct PairRow {
    from: &'static str,
    to: &'static str,
    label: String,
    returned: String,
    found: String,
    lost: String,
    rate: String,
    before: String,
}

/// The lowest match rate in the matrix, rounded down to ten percent.
pub(super) fn lowest(report: &Report) -> u64 {
    let cells = report.matrix.values().flat_map(|row| row.values());
    let lowest = cells
        .filter(|cell| cell.returned >= FEW)
        .filter_map(|cell| permille(cell.found, cell.returned))
        .min();
    (lowest.unwrap_or(0) / 100 * 10).min(90)
}

fn name_of(usps: &str) -> &'static str {
    State::from_usps(usps).map_or("", State::name)
}

fn cell_of<'r>(report: &'r Report, from: &str, to: &str) -> Option<&'r Cell> {
    let cell = report.matrix.get(from)?.get(to)?;
    (cell.returned > 0).then_some(cell)
}

pub(super) fn matrix(view: View<'_>) -> Vec<MatrixRow> {
    let report = view.new;
    let lowest = lowest(report);
    let others: Vec<_> = report.national.by_other_state.keys().collect();
    // Many columns have room for whole percents alone.
    let is_dense = others.len() > 20;
    let row = |&from: &&'static str| MatrixRow {
        name: from,
        label: name_of(from).to_owned(),
        cells: others
            .iter()
            .map(|to| {
                let cell = cell_of(report, from, to)?;
                let rate = permille(cell.found, cell.returned)?;
                let mut label = format!(
                    "{} of {} found, {} in sync",
                    grouped(cell.found),
                    grouped(cell.returned),
                    grouped(cell.in_sync)
                );
                if let Some(old) = view.old.and_then(|old| cell_of(old, from, to)) {
                    label += &format!("; before {} %", percent(old.found, old.returned));
                }
                Some(MatrixCell {
                    rate: (rate.saturating_sub(lowest * 10)) * 10 / (100 - lowest),
                    few: cell.returned < FEW,
                    // Whole percents are not rounded up: 100 means all.
                    text: if is_dense {
                        (rate / 10).to_string()
                    } else {
                        percent(cell.found, cell.returned)
                    },
                    count: shortened(cell.returned),
                    label,
                })
            })
            .collect(),
    };
    report.matrix.keys().map(row).collect()
}

pub(super) fn pairs(view: View<'_>) -> Vec<PairRow> {
    let worst = worst_pairs(view.new).into_iter().take(WORST);
    worst
        .map(|pair| {
            let old = view.old.and_then(|old| cell_of(old, pair.from, pair.to));
            PairRow {
                from: pair.from,
                to: pair.to,
                label: format!("{} to {}", name_of(pair.from), name_of(pair.to)),
                returned: grouped(pair.cell.returned),
                found: grouped(pair.cell.found),
                lost: grouped(pair.cell.returned - pair.cell.found),
                rate: percent(pair.cell.found, pair.cell.returned),
                before: old.map_or_else(|| "-".to_owned(), |old| percent(old.found, old.returned)),
            }
        })
        .collect()
}

/// A count in at most four characters: `980`, `1.2k`, `12k`, `1.2M`.
fn shortened(count: u64) -> String {
    let tenths = |unit: u64, name: &str| {
        let tenths = count / (unit / 10);
        if tenths < 100 {
            format!("{}.{}{name}", tenths / 10, tenths % 10)
        } else {
            format!("{}{name}", tenths / 10)
        }
    };
    match count {
        0..=999 => count.to_string(),
        1_000..=999_999 => tenths(1_000, "k"),
        _ => tenths(1_000_000, "M"),
    }
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn counts_are_shortened_downwards() {
        for (count, text) in [
            (0, "0"),
            (999, "999"),
            (1_299, "1.2k"),
            (12_999, "12k"),
            (2_100_000, "2.1M"),
        ] {
            assert_eq!(shortened(count), text);
        }
    }
}
