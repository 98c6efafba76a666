//! Splits a file into records. Every byte of a file must be in exactly one record or line end.

use memchr::memchr;

use super::Framing;

/// One record, unchanged, without its line end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// Its first byte in the file, from 0.
    pub offset: usize,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// An iterator over a range of complete records.
pub struct Records<'a> {
    framing: Framing,
    rest: &'a [u8],
    offset: usize,
    /// Whether `rest` ends at the end of the file.
    at_end: bool,
}

impl<'a> Records<'a> {
    /// The records of a whole file.
    pub fn new(framing: Framing, bytes: &'a [u8]) -> Self {
        Self::within(framing, bytes, 0, bytes.len())
    }

    /// The records from byte `first` to byte `end`. Both must be the start of a record (see
    /// [`split_at_records`]), or the end of the file.
    pub fn within(framing: Framing, file: &'a [u8], first: usize, end: usize) -> Self {
        Records {
            framing,
            rest: &file[first..end],
            offset: first,
            at_end: end == file.len(),
        }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    #[inline]
    fn next(&mut self) -> Option<Record<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let (bytes, taken) = match self.framing {
            Framing::Fixed(length) => {
                let length = length.min(self.rest.len());
                (&self.rest[..length], length)
            }
            Framing::Text => match memchr(b'\n', self.rest) {
                Some(at) => (without_cr(&self.rest[..at]), at + 1),
                // A CR at the very end of the file belongs to the line end.
                None if self.at_end => (without_cr(self.rest), self.rest.len()),
                None => (self.rest, self.rest.len()),
            },
        };
        let record = Record {
            offset: self.offset,
            bytes,
        };
        self.rest = &self.rest[taken..];
        self.offset += taken;
        Some(record)
    }
}

#[inline]
fn without_cr(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Splits a file into pieces of about `piece_bytes`. Each has only complete records, and adjacent
/// records with the same `key_bytes` are in one piece, so that adjacent records of a case stay
/// together. Returns the first byte of each piece, and the file's length.
pub fn split_at_records(
    framing: Framing,
    file: &[u8],
    piece_bytes: usize,
    key_bytes: std::ops::Range<usize>,
) -> Vec<usize> {
    let mut cuts = vec![0];
    let mut at = 0;
    loop {
        at = next_record(framing, file, at + piece_bytes);
        // Move the cut while the records before and after it have the same key.
        let mut before = previous_key(framing, file, at, &key_bytes);
        while at < file.len() {
            let record = Records::within(framing, file, at, file.len()).next();
            let key = record.and_then(|r| r.bytes.get(key_bytes.clone()));
            if key.is_none() || key != before {
                break;
            }
            before = key;
            at = next_record(framing, file, at + 1);
        }
        if at >= file.len() {
            cuts.push(file.len());
            return cuts;
        }
        cuts.push(at);
    }
}

/// The first start of a record at or after `from`.
fn next_record(framing: Framing, file: &[u8], from: usize) -> usize {
    if from >= file.len() {
        return file.len();
    }
    match framing {
        Framing::Fixed(length) => from.next_multiple_of(length).min(file.len()),
        // If `from - 1` is a line end, a record begins at `from`.
        Framing::Text => memchr(b'\n', &file[from - 1..]).map_or(file.len(), |at| from + at),
    }
}

fn previous_key<'a>(
    framing: Framing,
    file: &'a [u8],
    at: usize,
    key_bytes: &std::ops::Range<usize>,
) -> Option<&'a [u8]> {
    let first = match framing {
        Framing::Fixed(length) => at.checked_sub(length)?,
        Framing::Text => memchr::memrchr(b'\n', &file[..at.checked_sub(1)?]).map_or(0, |n| n + 1),
    };
    file.get(first..at)?.get(key_bytes.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &[u8]) -> Vec<&[u8]> {
        Records::new(Framing::Text, bytes)
            .map(|r| r.bytes)
            .collect()
    }

    #[test]
    fn line_ends_make_records_as_the_layout_says() {
        let none: Vec<&[u8]> = vec![];
        assert_eq!(lines(b""), none);
        assert_eq!(lines(b"\n"), [b""]);
        assert_eq!(lines(b"\r"), [b""]);
        assert_eq!(lines(b"a\nb"), [b"a", b"b"]);
        assert_eq!(lines(b"a\r\nb\r"), [b"a", b"b"]);
        assert_eq!(lines(b"a\n\nb\n"), [&b"a"[..], b"", b"b"]);
        assert_eq!(lines(b"a\r\r\nb\rc\n"), [&b"a\r"[..], b"b\rc"]);
    }

    #[test]
    fn fixed_records_may_end_with_a_short_one() {
        let records: Vec<_> = Records::new(Framing::Fixed(3), b"aaabbbc").collect();
        assert_eq!(
            records[1],
            Record {
                offset: 3,
                bytes: b"bbb"
            }
        );
        assert_eq!(
            records[2],
            Record {
                offset: 6,
                bytes: b"c"
            }
        );
    }

    #[test]
    fn pieces_hold_the_same_records_as_the_whole_at_any_size() {
        let texts: [&[u8]; 5] = [
            b"aa1\naa2\nbb1\r\nbb2\ncc1",
            b"\n\n\n",
            b"aa\naa\naa\naa\n",
            b"x",
            b"aa1aa2bb1bb2",
        ];
        for text in texts {
            for framing in [Framing::Text, Framing::Fixed(3)] {
                let whole: Vec<_> = Records::new(framing, text).collect();
                for piece in 1..text.len() + 2 {
                    let cuts = split_at_records(framing, text, piece, 0..2);
                    assert_eq!((cuts[0], *cuts.last().unwrap()), (0, text.len()));
                    let parts: Vec<_> = cuts
                        .windows(2)
                        .flat_map(|w| Records::within(framing, text, w[0], w[1]))
                        .collect();
                    assert_eq!(parts, whole, "{} by {piece}", text.escape_ascii());
                    for pair in cuts.windows(2).filter(|w| w[1] < text.len()) {
                        let last = Records::within(framing, text, pair[0], pair[1])
                            .last()
                            .unwrap();
                        let next = Records::within(framing, text, pair[1], text.len())
                            .next()
                            .unwrap();
                        let key = last.bytes.get(0..2);
                        assert!(key.is_none() || key != next.bytes.get(0..2));
                    }
                }
            }
        }
    }
}
