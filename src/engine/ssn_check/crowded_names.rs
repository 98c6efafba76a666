//! The names on record for one SSN, where they are too many to be compared one after the other: sets
//! that answer the name test exactly, with a number of lookups that does not grow with the names.
//! `passes_name_test` says what the test is; a name passes here if it passes there with one of them.

use ahash::AHashSet;

use super::tolerance::{FIRST, LAST, can_pass, key_of};
use crate::formats::record::PersonName;

/// The bytes of a normalised name.
const LETTERS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// The bytes of the last and the first name of which both must be equal.
const BOTH: usize = 4;

/// Up to ten bytes of a normalised name, six bits each. No two are packed alike.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Packed(u64);

impl Packed {
    fn of<'b>(bytes: impl IntoIterator<Item = &'b u8>) -> Self {
        let number = |byte: u8| match byte {
            b'0'..=b'9' => byte - b'0' + 1,
            _ => byte.wrapping_sub(b'A').wrapping_add(11) & 0x3f,
        };
        let push = |packed, &byte: &u8| packed << 6 | u64::from(number(byte));
        Packed(bytes.into_iter().fold(0, push))
    }

    /// The first bytes of both names, those of the last one padded.
    fn of_both(name: &PersonName) -> Self {
        let (last, first) = (name.last.prefix(BOTH), name.first.prefix(BOTH));
        let padded = Packed::of(last).0 << (6 * (BOTH - last.len()));
        Packed(padded << (6 * BOTH) | Packed::of(first).0)
    }
}

/// The names on record for one SSN.
#[derive(Default)]
pub(super) struct CrowdedNames {
    /// The keys of the test.
    keys: AHashSet<Packed>,
    /// The keys with one more byte of the last name.
    longer: AHashSet<Packed>,
    /// The first four bytes of last and first name.
    both: AHashSet<Packed>,
}

impl CrowdedNames {
    /// Adds a name.
    pub(super) fn insert(&mut self, name: &PersonName) {
        if can_pass(name) {
            self.keys.insert(Packed::of(key_of(name, LAST).bytes()));
            let longer = key_of(name, LAST + 1);
            self.longer.insert(Packed::of(longer.bytes()));
            self.both.insert(Packed::of_both(name));
        }
    }

    /// Whether the name test is passed with one of them.
    pub(super) fn pass(&self, name: &PersonName) -> bool {
        if !can_pass(name) {
            return false;
        }
        let key = key_of(name, LAST);
        self.keys.contains(&Packed::of(key.bytes()))
            || self.both.contains(&Packed::of_both(name))
            || self.hold_a_slip_of(key.bytes())
            || self.hold_a_removal_from(key_of(name, LAST + 1).bytes())
            || self.are_longer_by_one(key.bytes())
    }

    /// A key differs in one byte, or in two neighbouring bytes exchanged.
    fn hold_a_slip_of(&self, key: &[u8]) -> bool {
        let mut slip = [0; LAST + FIRST];
        let slip = &mut slip[..key.len()];
        (0..key.len()).any(|at| {
            slip.copy_from_slice(key);
            let other = LETTERS.iter().any(|&letter| {
                slip[at] = letter;
                self.keys.contains(&Packed::of(&*slip))
            });
            slip[at] = key[at];
            other
                || at + 1 < key.len() && {
                    slip.swap(at, at + 1);
                    self.keys.contains(&Packed::of(&*slip))
                }
        })
    }

    /// A key is what is left of `longer` without one byte.
    fn hold_a_removal_from(&self, longer: &[u8]) -> bool {
        (0..longer.len()).any(|at| {
            let rest = longer[..at].iter().chain(&longer[at + 1..]);
            self.keys.contains(&Packed::of(rest))
        })
    }

    /// What is left of a longer key without one byte is `key`.
    fn are_longer_by_one(&self, key: &[u8]) -> bool {
        (0..=key.len()).any(|at| {
            LETTERS.iter().any(|letter| {
                let longer = key[..at].iter().chain([letter]).chain(&key[at..]);
                self.longer.contains(&Packed::of(longer))
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::ssn_check::passes_name_test;

    /// Numbers in an order without pattern, the same in each run.
    struct Draw(u64);

    impl Draw {
        fn below(&mut self, limit: usize) -> usize {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            ((self.0 >> 33) as usize) % limit
        }

        /// Few letters, so that names are often near each other; sometimes any byte.
        fn name(&mut self, longest: usize) -> Vec<u8> {
            let length = self.below(longest + 1);
            let any = self.below(20) == 0;
            let mut byte = || {
                if any {
                    self.below(256) as u8
                } else {
                    b"ABZ9"[self.below(4)]
                }
            };
            (0..length).map(|_| byte()).collect()
        }

        /// A name with one slip, or with none.
        fn slip(&mut self, name: &[u8]) -> Vec<u8> {
            let mut name = name.to_vec();
            let at = self.below(name.len() + 1);
            match self.below(6) {
                0 => name.insert(at, b"ABZ9"[self.below(4)]),
                1 if at < name.len() => drop(name.remove(at)),
                2 if at + 1 < name.len() => name.swap(at, at + 1),
                3 if at < name.len() => name[at] = b"ABZ9"[self.below(4)],
                _ => {}
            }
            name
        }
    }

    #[test]
    fn crowded_names_answer_as_the_test_of_each_name_does() {
        let mut draw = Draw(20_261_122);
        let mut answers = [0_u32; 2];
        for round in 0..3000 {
            let count = draw.below(12);
            let names: Vec<(Vec<u8>, Vec<u8>)> =
                (0..count).map(|_| (draw.name(11), draw.name(6))).collect();
            let normal: Vec<PersonName> = names
                .iter()
                .map(|(last, first)| PersonName::new(last, first))
                .collect();
            let mut crowded = CrowdedNames::default();
            for name in &normal {
                crowded.insert(name);
            }
            for _ in 0..20 {
                let (last, first) = match names.get(draw.below(names.len() + 1)) {
                    Some((last, first)) => {
                        let once = draw.slip(last);
                        (draw.slip(&once), draw.slip(first))
                    }
                    None => (draw.name(11), draw.name(6)),
                };
                let name = PersonName::new(&last, &first);
                let expected = normal.iter().any(|other| passes_name_test(&name, other));
                assert_eq!(crowded.pass(&name), expected, "round {round}");
                answers[usize::from(expected)] += 1;
            }
        }
        assert!(answers.iter().all(|&count| count > 10_000), "{answers:?}");
    }

    #[test]
    fn no_two_keys_are_packed_alike() {
        let mut all: Vec<u64> = Vec::new();
        for a in LETTERS {
            all.push(Packed::of([a]).0);
            all.extend(LETTERS.iter().map(|b| Packed::of([a, b]).0));
        }
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
        let long = Packed::of(&[b'Z'; LAST + 1 + FIRST]).0;
        assert!(long < 1 << 54 && !all.contains(&0));
    }
}
