//! Normalised names and name keys (matching.md, section 3).

use std::fmt;
use std::sync::LazyLock;

use ahash::RandomState;

/// The widest name field, the last name, in bytes.
const NAME_BYTES: usize = 30;

/// A suffix is dropped where it is the last of two words or more: Jr. against Junior must not be a
/// discrepancy (seed, FAQ).
const SUFFIXES: [&[u8]; 10] = [
    b"JR", b"SR", b"JUNIOR", b"SENIOR", b"II", b"III", b"IV", b"2ND", b"3RD", b"4TH",
];

/// What a byte of a name is: a separator of words, dropped from the word, or the byte kept.
const SEPARATOR: u8 = 0;
const DROPPED: u8 = 1;

static BYTES: [u8; 256] = {
    let mut table = [SEPARATOR; 256];
    let mut byte = 0;
    while byte < 256 {
        let value = byte as u8;
        table[byte] = match value {
            b'a'..=b'z' => value - 32,
            b'A'..=b'Z' | b'0'..=b'9' | 0x80.. => value,
            b'\'' | b'-' => DROPPED,
            _ => SEPARATOR,
        };
        byte += 1;
    }
    table
};

/// One name field, normalised.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct NormalName {
    bytes: [u8; NAME_BYTES],
    length: u8,
}

impl NormalName {
    /// Normalises a field: ASCII letters upper-cased; cut into words at every byte that is not a
    /// letter, a digit, an apostrophe, a hyphen or X'80' and above; a suffix that is not the only
    /// word dropped; apostrophes and hyphens removed; the words joined.
    #[inline]
    pub fn new(field: &[u8]) -> Self {
        let mut bytes = [0; NAME_BYTES];
        let mut length = 0;
        let mut words = 0;
        // Where the last word begins: in the field, and in what is kept.
        let (mut word_first, mut word_end, mut kept_before_word) = (0, 0, 0);
        let mut in_word = false;
        for (at, &byte) in field.iter().take(NAME_BYTES).enumerate() {
            let kept = BYTES[usize::from(byte)];
            if kept == SEPARATOR {
                in_word = false;
                continue;
            }
            if !in_word {
                in_word = true;
                words += 1;
                word_first = at;
                kept_before_word = length;
            }
            word_end = at + 1;
            if kept != DROPPED {
                bytes[length] = kept;
                length += 1;
            }
        }
        if words >= 2 && is_suffix(&field[word_first..word_end]) {
            bytes[kept_before_word..length].fill(0);
            length = kept_before_word;
        }
        NormalName {
            bytes,
            length: length as u8,
        }
    }

    /// The bytes that are left.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    /// True where nothing is left.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The first `count` bytes, or all if there are fewer.
    #[inline]
    pub fn prefix(&self, count: usize) -> &[u8] {
        &self.bytes[..usize::from(self.length).min(count)]
    }
}

fn is_suffix(word: &[u8]) -> bool {
    word.len() <= 6
        && SUFFIXES
            .iter()
            .any(|suffix| word.eq_ignore_ascii_case(suffix))
}

/// Names that stand for no name (ours).
fn is_placeholder(name: &[u8]) -> bool {
    matches!(
        name,
        b"UNKNOWN"
            | b"UNK"
            | b"UNBORN"
            | b"BABY"
            | b"BABYBOY"
            | b"BABYGIRL"
            | b"INFANT"
            | b"NONAME"
            | b"NFN"
            | b"NLN"
    )
}

/// A person's normalised last and first name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PersonName {
    /// The normalised last name.
    pub last: NormalName,
    /// The normalised first name.
    pub first: NormalName,
}

impl PersonName {
    /// Normalises a last and a first name field.
    #[inline]
    pub fn new(last: &[u8], first: &[u8]) -> Self {
        PersonName {
            last: NormalName::new(last),
            first: NormalName::new(first),
        }
    }

    /// The name key, which exists only where both names are non-empty, neither is a placeholder,
    /// and the pair is not DOE with JOHN or JANE (ours).
    #[inline]
    pub fn key(&self) -> Option<NameKey> {
        let (last, first) = (self.last.as_bytes(), self.first.as_bytes());
        if last.is_empty() || first.is_empty() || is_placeholder(last) || is_placeholder(first) {
            return None;
        }
        if last == b"DOE" && matches!(first, b"JOHN" | b"JANE") {
            return None;
        }
        Some(NameKey::of(self))
    }
}

/// A digest of a name key: equal keys have equal digests. Unequal keys seldom share one, so that a
/// match by name compares the names themselves as well.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameKey(u64);

static HASH: LazyLock<RandomState> = LazyLock::new(|| {
    // Fixed seeds: nothing that is written depends on them, and runs stay comparable.
    RandomState::with_seeds(0x6963_7200, 0x6e61_6d65, 0x6b65_7900, 0x2026_1122)
});

impl NameKey {
    #[inline]
    fn of(name: &PersonName) -> Self {
        let mut joined = [0; 2 * NAME_BYTES + 1];
        let (last, first) = (name.last.as_bytes(), name.first.as_bytes());
        joined[..last.len()].copy_from_slice(last);
        // A zero byte between them: no accepted record holds one (E02).
        joined[last.len() + 1..last.len() + 1 + first.len()].copy_from_slice(first);
        let digest = HASH.hash_one(&joined[..last.len() + 1 + first.len()]);
        NameKey(digest.max(1))
    }

    /// The digest, never zero.
    #[inline]
    pub fn digest(self) -> u64 {
        self.0
    }
}

/// Names are people's data.
impl fmt::Debug for NormalName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NormalName({} bytes)", self.length)
    }
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonName(..)")
    }
}

impl fmt::Debug for NameKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NameKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(field: &str) -> String {
        String::from_utf8_lossy(NormalName::new(field.as_bytes()).as_bytes()).into_owned()
    }

    #[test]
    fn names_are_normalised_as_section_3_says() {
        for (field, expected) in [
            ("Smith", "SMITH"),
            ("SMITH JR", "SMITH"),
            ("SMITH Junior ", "SMITH"),
            ("SMITH, JR.", "SMITH"),
            ("JR", "JR"),
            ("O'Brien-Lee", "OBRIENLEE"),
            ("De La Cruz", "DELACRUZ"),
            ("SMITH 4TH", "SMITH"),
            ("SMITH 5TH", "SMITH5TH"),
            ("SMITH JR -", "SMITHJR"),
            ("SMITH J'R", "SMITHJR"),
            ("II III", "II"),
            ("- JR", ""),
            ("   ", ""),
            ("A.B", "AB"),
        ] {
            assert_eq!(normal(field), expected, "{field:?}");
        }
        assert_eq!(NormalName::new(b"Mu\xf1oz").as_bytes(), b"MU\xf1OZ");
    }

    #[test]
    fn keys_need_two_real_names() {
        let key =
            |last: &str, first: &str| PersonName::new(last.as_bytes(), first.as_bytes()).key();
        assert_eq!(key("SMITH JR", "ann"), key("smith", "ANN"));
        assert_ne!(key("SMITH", "ANN"), key("SMITHA", "NN"));
        for (last, first) in [
            ("", "ANN"),
            ("SMITH", " "),
            ("UNKNOWN", "ANN"),
            ("SMITH", "BABY BOY"),
            ("DOE", "Jane"),
            ("D'OE", "JOHN"),
            ("SMITH", "n.f.n."),
        ] {
            assert!(key(last, first).is_none(), "{last} {first}");
        }
        assert!(key("DOE", "ANN").is_some());
    }

    #[test]
    fn debug_shows_no_name() {
        let name = PersonName::new(b"SMITH", b"ANN");
        assert_eq!(
            format!("{name:?} {:?} {:?}", name.last, name.key()),
            "PersonName(..) NormalName(5 bytes) Some(NameKey(..))"
        );
    }
}
