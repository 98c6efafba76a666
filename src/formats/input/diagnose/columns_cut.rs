//! Records that were cut: every line at one column, or the last one.

use super::read_file::{Found, ReadFile, record_at};
use super::sound::Sound;
use crate::formats::input::{Framing, Records};
use crate::formats::layout::RECORD_BYTES;

/// How many lines are looked at for whether their last field is the same in all.
const LOOKED_AT: usize = 1000;

/// Tells where every line ends at one column, in the middle of a field: lines whose trailing blanks
/// were trimmed end where their data end.
pub(super) fn column_cut(file: &ReadFile<'_>, sound: &Sound, found: &mut Found) {
    let all_short = file.counts.short + file.rejected.len() as u64 == file.counts.records;
    if file.source.framing != Framing::Text || !all_short || file.counts.records < 2 {
        return;
    }
    let mut lengths = file.source.records().map(|record| record.bytes.len());
    let Some(length) = lengths.next() else { return };
    // Of less than the codes that every record has nothing can be said.
    if !(file.layout.min_bytes_fcr..RECORD_BYTES).contains(&length)
        || lengths.any(|other| other != length)
    {
        return;
    }
    let rejected = length < sound.min_bytes;
    if !cut_inside_a_field(file, sound, length, rejected) {
        return;
    }
    // Only a sound part of a record is a record that was cut.
    let (mut all, mut fitting) = (0, 0);
    for record in file.source.records().take(LOOKED_AT) {
        all += 1;
        fitting += usize::from(sound.is_sound_up_to(record.bytes, length));
    }
    if fitting * 2 < all {
        return;
    }
    if rejected {
        found.explained.fill(true);
    }
    let field = sound.field_at(length).map(|field| sound.columns(field));
    let inside =
        field
            .filter(|columns| columns.last != length)
            .map_or_else(String::new, |columns| {
                format!(
                    ", inside the field of columns {}-{}",
                    columns.first, columns.last
                )
            });
    let what = format!(
        "every line ends at column {length}{inside}: the file was cut there, and what came after it is lost; unload all {RECORD_BYTES} columns"
    );
    found.tell("cut-column", file.counts.records, Vec::new(), what);
}

fn cut_inside_a_field(file: &ReadFile<'_>, sound: &Sound, length: usize, rejected: bool) -> bool {
    let Some(field) = sound.field_at(length) else {
        return false;
    };
    let columns = sound.columns(field);
    if rejected {
        return true;
    }
    // A state and a county fill five of the columns of Other State FIPS Code.
    let other_fips = file.layout.other_fips_code;
    if columns.last == length || length == other_fips.first + 4 {
        return false;
    }
    let mut values: Vec<&[u8]> = Vec::new();
    for record in Records::new(Framing::Text, file.source.bytes()).take(LOOKED_AT) {
        // A line that was trimmed ends with something.
        if record.bytes.ends_with(b" ") {
            return true;
        }
        let value = columns.of_trimmed(record.bytes);
        if !values.contains(&value) {
            values.push(value);
        }
    }
    // One value in all may well be as long as it is.
    columns == other_fips || values.len() > 2
}

/// Tells where the last record is shorter than all others and has no line end though they have one,
/// or is shorter than RECFM=FB has it.
pub(super) fn last_record_cut(file: &ReadFile<'_>, sound: &Sound, found: &mut Found) {
    let bytes = file.source.bytes();
    let cut = match file.source.framing {
        Framing::Fixed(length) => {
            let rest = bytes.len() % length;
            let last = &bytes[bytes.len() - rest..];
            let cut = rest > 0 && bytes.len() > length && sound.is_sound_up_to(last, rest);
            cut.then_some(rest)
        }
        Framing::Text => {
            let first = memchr::memrchr(b'\n', bytes).map_or(0, |end| end + 1);
            let last = record_at(file.source, first as u64);
            let is_short = first > 0 && !last.is_empty() && last.len() < RECORD_BYTES;
            // The others are whole: one that is as short may have been trimmed.
            let others_whole = || {
                let others = Records::within(Framing::Text, bytes, 0, first);
                let mut lengths = others.map(|record| record.bytes.len());
                let shortest = lengths.by_ref().take(2).min();
                shortest.is_some_and(|two| two >= RECORD_BYTES)
                    && lengths.all(|length| length >= RECORD_BYTES)
            };
            let padded = last.ends_with(b" ");
            let short = last.len();
            (is_short && file.counts.records > 2 && (others_whole() || padded && short < 139))
                .then_some(short)
                .filter(|_| sound.is_sound_up_to(last, short))
        }
    };
    let Some(length) = cut else { return };
    if let Some(place) = file
        .rejected
        .iter()
        .rposition(|&(number, _)| number == file.counts.records)
    {
        found.explained[place] = true;
    }
    let what = format!(
        "the last record ends at column {length}, and those before it have {RECORD_BYTES}: the file was cut; get all of it"
    );
    found.tell("last-record-cut", 1, vec![file.counts.records], what);
}
