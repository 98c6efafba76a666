//! The rejected records of a file, by what was done to them, and the words for each.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::read_file::{FIRST_RECORDS, Found, ReadFile, RejectedAt, record_at};
use super::repair::{Damage, damage};
use crate::formats::input::Framing;
use crate::formats::layout::Columns;
use crate::text::count_of;

/// How many records one task looks at, at least.
const TASK_RECORDS: usize = 4096;

/// Records to which the same was done.
#[derive(Default)]
pub(super) struct Group {
    pub(super) records: u64,
    first: Vec<u64>,
    columns: Option<Columns>,
}

/// The rejected records to which something was done that can be undone, by what it was.
pub(super) fn of_damage(file: &ReadFile<'_>, found: &mut Found) -> BTreeMap<Damage, Group> {
    let mut groups: BTreeMap<Damage, Group> = BTreeMap::new();
    let damages = damages(file, &found.explained);
    for (place, damage) in damages.iter().enumerate() {
        if let Some((damage, columns)) = damage {
            found.explained[place] = true;
            let group = groups.entry(group_of(*damage)).or_default();
            group.records += 1;
            if group.first.len() < FIRST_RECORDS {
                group.first.push(file.rejected[place].0);
            }
            if let Some(columns) = columns {
                let all = group.columns.get_or_insert(*columns);
                all.first = all.first.min(columns.first);
                all.last = all.last.max(columns.last);
            }
        }
    }
    groups
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
fn damages(file: &ReadFile<'_>, explained: &[bool]) -> Vec<Option<(Damage, Option<Columns>)>> {
    let one = |(&(_, offset), &explained): (&RejectedAt, &bool)| {
        if explained {
            return None;
        }
        damage(file.kinds, record_at(file.source, offset))
    };
    let rejected = file.rejected.par_iter().zip(explained);
    rejected.with_min_len(TASK_RECORDS).map(one).collect()
}

/// Tells of them.
pub(super) fn tell(groups: BTreeMap<Damage, Group>, file: &ReadFile<'_>, found: &mut Found) {
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
    let last = match file.kinds {
        [kind] => Some(kind.record_bytes),
        _ => None,
    };
    match damage {
        Damage::Returns => (
            "cr-cr-lf",
            "the line ends with two carriage returns (CR CR LF), of which one is taken for a byte of the record; transfer the file again in binary mode, or take the CRs out (tr -d '\\r')".to_owned(),
        ),
        Damage::Quoted => (
            "quoted",
            "the line is in quotation marks; write the records as they are, not as cells of a CSV file".to_owned(),
        ),
        Damage::Mark => (
            "byte-order-mark",
            "a byte-order mark is before the record, inside the file: several files were put together; write them without the mark".to_owned(),
        ),
        Damage::Utf8 => (
            "utf-8",
            "letters are written in UTF-8, of two bytes and more, and move the columns after them; give --input-encoding utf8 (for one file among others NAME=utf8), or write the file in ISO 8859-1".to_owned(),
        ),
        Damage::Hyphens => (
            "ssn-hyphens",
            "the SSN is written with hyphens, in eleven columns instead of nine, and moves what follows; write nine digits".to_owned(),
        ),
        Damage::Joined => (
            "line-end-missing",
            "two records are on one line, without a line end between them (were files put together of which one does not end with a line end?); put it in".to_owned(),
        ),
        Damage::Before(by) => (
            "bytes-before",
            format!("each after {} that {} of the record (carriage control, or a line number?); unload the record alone", count_of(by as u64, "other byte"), if by == 1 { "is no part" } else { "are no part" }),
        ),
        Damage::Behind(_) => (
            "bytes-behind",
            match last {
                Some(last) => format!("something follows the record, from column {} on (a line number, or another program's fields?); unload the first {last} columns alone", last + 1),
                None => "something follows the record (a line number, or another program's fields?); unload the record alone".to_owned(),
            },
        ),
        Damage::Right(by) if by > 1 || all => (
            "shifted",
            format!("the record is {} too far right; write it from column 1", columns(by)),
        ),
        Damage::Right(_) => (
            "byte-added",
            "there is a byte too many at the start of the record, and what follows is one column too far right; look at the program that writes it".to_owned(),
        ),
        Damage::Left(by) => (
            "shifted",
            format!("the record is {} too far left: its first bytes are missing; write it from column 1", columns(by)),
        ),
        Damage::Missing(..) if all && group.columns.is_some_and(|columns| columns.first == 1) => (
            "shifted",
            "the record is 1 column too far left: its first byte is missing; write it from column 1".to_owned(),
        ),
        Damage::Missing(..) => (
            "byte-missing",
            format!(
                "a byte is missing{place}, and what follows is one column too far left{}; look at the program that writes {}",
                if fixed { ", as in all records that follow" } else { "" },
                if all { "the field" } else { "it" }
            ),
        ),
        Damage::Added(..) => (
            "byte-added",
            format!("there is a byte too many{place}, and what follows is one column too far right; look at the program that writes it"),
        ),
    }
}
