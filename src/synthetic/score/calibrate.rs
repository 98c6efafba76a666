//! Makes the tables that are compiled in, from runs with leads and the truths about their extracts:
//! the weights of the evidence, the shares of leads by standing, and the shares of the classes.

use super::classes::ByClass;
use super::leads::CaseLeads;
use super::truth::Truth;
use crate::engine::confidence::{Class, Share};
use crate::engine::leads::{CONTESTED, Evidence, Weight, Why, standing, weight_of};

/// A row of the table of shares rests on so many leads at least, so that one false lead moves it by a
/// thousandth and no more.
const LEAST_TRIALS: u64 = 1000;
/// Above this share each row counts.
const SURE: f64 = 0.9;
/// No weight is beyond this, in tenths of a bit: what was never seen of another case may be.
const MOST_WEIGHT: f64 = 150.0;

/// What is counted over all runs.
#[derive(Default)]
pub struct Calibration {
    /// What is counted of the leads sought for each reason.
    by_reason: [OfReason; Why::ALL.len()],
    /// Answers by class.
    by_class: ByClass,
}

/// What is counted of leads.
struct OfReason {
    /// Leads that are right, and that are not, by evidence.
    seen: [[u64; 2]; Evidence::COUNT],
    /// All leads that are right, and that are not.
    all: [u64; 2],
    /// Standing and verdict of each lead; of those that are not contested, and of those that are.
    standings: [Vec<(Weight, bool)>; 2],
}

impl Default for OfReason {
    fn default() -> Self {
        OfReason {
            seen: [[0; 2]; Evidence::COUNT],
            all: [0; 2],
            standings: Default::default(),
        }
    }
}

impl Calibration {
    /// Adds a run.
    pub fn add(&mut self, cases: &[CaseLeads], by_class: &ByClass, truth: &Truth) {
        for case in cases {
            let leads = case.leads.iter();
            let weights: Vec<Weight> = leads.map(|l| weight_of(case.why, l.evidence)).collect();
            let counted = &mut self.by_reason[case.why as usize];
            for (place, lead) in case.leads.iter().enumerate() {
                let right = case.is_right(lead, truth);
                let side = usize::from(!right);
                counted.all[side] += 1;
                for piece in lead.evidence.iter() {
                    counted.seen[piece as usize][side] += 1;
                }
                let contested = usize::from(lead.evidence.is_contested());
                counted.standings[contested].push((standing(&weights, place), right));
            }
        }
        for (mine, theirs) in self.by_class.iter_mut().zip(by_class) {
            mine.right += theirs.right;
            mine.trials += theirs.trials;
        }
    }

    /// `why,evidence,right,wrong,weight`: the weight is log2 of how much more often the evidence is seen
    /// of right leads than of wrong ones; that of the prior, of how many are right for one that is not.
    /// Half a lead is added on each side, so that nothing is infinite.
    pub fn weights(&self) -> String {
        let bits = |right: f64, wrong: f64| {
            let tenths = ((right / wrong).log2() * 10.0).round();
            tenths.clamp(-MOST_WEIGHT, MOST_WEIGHT) / 10.0
        };
        let mut text = "why,evidence,right,wrong,weight\n".to_owned();
        for (why, counted) in Why::ALL.into_iter().zip(&self.by_reason) {
            let ([right, wrong], why) = (counted.all, why.word());
            let prior = bits(right as f64 + 0.5, wrong as f64 + 0.5);
            text += &format!("{why},prior,{right},{wrong},{prior:.1}\n");
            for (piece, [r, w]) in Evidence::ALL.into_iter().zip(&counted.seen) {
                let share = |seen: u64, all: u64| (seen as f64 + 0.5) / (all as f64 + 1.0);
                let weight = if piece.is_about_another() {
                    0.0
                } else {
                    bits(share(*r, right), share(*w, wrong))
                };
                text += &format!("{why},{},{r},{w},{weight:.1}\n", piece.name());
            }
        }
        text
    }

    /// `why,contested,from,right,trials`: leads by standing, cut so that each row rests on enough of them
    /// and no row says less than the one before.
    pub fn shares(&self) -> String {
        let mut text = "why,contested,from,right,trials\n".to_owned();
        for (why, counted) in Why::ALL.into_iter().zip(&self.by_reason) {
            for (contested, standings) in CONTESTED.into_iter().zip(&counted.standings) {
                for (from, share) in rows(standings) {
                    let (from, why) = (f64::from(from) / 10.0, why.word());
                    let Share { right, trials } = share;
                    text += &format!("{why},{contested},{from:.1},{right},{trials}\n");
                }
            }
        }
        text
    }

    /// `class,right,trials`.
    pub fn classes(&self) -> String {
        let mut text = "class,right,trials\n".to_owned();
        for (class, share) in Class::ALL.into_iter().zip(&self.by_class) {
            text += &format!("{},{},{}\n", class.name(), share.right, share.trials);
        }
        text
    }
}

/// The leads by standing: pools of neighbouring ones, from the lowest.
fn rows(standings: &[(Weight, bool)]) -> Vec<(Weight, Share)> {
    let mut sorted = standings.to_vec();
    sorted.sort_unstable();
    let mut rows: Vec<(Weight, Share)> = Vec::new();
    for run in sorted.chunk_by(|a, b| a.0 == b.0) {
        let new = Share {
            right: run.iter().filter(|(_, right)| *right).count() as u64,
            trials: run.len() as u64,
        };
        match rows.last_mut() {
            Some((_, last)) if last.trials < LEAST_TRIALS => {
                last.right += new.right;
                last.trials += new.trials;
            }
            _ => rows.push((run[0].0, new)),
        }
    }
    // The last row may have stayed too small.
    if let [.., _, (_, last)] = rows[..]
        && last.trials < LEAST_TRIALS
    {
        rows.pop();
        if let Some((_, before)) = rows.last_mut() {
            before.right += last.right;
            before.trials += last.trials;
        }
    }
    // No row may say less than the one before: such neighbours are one (pool adjacent violators).
    let mut pooled: Vec<(Weight, Share)> = Vec::new();
    for row in rows {
        pooled.push(row);
        while let [.., (_, before), (_, last)] = pooled[..] {
            if before.share() <= last.share() {
                break;
            }
            pooled.pop();
            if let Some((_, merged)) = pooled.last_mut() {
                merged.right += last.right;
                merged.trials += last.trials;
            }
        }
    }
    coarser(pooled)
}

/// Rows that say nearly the same of leads that are far from sure are one.
fn coarser(rows: Vec<(Weight, Share)>) -> Vec<(Weight, Share)> {
    let mut kept: Vec<(Weight, Share)> = Vec::new();
    for (from, share) in rows {
        match kept.last_mut() {
            Some((_, last)) if share.share() < SURE && share.share() - last.share() < 0.01 => {
                last.right += share.right;
                last.trials += share.trials;
            }
            _ => kept.push((from, share)),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_rest_on_enough_leads_and_never_fall() {
        // Shares that rise with the standing, and one dent.
        let mut all = Vec::new();
        for standing in -50..50 {
            for lead in 0..300 {
                let wrong = if standing == 30 {
                    250
                } else {
                    150 - standing * 3
                };
                all.push((standing, lead >= wrong));
            }
        }
        let rows = rows(&all);
        assert_eq!(
            rows.iter().map(|(_, share)| share.trials).sum::<u64>(),
            30_000
        );
        assert!(rows.len() > 10);
        assert_eq!(rows[0].0, -50);
        for pair in rows.windows(2) {
            assert!(pair[0].0 < pair[1].0);
            assert!(pair[0].1.share() <= pair[1].1.share());
        }
        assert!(rows.iter().all(|(_, share)| share.trials >= LEAST_TRIALS));
        assert!(super::rows(&[]).is_empty());
        assert_eq!(super::rows(&[(3, true)]).len(), 1);
    }
}
