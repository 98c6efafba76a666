//! Taking people's data out of runs that are old enough, so that each stays known for what it was.
//!
//! A pruned run keeps its manifest, its summary and its receipts: the digests and totals of what was
//! sent. `pruned.json` says what was taken out. Only finished runs of match are touched.

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::finished::FinishedRun;
use super::output::{FileMode, OutputSingle, remove_run};
use super::previous::runs_below;
use crate::error::{Attempt, Error, Result};
use crate::formats::record::Date;
use crate::open::read_regular;
use crate::stop::Stop;
use crate::text::json_text;

/// The name of the file that says that a run was pruned.
pub const PRUNED: &str = "pruned.json";
const SCHEMA: &str = "icr.pruned/1";

/// The folders of a run that hold people's data, or what is listed record by record.
const FOLDERS: [&str; 5] = ["responses", "rejects", "extracts", "changes", "leads"];

/// What was taken out of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Pruned {
    /// The form of this file.
    #[schemars(extend("const" = "icr.pruned/1"))]
    schema: String,
    /// When, CCYYMMDD.
    pub date: String,
    /// The folders that were removed.
    pub folders: Vec<String>,
}

impl Pruned {
    /// What was taken out of the run in this folder, if anything was.
    pub fn of(folder: &Path) -> Option<Self> {
        let text = read_regular(&folder.join(PRUNED)).ok()?;
        let pruned: Pruned = serde_json::from_slice(&text).ok()?;
        (pruned.schema == SCHEMA).then_some(pruned)
    }

    /// Whether a file of the manifest was taken out. Nothing but what a prune removes can be said to
    /// be pruned.
    pub fn holds(&self, name: &str) -> bool {
        let folder = name.split('/').next().unwrap_or_default();
        name.contains('/')
            && FOLDERS.contains(&folder)
            && self.folders.iter().any(|pruned| pruned == folder)
    }
}

/// What is asked of a prune.
#[derive(Clone, Debug)]
pub struct PruneRequest {
    /// The folder that holds the runs.
    pub runs: PathBuf,
    /// The date from which ages are counted.
    pub date: Date,
    /// How old a run is whose responses stay, in days.
    pub keep_responses_days: u32,
    /// How old a run is whose summary stays, in days.
    pub keep_summaries_days: u32,
    /// Only report what would be done.
    pub dry_run: bool,
}

/// What became of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PrunedRun {
    /// The folder's name.
    pub run: String,
    /// Its date, CCYYMMDD.
    pub run_date: String,
    /// What became of it.
    pub done: Done,
}

/// What a prune does with a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Done {
    /// It is young enough.
    Kept,
    /// People's data were taken out.
    Pruned,
    /// It was pruned before.
    Before,
    /// All of it is gone.
    Removed,
}

impl Done {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Done::Kept => "kept",
            Done::Pruned => "pruned",
            Done::Before => "pruned before",
            Done::Removed => "removed",
        }
    }
}

/// Prunes the runs in a folder; gives what became of each, by name.
///
/// # Errors
/// [`Error::Input`] where the folder holds something else than runs of match alone, [`Error::Io`]
/// where one cannot be removed, [`Error::Interrupted`] between two runs.
pub fn prune(request: &PruneRequest, stop: &Stop) -> Result<Vec<PrunedRun>> {
    let mut done = Vec::new();
    for folder in runs_below(&request.runs)? {
        stop.check()?;
        let run = FinishedRun::open(&folder)?;
        let run_date = run.summary.run_date.clone();
        let then = Date::parse(run_date.as_bytes())
            .ok_or_else(|| Error::input(&folder, "has no run date, so its age is not known"))?;
        let age = request.date.days().saturating_sub(then.days());
        let what = if age > request.keep_summaries_days {
            if !request.dry_run {
                remove_run(&folder).map_err(Error::io(Attempt::Remove, &folder))?;
            }
            Done::Removed
        } else if age > request.keep_responses_days {
            take_out(request, &folder)?
        } else {
            Done::Kept
        };
        done.push(PrunedRun {
            run: run.name(),
            run_date,
            done: what,
        });
    }
    Ok(done)
}

/// Takes people's data out of a run. What says so is written first: a prune that is cut short is
/// taken up again by the next, and the run is never taken for damaged.
fn take_out(request: &PruneRequest, folder: &Path) -> Result<Done> {
    let before = Pruned::of(folder);
    let there = |name: &&str| folder.join(name).is_dir();
    let left: Vec<&str> = FOLDERS.into_iter().filter(there).collect();
    if left.is_empty() && before.is_some() {
        return Ok(Done::Before);
    }
    if request.dry_run {
        return Ok(Done::Pruned);
    }
    let mut folders = before.map_or_else(Vec::new, |before| before.folders);
    folders.extend(left.iter().map(|name| (*name).to_owned()));
    folders.sort();
    folders.dedup();
    let pruned = Pruned {
        schema: SCHEMA.to_owned(),
        date: request.date.ccyymmdd().to_string(),
        folders,
    };
    let mut file = OutputSingle::create(&folder.join(PRUNED), FileMode::default(), &[])?;
    OutputSingle::write(&mut file, json_text(&pruned).as_bytes())?;
    file.publish()?;
    for name in left {
        let path = folder.join(name);
        std::fs::remove_dir_all(&path).map_err(Error::io(Attempt::Remove, &path))?;
    }
    Ok(Done::Pruned)
}
