//! Reads the response files of a run, completely or not at all (decision 0022).

use crate::engine::response::{
    CaseReader, CutBy, OnFault, Read, ReadCase, ResponseFields, ResponseRecord,
};
use crate::error::{Error, Result};
use crate::formats::input::Source;
use crate::formats::reference::State;
use crate::stop::Stop;
use crate::text::shown_path;

/// The cases of response files, in file order. A file without records is valid.
///
/// # Errors
/// [`Error::Input`] for the first record that is not a response record, and for the first case that
/// is incomplete, occurs twice or contradicts itself: no work may be based on an altered file
/// (decision 0022). [`Error::Inputs`] if two files have the same records. An interruption.
pub fn read_responses<'s>(
    sources: &'s [Source],
    fields: &ResponseFields,
    stop: &Stop,
) -> Result<Vec<ReadCase<'s>>> {
    let mut cases: Vec<ReadCase<'s>> = Vec::new();
    let mut firsts = Vec::new();
    for source in sources {
        firsts.push(cases.len());
        let mut reader = CaseReader::new(source, fields, OnFault::Refuse, CutBy::Count);
        while let Some(read) = reader.next(stop)? {
            if let Read::Case(case) = read {
                cases.push(case);
            }
        }
    }
    firsts.push(cases.len());
    let files: Vec<_> = firsts
        .windows(2)
        .map(|ends| &cases[ends[0]..ends[1]])
        .collect();
    refuse_repeats(sources, &files)?;
    Ok(cases)
}

/// The records of cases, in file order.
fn records_of<'a, 's>(
    cases: &'a [ReadCase<'s>],
) -> impl Iterator<Item = &'a ResponseRecord<'s>> + use<'a, 's> {
    cases.iter().flat_map(ReadCase::records)
}

/// Refuses a response that was given twice, because it would be processed twice.
fn refuse_repeats(sources: &[Source], files: &[&[ReadCase<'_>]]) -> Result<()> {
    for (at, file) in files.iter().enumerate() {
        let Some(case) = file.first() else { continue };
        let same = |other: &&[ReadCase<'_>]| {
            other.len() == file.len()
                && records_of(other)
                    .map(|r| &r.bytes)
                    .eq(records_of(file).map(|r| &r.bytes))
        };
        if let Some(before) = files[..at].iter().position(same) {
            return Err(Error::Inputs(format!(
                "two responses for {}: {} and {} hold the same records; give the response once",
                case.first().state,
                shown_path(&sources[before].path),
                shown_path(&sources[at].path)
            )));
        }
    }
    Ok(())
}

/// The one state whose responses these are; `None` if there are no cases.
///
/// # Errors
/// [`Error::Inputs`] if they are of two states: each state runs its own program, and the outputs do
/// not name the submitting state.
pub fn response_state(cases: &[ReadCase<'_>]) -> Result<Option<State>> {
    let Some(first) = cases.first().map(|case| case.first().state) else {
        return Ok(None);
    };
    match records_of(cases).find(|record| record.state != first) {
        None => Ok(Some(first)),
        Some(other) => Err(Error::Inputs(format!(
            "the response records are of two submitting states, {first} and {}; give one state's response at a time",
            other.state
        ))),
    }
}
