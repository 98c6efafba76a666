//! Sets the SSN verification indicator of each row (verification.md, section 2).
//!
//! One lookup in the SSN master is several dependent cache misses. Rows are therefore processed in
//! batches, one step for all rows of a batch before the next, so that the misses overlap.

use super::edits::Editor;
use super::row::Row;
use crate::engine::ssn_check::{Indicator, SsnMaster};
use crate::formats::record::PersonName;

/// The number of rows per batch.
const BATCH_ROWS: usize = 64;

/// Sets the indicator of each row: blank if the SSN is absent, or if it is usable and no master was
/// given; N if it is invalid; otherwise Y if some record of the master with that SSN passes the
/// name test, N if none does. `file` holds the rows' records.
pub(super) fn set_ssn_indicators(rows: &mut [Row], editor: &Editor<'_>, file: &[u8]) {
    for row in rows.iter_mut().filter(|row| row.ssn_is_invalid()) {
        row.set_verification(Indicator::No);
    }
    if let Some(master) = editor.master {
        for batch in rows.chunks_mut(BATCH_ROWS) {
            verify_batch(batch, editor, master, file);
        }
    }
}

fn verify_batch(rows: &mut [Row], editor: &Editor<'_>, master: &SsnMaster, file: &[u8]) {
    let mut places: [std::ops::Range<u32>; BATCH_ROWS] = std::array::from_fn(|_| 0..0);
    for (row, place) in rows.iter().zip(&mut places) {
        if let Some(ssn) = row.ssn() {
            *place = master.bucket(ssn);
        }
    }
    let mut lines = [None; BATCH_ROWS];
    for ((row, place), line) in rows.iter().zip(&places).zip(&mut lines) {
        if let Some(ssn) = row.ssn() {
            *line = master.first_line(ssn, place.clone());
        }
    }
    let mut offsets = [0; BATCH_ROWS];
    for (line, offset) in lines.iter().zip(&mut offsets) {
        *offset = line.map_or(0, |line| master.offset(line));
    }
    // Touch the lines in the master, so that their cache misses overlap.
    let touched: u32 = offsets
        .iter()
        .map(|&offset| u32::from(master.byte(offset)))
        .sum();
    std::hint::black_box(touched);
    for (row, line) in rows.iter_mut().zip(&lines) {
        if let Some(ssn) = row.ssn() {
            let first = row.offset() as usize;
            let record = &file[first..first + row.length()];
            let layout = editor.layout;
            let (last, first) = (
                layout.last_name.of_trimmed(record),
                layout.first_name.of_trimmed(record),
            );
            // A row with a name key has both names; otherwise the fields decide.
            let same = row.name().is_some()
                && line.is_some_and(|line| master.has_names(line, last, first));
            let passes = || line.is_some() && master.verify(ssn, &PersonName::new(last, first));
            row.set_verification(if same || passes() {
                Indicator::Yes
            } else {
                Indicator::No
            });
        }
    }
}
