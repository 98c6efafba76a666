//! Detects cases that occur twice in a response. A correct response has each case once, identified
//! by its key (matching.md, section 1).

use ahash::{AHashSet, RandomState};

use super::{ReadCase, ResponseFields};
use crate::formats::record::trim_end;

/// The keys of the cases read so far, as 128-bit digests: 16 bytes per case, and long enough that
/// no two keys of a file collide by accident.
pub(super) struct KnownCases {
    digests: AHashSet<u128>,
    halves: [RandomState; 2],
}

impl Default for KnownCases {
    fn default() -> Self {
        let seeded = |seed| RandomState::with_seeds(seed, 2, 3, 4);
        KnownCases {
            digests: AHashSet::default(),
            halves: [seeded(1), seeded(5)],
        }
    }
}

impl KnownCases {
    /// Adds a case. Returns whether it is new.
    pub(super) fn add(&mut self, case: &ReadCase<'_>, fields: &ResponseFields) -> bool {
        let (case_id, state) = fields.family(&case.first().bytes);
        let key = (
            trim_end(case_id),
            state,
            trim_end(case.other_case_id(fields)),
        );
        let [high, low] = [0, 1].map(|half: usize| u128::from(self.halves[half].hash_one(key)));
        self.digests.insert(high << 64 | low)
    }
}
