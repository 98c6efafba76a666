//! The two match routines, as options and as the order of their steps: the published one, and the
//! pooled one for agencies that choose it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::tier::Tier;

/// `--routine`: how a counterpart case is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Routine {
    /// The tiers in turn; the first that yields a candidate decides (matching.md, section 5).
    #[default]
    Published,
    /// All ways of finding a case at once; then the participants decide (matching.md, section 9)
    /// (ours).
    Pooled,
}

impl Routine {
    /// Both.
    pub const ALL: [Routine; 2] = [Routine::Published, Routine::Pooled];

    /// The word in the option, the manifest and the summary.
    pub fn word(self) -> &'static str {
        match self {
            Routine::Published => "published",
            Routine::Pooled => "pooled",
        }
    }

    /// The routine with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|routine| routine.word() == word)
    }

    /// The tiers that can appear in a response.
    pub fn tiers(self) -> &'static [Tier] {
        match self {
            Routine::Published => &Tier::ALL[..3],
            Routine::Pooled => &Tier::ALL,
        }
    }

    /// The steps of the choice among candidates, in order. A step is tried if all steps before it
    /// are equal.
    pub fn steps(self) -> &'static [ChoiceStep] {
        use ChoiceStep::{
            Adults, CaseId, Children, EitherNames, InRole, Indicators, NameEachOther,
            NamesYourCase, NamesYourState, Open, OtherCaseId, OtherFips,
        };
        match self {
            Routine::Published => &[
                NamesYourCase,
                Children,
                Adults,
                Indicators,
                NamesYourState,
                Open,
                CaseId,
                OtherFips,
                OtherCaseId,
            ],
            Routine::Pooled => &[
                NameEachOther,
                InRole,
                EitherNames,
                Indicators,
                Children,
                Adults,
                NamesYourState,
                Open,
                CaseId,
                OtherFips,
                OtherCaseId,
            ],
        }
    }

    /// The number of a step, from 1.
    pub fn step_number(self, step: ChoiceStep) -> usize {
        let place = self.steps().iter().position(|&other| other == step);
        place.map_or(0, |place| place + 1)
    }
}

/// What a step of the choice compares. [`Routine::steps`] has their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChoiceStep {
    /// It names your state in its Other State FIPS Code and your Case ID in its Other State Case ID.
    NamesYourCase,
    /// It names your case, and your case names it.
    NameEachOther,
    /// More of your participants matched with a role that agrees.
    InRole,
    /// It names your case, or your case names it.
    EitherNames,
    /// More of your children matched.
    Children,
    /// More of your adults matched (records, uncapped).
    Adults,
    /// More of the two indicators (CP, NP) that would be Y.
    Indicators,
    /// It names your state in its Other State FIPS Code.
    NamesYourState,
    /// It is open.
    Open,
    /// Smaller Case ID.
    CaseId,
    /// Smaller Other State FIPS Code.
    OtherFips,
    /// Smaller Other State Case ID (byte order, the fields padded).
    OtherCaseId,
}
