//! A leads file read again, line by line.

use std::path::Path;

use super::leads::LEADS_HEAD;
use crate::engine::leads::{EvidenceSet, Why};
use crate::error::{Error, Result};
use crate::formats::input::InputEntry;
use crate::formats::record::CaseId;
use crate::formats::reference::State;
use crate::open::read_whole;
use crate::stop::Stop;
use crate::text::is_formula;

/// A line of a leads file.
#[derive(Clone, Copy, Debug)]
pub struct LeadLine {
    /// Your case.
    pub case: CaseId,
    /// The state that it names.
    pub other: State,
    /// The Other State Case ID that you submitted.
    pub other_case: CaseId,
    /// Why the lead was sought.
    pub why: Why,
    /// Its rank, from 1.
    pub rank: u32,
    /// The case there.
    pub lead: CaseId,
    /// What speaks for it and against it.
    pub evidence: EvidenceSet,
    /// The share of such leads that were right.
    pub share: f64,
    /// How many that rests on.
    pub trials: u64,
}

/// Reads a leads file, and hands each line to `take`. Returns its entry for the manifest.
///
/// # Errors
/// [`Error::Io`] where it cannot be read, [`Error::Input`] naming the line that is no lead,
/// [`Error::Interrupted`].
pub fn read_leads_file(
    path: &Path,
    stop: &Stop,
    mut take: impl FnMut(LeadLine),
) -> Result<InputEntry> {
    let file = read_whole(path, stop)?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(&file.bytes[..]);
    let mut line = csv::StringRecord::new();
    for number in 1.. {
        stop.check_at(number)?;
        let refuse = |problem: &str| Error::record(path, number, problem);
        let more = reader.read_record(&mut line).map_err(|_| {
            refuse("is not a line of ten columns; give a leads file that icr match --leads wrote")
        })?;
        if !more {
            if number == 1 {
                return Err(refuse(
                    "is missing: the file is empty; give a leads file that icr match --leads wrote",
                ));
            }
            break;
        }
        if number == 1 {
            if line.iter().ne(LEADS_HEAD) {
                return Err(refuse(
                    "is not the header of a leads file; give one that icr match --leads wrote",
                ));
            }
            continue;
        }
        take(read(&line).ok_or_else(|| {
            refuse("holds something that icr match --leads does not write there")
        })?);
    }
    Ok(InputEntry::of_whole("leads", path, &file))
}

/// A Case ID as [`crate::text::cell`] wrote it. An ID holds no backslash (E03), so that one begins a number.
fn id_of(cell: &str) -> Option<CaseId> {
    let text = match cell.strip_prefix('\'') {
        Some(rest) if is_formula(rest) => rest,
        _ => cell,
    };
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            // ISO 8859-1, as it was written.
            bytes.push(u8::try_from(c).ok()?);
            continue;
        }
        let number: String = rest.by_ref().skip(1).take(2).collect();
        bytes.push(u8::from_str_radix(&number, 16).ok()?);
    }
    Some(CaseId::new(&bytes))
}

fn read(line: &csv::StringRecord) -> Option<LeadLine> {
    let id = |place: usize| line.get(place).and_then(id_of);
    Some(LeadLine {
        case: id(0)?,
        other: State::from_usps(line.get(1)?)?,
        other_case: id(2)?,
        why: Why::from_word(line.get(3)?)?,
        rank: line.get(4)?.parse().ok()?,
        lead: id(5)?,
        evidence: EvidenceSet::default()
            .read(line.get(6)?)?
            .read(line.get(7)?)?,
        share: line.get(8)?.parse().ok()?,
        trials: line.get(9)?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::cell;

    #[test]
    fn an_id_is_read_as_it_was_written() {
        for id in ["0012", "=1+2", "A\u{e9}", "'X", "-5", ""] {
            let bytes: Vec<u8> = id.chars().map(|c| u8::try_from(c).unwrap()).collect();
            assert_eq!(id_of(&cell(id)), Some(CaseId::new(&bytes)), "{id}");
        }
    }
}
