//! Normalised names and name keys (matching.md, section 3).

use std::fmt;
use std::sync::LazyLock;

use ahash::RandomState;

/// The longest normalised name: the widest field, the last name, has 30 bytes, and each can be
/// folded into two (AE, TH, SS). No name is truncated.
const NAME_BYTES: usize = 60;

/// A suffix is dropped if it is the last of two or more words, because Jr. against Junior must not
/// be a discrepancy (seed, FAQ).
const SUFFIXES: [&[u8]; 10] = [
    b"JR", b"SR", b"JUNIOR", b"SENIOR", b"II", b"III", b"IV", b"2ND", b"3RD", b"4TH",
];

/// Table entries for bytes that are not kept as one letter or digit: a word separator.
const SEPARATOR: u8 = 0;
/// An apostrophe or a hyphen: part of a word, but removed.
const DROPPED: u8 = 1;
/// Letters that are folded into two.
const AE: u8 = 2;
const TH: u8 = 3;
const SS: u8 = 4;

/// How each byte is folded: to upper-case ASCII, from ISO 8859-1 with the apostrophes of
/// Windows-1252 (ours: states do not agree on accents, so MUÑOZ and MUNOZ must be one name).
static BYTES: [u8; 256] = {
    let mut table = [SEPARATOR; 256];
    let mut byte = 0;
    while byte < 256 {
        let value = byte as u8;
        table[byte] = match value {
            b'a'..=b'z' => value - 32,
            b'A'..=b'Z' | b'0'..=b'9' => value,
            b'\'' | b'-' | b'`' | 0x91 | 0x92 | 0xb4 | 0xad => DROPPED,
            0xc0..=0xc5 | 0xe0..=0xe5 => b'A',
            0xc6 | 0xe6 => AE,
            0xc7 | 0xe7 => b'C',
            0xc8..=0xcb | 0xe8..=0xeb => b'E',
            0xcc..=0xcf | 0xec..=0xef => b'I',
            0xd0 | 0xf0 => b'D',
            0xd1 | 0xf1 => b'N',
            0xd2..=0xd6 | 0xd8 | 0xf2..=0xf6 | 0xf8 => b'O',
            0xd9..=0xdc | 0xf9..=0xfc => b'U',
            0xdd | 0xfd | 0xff => b'Y',
            0xde | 0xfe => TH,
            0xdf => SS,
            _ => SEPARATOR,
        };
        byte += 1;
    }
    table
};

/// One name field, normalised.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct NormalName {
    bytes: [u8; NAME_BYTES],
    length: u8,
}

impl Default for NormalName {
    fn default() -> Self {
        NormalName {
            bytes: [0; NAME_BYTES],
            length: 0,
        }
    }
}

impl NormalName {
    /// Normalises a field: letters are folded to ASCII and upper case; every byte that is not a
    /// letter, digit, apostrophe or hyphen separates words; a suffix is dropped unless it is the
    /// only word; apostrophes and hyphens are removed; the words are joined.
    #[inline]
    pub fn new(field: &[u8]) -> Self {
        let mut bytes = [0; NAME_BYTES];
        let mut length = 0;
        let mut words = 0;
        let mut kept_before_word = 0;
        let mut in_word = false;
        let mut removed_from_word = false;
        for &byte in &field[..field.len().min(NAME_BYTES / 2)] {
            let kept = BYTES[usize::from(byte)];
            if kept == SEPARATOR {
                in_word = false;
                continue;
            }
            if !in_word {
                in_word = true;
                removed_from_word = false;
                words += 1;
                kept_before_word = length;
            }
            if kept > SS {
                bytes[length] = kept;
                length += 1;
            } else if kept == DROPPED {
                removed_from_word = true;
            } else {
                let two = match kept {
                    AE => b"AE",
                    TH => b"TH",
                    _ => b"SS",
                };
                bytes[length..length + 2].copy_from_slice(two);
                length += 2;
            }
        }
        // J'R is not the suffix JR, so a word from which something was removed does not count.
        let is_suffix = words >= 2 && !removed_from_word && {
            let word = &bytes[kept_before_word..length];
            word.len() <= 6 && SUFFIXES.contains(&word)
        };
        if is_suffix {
            bytes[kept_before_word..length].fill(0);
            length = kept_before_word;
        }
        NormalName {
            bytes,
            length: length as u8,
        }
    }

    /// The normalised bytes.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    /// True if the normalised name is empty.
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

/// Names that mean that there is no name (ours).
fn is_placeholder(name: &[u8]) -> bool {
    matches!(
        name,
        b"UNKNOWN"
            | b"UNK"
            | b"UNBORN"
            | b"BABY"
            | b"BABYBOY"
            | b"BABYGIRL"
            | b"BABYBOYA"
            | b"BABYBOYB"
            | b"BABYGIRLA"
            | b"BABYGIRLB"
            | b"BOY"
            | b"GIRL"
            | b"TWINA"
            | b"TWINB"
            | b"INFANT"
            | b"NONAME"
            | b"NFN"
            | b"NLN"
    )
}

/// A person's normalised last and first name.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
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

    /// The name key. It exists if both names are non-empty, neither is a placeholder, and the pair
    /// is not JOHN or JANE DOE (ours).
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

/// A middle name, normalised; NMN, NMI and NONE count as empty. The default is an empty one.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct MiddleName(NormalName);

/// How two middle names agree (matching.md, section 6) (ours: twins have the same last name and
/// date of birth, and often the same first given name).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MiddleAgreement {
    /// Agreement 2: both are given and equal.
    Equal,
    /// Agreement 1: both are given, and one is a prefix of the other.
    Prefix,
    /// Agreement 0: at least one is empty.
    Silent,
    /// Agreement 0, and both are given: they contradict each other.
    Contradict,
}

impl MiddleName {
    /// Normalises a middle name field.
    #[inline]
    pub fn new(field: &[u8]) -> Self {
        let name = NormalName::new(field);
        MiddleName(match name.as_bytes() {
            b"NMN" | b"NMI" | b"NONE" => NormalName::default(),
            _ => name,
        })
    }

    /// A middle name from bytes that are already normalised.
    pub(crate) fn exactly(normalised: &[u8]) -> Self {
        let mut name = NormalName::default();
        name.bytes[..normalised.len()].copy_from_slice(normalised);
        name.length = normalised.len() as u8;
        MiddleName(name)
    }

    /// The normalised bytes; empty if there is no middle name.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// How they agree.
    #[inline]
    pub fn agreement(&self, other: &Self) -> MiddleAgreement {
        let (a, b) = (self.as_bytes(), other.as_bytes());
        if a.is_empty() || b.is_empty() {
            MiddleAgreement::Silent
        } else if a == b {
            MiddleAgreement::Equal
        } else if a.starts_with(b) || b.starts_with(a) {
            MiddleAgreement::Prefix
        } else {
            MiddleAgreement::Contradict
        }
    }
}

/// Whether two normalised names are similar (matching.md, section 6): they differ by one
/// substituted, missing or extra byte, or by two adjacent bytes transposed. The shorter one has at
/// least three bytes.
pub fn names_are_near(a: &NormalName, b: &NormalName) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if short.len() < 3 {
        return false;
    }
    let same = short.iter().zip(long).take_while(|(x, y)| x == y).count();
    if short.len() == long.len() {
        let Some(rest) = short.get(same + 1..) else {
            return false;
        };
        let exchanged = same + 1 < short.len()
            && short[same] == long[same + 1]
            && short[same + 1] == long[same]
            && short[same + 2..] == long[same + 2..];
        *rest == long[same + 1..] || exchanged
    } else {
        short.len() + 1 == long.len() && short[same..] == long[same + 1..]
    }
}

/// A digest of a name key. Different keys rarely have the same digest, so a match by name must
/// compare the names as well.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameKey(u64);

static HASH: LazyLock<RandomState> = LazyLock::new(|| {
    // Fixed seeds: no output depends on them, but every run is then the same.
    RandomState::with_seeds(0x6963_7200, 0x6e61_6d65, 0x6b65_7900, 0x2026_1122)
});

impl NameKey {
    #[inline]
    fn of(name: &PersonName) -> Self {
        let mut joined = [0; 2 * NAME_BYTES + 1];
        let (last, first) = (name.last.as_bytes(), name.first.as_bytes());
        joined[..last.len()].copy_from_slice(last);
        // Separated by a zero byte, which normalised names do not have.
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

impl fmt::Debug for MiddleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MiddleName(..)")
    }
}

/// Names are personal data, so they are not shown.
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
    }

    #[test]
    fn letters_of_iso_8859_1_are_folded_to_ascii() {
        for (field, expected) in [
            (&b"Mu\xf1oz"[..], &b"MUNOZ"[..]),
            (b"PE\xd1A", b"PENA"),
            (b"\xc6B\xe6", b"AEBAE"),
            (b"STRAU\xdf", b"STRAUSS"),
            (b"\xde\xd3R", b"THOR"),
            (b"O\x92BRIEN", b"OBRIEN"),
            (b"O\xb4BRIEN", b"OBRIEN"),
            (b"O`BRIEN", b"OBRIEN"),
            (b"ANNA\xadLENA", b"ANNALENA"),
            // A no-break space separates words, and so does a byte that is not a letter.
            (b"SMITH\xa0JR", b"SMITH"),
            (b"A\xd7B", b"AB"),
            (b"SMITH \xcd\xcd", b"SMITH"),
            (
                &[0xc6; 30],
                &b"AEAEAEAEAEAEAEAEAEAEAEAEAEAEAEAEAEAEAEAEAEAEAEAEAEAEAEAEAEAE"[..],
            ),
        ] {
            assert_eq!(NormalName::new(field).as_bytes(), expected, "{field:?}");
        }
    }

    #[test]
    fn middle_names_agree_by_prefix_and_contradict_only_where_both_are_given() {
        use MiddleAgreement::{Contradict, Equal, Prefix, Silent};
        for (a, b, expected) in [
            ("LEE", "lee", Equal),
            ("L", "LEE", Prefix),
            ("LEE", "L.", Prefix),
            ("LEE", "", Silent),
            ("NMN", "LEE", Silent),
            ("none", "NMI", Silent),
            ("LEE", "LOU", Contradict),
        ] {
            let (a, b) = (MiddleName::new(a.as_bytes()), MiddleName::new(b.as_bytes()));
            assert_eq!(a.agreement(&b), expected);
            assert_eq!(b.agreement(&a), expected);
        }
    }

    #[test]
    fn near_names_differ_by_one_slip_of_the_pen() {
        for (a, b, near) in [
            ("JON", "JAN", true),
            ("JON", "JONN", true),
            ("JON", "JHON", true),
            ("JON", "OJN", true),
            ("JON", "JNO", true),
            ("JON", "JON", false),
            ("JO", "JON", false),
            ("JON", "NOJ", false),
            ("JON", "JONNY", false),
            ("MARIA", "MAIRA", true),
            ("MARIA", "AMRAI", false),
        ] {
            let (a, b) = (NormalName::new(a.as_bytes()), NormalName::new(b.as_bytes()));
            assert_eq!(names_are_near(&a, &b), near, "{a:?} {b:?}");
            assert_eq!(names_are_near(&b, &a), near);
        }
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
