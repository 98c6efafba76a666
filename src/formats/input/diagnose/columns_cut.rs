//! Records that were cut: every line at one column, or the last one.

use super::read_file::{Found, ReadFile, record_at};
use super::sound::SoundRecord;
use crate::formats::input::{Framing, Record, Records};

/// How many lines are looked at for whether their last field is the same in all.
const LOOKED_AT: usize = 1000;

/// Tells where every line ends at one column, in the middle of a field: lines whose trailing blanks
/// were trimmed end where their data end. Of several kinds of record the longest is looked at.
pub(super) fn column_cut(file: &ReadFile<'_>, found: &mut Found) {
    let Some(kind) = file.kinds.first() else {
        return;
    };
    if file.source.framing != Framing::Text {
        return;
    }
    let lines = || {
        file.source
            .records()
            .filter(|line| kind.is_named(line.bytes))
    };
    let mut lengths = lines().map(|line| line.bytes.len());
    let Some(length) = lengths.next() else { return };
    // Of less than the codes that every record has nothing can be said.
    if !(kind.coded_bytes..kind.record_bytes).contains(&length) {
        return;
    }
    let mut others = 0;
    for other in lengths {
        if other != length {
            return;
        }
        others += 1;
    }
    let rejected = length < kind.min_bytes;
    if others == 0 || !(rejected || ends_inside_a_field(kind, lines(), length)) {
        return;
    }
    // Only a sound part of a record is a record that was cut.
    let (mut all, mut fitting) = (0, 0);
    for record in lines().take(LOOKED_AT) {
        all += 1;
        fitting += usize::from(kind.is_sound_up_to(record.bytes, length));
    }
    if fitting * 2 < all {
        return;
    }
    if rejected {
        found.explained.fill(true);
    }
    let field = kind.field_at(length).map(|field| kind.columns(field));
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
        "every line ends at column {length}{inside}: the file was cut there, and what came after it is lost; unload all {} columns",
        kind.record_bytes
    );
    found.tell("cut-column", others + 1, Vec::new(), what);
}

fn ends_inside_a_field<'a>(
    kind: &SoundRecord,
    lines: impl Iterator<Item = Record<'a>>,
    length: usize,
) -> bool {
    let Some(field) = kind.field_at(length) else {
        return false;
    };
    let columns = kind.columns(field);
    // A state and a county fill five of the columns of Other State FIPS Code.
    let filled = kind.other_fips.map(|columns| columns.first + 4);
    if columns.last == length || filled == Some(length) {
        return false;
    }
    let mut values: Vec<&[u8]> = Vec::new();
    for record in lines.take(LOOKED_AT) {
        // A line that was trimmed ends with something.
        if record.bytes.ends_with(b" ") {
            return true;
        }
        // IDs of one length end where they end.
        let value = columns.of_trimmed(record.bytes);
        if !kind.is_id(field) && !values.contains(&value) {
            values.push(value);
        }
    }
    // One value in all may well be as long as it is.
    kind.other_fips == Some(columns) || values.len() > 2
}

/// Tells where the last record is shorter than all others and has no line end though they have one,
/// or is shorter than RECFM=FB has it.
pub(super) fn last_record_cut(file: &ReadFile<'_>, found: &mut Found) {
    let bytes = file.source.bytes();
    let cut = match file.source.framing {
        Framing::Fixed(length) => {
            let rest = bytes.len() % length;
            let last = &bytes[bytes.len() - rest..];
            let is_cut = rest > 0 && bytes.len() > length;
            let mut kinds = file.kinds.iter();
            kinds
                .find(|kind| is_cut && kind.is_sound_up_to(last, rest))
                .map(|kind| (rest, kind))
        }
        Framing::Text => last_line_cut(file),
    };
    let Some((length, kind)) = cut else { return };
    if let Some(place) = file
        .rejected
        .iter()
        .rposition(|&(number, _)| number == file.counts.records)
    {
        found.explained[place] = true;
    }
    let what = format!(
        "the last record ends at column {length}, and those before it have {}: the file was cut; get all of it",
        kind.record_bytes
    );
    found.tell("last-record-cut", 1, vec![file.counts.records], what);
}

/// At which column the last line was cut, if it was, and what kind of record it is.
fn last_line_cut<'a>(file: &ReadFile<'a>) -> Option<(usize, &'a SoundRecord)> {
    let bytes = file.source.bytes();
    let first = memchr::memrchr(b'\n', bytes).map_or(0, |end| end + 1);
    let last = record_at(file.source, first as u64);
    let kind = file.kinds.iter().find(|kind| kind.is_named(last))?;
    let length = last.len();
    if first == 0 || last.is_empty() || length >= kind.record_bytes || file.counts.records < 3 {
        return None;
    }
    // The others are whole: one that is as short may have been trimmed.
    let others_whole = || {
        let others = Records::within(Framing::Text, bytes, 0, first);
        let mut others = others.filter(|line| kind.is_named(line.bytes)).peekable();
        others.peek().is_some() && others.all(|line| line.bytes.len() >= kind.record_bytes)
    };
    let padded = last.ends_with(b" ");
    let is_cut = padded && length < kind.min_bytes || others_whole();
    (is_cut && kind.is_sound_up_to(last, length) && begins_as_others(&bytes[..first], last))
        .then_some((length, kind))
}

/// Whether a short line may be the begin of a record, and no trailer: it is written as the begin of one
/// of the lines before it is, letter for letter and digit for digit.
fn begins_as_others(before: &[u8], last: &[u8]) -> bool {
    const SHORT: usize = 18;
    let class = |byte: &u8| match byte {
        b'0'..=b'9' => 0,
        b'A'..=b'Z' | b'a'..=b'z' => 1,
        b' ' => 2,
        _ => 3,
    };
    let alike = |line: &[u8]| {
        line.len() > last.len()
            && line
                .iter()
                .map(class)
                .zip(last.iter().map(class))
                .all(|(a, b)| a == b)
    };
    last.len() >= SHORT
        || before
            .rsplit(|&byte| byte == b'\n')
            .take(LOOKED_AT)
            .any(alike)
}
