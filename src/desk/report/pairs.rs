//! Which pairs of states agree least: where a director looks first.

use super::Report;
use super::model::Cell;

/// The cases that a state got back about another.
pub(super) struct Pair {
    /// The submitting state.
    pub(super) from: &'static str,
    /// The other state.
    pub(super) to: &'static str,
    /// The cases.
    pub(super) cell: Cell,
}

/// The pairs in which a case was not found, the worst first (ours).
///
/// The order is by the share of cases that were not found that is certain, not by the share that
/// happened to occur: one of one says little, 300 of 1,000 much. It is the lower bound of Wilson's
/// interval at 95 % (public: E. B. Wilson, Probable Inference, 1927).
pub(super) fn worst_pairs(report: &Report) -> Vec<Pair> {
    let rows = report.matrix.iter();
    let pairs =
        rows.flat_map(|(&from, row)| row.iter().map(move |(&to, &cell)| Pair { from, to, cell }));
    let mut pairs: Vec<Pair> = pairs
        .filter(|pair| pair.cell.found < pair.cell.returned)
        .collect();
    pairs.sort_by(|a, b| {
        let lost = |pair: &Pair| at_least(pair.cell.returned - pair.cell.found, pair.cell.returned);
        lost(b)
            .total_cmp(&lost(a))
            .then_with(|| (a.from, a.to).cmp(&(b.from, b.to)))
    });
    pairs
}

/// The lower bound of a share, with 95 % confidence.
fn at_least(part: u64, whole: u64) -> f64 {
    const Z: f64 = 1.96;
    let (n, p) = (whole as f64, part as f64 / whole as f64);
    let middle = p + Z * Z / (2.0 * n);
    let spread = Z * ((p * (1.0 - p) + Z * Z / (4.0 * n)) / n).sqrt();
    (middle - spread) / (1.0 + Z * Z / n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_cases_count_more_than_a_high_share_of_few() {
        assert!(at_least(300, 1000) > at_least(1, 1));
        assert!(at_least(9, 10) > at_least(300, 1000));
        assert!(at_least(2, 10) < at_least(2, 8));
        assert!((at_least(1, 1) - 0.2065).abs() < 1e-4);
    }
}
