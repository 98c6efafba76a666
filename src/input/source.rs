//! One input file: its bytes, as ISO 8859-1, and its form.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use sha2::{Digest, Sha256};

use super::{Framing, InputForm, Mapped, Records};
use crate::error::Result;

/// An input file that was opened.
pub struct Source {
    /// Where it is, as it was given.
    pub path: PathBuf,
    /// How its records are told apart.
    pub framing: Framing,
    bytes: Mapped,
    digest: Mutex<Digesting>,
}

/// A digest that is made as the bytes are read.
#[derive(Default)]
struct Digesting {
    state: Sha256,
    done_bytes: usize,
}

impl Source {
    /// Opens a file of records of `record_bytes`.
    ///
    /// # Errors
    /// [`crate::Error::Io`] and [`crate::Error::Input`] where it cannot be opened or mapped.
    pub fn open(path: &Path, record_bytes: usize, form: InputForm) -> Result<Self> {
        let bytes = Mapped::open(path)?;
        bytes.will_read();
        let framing = Framing::of(&bytes, record_bytes, form.fixed);
        Ok(Source {
            path: path.to_owned(),
            framing,
            bytes,
            digest: Mutex::default(),
        })
    }

    /// The bytes of all records and line ends.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The records.
    pub fn records(&self) -> Records<'_> {
        Records::new(self.framing, &self.bytes)
    }

    /// Takes the bytes from `first` to `end` into the file's digest. Bytes that were taken before
    /// are passed over.
    pub fn digest_next(&self, first: usize, end: usize) {
        let mut digest = self
            .digest
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if first == digest.done_bytes {
            digest.state.update(&self.bytes[first..end]);
            digest.done_bytes = end;
        }
    }

    /// The file's SHA-256; what was not read yet is read now.
    pub fn sha256(&self) -> [u8; 32] {
        let mut digest = self
            .digest
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let rest = digest.done_bytes;
        digest.state.update(&self.bytes[rest..]);
        digest.done_bytes = self.bytes.len();
        digest.state.clone().finalize().into()
    }

    /// The size of the file as it came, in bytes.
    pub fn raw_bytes(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// The file's name without its folder, for outputs that are compared.
    pub fn name(&self) -> String {
        self.path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    }

    /// Tells whether the file is still the one that was opened.
    ///
    /// # Errors
    /// [`crate::Error::Input`] where it was cut short or changed since.
    pub fn check_intact(&self) -> Result<()> {
        self.bytes.check_intact()
    }
}
