//! What became of every state over the nights: figures, sudden changes, and what was corrected.
//!
//! Figures come from the summaries, so that pruned runs are in it; corrections come from the
//! responses that are still there.

mod corrections;
mod figures;
mod html;
mod model;
mod table;

pub use corrections::Corrections;
pub use html::html;
pub use model::{Figure, History, Night, Point, Scope, history};
pub use table::{csv, text};
