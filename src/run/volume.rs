//! Compares each state's volume with an earlier run.
//!
//! A truncated extract gives every other state 01 for the lost cases, and 01 prompts workers to
//! close them. A state that sends much less or much more than last time is therefore left out or
//! stops the run before it is matched.

use std::path::Path;

use super::FinishedRun;
use super::summary::cases_by_other_state;
use crate::engine::extract::{Edit, Extract, Provenance};
use crate::error::Result;
use crate::text::shown_path;

/// Cases by other state are compared only if there were at least this many.
const FEWEST_CASES: u64 = 100;

/// The volumes of an earlier run, by state.
#[derive(Debug)]
pub struct PreviousRun {
    run: FinishedRun,
}

impl PreviousRun {
    /// Opens an earlier run.
    ///
    /// # Errors
    /// [`crate::Error::Io`] and [`crate::Error::Input`] if the folder is no finished run of match.
    pub fn load(folder: &Path) -> Result<Self> {
        Ok(PreviousRun {
            run: FinishedRun::open(folder)?,
        })
    }

    /// The reason why a state's extract cannot be used: its volume changed by more than the limit,
    /// or its last record is cut.
    pub fn problem(&self, extract: &Extract, percent: f64) -> Option<String> {
        if extract.provenance != Provenance::Submitted {
            return None;
        }
        if last_record_is_cut(extract) {
            return Some(
                "its last record is cut off and has no line end; get the whole file".to_owned(),
            );
        }
        let before = self.run.summary.states.get(extract.state.usps())?;
        let moved = |what: String, then: u64, now: u64| {
            let change = (now as f64 - then as f64) * 100.0 / then as f64;
            (then > 0 && change.abs() > percent).then(|| {
                format!(
                    "{what} moved from {then} to {now} ({change:+.1} %) since the run in {}, more than --max-volume-change {percent}; ask the state whether the file is whole, or allow more",
                    shown_path(&self.run.folder)
                )
            })
        };
        let of_records = moved(
            "its records".to_owned(),
            before.totals.records.read,
            extract.records,
        );
        of_records.or_else(|| {
            let now = cases_by_other_state(extract);
            before
                .cases_by_other_state
                .iter()
                .filter(|&(_, &cases)| cases >= FEWEST_CASES)
                .find_map(|(state, &cases)| {
                    moved(
                        format!("its cases with {state}"),
                        cases,
                        now.get(state).copied().unwrap_or(0),
                    )
                })
        })
    }
}

fn last_record_is_cut(extract: &Extract) -> bool {
    let last = extract.rejected.last();
    last.is_some_and(|last| {
        last.record == extract.records
            && last.edit == Edit::E01
            && !extract.source.bytes().ends_with(b"\n")
    })
}
