//! Response records (layouts.md, section 3) and the control totals of a state.
//!
//! [`Renderer`] and [`write_response`] write the records; [`CaseReader`] is the only reader, used
//! by every command that takes responses. What a state does with a response is not decided here,
//! but in `desk/respond`.

mod case;
mod claims;
mod contradictions;
mod copies;
mod fields;
mod form;
mod found;
mod reader;
mod record;
mod recount;
mod render;
mod repeats;
mod totals;
mod write;

pub use case::ReadCase;
pub use fields::ResponseFields;
pub use form::OutputForm;
pub use reader::{CaseReader, CutBy, Fault, Faults, OnFault, Read, UNCHECKED_CASES};
pub use record::{Place, ResponseRecord};
pub use recount::{Difference, Recount, ResponseTotals, TIERS, differences, recount, tier_of};
pub use render::Renderer;
pub use totals::{
    BasisCounts, CaseTotals, CodeCounts, Fates, RecordTotals, StateTotals, TierCounts, Volume,
};
pub use write::{ResponseSink, write_response};
