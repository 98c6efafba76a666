//! The SSN master: pairs of SSN and name on record. It is indexed by SSN; its lines stay in the
//! file.

use std::path::Path;

use ahash::AHashMap;

use super::crowded_names::CrowdedNames;
use super::line_offsets::LineOffsets;
use super::passes_name_test;
use super::side_file::SideFile;
use crate::engine::Postings;
use crate::error::{Error, Result};
use crate::formats::input::InputEntry;
use crate::formats::layout::{Columns, Layout};
use crate::formats::record::{PersonName, Ssn, nine_digits, trim_end};
use crate::stop::Stop;

/// How many names of one SSN are compared one after the other. Nobody has as many; a master that says
/// so would make a run take time in proportion to the names times the records with that SSN.
const MOST_COMPARED: usize = 64;

/// Pairs of SSN and name on record. Several lines with one SSN are alternate names.
pub struct SsnMaster {
    file: SideFile,
    offsets: LineOffsets,
    by_ssn: Postings,
    /// The names of each SSN that has more than [`MOST_COMPARED`].
    crowded: AHashMap<u32, CrowdedNames>,
    last_name: Columns,
    first_name: Columns,
}

impl SsnMaster {
    /// Reads the side file.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be read; [`Error::Input`] naming the line if one is too short or
    /// its SSN is not nine digits; [`Error::Interrupted`] if a stop was requested.
    pub fn load(path: &Path, layout: &Layout, stop: &Stop) -> Result<Self> {
        let (ssn, last_name, first_name) = (
            layout.columns("ssn")?,
            layout.columns("last_name")?,
            layout.columns("first_name")?,
        );
        let file = SideFile::open(path, "ssn-master", stop)?;
        let read = || {
            let (mut offsets, mut ssns) = (LineOffsets::default(), Vec::new());
            // A line may be trimmed down to the first byte of the name [ours: 10].
            for line in file.lines(ssn.last + 1, stop) {
                let (number, line) = line?;
                let Some(ssn) = nine_digits(ssn.of(line.bytes)) else {
                    return Err(file.refuse(number, "SSN (columns 1-9) is not nine digits"));
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
            Ok((offsets, ssns))
        };
        // The digest is computed in parallel, from the same bytes.
        let (read, digest) = rayon::join(read, || file.source.sha256_until(stop));
        let (offsets, ssns) = read?;
        digest?;
        file.source.check_intact()?;
        let by_ssn = Postings::build(ssns.len(), |emit| {
            for (line, &ssn) in ssns.iter().enumerate() {
                emit(ssn, line as u32);
            }
        });
        let mut master = SsnMaster {
            file,
            offsets,
            by_ssn,
            crowded: AHashMap::new(),
            last_name,
            first_name,
        };
        master.crowded = master.crowded_names(&ssns, stop)?;
        Ok(master)
    }

    fn crowded_names(&self, ssns: &[u32], stop: &Stop) -> Result<AHashMap<u32, CrowdedNames>> {
        let mut crowded: AHashMap<u32, CrowdedNames> = AHashMap::new();
        let lines = self.by_ssn.crowded(MOST_COMPARED).flatten();
        for (number, line) in (1..).zip(lines) {
            stop.check_at(number)?;
            let (last, first) = self.names(line);
            let names = crowded.entry(ssns[line as usize]).or_default();
            names.insert(&PersonName::new(last, first));
        }
        Ok(crowded)
    }

    /// Whether some line with this SSN passes the name test.
    pub fn verify(&self, ssn: Ssn, name: &PersonName) -> bool {
        if !self.crowded.is_empty()
            && let Some(names) = self.crowded.get(&ssn.number())
        {
            return names.pass(name);
        }
        self.by_ssn.rows(ssn.number()).any(|line| {
            let (last, first) = self.names(line);
            passes_name_test(name, &PersonName::new(last, first))
        })
    }

    /// The bucket of this SSN in the index: the first of three steps to its first line.
    #[inline]
    pub(crate) fn bucket(&self, ssn: Ssn) -> std::ops::Range<u32> {
        self.by_ssn.bucket(ssn.number())
    }

    /// The first line with this SSN, given its bucket.
    #[inline]
    pub(crate) fn first_line(&self, ssn: Ssn, bucket: std::ops::Range<u32>) -> Option<u32> {
        self.by_ssn.first_in(ssn.number(), bucket)
    }

    /// The first byte of a line, from 0.
    #[inline]
    pub(crate) fn offset(&self, line: u32) -> u64 {
        self.offsets.get(line as usize).unwrap_or_default()
    }

    /// A byte of the file.
    #[inline]
    pub(crate) fn byte(&self, offset: u64) -> u8 {
        self.file
            .source
            .bytes()
            .get(offset as usize)
            .copied()
            .unwrap_or_default()
    }

    /// Whether a line has exactly these name fields. Usually it has, and then the names need not be
    /// normalised to be compared.
    #[inline]
    pub(crate) fn has_names(&self, line: u32, last: &[u8], first: &[u8]) -> bool {
        let (their_last, their_first) = self.names(line);
        trim_end(their_last) == trim_end(last) && trim_end(their_first) == trim_end(first)
    }

    /// The name fields of a line; may be trimmed.
    fn names(&self, line: u32) -> (&[u8], &[u8]) {
        let line = line as usize;
        let all = self.file.source.bytes();
        let end = all.len() as u64;
        let at = |line| self.offsets.get(line).unwrap_or(end) as usize;
        let mut bytes = &all[at(line)..at(line + 1)];
        for ending in [b"\n", b"\r"] {
            bytes = bytes.strip_suffix(ending).unwrap_or(bytes);
        }
        (
            self.last_name.of_trimmed(bytes),
            self.first_name.of_trimmed(bytes),
        )
    }

    /// The side file's entry in the manifest.
    pub fn entry(&self) -> InputEntry {
        self.file.entry()
    }

    /// Checks that the file is still the one that was opened.
    ///
    /// # Errors
    /// [`Error::Input`] if it was truncated or modified since.
    pub fn check_intact(&self) -> Result<()> {
        self.file.source.check_intact()
    }

    /// The number of lines.
    pub fn len(&self) -> usize {
        self.offsets.len()
    }

    /// True if there are no lines.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
