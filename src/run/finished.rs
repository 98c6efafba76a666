//! Reads what stands in the folder of a finished run of match.

use std::path::Path;

use serde::de::DeserializeOwned;

use super::{LayoutEntry, MANIFEST, Manifest};
use crate::error::{Error, Result};
use crate::formats::layout::LayoutSet;
use crate::open::read_regular;
use crate::text::shown;

/// The manifest of a finished run of match.
///
/// # Errors
/// [`Error::Input`] where the folder is none, and [`Error::Io`] where its manifest cannot be read.
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

/// The layouts by which the records of responses are read: every field of a response record stands
/// where one of these two says. Of the others none is asked: `fcr-extract` placed what the match read,
/// not what it wrote, and the tables hold words alone.
const OF_RESPONSES: [&str; 2] = ["extract", "response"];

/// The layouts of responses that a run had otherwise than they are in use now.
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

/// Refuses a run that was made with other layouts of responses: its records would be read at wrong
/// columns.
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

/// What there is to say of a run that was made with other layouts.
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

/// The manifest of a folder, where it is one of a finished run of match.
pub fn find_match_manifest(folder: &Path) -> Option<Manifest> {
    let text = read_regular(&folder.join(MANIFEST)).ok()?;
    Manifest::parse(&text).filter(|manifest| manifest.command == "match")
}

/// A JSON file of a finished run of match.
///
/// # Errors
/// [`Error::Input`] where the file is missing or is not of such a run, and [`Error::Io`] where it
/// cannot be read.
pub fn match_file<T: DeserializeOwned>(folder: &Path, name: &str) -> Result<T> {
    serde_json::from_slice(&read(folder, name)?).map_err(|_| no_run(folder, name))
}

/// What is there is not what a run of match wrote.
pub fn no_run(folder: &Path, name: &str) -> Error {
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
    read_regular(&path).map_err(Error::io("read", &path))
}
