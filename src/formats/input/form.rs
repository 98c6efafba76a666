//! The forms of input files: text or RECFM=FB, ASCII or EBCDIC.

use memchr::{memchr, memchr2};

use super::cp037::{FROM_LATIN_1, TO_LATIN_1};

/// How a file is split into records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// One record per line, LF or CRLF, the last line with or without its ending.
    Text,
    /// RECFM=FB: records of exactly this many bytes, with no line ends.
    Fixed(usize),
}

/// The code page of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Encoding {
    /// ASCII; a byte of X'80' or above is ISO 8859-1.
    #[default]
    Ascii,
    /// EBCDIC code page 037.
    Cp037,
}

/// The number of bytes at the start of a file that decide its code page (layouts.md, section 4).
pub(super) const LOOK_BYTES: usize = 64 * 1024;

/// The line ends of EBCDIC text: new line and line feed.
const EBCDIC_NEW_LINE: u8 = 0x15;
/// EBCDIC's new line in ISO 8859-1.
const EBCDIC_NEW_LINE_LATIN_1: u8 = 0x85;

impl Encoding {
    /// The code page of a file that begins with these bytes. It is EBCDIC if, in the first 64 KiB,
    /// X'40' is more common than X'20' and X'F0'-X'F9' together are more common than X'30'-X'39'.
    pub fn of(bytes: &[u8]) -> Self {
        let head = &bytes[..bytes.len().min(LOOK_BYTES)];
        let mut counts = [0_usize; 256];
        for &byte in head {
            counts[usize::from(byte)] += 1;
        }
        let digits = |first: usize| counts[first..first + 10].iter().sum::<usize>();
        if counts[0x40] > counts[0x20] && digits(0xf0) > digits(0x30) {
            Encoding::Cp037
        } else {
            Encoding::Ascii
        }
    }

    /// Translates from this code page to ISO 8859-1, in place. With `new_line`, EBCDIC's X'15'
    /// becomes a line end, like X'25'; without it, it becomes the byte X'85'.
    pub(super) fn decode(self, bytes: &mut [u8], new_line: bool) {
        match self {
            Encoding::Ascii => {}
            Encoding::Cp037 => {
                let mut table = TO_LATIN_1;
                if new_line {
                    table[usize::from(EBCDIC_NEW_LINE)] = b'\n';
                }
                for byte in bytes {
                    *byte = table[usize::from(*byte)];
                }
            }
        }
    }

    /// The place of a byte that a line in this code page cannot contain, because a reader could
    /// take it for the line's end: a line feed, and in EBCDIC also X'85', which would become X'15'
    /// (decision 0010).
    #[inline]
    pub fn line_end_in(self, record: &[u8]) -> Option<usize> {
        match self {
            Encoding::Ascii => memchr(b'\n', record),
            Encoding::Cp037 => memchr2(b'\n', EBCDIC_NEW_LINE_LATIN_1, record),
        }
    }

    /// The word for messages.
    pub fn word(self) -> &'static str {
        match self {
            Encoding::Ascii => "ASCII",
            Encoding::Cp037 => "EBCDIC (code page 037)",
        }
    }

    /// Translates ISO 8859-1 to this code page, in place.
    pub fn encode(self, bytes: &mut [u8]) {
        match self {
            Encoding::Ascii => {}
            Encoding::Cp037 => bytes
                .iter_mut()
                .for_each(|b| *b = FROM_LATIN_1[usize::from(*b)]),
        }
    }
}

/// The requested form. `None` is detected from the bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InputForm {
    /// `--input-format`: true for RECFM=FB, false for text.
    pub fixed: Option<bool>,
    /// `--input-encoding`.
    pub encoding: Option<Encoding>,
}

impl Framing {
    /// The framing of these bytes: RECFM=FB if there is no line end and the length is a positive
    /// multiple of the record length (layouts.md, section 4).
    pub fn of(bytes: &[u8], record_bytes: usize, asked: Option<bool>) -> Self {
        let fixed = asked.unwrap_or_else(|| {
            !bytes.is_empty()
                && bytes.len().is_multiple_of(record_bytes)
                && bytes.last() != Some(&b'\r')
                && memchr(b'\n', bytes).is_none()
        });
        if fixed {
            Framing::Fixed(record_bytes)
        } else {
            Framing::Text
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ebcdic_is_told_by_its_spaces_and_digits() {
        assert_eq!(Encoding::of(b"\xc1\x40\x40\xf1\xf2 0"), Encoding::Cp037);
        assert_eq!(Encoding::of(b"\xc1\x40 \xf1\xf2"), Encoding::Ascii);
        assert_eq!(Encoding::of(b"\xc1\x40\xf11"), Encoding::Ascii);
        assert_eq!(Encoding::of(b"A@@ 12"), Encoding::Ascii);
        assert_eq!(Encoding::of(b""), Encoding::Ascii);
    }

    #[test]
    fn both_line_ends_of_ebcdic_are_line_ends_in_text_alone() {
        let mut text = *b"\xc1\x15\xc2\x25\xe9";
        Encoding::Cp037.decode(&mut text, true);
        assert_eq!(&text, b"A\nB\nZ");
        let mut fixed = *b"\xc1\x15\xc2\x25\x41";
        Encoding::Cp037.decode(&mut fixed, false);
        assert_eq!(&fixed, b"A\x85B\n\xa0");
    }

    #[test]
    fn fixed_records_are_assumed_where_nothing_else_fits() {
        assert_eq!(Framing::of(b"aabbcc", 2, None), Framing::Fixed(2));
        assert_eq!(Framing::of(b"aabbc", 2, None), Framing::Text);
        assert_eq!(Framing::of(b"aab\nc.", 2, None), Framing::Text);
        assert_eq!(Framing::of(b"", 2, None), Framing::Text);
        assert_eq!(Framing::of(b"a\nb\n", 2, Some(true)), Framing::Fixed(2));
    }
}
