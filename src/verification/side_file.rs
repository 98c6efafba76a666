//! Side files: text with LF or CRLF, lines perhaps trimmed (layouts.md, section 4).

use std::path::Path;

use crate::error::{Error, Result};
use crate::input::{Framing, Mapped, Record, Records};

/// A side file's lines, each of which must reach `min_bytes`.
pub(super) struct SideFile {
    pub(super) bytes: Mapped,
}

impl SideFile {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let bytes = Mapped::open(path)?;
        bytes.will_read();
        Ok(SideFile { bytes })
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
