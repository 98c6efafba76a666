//! The Reconciliation Response program (the specification's state-side.md): turns a state's
//! response file into updates, CSENet transactions, FCR records and a worklist. It must not change
//! any system; the state's system loads the files that it writes.
//!
//! [`read_responses`] → [`sorted_cases`] → [`Desk::work`], which asks [`mod@rules`] what each case needs,
//! → the files.

pub mod rules;

mod answers;
mod case;
mod csenet;
mod damage;
mod decision;
mod desk;
mod fp_record;
mod leads;
mod persons;
mod policy;
mod read;
mod sending;
mod sent;
mod summary;
mod updates;
mod wording;
mod worklist;

pub use crate::engine::response::{ReadCase, ResponseFields, ResponseRecord};
pub use case::{ResponseCase, sorted_cases};
pub use damage::told_with;
pub use desk::{Desk, Finished, UPDATES_HEAD};
pub use leads::Leads;
pub use policy::{AnswerTo08, DEFAULT_POLICY, Policy};
pub use read::{read_responses, response_state};
pub use sent::{LAST_SERIAL, SENT_HEAD, SentLog};
pub use summary::{RespondSummary, RespondTotals};
pub(crate) use worklist::ORDER as WORK_ORDER;
pub use worklist::{Item, WORKLIST_HEAD, Worklist};
