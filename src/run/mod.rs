//! A run: its output folder, manifest and summary, the roster, volume checks, receipts, the
//! verification of finished folders, and the audit trail. It uses the engine, but decides no
//! answer.

pub mod audit;
mod changes;
mod finished;
mod inputs;
mod leads;
mod leads_file;
mod listing;
mod manifest;
mod options;
pub mod output;
mod previous;
mod prune;
mod pruned;
mod receipts;
mod reconcile;
mod rejects;
mod responses;
mod roster;
mod stand_in;
mod summary;
mod verify_folder;
mod volume;

pub use finished::{
    FinishedRun, find_match_manifest, match_manifest, other_layouts, other_layouts_words,
    refuse_other_layouts,
};
pub use inputs::{Gathered, MatchInputs, Reading, SideFiles};
pub use leads::LEADS_HEAD;
pub use leads_file::{LeadLine, read_leads_file};
pub use listing::runs_of;
pub use manifest::{LayoutEntry, MANIFEST, Manifest, OutputEntry};
pub use options::{MatchOptions, OnBadFile, note_input_form, noted_response_form};
pub use previous::EarlierRuns;
pub use prune::{Done, PruneOutcome, PruneRequest, PrunedRun, prune};
pub use pruned::{PRUNED, Pruned, responses_pruned};
pub use receipts::{excluded_receipt, receipt};
pub use reconcile::{MatchRequest, Reconciled, reconcile};
pub use rejects::{
    Findings as RejectFindings, REJECTS_HEADER, field_of_edit, reject_lines, write_rejects,
};
pub use responses::{Written, write_responses};
pub use roster::{Attendance, Role, Roster, RosterPolicy, UsedData};
pub use stand_in::MAX_AGE_DAYS;
pub use summary::{
    Changes, ExcludedFile, FcrFile, FileKind, FindingCounts, MatchSummary, ReadOnlyState, SUMMARY,
    StateSummary, StoodIn,
};
pub use verify_folder::{Damage, Verification, verify_folder};
