//! Why a case got its codes, or 01: from the engine's own search of one case to an explanation.
//!
//! Takes the sides that matter, indexed, and the other extracts as they are; asks the matcher and
//! listens ([`crate::engine::matching::Observer`]); gives a model that is printed as text or JSON. Persons
//! are masked in it unless it is asked not to.

mod asked;
mod case;
mod code;
mod earlier_run;
mod leads;
mod likeness;
mod miss;
mod model;
mod participants;
mod person;
mod recorder;
mod rejected;
mod request;
mod text;
mod third_state;

pub use case::{Explainer, Question};
pub use code::{CodeEntry, code_entry};
pub use model::{
    CandidateEntry, CaseEntry, CaseIds, ChosenEntry, CodeReason, Decision, Explanation, KeyEntry,
    NearMiss, ParticipantEntry, Person, RejectedEntry, SCHEMA, TierEntry,
};
pub use request::{ExplainRequest, Explained, explain};
pub use text::{code_text, explanation_text};
