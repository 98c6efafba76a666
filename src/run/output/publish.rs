//! An output that appears complete or not at all.

use std::path::Path;

use super::{OutputFolder, OutputSingle, WrittenFile};
use crate::error::Result;

/// An unfinished folder or file.
pub trait Publish {
    /// Its final path, as given.
    fn target(&self) -> &Path;

    /// The files in it whose digests are known.
    fn written(&self) -> Vec<WrittenFile>;

    /// Publishes it.
    ///
    /// # Errors
    /// [`crate::Error::Io`] and [`crate::Error::Output`]; then nothing has appeared.
    /// [`crate::Error::Published`] if it has, but is perhaps not durable.
    fn publish(self) -> Result<()>;
}

impl Publish for OutputFolder {
    fn target(&self) -> &Path {
        OutputFolder::target(self)
    }

    fn written(&self) -> Vec<WrittenFile> {
        OutputFolder::written(self)
    }

    fn publish(self) -> Result<()> {
        OutputFolder::publish(self)
    }
}

impl Publish for OutputSingle {
    fn target(&self) -> &Path {
        OutputSingle::target(self)
    }

    /// A single file is written without a digest.
    fn written(&self) -> Vec<WrittenFile> {
        Vec::new()
    }

    fn publish(self) -> Result<()> {
        OutputSingle::publish(self)
    }
}
