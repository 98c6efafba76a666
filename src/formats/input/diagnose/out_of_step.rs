//! Records without line ends of which one is too short or too long, so that all behind it stand in the
//! wrong place.

use super::read_file::{FIRST_RECORDS, Found, ReadFile};
use crate::formats::input::Framing;
use crate::text::count_of;

/// By how many bytes a record may be too short or too long.
const MOST_BYTES: usize = 8;
/// After so many records that are none, in no place near, the search is given up.
const MOST_LOST: usize = 50;

/// Where records begin, in a file that has them one behind the other.
struct Walk<'a> {
    file: &'a ReadFile<'a>,
    bytes: &'a [u8],
    length: usize,
}

impl Walk<'_> {
    fn is_sound(&self, first: usize) -> bool {
        let record = self.bytes.get(first..first + self.length);
        record.is_some_and(|record| self.file.is_sound(record))
    }

    /// Where the next record begins instead of `at`, near it: there, and where that is not the end
    /// behind it too, a sound record stands.
    fn near(&self, at: usize) -> Option<usize> {
        let is_there = |&first: &usize| {
            let next = first + self.length;
            self.is_sound(first) && (self.is_sound(next) || next + self.length > self.bytes.len())
        };
        (1..=MOST_BYTES)
            .flat_map(|by| [at.checked_sub(by), Some(at + by)])
            .flatten()
            .find(is_there)
    }
}

/// Tells where records without line ends are out of step, where that is what is wrong with most of the
/// rejected ones. Returns whether it is.
pub(super) fn out_of_step(file: &ReadFile<'_>, found: &mut Found) -> bool {
    let Some(kind) = file.kinds.first() else {
        return false;
    };
    let bytes = file.source.bytes();
    let length = kind.record_bytes;
    let may_be = match file.source.framing {
        Framing::Fixed(_) => file.rejected.len() as u64 * 4 > file.counts.records,
        Framing::Text => memchr::memchr(b'\n', bytes).is_none(),
    };
    if !may_be || bytes.len() < 3 * length || file.rejected.is_empty() {
        return false;
    }
    let walk = Walk {
        file,
        bytes,
        length,
    };
    let (mut at, mut number, mut sound, mut lost) = (0, 1, 0_u64, 0);
    let mut faults: Vec<(u64, isize)> = Vec::new();
    while at + length <= bytes.len() {
        if walk.is_sound(at) {
            (sound, lost) = (sound + 1, 0);
            at += length;
            number += 1;
            continue;
        }
        // It is wrong itself where the next stands in its place; else the fault is in the record before
        // it, or in it.
        let next_is_sound = walk.is_sound(at + length);
        let moved = |expected: usize| {
            let first = walk.near(expected).filter(|_| !next_is_sound)?;
            Some((first, first.cast_signed() - expected.cast_signed()))
        };
        if let Some((first, by)) = moved(at) {
            faults.push((number - 1, by));
            at = first;
        } else if let Some((first, by)) = moved(at + length) {
            faults.push((number, by));
            (at, number) = (first, number + 1);
        } else {
            lost += 1;
            (at, number) = (at + length, number + 1);
        }
        if lost > MOST_LOST {
            return false;
        }
    }
    if faults.is_empty() || sound * 2 < number {
        return false;
    }
    for (too_short, left) in [(true, "left"), (false, "right")] {
        let of_kind = faults.iter().filter(|(_, by)| (*by < 0) == too_short);
        let of_kind: Vec<_> = of_kind.collect();
        let Some((_, by)) = of_kind.first() else {
            continue;
        };
        let numbers = of_kind.iter().map(|(number, _)| *number);
        let bytes = count_of(by.unsigned_abs() as u64, "byte");
        let fault = match (too_short, *by) {
            (true, -1) => format!("{bytes} is missing"),
            (true, _) => format!("{bytes} are missing"),
            (false, 1) => format!("{bytes} too many stands"),
            (false, _) => format!("{bytes} too many stand"),
        };
        let what = format!(
            "{fault} in a record, and since the records have no line ends, all behind it stand too far {left}; transfer the file again, in binary mode, or write that record with {length} bytes"
        );
        let count = of_kind.len() as u64;
        found.tell(
            "out-of-step",
            count,
            numbers.take(FIRST_RECORDS).collect(),
            what,
        );
    }
    found.explained.fill(true);
    true
}
