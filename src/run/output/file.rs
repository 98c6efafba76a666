//! A file of an output folder while it is written: its digest, and the disk kept busy.

use std::fs::File;
use std::io::Write;
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::sync::Mutex;

use rustix::fs::{Advice, fadvise};
use sha2::{Digest, Sha256};

use crate::error::{Attempt, Error, Result};

/// After this many bytes of a file, the system is asked to start writing them to disk. The disk
/// then works while the rest is rendered, and the final sync is short.
const WRITE_OUT_BYTES: u64 = 1 << 20;

/// A file that is complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenFile {
    /// Its path below the folder, with `/`.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: [u8; 32],
}

/// An unfinished file.
pub struct OutputFile<'a> {
    /// Where it goes when it is complete.
    written: &'a Mutex<Vec<WrittenFile>>,
    name: String,
    /// Its final path, for messages.
    path: PathBuf,
    file: File,
    digest: Sha256,
    bytes: u64,
    /// The system was asked to write the file to disk up to this byte, from 0.
    written_out: u64,
}

impl<'a> OutputFile<'a> {
    /// A file that was just made; `path` is its final path, for messages.
    pub(super) fn new(
        file: File,
        (name, path): (&str, PathBuf),
        written: &'a Mutex<Vec<WrittenFile>>,
    ) -> Self {
        OutputFile {
            written,
            name: name.to_owned(),
            path,
            file,
            digest: Sha256::new(),
            bytes: 0,
            written_out: 0,
        }
    }

    /// Appends bytes, and adds them to the file's digest.
    ///
    /// # Errors
    /// [`Error::Io`] if they cannot be written.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file
            .write_all(bytes)
            .map_err(Error::io(Attempt::Write, &self.path))?;
        self.digest.update(bytes);
        self.bytes += bytes.len() as u64;
        self.write_out();
        Ok(())
    }

    /// Asks the system to start writing the file to disk.
    fn write_out(&mut self) {
        let from = self.written_out;
        if let Some(length) = NonZeroU64::new(self.bytes - from)
            && length.get() >= WRITE_OUT_BYTES
        {
            // This is only advice, so an error does not matter.
            let _ = fadvise(&self.file, from, Some(length), Advice::DontNeed);
            self.written_out = self.bytes;
        }
    }

    /// Syncs the file.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be synced.
    pub fn finish(self) -> Result<()> {
        self.file
            .sync_all()
            .map_err(Error::io(Attempt::Write, &self.path))?;
        let written = WrittenFile {
            name: self.name,
            bytes: self.bytes,
            sha256: self.digest.finalize().into(),
        };
        self.written
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .push(written);
        Ok(())
    }
}

impl crate::engine::response::ResponseSink for OutputFile<'_> {
    fn take(&mut self, bytes: &[u8]) -> Result<()> {
        self.write(bytes)
    }
}
