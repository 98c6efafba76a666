//! Pairs the files to compare: those of two run folders by name, or two files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::error::{Attempt, Error, Result};
use crate::formats::input::folder_files;
use crate::formats::reference::State;
use crate::open::look;
use crate::text::shown_path;

/// A response file of each side; one of them may be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilePair {
    /// The file's name, without the folder.
    pub name: String,
    /// The file of the old side.
    pub old: Option<SidePath>,
    /// The file of the new side.
    pub new: Option<SidePath>,
}

/// Where a file of one side is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SidePath {
    /// Its path.
    pub path: PathBuf,
    /// Whether it was given as an argument. The comparison then depends on it, so it must be
    /// readable.
    pub given: bool,
}

/// A file in a run's folder of responses that does not have the name of a response file. It is not
/// read, because its contents are unknown and could be shown as IDs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrayFile {
    /// Its name, without the folder.
    pub name: String,
    /// Whether the old and the new side have it.
    pub sides: (bool, bool),
}

/// The files to compare.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ComparedFiles {
    /// The response files, by name.
    pub pairs: Vec<FilePair>,
    /// The stray files, by name.
    pub strays: Vec<StrayFile>,
}

/// The files of one side.
#[derive(Default)]
struct Side {
    responses: Vec<SidePath>,
    strays: Vec<String>,
}

/// The files of two sides. A side is a file, or a run folder, whose response files are those named
/// `<USPS>.icr` in its folder `responses`, or in the folder itself if there is no `responses`.
///
/// # Errors
/// [`Error::Io`] if a side does not exist or cannot be read; [`Error::Inputs`] if neither side has
/// a response file, because then nothing would be compared.
pub fn pair_files(old: &Path, new: &Path) -> Result<ComparedFiles> {
    let (old_side, new_side) = (files_of(old)?, files_of(new)?);
    if let ([one], [other]) = (&old_side.responses[..], &new_side.responses[..])
        && one.given
        && other.given
    {
        let pair = FilePair {
            name: name_of(&other.path),
            old: Some(one.clone()),
            new: Some(other.clone()),
        };
        return Ok(ComparedFiles {
            pairs: vec![pair],
            strays: Vec::new(),
        });
    }
    let mut pairs: BTreeMap<String, FilePair> = BTreeMap::new();
    let mut strays: BTreeMap<String, (bool, bool)> = BTreeMap::new();
    for (side, is_old) in [(old_side, true), (new_side, false)] {
        for file in side.responses {
            let name = name_of(&file.path);
            let pair = pairs.entry(name.clone()).or_default();
            pair.name = name;
            *if is_old { &mut pair.old } else { &mut pair.new } = Some(file);
        }
        for name in side.strays {
            let sides = strays.entry(name).or_default();
            *if is_old { &mut sides.0 } else { &mut sides.1 } = true;
        }
    }
    if pairs.is_empty() {
        return Err(Error::Inputs(format!(
            "neither {} nor {} holds a response file; give run folders of `icr match`, or response files",
            shown_path(old),
            shown_path(new)
        )));
    }
    let strays = strays.into_iter();
    Ok(ComparedFiles {
        pairs: pairs.into_values().collect(),
        strays: strays
            .map(|(name, sides)| StrayFile { name, sides })
            .collect(),
    })
}

fn files_of(side: &Path) -> Result<Side> {
    let metadata = std::fs::metadata(side).map_err(Error::io(Attempt::Open, side))?;
    let mut files = Side::default();
    if !metadata.is_dir() {
        files.responses.push(SidePath {
            path: side.to_owned(),
            given: true,
        });
        return Ok(files);
    }
    let responses = side.join("responses");
    let is_run = look(&responses)?.is_some_and(|found| found.is_dir());
    let folder = if is_run { responses } else { side.to_owned() };
    for path in folder_files(&folder)? {
        let name = name_of(&path);
        if state_of(&name).is_some() {
            files.responses.push(SidePath { path, given: false });
        } else if is_run || path.extension().is_some_and(|ending| ending == "icr") {
            files.strays.push(name);
        }
    }
    Ok(files)
}

/// The state whose response file `icr match` gives this name.
pub(super) fn state_of(name: &str) -> Option<State> {
    let stem = name.strip_suffix(".icr")?;
    State::from_usps(stem).filter(|state| state.usps() == stem)
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
