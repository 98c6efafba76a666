//! The reconciliation report of a finished run: one model, four renderings.
//!
//! The responses in the folder are read again, record by record; what only the match knows
//! (rejected, not evaluated, suppressed) comes from the summary. The result is figures by
//! submitting state, by other state, and for the nation. It must not contain personal data, Case
//! IDs or Member IDs, and a folder whose responses do not agree with its summary is refused.
//!
//! The Technical Data Guide names the report, but its published form was not available, so the form
//! is ours (decision 0028).

mod csv;
mod figures;
mod html;
mod json;
mod key;
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
pub use figures::{Figure, Figures, Group};
pub use html::{html, state_html};
pub use json::{ReportChange, json};
pub use key::{Counted, Key, Outcome, Unit};
pub use model::{Cell, Excluded, Findings, Report, RunIdentity, StateReport, View};
pub use run::read_run;
pub use text::text;
