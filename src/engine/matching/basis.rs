//! Participant Match Basis (matching.md, section 6), response position 478 (ours): the rule by
//! which a counterpart was found, as a response shows it.

/// How a counterpart was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum MatchBasis {
    /// By SSN.
    S,
    /// N1: by name and date of birth.
    N1,
    /// N2: by name, where a date of birth is missing.
    N2,
    /// N1 or N2, in doubt.
    InDoubt,
    /// N3, a second look: dates of birth or middle names differ.
    N3,
    /// N4, a second look: one of the names differs a little.
    N4,
    /// N5, a second look: another last name.
    N5,
}

impl MatchBasis {
    /// All, in the order in which the rules are tried.
    pub const ALL: [MatchBasis; 7] = {
        use MatchBasis::{InDoubt, N1, N2, N3, N4, N5, S};
        [S, N1, N2, InDoubt, N3, N4, N5]
    };

    /// The value of the response field.
    pub fn code(self) -> &'static str {
        ["S", "1", "2", "D", "3", "4", "5"][self as usize]
    }

    /// The byte of the response field.
    #[inline]
    pub fn byte(self) -> u8 {
        b"S12D345"[self as usize]
    }

    /// Its place in [`MatchBasis::ALL`].
    #[inline]
    pub fn index(self) -> usize {
        self as usize
    }

    /// Parses the response field: a basis, or `Some(None)` for a blank; `None` if it is neither.
    #[inline]
    pub fn parse(field: &[u8]) -> Option<Option<Self>> {
        if field == b" " {
            return Some(None);
        }
        let named = MatchBasis::ALL.into_iter();
        named
            .map(Some)
            .find(|basis| basis.is_some_and(|basis| basis.code().as_bytes() == field))
    }

    /// Whether the response may show the SSN of a counterpart found this way. In doubt, or after a
    /// second look, it may not.
    #[inline]
    pub fn hands_out_ssn(self) -> bool {
        matches!(self, MatchBasis::S | MatchBasis::N1 | MatchBasis::N2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_is_read_as_what_it_stands_for() {
        for basis in MatchBasis::ALL {
            assert_eq!(
                MatchBasis::parse(basis.code().as_bytes()),
                Some(Some(basis))
            );
        }
        assert_eq!(MatchBasis::parse(b" "), Some(None));
        assert_eq!(MatchBasis::parse(b"s"), None);
        let silent = MatchBasis::ALL
            .iter()
            .filter(|basis| !basis.hands_out_ssn());
        assert_eq!(silent.map(|basis| basis.code()).collect::<String>(), "D345");
    }
}
