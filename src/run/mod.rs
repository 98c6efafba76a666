//! A run: its output folder, manifest and summary, who takes part, how volumes moved, what a state
//! is sent, whether a finished folder is whole, and the audit trail.

pub mod audit;
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
mod verify_folder;
mod volume;

pub use finished::{
    FinishedRun, find_match_manifest, match_manifest, other_layouts, other_layouts_words,
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
pub use roster::{Attendance, Role, Roster, RosterPolicy, UsedData};
pub use summary::{
    ExcludedFile, FcrFile, FileKind, FindingCounts, MatchSummary, SUMMARY, StateSummary,
};
pub use verify_folder::{Damage, Verification, verify_folder};
pub use volume::PreviousRun;
