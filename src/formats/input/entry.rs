//! The manifest entry of an input file.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::spool::{delivered, is_read_once};
use super::{Source, digest_until};
use crate::error::{Attempt, Error, Result};
use crate::open::WholeFile;
use crate::stop::Stop;
use crate::text::hex;
use sha2::{Digest, Sha256};
use std::path::Path;

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct InputEntry {
    /// What it was: `extract`, `fcr`, `ssn-master`, ...
    pub kind: String,
    /// The file's name, without its folder.
    pub name: String,
    /// The state that it belongs to, if any.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub state: Option<String>,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: String,
}

impl InputEntry {
    /// The entry of a file that was read whole.
    pub fn of(kind: &str, source: &Source, state: Option<&str>) -> Self {
        InputEntry {
            kind: kind.to_owned(),
            name: source.name(),
            state: state.map(str::to_owned),
            bytes: source.raw_bytes(),
            sha256: hex(&source.sha256()),
        }
    }

    /// The entry of a file that was not read, still without its digest: of gigabytes that takes long,
    /// and a run that stops needs none.
    ///
    /// # Errors
    /// [`crate::Error::Io`] where it cannot be looked at.
    pub fn undigested(kind: &str, path: &Path) -> Result<Self> {
        // Of what came through a pipe the size is known when it is digested.
        let bytes = if is_read_once(path) {
            0
        } else {
            let metadata = std::fs::metadata(path);
            metadata.map_err(Error::io(Attempt::Read, path))?.len()
        };
        Ok(InputEntry {
            kind: kind.to_owned(),
            name: file_name(path),
            state: None,
            bytes,
            sha256: String::new(),
        })
    }

    /// The entry with its digest, which is made now where there is none yet.
    ///
    /// # Errors
    /// [`crate::Error::Io`] where the file cannot be read, [`crate::Error::Interrupted`].
    pub fn digested(mut self, path: &Path, stop: &Stop) -> Result<Self> {
        if self.sha256.is_empty() {
            let bytes = delivered(path, stop)?;
            let mut digest = Sha256::new();
            digest_until(&mut digest, &bytes, stop)?;
            bytes.check_intact()?;
            self.bytes = bytes.len() as u64;
            self.sha256 = hex(&digest.finalize().into());
        }
        Ok(self)
    }

    /// The entry of a small file that was read at once.
    pub fn of_whole(kind: &str, path: &Path, file: &WholeFile) -> Self {
        InputEntry {
            kind: kind.to_owned(),
            name: file_name(path),
            state: None,
            bytes: file.bytes.len() as u64,
            sha256: file.sha256(),
        }
    }
}

/// A file's name without its folder, for outputs that are compared.
pub fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
