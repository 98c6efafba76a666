//! The match routine (matching.md): tiers, choice among candidates, comparison of participants.

mod approach;
mod choice;
mod codes;
mod compare;
mod crowd;
mod crowd_search;
mod lookup;
mod matcher;
mod observer;
mod side;
mod tiers;
mod trial;

pub(crate) use approach::BATCH_CASES;
pub use choice::{Candidate, ChoiceStep};
pub use codes::{CaseCodes, ReasonCode, ReasonCodes};
pub(crate) use compare::same_names;
pub use compare::{Comparison, Counterpart, Rule, compare};
pub use crowd::Crowd;
pub use matcher::{AbsentState, CounterpartRule, Found, Matcher, Outcome, Scratch, Suppressed};
pub use observer::{KeyTried, Observer, Unobserved};
pub use side::{Side, Sides};
pub use tiers::Tier;
pub use trial::{Trial, Trials};
