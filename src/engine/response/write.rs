//! Writes a state's response file: matched and rendered in parallel, streamed out in order.

use rayon::prelude::*;

use super::claims::{Claim, Claims};
use super::form::OutputForm;
use super::{Renderer, StateTotals};
use crate::engine::extract::Case;
use crate::engine::leads::Ask;
use crate::engine::matching::{BATCH_CASES, Matcher, Outcome, Scratch, Side, Unobserved};
use crate::error::{Error, Result};
use crate::formats::input::Encoding;
use crate::formats::layout::RESPONSE_BYTES;
use crate::progress::Stage;
use crate::stop::Stop;

/// Where a response goes, piece by piece.
pub trait ResponseSink {
    /// Takes the next piece.
    ///
    /// # Errors
    /// Where it cannot be written.
    fn take(&mut self, bytes: &[u8]) -> Result<()>;
}

/// What one task rendered.
struct Rendered {
    response: Vec<u8>,
    totals: StateTotals,
    /// The cases of the other states with which its cases were answered.
    claims: Vec<Claim>,
    /// The cases about which leads may be asked.
    asks: Vec<Ask>,
}

/// About how many records one task renders.
const TASK_RECORDS: u32 = 1000;
/// How many tasks are rendered while the ones before are written.
const WINDOW_TASKS: usize = 8;

/// Matches every case of a submitting state and streams its response to `sink`, in the order of the
/// cases' first records. Gives the totals, which balance, and if `with_asks` the cases about which leads
/// may be asked, in their order.
///
/// # Errors
/// What the sink reports, an unbalanced total, and an interruption.
pub fn write_response(
    matcher: &Matcher<'_>,
    renderer: &Renderer<'_>,
    yours: &Side,
    sink: &mut (impl ResponseSink + Send),
    (matching, writing): (&Stage, &Stage),
    with_asks: bool,
    stop: &Stop,
) -> Result<(StateTotals, Vec<Ask>)> {
    let form = renderer.form();
    let record_bytes = RESPONSE_BYTES + form.line_end().len();
    let tasks = tasks(yours);
    let render = |window: &[std::ops::Range<u32>]| -> Result<Vec<Rendered>> {
        let task = |cases: &std::ops::Range<u32>| {
            let mut totals = StateTotals::of(matcher.routine);
            let (mut claims, mut asks) = (Vec::new(), Vec::new());
            let mut scratch = Scratch::default();
            let records: u32 = cases
                .clone()
                .map(|number| yours.extract.cases[number as usize].row_count)
                .sum();
            let mut response = Vec::with_capacity(records as usize * record_bytes);
            for first in cases.clone().step_by(BATCH_CASES as usize) {
                let batch = first..cases.end.min(first + BATCH_CASES);
                matcher.approach(yours, batch.clone());
                for number in batch {
                    let outcome = matcher.match_case(yours, number, &mut scratch, &mut Unobserved);
                    let case = &yours.extract.cases[number as usize];
                    let first = response.len();
                    renderer.render(yours, case, &outcome, &scratch, &mut response, &mut totals);
                    if let Outcome::Matched(found) = &outcome {
                        claims.push(Claim::of(found));
                    }
                    if with_asks {
                        asks.extend(Ask::of(yours, number, &outcome));
                    }
                    if !form.fixed {
                        check_lines(yours, case, &response[first..], form)?;
                    }
                }
            }
            matching.advance(u64::from(records));
            form.encoding.encode(&mut response);
            Ok(Rendered {
                response,
                totals,
                claims,
                asks,
            })
        };
        // The first error in the order of the cases, whatever the threads.
        let tasks: Vec<_> = window.par_iter().map(task).collect();
        tasks.into_iter().collect()
    };
    let mut totals = StateTotals::of(matcher.routine);
    let (mut claims, mut asks) = (Claims::default(), Vec::new());
    let mut rendered: Vec<Rendered> = Vec::new();
    for window in tasks.chunks(WINDOW_TASKS).chain([&[][..]]) {
        stop.check()?;
        let (next, written) = rayon::join(
            || render(window),
            || {
                for task in &rendered {
                    sink.take(&task.response)?;
                    writing.advance(task.response.len() as u64);
                    totals += &task.totals;
                    for &claim in &task.claims {
                        claims.add(claim);
                    }
                    asks.extend_from_slice(&task.asks);
                }
                Ok::<_, crate::Error>(())
            },
        );
        written?;
        rendered = next?;
    }
    let extract = &yours.extract;
    totals.cases_counterpart_shared = claims.shared();
    totals.records.read = extract.records;
    totals.records.rejected = extract.rejected.len() as u64;
    totals.cases.with_rejected_records = extract.cases_with_rejected_records;
    totals.check_balance(extract.state.usps(), extract.cases.len() as u64)?;
    for ask in &mut asks {
        if let Some((case, facts)) = &mut ask.found {
            facts.claimed_twice = claims.is_shared(ask.other, *case);
        }
    }
    Ok((totals, asks))
}

/// Refuses a record that a line cannot carry; `response` holds the case's records, each with its line
/// end.
fn check_lines(yours: &Side, case: &Case, response: &[u8], form: OutputForm) -> Result<()> {
    // ASCII records hold no line end: the edits have seen to it.
    if form.encoding == Encoding::Ascii {
        return Ok(());
    }
    let records = response.chunks(RESPONSE_BYTES + form.line_end().len());
    for (row, record) in yours.extract.rows_of(case).iter().zip(records) {
        if form
            .encoding
            .line_end_in(&record[..RESPONSE_BYTES])
            .is_some()
        {
            let extract = &yours.extract;
            let number = extract.record_number(row.offset());
            let problem = "its response record holds X'85', its own or of the other state's data, which is a line end in EBCDIC text; give --output-format fb, or --output-encoding ascii";
            return Err(Error::record(&extract.source.path, number, problem));
        }
    }
    Ok(())
}

/// Cuts the cases into runs of about [`TASK_RECORDS`] records.
fn tasks(yours: &Side) -> Vec<std::ops::Range<u32>> {
    let mut tasks = Vec::new();
    let (mut first, mut records) = (0, 0);
    let cases = &yours.extract.cases;
    for (number, case) in (0..).zip(cases) {
        records += case.row_count;
        if records >= TASK_RECORDS || number as usize + 1 == cases.len() {
            tasks.push(first..number + 1);
            (first, records) = (number + 1, 0);
        }
    }
    tasks
}
