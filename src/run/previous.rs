//! The earlier runs that `--previous` names: what each state sent and was given the last time.
//!
//! A state is compared with the last run in which its extract was accepted, not with the newest
//! one: in a run that left its file out it has no volume, and the next bad file would pass.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::finished::FinishedRun;
use super::listing::{is_run, runs_below};
use super::summary::StoodIn;
use crate::error::{Attempt, Error, Result};
use crate::formats::record::Date;
use crate::formats::reference::State;

/// A state's last extract that a run accepted.
#[derive(Clone, Copy, Debug)]
pub struct Accepted<'r> {
    /// The last run that matched with it.
    pub run: &'r FinishedRun,
    /// The date of the run that accepted it, CCYYMMDD.
    pub date: &'r str,
    /// Its records.
    pub records: u64,
    /// Its cases, by the state that they name.
    pub cases_by_other_state: &'r BTreeMap<&'static str, u64>,
    /// The name of its file.
    file: &'r str,
    stood_in: Option<&'r StoodIn>,
}

/// The earlier runs, the oldest first.
#[derive(Debug, Default)]
pub struct EarlierRuns {
    runs: Vec<FinishedRun>,
}

/// A state's extract in a run that accepted it, or in which it stood in.
fn accepted_in(run: &FinishedRun, state: State) -> Option<Accepted<'_>> {
    let usps = state.usps();
    let (records, cases_by_other_state, file, stood_in) =
        if let Some(said) = run.summary.states.get(usps) {
            let records = said.totals.records.read;
            (
                records,
                &said.cases_by_other_state,
                &said.file,
                &said.stood_in,
            )
        } else {
            let said = run.summary.read_only.get(usps)?;
            let records = said.records.read;
            (
                records,
                &said.cases_by_other_state,
                &said.file,
                &said.stood_in,
            )
        };
    let stood_in = stood_in.as_ref();
    Some(Accepted {
        run,
        date: stood_in.map_or(&run.summary.run_date, |stood_in| &stood_in.accepted),
        records,
        cases_by_other_state,
        file,
        stood_in,
    })
}

/// Where a path leads; `None` where nothing is there.
fn resolved(path: &Path) -> Result<Option<PathBuf>> {
    match path.canonicalize() {
        Ok(path) => Ok(Some(path)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::io(Attempt::Open, path)(error)),
    }
}

impl EarlierRuns {
    /// Reads the runs that the paths name: finished runs of match, or folders that hold such runs.
    /// Of the latter are taken the runs up to `run_date` but the one at `replaces`, which the run in
    /// hand takes the place of.
    ///
    /// # Errors
    /// [`Error::Input`] where a path is neither, and [`Error::Io`] where a run cannot be looked at or
    /// read. A folder that is empty holds no run yet: there is a first night.
    pub fn find(paths: &[PathBuf], run_date: Date, replaces: Option<&Path>) -> Result<Self> {
        let mut runs = Vec::new();
        let replaces = replaces.map(resolved).transpose()?.flatten();
        let until = run_date.ccyymmdd().to_string();
        for path in paths {
            if is_run(path)? {
                runs.push(FinishedRun::open(path)?);
                continue;
            }
            for folder in runs_below(path)? {
                if replaces.is_some() && resolved(&folder)? == replaces {
                    continue;
                }
                let run = FinishedRun::open(&folder)?;
                if run.summary.run_date <= until {
                    runs.push(run);
                }
            }
        }
        runs.sort_by(|a, b| a.summary.run_date.cmp(&b.summary.run_date));
        Ok(EarlierRuns { runs })
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// The runs, the last first.
    pub fn latest_first(&self) -> impl Iterator<Item = &FinishedRun> {
        self.runs.iter().rev()
    }

    /// A state's last extract that a run accepted.
    pub fn accepted(&self, state: State) -> Option<Accepted<'_>> {
        self.latest_first().find_map(|run| accepted_in(run, state))
    }

    /// The state whose last accepted extract had this file name, where there is exactly one.
    pub fn state_by_file(&self, name: &str) -> Option<State> {
        let sent = |accepted: Accepted<'_>| match accepted.stood_in {
            Some(stood_in) => stood_in.sent == name,
            None => accepted.file == name,
        };
        let last = |state: &State| self.accepted(*state).is_some_and(sent);
        let mut states = State::all().filter(last);
        states.next().filter(|_| states.next().is_none())
    }
}
