//! Response records (layouts.md, section 3) and the control totals of a state.

mod check;
mod render;
mod totals;
mod write;

pub use check::{Recount, differences, recount};
pub use render::Renderer;
pub use totals::{CaseTotals, RecordTotals, StateTotals};
pub use write::{OutputForm, ResponseSink, write_response, write_responses};
