//! The staging folder, in which an output folder is written.
//!
//! It has a mark, which identifies it, and next to it the content, which alone is moved to its
//! place. A staging folder therefore always has its mark, and a published folder never has one. The
//! mark, its folder and the parent folder are synced before the first file is created, so that the
//! mark also survives a power loss.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{Result, Write};

use rustix::fs::OFlags;

use super::lock::try_lock;
use super::open_folder::{Identity, OpenFolder};
use super::remove::remove_folder;

/// The name of the file that marks a staging folder of this program.
pub(super) const MARK: &str = ".icr-staging";
/// The contents of the mark.
const MARK_TEXT: &str = "{\"schema\": \"icr.staging/1\"}\n";
/// The folder whose contents are published.
pub(super) const CONTENT: &str = "content";

/// An unfinished staging folder. If dropped, it is removed with its contents.
pub(super) struct Staging {
    pub(super) folder: OpenFolder,
    pub(super) content: OpenFolder,
    _mark: File,
    _made: Made,
}

/// A folder that was created and must be removed.
struct Made {
    holder: OpenFolder,
    name: OsString,
    identity: Identity,
}

impl Drop for Made {
    fn drop(&mut self) {
        // If the folder cannot be removed, the next run recognises it by its mark and removes it.
        drop(remove_folder(
            &self.holder,
            &self.name,
            self.identity,
            &[MARK],
        ));
    }
}

impl Staging {
    /// Removes the folder with all that is in it.
    ///
    /// # Errors
    /// The system's error; then the next run in its parent tries again.
    pub(super) fn remove(self) -> Result<()> {
        let Made {
            holder,
            name,
            identity,
        } = &self._made;
        remove_folder(holder, name, *identity, &[MARK])
    }

    /// Creates a staging folder with this name, which must not exist.
    pub(super) fn make(holder: &OpenFolder, name: &OsStr) -> Result<Self> {
        let folder = holder.make(name)?;
        let made = Made {
            holder: holder.again()?,
            name: name.to_owned(),
            identity: folder.identity()?,
        };
        let mut mark = folder.create(OsStr::new(MARK), 0o600)?;
        // Versions before 0.2 consider a staging folder with an unlocked mark abandoned.
        try_lock(&mark)?;
        mark.write_all(MARK_TEXT.as_bytes())?;
        mark.sync_all()?;
        folder.sync()?;
        holder.sync()?;
        let content = folder.make(OsStr::new(CONTENT))?;
        Ok(Staging {
            folder,
            content,
            _mark: mark,
            _made: made,
        })
    }
}

/// The state of a folder's mark.
pub(super) enum Mark {
    /// There is none.
    Missing,
    /// It is from this program, nobody else holds it, and it is locked here.
    Ours(File),
    /// It lost its text in a power loss.
    Lost(File),
    /// A run of an earlier version holds it.
    Held,
    /// It is a foreign file.
    Foreign,
}

/// Looks for the mark in a folder.
pub(super) fn mark_of(folder: &OpenFolder) -> Result<Mark> {
    let name = OsStr::new(MARK);
    let Some(file) = folder.file(name, OFlags::RDONLY)? else {
        return Ok(Mark::Missing);
    };
    if !try_lock(&file)? {
        return Ok(Mark::Held);
    }
    let text = folder.read(name)?.unwrap_or_default();
    let lost = text.len() <= MARK_TEXT.len() && text.iter().all(|&byte| byte == 0);
    Ok(if text == MARK_TEXT.as_bytes() {
        Mark::Ours(file)
    } else if lost || MARK_TEXT.as_bytes().starts_with(&text) {
        Mark::Lost(file)
    } else {
        Mark::Foreign
    })
}

#[cfg(test)]
pub(super) fn mark_text() -> &'static str {
    MARK_TEXT
}
