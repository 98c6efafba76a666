//! Side files: text with LF or CRLF, lines perhaps trimmed (layouts.md, section 4). They may be
//! packed or EBCDIC, as extracts may.

use std::path::Path;

use crate::error::{Error, Result};
use crate::formats::input::InputEntry;
use crate::formats::input::{Format, Framing, InputForm, Record, Records, Source};
use crate::stop::Stop;

/// A side file's lines, each of which must reach `min_bytes`.
pub(super) struct SideFile {
    pub(super) source: Source,
    kind: &'static str,
}

impl SideFile {
    pub(super) fn open(path: &Path, kind: &'static str, stop: &Stop) -> Result<Self> {
        let form = InputForm {
            format: Some(Format::Text),
            encoding: None,
        };
        // The record length plays no part in text.
        let source = Source::open(path, 1, form, stop)?;
        Ok(SideFile { source, kind })
    }

    /// What the manifest says of the file.
    pub(super) fn entry(&self) -> InputEntry {
        InputEntry::of(self.kind, &self.source, None)
    }

    /// The refusal of a line, counted from 1.
    pub(super) fn refuse(&self, number: u64, problem: &str) -> Error {
        let problem = format!(
            "{problem}; correct the file: `icr layout show {}` tells what a line holds",
            self.kind
        );
        Error::record(&self.source.path, number, problem)
    }

    /// The lines with their numbers, from 1.
    ///
    /// # Errors
    /// [`Error::Input`] naming the first line that is shorter than `min_bytes`, and
    /// [`Error::Interrupted`] where the run is to stop.
    pub(super) fn lines(
        &self,
        min_bytes: usize,
        stop: &Stop,
    ) -> impl Iterator<Item = Result<(u64, Record<'_>)>> {
        (1..)
            .zip(Records::new(Framing::Text, self.source.bytes()))
            .map(move |(number, line)| {
                stop.check_at(number)?;
                if line.bytes.len() < min_bytes {
                    let problem = format!(
                        "the line has {} bytes; it needs at least {min_bytes}",
                        line.bytes.len()
                    );
                    return Err(self.refuse(number, &problem));
                }
                Ok((number, line))
            })
    }
}
