//! The first pass over a registry file: edits each record by itself, and notes its place.

use rayon::prelude::*;

use super::damage;
use super::edits::{RegistryEdit, edit};
use super::file::RegistryFile;
use super::joined::JoinedIds;
use super::record::{FcRecord, FpRecord, Kind};
use crate::error::{Error, Result};
use crate::formats::input::{Framing, Records, split_at_records};
use crate::formats::layout::RegistryLayout;
use crate::formats::record::CaseId;
use crate::progress::Stage;
use crate::stop::Stop;

/// The approximate number of bytes that one task reads.
const PIECE_BYTES: usize = 1024 * 1024;
/// The number of pieces that are read before they are merged.
const WINDOW_PIECES: usize = 16;

/// A record that passed its own edits. 24 bytes, sorted by replay group, then by file order.
#[derive(Clone, Copy)]
#[repr(C, packed(8))]
pub(super) struct Entry {
    /// The representative Case ID of the records that are replayed together.
    group: CaseId,
    /// The record's first byte in the file, from 0, times 2, plus 1 if it is a person.
    place: u64,
}

impl Entry {
    fn new(group: CaseId, offset: u64, kind: Kind) -> Self {
        Entry {
            group,
            place: offset << 1 | u64::from(kind == Kind::Fp),
        }
    }

    #[inline]
    pub(super) fn group(&self) -> CaseId {
        self.group
    }

    #[inline]
    pub(super) fn offset(&self) -> u64 {
        self.place >> 1
    }

    #[inline]
    pub(super) fn kind(&self) -> Kind {
        if self.place & 1 == 1 {
            Kind::Fp
        } else {
            Kind::Fc
        }
    }
}

/// A rejected record.
#[derive(Clone, Copy, Debug)]
pub struct Reject {
    /// Its first byte in the file, from 0.
    pub offset: u64,
    /// Its first error.
    pub edit: RegistryEdit,
    /// Its kind, if its Record Identifier is valid.
    pub kind: Option<Kind>,
}

/// The numbers of records read, by kind, without the FA.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadCounts {
    /// Case records.
    pub fc: u64,
    /// Person records.
    pub fp: u64,
    /// Records of an unknown kind.
    pub other: u64,
}

/// The result of the first pass.
#[derive(Default)]
pub(super) struct Scanned {
    /// The accepted records, sorted.
    pub(super) entries: Vec<Entry>,
    pub(super) joined: JoinedIds,
    pub(super) rejects: Vec<Reject>,
    /// SSNs that rejected records mark. Nothing can withdraw these marks.
    pub(super) marks: Vec<u32>,
    /// Case IDs of marked rejected records that have no usable SSN.
    pub(super) marked_ids: Vec<CaseId>,
    pub(super) read: ReadCounts,
    /// The start of each piece, and the number of records before it.
    pub(super) starts: Vec<(u64, u64)>,
    renames: Vec<(CaseId, CaseId)>,
    /// The number, within the piece, of a second FA.
    header: Option<u64>,
    /// The first record whose mark cannot be placed, by its number within the piece.
    misplaced: Option<u64>,
    records: u64,
}

impl Scanned {
    /// Reads a file.
    ///
    /// # Errors
    /// [`Error::Input`] for a second FA, for a mark that cannot be placed, or for more records than can be numbered;
    /// [`Error::Interrupted`].
    pub(super) fn read(
        file: &RegistryFile,
        layout: &RegistryLayout,
        progress: &Stage,
        stop: &Stop,
    ) -> Result<Self> {
        let (bytes, framing) = (file.source.bytes(), file.source.framing);
        let path = &file.source.path;
        let case_id = layout.fp.case_id.range();
        let cuts = split_at_records(framing, bytes, PIECE_BYTES, case_id);
        let pieces: Vec<(usize, usize)> = cuts.windows(2).map(|w| (w[0], w[1])).collect();
        let mut whole = Scanned::default();
        for window in pieces.chunks(WINDOW_PIECES) {
            stop.check()?;
            let read: Vec<Scanned> = window
                .par_iter()
                .map(|&(first, end)| Scanned::piece(layout, framing, bytes, (first, end)))
                .collect();
            if whole.entries.capacity() == 0 {
                let entries: usize = read.iter().map(|piece| piece.entries.len()).sum();
                let end = window.last().map_or(1, |&(_, end)| end.max(1));
                whole
                    .entries
                    .reserve_exact(entries * (bytes.len() / end + 1) + entries / 16);
            }
            for (piece, &(first, end)) in read.into_iter().zip(window) {
                file.source.digest_next(first, end);
                if let Some(number) = piece.header {
                    let problem = "is a second FA record; a file holds one state: cut it before this record, or remove it";
                    let error = Error::record(path, whole.records + number, problem);
                    return Err(damage::refuse(&file.source, layout, error, stop));
                }
                if let Some(number) = piece.misplaced {
                    let problem = "may protect a person, but does not say whom: it is not a record as the layout has it, or one of its SSN fields is neither blank, nor zeros, nor nine digits (is a letter before it of two bytes?); correct the file, for nothing is derived while a mark of family violence may be lost";
                    let error = Error::record(path, whole.records + number, problem);
                    return Err(damage::refuse(&file.source, layout, error, stop));
                }
                whole.append(&piece, first as u64);
                progress.advance((end - first) as u64);
            }
        }
        if whole.records > u64::from(u32::MAX) {
            let problem = format!("has more than {} records", u32::MAX);
            return Err(Error::input(path, problem));
        }
        whole.joined = JoinedIds::new(&std::mem::take(&mut whole.renames));
        if !whole.joined.is_empty() {
            let joined = &whole.joined;
            whole
                .entries
                .par_iter_mut()
                .for_each(|entry| entry.group = joined.group(entry.group));
        }
        whole
            .entries
            .par_sort_unstable_by_key(|entry| (entry.group, entry.place));
        whole.marked_ids.sort_unstable();
        Ok(whole)
    }

    fn piece(
        layout: &RegistryLayout,
        framing: Framing,
        file: &[u8],
        (first, end): (usize, usize),
    ) -> Self {
        let mut piece = Scanned::default();
        for record in Records::within(framing, file, first, end) {
            piece.records += 1;
            let (bytes, offset) = (record.bytes, record.offset as u64);
            if layout.record_identifier.of_trimmed(bytes) == b"FA" {
                if offset > 0 && piece.header.is_none() {
                    piece.header = Some(piece.records);
                }
                continue;
            }
            let kind = Kind::of(layout, bytes);
            match kind {
                Some(Kind::Fc) => piece.read.fc += 1,
                Some(Kind::Fp) => piece.read.fp += 1,
                None => piece.read.other += 1,
            }
            let edited = edit(layout, bytes);
            if piece.misplaced.is_none() && is_misplaced(layout, bytes, kind, edited.is_err()) {
                piece.misplaced = Some(piece.records);
            }
            match edited {
                Ok(Kind::Fc) => {
                    let fc = FcRecord { layout, bytes };
                    if let Some(previous) = fc.previous_case_id() {
                        piece.renames.push((previous, fc.case_id()));
                    }
                    piece
                        .entries
                        .push(Entry::new(fc.case_id(), offset, Kind::Fc));
                }
                Ok(Kind::Fp) => {
                    let fp = FpRecord { layout, bytes };
                    piece
                        .entries
                        .push(Entry::new(fp.case_id(), offset, Kind::Fp));
                }
                Err(edit) => {
                    piece.rejects.push(Reject { offset, edit, kind });
                    if kind == Some(Kind::Fp) {
                        piece.mark(FpRecord { layout, bytes });
                    }
                }
            }
        }
        piece
    }

    /// A rejected record only protects: its mark is in force, and nothing can withdraw it (ours).
    fn mark(&mut self, fp: FpRecord<'_>) {
        if fp.is_marked() {
            let before = self.marks.len();
            self.marks.extend(fp.usable_ssns());
            if self.marks.len() == before {
                self.marked_ids.push(fp.case_id());
            }
        }
    }

    fn append(&mut self, piece: &Scanned, first_byte: u64) {
        self.starts.push((first_byte, self.records));
        self.entries.extend_from_slice(&piece.entries);
        self.rejects.extend_from_slice(&piece.rejects);
        self.marks.extend_from_slice(&piece.marks);
        self.marked_ids.extend_from_slice(&piece.marked_ids);
        self.renames.extend_from_slice(&piece.renames);
        self.read.fc += piece.read.fc;
        self.read.fp += piece.read.fp;
        self.read.other += piece.read.other;
        self.records += piece.records;
    }
}

/// How far from its place a mark is looked for in a record whose fields may have moved: a letter or
/// two of two bytes, a line number, a mark of the file.
const MOVED_BYTES: usize = 8;

/// Whether the record may be marked for family violence in a way that cannot be placed: a person
/// marked with an SSN field that holds something else than an SSN, or a record of no known kind, or
/// rejected, near whose place of the mark there is one (ours: doubt must not expose a person).
fn is_misplaced(layout: &RegistryLayout, bytes: &[u8], kind: Option<Kind>, rejected: bool) -> bool {
    let fp = FpRecord { layout, bytes };
    match kind {
        Some(Kind::Fp) if fp.is_marked() => fp.has_wrong_ssn_field(),
        Some(Kind::Fp) | None if rejected => {
            let place = layout.fp.family_violence;
            let near = place.first.saturating_sub(1 + MOVED_BYTES)..place.last + MOVED_BYTES;
            let near = bytes.get(near.start..near.end.min(bytes.len()));
            near.is_some_and(|near| near.windows(2).any(|pair| pair == b"FV"))
        }
        Some(Kind::Fp | Kind::Fc) | None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_takes_24_bytes() {
        assert_eq!(size_of::<Entry>(), 24);
        let entry = Entry::new(CaseId::new(b"C1"), (1 << 48) - 1, Kind::Fp);
        assert_eq!((entry.offset(), entry.kind()), ((1 << 48) - 1, Kind::Fp));
        assert_eq!(entry.group(), CaseId::new(b"C1"));
    }
}
