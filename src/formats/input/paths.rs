//! From input arguments to files.

use std::path::{Path, PathBuf};

use super::spool;
use crate::error::{Error, Result};

/// The files that the arguments name: each is a file or pipe, `-` (standard input), or a folder whose regular files (not hidden,
/// not nested) are all taken, in byte order of their names. `what` tells what the files are, for the
/// message about a folder that has none.
///
/// # Errors
/// [`Error::Input`] where an argument is neither, [`Error::Io`] where it is not there or cannot be
/// read, and [`Error::Input`] where a folder holds no file.
pub fn input_files(arguments: &[PathBuf], what: &str) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for argument in arguments {
        if spool::is_read_once(argument) {
            files.push(argument.clone());
            continue;
        }
        let metadata = std::fs::metadata(argument).map_err(Error::io("open", argument))?;
        if metadata.is_dir() {
            files.extend(folder_files(argument, what)?);
        } else if metadata.is_file() {
            files.push(argument.clone());
        } else {
            return Err(Error::input(
                argument,
                "is neither a file, a pipe nor a folder",
            ));
        }
    }
    Ok(files)
}

/// How many bytes a file has; 0 for one that is read from a pipe, of which nobody knows.
///
/// # Errors
/// [`Error::Io`] where it is not there.
pub fn input_bytes(path: &Path) -> Result<u64> {
    if spool::is_read_once(path) {
        return Ok(0);
    }
    let metadata = std::fs::metadata(path).map_err(Error::io("open", path))?;
    Ok(metadata.len())
}

fn folder_files(folder: &Path, what: &str) -> Result<Vec<PathBuf>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(Error::io("read", folder))? {
        let entry = entry.map_err(Error::io("read", folder))?;
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        let regular = std::fs::metadata(entry.path()).is_ok_and(|m| m.is_file());
        if regular && !hidden {
            names.push(entry.file_name());
        }
    }
    if names.is_empty() {
        let problem = format!("is a folder without files; give the folder that holds the {what}");
        return Err(Error::input(folder, problem));
    }
    names.sort_by(|a, b| a.as_encoded_bytes().cmp(b.as_encoded_bytes()));
    Ok(names.into_iter().map(|name| folder.join(name)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_gives_its_visible_files_in_byte_order() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b", "a", ".hidden", "B"] {
            std::fs::write(folder.path().join(name), "x").unwrap();
        }
        std::fs::create_dir(folder.path().join("nested")).unwrap();
        let files = input_files(&[folder.path().to_owned()], "extracts").unwrap();
        let names: Vec<_> = files
            .iter()
            .map(|f| f.file_name().unwrap().to_str().unwrap())
            .collect();
        assert_eq!(names, ["B", "a", "b"]);
    }
}
