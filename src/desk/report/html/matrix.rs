//! The heat map: for each pair of states, the share of cases that were found.

use serde::Serialize;

use crate::desk::report::Report;
use crate::desk::report::numbers::{grouped, percent, permille};

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
    text: String,
    label: String,
}

/// The lowest match rate in the matrix, rounded down to ten percent.
pub(super) fn lowest(report: &Report) -> u64 {
    let cells = report.matrix.values().flat_map(|row| row.values());
    let lowest = cells
        .filter_map(|cell| permille(cell.found, cell.returned))
        .min();
    (lowest.unwrap_or(0) / 100 * 10).min(90)
}

pub(super) fn matrix(report: &Report) -> Vec<MatrixRow> {
    let lowest = lowest(report);
    let name_of = |usps: &str| {
        let state = crate::formats::reference::State::from_usps(usps);
        state.map_or("", crate::formats::reference::State::name)
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
