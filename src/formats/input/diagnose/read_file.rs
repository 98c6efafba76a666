//! A file that was read, as the check of its shape takes it, and what was found of it so far.

use super::sound::SoundRecord;
use crate::formats::input::{Records, Source, Told};

/// How many numbers of records are told.
pub(super) const FIRST_RECORDS: usize = 5;

/// What the reading of a file counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Records read.
    pub records: u64,
    /// Accepted records with a byte of X'80' or above (W02).
    pub high: u64,
    /// Accepted records whose SSN cannot be used (W06).
    pub bad_ssns: u64,
    /// Accepted records whose Date of Birth is none (W07).
    pub bad_dates: u64,
}

/// A rejected record: its number, from 1, and its first byte, from 0.
pub type RejectedAt = (u64, u64);

/// A file that was read.
pub struct ReadFile<'a> {
    /// The file.
    pub source: &'a Source,
    /// The kinds of record that it was to hold, the longest first.
    pub kinds: &'a [SoundRecord],
    /// What was counted.
    pub counts: Counts,
    /// The rejected records, in file order.
    pub rejected: &'a [RejectedAt],
}

impl ReadFile<'_> {
    /// Whether a record as it came is a sound one.
    pub(super) fn is_sound(&self, bytes: &[u8]) -> bool {
        self.kinds.iter().any(|kind| kind.is_sound(bytes))
    }
}

/// The record that begins at a byte, without its line end.
pub(super) fn record_at(source: &Source, offset: u64) -> &[u8] {
    let bytes = source.bytes();
    Records::within(source.framing, bytes, offset as usize, bytes.len())
        .next()
        .map_or(&[], |record| record.bytes)
}

/// What was found so far.
pub(super) struct Found {
    /// Which of the rejected records are explained, in their order.
    pub(super) explained: Vec<bool>,
    pub(super) told: Vec<Told>,
}

impl Found {
    pub(super) fn tell(
        &mut self,
        kind: &'static str,
        records: u64,
        first_records: Vec<u64>,
        what: impl Into<String>,
    ) {
        self.told.push(Told {
            kind: kind.to_owned(),
            records,
            first_records,
            what: what.into(),
        });
    }
}
