//! Verifies a finished folder against its manifest and, for a match, its control totals. It reads
//! the folder and changes nothing.
//!
//! What cannot be read is an error, and neither damage nor intact: it says nothing about the folder.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::engine::response::{Difference, ResponseFields, StateTotals, differences, recount};
use crate::error::{Attempt, Error, Result};
use crate::formats::input::{InputForm, Mapped, Source, digest_until};
use crate::formats::layout::{LayoutSet, RESPONSE_BYTES};
use crate::open::read_if_there;
use crate::parallel::largest_first;
use crate::run::{
    MANIFEST, Manifest, MatchSummary, OutputEntry, PRUNED, Pruned, SUMMARY, StateSummary,
};
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
/// [`Error::Io`] and [`Error::Temporary`] if the folder, or a file of it that is there, cannot be
/// read, [`Error::Input`] if it is not a finished folder, changed meanwhile, or was made with other
/// response layouts than `layouts`, [`Error::Interrupted`] if a stop was requested.
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
    let Some(text) = read_if_there(&folder.join(MANIFEST))? else {
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
    let summary = read_if_there(&folder.join(SUMMARY))?;
    let summary = summary.and_then(|text| MatchSummary::parse(&text));
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
    let match_run = is_match.then_some(MatchRun {
        form: noted_response_form(&manifest),
        summary: summary.as_ref(),
        layouts,
    });
    let verify = |output: &&OutputEntry| verify_file(folder, output, match_run.as_ref(), stop);
    let parts = largest_first(&outputs, |output| output.bytes, verify)?;
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

/// What the files of a match are held against.
struct MatchRun<'a> {
    form: InputForm,
    summary: Option<&'a MatchSummary>,
    layouts: &'a LayoutSet,
}

/// Verifies one file: its size, its digest and, of a match, what it holds. It is opened once, so that
/// what is recounted is what the digest was of.
fn verify_file(
    folder: &Path,
    output: &OutputEntry,
    run: Option<&MatchRun<'_>>,
    stop: &Stop,
) -> Result<Verification> {
    stop.check()?;
    let mut found = Verification::default();
    let path = match below(folder, &output.name)? {
        Below::File(path) => path,
        Below::Missing => {
            found.note(&output.name, None, "is missing");
            return Ok(found);
        }
        Below::Elsewhere => {
            let problem = "is not the path of a file of the folder, or leads through a link";
            found.note(&output.name, None, problem);
            return Ok(found);
        }
    };
    let file = Mapped::open(&path)?;
    file.will_read();
    let mut digest = Sha256::new();
    digest_until(&mut digest, &file, stop)?;
    if file.len() as u64 != output.bytes {
        let problem = format!("has {} bytes instead of {}", file.len(), output.bytes);
        found.note(&output.name, None, problem);
    } else if hex(&digest.finalize().into()) != output.sha256 {
        let problem = "was changed: its SHA-256 is not that of the manifest";
        found.note(&output.name, None, problem);
    }
    // A page that could not be read must not be taken for one of zeroes.
    file.check_intact()?;
    if let Some(run) = run {
        run.check_file(file, output, &mut found, stop)?;
    }
    Ok(found)
}

/// What is at a name of the manifest.
enum Below {
    File(PathBuf),
    Missing,
    /// It leads out of the folder or through a link, or is no file.
    Elsewhere,
}

/// Finds a name of the manifest. It must not lead out of the folder or through a link.
fn below(folder: &Path, name: &str) -> Result<Below> {
    let mut path = folder.to_owned();
    let mut parts = Path::new(name).components().peekable();
    if parts.peek().is_none() {
        return Ok(Below::Elsewhere);
    }
    while let Some(part) = parts.next() {
        let std::path::Component::Normal(part) = part else {
            return Ok(Below::Elsewhere);
        };
        path.push(part);
        let metadata = match std::fs::symlink_metadata(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Below::Missing),
            looked => looked.map_err(Error::io(Attempt::Open, &path))?,
        };
        let fits = match parts.peek() {
            Some(_) => metadata.is_dir(),
            None => metadata.is_file(),
        };
        if !fits {
            return Ok(Below::Elsewhere);
        }
    }
    Ok(Below::File(path))
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

impl MatchRun<'_> {
    /// Responses are recounted, and so are the errors in rejects files.
    fn check_file(
        &self,
        file: Mapped,
        output: &OutputEntry,
        found: &mut Verification,
        stop: &Stop,
    ) -> Result<()> {
        let state = |prefix: &str, suffix: &str| {
            let usps = output.name.strip_prefix(prefix)?.strip_suffix(suffix)?;
            Some(self.summary.and_then(|summary| summary.states.get(usps)))
        };
        if let Some(said) = state("responses/", ".icr") {
            self.recount(file, said, output, found, stop)?;
        } else if let Some(Some(said)) = state("rejects/", ".csv") {
            let rejected = file
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

    fn recount(
        &self,
        file: Mapped,
        said: Option<&StateSummary>,
        output: &OutputEntry,
        found: &mut Verification,
        stop: &Stop,
    ) -> Result<()> {
        let source = match Source::of_mapped(file, RESPONSE_BYTES, self.form, stop) {
            // It is no file that a run wrote; what cannot be unpacked or translated here is an error.
            Err(Error::Unusable { problem, .. } | Error::Input { problem, .. }) => {
                let problem = format!("its records cannot be read: it {problem}");
                found.note(&output.name, None, problem);
                return Ok(());
            }
            opened => opened?,
        };
        let counted = recount(&source, &ResponseFields::new(self.layouts)?, stop)?;
        source.check_intact()?;
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
            None if self.summary.is_none() => {}
            None => found.note(&output.name, None, "the summary does not name the state"),
        }
        Ok(())
    }
}

fn is_error_line(line: &[u8]) -> bool {
    line.split(|&byte| byte == b',').nth(1) == Some(b"error")
}
