//! Which files are compared with which: those of two run folders by name, or two files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// A response file of each side; one of them may be missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePair {
    /// The file's name, without the folder.
    pub name: String,
    /// The file of the old side.
    pub old: Option<PathBuf>,
    /// The file of the new side.
    pub new: Option<PathBuf>,
}

/// The files of two sides. A side is a file, or a run folder, whose response files are those in its
/// folder `responses` (or, where that is missing, its own files `*.icr`).
///
/// # Errors
/// [`Error::Io`] where a side is not there or cannot be read, [`Error::Inputs`] where neither side
/// holds a response file: then nothing was compared.
pub fn pair_files(old: &Path, new: &Path) -> Result<Vec<FilePair>> {
    let (old_files, new_files) = (files_of(old)?, files_of(new)?);
    if let ([one], [other]) = (&old_files[..], &new_files[..])
        && old.is_file()
        && new.is_file()
    {
        return Ok(vec![FilePair {
            name: name_of(other),
            old: Some(one.clone()),
            new: Some(other.clone()),
        }]);
    }
    let mut pairs: BTreeMap<String, FilePair> = BTreeMap::new();
    for (files, is_old) in [(old_files, true), (new_files, false)] {
        for path in files {
            let name = name_of(&path);
            let pair = pairs.entry(name.clone()).or_insert(FilePair {
                name,
                old: None,
                new: None,
            });
            *if is_old { &mut pair.old } else { &mut pair.new } = Some(path);
        }
    }
    if pairs.is_empty() {
        return Err(Error::Inputs(format!(
            "neither {} nor {} holds a response file; give run folders of `icr match`, or response files",
            old.display(),
            new.display()
        )));
    }
    Ok(pairs.into_values().collect())
}

fn files_of(side: &Path) -> Result<Vec<PathBuf>> {
    let metadata = std::fs::metadata(side).map_err(Error::io("open", side))?;
    if !metadata.is_dir() {
        return Ok(vec![side.to_owned()]);
    }
    let responses = side.join("responses");
    let (folder, any_name) = if responses.is_dir() {
        (responses, true)
    } else {
        (side.to_owned(), false)
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(Error::io("read", &folder))? {
        let path = entry.map_err(Error::io("read", &folder))?.path();
        let hidden = name_of(&path).starts_with('.');
        let named = any_name || path.extension().is_some_and(|e| e == "icr");
        if path.is_file() && named && !hidden {
            files.push(path);
        }
    }
    Ok(files)
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
