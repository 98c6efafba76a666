//! The folder of a finished run of match, with its manifest and summary read once.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::noted_response_form;
use super::{LayoutEntry, MANIFEST, Manifest, MatchSummary, OutputEntry, SUMMARY};
use crate::error::{Attempt, Error, Result};
use crate::formats::input::InputForm;
use crate::formats::layout::LayoutSet;
use crate::open::{read_if_there, read_regular};
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
        Ok(FinishedRun {
            folder: folder.to_owned(),
            manifest: match_manifest(folder)?,
            manifest_sha256: hex(&Sha256::digest(read(folder, MANIFEST)?).into()),
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
    let text = read(folder, MANIFEST)?;
    let manifest = Manifest::parse(&text).ok_or_else(|| no_run(folder, MANIFEST))?;
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
    if !folder.is_dir() {
        let what = if folder.exists() {
            "is not a folder"
        } else {
            "is not there"
        };
        let problem = format!("{what}; give the folder of a finished run of icr match");
        return Err(Error::input(folder, problem));
    }
    let path = folder.join(name);
    if !path.exists() {
        let problem = format!("holds no {name}; give the folder of a finished run of icr match");
        return Err(Error::input(folder, problem));
    }
    read_regular(&path).map_err(Error::io(Attempt::Read, &path))
}
