//! Writes a state's response: cases are matched and rendered in parallel, and written in order.

use std::sync::{Mutex, PoisonError};

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

/// Receives a response piece by piece, so that this room need not know of files.
pub trait ResponseSink {
    /// Writes the next piece.
    ///
    /// # Errors
    /// If it cannot be written.
    fn take(&mut self, bytes: &[u8]) -> Result<()>;
}

/// The output of one task.
struct Rendered {
    response: Vec<u8>,
    totals: StateTotals,
    /// The cases of other states that answer its cases.
    claims: Vec<Claim>,
    /// The cases about which leads may be asked.
    asks: Vec<Ask>,
}

/// The buffers of responses that were written, for the next ones: memory that is given back to the
/// kernel is taken again page by page.
#[derive(Default)]
struct Buffers(Mutex<Vec<Vec<u8>>>);

impl Buffers {
    fn take(&self) -> Vec<u8> {
        let mut free = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        free.pop().unwrap_or_default()
    }

    fn give_back(&self, mut buffer: Vec<u8>) {
        buffer.clear();
        let mut free = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        free.push(buffer);
    }
}

/// The approximate number of records per task.
const TASK_RECORDS: u32 = 1000;
/// The number of tasks that are rendered before their output is written.
const WINDOW_TASKS: usize = 8;

/// Matches every case of a submitting state and writes its response to `sink`, in the order of the
/// cases' first records. Returns the totals, which balance, and if `with_asks` the cases for which
/// leads may be sought.
///
/// # Errors
/// Errors of the sink, totals that do not balance, and a requested stop.
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
    let buffers = Buffers::default();
    let render = |window: &[std::ops::Range<u32>]| -> Result<Vec<Rendered>> {
        let task = |cases: &std::ops::Range<u32>| {
            let mut totals = StateTotals::of(matcher.routine);
            let (mut claims, mut asks) = (Vec::new(), Vec::new());
            let mut scratch = Scratch::default();
            let records: u32 = cases
                .clone()
                .map(|number| yours.extract.cases[number as usize].row_count)
                .sum();
            let mut response = buffers.take();
            response.reserve(records as usize * record_bytes);
            for first in cases.clone().step_by(BATCH_CASES as usize) {
                let batch = first..cases.end.min(first + BATCH_CASES);
                matcher.prefetch(yours, batch.clone());
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
        // The first error in case order, so that it does not depend on the number of threads.
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
                for task in rendered {
                    sink.take(&task.response)?;
                    writing.advance(task.response.len() as u64);
                    totals += &task.totals;
                    for claim in task.claims {
                        claims.add(claim);
                    }
                    asks.extend(task.asks);
                    buffers.give_back(task.response);
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

/// Refuses records that cannot be written as lines, because a byte of theirs is a line end in the
/// code page. `response` has the case's records, each with its line end.
fn check_lines(yours: &Side, case: &Case, response: &[u8], form: OutputForm) -> Result<()> {
    // ASCII records have no line ends; edit E02 rejected them.
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

/// Splits the cases into ranges of about [`TASK_RECORDS`] records.
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
