//! Writes the response file of every submitting state into the run's folder.

use super::output::OutputFolder;
use crate::engine::extract::Extract;
use crate::engine::leads::Ask;
use crate::engine::matching::{Matcher, Side};
use crate::engine::response::{Renderer, StateTotals, write_response};
use crate::error::Result;
use crate::formats::layout::RESPONSE_BYTES;
use crate::formats::reference::State;
use crate::parallel::largest_first;
use crate::progress::{Progress, Unit};
use crate::stop::Stop;

/// What comes of writing a state's response.
pub struct Written<'s> {
    /// The state's extract.
    pub extract: &'s Extract,
    /// Its totals.
    pub totals: StateTotals,
    /// The cases about which leads may be asked, where they are asked for.
    pub asks: Vec<Ask>,
}

/// Writes the response of every submitting state that is `answered`, the largest first.
///
/// # Errors
/// As [`write_response`].
pub fn write_responses<'s>(
    folder: &OutputFolder,
    matcher: &Matcher<'s>,
    (renderer, with_asks): (&Renderer<'_>, bool),
    answered: &dyn Fn(State) -> bool,
    progress: &Progress,
    stop: &Stop,
) -> Result<Vec<Written<'s>>> {
    let mut submitters: Vec<&Side> = matcher.sides.submitters().collect();
    submitters.retain(|side| answered(side.extract.state));
    let rows_of = |side: &&Side| side.extract.rows.len() as u64;
    let rows: u64 = submitters.iter().map(rows_of).sum();
    let matching = progress.stage("matching", rows, Unit::Items);
    let writing = progress.stage("writing", rows * (RESPONSE_BYTES as u64 + 1), Unit::Bytes);
    largest_first(&submitters, rows_of, |side| {
        let mut file = folder.file(&format!("responses/{}.icr", side.extract.state))?;
        let (totals, asks) = write_response(
            matcher,
            renderer,
            side,
            &mut file,
            (&matching, &writing),
            with_asks,
            stop,
        )?;
        file.finish()?;
        Ok(Written {
            extract: &side.extract,
            totals,
            asks,
        })
    })
}
