//! The SSN master: the pairs of SSN and name on record.

use std::path::Path;

use super::passes_name_test;
use super::side_file::SideFile;
use crate::error::{Error, Result};
use crate::index::Postings;
use crate::layout::{Columns, Layout};
use crate::record::{PersonName, Ssn, nine_digits};

/// The pairs of SSN and name on record; several with one SSN are its alternate names.
pub struct SsnMaster {
    file: SideFile,
    /// Where each line begins, in bytes from 0.
    offsets: Vec<u64>,
    by_ssn: Postings,
    last_name: Columns,
    first_name: Columns,
}

impl SsnMaster {
    /// Reads the side file.
    ///
    /// # Errors
    /// [`Error::Io`] where it cannot be read, and [`Error::Input`] naming the line that is too
    /// short or whose SSN is not nine digits.
    pub fn load(path: &Path, layout: &Layout) -> Result<Self> {
        let (ssn, last_name, first_name) = (
            layout.columns("ssn")?,
            layout.columns("last_name")?,
            layout.columns("first_name")?,
        );
        let file = SideFile::open(path)?;
        let mut offsets = Vec::new();
        let mut ssns = Vec::new();
        // A line may be trimmed to its first byte of a name [ours: 10].
        for line in file.lines(ssn.last + 1) {
            let (number, line) = line?;
            let Some(ssn) = nine_digits(ssn.of(line.bytes)) else {
                return Err(Error::record(
                    path,
                    number,
                    "SSN (columns 1-9) is not nine digits",
                ));
            };
            if u32::try_from(number).is_err() {
                return Err(Error::record(
                    path,
                    number,
                    "more lines than this program can number (4,294,967,295)",
                ));
            }
            ssns.push(ssn);
            offsets.push(line.offset as u64);
        }
        file.source.check_intact()?;
        let by_ssn = Postings::build(ssns.len(), |emit| {
            for (line, &ssn) in ssns.iter().enumerate() {
                emit(ssn, line as u32);
            }
        });
        Ok(SsnMaster {
            file,
            offsets,
            by_ssn,
            last_name,
            first_name,
        })
    }

    /// Whether some record with this SSN passes the name test. `last` and `first` are the name
    /// fields as they stand in the participant's record.
    pub fn verify(&self, ssn: Ssn, last: &[u8], first: &[u8], name: &PersonName) -> bool {
        let complete = !name.last.is_empty() && !name.first.is_empty();
        complete
            && self.by_ssn.rows(ssn.number()).any(|line| {
                let (their_last, their_first) = self.names(line);
                // Mostly the fields are the same, and then so are the normalised names.
                (crate::record::trim_end(their_last) == crate::record::trim_end(last)
                    && crate::record::trim_end(their_first) == crate::record::trim_end(first))
                    || passes_name_test(name, &PersonName::new(their_last, their_first))
            })
    }

    /// The name fields of a line, perhaps trimmed.
    fn names(&self, line: u32) -> (&[u8], &[u8]) {
        let line = line as usize;
        let first = self.offsets[line] as usize;
        let next = self
            .offsets
            .get(line + 1)
            .map_or(self.file.source.bytes().len(), |&o| o as usize);
        let mut bytes = &self.file.source.bytes()[first..next];
        for ending in [b"\n", b"\r"] {
            bytes = bytes.strip_suffix(ending).unwrap_or(bytes);
        }
        (
            self.last_name.of_trimmed(bytes),
            self.first_name.of_trimmed(bytes),
        )
    }

    /// How many records there are.
    pub fn len(&self) -> usize {
        self.offsets.len()
    }

    /// True where there is no record.
    pub fn is_empty(&self) -> bool {
        self.offsets.is_empty()
    }
}
