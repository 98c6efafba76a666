//! Cases for which leads are sought.

use crate::engine::confidence::{Class, Facts};
use crate::engine::extract::{Case, CaseNumber};
use crate::engine::matching::{Found, Outcome, Side};
use crate::formats::reference::State;

/// Why leads are sought for a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// It is returned with 01.
    NotFound,
    /// It is returned with a case in which nobody matched.
    NobodyMatched,
    /// Its match is of a doubtful class.
    Doubtful,
}

impl Why {
    /// All of them.
    pub const ALL: [Why; 3] = [Why::NotFound, Why::NobodyMatched, Why::Doubtful];

    /// The word in files.
    pub fn word(self) -> &'static str {
        match self {
            Why::NotFound => "not-found",
            Why::NobodyMatched => "nobody-matched",
            Why::Doubtful => "doubtful",
        }
    }

    /// The reason with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Why::ALL.into_iter().find(|why| why.word() == word)
    }
}

/// A case for which leads may be sought.
#[derive(Clone, Copy, Debug)]
pub struct Ask {
    /// The case of the submitting state.
    pub case: CaseNumber,
    /// The state that it names.
    pub other: State,
    /// The case that it was answered with, and what decides the class of the answer.
    pub found: Option<(CaseNumber, Facts)>,
    /// Several cases there fitted.
    pub multiple_case: bool,
}

impl Ask {
    /// What is to be asked of a case with this outcome; none where it is not returned, or where its
    /// answer is beyond doubt whatever the other answers of its state are.
    pub fn of(yours: &Side, number: CaseNumber, outcome: &Outcome<'_>) -> Option<Self> {
        let case = &yours.extract.cases[number as usize];
        let (found, multiple_case) = match outcome {
            Outcome::NotEvaluated | Outcome::Suppressed(_) => return None,
            Outcome::NotFound { .. } => (None, false),
            Outcome::Matched(found) => {
                let facts = Facts::of(case, yours.extract.rows_of(case), found);
                // Whether it is claimed twice is known when all are answered.
                let is_doubtful =
                    facts.class().is_doubtful() && !name_each_other(yours, case, found);
                let can_be_doubtful = !facts.by_case_id || found.multiple_case || is_doubtful;
                if !can_be_doubtful {
                    return None;
                }
                (Some((found.case, facts)), found.multiple_case)
            }
        };
        Some(Ask {
            case: number,
            other: case.data.other_state?,
            found,
            multiple_case,
        })
    }

    /// Why leads are sought, if they are.
    pub fn why(&self) -> Option<Why> {
        let Some((_, facts)) = self.found else {
            return Some(Why::NotFound);
        };
        match facts.class() {
            Class::Nobody => Some(Why::NobodyMatched),
            class if class.is_doubtful() => Some(Why::Doubtful),
            _ if self.needs_a_rival().is_some() => Some(Why::Doubtful),
            _ => None,
        }
    }

    /// The case that was returned, where the answer is doubtful only if the same people are in
    /// another case there too: it is closed, several fitted, or it was found by people.
    pub(super) fn needs_a_rival(&self) -> Option<CaseNumber> {
        let (number, facts) = self.found?;
        let class = facts.class();
        let may_have_one = facts.closed_there || self.multiple_case || !facts.by_case_id;
        let is_needed = class == Class::IdClosedThere || (!class.is_doubtful() && may_have_one);
        is_needed.then_some(number)
    }
}

/// Whether two open cases name each other, and a child with a parent in the same role, or both parents,
/// matched: then the answer is beyond doubt, whoever else is missing [ours: a Case ID may be that of the
/// same parent's other case on both sides, and then neither holds].
fn name_each_other(yours: &Side, case: &Case, found: &Found<'_>) -> bool {
    let theirs = &found.side.extract.cases[found.case as usize].data;
    let people = &found.comparison;
    let parent_and_child = people.children > 0 && (people.cp || people.np || people.adults == 0);
    theirs.open
        && case.data.other_id == theirs.id
        && theirs.other_state == Some(yours.extract.state)
        && theirs.other_id == case.data.id
        && (parent_and_child || (people.cp && people.np))
}
