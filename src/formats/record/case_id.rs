//! Case IDs: 15 bytes, compared byte by byte, without normalisation.

use std::fmt;

use super::{is_blank, trim_end};

/// The length of a Case ID in bytes.
const CASE_ID_BYTES: usize = 15;

/// A Case ID, padded to 15 bytes and packed with the first bytes highest, so that comparing values
/// compares bytes. The lowest byte is unused and always zero. (Two u64 instead of one u128, which
/// would be aligned to 16 bytes and enlarge every struct.)
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct CaseId([u64; 2]);

/// Fifteen zeroes.
const ALL_ZEROES: CaseId = CaseId::pack(&[b'0'; CASE_ID_BYTES]);

impl CaseId {
    /// Fifteen spaces.
    pub const BLANK: CaseId = CaseId::pack(&[b' '; CASE_ID_BYTES]);

    /// Sorts before every ID: the lower end of a range.
    pub const LOWEST: CaseId = CaseId([0; 2]);

    /// Sorts after every ID: the upper end of a range.
    pub const HIGHEST: CaseId = CaseId([u64::MAX; 2]);

    const fn pack(field: &[u8; CASE_ID_BYTES]) -> CaseId {
        let mut bytes = [0; 16];
        let mut at = 0;
        while at < CASE_ID_BYTES {
            bytes[at] = field[at];
            at += 1;
        }
        Self::unpacked(u128::from_be_bytes(bytes))
    }

    /// Packs a field. A field shorter than 15 bytes is padded.
    #[inline]
    pub fn new(field: &[u8]) -> Self {
        if let Ok(field) = field.try_into() {
            return Self::pack(field);
        }
        let mut padded = [b' '; CASE_ID_BYTES];
        let bytes = field.len().min(CASE_ID_BYTES);
        padded[..bytes].copy_from_slice(&field[..bytes]);
        Self::pack(&padded)
    }

    /// Reads an ID as text has it (cli.md): each byte is its ISO 8859-1 character. `None` where a
    /// character is none of these, or there are more than 15.
    pub fn from_text(text: &str) -> Option<Self> {
        let bytes: Option<Vec<u8>> = text
            .chars()
            .map(|character| u8::try_from(u32::from(character)).ok())
            .collect();
        let bytes = bytes?;
        let id = trim_end(&bytes);
        (id.len() <= CASE_ID_BYTES).then(|| Self::new(id))
    }

    /// True for fifteen spaces.
    #[inline]
    pub fn is_blank(self) -> bool {
        self == Self::BLANK
    }

    /// The ID without leading zeroes, which may follow leading ASCII letters (matching.md, section
    /// 9): AB007 becomes AB7, and 007 becomes 7.
    #[inline]
    #[must_use]
    pub fn without_leading_zeroes(self) -> Self {
        let packed = self.packed();
        if !self.starts_with_a_letter() {
            let zeroes = (packed ^ ALL_ZEROES.packed()).leading_zeros() / 8;
            return match zeroes {
                0 => self,
                1..15 => {
                    // What is left, and spaces behind it; the lowest byte stays unused.
                    let spaces = Self::BLANK.packed() & ((1 << (8 * (zeroes + 1))) - 1);
                    Self::unpacked(packed << (8 * zeroes) | spaces)
                }
                _ => Self::BLANK,
            };
        }
        let bytes = self.bytes();
        let letters = bytes
            .iter()
            .take_while(|byte| byte.is_ascii_alphabetic())
            .count();
        let zeroes = bytes[letters..]
            .iter()
            .take_while(|&&byte| byte == b'0')
            .count();
        if zeroes == 0 {
            return self;
        }
        let mut kept = [b' '; CASE_ID_BYTES];
        kept[..letters].copy_from_slice(&bytes[..letters]);
        let rest = &bytes[letters + zeroes..];
        kept[letters..letters + rest.len()].copy_from_slice(rest);
        Self::pack(&kept)
    }

    #[inline]
    fn starts_with_a_letter(self) -> bool {
        ((self.0[0] >> 56) as u8).is_ascii_alphabetic()
    }

    #[inline]
    const fn packed(self) -> u128 {
        (self.0[0] as u128) << 64 | self.0[1] as u128
    }

    #[inline]
    const fn unpacked(packed: u128) -> Self {
        CaseId([(packed >> 64) as u64, packed as u64])
    }

    /// The fifteen bytes.
    #[inline]
    pub fn bytes(self) -> [u8; CASE_ID_BYTES] {
        let mut bytes = [0; CASE_ID_BYTES];
        let [high, low] = self.0.map(u64::to_be_bytes);
        bytes[..8].copy_from_slice(&high);
        bytes[8..].copy_from_slice(&low[..CASE_ID_BYTES - 8]);
        bytes
    }

    /// A well-mixed 64-bit digest. Different IDs rarely have the same digest.
    #[inline]
    pub fn mixed(self) -> u64 {
        let [high, low] = self.0;
        let product =
            u128::from(high ^ 0x9e37_79b9_7f4a_7c15) * u128::from(low ^ 0xd6e8_feb8_6659_fd93);
        let folded = (product >> 64) as u64 ^ product as u64;
        (folded ^ low.rotate_left(32)).wrapping_mul(0xff51_afd7_ed55_8ccd) ^ (folded >> 29)
    }
}

/// Case IDs identify a case, so they are shown only where that is the purpose.
impl fmt::Debug for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CaseId(..)")
    }
}

/// The edits E03 and W12: a Case ID must not be blank, start with a space, consist of zeros and
/// spaces only, or contain `*` or `\` (public: IV-D case identifier standard, 27 Sep 2004).
#[inline]
pub fn case_id_is_valid(field: &[u8]) -> bool {
    let only_zeros = field.iter().all(|byte| matches!(byte, b'0' | b' '));
    let forbidden = field.iter().any(|byte| matches!(byte, b'*' | b'\\'));
    !is_blank(field) && !field.starts_with(b" ") && !only_zeros && !forbidden
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn validity_follows_the_identifier_standard() {
        for (id, valid) in [
            ("A1             ", true),
            ("               ", false),
            (" A1            ", false),
            ("000            ", false),
            ("0 0            ", false),
            ("0001           ", true),
            ("A*1            ", false),
            ("A\\1            ", false),
        ] {
            assert_eq!(case_id_is_valid(id.as_bytes()), valid, "{id:?}");
        }
    }

    #[test]
    fn packing_keeps_bytes_and_their_order() {
        let ids: [&[u8]; 4] = [
            b"               ",
            b"001            ",
            b"1              ",
            b"a\xe9             ",
        ];
        for pair in ids.windows(2) {
            assert!(CaseId::new(pair[0]) < CaseId::new(pair[1]));
        }
        assert_eq!(&CaseId::new(ids[3]).bytes()[..], ids[3]);
        assert_eq!(CaseId::new(b"1"), CaseId::new(ids[2]));
        assert!(CaseId::new(b"").is_blank());
    }

    #[test]
    fn text_is_read_as_it_is_written() {
        let id = CaseId::new(b"A\xc9\x80 1");
        assert_eq!(
            CaseId::from_text(&super::super::text(&id.bytes())),
            Some(id)
        );
        assert_eq!(CaseId::from_text(""), Some(CaseId::BLANK));
        assert_eq!(CaseId::from_text("1   "), Some(CaseId::new(b"1")));
        assert_eq!(CaseId::from_text("\u{142}1"), None);
        assert_eq!(CaseId::from_text("1234567890123456"), None);
    }

    #[test]
    fn leading_zeroes_are_dropped_also_behind_letters() {
        for (id, kept) in [
            ("007", "7"),
            ("000000000000007", "7"),
            ("100", "100"),
            ("000000000000000", ""),
            ("AB007", "AB7"),
            ("AB00", "AB"),
            ("0A0", "A0"),
            ("-01", "-01"),
            ("", ""),
            ("123456789012345", "123456789012345"),
        ] {
            let id = CaseId::new(id.as_bytes());
            assert_eq!(
                id.without_leading_zeroes(),
                CaseId::new(kept.as_bytes()),
                "{kept}"
            );
        }
    }

    #[test]
    fn debug_shows_no_identifier() {
        assert_eq!(format!("{:?}", CaseId::new(b"SECRET")), "CaseId(..)");
    }
}
