//! The 54 jurisdictions that take part in interstate case reconciliation.

use std::fmt;
use std::num::NonZeroU8;
use std::sync::LazyLock;

/// The number of jurisdictions: the states, DC, Guam, Puerto Rico and the Virgin Islands.
pub const STATE_COUNT: usize = 54;

/// A jurisdiction, as its place in the table (in order of FIPS code), from 1, so that
/// `Option<State>` takes one byte too.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct State(NonZeroU8);

struct Table {
    rows: Vec<(&'static str, &'static str, &'static str)>,
    /// The state of each two-digit FIPS code.
    by_fips: [Option<State>; 100],
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut rows = Vec::with_capacity(STATE_COUNT);
    let mut by_fips = [None; 100];
    for line in include_str!("jurisdictions.csv").lines().skip(1) {
        let mut cells = line.splitn(3, ',');
        if let (Some(fips), Some(usps), Some(name)) = (cells.next(), cells.next(), cells.next()) {
            if let Ok(code) = fips.parse::<usize>() {
                by_fips[code] = State::from_index(rows.len());
            }
            rows.push((fips, usps, name));
        }
    }
    Table { rows, by_fips }
});

impl State {
    /// The jurisdiction with the two-digit FIPS code at the start of these bytes.
    #[inline]
    pub fn from_fips(code: &[u8]) -> Option<State> {
        let [tens, ones] = *code.first_chunk::<2>()?;
        if !tens.is_ascii_digit() || !ones.is_ascii_digit() {
            return None;
        }
        TABLE.by_fips[usize::from(tens - b'0') * 10 + usize::from(ones - b'0')]
    }

    /// The jurisdiction with this USPS code, in either case.
    pub fn from_usps(usps: &str) -> Option<State> {
        Self::all().find(|s| s.usps().eq_ignore_ascii_case(usps))
    }

    /// The jurisdiction at this index of the table, from 0.
    pub fn from_index(index: usize) -> Option<State> {
        if index >= STATE_COUNT {
            return None;
        }
        NonZeroU8::new(index as u8 + 1).map(State)
    }

    /// All jurisdictions, in order of FIPS code.
    pub fn all() -> impl Iterator<Item = State> {
        (0..STATE_COUNT).filter_map(State::from_index)
    }

    /// Its index in the table, from 0.
    #[inline]
    pub fn index(self) -> usize {
        usize::from(self.0.get()) - 1
    }

    /// The two-digit FIPS code.
    pub fn fips(self) -> &'static str {
        TABLE.rows[self.index()].0
    }

    /// The two-letter USPS code.
    pub fn usps(self) -> &'static str {
        TABLE.rows[self.index()].1
    }

    /// The name.
    pub fn name(self) -> &'static str {
        TABLE.rows[self.index()].2
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.usps())
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.usps())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_54_and_each_is_found_by_both_codes() {
        assert_eq!(TABLE.rows.len(), STATE_COUNT);
        for state in State::all() {
            assert_eq!(State::from_fips(state.fips().as_bytes()), Some(state));
            assert_eq!(State::from_usps(&state.usps().to_lowercase()), Some(state));
        }
        assert_eq!(State::from_fips(b"03"), None);
        assert_eq!(State::from_fips(b"80"), None);
        assert_eq!(State::from_fips(b"0"), None);
        assert_eq!(State::from_fips(b"4 "), None);
    }
}
