//! Prefetches what the matching of a batch of cases will read.
//!
//! One lookup by Case ID is a chain of cache misses: the bucket of the index, the posting, the
//! case, its rows, their records. Taken case by case, these latencies add up. Here each step is
//! taken for all cases of the batch before the next, so that the misses overlap and the matching
//! itself then hits the cache. This must not decide or store anything.

use std::hint::black_box;
use std::ops::Range;

use super::{Matcher, Side};
use crate::engine::extract::{CaseNumber, id_key};

/// The number of cases per prefetch. Callers match as many before they prefetch again.
pub(crate) const BATCH_CASES: u32 = 64;
/// At most this many participants of a case are prefetched.
const MOST_ROWS: usize = 16;
/// Offsets in a record that are read to prefetch it: one byte per cache line that has fields shown
/// in a response.
const TOUCHED_BYTES: [u64; 3] = [0, 64, 120];

impl Matcher<'_> {
    /// Prefetches the cases that tier 1 will find for `cases`, of which there are at most
    /// [`BATCH_CASES`].
    pub(crate) fn prefetch(&self, yours: &Side, cases: Range<CaseNumber>) {
        const BATCH: usize = BATCH_CASES as usize;
        let cases = &yours.extract.cases[cases.start as usize..cases.end as usize];
        let mut places: [Option<(&Side, u32, Range<u32>)>; BATCH] = [const { None }; BATCH];
        for (case, place) in cases.iter().zip(&mut places) {
            if !case.data.other_id.is_blank()
                && let Some(side) = case.data.other_state.and_then(|state| self.sides.of(state))
            {
                let key = id_key(case.data.other_id);
                *place = Some((side, key, side.extract.by_id.bucket(key)));
            }
        }
        let mut found: [Option<(&Side, u32)>; BATCH] = [None; BATCH];
        for (place, found) in places.into_iter().zip(&mut found) {
            *found = place.and_then(|(side, key, bucket)| {
                Some((side, side.extract.by_id.first_in(key, bucket)?))
            });
        }
        let mut rows: [Option<(&Side, Range<usize>)>; BATCH] = [const { None }; BATCH];
        for (found, rows) in found.iter().zip(&mut rows) {
            *rows = found.map(|(side, case)| (side, side.extract.cases[case as usize].rows()));
        }
        let mut touched = 0;
        for (side, rows) in rows.iter().flatten() {
            let last = rows.end.min(rows.start + MOST_ROWS) - 1;
            touched += side.extract.rows[rows.start].length() + side.extract.rows[last].length();
        }
        for (side, rows) in rows.into_iter().flatten() {
            let bytes = side.extract.source.bytes();
            for row in side.extract.rows[rows].iter().take(MOST_ROWS) {
                for byte in TOUCHED_BYTES {
                    let byte = bytes.get((row.offset() + byte) as usize);
                    touched += usize::from(byte.copied().unwrap_or_default());
                }
            }
        }
        black_box(touched);
    }
}
