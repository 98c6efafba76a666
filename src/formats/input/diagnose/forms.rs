//! Detects records in another form: tries every record length, line end and code page, and reports
//! the one that fits most records.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::ops::RangeInclusive;

use super::{Look, RecordKind, framing_words};
use crate::formats::input::utf8::latin_1;
use crate::formats::input::{Encoding, Framing};
use crate::formats::record::is_blank;

/// The record lengths to try if there are no line ends.
const LENGTHS: RangeInclusive<usize> = 139..=1100;
/// The number of records that decide whether a form is worth a full count.
const SAMPLE: usize = 50;
/// A form must fit at least one in this many records.
const FEW: usize = 4;
/// The prefixes of a record to try: none, a carriage control byte, a record descriptor word, and
/// other common ones.
const PREFIXES: [usize; 6] = [0, 1, 2, 3, 4, 8];
/// The last byte of a record that `fits` reads.
const LOOKED_AT: usize = 500;

/// The form in which the file was read.
#[derive(Clone, Copy)]
pub(super) struct Now {
    pub(super) framing: Framing,
    pub(super) encoding: Encoding,
    /// Whether it was RECFM=VB.
    pub(super) variable: bool,
}

/// How the text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Written {
    Ascii,
    Ebcdic,
    Utf8,
    Utf8Mark,
    Utf16(Endian),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Endian {
    Little,
    Big,
}

/// How records are separated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Apart {
    Lines,
    /// CR alone.
    Returns,
    /// X'85', an EBCDIC new line that was converted as a character.
    NewLines,
    Fixed(usize),
    /// A record descriptor word before each: two bytes of length, itself included, and two zeros.
    Described,
}

/// A form, and the number of records that it fits.
#[derive(Clone, Copy, Debug)]
struct Form {
    written: Written,
    apart: Apart,
    prefix: usize,
    /// Whether something stands behind each record.
    suffix: bool,
    shape: RecordKind,
    fitting: usize,
    records: usize,
}

/// The form that fits most records.
pub(super) enum Verdict {
    /// The form in which the file was read.
    AsRead,
    /// Another one, in a sentence.
    Other(String),
    /// None fits more than a few.
    None,
}

/// Tries every form.
pub(super) fn best(look: &Look<'_>, now: Now) -> Verdict {
    let mut best: Option<Form> = None;
    // The strictest first; the other two exclude each other.
    let shapes = [
        RecordKind::Response,
        RecordKind::Extract,
        RecordKind::FcrExtract,
    ];
    for (written, bytes) in readings(look.bytes) {
        for apart in ways(&bytes) {
            for prefix in PREFIXES {
                for shape in shapes {
                    let Some(form) = count(look, &bytes, (written, apart, prefix, shape)) else {
                        continue;
                    };
                    // Of several equal forms, the first is the simplest.
                    let better = best.is_none_or(|best| form.rank() > best.rank());
                    if better {
                        best = Some(form);
                    }
                }
            }
        }
    }
    match best.filter(|form| form.fitting * FEW >= form.records) {
        Some(form) if form.is(now, look) => Verdict::AsRead,
        Some(form) => Verdict::Other(form.sentence(look)),
        None => Verdict::None,
    }
}

/// The bytes in each code page.
fn readings(bytes: &[u8]) -> Vec<(Written, Cow<'_, [u8]>)> {
    let mut readings = vec![(Written::Ascii, Cow::Borrowed(bytes))];
    let mut translated = bytes.to_vec();
    Encoding::Cp037.decode(&mut translated);
    readings.push((Written::Ebcdic, Cow::Owned(translated)));
    if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        readings.push((Written::Utf8Mark, Cow::Owned(latin_1(rest))));
    } else if !bytes.is_ascii() && is_utf8_or_its_begin(bytes) {
        readings.push((Written::Utf8, Cow::Owned(latin_1(bytes))));
    }
    let zeros = |first: usize| {
        bytes
            .iter()
            .skip(first)
            .step_by(2)
            .filter(|&&b| b == 0)
            .count()
    };
    let (even, odd) = (zeros(0), zeros(1));
    if odd * 3 > bytes.len() {
        readings.push((
            Written::Utf16(Endian::Little),
            Cow::Owned(from_utf16(bytes, 0)),
        ));
    } else if even * 3 > bytes.len() {
        readings.push((
            Written::Utf16(Endian::Big),
            Cow::Owned(from_utf16(bytes, 1)),
        ));
    }
    readings
}

/// Whether bytes are UTF-8, of which the last letter may be cut.
fn is_utf8_or_its_begin(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).map_or_else(|error| error.error_len().is_none(), |_| true)
}

/// The lower byte of each pair, at offset `low`, without the byte-order mark.
fn from_utf16(bytes: &[u8], low: usize) -> Vec<u8> {
    let marked = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    let text = if marked { &bytes[2..] } else { bytes };
    text.iter().skip(low).step_by(2).copied().collect()
}

/// The possible framings, the simplest first.
fn ways(bytes: &[u8]) -> Vec<Apart> {
    let mut ways = vec![
        Apart::Lines,
        Apart::Fixed(241),
        Apart::Returns,
        Apart::NewLines,
        Apart::Described,
    ];
    ways.extend(
        LENGTHS
            .filter(|&length| length != 241 && length <= bytes.len())
            .map(Apart::Fixed),
    );
    ways
}

/// Counts the records that a form fits; `None` if it fits none of the first ones, or if no file has
/// such a form.
fn count(
    look: &Look<'_>,
    bytes: &[u8],
    (written, apart, prefix, shape): (Written, Apart, usize, RecordKind),
) -> Option<Form> {
    if apart == Apart::Described && prefix != 4 {
        return None;
    }
    let tally = |most: usize| {
        let (mut records, mut fitting, mut suffixes) = (0, 0, 0);
        for record in records_of(bytes, look.bytes, apart).take(most) {
            records += 1;
            // A last record that was cut does not fit.
            if matches!(apart, Apart::Fixed(length) if length > record.len()) {
                continue;
            }
            let record = record.get(prefix..).unwrap_or_default();
            let record = &record[..record.len().min(LOOKED_AT)];
            let record = match apart {
                // Behind the record may stand anything that another program put there.
                Apart::Fixed(length) if length > 241 && shape != RecordKind::Response => {
                    &record[..record.len().min(241)]
                }
                Apart::Lines if record.len() > 241 && shape != RecordKind::Response => {
                    suffixes += usize::from(!is_blank(&record[241..]));
                    &record[..241]
                }
                _ => record,
            };
            fitting += usize::from(look.fits(shape, record));
        }
        (fitting, records, suffixes * 2 > records)
    };
    if tally(SAMPLE).0 == 0 {
        return None;
    }
    let (fitting, records, suffix) = tally(usize::MAX);
    Some(Form {
        written,
        apart,
        prefix,
        suffix,
        shape,
        fitting,
        records,
    })
}

fn records_of<'a>(
    bytes: &'a [u8],
    raw: &'a [u8],
    apart: Apart,
) -> Box<dyn Iterator<Item = &'a [u8]> + 'a> {
    let split = |at: fn(&u8) -> bool| bytes.split_inclusive(at).map(without_line_end);
    match apart {
        Apart::Lines => Box::new(split(|&b| b == b'\n')),
        Apart::Returns => Box::new(split(|&b| b == b'\r')),
        Apart::NewLines => Box::new(split(|&b| b == 0x85)),
        Apart::Fixed(length) => Box::new(bytes.chunks(length)),
        Apart::Described => {
            let mut at = 0;
            Box::new(std::iter::from_fn(move || {
                let length = match *raw.get(at..at + 4)? {
                    [high, low, 0, 0] => usize::from(high) << 8 | usize::from(low),
                    _ => return None,
                };
                let record = bytes.get(at..at + length.max(5))?;
                at += record.len();
                Some(record)
            }))
        }
    }
}

/// The line without its line end of any kind.
fn without_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    line.strip_suffix(b"\x85").unwrap_or(line)
}

impl Form {
    /// The more records fit the better; among equals the fewer do not, the fewer bytes stand before
    /// each.
    fn rank(&self) -> (usize, Reverse<usize>, Reverse<usize>, Reverse<bool>) {
        (
            self.fitting,
            Reverse(self.records),
            Reverse(self.prefix),
            Reverse(self.suffix),
        )
    }

    /// Whether this is the form in which the file was read.
    fn is(&self, now: Now, look: &Look<'_>) -> bool {
        let same_encoding = match self.written {
            Written::Ascii => now.encoding == Encoding::Ascii,
            Written::Ebcdic => now.encoding.is_ebcdic(),
            Written::Utf8 | Written::Utf8Mark => now.encoding == Encoding::Utf8,
            Written::Utf16(_) => false,
        };
        let same_framing = match (self.apart, now.framing) {
            (Apart::Described, _) => now.variable,
            (Apart::Lines, Framing::Text) => !now.variable,
            (Apart::NewLines, Framing::Text) => self.written == Written::Ebcdic,
            (Apart::Fixed(a), Framing::Fixed(b)) => a == b,
            _ => false,
        };
        same_encoding
            && same_framing
            && (self.prefix == 0 || self.apart == Apart::Described)
            && !self.suffix
            && self.shape == look.wanted_shape()
    }

    fn sentence(&self, look: &Look<'_>) -> String {
        let counted = if look.whole {
            format!("{} of its {} records", self.fitting, self.records)
        } else {
            format!("{} of its first {} records", self.fitting, self.records)
        };
        format!("{counted} fit as {}; {}", self.words(), self.advice(look))
    }

    fn words(&self) -> String {
        let what = match self.shape {
            RecordKind::Extract => "extract records",
            RecordKind::FcrExtract => "FCR-derived records",
            RecordKind::Response => "response records",
        };
        let apart = match self.apart {
            Apart::Lines if self.written == Written::Ebcdic => {
                "lines that end with X'25'".to_owned()
            }
            Apart::Lines => "lines".to_owned(),
            Apart::Returns => "lines that end with CR alone".to_owned(),
            Apart::NewLines if self.written == Written::Ebcdic => {
                "lines that end with X'15'".to_owned()
            }
            Apart::NewLines => "lines that end with X'85'".to_owned(),
            Apart::Fixed(length) => framing_words(Framing::Fixed(length)),
            Apart::Described => {
                "variable records, each behind a 4-byte record descriptor word (245 bytes in all where untrimmed)"
                    .to_owned()
            }
        };
        let written = match self.written {
            Written::Ascii => "ASCII",
            Written::Ebcdic => "EBCDIC code page 037",
            Written::Utf8 => "UTF-8",
            Written::Utf8Mark => "UTF-8 with a byte-order mark",
            Written::Utf16(Endian::Little) => "UTF-16, little-endian",
            Written::Utf16(Endian::Big) => "UTF-16, big-endian",
        };
        let prefix = match (self.apart, self.prefix) {
            (Apart::Described, _) | (_, 0) => String::new(),
            (_, bytes) => format!(", each after {bytes} other byte{}", plural(bytes)),
        };
        let suffix = if self.suffix {
            ", with something behind each from column 242 on"
        } else {
            ""
        };
        format!("{what}: {apart}{prefix}{suffix}, {written}")
    }

    fn advice(&self, look: &Look<'_>) -> String {
        match self.shape {
            RecordKind::Response => {
                return "it is a response file: give the extracts that it answers".to_owned();
            }
            RecordKind::FcrExtract if look.wanted_shape() == RecordKind::Extract => {
                return "it may be an FCR-derived file (then give it with --fcr), or an extract without the fields of the other state (then ask for a whole one)".to_owned();
            }
            RecordKind::Extract if look.wanted_shape() == RecordKind::FcrExtract => {
                return "it is a state's extract: give it without --fcr".to_owned();
            }
            RecordKind::Extract | RecordKind::FcrExtract => {}
        }
        match self.written {
            Written::Utf16(_) => {
                return "save it as ASCII (iconv -f UTF-16 -t ISO-8859-1)".to_owned();
            }
            Written::Utf8 => {
                return "give --input-encoding utf8, for one file among others NAME=utf8 (a letter of two bytes moves the columns after it), or save it as ISO 8859-1 (iconv -f UTF-8 -t ISO-8859-1)".to_owned();
            }
            Written::Utf8Mark => {
                return "give --input-encoding utf8 (for one file among others NAME=utf8), or save it as ISO 8859-1 (iconv -f UTF-8 -t ISO-8859-1)".to_owned();
            }
            Written::Ascii | Written::Ebcdic => {}
        }
        let encoding = if self.written == Written::Ebcdic {
            "cp037"
        } else {
            "ascii"
        };
        match self.apart {
            Apart::Lines if self.prefix == 0 && !self.suffix => {
                format!("give --input-format text --input-encoding {encoding} (for one file among others NAME=text and NAME={encoding})")
            }
            Apart::NewLines if self.prefix == 0 && self.written == Written::Ebcdic => {
                "give --input-format text --input-encoding cp037 (for one file among others NAME=text and NAME=cp037)".to_owned()
            }
            Apart::Fixed(241) if self.prefix == 0 => {
                format!("give --input-format fb --input-encoding {encoding} (for one file among others NAME=fb and NAME={encoding})")
            }
            Apart::Returns => "change the CRs to LFs (tr '\\r' '\\n')".to_owned(),
            Apart::NewLines => "transfer it again, in text mode or in binary mode throughout".to_owned(),
            Apart::Described => {
                format!("give --input-format vb --input-encoding {encoding} (for one file among others NAME=vb and NAME={encoding})")
            }
            Apart::Fixed(_) | Apart::Lines => {
                "no option reads that: unload it with RECFM=FB, LRECL=241, the record in bytes 1-241"
                    .to_owned()
            }
        }
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
