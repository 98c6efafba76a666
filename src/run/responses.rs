//! Writes the response file of every submitting state into the run's folder.

use super::output::OutputFolder;
use crate::engine::extract::Extract;
use crate::engine::matching::{Matcher, Side};
use crate::engine::response::{Renderer, StateTotals, write_response};
use crate::error::Result;
use crate::formats::layout::RESPONSE_BYTES;
use crate::formats::reference::State;
use crate::parallel::largest_first;
use crate::progress::{Progress, Unit};
use crate::stop::Stop;

/// Writes the response of every submitting state that is `answered`, the largest first.
///
/// # Errors
/// As [`write_response`].
pub fn write_responses<'s>(
    folder: &OutputFolder,
    matcher: &Matcher<'s>,
    renderer: &Renderer<'_>,
    answered: &dyn Fn(State) -> bool,
    progress: &Progress,
    stop: &Stop,
) -> Result<Vec<(&'s Extract, StateTotals)>> {
    let mut submitters: Vec<&Side> = matcher.sides.submitters().collect();
    submitters.retain(|side| answered(side.extract.state));
    let rows_of = |side: &&Side| side.extract.rows.len() as u64;
    let rows: u64 = submitters.iter().map(rows_of).sum();
    let matching = progress.stage("matching", rows, Unit::Items);
    let writing = progress.stage("writing", rows * (RESPONSE_BYTES as u64 + 1), Unit::Bytes);
    largest_first(&submitters, rows_of, |side| {
        let mut file = folder.file(&format!("responses/{}.icr", side.extract.state))?;
        let totals = write_response(
            matcher,
            renderer,
            side,
            &mut file,
            (&matching, &writing),
            stop,
        )?;
        file.finish()?;
        Ok((&side.extract, totals))
    })
}
