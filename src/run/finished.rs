//! The folder of a finished run of match, with its manifest and summary read once.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::noted_response_form;
use super::{LayoutEntry, MANIFEST, Manifest, MatchSummary, OutputEntry, SUMMARY};
use crate::error::{Attempt, Error, Result};
use crate::formats::input::InputForm;
use crate::formats::layout::LayoutSet;
use crate::open::{is_there, read_if_there, read_regular};
use crate::text::{hex, shown};

/// A finished run of match.
#[derive(Debug)]
pub struct FinishedRun {
    /// The folder.
    pub folder: PathBuf,
    /// Its manifest.
    pub manifest: Manifest,
    /// The SHA-256 of the manifest, in hexadecimal: the identity of the run.
    pub manifest_sha256: String,
    /// Its totals.
    pub summary: MatchSummary,
}

impl FinishedRun {
    /// Opens the folder.
    ///
    /// # Errors
    /// [`Error::Input`] if the folder is not a finished run of match, and [`Error::Io`] if its
    /// manifest or summary cannot be read.
    pub fn open(folder: &Path) -> Result<Self> {
        let text = read(folder, MANIFEST)?;
        let manifest = manifest_of_match(folder, &text)?;
        let summary = folder.join(SUMMARY);
        if !is_there(&summary).map_err(Error::io(Attempt::Open, &summary))? {
            let problem = "is not there although the manifest is: the run was damaged, or an icr prune of an earlier version was cut short; move its folder away, or let icr prune remove it when it is old enough";
            return Err(Error::input(&summary, problem));
        }
        Ok(FinishedRun {
            folder: folder.to_owned(),
            manifest,
            manifest_sha256: hex(&Sha256::digest(&text).into()),
            summary: MatchSummary::parse(&read(folder, SUMMARY)?)
                .ok_or_else(|| no_run(folder, SUMMARY))?,
        })
    }

    /// The folder's name, which identifies the run in reports.
    pub fn name(&self) -> String {
        let name = self.folder.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// How to read its response files.
    pub fn response_form(&self) -> InputForm {
        noted_response_form(&self.manifest)
    }

    /// The manifest's entry for a state's response.
    pub fn response(&self, usps: &str) -> Option<&OutputEntry> {
        self.output(&format!("responses/{usps}.icr"))
    }

    /// The manifest's entry for a file that the run wrote.
    pub fn output(&self, name: &str) -> Option<&OutputEntry> {
        self.manifest
            .outputs
            .iter()
            .find(|output| output.name == name)
    }
}

/// The manifest of a finished run of match.
///
/// # Errors
/// [`Error::Input`] if it is not such a folder, and [`Error::Io`] if its manifest cannot be read.
pub fn match_manifest(folder: &Path) -> Result<Manifest> {
    manifest_of_match(folder, &read(folder, MANIFEST)?)
}

fn manifest_of_match(folder: &Path, text: &[u8]) -> Result<Manifest> {
    let manifest = Manifest::parse(text).ok_or_else(|| no_run(folder, MANIFEST))?;
    if manifest.command == "match" {
        Ok(manifest)
    } else {
        let problem = format!(
            "is of `icr {}`; give the folder of a finished run of icr match",
            shown(&manifest.command)
        );
        Err(Error::input(folder, problem))
    }
}

/// The layouts that decide where the fields of a response record are. Other layouts are not
/// compared: `fcr-extract` is for what the match read, not for what it wrote, and tables have only
/// texts.
const OF_RESPONSES: [&str; 2] = ["extract", "response"];

/// The response layouts of a run that differ from those in use.
pub fn other_layouts(manifest: &Manifest, layouts: &LayoutSet) -> Vec<&'static str> {
    let now = LayoutEntry::of_set(layouts);
    let of = |entries: &[LayoutEntry], name: &str| {
        let entry = entries.iter().find(|entry| entry.name == name);
        entry.map(|entry| entry.sha256.clone())
    };
    let mut names = OF_RESPONSES.to_vec();
    names.retain(|name| of(&now, name) != of(&manifest.layouts, name));
    names
}

/// Refuses a run that was made with other response layouts, because its records would be read at
/// wrong columns.
///
/// # Errors
/// [`Error::Input`] naming the layouts.
pub fn refuse_other_layouts(folder: &Path, manifest: &Manifest, layouts: &LayoutSet) -> Result<()> {
    let others = other_layouts(manifest, layouts);
    if others.is_empty() {
        return Ok(());
    }
    Err(Error::input(folder, other_layouts_words(&others)))
}

/// The message about a run that was made with other layouts.
pub fn other_layouts_words(others: &[&str]) -> String {
    let (noun, are) = match others {
        [_] => ("layout", "is"),
        _ => ("layouts", "are"),
    };
    format!(
        "was made with another {noun} `{}` than {are} in use, so its records cannot be read rightly; give the layouts of that run with --layouts DIR",
        others.join("` and `")
    )
}

/// The manifest of a folder, if it is a finished run of match.
///
/// # Errors
/// [`Error::Io`] if a manifest is there and cannot be read.
pub fn find_match_manifest(folder: &Path) -> Result<Option<Manifest>> {
    let text = read_if_there(&folder.join(MANIFEST))?;
    let manifest = text.and_then(|text| Manifest::parse(&text));
    Ok(manifest.filter(|manifest| manifest.command == "match"))
}

/// The error for a folder that a run of match did not write.
fn no_run(folder: &Path, name: &str) -> Error {
    let problem = "is not of a finished run of icr match; give the folder of such a run";
    Error::input(&folder.join(name), problem)
}

fn read(folder: &Path, name: &str) -> Result<Vec<u8>> {
    require_folder(folder, GIVE_A_RUN)?;
    let path = folder.join(name);
    if !is_there(&path).map_err(Error::io(Attempt::Open, &path))? {
        return Err(Error::input(
            folder,
            format!("holds no {name}; {GIVE_A_RUN}"),
        ));
    }
    read_regular(&path).map_err(Error::io(Attempt::Read, &path))
}

const GIVE_A_RUN: &str = "give the folder of a finished run of icr match";

/// Refuses what is not a folder; `next` says what to give instead.
pub(super) fn require_folder(folder: &Path, next: &str) -> Result<()> {
    let problem = match std::fs::metadata(folder) {
        Ok(metadata) if metadata.is_dir() => return Ok(()),
        Ok(_) => format!("is not a folder; {next}"),
        Err(error) if error.kind() == ErrorKind::NotFound => format!("is not there; {next}"),
        Err(error) => return Err(Error::io(Attempt::Open, folder)(error)),
    };
    Err(Error::input(folder, problem))
}
