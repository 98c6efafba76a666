//! Verifies a finished folder against its manifest and, for a match, its totals.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::engine::response::{Difference, ResponseFields, StateTotals, differences, recount};
use crate::error::{Error, Result};
use crate::formats::input::{InputForm, Source};
use crate::formats::layout::{LayoutSet, RESPONSE_BYTES};
use crate::run::{MANIFEST, Manifest, MatchSummary, OutputEntry, SUMMARY};
use crate::run::{noted_response_form, refuse_other_layouts};
use crate::stop::Stop;
use crate::text::hex;

/// One thing that is wrong with a folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Damage {
    /// The file below the folder.
    pub file: String,
    /// The record, from 1, where there is one.
    pub record: Option<u64>,
    /// What is wrong.
    pub problem: String,
}

/// What a verification looked at and found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Verification {
    /// How many files the manifest names.
    pub files: usize,
    /// How many bytes they have.
    pub bytes: u64,
    /// How many response records were looked at.
    pub response_records: u64,
    /// Whether it could be checked that the cases of responses are whole.
    pub cases_checked: bool,
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

/// Verifies a folder: every file there, none added, digests equal, totals equal to what the files
/// hold, every record of every response valid under its layout and consistent within its case.
///
/// # Errors
/// [`Error::Io`] where the folder cannot be read at all, [`Error::Input`] where it is none or was made
/// with other layouts of responses than `layouts`, [`Error::Interrupted`] where the run is to stop.
pub fn verify(folder: &Path, layouts: &LayoutSet, stop: &Stop) -> Result<Verification> {
    if !std::fs::metadata(folder)
        .map_err(Error::io("open", folder))?
        .is_dir()
    {
        return Err(Error::input(
            folder,
            "is not a folder; give the folder of a finished run",
        ));
    }
    let mut found = Verification {
        cases_checked: ResponseFields::new(layouts)?.tells_whole_cases(),
        ..Verification::default()
    };
    let Ok(text) = std::fs::read(folder.join(MANIFEST)) else {
        found.note(MANIFEST, None, "is missing: the folder is no finished run");
        return Ok(found);
    };
    let Some(manifest) = Manifest::parse(&text) else {
        found.note(MANIFEST, None, "is not a manifest of icr");
        return Ok(found);
    };
    found.files = manifest.outputs.len();
    found.bytes = manifest.outputs.iter().map(|output| output.bytes).sum();
    let listed: BTreeSet<&str> = manifest
        .outputs
        .iter()
        .map(|output| output.name.as_str())
        .collect();
    for name in files_below(folder, folder)? {
        if name != MANIFEST && !listed.contains(name.as_str()) {
            found.note(&name, None, "was added: the manifest does not name it");
        }
    }
    let summary = std::fs::read(folder.join(SUMMARY))
        .ok()
        .and_then(|text| MatchSummary::parse(&text));
    let is_match = manifest.command == "match";
    if is_match {
        refuse_other_layouts(folder, &manifest, layouts)?;
        check_summary(&manifest, summary.as_ref(), &mut found);
    }
    let parts: Vec<Verification> = manifest
        .outputs
        .par_iter()
        .map(|output| {
            let mut part = Verification::default();
            check_file(folder, output, &mut part, stop)?;
            if is_match {
                check_match_file(
                    folder,
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

fn files_below(root: &Path, folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(Error::io("read", folder))? {
        let path = entry.map_err(Error::io("read", folder))?.path();
        if path.is_dir() {
            names.extend(files_below(root, &path)?);
        } else {
            names.push(
                path.strip_prefix(root)
                    .unwrap_or(&path)
                    .to_string_lossy()
                    .into_owned(),
            );
        }
    }
    Ok(names)
}

fn check_file(
    folder: &Path,
    output: &OutputEntry,
    found: &mut Verification,
    stop: &Stop,
) -> Result<()> {
    stop.check()?;
    let Some(path) = below(folder, &output.name) else {
        found.note(&output.name, None, "is not a path below the folder");
        return Ok(());
    };
    let source = match Source::open(&path, RESPONSE_BYTES, InputForm::TEXT, stop) {
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

/// The path of a name of the manifest, which must not lead out of the folder.
fn below(folder: &Path, name: &str) -> Option<PathBuf> {
    let plain = Path::new(name)
        .components()
        .all(|part| matches!(part, std::path::Component::Normal(_)));
    (plain && !name.is_empty()).then(|| folder.join(name))
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

/// A response is counted again, a rejects file's errors too.
fn check_match_file(
    folder: &Path,
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
        let path = folder.join(&output.name);
        let source = match Source::open(&path, RESPONSE_BYTES, form, stop) {
            Err(error @ Error::Interrupted(_)) => return Err(error),
            // Told by its digest already.
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
            // That the summary itself is missing is told once.
            None if summary.is_none() => {}
            None => found.note(&output.name, None, "the summary does not name the state"),
        }
    } else if let Some(Some(said)) = state("rejects/", ".csv") {
        let text = std::fs::read(folder.join(&output.name)).unwrap_or_default();
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
