//! Explains why a case got its codes, or 01, with the same search that the match uses.
//!
//! It takes the indexed sides of the states concerned and the other extracts, runs the matcher with
//! an [`crate::engine::matching::Observer`], and returns a model that is printed as text or JSON.
//! Persons in it are masked unless the request asks for personal data.

mod asked;
mod case;
mod code;
mod earlier_run;
mod leads;
mod likeness;
mod miss;
mod model;
mod near_ones;
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
