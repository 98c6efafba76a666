//! How each state numbers its participants. The same person has another Member ID in each state, so
//! that a program that mixes them up finds nobody, or the wrong person, and is noticed.

use super::text::Text;
use crate::formats::reference::State;

/// The number of Member IDs that a state can assign.
const NUMBERS: u64 = 9_000_000_000;
/// Member IDs have ten digits without leading zeroes, and what a style puts around them.
const FIRST: u64 = 1_000_000_000;
const DIGITS: usize = 10;
/// The offset between the numbers of two states. 54 times this is less than [`NUMBERS`], so that no
/// person has the same number in two states.
const STATE_STEP: u64 = 160_000_000;

/// How a state writes its Member IDs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberIdStyle {
    /// Ten digits.
    Plain,
    /// The state's two letters before them.
    Lettered,
    /// Two zeroes before them.
    Padded,
    /// A letter after them.
    Suffixed,
    /// Fifteen digits: the state's FIPS code and three zeroes before them.
    Full,
}

impl MemberIdStyle {
    /// The style of a state.
    pub fn of(state: State) -> Self {
        use MemberIdStyle::{Full, Lettered, Padded, Plain, Suffixed};
        [Plain, Lettered, Padded, Suffixed, Full][state.index() / 2 % 5]
    }

    /// The characters before and after the digits.
    fn around(self, state: State) -> (Text, &'static [u8]) {
        match self {
            MemberIdStyle::Plain => (Text::default(), b""),
            MemberIdStyle::Lettered => (Text::new(state.usps().as_bytes()), b""),
            MemberIdStyle::Padded => (Text::new(b"00"), b""),
            MemberIdStyle::Suffixed => (Text::default(), b"P"),
            MemberIdStyle::Full => {
                let mut before = Text::new(state.fips().as_bytes());
                before.push(b"000");
                (before, b"")
            }
        }
    }
}

/// The Member ID of a state's participant with this number, below `NUMBERS`.
pub fn member_id(state: State, number: u64) -> Text {
    let (mut id, after) = MemberIdStyle::of(state).around(state);
    let mut digits = [b'0'; DIGITS];
    let mut rest = FIRST + (number + state.index() as u64 * STATE_STEP) % NUMBERS;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    id.push(&digits);
    id.push(after);
    id
}

/// The number of the participant with a Member ID; `None` if the state assigns no such ID.
pub fn number_of(state: State, id: &[u8]) -> Option<u64> {
    let (before, after) = MemberIdStyle::of(state).around(state);
    let digits = id.strip_prefix(before.as_bytes())?.strip_suffix(after)?;
    let number: u64 = std::str::from_utf8(digits).ok()?.parse().ok()?;
    let place = number
        .checked_sub(FIRST)
        .filter(|_| digits.len() == DIGITS)?;
    Some((place + NUMBERS - state.index() as u64 * STATE_STEP) % NUMBERS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_another_id_in_each_state_from_which_it_is_read_back() {
        for number in [0, 31, 1_599_999_999, 7_599_999_999] {
            let mut seen = std::collections::BTreeSet::new();
            for state in State::all() {
                let id = member_id(state, number);
                assert!(id.len() <= 15, "the width of the field");
                assert_eq!(number_of(state, id.as_bytes()), Some(number));
                // The digits differ, whatever is around them.
                let text = String::from_utf8(id.as_bytes().to_vec()).unwrap();
                let digits = text.trim_end_matches('P');
                assert!(seen.insert(digits[digits.len() - DIGITS..].to_owned()));
            }
        }
        let texas = State::from_usps("TX").unwrap();
        assert_eq!(number_of(texas, b"12"), None);
    }
}
