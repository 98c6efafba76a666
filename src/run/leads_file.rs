//! A leads file read again, line by line.

use std::path::Path;

use super::leads::LEADS_HEAD;
use crate::engine::leads::{EvidenceSet, Why};
use crate::error::{Error, Result};
use crate::formats::record::CaseId;
use crate::formats::reference::State;
use crate::stop::Stop;

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

/// Reads a leads file, and hands each line to `take`.
///
/// # Errors
/// [`Error::Io`] where it cannot be read, [`Error::Input`] naming the line that is no lead,
/// [`Error::Interrupted`].
pub fn read_leads_file(path: &Path, stop: &Stop, mut take: impl FnMut(LeadLine)) -> Result<()> {
    let file = std::fs::File::open(path).map_err(Error::io("open", path))?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(std::io::BufReader::new(file));
    let mut line = csv::StringRecord::new();
    for number in 1.. {
        stop.check_at(number)?;
        let refuse = |problem: &str| Error::record(path, number, problem);
        let more = reader.read_record(&mut line).map_err(|_| {
            refuse("is no line of ten columns; give a leads file that icr match --leads wrote")
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
    Ok(())
}

fn read(line: &csv::StringRecord) -> Option<LeadLine> {
    let id = |place: usize| -> Option<CaseId> {
        // ISO 8859-1, as it was written.
        let bytes = line.get(place)?.chars().map(|c| u8::try_from(c).ok());
        let bytes: Option<Vec<u8>> = bytes.collect();
        Some(CaseId::new(&bytes?))
    };
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
