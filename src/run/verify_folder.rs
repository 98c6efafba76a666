//! Verifies a finished folder against its manifest and, for a match, its control totals. It reads
//! the folder and changes nothing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::engine::response::{Difference, ResponseFields, StateTotals, differences, recount};
use crate::error::{Attempt, Error, Result};
use crate::formats::input::{InputForm, Source};
use crate::formats::layout::{LayoutSet, RESPONSE_BYTES};
use crate::open::read_regular;
use crate::run::{MANIFEST, Manifest, MatchSummary, OutputEntry, PRUNED, Pruned, SUMMARY};
use crate::run::{noted_response_form, refuse_other_layouts};
use crate::stop::Stop;
use crate::text::hex;

/// One thing that is wrong with a folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Damage {
    /// The file below the folder.
    pub file: String,
    /// The record, from 1, if there is one.
    pub record: Option<u64>,
    /// What is wrong.
    pub problem: String,
}

/// What a verification looked at and found.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Verification {
    /// The number of files in the manifest.
    pub files: usize,
    /// Their total size.
    pub bytes: u64,
    /// The number of response records that were checked.
    pub response_records: u64,
    /// Whether it could be checked that the cases of the responses are complete.
    pub cases_checked: bool,
    /// When people's data were taken out by `icr prune`, CCYYMMDD; none where they were not.
    pub pruned: Option<String>,
    /// What is wrong, by file.
    pub damage: Vec<Damage>,
}

impl Verification {
    fn note(&mut self, file: &str, record: Option<u64>, problem: impl Into<String>) {
        self.damage.push(Damage {
            file: file.to_owned(),
            record,
            problem: problem.into(),
        });
    }
}

/// Verifies a folder: every file is there and none was added, digests and totals agree with the
/// files, and every record of every response is valid in its layout and consistent with its case.
///
/// # Errors
/// [`Error::Io`] if the folder cannot be read at all, [`Error::Input`] if it is not a finished
/// folder or was made with other response layouts than `layouts`, [`Error::Interrupted`] if a stop
/// was requested.
pub fn verify_folder(folder: &Path, layouts: &LayoutSet, stop: &Stop) -> Result<Verification> {
    if !std::fs::metadata(folder)
        .map_err(Error::io(Attempt::Open, folder))?
        .is_dir()
    {
        return Err(Error::input(
            folder,
            "is not a folder; give the folder of a finished run",
        ));
    }
    let mut found = Verification {
        cases_checked: ResponseFields::new(layouts)?.has_record_counts(),
        ..Verification::default()
    };
    let Ok(text) = read_regular(&folder.join(MANIFEST)) else {
        found.note(
            MANIFEST,
            None,
            "is missing: the folder is not a finished run",
        );
        return Ok(found);
    };
    let Some(manifest) = Manifest::parse(&text) else {
        found.note(MANIFEST, None, "is not a manifest of icr");
        return Ok(found);
    };
    let pruned = match Pruned::of(folder) {
        Err(Error::Input { problem, .. }) => {
            found.note(PRUNED, None, problem);
            None
        }
        pruned => pruned?,
    };
    // What was taken out is not missed; what of it is still there is looked at.
    let mut outputs: Vec<&OutputEntry> = Vec::new();
    for output in &manifest.outputs {
        let pruned = pruned.as_ref();
        if pruned.map_or(Ok(false), |pruned| pruned.took(folder, &output.name))? {
            found.pruned = pruned.map(|pruned| pruned.date.clone());
        } else {
            outputs.push(output);
        }
    }
    found.files = outputs.len();
    let sizes = outputs.iter().map(|output| output.bytes);
    found.bytes = sizes.fold(0, u64::saturating_add);
    let listed: BTreeSet<&str> = manifest
        .outputs
        .iter()
        .map(|output| output.name.as_str())
        .collect();
    for (name, what) in files_below(folder, stop)? {
        // A run that filled a folder where it is was killed when all was in its place: the next one
        // removes this.
        let says_so = name == PRUNED && pruned.is_some();
        let left = name.starts_with(LEFT_INSIDE) || name == LEFT_BY_PRUNE;
        if what != What::File {
            let problem = "is a link or a special file: a run writes neither; it was not followed";
            found.note(&name, None, problem);
        } else if !left && !says_so && name != MANIFEST && !listed.contains(name.as_str()) {
            found.note(&name, None, "was added: the manifest does not name it");
        }
    }
    // Each file is read only once, even if it is named several times.
    let mut names = BTreeSet::new();
    for output in &manifest.outputs {
        if !names.insert(output.name.as_str()) {
            found.note(&output.name, None, "is named twice by the manifest");
        }
    }
    let outputs: Vec<&OutputEntry> = outputs
        .into_iter()
        .filter(|output| names.remove(output.name.as_str()))
        .collect();
    let summary = read_regular(&folder.join(SUMMARY))
        .ok()
        .and_then(|text| MatchSummary::parse(&text));
    let is_match = manifest.command == "match";
    if is_match {
        // A pruned run has no record that could be read at wrong columns.
        if outputs
            .iter()
            .any(|output| output.name.starts_with("responses/"))
        {
            refuse_other_layouts(folder, &manifest, layouts)?;
        }
        check_summary(&manifest, summary.as_ref(), &mut found);
    }
    let parts: Vec<Verification> = outputs
        .par_iter()
        .map(|&output| {
            let mut part = Verification::default();
            let Some(path) = below(folder, &output.name) else {
                let problem = "is not the path of a file of the folder, or leads through a link";
                part.note(&output.name, None, problem);
                return Ok(part);
            };
            check_file(&path, output, &mut part, stop)?;
            if is_match {
                check_match_file(
                    &path,
                    output,
                    &manifest,
                    summary.as_ref(),
                    layouts,
                    &mut part,
                    stop,
                )?;
            }
            Ok(part)
        })
        .collect::<Result<_>>()?;
    for part in parts {
        found.response_records += part.response_records;
        found.damage.extend(part.damage);
    }
    found.damage.sort();
    Ok(found)
}

/// The staging folder of a run inside its folder.
const LEFT_INSIDE: &str = ".icr-staging/";

/// What a killed prune left, which the next one removes.
const LEFT_BY_PRUNE: &str = ".pruned.json.icr-partial";

/// The kind of a name below the folder.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    File,
    /// A link, pipe, socket or device. A run never writes one, so it is neither followed nor
    /// opened.
    Other,
}

/// Every name below the folder except folders. Links are not followed, because a link to `.` would
/// never end.
fn files_below(root: &Path, stop: &Stop) -> Result<Vec<(String, What)>> {
    let mut names = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(Error::io(Attempt::Read, &folder))? {
            stop.check()?;
            let entry = entry.map_err(Error::io(Attempt::Read, &folder))?;
            let path = entry.path();
            let kind = entry.file_type().map_err(Error::io(Attempt::Read, &path))?;
            if kind.is_dir() {
                folders.push(path);
                continue;
            }
            let what = if kind.is_file() {
                What::File
            } else {
                What::Other
            };
            let name = path.strip_prefix(root).unwrap_or(&path);
            names.push((name.to_string_lossy().into_owned(), what));
        }
    }
    names.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(names)
}

fn check_file(
    path: &Path,
    output: &OutputEntry,
    found: &mut Verification,
    stop: &Stop,
) -> Result<()> {
    stop.check()?;
    let source = match Source::open(path, RESPONSE_BYTES, InputForm::TEXT, stop) {
        Err(error @ Error::Interrupted(_)) => return Err(error),
        Err(_) => {
            found.note(&output.name, None, "is missing or cannot be read");
            return Ok(());
        }
        Ok(source) => source,
    };
    if source.raw_bytes() != output.bytes {
        let problem = format!(
            "has {} bytes instead of {}",
            source.raw_bytes(),
            output.bytes
        );
        found.note(&output.name, None, problem);
    } else if hex(&source.sha256_until(stop)?) != output.sha256 {
        found.note(
            &output.name,
            None,
            "was changed: its SHA-256 is not that of the manifest",
        );
    }
    Ok(())
}

/// The path of a name in the manifest. It must not lead out of the folder or through a link.
fn below(folder: &Path, name: &str) -> Option<PathBuf> {
    let mut path = folder.to_owned();
    let mut parts = Path::new(name).components().peekable();
    parts.peek()?;
    while let Some(part) = parts.next() {
        let std::path::Component::Normal(part) = part else {
            return None;
        };
        path.push(part);
        match std::fs::symlink_metadata(&path) {
            Ok(metadata) if parts.peek().is_some() && !metadata.is_dir() => return None,
            Ok(metadata) if parts.peek().is_none() && !metadata.is_file() => return None,
            // If it is missing, that is reported when it is opened.
            _ => {}
        }
    }
    Some(path)
}

fn check_summary(manifest: &Manifest, summary: Option<&MatchSummary>, found: &mut Verification) {
    let Some(summary) = summary else {
        return found.note(SUMMARY, None, "is missing or is not the summary of a match");
    };
    let records = &summary.run.totals.records;
    let parts = [
        records.rejected,
        records.returned,
        records.suppressed,
        records.not_evaluated,
    ];
    let sum = parts
        .iter()
        .try_fold(0_u64, |sum, &part| sum.checked_add(part));
    if sum != Some(records.read) {
        found.note(SUMMARY, None, "its totals do not balance");
    }
    let totals = StateTotals::deserialize(&manifest.totals).ok();
    if totals.as_ref() != Some(&summary.run.totals) {
        found.note(SUMMARY, None, "its totals are not those of the manifest");
    }
}

/// Responses are recounted, and so are the errors in rejects files.
fn check_match_file(
    path: &Path,
    output: &OutputEntry,
    manifest: &Manifest,
    summary: Option<&MatchSummary>,
    layouts: &LayoutSet,
    found: &mut Verification,
    stop: &Stop,
) -> Result<()> {
    let state = |prefix: &str, suffix: &str| {
        let usps = output.name.strip_prefix(prefix)?.strip_suffix(suffix)?;
        Some(summary.and_then(|summary| summary.states.get(usps)))
    };
    if let Some(said) = state("responses/", ".icr") {
        let form = noted_response_form(manifest);
        let source = match Source::open(path, RESPONSE_BYTES, form, stop) {
            Err(error @ Error::Interrupted(_)) => return Err(error),
            // Its digest shows that already.
            Err(_) => return Ok(()),
            Ok(source) => source,
        };
        let counted = recount(&source, &ResponseFields::new(layouts)?, stop)?;
        found.response_records += counted.totals.records;
        let more = counted.faults.count - counted.faults.listed.len() as u64;
        for fault in counted.faults.listed {
            found.note(&output.name, Some(fault.record), fault.problem);
        }
        if more > 0 {
            let problem = format!("{more} more things are wrong with its records and cases");
            found.note(&output.name, None, problem);
        }
        match said {
            Some(said) => {
                for difference in differences(&said.totals, &counted.totals) {
                    found.note(&output.name, None, difference.to_string());
                }
            }
            // A missing summary is reported only once.
            None if summary.is_none() => {}
            None => found.note(&output.name, None, "the summary does not name the state"),
        }
    } else if let Some(Some(said)) = state("rejects/", ".csv") {
        let text = read_regular(path).unwrap_or_default();
        let rejected = text
            .split(|&b| b == b'\n')
            .filter(|line| is_error_line(line))
            .count() as u64;
        let said = said.totals.records.rejected;
        if said != rejected {
            let difference = Difference {
                figure: "records.rejected".to_owned(),
                said,
                counted: rejected,
            };
            found.note(&output.name, None, difference.to_string());
        }
    }
    Ok(())
}

fn is_error_line(line: &[u8]) -> bool {
    line.split(|&byte| byte == b',').nth(1) == Some(b"error")
}
