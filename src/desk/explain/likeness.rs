//! Detects SSNs that differ by a typing error.

use crate::engine::extract::{Extract, Row};
use crate::formats::record::nine_digits;

/// The difference between two similar SSNs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SsnLikeness {
    /// One digit differs.
    Digit,
    /// Two adjacent digits are exchanged.
    Exchanged,
}

/// The difference between two nine-digit numbers, if they are similar.
pub(super) fn likeness(mut a: u32, mut b: u32) -> Option<SsnLikeness> {
    let mut differing = 0;
    // The differing digits, from the right: position, ours, theirs.
    let mut pairs = [(0_u32, 0_u32, 0_u32); 2];
    for place in 0..9 {
        let (mine, theirs) = (a % 10, b % 10);
        (a, b) = (a / 10, b / 10);
        if mine != theirs {
            *pairs.get_mut(differing)? = (place, mine, theirs);
            differing += 1;
        }
    }
    let [(low, a_low, b_low), (high, a_high, b_high)] = pairs;
    match differing {
        1 => Some(SsnLikeness::Digit),
        2 if high == low + 1 && a_low == b_high && a_high == b_low => Some(SsnLikeness::Exchanged),
        _ => None,
    }
}

/// The number in an SSN field of nine digits, usable or not; `None` if it is absent.
pub(super) fn number_of(extract: &Extract, row: &Row) -> Option<u32> {
    if row.ssn_is_absent() {
        return None;
    }
    match row.ssn() {
        Some(ssn) => Some(ssn.number()),
        None => nine_digits(extract.field(row, extract.layout.ssn)),
    }
}

/// The difference between the SSNs of two participants, if they are similar. At least one must be
/// usable, because placeholders are similar by chance.
pub(super) fn ssn_likeness(
    (our_extract, ours): (&Extract, &Row),
    (their_extract, theirs): (&Extract, &Row),
) -> Option<SsnLikeness> {
    if ours.ssn().is_none() && theirs.ssn().is_none() {
        return None;
    }
    likeness(
        number_of(our_extract, ours)?,
        number_of(their_extract, theirs)?,
    )
}

/// All numbers that are similar to a nine-digit number.
pub(super) fn neighbours(number: u32) -> impl Iterator<Item = u32> {
    let digit = move |place: u32| number / 10_u32.pow(place) % 10;
    let changed = (0..9).flat_map(move |place| {
        let unit = 10_u32.pow(place);
        let base = number - digit(place) * unit;
        (0..10)
            .filter(move |&other| other != digit(place))
            .map(move |other| base + other * unit)
    });
    let exchanged = (0..8)
        .filter(move |&place| digit(place) != digit(place + 1))
        .map(move |place| {
            let (low, high) = (10_u32.pow(place), 10_u32.pow(place + 1));
            let base = number - digit(place) * low - digit(place + 1) * high;
            base + digit(place) * high + digit(place + 1) * low
        });
    changed.chain(exchanged)
}
