//! A run: its output folder, manifest and summary, who takes part, how volumes moved, what a state
//! is sent, whether a finished folder is whole, and the audit trail.

pub mod audit;
mod check;
mod finished;
mod inputs;
mod leads;
mod leads_file;
mod manifest;
mod options;
pub mod output;
mod receipts;
mod reconcile;
mod rejects;
mod responses;
mod roster;
mod summary;
mod volume;

pub use check::{Damage, Verification, verify};
pub use finished::{
    find_match_manifest, match_file, match_manifest, no_run, other_layouts, other_layouts_words,
    refuse_other_layouts,
};
pub use inputs::{MatchInputs, Reading, SideFiles};
pub use leads::LEADS_HEAD;
pub use leads_file::{LeadLine, read_leads_file};
pub use manifest::{LayoutEntry, MANIFEST, Manifest, OutputEntry};
pub use options::{MatchOptions, OnBadFile, note_input_form, noted_response_form};
pub use receipts::receipt;
pub use reconcile::{MatchRequest, Reconciled, reconcile};
pub use rejects::write_rejects;
pub use responses::{Written, write_responses};
pub(crate) use roster::disagreements;
pub use roster::{Role, Roster, RosterPolicy, Standing, Stood};
pub use summary::{ExcludedFile, FcrFile, FindingCounts, MatchSummary, StateSummary};
pub use volume::PreviousRun;
pub(crate) use volume::cases_by_other_state;
