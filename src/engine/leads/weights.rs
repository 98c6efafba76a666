//! The weights of the evidence, and how often leads of a standing were right: tables that
//! `icr score --calibrate` makes and that are compiled in (docs/leads.md says on which data).

use std::sync::LazyLock;

use super::ask::Why;
use super::evidence::{Evidence, EvidenceSet};
use crate::engine::confidence::Share;

/// A weight, in tenths of a bit: ten more make a case twice as likely, a hundred a thousand times.
pub type Weight = i32;

/// `evidence,right,wrong,weight`.
const WEIGHTS: &str = include_str!("weights.csv");
/// `why,from,right,trials`: of the leads with at least this standing, and less than that of the next
/// row.
const SHARES: &str = include_str!("shares.csv");

struct Tables {
    weights: [Weight; Evidence::COUNT],
    prior: Weight,
    /// For each reason the rows, ascending.
    shares: [Vec<(Weight, Share)>; Why::ALL.len()],
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let mut tables = Tables {
        weights: [0; Evidence::COUNT],
        prior: 0,
        shares: Default::default(),
    };
    for line in WEIGHTS.lines().skip(1) {
        let mut cells = line.split(',');
        let (name, weight) = (cells.next().unwrap_or_default(), cells.nth(2));
        let weight = weight.and_then(tenths).unwrap_or_default();
        match Evidence::from_name(name) {
            Some(piece) => tables.weights[piece as usize] = weight,
            None => tables.prior = weight,
        }
    }
    for (why, from, share) in SHARES.lines().filter_map(share_row) {
        tables.shares[why as usize].push((from, share));
    }
    for rows in &mut tables.shares {
        rows.sort_unstable_by_key(|(from, _)| *from);
    }
    tables
});

/// Reads a number with one decimal.
fn tenths(text: &str) -> Option<Weight> {
    let number: f64 = text.parse().ok()?;
    Some((number * 10.0).round() as Weight)
}

fn share_row(line: &str) -> Option<(Why, Weight, Share)> {
    let mut cells = line.split(',');
    let why = Why::from_word(cells.next()?)?;
    let from = tenths(cells.next()?)?;
    let right = cells.next()?.parse().ok()?;
    let trials = cells.next()?.parse().ok()?;
    Some((why, from, Share { right, trials }))
}

/// The sum of the weights of the evidence, and of the prior: what is known before any evidence.
pub fn weight_of(evidence: EvidenceSet) -> Weight {
    let tables = &*TABLES;
    let pieces = evidence.iter().map(|piece| tables.weights[piece as usize]);
    tables.prior + pieces.sum::<Weight>()
}

/// By how much the candidate at a place is ahead of the best other one, or of zero, which stands for
/// there being no counterpart.
pub fn standing(weights: &[Weight], place: usize) -> Weight {
    let others = weights.iter().enumerate();
    let others = others.filter(|(other, _)| *other != place);
    let best = others.map(|(_, &weight)| weight).max().unwrap_or_default();
    weights[place] - best.max(0)
}

/// How often leads of a standing were right.
pub fn share_at(why: Why, standing: Weight) -> Share {
    let rows = &TABLES.shares[why as usize];
    let after = rows.partition_point(|(from, _)| *from <= standing);
    let row = rows.get(after.saturating_sub(1));
    row.map_or_else(Share::default, |(_, share)| *share)
}

/// Both tables as they are compiled in: weights, then shares.
pub fn tables() -> [&'static str; 2] {
    [WEIGHTS, SHARES]
}

impl Evidence {
    /// Its weight.
    pub fn weight(self) -> Weight {
        TABLES.weights[self as usize]
    }

    /// The weight of what is known before any evidence.
    pub fn prior() -> Weight {
        TABLES.prior
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_whole() {
        let names: Vec<&str> = WEIGHTS
            .lines()
            .skip(1)
            .filter_map(|line| line.split(',').next())
            .collect();
        let expected = Evidence::ALL.map(Evidence::name);
        assert_eq!(names[0], "prior");
        assert_eq!(names[1..], expected);
        assert_eq!(
            SHARES.lines().skip(1).count(),
            SHARES.lines().filter_map(share_row).count()
        );
        for why in Why::ALL {
            let shares = [-1000, 0, 1000].map(|standing| share_at(why, standing));
            assert!(shares.iter().all(|share| share.trials > 0), "{why:?}");
            assert!(shares[0].share() <= shares[2].share(), "{why:?}");
        }
    }

    #[test]
    fn a_standing_is_the_distance_to_the_best_other_or_to_nobody() {
        let weights = [120, 90, -20];
        assert_eq!(standing(&weights, 0), 30);
        assert_eq!(standing(&weights, 1), -30);
        assert_eq!(standing(&weights, 2), -140);
        assert_eq!(standing(&[-20], 0), -20);
        assert_eq!(standing(&[50], 0), 50);
    }
}
