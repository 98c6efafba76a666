//! The name test: SSA's tolerance for names (public: SSA match criteria as documented for a state
//! batch).

use crate::formats::record::{PersonName, one_slip_apart};

/// The numbers of bytes of the last and of the first name in the key of the test.
pub(super) const LAST: usize = 7;
pub(super) const FIRST: usize = 1;

/// A name without a last or a first part never passes.
pub(super) fn can_pass(name: &PersonName) -> bool {
    !name.last.is_empty() && !name.first.is_empty()
}

/// Whether two names may be one person's (verification.md, section 2). A name without a last or a
/// first part never passes.
pub fn passes_name_test(ours: &PersonName, theirs: &PersonName) -> bool {
    if !can_pass(ours) || !can_pass(theirs) {
        return false;
    }
    let (a, b) = (key_of(ours, LAST), key_of(theirs, LAST));
    if a.bytes() == b.bytes() {
        return true;
    }
    if ours.last.prefix(4) == theirs.last.prefix(4)
        && ours.first.prefix(4) == theirs.first.prefix(4)
    {
        return true;
    }
    one_slip_apart(a.bytes(), b.bytes())
        || gives_by_removal(key_of(ours, LAST + 1).bytes(), b.bytes())
        || gives_by_removal(key_of(theirs, LAST + 1).bytes(), a.bytes())
}

/// The first bytes of the last name, followed by the first bytes of the first name.
pub(super) struct Key {
    bytes: [u8; LAST + 1 + FIRST],
    length: usize,
}

/// The key of a name, with so many bytes of the last name.
pub(super) fn key_of(name: &PersonName, last_bytes: usize) -> Key {
    let (last, first) = (name.last.prefix(last_bytes), name.first.prefix(FIRST));
    let mut bytes = [0; LAST + 1 + FIRST];
    bytes[..last.len()].copy_from_slice(last);
    bytes[last.len()..last.len() + first.len()].copy_from_slice(first);
    Key {
        bytes,
        length: last.len() + first.len(),
    }
}

impl Key {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// Deleting one byte of `long` gives `short`.
fn gives_by_removal(long: &[u8], short: &[u8]) -> bool {
    if long.len() != short.len() + 1 {
        return false;
    }
    let same = long.iter().zip(short).take_while(|(x, y)| x == y).count();
    long[same + 1..] == short[same..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tolerance_passes_and_what_exceeds_it_fails() {
        for (ours, theirs, passes) in [
            (("ALVAREZ", "MARCO"), ("ALVAREZ", "MARIA"), true),
            (("ALVAREZ", "MARCO"), ("ALVARES", "MARCO"), true),
            (("ALVAREZ", "MARCO"), ("ALVARSE", "LUIS"), false),
            (("ALVAREZ", "MARCO"), ("ALVAERZ", "MIA"), true),
            (("ALVA", "MARCUS"), ("ALVAREZ", "MARC"), true),
            (("ALVA", "MARK"), ("ALVAREZ", "MARC"), false),
            (("LEE", "ANN"), ("LEES", "ANN"), true),
            (("LEE", "ANN"), ("LE", "ANN"), true),
            (("LEE", "ANN"), ("L", "ANN"), false),
            (("LEE", "ANN"), ("LEE", "BOB"), true),
            (("LEE", "ANN"), ("LOE", "BOB"), false),
            (("LEE", "ANN"), ("", "ANN"), false),
            (("LEE", ""), ("LEE", ""), false),
            // Nine bytes against eight: the eighth byte of the last name counts here.
            (("ABCDEFGH", "X"), ("ABCDFGH", "X"), true),
        ] {
            let a = PersonName::new(ours.0.as_bytes(), ours.1.as_bytes());
            let b = PersonName::new(theirs.0.as_bytes(), theirs.1.as_bytes());
            assert_eq!(passes_name_test(&a, &b), passes, "{ours:?} {theirs:?}");
            assert_eq!(passes_name_test(&b, &a), passes, "{theirs:?} {ours:?}");
        }
    }
}
