//! Side files: text with LF or CRLF, lines perhaps trimmed (layouts.md, section 4).

use std::path::Path;

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::input::{Framing, Mapped, Record, Records};
use crate::output::{InputEntry, hex};

/// A side file's lines, each of which must reach `min_bytes`.
pub(super) struct SideFile {
    pub(super) bytes: Mapped,
    /// What the manifest says of the file.
    pub(super) entry: InputEntry,
}

impl SideFile {
    pub(super) fn open(path: &Path, kind: &str) -> Result<Self> {
        let bytes = Mapped::open(path)?;
        bytes.will_read();
        let entry = InputEntry {
            kind: kind.to_owned(),
            name: path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            state: None,
            bytes: bytes.len() as u64,
            sha256: hex(&Sha256::digest(&*bytes).into()),
        };
        Ok(SideFile { bytes, entry })
    }

    /// The lines with their numbers, from 1.
    ///
    /// # Errors
    /// [`Error::Input`] naming the first line that is shorter than `min_bytes`.
    pub(super) fn lines(
        &self,
        min_bytes: usize,
    ) -> impl Iterator<Item = Result<(u64, Record<'_>)>> {
        (1..)
            .zip(Records::new(Framing::Text, &self.bytes))
            .map(move |(number, line)| {
                if line.bytes.len() < min_bytes {
                    let problem = format!(
                        "the line has {} bytes; it needs at least {min_bytes}",
                        line.bytes.len()
                    );
                    return Err(Error::record(self.bytes.path(), number, problem));
                }
                Ok((number, line))
            })
    }
}
