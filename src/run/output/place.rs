//! The place of an output, and its permissions.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::open_folder::OpenFolder;
use crate::error::{Attempt, Error, Result};
use crate::open::look;
use crate::text::shown_path;

/// `--file-mode`: the permissions of files. Folders also get the matching search bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileMode(u32);

impl Default for FileMode {
    /// Read and write for the owner alone.
    fn default() -> Self {
        FileMode(0o600)
    }
}

impl std::str::FromStr for FileMode {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        match u32::from_str_radix(text, 8) {
            Ok(mode) if mode & !0o777 == 0 && mode & 0o600 == 0o600 => Ok(FileMode(mode & 0o666)),
            _ => Err(
                "expected an octal mode with read and write for the owner, such as 0640".to_owned(),
            ),
        }
    }
}

impl FileMode {
    pub(super) fn of_file(self) -> u32 {
        self.0
    }

    /// Whoever can read a file can search its folder.
    pub(super) fn of_folder(self) -> u32 {
        self.0 | (self.0 & 0o444) >> 2
    }
}

/// The place of an output: a name in an open folder.
pub(super) struct Place {
    /// The path as given, for messages.
    pub(super) target: PathBuf,
    pub(super) parent: OpenFolder,
    pub(super) name: OsString,
}

impl Place {
    /// The place of a folder. An existing folder is resolved, so that `.` and `..` work.
    pub(super) fn of_folder(target: &Path) -> Result<Self> {
        require_parent(target)?;
        // Not a link, unless the path ends with a slash.
        let there = std::fs::symlink_metadata(target).is_ok_and(|metadata| metadata.is_dir());
        let path = if there {
            target
                .canonicalize()
                .map_err(Error::io(Attempt::Open, target))?
        } else {
            target.to_owned()
        };
        Self::at(target, &path, "cannot be an output folder; name a new one")
    }

    /// The place of a file.
    pub(super) fn of_file(target: &Path) -> Result<Self> {
        require_parent(target)?;
        Self::at(target, target, "cannot be an output file; name a new one")
    }

    fn at(target: &Path, path: &Path, problem: &str) -> Result<Self> {
        let (Some(name), Some(parent)) = (path.file_name(), path.parent()) else {
            return Err(refuse(target, problem));
        };
        let parent = if parent.as_os_str().is_empty() {
            Path::new(".")
        } else {
            parent
        };
        Ok(Place {
            target: target.to_owned(),
            parent: OpenFolder::open(parent).map_err(Error::io(Attempt::Open, parent))?,
            name: name.to_owned(),
        })
    }
}

/// The error for an output that another run is writing.
pub(super) fn busy(target: &Path) -> Error {
    refuse(
        target,
        "another run of icr is writing there; wait for it, or name another place",
    )
}

/// The error for an output that must not be written.
pub(super) fn refuse(target: &Path, problem: &str) -> Error {
    Error::Output {
        path: target.to_owned(),
        problem: problem.to_owned(),
    }
}

/// Refuses a place whose parent does not exist. The operator must create it, because only they know
/// who may read it.
fn require_parent(target: &Path) -> Result<()> {
    let parent = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => return Ok(()),
    };
    if look(parent)?.is_some_and(|found| found.is_dir()) {
        return Ok(());
    }
    let parent = shown_path(parent);
    let problem = format!("the folder {parent}, in which it is to be, is not there; make it first");
    Err(refuse(target, &problem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_need_the_owner_to_read_and_write() {
        assert!("0640".parse::<FileMode>().is_ok());
        for wrong in ["0440", "640x", "1777", ""] {
            assert!(wrong.parse::<FileMode>().is_err(), "{wrong}");
        }
    }
}
