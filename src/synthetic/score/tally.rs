//! Counts correct and wrong answers.

use std::ops::AddAssign;

use schemars::JsonSchema;
use serde::Serialize;

use super::classes::ByClass;
use super::participants::PersonCounts;
use super::truth::{CaseKey, TrueCase};
use crate::engine::extract::Severity;
use crate::engine::matching::ReasonCodes;
use crate::formats::record::CaseId;
use crate::formats::reference::State;
use crate::synthetic::synth::Planted;

/// How an answer compares with the truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The true counterpart.
    Right,
    /// Another case than the true counterpart.
    Wrong,
    /// A case, although there is no counterpart.
    Stray,
    /// 01, although there is a counterpart.
    Missed,
    /// 01, and there is none.
    RightlyNone,
}

/// A run's answer for a case.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// The case that was found, and the tier, from 1.
    pub found: Option<(State, CaseId, u8)>,
    /// The number of participants that matched, adults and children.
    pub matched: u32,
    /// The union of its records' codes.
    pub codes: ReasonCodes,
}

impl Answer {
    /// Whether tier 1 found a case in which nobody matched: usually a mistyped Case ID that exists
    /// and belongs to strangers. By the rules it is returned, with 06 for everyone.
    pub fn is_nobody(&self) -> bool {
        self.matched == 0 && self.found.is_some_and(|(_, _, tier)| tier == 1)
    }

    /// How it compares with the truth.
    pub fn verdict(&self, truth: &TrueCase) -> Verdict {
        match (
            self.found.map(|(state, id, _)| (state, id)),
            truth.counterpart,
        ) {
            (Some(found), Some(counterpart)) if found == counterpart => Verdict::Right,
            (Some(_), Some(_)) => Verdict::Wrong,
            (Some(_), None) => Verdict::Stray,
            (None, Some(_)) => Verdict::Missed,
            (None, None) => Verdict::RightlyNone,
        }
    }
}

/// Cases by verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Counts {
    /// The true counterpart.
    pub right: u64,
    /// Another case than the true counterpart.
    pub wrong: u64,
    /// A case, although there is no counterpart.
    pub stray: u64,
    /// 01, although there is a counterpart.
    pub missed: u64,
    /// 01, and there is none.
    pub rightly_none: u64,
    /// The part of `right` that tier 1 found and in which nobody matched.
    pub right_nobody: u64,
    /// The same part of `wrong`.
    pub wrong_nobody: u64,
    /// The same part of `stray`.
    pub stray_nobody: u64,
}

impl Counts {
    fn add(&mut self, verdict: Verdict, nobody: bool) {
        let nobody = u64::from(nobody);
        match verdict {
            Verdict::Right => {
                self.right += 1;
                self.right_nobody += nobody;
            }
            Verdict::Wrong => {
                self.wrong += 1;
                self.wrong_nobody += nobody;
            }
            Verdict::Stray => {
                self.stray += 1;
                self.stray_nobody += nobody;
            }
            Verdict::Missed => self.missed += 1,
            Verdict::RightlyNone => self.rightly_none += 1,
        }
    }

    /// All cases.
    pub fn all(&self) -> u64 {
        self.right + self.wrong + self.stray + self.missed + self.rightly_none
    }

    /// Cases with a false answer.
    pub fn errors(&self) -> u64 {
        self.wrong + self.stray + self.missed
    }

    /// Tier-1 matches in which nobody matched.
    pub fn nobody(&self) -> u64 {
        self.right_nobody + self.wrong_nobody + self.stray_nobody
    }

    /// The share of true counterparts among those returned; 1 if none was returned.
    pub fn precision(&self) -> f64 {
        share(self.right, self.right + self.wrong + self.stray)
    }

    /// Of the returned cases with a counterpart, the share that got it; 1 if there are none.
    pub fn recall(&self) -> f64 {
        share(self.right, self.right + self.wrong + self.missed)
    }

    /// These counts without tier-1 matches in which nobody matched, correct ones included.
    #[must_use]
    pub fn without_nobody(&self) -> Counts {
        Counts {
            right: self.right - self.right_nobody,
            wrong: self.wrong - self.wrong_nobody,
            stray: self.stray - self.stray_nobody,
            right_nobody: 0,
            wrong_nobody: 0,
            stray_nobody: 0,
            ..*self
        }
    }
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        1.0
    } else {
        part as f64 / whole as f64
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.right += other.right;
        self.wrong += other.wrong;
        self.stray += other.stray;
        self.missed += other.missed;
        self.rightly_none += other.rightly_none;
        self.right_nobody += other.right_nobody;
        self.wrong_nobody += other.wrong_nobody;
        self.stray_nobody += other.stray_nobody;
    }
}

/// A case of the truth that was returned.
#[derive(Clone, Copy, Debug)]
pub struct Returned {
    /// Its index among the true cases.
    pub place: u32,
    /// How its answer compares with the truth.
    pub verdict: Verdict,
    /// The union of its records' codes.
    pub codes: ReasonCodes,
}

/// A case with a wrong answer.
#[derive(Clone, Debug)]
pub struct Example {
    /// The case.
    pub key: CaseKey,
    /// The true counterpart.
    pub counterpart: Option<(State, CaseId)>,
    /// What was found, and by which tier.
    pub found: Option<(State, CaseId, u8)>,
    /// What was planted.
    pub planted: Planted,
    /// The certain codes.
    pub certain: ReasonCodes,
    /// The codes that it got.
    pub codes: ReasonCodes,
}

/// The number of cases shown per confusion.
const EXAMPLES: usize = 5;

/// The confusions whose first cases are shown, in the order of [`Tally::examples`].
pub const CONFUSIONS: [&str; 4] = ["wrong", "stray", "missed", "certain_code_wrong"];

/// All counts.
#[derive(Clone, Debug)]
pub struct Tally {
    /// Records read.
    pub records: u64,
    /// All cases.
    pub cases: Counts,
    /// By the tier that found them, in the order of [`crate::engine::response::TIERS`].
    pub by_tier: [Counts; 8],
    /// Cases in which nothing was planted on either side.
    pub clean: Counts,
    /// By each thing that was planted (see [`Planted::places`]).
    pub by_kind: Vec<Counts>,
    /// By each pair of things that were planted, `first * Planted::COUNT + second`, with first
    /// below second.
    pub by_pair: Vec<Counts>,
    /// Answers by confidence class.
    pub by_class: ByClass,
    /// Participants of cases with the true counterpart, where it is known who is who.
    pub people: PersonCounts,
    /// Cases with certain codes.
    pub certain: u64,
    /// Cases that lack a certain code.
    pub certain_wrong: u64,
    /// Cases with certain codes that also have other codes.
    pub certain_beyond: u64,
    /// Cases that are not in the truth.
    pub unknown: u64,
    /// The cases that were returned, in the order of the files.
    pub returned: Vec<Returned>,
    /// The first cases of each confusion.
    pub examples: [Vec<Example>; 4],
}

impl Default for Tally {
    fn default() -> Self {
        Tally {
            records: 0,
            cases: Counts::default(),
            by_tier: [Counts::default(); 8],
            clean: Counts::default(),
            by_kind: vec![Counts::default(); Planted::COUNT],
            by_pair: vec![Counts::default(); Planted::COUNT * Planted::COUNT],
            by_class: ByClass::default(),
            people: PersonCounts::default(),
            certain: 0,
            certain_wrong: 0,
            certain_beyond: 0,
            unknown: 0,
            returned: Vec::new(),
            examples: Default::default(),
        }
    }
}

impl Tally {
    /// Counts an answer; `place` is the index of its case among the true ones.
    pub fn add(&mut self, place: u32, truth: &TrueCase, answer: &Answer) {
        let (verdict, nobody) = (answer.verdict(truth), answer.is_nobody());
        self.returned.push(Returned {
            place,
            verdict,
            codes: answer.codes,
        });
        self.cases.add(verdict, nobody);
        let tier = answer
            .found
            .map_or(7, |(_, _, tier)| usize::from(tier.clamp(1, 7)) - 1);
        self.by_tier[tier].add(verdict, nobody);
        if truth.planted.is_empty() {
            self.clean.add(verdict, nobody);
        }
        let planted: Vec<usize> = truth.planted.places().collect();
        for (at, &first) in planted.iter().enumerate() {
            self.by_kind[first].add(verdict, nobody);
            for &second in &planted[at + 1..] {
                self.by_pair[first * Planted::COUNT + second].add(verdict, nobody);
            }
        }
        let mut confusions = match verdict {
            Verdict::Wrong => vec![0],
            Verdict::Stray => vec![1],
            Verdict::Missed => vec![2],
            Verdict::Right | Verdict::RightlyNone => vec![],
        };
        if !truth.certain.is_empty() {
            let lacks = truth.certain.iter().any(|code| !answer.codes.holds(code));
            let beyond = answer.codes.iter().any(|code| !truth.certain.holds(code));
            self.certain += 1;
            self.certain_wrong += u64::from(lacks);
            self.certain_beyond += u64::from(beyond);
            if lacks {
                confusions.push(3);
            }
        }
        for confusion in confusions {
            if self.examples[confusion].len() < EXAMPLES {
                self.examples[confusion].push(Example {
                    key: truth.key,
                    counterpart: truth.counterpart,
                    found: answer.found,
                    planted: truth.planted,
                    certain: truth.certain,
                    codes: answer.codes,
                });
            }
        }
    }

    /// Whether there is a finding of this severity or above. A counterpart that is wrong or missed,
    /// or a missing certain code, is an error; a case that is not in the truth is a warning.
    pub fn has(&self, severity: Severity) -> bool {
        let errors = self.cases.errors() + self.certain_wrong;
        errors > 0 || severity == Severity::Warning && self.unknown > 0
    }

    /// Adds the counts of another file. Files must be added in order, because the first cases are
    /// kept.
    pub fn merge(&mut self, other: Tally) {
        self.records += other.records;
        self.cases += other.cases;
        self.clean += other.clean;
        let mine = self
            .by_tier
            .iter_mut()
            .chain(&mut self.by_kind)
            .chain(&mut self.by_pair);
        let theirs = other
            .by_tier
            .iter()
            .chain(&other.by_kind)
            .chain(&other.by_pair);
        for (mine, theirs) in mine.zip(theirs) {
            *mine += *theirs;
        }
        for (mine, theirs) in self.by_class.iter_mut().zip(other.by_class) {
            mine.right += theirs.right;
            mine.trials += theirs.trials;
        }
        self.people += other.people;
        self.certain += other.certain;
        self.certain_wrong += other.certain_wrong;
        self.certain_beyond += other.certain_beyond;
        self.unknown += other.unknown;
        self.returned.extend(other.returned);
        for (mine, theirs) in self.examples.iter_mut().zip(other.examples) {
            mine.extend(theirs);
            mine.truncate(EXAMPLES);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precision_and_recall_leave_matches_of_nobody_apart() {
        let counts = Counts {
            right: 6,
            wrong: 2,
            stray: 1,
            missed: 3,
            rightly_none: 9,
            right_nobody: 1,
            wrong_nobody: 1,
            stray_nobody: 1,
        };
        let apart = counts.without_nobody();
        // 6 of 9 returned counterparts are true; 5 of 6 without those in which nobody matched.
        assert!((counts.precision() - 6.0 / 9.0).abs() < 1e-12);
        assert!((apart.precision() - 5.0 / 6.0).abs() < 1e-12);
        // 6 of 11 counterparts were found; 5 of 9 without these.
        assert!((counts.recall() - 6.0 / 11.0).abs() < 1e-12);
        assert!((apart.recall() - 5.0 / 9.0).abs() < 1e-12);
        assert_eq!((counts.nobody(), apart.nobody()), (3, 0));
        assert_eq!((counts.all(), counts.errors()), (21, 6));
        assert!((Counts::default().precision() - 1.0).abs() < 1e-12);
    }
}
