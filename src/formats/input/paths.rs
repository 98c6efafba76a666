//! Finds the files that input arguments name.

use std::path::{Path, PathBuf};

use super::spool;
use crate::error::{Attempt, Error, Result};

/// The files that the arguments name: each is a file or pipe, `-` (standard input), or a folder whose regular files (not hidden,
/// not nested) are all taken, in byte order of their names. `what` says what the files are, for the
/// message about a folder that has none.
///
/// # Errors
/// [`Error::Input`] if an argument is neither, [`Error::Io`] if it does not exist or cannot be
/// read, and as [`folder_files`].
pub fn input_files(arguments: &[PathBuf], what: &str) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for argument in arguments {
        if spool::is_read_once(argument) {
            files.push(argument.clone());
            continue;
        }
        let metadata = std::fs::metadata(argument).map_err(Error::io(Attempt::Open, argument))?;
        if metadata.is_dir() {
            let found = folder_files(argument)?;
            if found.is_empty() {
                let problem =
                    format!("is a folder without files; give the folder that holds the {what}");
                return Err(Error::input(argument, problem));
            }
            files.extend(found);
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
    let metadata = std::fs::metadata(path).map_err(Error::io(Attempt::Open, path))?;
    Ok(metadata.len())
}

/// The files of a folder, not hidden and not nested, in byte order of their names. Every other name
/// that the folder lists is an error: were it passed over, a state would be absent without a word.
///
/// # Errors
/// [`Error::Io`] where the folder, or what a name leads to, cannot be looked at (a link to
/// nothing, for example), and [`Error::Input`] where a name is of a pipe, socket or device.
pub fn folder_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(Error::io(Attempt::Read, folder))? {
        let entry = entry.map_err(Error::io(Attempt::Read, folder))?;
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        let path = entry.path();
        let metadata = std::fs::metadata(&path).map_err(Error::io(Attempt::Open, &path))?;
        if metadata.is_file() {
            names.push(entry.file_name());
        } else if !metadata.is_dir() {
            let problem = "is neither a file nor a folder; take it out of the folder, or give the files by their names";
            return Err(Error::input(&path, problem));
        }
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

    #[test]
    fn every_name_of_a_folder_is_read_or_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("TX.txt"), "x").unwrap();
        std::os::unix::fs::symlink(at("nowhere"), at("CA.txt")).unwrap();
        let refused = || folder_files(folder.path()).unwrap_err().to_string();
        assert!(refused().contains("cannot open") && refused().contains("CA.txt"));
        std::fs::remove_file(at("CA.txt")).unwrap();
        std::os::unix::fs::symlink(at("TX.txt"), at("CA.txt")).unwrap();
        assert_eq!(folder_files(folder.path()).unwrap().len(), 2);
        let made = std::process::Command::new("mkfifo")
            .arg(at("NY.txt"))
            .status();
        assert!(made.unwrap().success());
        assert!(refused().contains("NY.txt: is neither"), "{}", refused());
        std::fs::remove_file(at("NY.txt")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(at("OH.txt")).unwrap();
        assert!(refused().contains("OH.txt: is neither"), "{}", refused());
    }
}
