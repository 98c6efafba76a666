//! The earlier runs that `--previous` names: what each state sent and was given the last time.
//!
//! A state is held against the last run in which its extract was accepted, not against the newest
//! one: in a run that left its file out it has no volume, and the next bad file would pass.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::finished::{match_file, match_manifest};
use super::manifest::{MANIFEST, Manifest, OutputEntry};
use crate::error::{Error, Result};
use crate::formats::record::Date;
use crate::formats::reference::State;

/// The extract of an earlier run that stands in for a file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoodIn {
    /// The date of the run that accepted it, CCYYMMDD.
    pub accepted: String,
    /// The name of the file that the state sent and that cannot be used.
    pub sent: String,
    /// Why not.
    pub reason: String,
}

/// What an earlier run's summary says of a state's extract.
#[derive(Clone, Debug, Deserialize)]
pub struct EarlierVolume {
    /// The file's name.
    #[serde(default)]
    pub file: String,
    /// Its records.
    pub records: EarlierRecords,
    /// Its cases, by the state that they name.
    #[serde(default)]
    pub cases_by_other_state: BTreeMap<String, u64>,
    /// That it stood in for another file, having been accepted before.
    #[serde(default)]
    pub stood_in: Option<StoodIn>,
}

/// The records of a state's extract.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct EarlierRecords {
    /// Records in the file.
    pub read: u64,
}

#[derive(Debug, Deserialize)]
struct Told {
    #[serde(default)]
    states: BTreeMap<String, EarlierVolume>,
    /// States whose extracts were only read (`--for`).
    #[serde(default)]
    read_only: BTreeMap<String, EarlierVolume>,
}

/// A finished run of match.
#[derive(Debug)]
pub struct EarlierRun {
    /// Its folder.
    pub folder: PathBuf,
    /// Its manifest.
    pub manifest: Manifest,
    /// Its date, CCYYMMDD.
    pub run_date: String,
    told: Told,
}

/// A state's last extract that a run accepted.
#[derive(Clone, Copy, Debug)]
pub struct Accepted<'r> {
    /// The last run that matched with it.
    pub run: &'r EarlierRun,
    /// The date of the run that accepted it, CCYYMMDD.
    pub date: &'r str,
    /// What it held.
    pub volume: &'r EarlierVolume,
}

/// The earlier runs, the oldest first.
#[derive(Debug, Default)]
pub struct EarlierRuns {
    runs: Vec<EarlierRun>,
}

impl EarlierRun {
    fn load(folder: &Path) -> Result<Self> {
        let manifest = match_manifest(folder)?;
        Ok(EarlierRun {
            told: match_file(folder, "summary.json")?,
            folder: folder.to_owned(),
            run_date: manifest.run_date.clone().unwrap_or_default(),
            manifest,
        })
    }

    fn volume(&self, state: State) -> Option<&EarlierVolume> {
        let of = |states: &'_ BTreeMap<String, EarlierVolume>| states.contains_key(state.usps());
        let states = if of(&self.told.states) {
            &self.told.states
        } else {
            &self.told.read_only
        };
        states.get(state.usps())
    }

    /// What its manifest says of a file that it wrote.
    pub fn output(&self, name: &str) -> Option<&OutputEntry> {
        self.manifest
            .outputs
            .iter()
            .find(|output| output.name == name)
    }
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
                runs.push(EarlierRun::load(path)?);
                continue;
            }
            let mut below = runs_below(path)?;
            below.retain(|folder| replaces.is_none() || folder.canonicalize().ok() != replaces);
            for folder in below {
                let run = EarlierRun::load(&folder)?;
                if run.run_date <= until {
                    runs.push(run);
                }
            }
        }
        runs.sort_by(|a, b| a.run_date.cmp(&b.run_date));
        Ok(EarlierRuns { runs })
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// The runs, the last first.
    pub fn latest_first(&self) -> impl Iterator<Item = &EarlierRun> {
        self.runs.iter().rev()
    }

    /// A state's last extract that a run accepted.
    pub fn accepted(&self, state: State) -> Option<Accepted<'_>> {
        self.latest_first().find_map(|run| {
            let volume = run.volume(state)?;
            let stood_in = volume.stood_in.as_ref();
            Some(Accepted {
                run,
                date: stood_in.map_or(&run.run_date, |before| &before.accepted),
                volume,
            })
        })
    }

    /// The state whose last accepted extract had this file name, where there is exactly one.
    pub fn state_by_file(&self, name: &str) -> Option<State> {
        let sent = |volume: &EarlierVolume| match &volume.stood_in {
            Some(stood_in) => stood_in.sent == name,
            None => volume.file == name,
        };
        let last = |state: &State| self.accepted(*state).is_some_and(|a| sent(a.volume));
        let mut states = State::all().filter(last);
        states.next().filter(|_| states.next().is_none())
    }
}

/// The finished runs of match in a folder, by name. Folders of other commands and hidden ones are
/// passed over.
///
/// # Errors
/// [`Error::Input`] where it is no folder, or one that holds something but no such run, and
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
    for entry in std::fs::read_dir(folder).map_err(Error::io("read", folder))? {
        let entry = entry.map_err(Error::io("read", folder))?;
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
    let text = std::fs::read(&path).map_err(Error::io("read", &path))?;
    let manifest = Manifest::parse(&text).ok_or_else(|| {
        Error::input(
            &path,
            "is not a manifest of icr: the run was damaged; look at it with icr verify, and move it away",
        )
    })?;
    Ok(manifest.command == "match")
}
