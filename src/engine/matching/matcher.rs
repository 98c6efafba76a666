//! The inputs of a match, and the possible outcomes for a case.

use super::codes::CaseCodes;
use super::counterpart::{Comparison, Counterpart};
use super::crowd::BucketKey;
use super::routine::Routine;
use super::side::{Side, Sides};
use super::state_index::PooledKey;
use super::strict::Work;
use super::tier::Tier;
use crate::engine::extract::{Case, CaseNumber, CaseRows, Extract, Row};
use crate::formats::record::ParticipantClass;

/// `--counterpart`: which cases of a participating state can be the counterpart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum CounterpartRule {
    /// Any case of the other state.
    #[default]
    Any,
    /// Only cases that name your state as their other state.
    Directed,
}

/// `--absent-state`: the outcome of a case whose other state sent nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum AbsentState {
    /// It is not evaluated (ours: 01 would blame a state whose data were never searched).
    #[default]
    Skip,
    /// It is not found.
    Unmatched,
    /// It is an error of the run.
    Error,
}

impl CounterpartRule {
    /// Both.
    pub const ALL: [CounterpartRule; 2] = [CounterpartRule::Any, CounterpartRule::Directed];

    /// The word of the option and of the manifest.
    pub fn word(self) -> &'static str {
        match self {
            CounterpartRule::Any => "any",
            CounterpartRule::Directed => "directed",
        }
    }
}

impl AbsentState {
    /// All of them.
    pub const ALL: [AbsentState; 3] = [
        AbsentState::Skip,
        AbsentState::Unmatched,
        AbsentState::Error,
    ];

    /// The word of the option and of the manifest.
    pub fn word(self) -> &'static str {
        match self {
            AbsentState::Skip => "skip",
            AbsentState::Unmatched => "unmatched",
            AbsentState::Error => "error",
        }
    }
}

/// Why a case is not returned (matching.md, section 7) (seed, section 3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suppressed {
    /// A match between two closed cases.
    BothClosed,
    /// A closed case that was not found.
    ClosedNotFound,
}

/// The other state's case that matches yours.
#[derive(Clone, Copy)]
pub struct Found<'a> {
    /// The other state's data.
    pub side: &'a Side,
    /// The case.
    pub case: CaseNumber,
    /// The tier that found it.
    pub tier: Tier,
    /// Whether that tier had candidates with two or more different Case IDs.
    pub multiple_case: bool,
    /// The numbers of participants that matched. The counterparts are in [`Scratch::counterparts`].
    pub comparison: Comparison,
    /// The codes that every record has.
    pub codes: CaseCodes,
}

/// The outcome of a case.
#[derive(Clone, Copy)]
pub enum Outcome<'a> {
    /// The other state is absent: not evaluated.
    NotEvaluated,
    /// Not returned.
    Suppressed(Suppressed),
    /// Returned with 01.
    NotFound {
        /// The other state's data are FCR-derived.
        fcr_supplied: bool,
    },
    /// Returned with its counterpart.
    Matched(Found<'a>),
}

/// Buffers that a thread reuses for each case.
#[derive(Default)]
pub struct Scratch {
    pub(super) work: Work,
    pub(super) candidates: Vec<CaseNumber>,
    pub(super) buckets: Vec<BucketKey>,
    /// Keys that the pooled routine prefetches.
    pub(super) keys: Vec<(PooledKey, u32)>,
}

impl Scratch {
    /// The counterpart of each record of the case that was matched last.
    pub fn counterparts(&self) -> &[Option<Counterpart>] {
        &self.work.counterparts
    }
}

/// Matches cases of a submitting state against the other states' data.
pub struct Matcher<'a> {
    /// The data of each state.
    pub sides: &'a Sides,
    /// `--counterpart directed`.
    pub directed: bool,
    /// `--absent-state unmatched`.
    pub absent_is_unmatched: bool,
    /// `--routine`. The sides must be indexed for it.
    pub routine: Routine,
}

/// Your case, with the data that the tiers need.
pub(super) struct Yours<'a> {
    pub(super) side: &'a Side,
    pub(super) case: &'a Case,
    pub(super) rows: &'a [Row],
}

impl<'a> Yours<'a> {
    pub(super) fn extract(&self) -> &'a Extract {
        &self.side.extract
    }

    /// The case's participants.
    pub(super) fn participants(&self) -> CaseRows<'a> {
        CaseRows {
            extract: self.extract(),
            rows: self.rows,
        }
    }

    pub(super) fn children(&self) -> impl Iterator<Item = &Row> {
        self.rows
            .iter()
            .filter(|row| row.class() == Some(ParticipantClass::Child))
    }
}

impl Matcher<'_> {
    /// `--counterpart directed` drops every case of another participating state that does not name
    /// your state (public: quick reference of 31 Oct 2019).
    #[inline]
    pub(super) fn takes_part(&self, yours: &Yours<'_>, side: &Side, number: CaseNumber) -> bool {
        !self.directed
            || side.fcr_supplied()
            || side.extract.cases[number as usize].data.other_state == Some(yours.extract().state)
    }
}
