//! The keys by which cases that are worth comparing find each other. They are digests: what is found
//! is compared afterwards, so that two keys that meet by chance do no harm.

use crate::engine::extract::{Case, Row};
use crate::formats::record::{CaseId, trim_end};
use crate::formats::reference::State;

/// What a key is made of.
#[derive(Clone, Copy)]
#[repr(u64)]
enum Kind {
    Naming = 1,
    Id,
    Ssn,
    NameAndBirth,
    TwoBirths,
    NamingNear,
    IdNear,
}

/// Of a case with more participants who have a date of birth, no two dates make a key: there would be
/// too many pairs.
const MOST_BIRTHS: usize = 8;

/// A quick digest, for the keys of each of a nation's participants.
#[inline]
fn mix(kind: Kind, value: u64) -> u32 {
    let kind = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(kind as u64);
    let x = (value ^ kind).wrapping_mul(0xff51_afd7_ed55_8ccd);
    ((x ^ (x >> 32)).wrapping_mul(0xc4ce_b9fe_1a85_ec53) >> 32) as u32
}

/// Keeps the cases of different states apart.
#[inline]
fn of_state(state: State) -> u64 {
    (state.index() as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// The keys of the participants: the SSN; name and date of birth; the dates of birth of two of them,
/// whatever their names and SSNs are.
#[inline]
fn of_rows(rows: &[Row], mut take: impl FnMut(u32)) {
    let (mut births, mut count) = ([0_u64; MOST_BIRTHS], 0);
    for row in rows.iter().filter(|row| row.class().is_some()) {
        if let Some(ssn) = row.ssn() {
            take(mix(Kind::Ssn, u64::from(ssn.number())));
        }
        let Some(birth) = row.date_of_birth() else {
            continue;
        };
        let days = u64::from(birth.days());
        if let Some(name) = row.name() {
            take(mix(Kind::NameAndBirth, name ^ days.rotate_left(40)));
        }
        if let Some(place) = births.get_mut(count) {
            *place = days;
        }
        count += 1;
    }
    let births = births.get(..count).unwrap_or_default();
    for (place, &a) in births.iter().enumerate() {
        for &b in births[..place].iter().filter(|&&b| b != a) {
            take(mix(Kind::TwoBirths, (a.min(b) << 32) | a.max(b)));
        }
    }
}

/// The base of the digest of a text, and its powers.
const BASE: u64 = 0x0100_0000_01b3;
const POWERS: [u64; 15] = {
    let mut powers = [1_u64; 15];
    let mut place = 1;
    while place < powers.len() {
        powers[place] = powers[place - 1].wrapping_mul(BASE);
        place += 1;
    }
    powers
};

/// The keys of what is left of a Case ID without leading zeroes if one byte is left out: two IDs that
/// differ in one byte, or by two neighbouring ones exchanged, have one in common.
#[inline]
fn with_one_left_out(kind: Kind, id: CaseId, salt: u64, mut take: impl FnMut(u32)) {
    let bytes = id.bytes();
    let bytes = trim_end(&bytes);
    let after = |digest: u64, byte: u8| digest.wrapping_mul(BASE).wrapping_add(u64::from(byte) + 1);
    let whole = bytes.iter().fold(0, |digest, &byte| after(digest, byte));
    // What stands before the byte, and the weight of the bytes after it.
    let mut before = 0_u64;
    for (&byte, weight) in bytes.iter().zip(POWERS[..bytes.len()].iter().rev()) {
        let rest = whole.wrapping_sub(after(before, byte).wrapping_mul(*weight));
        let left = before.wrapping_mul(*weight).wrapping_add(rest);
        take(mix(kind, left ^ salt));
        before = after(before, byte);
    }
}

/// The keys of a case: those that speak for themselves, and those that need something else beside them.
pub(super) struct Keys<A, B> {
    pub(super) sure: A,
    pub(super) near: B,
    /// Whether the latter are sought.
    pub(super) with_near: bool,
}

impl<A: FnMut(u32), B: FnMut(u32)> Keys<A, B> {
    /// The keys under which a case of yours looks.
    pub(super) fn of_yours(&mut self, state: State, case: &Case, rows: &[Row]) {
        let (id, named) = (case.data.id.without_leading_zeroes(), case.data.other_id);
        (self.sure)(mix(Kind::Naming, id.mixed() ^ of_state(state)));
        if self.with_near {
            with_one_left_out(Kind::NamingNear, id, of_state(state), &mut self.near);
        }
        if !named.is_blank() {
            let named = named.without_leading_zeroes();
            (self.sure)(mix(Kind::Id, named.mixed()));
            if self.with_near {
                with_one_left_out(Kind::IdNear, named, of_state(state), &mut self.near);
            }
        }
        of_rows(rows, &mut self.sure);
    }

    /// The keys under which a case of the other state is found.
    #[inline]
    pub(super) fn of_theirs(&mut self, case: &Case, rows: &[Row]) {
        let (id, named) = (case.data.id.without_leading_zeroes(), case.data.other_id);
        (self.sure)(mix(Kind::Id, id.mixed()));
        if let Some(state) = case.data.other_state {
            let named = named.without_leading_zeroes();
            if !named.is_blank() {
                (self.sure)(mix(Kind::Naming, named.mixed() ^ of_state(state)));
            }
            if self.with_near {
                with_one_left_out(Kind::IdNear, id, of_state(state), &mut self.near);
                with_one_left_out(Kind::NamingNear, named, of_state(state), &mut self.near);
            }
        }
        of_rows(rows, &mut self.sure);
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
        let log = (keys.max(64) * 16).next_power_of_two().ilog2().min(32);
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ids_one_slip_apart_have_a_key_in_common_and_others_none() {
        let keys = |id: &str| -> BTreeSet<u32> {
            let mut keys = BTreeSet::new();
            let id = CaseId::new(id.as_bytes());
            with_one_left_out(Kind::IdNear, id, 7, |key| {
                keys.insert(key);
            });
            keys
        };
        for (a, b, near) in [
            ("1234567", "1234567", true),
            ("1234567", "1234569", true),
            ("1234567", "9234567", true),
            ("1234567", "1235467", true),
            ("1234567", "1235466", false),
            ("1234567", "7654321", false),
            ("A12", "B13", false),
            ("", "1", false),
        ] {
            assert_eq!(!keys(a).is_disjoint(&keys(b)), near, "{a} {b}");
        }
    }
}
