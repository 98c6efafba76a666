//! Brings near what the matching of some cases will look at.
//!
//! A lookup by Case ID waits for memory several times over: for the place in the index, the posting,
//! the case, its rows, their records. Case by case these waits add up. Here each step is taken for
//! all cases of a batch before the next, so that the waits overlap; the matching itself then finds
//! everything at hand. Nothing is decided here and nothing is kept.

use std::hint::black_box;
use std::ops::Range;

use super::{Matcher, Side};
use crate::engine::extract::{CaseNumber, id_key};

/// How many cases are brought near at a time; callers match as many before they ask again.
pub(crate) const BATCH_CASES: u32 = 64;
/// Of a larger case only so many participants are brought near.
const MOST_ROWS: usize = 16;
/// Where the fields that a response shows lie in a record: a byte for each line of the cache.
const TOUCHED_BYTES: [u64; 3] = [0, 64, 120];

impl Matcher<'_> {
    /// Brings near the cases that tier 1 will find for these cases, [`BATCH_CASES`] at most.
    pub(crate) fn approach(&self, yours: &Side, cases: Range<CaseNumber>) {
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
