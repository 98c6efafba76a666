//! The weights of the evidence, and how often leads of a standing were right: tables that
//! `icr score --calibrate` makes and that are compiled in (docs/leads.md says on which data).

use std::sync::LazyLock;

use super::ask::Why;
use super::evidence::{Evidence, EvidenceSet};
use crate::engine::confidence::Share;

/// A weight, in tenths of a bit: ten more make a case twice as likely, a hundred a thousand times.
pub type Weight = i32;

/// `why,evidence,right,wrong,weight`.
const WEIGHTS: &str = include_str!("weights.csv");
/// `why,contested,from,right,trials`: of the leads with at least this standing, and less than that of
/// the next row.
const SHARES: &str = include_str!("shares.csv");

/// The tables for one reason.
struct Tables {
    weights: [Weight; Evidence::COUNT],
    prior: Weight,
    /// The rows for leads that are not contested and for those that are, ascending.
    shares: [Vec<(Weight, Share)>; 2],
}

static TABLES: LazyLock<[Tables; Why::ALL.len()]> = LazyLock::new(|| {
    let mut all = Why::ALL.map(|_| Tables {
        weights: [0; Evidence::COUNT],
        prior: 0,
        shares: Default::default(),
    });
    for (why, piece, weight) in WEIGHTS.lines().filter_map(weight_row) {
        let tables = &mut all[why as usize];
        match piece {
            Some(piece) => tables.weights[piece as usize] = weight,
            None => tables.prior = weight,
        }
    }
    for (why, contested, from, share) in SHARES.lines().filter_map(share_row) {
        all[why as usize].shares[usize::from(contested)].push((from, share));
    }
    for rows in all.iter_mut().flat_map(|tables| &mut tables.shares) {
        rows.sort_unstable_by_key(|(from, _)| *from);
    }
    all
});

/// The words of the column `contested`.
pub const CONTESTED: [&str; 2] = ["no", "yes"];

/// Reads a number with one decimal.
fn tenths(text: &str) -> Option<Weight> {
    let number: f64 = text.parse().ok()?;
    Some((number * 10.0).round() as Weight)
}

/// A row of weights; no evidence stands for the prior.
fn weight_row(line: &str) -> Option<(Why, Option<Evidence>, Weight)> {
    let mut cells = line.split(',');
    let why = Why::from_word(cells.next()?)?;
    let name = cells.next()?;
    let piece = Evidence::from_name(name);
    (piece.is_some() || name == "prior").then_some(())?;
    Some((why, piece, tenths(cells.nth(2)?)?))
}

fn share_row(line: &str) -> Option<(Why, bool, Weight, Share)> {
    let mut cells = line.split(',');
    let why = Why::from_word(cells.next()?)?;
    let contested = cells.next()?;
    let contested = CONTESTED.iter().position(|word| *word == contested)? == 1;
    let from = tenths(cells.next()?)?;
    let right = cells.next()?.parse().ok()?;
    let trials = cells.next()?.parse().ok()?;
    Some((why, contested, from, Share { right, trials }))
}

/// The sum of the weights of the evidence, and of the prior: what is known before any evidence.
pub fn weight_of(why: Why, evidence: EvidenceSet) -> Weight {
    let tables = &TABLES[why as usize];
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

/// How often leads of a standing were right, contested ones or others.
pub fn share_at(why: Why, contested: bool, standing: Weight) -> Share {
    let rows = &TABLES[why as usize].shares[usize::from(contested)];
    let after = rows.partition_point(|(from, _)| *from <= standing);
    let row = rows.get(after.saturating_sub(1));
    row.map_or_else(Share::default, |(_, share)| *share)
}

/// Both tables as they are compiled in: weights, then shares.
pub fn tables() -> [&'static str; 2] {
    [WEIGHTS, SHARES]
}

impl Evidence {
    /// Its weight in leads that are sought for this reason.
    pub fn weight(self, why: Why) -> Weight {
        TABLES[why as usize].weights[self as usize]
    }

    /// The weight of what is known before any evidence.
    pub fn prior(why: Why) -> Weight {
        TABLES[why as usize].prior
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_whole() {
        let rows: Vec<_> = WEIGHTS.lines().skip(1).map(weight_row).collect();
        let pieces = std::iter::once(None).chain(Evidence::ALL.map(Some));
        let expected = Why::ALL
            .into_iter()
            .flat_map(|why| pieces.clone().map(move |piece| (why, piece)));
        assert!(
            rows.iter()
                .map(|row| row.map(|(why, piece, _)| (why, piece)))
                .eq(expected.map(Some))
        );
        assert_eq!(
            SHARES.lines().skip(1).count(),
            SHARES.lines().filter_map(share_row).count()
        );
        for why in Why::ALL {
            for contested in [false, true] {
                let share_at = |standing| share_at(why, contested, standing);
                let shares = [-1000, 0, 1000].map(share_at);
                assert!(shares.iter().all(|share| share.trials > 0), "{why:?}");
                assert!(shares[0].share() <= shares[2].share(), "{why:?}");
            }
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
