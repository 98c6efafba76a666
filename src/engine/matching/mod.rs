//! The match routine (matching.md): tiers, choice among candidates, comparison of participants. It
//! writes nothing; responses are rendered from its outcomes.

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
mod prefetch;
mod report_keys;
mod routine;
mod search;
mod second_look;
mod side;
mod state_index;
mod strict;
mod tier;
mod tiers;
mod trial;

pub use basis::MatchBasis;
pub use choice::Candidate;
pub use codes::{CaseCodes, ReasonCode, ReasonCodes};
pub use compare::compare;
pub use counterpart::{Comparison, Counterpart, Rule};
pub use crowd::Crowd;
pub use matcher::{AbsentState, CounterpartRule, Found, Matcher, Outcome, Scratch, Suppressed};
pub use observer::{Dropped, KeyTried, Observer, Unobserved};
pub(crate) use pooled::case_that_names;
pub(crate) use prefetch::BATCH_CASES;
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
