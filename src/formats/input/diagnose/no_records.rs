//! Lines that are no record, or a part of one: folded records, empty lines, a header, a trailer.

use super::read_file::{FIRST_RECORDS, Found, ReadFile, record_at};
use crate::formats::input::Framing;

/// Records that were folded into several lines, all rejected.
pub(super) fn wrapped(file: &ReadFile<'_>, found: &mut Found) {
    const MOST_LINES: usize = 5;
    if file.source.framing != Framing::Text || file.rejected.len() < 2 {
        return;
    }
    let Some(kind) = file.kinds.first() else {
        return;
    };
    let (mut records, mut first) = (0, Vec::new());
    let mut place = 0;
    while place + 1 < file.rejected.len() {
        let mut joined = record_at(file.source, file.rejected[place].1).to_vec();
        let mut lines = 1;
        while lines < MOST_LINES && !found.explained[place] {
            let Some(&(number, offset)) = file.rejected.get(place + lines) else {
                break;
            };
            if number != file.rejected[place].0 + lines as u64 || joined.len() > kind.record_bytes {
                break;
            }
            joined.extend_from_slice(record_at(file.source, offset));
            lines += 1;
            if joined.len() > kind.min_bytes && kind.is_sound(&joined) {
                found.explained[place..place + lines].fill(true);
                records += 1;
                if first.len() < FIRST_RECORDS {
                    first.push(file.rejected[place].0);
                }
                place += lines - 1;
                break;
            }
        }
        place += 1;
    }
    if records > 0 {
        let what = format!(
            "the record was broken into several lines; write each on one line of {} columns",
            kind.record_bytes
        );
        found.tell("wrapped", records, first, what);
    }
}

/// A header, a trailer, and empty lines at the end.
pub(super) fn ends(file: &ReadFile<'_>, found: &mut Found) {
    let Some(&(last_number, _)) = file.rejected.last() else {
        return;
    };
    let mut empty = 0;
    let mut from_end = file.rejected.len();
    if last_number == file.counts.records {
        while from_end > 0 {
            let (number, offset) = file.rejected[from_end - 1];
            let is_next = number + empty == file.counts.records;
            if !is_next || !record_at(file.source, offset).is_empty() {
                break;
            }
            empty += 1;
            from_end -= 1;
        }
    }
    if empty > 0 && empty < file.counts.records {
        found.explained[from_end..].fill(true);
        found.tell(
            "empty-lines",
            empty,
            vec![file.counts.records - empty + 1],
            "the file ends with empty lines, each of which is a record without anything; write none",
        );
    }
    // A header or trailer is one line among people's records.
    let most = file.rejected.len() as u64 * 2 > file.counts.records;
    let Some(kind) = file.kinds.first() else {
        return;
    };
    if file.counts.records < 3 || most {
        return;
    }
    for (place, end) in [(0, "header"), (from_end.wrapping_sub(1), "trailer")] {
        let Some(&(number, offset)) = file.rejected.get(place) else {
            continue;
        };
        let at_end = if end == "header" {
            number == 1
        } else {
            number + empty == file.counts.records
        };
        let line = record_at(file.source, offset);
        if at_end
            && !found.explained[place]
            && file.kinds.iter().all(|kind| kind.is_no_record(line))
        {
            found.explained[place] = true;
            let what = format!(
                "the line is not a record of a person but a {end}; {} has none: leave it out",
                kind.file
            );
            found.tell(end, 1, vec![number], what);
        }
    }
}
