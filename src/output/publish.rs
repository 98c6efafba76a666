//! What appears at its place complete or not at all.

use std::path::Path;

use super::{OutputFolder, OutputSingle, WrittenFile};
use crate::error::{Error, Result};

/// A folder or a file in the making.
pub trait Publish {
    /// The files that it holds, as far as their digests are known.
    fn written(&self) -> Vec<WrittenFile>;

    /// Lets it appear, by one rename.
    ///
    /// # Errors
    /// [`crate::Error::Io`] and [`crate::Error::Output`]; then nothing has appeared.
    fn publish(self) -> Result<()>;
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
    let parent = parent.display();
    let problem = format!("the folder {parent}, in which it is to be, is not there; make it first");
    Err(Error::Output {
        path: target.to_owned(),
        problem,
    })
}

impl Publish for OutputFolder {
    fn written(&self) -> Vec<WrittenFile> {
        OutputFolder::written(self)
    }

    fn publish(self) -> Result<()> {
        OutputFolder::publish(self)
    }
}

impl Publish for OutputSingle {
    /// A single file is written without a digest.
    fn written(&self) -> Vec<WrittenFile> {
        Vec::new()
    }

    fn publish(self) -> Result<()> {
        OutputSingle::publish(self)
    }
}
