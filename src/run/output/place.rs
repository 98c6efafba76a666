//! Where an output is to appear, and who may read it.

use std::path::Path;

use crate::error::{Error, Result};
use crate::text::shown_path;

/// `--file-mode`: the permissions of files; folders get the search bits that go with them.
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

    /// Whoever may read a file may search its folder.
    pub(super) fn of_folder(self) -> u32 {
        self.0 | (self.0 & 0o444) >> 2
    }
}

/// Refuses a place whose folder is not there: making it is left to who knows who may look in.
pub(super) fn require_parent(target: &Path) -> Result<()> {
    let parent = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => return Ok(()),
    };
    if parent.is_dir() {
        return Ok(());
    }
    let parent = shown_path(parent);
    let problem = format!("the folder {parent}, in which it is to be, is not there; make it first");
    Err(Error::Output {
        path: target.to_owned(),
        problem,
    })
}
