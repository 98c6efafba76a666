//! Taking people's data out of runs that are old enough.
//!
//! A pruned run keeps its manifest, its summary and its receipts: the digests and totals of what was
//! sent. Only finished runs of match are touched, each under the lock under which it is written, and
//! what is there under the lock counts. A run that cannot be pruned does not keep the others from it.

use std::ffi::OsStr;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Serialize;

use super::finished::require_folder;
use super::listing::{BROKEN_LINK, NO_MANIFEST, NO_RUNS, is_run};
use super::manifest::{MANIFEST, Manifest};
use super::output::{HeldRun, Named, RunFolder, RunsFolder};
use super::pruned::{FOLDERS, PRUNED, Pruned};
use crate::error::{Attempt, Error, Result};
use crate::exit::Exit;
use crate::formats::record::Date;
use crate::stop::Stop;
use crate::text::{count_of, json_text, shown};

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
    /// Its date, CCYYMMDD, where it is known.
    pub run_date: Option<String>,
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
    /// It is a link to a run, which no prune follows.
    Link,
    /// It was not to be pruned or removed as it is; nothing of it is gone.
    Failed,
    /// Something of it is gone, and something is left; the next prune goes on.
    Unfinished,
}

impl Done {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Done::Kept => "kept",
            Done::Pruned => "pruned",
            Done::Before => "pruned before",
            Done::Removed => "removed",
            Done::Link => "a link, left alone",
            Done::Failed => "failed, as it was",
            Done::Unfinished => "not finished",
        }
    }
}

/// What a prune did, also where it did not do all.
#[derive(Debug, Default)]
pub struct PruneOutcome {
    /// What became of each run that it came to, by name.
    pub runs: Vec<PrunedRun>,
    /// Why some were not pruned.
    problems: Vec<Error>,
    /// Why it ended before it came to all, and to how many it did not.
    stopped: Option<(Error, u64)>,
}

impl PruneOutcome {
    /// How many runs became this.
    pub fn count(&self, done: Done) -> u64 {
        self.runs.iter().filter(|run| run.done == done).count() as u64
    }

    /// To how many names it did not come.
    pub fn not_reached(&self) -> u64 {
        self.stopped.as_ref().map_or(0, |(_, left)| *left)
    }

    /// Whether it was interrupted.
    pub fn is_interrupted(&self) -> bool {
        self.stopped.is_some()
    }

    /// Whether it did all that was asked.
    pub fn is_complete(&self) -> bool {
        self.problems.is_empty() && self.stopped.is_none()
    }

    /// The error where it did not do all that was asked; it says what is gone and what is not.
    ///
    /// # Errors
    /// [`Error::Pruned`], or the problem itself where nothing is gone.
    pub fn check(mut self, dry_run: bool) -> Result<()> {
        let gone = self.gone().filter(|_| !dry_run);
        let exit = match &self.stopped {
            Some((error, _)) => error.exit(),
            None if self.problems.is_empty() => return Ok(()),
            None => Exit::Failed,
        };
        let mut why: Vec<String> = self
            .problems
            .iter()
            .map(|problem| problem.with_causes(": "))
            .collect();
        if let Some((stopped, left)) = self.stopped.take() {
            if gone.is_none() && why.is_empty() {
                return Err(stopped);
            }
            why.push(format!(
                "interrupted before {}; run icr prune again",
                count_of(left, "more name")
            ));
        }
        match (gone, self.problems.pop()) {
            (None, Some(problem)) if self.problems.is_empty() && why.len() == 1 => Err(problem),
            (gone, _) => Err(told(gone, &why, exit)),
        }
    }

    /// An error that came after the work: it says what is gone all the same.
    pub fn with_gone(&self, error: Error) -> Error {
        match self.gone() {
            None => error,
            gone => told(gone, &[error.with_causes(": ")], error.exit()),
        }
    }

    /// What is gone, in words.
    fn gone(&self) -> Option<String> {
        let list = |done: Done, word: &str| {
            let names = self.runs.iter().filter(|run| run.done == done);
            let mut names: Vec<String> = names.map(|run| shown(&run.run).into_owned()).collect();
            let more = names.len().saturating_sub(MOST_NAMES);
            names.truncate(MOST_NAMES);
            let more = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            (!names.is_empty()).then(|| format!("{word} {}{more}", names.join(", ")))
        };
        let parts = [
            list(Done::Pruned, "pruned"),
            list(Done::Removed, "removed"),
            list(Done::Unfinished, "removed in part"),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }
}

/// How many names of runs a message lists.
const MOST_NAMES: usize = 20;

fn told(gone: Option<String>, why: &[String], exit: Exit) -> Error {
    let gone = gone.unwrap_or_else(|| "nothing was removed".to_owned());
    Error::Pruned {
        told: format!("{gone}; but {}", why.join("; ")),
        exit,
    }
}

/// Prunes the runs in a folder.
///
/// # Errors
/// [`Error::Input`] where it holds something else than runs of match alone, and [`Error::Io`] where it
/// cannot be read. What is wrong with a run, and an interruption, are in the outcome.
pub fn prune(request: &PruneRequest, stop: &Stop) -> Result<PruneOutcome> {
    require_folder(&request.runs, "give the folder that holds the runs")?;
    let runs = RunsFolder::open(&request.runs)?;
    let mut outcome = PruneOutcome::default();
    if !request.dry_run {
        outcome.problems = runs.sweep();
    }
    let names = runs.names()?;
    for (at, name) in names.iter().enumerate() {
        if let Err(stopped) = stop.check() {
            outcome.stopped = Some((stopped, (names.len() - at) as u64));
            return Ok(outcome);
        }
        let mut one = One {
            request,
            runs: &runs,
            name,
            run_date: None,
            is_touched: false,
        };
        let done = match one.prune() {
            Ok(None) => continue,
            Ok(Some(done)) => done,
            Err(problem) => {
                outcome.problems.push(problem);
                if one.is_touched {
                    Done::Unfinished
                } else {
                    Done::Failed
                }
            }
        };
        outcome.runs.push(PrunedRun {
            run: name.to_string_lossy().into_owned(),
            run_date: one.run_date,
            done,
        });
    }
    if outcome.runs.is_empty() && outcome.problems.is_empty() && !names.is_empty() {
        return Err(Error::input(&request.runs, NO_RUNS));
    }
    Ok(outcome)
}

/// A name in the folder of runs.
struct One<'r> {
    request: &'r PruneRequest,
    runs: &'r RunsFolder,
    name: &'r OsStr,
    run_date: Option<String>,
    /// Whether something of it is gone.
    is_touched: bool,
}

/// What is to be done with a run.
enum Plan {
    Nothing(Done),
    Remove,
    TakeOut {
        left: Vec<&'static str>,
        before: Option<Pruned>,
    },
}

impl One<'_> {
    /// Does what is to be done with it; `None` where it is no run.
    fn prune(&mut self) -> Result<Option<Done>> {
        let run = match self.runs.look(self.name)? {
            Named::Folder(run) => run,
            Named::Link => return self.look_at_link(),
            Named::Other => return Ok(None),
        };
        let done = match self.plan(&run)? {
            None => return Ok(None),
            Some(Plan::Nothing(done)) => return Ok(Some(done)),
            Some(Plan::Remove) => Done::Removed,
            Some(Plan::TakeOut { .. }) => Done::Pruned,
        };
        if self.request.dry_run {
            return Ok(Some(done));
        }
        let held = self.runs.hold(self.name)?;
        // Another run may have been published here meanwhile: what is held now counts.
        let Some(plan) = self.plan(held.run())? else {
            return Ok(None);
        };
        match plan {
            Plan::Nothing(done) => Ok(Some(done)),
            Plan::Remove => {
                let taken_away = held.take_away()?;
                self.is_touched = true;
                taken_away.remove()?;
                Ok(Some(Done::Removed))
            }
            Plan::TakeOut { left, before } => {
                self.take_out(&held, &left, before)?;
                Ok(Some(Done::Pruned))
            }
        }
    }

    /// A link may lead to a run that is elsewhere, or here too, under its own name.
    fn look_at_link(&self) -> Result<Option<Done>> {
        let path = self.runs.path_of(self.name);
        match std::fs::metadata(&path) {
            Ok(metadata) => {
                let leads_to_run = metadata.is_dir() && is_run(&path)?;
                Ok(leads_to_run.then_some(Done::Link))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Err(Error::input(&path, BROKEN_LINK))
            }
            Err(error) => Err(Error::io(Attempt::Open, &path)(error)),
        }
    }

    /// What is to be done with the run in a folder; `None` where it holds none of match. Its summary
    /// is not needed: a run that lost it can still be pruned.
    fn plan(&mut self, run: &RunFolder) -> Result<Option<Plan>> {
        let Some(text) = run.read(MANIFEST)? else {
            return Ok(None);
        };
        let manifest = Manifest::parse(&text)
            .ok_or_else(|| Error::input(&run.path().join(MANIFEST), NO_MANIFEST))?;
        if manifest.command != "match" {
            return Ok(None);
        }
        let run_date = manifest.run_date.unwrap_or_default();
        let then = Date::parse(run_date.as_bytes())
            .ok_or_else(|| Error::input(run.path(), "has no run date, so its age is not known"))?;
        self.run_date = Some(run_date);
        let age = self.request.date.days().saturating_sub(then.days());
        if age <= self.request.keep_responses_days {
            return Ok(Some(Plan::Nothing(Done::Kept)));
        }
        let mut left = Vec::new();
        for name in FOLDERS {
            if run.holds_folder(name)? {
                left.push(name);
            }
        }
        if age > self.request.keep_summaries_days {
            return Ok(Some(Plan::Remove));
        }
        let before = run.read(PRUNED)?;
        let before = before
            .map(|text| Pruned::parse(&run.path().join(PRUNED), &text))
            .transpose()?;
        Ok(Some(if left.is_empty() && before.is_some() {
            Plan::Nothing(Done::Before)
        } else {
            Plan::TakeOut { left, before }
        }))
    }

    /// Takes people's data out of a run. What says so is written first: a prune that is cut short is
    /// taken up again by the next, and the run is never taken for damaged.
    fn take_out(
        &mut self,
        held: &HeldRun<'_>,
        left: &[&str],
        before: Option<Pruned>,
    ) -> Result<()> {
        let mut folders = before.map_or_else(Vec::new, |before| before.folders);
        folders.extend(left.iter().map(|name| (*name).to_owned()));
        folders.sort();
        folders.dedup();
        let date = self.request.date.ccyymmdd().to_string();
        held.write(PRUNED, json_text(&Pruned::new(date, folders)).as_bytes())?;
        for name in left {
            self.is_touched = true;
            held.remove_inner(name)?;
        }
        Ok(())
    }
}
