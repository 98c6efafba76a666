//! The reconciliation report of a finished run: one model, four renderings.
//!
//! Takes the folder of a finished match: its responses are read again record by record, and what
//! only the match saw (rejected, not evaluated, suppressed) comes from its summary. Gives figures
//! by submitting state, by other state and for the nation. Holds and shows no person's data, no
//! Case ID and no Member ID. Refuses a folder whose responses are not those of its summary.
//!
//! The report is named in the Technical Data Guide; its published form was not at hand, so the form
//! is ours (decision 0028).

mod csv;
mod figures;
mod html;
mod json;
mod model;
mod numbers;
mod pages;
mod pairs;
mod run;
pub mod state;
mod tables;
mod tally;
mod text;

pub use csv::csv;
pub use figures::{Figure, Figures, Group, Unit};
pub use html::{html, state_html};
pub use json::json;
pub use model::{Cell, Excluded, Findings, Report, RunIdentity, StateReport, View};
pub use run::read_run;
pub use text::text;
