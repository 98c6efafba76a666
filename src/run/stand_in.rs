//! `--on-bad-file previous`: the last accepted extract of a state stands in for a file that cannot
//! be used (decision 0042).
//!
//! A run with this option keeps a copy of every extract that it accepts, as it was delivered, below
//! `extracts/` of its folder; one that an earlier run keeps already is linked, by its digest.

use std::collections::BTreeMap;
use std::path::PathBuf;

use rayon::prelude::*;

use super::finished::FinishedRun;
use super::output::{OutputFolder, WrittenFile};
use super::previous::EarlierRuns;
use super::summary::StoodIn;
use crate::engine::extract::{Collected, Extract, Loaded, Loader, Provenance, Unusable};
use crate::error::Result;
use crate::formats::record::Date;
use crate::formats::reference::State;
use crate::open::look;
use crate::text::{count_of, hex};

/// How old an extract may be that stands in, in days, where nothing else is said.
pub const MAX_AGE_DAYS: u32 = 30;
/// How much of a file is written at a time.
const COPY_BYTES: usize = 1 << 20;

/// The name of a kept extract below a run's folder.
fn kept_name(state: State) -> String {
    format!("extracts/{state}.extract")
}

/// A kept extract of an earlier run.
struct Kept {
    path: PathBuf,
    sha256: String,
    accepted: String,
}

/// Tells of which state a file is whose records do not say so: by the name that the state's last
/// accepted extract had, or that is a state's code, as `TX.txt`.
pub(super) fn presume_states(collected: &mut Collected, runs: &EarlierRuns) {
    for file in &mut collected.unusable {
        if file.state.is_none() && file.provenance == Provenance::Submitted {
            let name = file.path.file_name().unwrap_or_default().to_string_lossy();
            let by_code = || State::from_usps(name.split('.').next().unwrap_or_default());
            file.state = runs.state_by_file(&name).or_else(by_code);
            file.entry.state = file.state.map(|state| state.usps().to_owned());
        }
    }
}

/// Lets the last accepted extracts stand in for submitted files that cannot be used. What stands in
/// joins the extracts; where nothing does, the file's problem says why.
///
/// # Errors
/// As [`Loader::load`].
pub(super) fn stand_in(
    loader: &Loader<'_>,
    collected: &mut Collected,
    runs: &EarlierRuns,
    max_age_days: u32,
) -> Result<BTreeMap<State, StoodIn>> {
    let mut stood_in = BTreeMap::new();
    for at in 0..collected.unusable.len() {
        let file = &collected.unusable[at];
        if file.provenance != Provenance::Submitted {
            continue;
        }
        let found = match file.state {
            None => Err("it is not known of which state it is".to_owned()),
            Some(state) if stood_in.contains_key(&state) => continue,
            Some(state) if has_extract(collected, state) => {
                Err(format!("{state} sent another extract, which can be used"))
            }
            Some(state) => find_kept(runs, state, loader.run_date, max_age_days)
                .and_then(|kept| load(loader, state, &kept).map(|loaded| (state, kept, loaded))),
        };
        let file = &mut collected.unusable[at];
        match found {
            Err(why) => file.problem += &format!("; nothing stands in for it: {why}"),
            Ok((state, kept, loaded)) => {
                let told = StoodIn {
                    accepted: kept.accepted,
                    sent: name_of(file),
                    reason: file.problem.clone(),
                };
                stood_in.insert(state, told);
                collected.extracts.push(*loaded?);
            }
        }
    }
    Ok(stood_in)
}

fn name_of(file: &Unusable) -> String {
    let name = file.path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

fn has_extract(collected: &Collected, state: State) -> bool {
    let is_its = |e: &Extract| e.state == state && e.provenance == Provenance::Submitted;
    collected.extracts.iter().any(is_its)
}

/// The copy of a state's last accepted extract, or why there is none that can stand in.
fn find_kept(
    runs: &EarlierRuns,
    state: State,
    run_date: Date,
    max_age_days: u32,
) -> std::result::Result<Kept, String> {
    if runs.is_empty() {
        return Err("no earlier run is given (--previous)".to_owned());
    }
    let accepted = runs
        .accepted(state)
        .ok_or_else(|| format!("no earlier run accepted an extract of {state}"))?;
    let date = accepted.date;
    let age = Date::parse(date.as_bytes()).map(|then| run_date.days().saturating_sub(then.days()));
    match age {
        None => {
            return Err(format!(
                "the run that accepted {state}'s last one has no date"
            ));
        }
        Some(age) if age > max_age_days => {
            return Err(format!(
                "{state}'s last accepted extract, of {date}, is {} old, more than --max-age {max_age_days}",
                count_of(age.into(), "day")
            ));
        }
        Some(_) => {}
    }
    let name = kept_name(state);
    let Some(output) = accepted.run.output(&name) else {
        return Err(format!(
            "the run of {} kept no copy of {state}'s extract; only a run with --on-bad-file previous does",
            accepted.run.summary.run_date
        ));
    };
    let path = accepted.run.folder.join(&name);
    match look(&path) {
        Ok(Some(found)) if found.is_file() => {}
        Ok(_) => {
            return Err(format!(
                "the copy of {state}'s extract of {date} was removed"
            ));
        }
        // Where it is read, the run stops for it.
        Err(_) => {}
    }
    Ok(Kept {
        path,
        sha256: output.sha256.clone(),
        accepted: date.to_owned(),
    })
}

/// Reads a kept extract; the outer error is why it cannot stand in, the inner one stops the run.
fn load(
    loader: &Loader<'_>,
    state: State,
    kept: &Kept,
) -> std::result::Result<Result<Box<Extract>>, String> {
    let what = || format!("the copy of {state}'s extract of {}", kept.accepted);
    match loader.load(&kept.path, Provenance::Submitted) {
        Err(error) => Ok(Err(error)),
        Ok(Loaded::Unusable(file)) => Err(format!("{} {}", what(), file.problem)),
        Ok(Loaded::Usable(extract)) if hex(&extract.source.sha256()) != kept.sha256 => {
            Err(format!(
                "{} was changed: its SHA-256 is not that of the manifest",
                what()
            ))
        }
        Ok(Loaded::Usable(extract)) if extract.state != state => {
            Err(format!("{} is of {}", what(), extract.state))
        }
        Ok(Loaded::Usable(extract)) => Ok(Ok(extract)),
    }
}

/// Keeps a copy of every submitted extract that was accepted: a link where an earlier run keeps the
/// same bytes, as many nights as the file stays the same.
///
/// # Errors
/// [`crate::Error::Io`] where one cannot be written.
pub(super) fn keep(folder: &OutputFolder, extracts: &[Extract], runs: &EarlierRuns) -> Result<()> {
    let submitted = |extract: &&Extract| extract.provenance == Provenance::Submitted;
    let submitted: Vec<&Extract> = extracts.iter().filter(submitted).collect();
    submitted.into_par_iter().try_for_each(|extract| {
        let name = kept_name(extract.state);
        let sha256 = extract.source.sha256();
        let bytes = extract.source.raw_bytes();
        let digest = hex(&sha256);
        // A new name changes a file's status: one that is being read would seem changed, whichever of
        // its names is linked.
        let kept = |run: &FinishedRun| run.folder.join(&name);
        let is_read = |run: &FinishedRun| kept(run) == extract.source.path;
        let stands_in = runs.latest_first().any(is_read);
        let same = runs.latest_first().find_map(|run| {
            let output = run.output(&name)?;
            let path = kept(run);
            let whole = std::fs::metadata(&path).is_ok_and(|file| file.len() == bytes);
            (output.sha256 == digest && whole && !stands_in).then_some(path)
        });
        if let Some(path) = same {
            let written = WrittenFile {
                name: name.clone(),
                bytes,
                sha256,
            };
            if folder.link(&path, written)? {
                return Ok(());
            }
        }
        let mut file = folder.file(&name)?;
        for piece in extract.source.delivered().chunks(COPY_BYTES) {
            file.write(piece)?;
        }
        file.finish()
    })
}
