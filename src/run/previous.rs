//! The earlier runs that `--previous` names: what each state sent and was given the last time.
//!
//! A state is compared with the last run in which its extract was accepted, not with the newest
//! one: in a run that left its file out it has no volume, and the next bad file would pass.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::finished::FinishedRun;
use super::manifest::{MANIFEST, Manifest};
use super::summary::StoodIn;
use crate::error::{Attempt, Error, Result};
use crate::formats::record::Date;
use crate::formats::reference::State;
use crate::open::read_regular;

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

impl EarlierRuns {
    /// Reads the runs that the paths name: finished runs of match, or folders that hold such runs.
    /// Of the latter are taken the runs up to `run_date` but the one at `replaces`, which the run in
    /// hand takes the place of.
    ///
    /// # Errors
    /// [`Error::Input`] where a path is neither, and where a run cannot be read. A folder that is
    /// empty holds no run yet: there is a first night.
    pub fn find(paths: &[PathBuf], run_date: Date, replaces: Option<&Path>) -> Result<Self> {
        let mut runs = Vec::new();
        let replaces = replaces.and_then(|path| path.canonicalize().ok());
        let until = run_date.ccyymmdd().to_string();
        for path in paths {
            if path.join(MANIFEST).exists() {
                runs.push(FinishedRun::open(path)?);
                continue;
            }
            let mut below = runs_below(path)?;
            below.retain(|folder| replaces.is_none() || folder.canonicalize().ok() != replaces);
            for folder in below {
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

/// The finished runs of match that the paths name, themselves or as folders that hold them, by run
/// date.
///
/// # Errors
/// [`Error::Input`] where a path is neither, or there is no run at all.
pub fn runs_of(paths: &[PathBuf]) -> Result<Vec<FinishedRun>> {
    let mut runs = Vec::new();
    for path in paths {
        if path.join(MANIFEST).exists() {
            runs.push(FinishedRun::open(path)?);
        } else {
            for folder in runs_below(path)? {
                runs.push(FinishedRun::open(&folder)?);
            }
        }
    }
    if let (true, Some(path)) = (runs.is_empty(), paths.first()) {
        return Err(Error::input(path, "holds no run yet"));
    }
    runs.sort_by(|a, b| {
        let key = |run: &FinishedRun| (run.summary.run_date.clone(), run.name());
        key(a).cmp(&key(b))
    });
    Ok(runs)
}

/// The finished runs of match in a folder, by name. Folders of other commands and hidden ones are
/// passed over.
///
/// # Errors
/// [`Error::Input`] where it is not a folder, or one that holds something but no such run, and
/// [`Error::Io`] where it cannot be read. An empty folder holds no run yet.
pub fn runs_below(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        let problem = if folder.exists() {
            "is not a folder; give a finished run of icr match, or a folder that holds such runs"
        } else {
            "is not there; give a finished run of icr match, or a folder that holds such runs"
        };
        return Err(Error::input(folder, problem));
    }
    let mut visible = 0;
    let mut runs = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(Error::io(Attempt::Read, folder))? {
        let entry = entry.map_err(Error::io(Attempt::Read, folder))?;
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        visible += 1;
        let path = entry.path();
        if path.is_dir() && is_run_of_match(&path)? {
            runs.push(path);
        }
    }
    if runs.is_empty() && visible > 0 {
        let problem = "holds no finished run of icr match; give such a run, or the folder that holds the runs (an empty one before the first night)";
        return Err(Error::input(folder, problem));
    }
    runs.sort();
    Ok(runs)
}

/// Whether a folder is of a finished run of match; one whose manifest cannot be read is an error, as
/// it may be the run that counts.
fn is_run_of_match(folder: &Path) -> Result<bool> {
    let path = folder.join(MANIFEST);
    if !path.exists() {
        return Ok(false);
    }
    let text = read_regular(&path).map_err(Error::io(Attempt::Read, &path))?;
    let manifest = Manifest::parse(&text).ok_or_else(|| {
        Error::input(
            &path,
            "is not a manifest of icr: the run was damaged; look at it with icr verify, and move it away",
        )
    })?;
    Ok(manifest.command == "match")
}
