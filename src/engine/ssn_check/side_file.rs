//! Reads side files: text with LF or CRLF, whose lines may be trimmed (layouts.md, section 4). Like
//! extracts, they may be compressed or EBCDIC; a file that is UTF-8 throughout, with letters beyond
//! ASCII, is read by characters (decision 0047).

use std::path::Path;

use crate::error::{Error, Result};
use crate::formats::input::InputEntry;
use crate::formats::input::{
    Encoding, Format, Framing, InputForm, Record, Records, Source, refuse_archive,
};
use crate::stop::Stop;

/// No line of a side file is longer, but for blanks.
const MOST_BYTES: usize = 55;

/// The lines of a side file, each at least `min_bytes` long.
pub(super) struct SideFile {
    pub(super) source: Source,
    kind: &'static str,
}

impl SideFile {
    pub(super) fn open(path: &Path, kind: &'static str, stop: &Stop) -> Result<Self> {
        let form = |encoding| InputForm {
            format: Some(Format::Text),
            encoding,
        };
        // Text has no fixed record length, so any number will do.
        let mut source = Source::open(path, 1, form(None), stop)?;
        refuse_archive(&source)?;
        let bytes = source.bytes();
        let is_utf8 = || !bytes.is_ascii() && std::str::from_utf8(bytes).is_ok();
        if !source.encoding.is_ebcdic() && is_utf8() {
            source = Source::open(path, 1, form(Some(Encoding::Utf8)), stop)?;
        }
        Ok(SideFile { source, kind })
    }

    /// The side file's entry in the manifest.
    pub(super) fn entry(&self) -> InputEntry {
        InputEntry::of(self.kind, &self.source, None)
    }

    /// The error for a bad line; `number` counts from 1.
    pub(super) fn refuse(&self, number: u64, problem: &str) -> Error {
        let problem = format!(
            "{problem}; correct the file: `icr layout show {}` shows what a line holds",
            self.kind
        );
        Error::record(&self.source.path, number, problem)
    }

    /// The lines with their numbers, from 1.
    ///
    /// # Errors
    /// [`Error::Input`] naming the first line shorter than `min_bytes`; [`Error::Interrupted`] if a
    /// stop was requested.
    pub(super) fn lines(
        &self,
        min_bytes: usize,
        stop: &Stop,
    ) -> impl Iterator<Item = Result<(u64, Record<'_>)>> {
        (1..)
            .zip(Records::new(Framing::Text, self.source.bytes()))
            .map(move |(number, line)| {
                stop.check_at(number)?;
                if line.bytes.len() > MOST_BYTES && line.bytes.contains(&b'\r') {
                    let problem = "the line holds CRs: do its lines end with CR alone? Change them to LFs (tr '\\r' '\\n')";
                    return Err(self.refuse(number, problem));
                }
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
