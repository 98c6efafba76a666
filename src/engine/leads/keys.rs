//! The keys by which cases that are worth comparing find each other. They are digests: what is found
//! is compared afterwards, so that two keys that meet by chance do no harm.

use crate::engine::extract::{Case, Row};
use crate::formats::record::CaseId;
use crate::formats::reference::State;

/// The key of a case that names this case of yours, but for zeroes.
#[inline]
fn naming(state: State, id: CaseId) -> u32 {
    let state = (state.index() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mix(1, id.without_leading_zeroes().mixed() ^ state)
}

/// The key of a case with this Case ID, but for zeroes.
#[inline]
fn id(id: CaseId) -> u32 {
    mix(2, id.without_leading_zeroes().mixed())
}

/// The keys of a participant: the SSN; name and date of birth; date of birth with the first four digits
/// of the SSN, or with the last five, one half of which a wrong digit leaves as it was.
#[inline]
fn of_row(row: &Row, mut take: impl FnMut(u32)) {
    if row.class().is_none() {
        return;
    }
    let ssn = row.ssn();
    let birth = row.date_of_birth();
    if let Some(ssn) = ssn {
        take(mix(3, u64::from(ssn.number())));
    }
    if let Some(birth) = birth {
        let days = u64::from(birth.days());
        if let Some(name) = row.name() {
            take(mix(4, name ^ days.rotate_left(40)));
        }
        if let Some(ssn) = ssn {
            let number = u64::from(ssn.number());
            take(mix(5, (days << 32) | (number / 100_000)));
            take(mix(6, (days << 32) | (number % 100_000)));
        }
    }
}

/// A quick digest, for the keys of each of a nation's participants.
#[inline]
fn mix(kind: u64, value: u64) -> u32 {
    let x = (value ^ kind.wrapping_mul(0x9e37_79b9_7f4a_7c15)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let x = (x ^ (x >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    (x >> 32) as u32
}

/// The keys under which a case of yours looks.
pub(super) fn of_yours(state: State, case: &Case, rows: &[Row], mut take: impl FnMut(u32)) {
    take(naming(state, case.data.id));
    if !case.data.other_id.is_blank() {
        take(id(case.data.other_id));
    }
    for row in rows {
        of_row(row, &mut take);
    }
}

/// The keys under which a case of the other state is found.
#[inline]
pub(super) fn of_theirs(case: &Case, rows: &[Row], mut take: impl FnMut(u32)) {
    if let Some(state) = case
        .data
        .other_state
        .filter(|_| !case.data.other_id.is_blank())
    {
        take(naming(state, case.data.other_id));
    }
    take(id(case.data.id));
    for row in rows {
        of_row(row, &mut take);
    }
}

/// A set of keys that forgets which, but never that: a bit for some of a key's bits.
pub(super) struct Filter {
    bits: Vec<u64>,
    shift: u32,
}

impl Filter {
    /// An empty filter for about so many keys.
    pub(super) fn new(keys: usize) -> Self {
        let log = (keys.max(64) * 64).next_power_of_two().ilog2().min(32);
        Filter {
            bits: vec![0; (1_usize << log) / 64],
            shift: 32 - log,
        }
    }

    #[inline]
    fn place(&self, key: u32) -> (usize, u64) {
        let bit = (u64::from(key) >> self.shift) as usize;
        (bit / 64, 1 << (bit % 64))
    }

    pub(super) fn add(&mut self, key: u32) {
        let (word, bit) = self.place(key);
        self.bits[word] |= bit;
    }

    #[inline]
    pub(super) fn may_hold(&self, key: u32) -> bool {
        let (word, bit) = self.place(key);
        self.bits[word] & bit != 0
    }
}
