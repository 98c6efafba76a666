//! Response records (layouts.md, section 3) and the control totals of a state.

mod cases;
mod check;
mod claims;
mod copies;
mod record;
mod render;
mod totals;
mod write;

pub use cases::{CaseSplit, Participants};
pub use check::{Difference, Recount, differences, recount};
pub use record::{ResponseFields, ResponseRecord};
pub use render::Renderer;
pub use totals::{
    BasisCounts, CaseTotals, CodeCounts, Fates, RecordTotals, StateTotals, TierCounts, Volume,
};
pub use write::{OutputForm, ResponseSink, write_response, write_responses};
