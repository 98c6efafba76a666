//! Usable SSNs, a different one for each invented person.

use super::draws::Draws;
use crate::formats::record::SsnField;

/// The number of people that a family has room for.
pub const PEOPLE_OF_FAMILY: u64 = 16;
/// Areas 001-899 without 666, groups 01-99, serials 0001-9999 (matching.md, section 2).
const NUMBERS: u64 = 898 * GROUPS * SERIALS;
const GROUPS: u64 = 99;
const SERIALS: u64 = 9999;
/// Coprime to [`NUMBERS`].
const STEP: u64 = 549_755_813;
/// The inverse of `STEP` modulo `NUMBERS`.
const BACK: u64 = inverse(STEP, NUMBERS);

/// The inverse of `a` modulo `modulus`.
pub(super) const fn inverse(a: u64, modulus: u64) -> u64 {
    let (mut old_r, mut r) = (a as i128, modulus as i128);
    let (mut old_s, mut s) = (1_i128, 0_i128);
    while r != 0 {
        let quotient = old_r / r;
        (old_r, r) = (r, old_r - quotient * r);
        (old_s, s) = (s, old_s - quotient * s);
    }
    assert!(old_r == 1, "no factor in common");
    old_s.rem_euclid(modulus as i128) as u64
}

/// Assigns SSNs to the people of a seed, in order, spread over the whole range.
#[derive(Clone, Copy, Debug)]
pub struct SsnAllotment {
    first: u64,
    people: u64,
}

impl SsnAllotment {
    /// The maximum number of families with distinct SSNs.
    pub const MAX_FAMILIES: u64 = 50_000_000;

    /// The assignment for a seed and a number of families.
    pub fn new(seed: u64, families: u64) -> Self {
        SsnAllotment {
            first: Draws::of(seed, 0, 90, 0).below(NUMBERS),
            people: families * PEOPLE_OF_FAMILY,
        }
    }

    /// The SSN of a person.
    pub fn of(&self, person: u64) -> u32 {
        let mut place = person;
        loop {
            place = (place * STEP + self.first) % NUMBERS;
            let number = number_at(place);
            if is_usable(number) {
                return number;
            }
            // A placeholder: use the next number of the permutation. (Beyond four million families,
            // at most a dozen people could get a duplicate.)
        }
    }

    /// Whether nobody has this SSN, although it is usable.
    pub fn is_free(&self, number: u32) -> bool {
        if !is_usable(number) {
            return false;
        }
        let place = place_of(number);
        let mut person = (place + NUMBERS - self.first) % NUMBERS * BACK % NUMBERS;
        while !is_usable(number_at(person)) {
            person = (person + NUMBERS - self.first) % NUMBERS * BACK % NUMBERS;
        }
        person >= self.people
    }
}

fn number_at(place: u64) -> u32 {
    let (area, rest) = (place / (GROUPS * SERIALS), place % (GROUPS * SERIALS));
    let area = area + 1 + u64::from(area >= 665);
    (area * 1_000_000 + (rest / SERIALS + 1) * 10_000 + rest % SERIALS + 1) as u32
}

fn place_of(number: u32) -> u64 {
    let number = u64::from(number);
    let (area, group, serial) = (number / 1_000_000, number / 10_000 % 100, number % 10_000);
    let area = area - 1 - u64::from(area > 666);
    (area * GROUPS + group - 1) * SERIALS + serial - 1
}

fn is_usable(number: u32) -> bool {
    SsnField::parse(&digits(number)).usable().is_some()
}

/// The nine digits of a number.
pub fn digits(number: u32) -> [u8; 9] {
    let mut digits = [b'0'; 9];
    let mut rest = number;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_person_has_a_usable_ssn_of_their_own_and_the_rest_are_free() {
        let allotment = SsnAllotment::new(5, 5_000);
        let mut all: Vec<u32> = (0..80_000).map(|person| allotment.of(person)).collect();
        assert!(
            all.iter()
                .all(|&ssn| is_usable(ssn) && !allotment.is_free(ssn))
        );
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 80_000);
        assert!(allotment.is_free(allotment.of(80_000)));
        assert!(!allotment.is_free(123_456_789) && !allotment.is_free(900_010_001));
    }

    #[test]
    fn places_and_numbers_are_each_others_inverse() {
        for place in (0..NUMBERS).step_by(7_654_321).chain([0, NUMBERS - 1]) {
            assert_eq!(place_of(number_at(place)), place);
        }
        assert_eq!(
            (number_at(0), number_at(NUMBERS - 1)),
            (1_010_001, 899_999_999)
        );
    }
}
