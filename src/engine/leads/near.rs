//! Near misses of Case IDs and SSNs: one digit other, or two neighbouring ones exchanged.

use crate::formats::record::{CaseId, Ssn, one_slip_apart, trim_end};

/// Whether two SSNs are one slip apart.
pub(super) fn ssns_are_near(a: Ssn, b: Ssn) -> bool {
    one_slip_apart(&a.digits(), &b.digits())
}

/// Whether two Case IDs are one slip apart, but for leading zeroes. Blank ones are not.
pub(super) fn ids_are_near(a: CaseId, b: CaseId) -> bool {
    let digits = |id: CaseId| id.without_leading_zeroes().bytes();
    one_slip_apart(trim_end(&digits(a)), trim_end(&digits(b)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_digit_or_two_exchanged_are_near_and_nothing_else_is() {
        let id = |text: &str| CaseId::new(text.as_bytes());
        for (a, b, near) in [
            ("0001234", "0001235", true),
            ("1234", "0001324", true),
            ("1234", "1234", false),
            ("1234", "1243", true),
            ("1234", "2143", false),
            ("1234", "12345", false),
            ("A12", "B12", true),
            ("", "", false),
            ("", "1", false),
        ] {
            assert_eq!(ids_are_near(id(a), id(b)), near, "{a} {b}");
            assert_eq!(ids_are_near(id(b), id(a)), near, "{b} {a}");
        }
    }
}
