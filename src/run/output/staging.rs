//! The staging folder, in which an output folder is written.
//!
//! It holds a mark that tells what it is, and beside it the content, which alone is moved to its place:
//! so a staging folder always has its mark, and what is published never has one. The mark, its folder
//! and the one above are synced before the first file is made: after a power loss, too, it tells what
//! stands beside it.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{Result, Write};

use rustix::fs::OFlags;

use super::lock::try_lock;
use super::open_folder::{Identity, OpenFolder};
use super::remove::remove_folder;

/// The name of the file that marks a staging folder of this program.
pub(super) const MARK: &str = ".icr-staging";
/// What the mark holds.
const MARK_TEXT: &str = "{\"schema\": \"icr.staging/1\"}\n";
/// The folder whose content is published.
pub(super) const CONTENT: &str = "content";

/// A staging folder in the making; dropped, it is removed with all that is in it then.
pub(super) struct Staging {
    pub(super) folder: OpenFolder,
    pub(super) content: OpenFolder,
    _mark: File,
    _made: Made,
}

/// A folder that was made and is to go.
struct Made {
    holder: OpenFolder,
    name: OsString,
    identity: Identity,
}

impl Drop for Made {
    fn drop(&mut self) {
        // Nothing more can be done about a folder that cannot be removed; its mark says what it is,
        // and the next run removes it.
        drop(remove_folder(
            &self.holder,
            &self.name,
            self.identity,
            &[MARK],
        ));
    }
}

impl Staging {
    /// Makes a staging folder of this name, which was not there.
    pub(super) fn make(holder: &OpenFolder, name: &OsStr) -> Result<Self> {
        let folder = holder.make(name)?;
        let made = Made {
            holder: holder.again()?,
            name: name.to_owned(),
            identity: folder.identity()?,
        };
        let mut mark = folder.create(OsStr::new(MARK), 0o600)?;
        // Versions before 0.2 take a staging folder whose mark is not locked for an abandoned one.
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

/// What the mark in a folder says.
pub(super) enum Mark {
    /// There is none.
    Missing,
    /// It is one of this program; nobody else holds it, and it is held here.
    Ours(File),
    /// It came back from a power loss without its text.
    Lost(File),
    /// Another run, of an earlier version, holds it.
    Held,
    /// It is a file of somebody else.
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
