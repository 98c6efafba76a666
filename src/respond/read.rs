//! Reads the response files of a run: all of it, or nothing (decision 0022).

use crate::error::{Error, Result};
use crate::input::Source;
use crate::reference::State;
use crate::response::{ResponseFields, ResponseRecord};
use crate::stop::Stop;

/// After how many records it is seen whether a signal came.
const STOP_RECORDS: u64 = 4096;

/// The records of response files, in file order. A file without records is valid.
///
/// # Errors
/// [`Error::Input`] for the first record that is no response record: work must not rest on a file
/// that is not what it seems (decision 0022). [`Error::Inputs`] where two files hold the same
/// records. An interruption.
pub fn read_responses<'s>(
    sources: &'s [Source],
    fields: &ResponseFields,
    stop: &Stop,
) -> Result<Vec<ResponseRecord<'s>>> {
    let mut records: Vec<ResponseRecord<'s>> = Vec::new();
    let mut firsts = Vec::new();
    for source in sources {
        firsts.push(records.len());
        for (number, record) in (1_u64..).zip(source.records()) {
            if number.is_multiple_of(STOP_RECORDS) {
                stop.check()?;
            }
            let parsed = ResponseRecord::parse(fields, record.bytes, source.framing);
            records.push(parsed.map_err(|problem| Error::record(&source.path, number, problem))?);
        }
    }
    firsts.push(records.len());
    let files: Vec<_> = firsts
        .windows(2)
        .map(|ends| &records[ends[0]..ends[1]])
        .collect();
    refuse_repeats(sources, &files)?;
    Ok(records)
}

/// One response given twice would be worked twice.
fn refuse_repeats(sources: &[Source], files: &[&[ResponseRecord<'_>]]) -> Result<()> {
    for (at, file) in files.iter().enumerate() {
        let Some(first) = file.first() else { continue };
        let same = |other: &&[ResponseRecord<'_>]| {
            let alike = |(a, b): (&ResponseRecord<'_>, &ResponseRecord<'_>)| a.bytes == b.bytes;
            other.len() == file.len() && other.iter().zip(*file).all(alike)
        };
        if let Some(before) = files[..at].iter().position(same) {
            return Err(Error::Inputs(format!(
                "two responses for {}: {} and {} hold the same records; give the response once",
                first.state,
                sources[before].path.display(),
                sources[at].path.display()
            )));
        }
    }
    Ok(())
}

/// The one state whose responses the records are; none where there are no records.
///
/// # Errors
/// [`Error::Inputs`] where they are of two states: each runs its own program, and the outputs name no
/// submitting state.
pub fn response_state(records: &[ResponseRecord<'_>]) -> Result<Option<State>> {
    let Some(first) = records.first() else {
        return Ok(None);
    };
    match records.iter().find(|record| record.state != first.state) {
        None => Ok(Some(first.state)),
        Some(other) => Err(Error::Inputs(format!(
            "the response records are of two submitting states, {} and {}; give one state's response at a time",
            first.state, other.state
        ))),
    }
}
