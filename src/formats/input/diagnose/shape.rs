//! The one check of a file's shape: what was done to its records as a whole, told with how many they
//! are, which come first, and what to do. It runs on every file, also one that can be used, and
//! looks at every rejected record.
//!
//! It would rather say nothing than name the wrong damage: each is told only where undoing it makes
//! records sound. Never a value of a record.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::columns_cut::{column_cut, last_record_cut};
use super::fields_written::{dates_turned, hyphens_cut};
use super::read_file::{FIRST_RECORDS, Found, ReadFile, RejectedAt, record_at};
use super::repair::{Damage, damage, is_utf8};
use super::sound::Sound;
use crate::formats::input::utf8::latin_1;
use crate::formats::input::{Framing, Source, Told};
use crate::text::count_of;

/// How many of each are looked at in a thread.
const TASK_RECORDS: usize = 4096;

/// The shape of a file.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    /// What was done to it, the commonest first.
    pub told: Vec<Told>,
    /// Which of the rejected records that explains, in their order.
    pub explained: Vec<bool>,
}

/// What was done to a file.
pub fn shape(file: &ReadFile<'_>) -> Shape {
    let sound = Sound::new(file.layout, file.wanted, file.state);
    let mut found = Found {
        explained: vec![false; file.rejected.len()],
        told: Vec::new(),
    };
    let mut groups: BTreeMap<Damage, Group> = BTreeMap::new();
    wrapped(file, &sound, &mut found);
    let damages = damages(file, &sound, &found.explained);
    for (place, damage) in damages.iter().enumerate() {
        if let Some(damage) = damage {
            found.explained[place] = true;
            let group = groups.entry(group_of(*damage)).or_default();
            group.records += 1;
            if group.first.len() < FIRST_RECORDS {
                group.first.push(file.rejected[place].0);
            }
            let columns = damage.columns(&sound);
            if let Some(columns) = columns {
                let all = group.columns.get_or_insert(columns);
                all.first = all.first.min(columns.first);
                all.last = all.last.max(columns.last);
            }
        }
    }
    accepted_utf8(file, &sound, &mut groups, &mut found);
    tell_groups(groups, file, &mut found);
    column_cut(file, &sound, &mut found);
    last_record_cut(file, &sound, &mut found);
    ends(file, &mut found);
    hyphens_cut(file, &mut found);
    dates_turned(file, &mut found);
    let told = &mut found.told;
    told.sort_by_key(|told| std::cmp::Reverse(told.records));
    told.extend(file.source.told());
    Shape {
        told: found.told,
        explained: found.explained,
    }
}

#[derive(Default)]
struct Group {
    records: u64,
    first: Vec<u64>,
    columns: Option<crate::formats::layout::Columns>,
}

/// Damages that are told together: where in a record a byte is missing is told of all at once.
fn group_of(damage: Damage) -> Damage {
    match damage {
        Damage::Missing(..) => Damage::Missing(0, 0),
        Damage::Added(..) => Damage::Added(0, 0),
        Damage::Behind(_) => Damage::Behind(0),
        other => other,
    }
}

/// The damage of each rejected record that is not explained yet.
fn damages(file: &ReadFile<'_>, sound: &Sound, explained: &[bool]) -> Vec<Option<Damage>> {
    let one = |(&(_, offset), &explained): (&RejectedAt, &bool)| {
        if explained {
            return None;
        }
        damage(sound, record_at(file.source, offset))
    };
    let rejected = file.rejected.par_iter().zip(explained);
    rejected.with_min_len(TASK_RECORDS).map(one).collect()
}

fn tell_groups(groups: BTreeMap<Damage, Group>, file: &ReadFile<'_>, found: &mut Found) {
    for (damage, group) in groups {
        let all = group.records * 2 > file.counts.records;
        let (kind, what) = words(damage, &group, all, file);
        found.tell(kind, group.records, group.first, what);
    }
}

fn words(damage: Damage, group: &Group, all: bool, file: &ReadFile<'_>) -> (&'static str, String) {
    let place = group.columns.map_or_else(String::new, |columns| {
        format!(" in columns {}-{}", columns.first, columns.last)
    });
    let fixed = matches!(file.source.framing, Framing::Fixed(_));
    let columns = |by: usize| count_of(by as u64, "column");
    match damage {
        Damage::Returns => (
            "cr-cr-lf",
            "the line ends with two carriage returns (CR CR LF), of which one is taken for a byte of the record; transfer the file again in binary mode, or take the CRs out (tr -d '\\r')".to_owned(),
        ),
        Damage::Quoted => (
            "quoted",
            "the line stands in quotation marks; write the records as they are, not as cells of a CSV file".to_owned(),
        ),
        Damage::Mark => (
            "byte-order-mark",
            "a byte-order mark stands before the record, inside the file: several files were put together; write them without the mark".to_owned(),
        ),
        Damage::Utf8 => (
            "utf-8",
            "letters are written in UTF-8, of two bytes and more, and move the columns behind them; give --input-encoding utf8, or write the file in ISO 8859-1".to_owned(),
        ),
        Damage::Hyphens => (
            "ssn-hyphens",
            "the SSN is written with hyphens, in eleven columns instead of nine, and moves what is behind it; write nine digits".to_owned(),
        ),
        Damage::Joined => (
            "line-end-missing",
            "two records stand on one line, without a line end between them (were files put together of which one does not end with a line end?); put it in".to_owned(),
        ),
        Damage::Before(by) => (
            "bytes-before",
            format!("each after {} that {} of the record (carriage control, or a line number?); unload the record alone", count_of(by as u64, "other byte"), if by == 1 { "is no part" } else { "are no part" }),
        ),
        Damage::Behind(_) => (
            "bytes-behind",
            "something stands behind the record, from column 242 on (a line number, or another program's fields?); unload the first 241 columns alone".to_owned(),
        ),
        Damage::Right(by) if by > 1 || all => (
            "shifted",
            format!("the record stands {} too far right; write it from column 1", columns(by)),
        ),
        Damage::Right(_) => (
            "byte-added",
            "a byte too many stands at the begin of the record, and what is behind it stands a column too far right; look at the program that writes it".to_owned(),
        ),
        Damage::Left(by) => (
            "shifted",
            format!("the record stands {} too far left: its first bytes are missing; write it from column 1", columns(by)),
        ),
        Damage::Missing(..) if all && group.columns.is_some_and(|columns| columns.first == 1) => (
            "shifted",
            "the record stands 1 column too far left: its first byte is missing; write it from column 1".to_owned(),
        ),
        Damage::Missing(..) => (
            "byte-missing",
            format!(
                "a byte is missing{place}, and what is behind it stands a column too far left{}; look at the program that writes {}",
                if fixed { ", as in all records that follow" } else { "" },
                if all { "the field" } else { "it" }
            ),
        ),
        Damage::Added(..) => (
            "byte-added",
            format!("a byte too many stands{place}, and what is behind it stands a column too far right; look at the program that writes it"),
        ),
    }
}

/// Accepted records with letters in UTF-8: those that move nothing behind them that an edit looks at,
/// and those whose columns are counted in bytes.
fn accepted_utf8(
    file: &ReadFile<'_>,
    sound: &Sound,
    groups: &mut BTreeMap<Damage, Group>,
    found: &mut Found,
) {
    if file.counts.high == 0 || file.source.encoding.is_ebcdic() {
        return;
    }
    let bytes = file.source.bytes();
    let (mut moved, mut unmoved) = (Group::default(), 0_u64);
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
        let (as_bytes, as_characters) = (sound.is_sound(record), sound.is_sound(&latin_1(record)));
        if as_characters && !as_bytes {
            moved.records += 1;
        } else if as_bytes {
            unmoved += 1;
        }
    }
    if moved.records > 0 {
        let group = groups.entry(Damage::Utf8).or_default();
        group.records += moved.records;
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

/// Records that were folded into several lines, all rejected.
fn wrapped(file: &ReadFile<'_>, sound: &Sound, found: &mut Found) {
    const MOST_LINES: usize = 5;
    if file.source.framing != Framing::Text || file.rejected.len() < 2 {
        return;
    }
    let (mut records, mut first) = (0, Vec::new());
    let mut place = 0;
    while place + 1 < file.rejected.len() {
        let mut joined = record_at(file.source, file.rejected[place].1).to_vec();
        let mut lines = 1;
        while lines < MOST_LINES && !found.explained[place] {
            let Some(&(number, offset)) = file.rejected.get(place + lines) else {
                break;
            };
            if number != file.rejected[place].0 + lines as u64 || joined.len() > 241 {
                break;
            }
            joined.extend_from_slice(record_at(file.source, offset));
            lines += 1;
            if joined.len() > sound.min_bytes && sound.is_sound(&joined) {
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
        found.tell(
            "wrapped",
            records,
            first,
            "the record was broken into several lines; write each on one line of 241 columns",
        );
    }
}

/// A header, a trailer, and empty lines at the end.
fn ends(file: &ReadFile<'_>, found: &mut Found) {
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
            "the file ends with empty lines, each of which is a record without anything (E01); write none",
        );
    }
    // A header or trailer is one line among people's records.
    if file.counts.records < 3 || file.state.is_none() {
        return;
    }
    for (place, kind, what) in [
        (
            0,
            "header",
            "the line is no record of a person but a header; an extract has none: leave it out",
        ),
        (
            from_end.wrapping_sub(1),
            "trailer",
            "the line is no record of a person but a trailer; an extract has none: leave it out",
        ),
    ] {
        let Some(&(number, offset)) = file.rejected.get(place) else {
            continue;
        };
        let at_end = if place == 0 && kind == "header" {
            number == 1
        } else {
            number + empty == file.counts.records
        };
        if at_end && !found.explained[place] && is_no_person(file, record_at(file.source, offset)) {
            found.explained[place] = true;
            found.tell(kind, 1, vec![number], what);
        }
    }
}

/// Whether a line holds none of the codes that a person's record has, and not even the state's code
/// near its place.
fn is_no_person(file: &ReadFile<'_>, record: &[u8]) -> bool {
    const NEAR: usize = 3;
    let layout = file.layout;
    let Some(state) = file.state else {
        return false;
    };
    let place = layout.fips_code.first - 1;
    let near = record.get(place.saturating_sub(NEAR)..(place + 2 + NEAR).min(record.len()));
    let has_state = near.is_some_and(|near| near.windows(2).any(|w| w == state.fips().as_bytes()));
    let status = layout.case_status.of_trimmed(record);
    let participant = layout.participant_type.of_trimmed(record);
    !record.is_empty()
        && !record.iter().all(|&byte| byte == b' ')
        && !has_state
        && !matches!(status, b"O" | b"C")
        && (participant.is_empty()
            || crate::formats::record::is_blank(participant)
            || crate::formats::record::ParticipantType::parse(participant).is_none())
}
