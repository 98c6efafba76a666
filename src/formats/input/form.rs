//! The forms in which records come: text, RECFM=FB or RECFM=VB, in ASCII, UTF-8 or EBCDIC.

use memchr::{memchr, memchr2};

use super::code_pages::{CP037, CP500, CP1047, CodePage};

/// How the records of a file that was read are separated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// One record per line, LF or CRLF, the last line with or without its ending.
    Text,
    /// RECFM=FB: records of exactly this many bytes, with no line ends.
    Fixed(usize),
}

/// How the records of a file are separated as it is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One record a line.
    Text,
    /// RECFM=FB: records of one length, without line ends.
    Fixed,
    /// RECFM=VB: a record descriptor word before each record; blocks may have one too. Such a file
    /// becomes text when it is read.
    Variable,
}

impl Format {
    /// All formats.
    pub const ALL: [Format; 3] = [Format::Text, Format::Fixed, Format::Variable];

    /// The word of options and manifests.
    pub fn word(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Fixed => "fb",
            Format::Variable => "vb",
        }
    }
}

/// The code page of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Encoding {
    /// ASCII; a byte of X'80' or above is ISO 8859-1.
    #[default]
    Ascii,
    /// UTF-8, of which columns are counted in characters. Nothing is written in it.
    Utf8,
    /// EBCDIC code page 037.
    Cp037,
    /// EBCDIC code page 1047.
    Cp1047,
    /// EBCDIC code page 1140: 037 with the euro sign.
    Cp1140,
    /// EBCDIC code page 500.
    Cp500,
}

/// The number of bytes at the start of a file that decide its code page (layouts.md, section 4).
pub(super) const LOOK_BYTES: usize = 64 * 1024;

/// What EBCDIC's new line, X'15', is in ISO 8859-1.
const EBCDIC_NEW_LINE_LATIN_1: u8 = 0x85;

/// What ends the lines of EBCDIC text, beside X'25', which always does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EbcdicLineEnd {
    /// X'25' alone.
    LineFeed,
    /// X'15', EBCDIC's new line.
    NewLine,
    /// X'0A', the line feed of ASCII that some transfers leave.
    AsciiLineFeed,
}

impl EbcdicLineEnd {
    /// The line end of EBCDIC text that begins with these bytes: X'15' or X'0A' where it is commoner
    /// than the other two, and so common that no line is much longer than a record; else such a
    /// byte is data (ours, decision 0010).
    pub(super) fn of(bytes: &[u8], record_bytes: usize, asked: Option<Format>) -> Self {
        let count = |byte: u8| memchr::memchr_iter(byte, bytes).count();
        let counts = [count(0x25), count(0x15), count(0x0a)];
        let most = counts[1].max(counts[2]);
        let common = asked == Some(Format::Text) || most * 2 * (record_bytes + 1) >= bytes.len();
        let ends = !matches!(asked, Some(Format::Fixed | Format::Variable));
        if !ends || most <= counts[0] || !common {
            EbcdicLineEnd::LineFeed
        } else if counts[1] >= counts[2] {
            EbcdicLineEnd::NewLine
        } else {
            EbcdicLineEnd::AsciiLineFeed
        }
    }
}

impl Encoding {
    /// All code pages.
    pub const ALL: [Encoding; 6] = [
        Encoding::Ascii,
        Encoding::Utf8,
        Encoding::Cp037,
        Encoding::Cp1047,
        Encoding::Cp1140,
        Encoding::Cp500,
    ];

    /// The code page of a file that begins with these bytes: EBCDIC where in the first 64 KiB X'40'
    /// is commoner than X'20', and X'F0'-X'F9' together commoner than X'30'-X'39'.
    pub fn of(bytes: &[u8]) -> Self {
        let head = &bytes[..bytes.len().min(LOOK_BYTES)];
        let mut counts = [0_usize; 256];
        for &byte in head {
            counts[usize::from(byte)] += 1;
        }
        let digits = |first: usize| counts[first..first + 10].iter().sum::<usize>();
        if counts[0x40] > counts[0x20] && digits(0xf0) > digits(0x30) {
            Self::of_ebcdic(&counts)
        } else {
            Encoding::Ascii
        }
    }

    /// The page of EBCDIC bytes: 037, unless brackets come in pairs where another page has them and
    /// none where 037 has them. The other differences are of signs that no record needs, so that
    /// they decide nothing (ours).
    fn of_ebcdic(counts: &[usize; 256]) -> Self {
        let brackets = |open: usize, close: usize| counts[open] > 0 && counts[close] > 0;
        let in_037 = counts[0xba] > 0 || counts[0xbb] > 0;
        if !in_037 && brackets(0xad, 0xbd) {
            Encoding::Cp1047
        } else if !in_037 && brackets(0x4a, 0x5a) {
            Encoding::Cp500
        } else {
            Encoding::Cp037
        }
    }

    fn page(self) -> Option<&'static CodePage> {
        match self {
            Encoding::Ascii | Encoding::Utf8 => None,
            Encoding::Cp037 | Encoding::Cp1140 => Some(&CP037),
            Encoding::Cp1047 => Some(&CP1047),
            Encoding::Cp500 => Some(&CP500),
        }
    }

    /// Whether it is an EBCDIC code page.
    pub fn is_ebcdic(self) -> bool {
        self.page().is_some()
    }

    /// The ISO 8859-1 byte of each byte of an EBCDIC code page, of which `end` makes line feeds;
    /// none where the code page is not EBCDIC.
    pub(super) fn table(self, end: EbcdicLineEnd) -> Option<[u8; 256]> {
        let mut table = self.page()?.to_latin_1;
        match end {
            EbcdicLineEnd::LineFeed => {}
            EbcdicLineEnd::NewLine => table[0x15] = b'\n',
            EbcdicLineEnd::AsciiLineFeed => table[0x0a] = b'\n',
        }
        Some(table)
    }

    /// Where a record holds a byte that a line of this code page cannot carry, since it may be read as
    /// the line's end: a line feed, and in EBCDIC X'85' too, of which X'15' is made (decision 0010).
    #[inline]
    pub fn line_end_in(self, record: &[u8]) -> Option<usize> {
        if self.is_ebcdic() {
            memchr2(b'\n', EBCDIC_NEW_LINE_LATIN_1, record)
        } else {
            memchr(b'\n', record)
        }
    }

    /// The word of options and manifests.
    pub fn word(self) -> &'static str {
        match self {
            Encoding::Ascii => "ascii",
            Encoding::Utf8 => "utf8",
            Encoding::Cp037 => "cp037",
            Encoding::Cp1047 => "cp1047",
            Encoding::Cp1140 => "cp1140",
            Encoding::Cp500 => "cp500",
        }
    }

    /// The words of messages.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Ascii => "ASCII",
            Encoding::Utf8 => "UTF-8",
            Encoding::Cp037 => "EBCDIC (code page 037)",
            Encoding::Cp1047 => "EBCDIC (code page 1047)",
            Encoding::Cp1140 => "EBCDIC (code page 1140)",
            Encoding::Cp500 => "EBCDIC (code page 500)",
        }
    }

    /// Translates ISO 8859-1 to this code page, in place; UTF-8 is not written.
    pub fn encode(self, bytes: &mut [u8]) {
        if let Some(page) = self.page() {
            for byte in bytes {
                *byte = page.from_latin_1[usize::from(*byte)];
            }
        }
    }

    /// Translates from an EBCDIC code page to ISO 8859-1, in place; other bytes are left.
    pub(super) fn decode(self, bytes: &mut [u8]) {
        if let Some(table) = self.table(EbcdicLineEnd::LineFeed) {
            for byte in bytes {
                *byte = table[usize::from(*byte)];
            }
        }
    }
}

/// The requested form. `None` is detected from the bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InputForm {
    /// `--input-format`.
    pub format: Option<Format>,
    /// `--input-encoding`.
    pub encoding: Option<Encoding>,
}

impl InputForm {
    /// Text as it lies, for files that this program writes or that are not records.
    pub const TEXT: InputForm = InputForm {
        format: Some(Format::Text),
        encoding: Some(Encoding::Ascii),
    };
}

impl Framing {
    /// The framing of these bytes: RECFM=FB is assumed where there is no line end and the length
    /// is a positive multiple of the record length (layouts.md, section 4).
    pub fn of(bytes: &[u8], record_bytes: usize, asked: Option<Format>) -> Self {
        let fixed = asked.map_or_else(
            || {
                !bytes.is_empty()
                    && bytes.len().is_multiple_of(record_bytes)
                    && bytes.last() != Some(&b'\r')
                    && memchr(b'\n', bytes).is_none()
            },
            |format| format == Format::Fixed,
        );
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
    fn the_page_is_told_where_brackets_decide_and_is_037_elsewhere() {
        for (bytes, page) in [
            (&b"\xc1\x40\xf1\xad\xc1\xbd"[..], Encoding::Cp1047),
            (b"\xc1\x40\xf1\x4a\xc1\x5a", Encoding::Cp500),
            (b"\xc1\x40\xf1\xba\xc1\xbb", Encoding::Cp037),
            (b"\xc1\x40\xf1\xad\xc1\xbd\xba", Encoding::Cp037),
            (b"\xc1\x40\xf1\x4a\x4f\x5f", Encoding::Cp037),
        ] {
            assert_eq!(Encoding::of(bytes), page);
        }
    }

    #[test]
    fn the_commonest_line_end_of_ebcdic_text_ends_its_lines() {
        let of = |bytes: &[u8]| EbcdicLineEnd::of(bytes, 4, None);
        assert_eq!(of(b"\xc1\x15\xc2\x15"), EbcdicLineEnd::NewLine);
        assert_eq!(of(b"\xc1\x0a\xc2\x0a"), EbcdicLineEnd::AsciiLineFeed);
        assert_eq!(of(b"\xc1\x25\xc2\x15"), EbcdicLineEnd::LineFeed);
        let fixed = EbcdicLineEnd::of(b"\xc1\x15\xc2\x15", 4, Some(Format::Fixed));
        assert_eq!(fixed, EbcdicLineEnd::LineFeed);
    }

    #[test]
    fn fixed_records_are_assumed_where_nothing_else_fits() {
        assert_eq!(Framing::of(b"aabbcc", 2, None), Framing::Fixed(2));
        assert_eq!(Framing::of(b"aabbc", 2, None), Framing::Text);
        assert_eq!(Framing::of(b"aab\nc.", 2, None), Framing::Text);
        assert_eq!(Framing::of(b"", 2, None), Framing::Text);
        let asked = Framing::of(b"a\nb\n", 2, Some(Format::Fixed));
        assert_eq!(asked, Framing::Fixed(2));
    }
}
