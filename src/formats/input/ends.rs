//! What comes before the first record and after the last and is not a record: a byte-order mark, and
//! padding.

use std::ops::Range;

use super::{Format, Framing};

/// The byte-order mark of UTF-8.
pub(super) const MARK: &[u8] = b"\xef\xbb\xbf";

/// Whether a byte is padding after the last record: a blank, X'00', or X'1A', which ended files of
/// older systems.
#[inline]
pub(super) fn is_padding(byte: u8) -> bool {
    matches!(byte, b' ' | 0 | 0x1a)
}

/// Where the records of a file lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Body {
    /// The bytes of its records and line ends.
    pub(super) range: Range<usize>,
    pub(super) framing: Framing,
}

impl Body {
    /// The body of a file that was translated to ISO 8859-1, or was never anything else.
    pub(super) fn of(bytes: &[u8], record_bytes: usize, asked: Option<Format>) -> Self {
        let first = if bytes.starts_with(MARK) {
            MARK.len()
        } else {
            0
        };
        let body = &bytes[first..];
        let (end, framing) = without_padding(body, record_bytes, asked);
        Body {
            range: first..first + end,
            framing,
        }
    }
}

/// Where the last record ends, and how the records are separated. Padding that is all there is
/// stays: such a file is reported as blank.
fn without_padding(body: &[u8], record_bytes: usize, asked: Option<Format>) -> (usize, Framing) {
    let framing = Framing::of(body, record_bytes, asked);
    let core = body
        .iter()
        .rposition(|&byte| !is_padding(byte))
        .map_or(0, |last| last + 1);
    if core == 0 {
        return (body.len(), framing);
    }
    // Padding may hide that the file is RECFM=FB.
    let fixed_end = core.next_multiple_of(record_bytes);
    if let Framing::Fixed(_) = framing {
        return (fixed_end.min(body.len()), framing);
    }
    // Blanks may be part of longer records.
    let beyond = body.get(fixed_end..).unwrap_or_default();
    let no_blanks = !beyond.is_empty() && beyond.iter().all(|byte| matches!(byte, 0 | 0x1a));
    if asked.is_none() && no_blanks {
        let fixed = Framing::of(&body[..fixed_end], record_bytes, asked);
        if fixed != Framing::Text && body.len() > record_bytes {
            return (fixed_end, fixed);
        }
    }
    (text_end(body).unwrap_or(body.len()), Framing::Text)
}

/// Where the last line ends that is not padding alone; none where all are. An empty line is a record (layouts.md,
/// section 4). Blanks at the end of a line that holds something are the record's.
fn text_end(body: &[u8]) -> Option<usize> {
    let mut end = body.len();
    loop {
        let rest = &body[..end];
        // The line end of the last line, if it has one, is between it and what follows.
        let text = rest.strip_suffix(b"\n").unwrap_or(rest);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        let first = memchr::memrchr(b'\n', text).map_or(0, |at| at + 1);
        let line = &text[first..];
        if line.is_empty() || !line.iter().all(|&byte| is_padding(byte)) {
            let low = line
                .iter()
                .rposition(|&byte| !matches!(byte, 0 | 0x1a))
                .map_or(0, |last| last + 1);
            // X'00' and X'1A' behind a last record that has no line end.
            if !line.is_empty() && text.len() == rest.len() && low < line.len() {
                return Some(first + low);
            }
            return Some(end);
        }
        if first == 0 {
            return None;
        }
        end = first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(bytes: &[u8]) -> (&[u8], Framing) {
        let body = Body::of(bytes, 4, None);
        (&bytes[body.range.clone()], body.framing)
    }

    #[test]
    fn a_mark_and_padding_are_no_records() {
        use Framing::{Fixed, Text};
        for (bytes, expected, framing) in [
            (&b"\xef\xbb\xbfab\ncd\n"[..], &b"ab\ncd\n"[..], Text),
            (b"ab\ncd\n\x1a", b"ab\ncd\n", Text),
            (b"ab\r\ncd\r\n\x1a\0\0", b"ab\r\ncd\r\n", Text),
            (b"ab\ncd\x1a", b"ab\ncd", Text),
            (b"ab\ncd \0\0", b"ab\ncd ", Text),
            (b"ab\ncd  ", b"ab\ncd  ", Text),
            (b"ab\ncd\n    \n  \n", b"ab\ncd\n", Text),
            (b"ab\ncd\n\n", b"ab\ncd\n\n", Text),
            (b"ab\ncd\n\n\x1a", b"ab\ncd\n\n", Text),
            (b"a\0\nc\n", b"a\0\nc\n", Text),
            (b"abcdefgh\x1a", b"abcdefgh", Fixed(4)),
            (b"abcdef  \0\0\0", b"abcdef  ", Fixed(4)),
            (b"abcdef              ", b"abcdef  ", Fixed(4)),
            (b"abcdef   ", b"abcdef   ", Text),
            (b"\xef\xbb\xbfabcdefgh", b"abcdefgh", Fixed(4)),
            (b"    \0\0", b"    \0\0", Text),
            (b"\xef\xbb\xbf", b"", Text),
            (b"", b"", Text),
        ] {
            assert_eq!(body(bytes), (expected, framing), "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn what_was_asked_for_stands() {
        let text = Body::of(b"abcdefgh\x1a", 4, Some(Format::Text));
        assert_eq!((text.range, text.framing), (0..8, Framing::Text));
        let fixed = Body::of(b"abc\nefg\n\0\0", 4, Some(Format::Fixed));
        assert_eq!((fixed.range, fixed.framing), (0..8, Framing::Fixed(4)));
    }
}
