//! What appears at its place complete or not at all.

use super::{OutputFolder, OutputSingle, WrittenFile};
use crate::error::Result;

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
