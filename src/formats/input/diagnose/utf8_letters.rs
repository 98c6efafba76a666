//! Records that no edit rejects, with letters of several bytes.

use std::collections::BTreeMap;

use super::groups::Group;
use super::read_file::{Found, ReadFile, record_at};
use super::repair::{Damage, is_utf8};
use crate::formats::input::utf8::latin_1;
use crate::formats::input::{Framing, Source};

/// Accepted records with letters in UTF-8: those that move nothing behind them that an edit looks at,
/// and those whose columns are counted in bytes.
pub(super) fn accepted_utf8(
    file: &ReadFile<'_>,
    groups: &mut BTreeMap<Damage, Group>,
    found: &mut Found,
) {
    if file.counts.high == 0 || file.source.encoding.is_ebcdic() {
        return;
    }
    let bytes = file.source.bytes();
    let (mut moved, mut unmoved) = (0, 0);
    let mut from = 0;
    while let Some(at) = high_byte(bytes, from) {
        let (first, end) = line_around(file.source, at);
        from = end.max(at + 1);
        let record = record_at(file.source, first as u64);
        let rejected = file
            .rejected
            .binary_search_by_key(&(first as u64), |&(_, offset)| offset)
            .is_ok();
        if rejected || !is_utf8(record) {
            continue;
        }
        let (as_bytes, as_characters) = (file.is_sound(record), file.is_sound(&latin_1(record)));
        if as_characters && !as_bytes {
            moved += 1;
        } else if as_bytes {
            unmoved += 1;
        }
    }
    if moved > 0 {
        let group = groups.entry(Damage::Utf8).or_default();
        group.records += moved;
    } else if unmoved > 0 && !groups.contains_key(&Damage::Utf8) {
        found.tell(
            "utf-8",
            unmoved,
            Vec::new(),
            "letters are written in UTF-8, of two bytes and more, and are compared byte by byte; write the file in ISO 8859-1, or give --input-encoding utf8 if its columns are counted in characters",
        );
    }
}

/// The next byte of X'80' or above.
fn high_byte(bytes: &[u8], from: usize) -> Option<usize> {
    const STEP: usize = 4096;
    let mut first = from;
    for piece in bytes.get(from..)?.chunks(STEP) {
        if !piece.is_ascii() {
            return piece.iter().position(|&b| b >= 0x80).map(|at| first + at);
        }
        first += piece.len();
    }
    None
}

/// Where the record that holds a byte begins, and where it ends.
fn line_around(source: &Source, at: usize) -> (usize, usize) {
    let bytes = source.bytes();
    match source.framing {
        Framing::Fixed(length) => (at / length * length, (at / length + 1) * length),
        Framing::Text => (
            memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |end| end + 1),
            memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |end| at + end + 1),
        ),
    }
}
