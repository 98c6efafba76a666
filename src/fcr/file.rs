//! An open registry file: its state, which is in its first record, and the numbers of its records.

use std::path::Path;

use super::damage;
use crate::error::{Error, Result};
use crate::formats::input::{Framing, InputForm, Records, Source};
use crate::formats::layout::RegistryLayout;
use crate::formats::record::is_blank;
use crate::formats::reference::State;
use crate::stop::Stop;

/// An open registry file.
pub struct RegistryFile {
    /// The state in its FA.
    pub state: State,
    /// The file.
    pub source: Source,
}

impl RegistryFile {
    /// Opens a file and reads its FA.
    ///
    /// # Errors
    /// [`Error::Io`] and [`Error::Input`] if it cannot be opened or mapped, is empty, does not
    /// begin with an FA, or has no valid jurisdiction in its FA.
    pub fn open(
        path: &Path,
        layout: &RegistryLayout,
        form: InputForm,
        stop: &Stop,
    ) -> Result<Self> {
        let source = Source::open(path, layout.fp.bytes, form, stop)?;
        let Some(first) = source.records().next() else {
            let problem =
                "is empty; a registry file begins with an FA record (was the transfer complete?)";
            return Err(Error::input(path, problem));
        };
        let refuse = |problem: String| {
            damage::refuse(&source, layout, Error::record(path, 1, problem), stop)
        };
        let header = first.bytes;
        if layout.record_identifier.of_trimmed(header) != b"FA" {
            let problem = "is not an FA record; the first record of a registry file is FA and the state's two-digit FIPS code";
            return Err(refuse(problem.to_owned()));
        }
        let rest = header.get(layout.fa_bytes..).unwrap_or_default();
        if !is_blank(rest) {
            return Err(refuse(format!(
                "the FA record holds something beyond byte {}; it is FA and the state's two-digit FIPS code",
                layout.fa_bytes
            )));
        }
        let state = State::from_fips(layout.state_fips.of_trimmed(header)).ok_or_else(|| {
            refuse(format!(
                "the FA record names no jurisdiction (columns {}-{}); give the state's two-digit FIPS code",
                layout.state_fips.first, layout.state_fips.last
            ))
        })?;
        Ok(RegistryFile { state, source })
    }

    /// The record that begins at a byte, without its line end.
    #[inline]
    pub fn record(&self, offset: u64) -> &[u8] {
        let bytes = self.source.bytes();
        let record =
            Records::within(self.source.framing, bytes, offset as usize, bytes.len()).next();
        record.map_or(b"", |record| record.bytes)
    }
}

/// Finds the number of a record, from 1, from its first byte.
pub struct Numbering<'a> {
    bytes: &'a [u8],
    framing: Framing,
    /// The start of each piece, and the number of records before it.
    starts: &'a [(u64, u64)],
    at: (u64, u64),
}

impl<'a> Numbering<'a> {
    /// For a file with pieces that start at these places.
    pub fn new(file: &'a RegistryFile, starts: &'a [(u64, u64)]) -> Self {
        Numbering {
            bytes: file.source.bytes(),
            framing: file.source.framing,
            starts,
            at: (0, 0),
        }
    }

    /// The number of the record at this byte. Offsets must ascend from call to call, so that all
    /// calls are one pass.
    pub fn number(&mut self, offset: u64) -> u64 {
        let piece = self.starts.partition_point(|&(first, _)| first <= offset);
        let start = self
            .starts
            .get(piece.wrapping_sub(1))
            .copied()
            .unwrap_or_default();
        let (first, before) = self.at.max(start);
        let between = &self.bytes[first as usize..offset as usize];
        let records = match self.framing {
            Framing::Text => memchr::memchr_iter(b'\n', between).count(),
            Framing::Fixed(length) => between.len() / length,
        };
        let number = before + records as u64;
        self.at = (offset, number);
        number + 1
    }
}
