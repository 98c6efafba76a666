//! The match routine (matching.md): tiers, choice among candidates, comparison of participants.

mod approach;
mod basis;
mod choice;
mod codes;
mod compare;
mod counterpart;
mod crowd;
mod crowd_search;
mod keyed;
mod matcher;
mod observer;
mod pooled;
mod routine;
mod search;
mod second_look;
mod side;
mod state_index;
mod strict;
mod tell;
mod tier;
mod tiers;
mod trial;

pub(crate) use approach::BATCH_CASES;
pub use basis::MatchBasis;
pub use choice::Candidate;
pub use codes::{CaseCodes, ReasonCode, ReasonCodes};
pub use compare::compare;
pub use counterpart::{Comparison, Counterpart, Rule};
pub use crowd::Crowd;
pub use matcher::{AbsentState, CounterpartRule, Found, Matcher, Outcome, Scratch, Suppressed};
pub use observer::{Dropped, KeyTried, Observer, Unobserved};
pub(crate) use pooled::case_that_names;
pub use routine::{ChoiceStep, Routine};
pub(crate) use second_look::births_are_near;
pub use side::{Side, Sides};
pub use state_index::{PooledIndex, StateIndex};
pub(crate) use state_index::{
    child_name_and_birth, child_name_and_birth_key, naming_key, zero_free_key,
};
pub use strict::Work;
pub use tier::Tier;
pub use trial::{Trial, Trials};
