//! Social Security numbers: absent, usable or invalid (matching.md, section 2).

use std::fmt;

/// A usable SSN: its nine digits as a number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ssn(u32);

/// The value of an SSN field.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SsnField {
    /// Blank or nine zeros.
    Absent,
    /// A number that SSA could have issued, and that is not a placeholder.
    Usable(Ssn),
    /// Any other value. It is not a key of any tier, no evidence for a match, and is never shown to
    /// the other state, because placeholders must not match strangers (ours).
    Invalid,
}

/// Numbers printed in advertisements and used as placeholders (ours).
const PLACEHOLDERS: [u32; 3] = [123_456_789, 78_051_120, 219_099_999];

impl SsnField {
    /// Parses a field of nine bytes.
    #[inline]
    pub fn parse(field: &[u8]) -> SsnField {
        let Some(number) = nine_digits(field) else {
            return if super::is_blank(field) {
                SsnField::Absent
            } else {
                SsnField::Invalid
            };
        };
        if number == 0 {
            return SsnField::Absent;
        }
        let (area, group, serial) = (number / 1_000_000, number / 10_000 % 100, number % 10_000);
        // [public: SSA] No number has area 000, 666 or 900-999, group 00 or serial 0000.
        let issued = area != 0 && area != 666 && area < 900 && group != 0 && serial != 0;
        let repeated = number.is_multiple_of(111_111_111);
        if issued && !repeated && !PLACEHOLDERS.contains(&number) {
            SsnField::Usable(Ssn(number))
        } else {
            SsnField::Invalid
        }
    }

    /// The usable SSN, if the field has one.
    #[inline]
    pub fn usable(self) -> Option<Ssn> {
        match self {
            SsnField::Usable(ssn) => Some(ssn),
            SsnField::Absent | SsnField::Invalid => None,
        }
    }
}

/// The number in a field of exactly nine digits.
#[inline]
pub(crate) fn nine_digits(field: &[u8]) -> Option<u32> {
    let digits: &[u8; 9] = field.try_into().ok()?;
    let mut number = 0;
    for digit in digits {
        let digit = digit.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number * 10 + u32::from(digit);
    }
    Some(number)
}

impl Ssn {
    /// The nine digits as a number, below 900,000,000.
    #[inline]
    pub fn number(self) -> u32 {
        self.0
    }

    /// The SSN with this [`Ssn::number`].
    #[inline]
    pub(crate) fn from_number(number: u32) -> Ssn {
        Ssn(number)
    }

    /// The nine digits.
    pub fn digits(self) -> [u8; 9] {
        let mut digits = [b'0'; 9];
        let mut rest = self.0;
        for digit in digits.iter_mut().rev() {
            *digit += (rest % 10) as u8;
            rest /= 10;
        }
        digits
    }
}

/// An SSN must never appear in a message, a log or a panic.
impl fmt::Debug for Ssn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ssn(***)")
    }
}

impl fmt::Debug for SsnField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SsnField::Absent => "Absent",
            SsnField::Usable(_) => "Usable(***)",
            SsnField::Invalid => "Invalid",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usability_follows_the_rules_of_section_2() {
        for (field, expected) in [
            ("         ", "Absent"),
            ("000000000", "Absent"),
            ("412660001", "Usable(***)"),
            ("899999998", "Usable(***)"),
            ("000120001", "Invalid"),
            ("666120001", "Invalid"),
            ("900120001", "Invalid"),
            ("999999999", "Invalid"),
            ("412000001", "Invalid"),
            ("412660000", "Invalid"),
            ("111111111", "Invalid"),
            ("123456789", "Invalid"),
            ("078051120", "Invalid"),
            ("219099999", "Invalid"),
            ("41266000", "Invalid"),
            ("41266 001", "Invalid"),
            ("4126600O1", "Invalid"),
        ] {
            assert_eq!(
                format!("{:?}", SsnField::parse(field.as_bytes())),
                expected,
                "{field}"
            );
        }
    }

    #[test]
    fn debug_never_shows_a_digit() {
        let ssn = SsnField::parse(b"412660001").usable().unwrap();
        assert_eq!(format!("{ssn:?}"), "Ssn(***)");
        assert_eq!(&ssn.digits(), b"412660001");
    }
}
