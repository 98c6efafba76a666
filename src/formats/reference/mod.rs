//! Facts compiled in: the 54 jurisdictions and the counties.

mod counties;
mod jurisdictions;

pub use counties::Counties;
pub use jurisdictions::{STATE_COUNT, State};
