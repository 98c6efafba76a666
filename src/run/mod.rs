//! A run: its output folder, manifest and summary, the roster, volume checks, receipts, the
//! verification of finished folders, and the audit trail. It uses the engine, but decides no
//! answer.

pub mod audit;
mod finished;
mod inputs;
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
pub use manifest::{LayoutEntry, MANIFEST, Manifest, OutputEntry};
pub use options::{MatchOptions, OnBadFile, note_input_form, noted_response_form};
pub use receipts::receipt;
pub use reconcile::{MatchRequest, Reconciled, reconcile};
pub use rejects::write_rejects;
pub use responses::write_responses;
pub use roster::{Attendance, Role, Roster, RosterPolicy, UsedData};
pub use summary::{
    ExcludedFile, FcrFile, FileKind, FindingCounts, MatchSummary, SUMMARY, StateSummary,
};
pub use verify_folder::{Damage, Verification, verify_folder};
pub use volume::PreviousRun;
