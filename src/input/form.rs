//! The forms in which records come: text or RECFM=FB, ASCII or EBCDIC.

use memchr::memchr;

use super::cp037::FROM_LATIN_1;

/// How the records of a file are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// One record a line, LF or CRLF, the last line with or without its ending.
    Text,
    /// RECFM=FB: records of exactly this many bytes, with no line ends.
    Fixed(usize),
}

/// The code page of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Encoding {
    /// ASCII, or ISO 8859-1 where a byte is X'80' or above.
    #[default]
    Ascii,
    /// EBCDIC code page 037.
    Cp037,
}

impl Encoding {
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

/// The form that was asked for; what is `None` is found out from the bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InputForm {
    /// `--input-format`: true for RECFM=FB, false for text.
    pub fixed: Option<bool>,
    /// `--input-encoding`.
    pub encoding: Option<Encoding>,
}

impl Framing {
    /// The framing of these bytes: RECFM=FB is assumed where there is no line end and the length
    /// is a positive multiple of the record length (layouts.md, section 4).
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
    fn fixed_records_are_assumed_where_nothing_else_fits() {
        assert_eq!(Framing::of(b"aabbcc", 2, None), Framing::Fixed(2));
        assert_eq!(Framing::of(b"aabbc", 2, None), Framing::Text);
        assert_eq!(Framing::of(b"aab\nc.", 2, None), Framing::Text);
        assert_eq!(Framing::of(b"", 2, None), Framing::Text);
        assert_eq!(Framing::of(b"a\nb\n", 2, Some(true)), Framing::Fixed(2));
    }
}
