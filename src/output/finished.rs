//! Reads what stands in the folder of a finished run of match.

use std::path::Path;

use serde::de::DeserializeOwned;

use super::{MANIFEST, Manifest};
use crate::error::{Error, Result};

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
            manifest.command
        );
        Err(Error::input(folder, problem))
    }
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
    std::fs::read(&path).map_err(Error::io("read", &path))
}
