//! Diagnoses a file that does not fit: finds the record length, line end and code page that would
//! fit most of its records, and what to do (the option to give, if one helps).
//!
//! It reads only the start of the file, and returns one sentence, which must not contain a value of
//! a record.

mod columns_cut;
mod examined;
mod fields_written;
mod forms;
mod groups;
mod kinds;
mod no_records;
mod out_of_step;
mod read_file;
mod repair;
mod repeated;
mod shape;
mod signatures;
mod sound;
mod utf8_letters;

pub use examined::Examined;
pub use read_file::{Counts, ReadFile, RejectedAt};
pub use repeated::repeated;
pub use shape::{Shape, shape};
pub use sound::SoundRecord;

use super::{Encoding, Framing, Source};
use crate::error::{Error, Result};
use crate::formats::layout::ExtractLayout;
use crate::formats::record::{ParticipantType, is_blank};
use crate::formats::reference::State;

/// The number of bytes that are read.
const LOOK_BYTES: usize = 4 * 1024 * 1024;

/// How much of a file tells that it is an archive.
const ARCHIVE_BYTES: usize = 512;

/// What the records of the file were to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A state's extract.
    Extract,
    /// An FCR-derived extract.
    FcrExtract,
}

/// What the file looks like instead, and what to do, in a sentence; `None` if nothing is certain.
pub fn diagnose(source: &Source, wanted: Wanted, layout: &ExtractLayout) -> Option<String> {
    let (bytes, whole) = source.untranslated(LOOK_BYTES);
    let now = forms::Now {
        framing: source.framing,
        encoding: source.encoding,
        variable: source.is_variable(),
    };
    let look = Look {
        bytes: &bytes,
        whole,
        wanted,
        layout,
    };
    if let Some(what) = signatures::by_first_bytes(&bytes) {
        return Some(what);
    }
    match forms::best(&look, now) {
        forms::Verdict::Other(sentence) => Some(sentence),
        // The form is right, so the fault is in the records.
        forms::Verdict::AsRead => None,
        forms::Verdict::None => signatures::by_text(&bytes),
    }
}

/// Refuses a file that holds no records at all, but an archive or a document, where no report tells so.
///
/// # Errors
/// [`Error::Input`] naming what it is.
pub fn refuse_archive(source: &Source) -> Result<()> {
    let (bytes, _) = source.untranslated(ARCHIVE_BYTES);
    match signatures::archive(&bytes) {
        Some(what) => Err(Error::input(&source.path, what)),
        None => Ok(()),
    }
}

/// The same of a file of records of another kind, told by its form alone: what it is by its first
/// bytes, or the form in which it is found to be, where another was asked for.
pub fn diagnose_form(source: &Source, record_bytes: usize) -> Option<String> {
    let (bytes, _) = source.untranslated(LOOK_BYTES);
    if let Some(what) = signatures::by_first_bytes(&bytes) {
        return Some(what);
    }
    let encoding = Encoding::of(&bytes);
    if source.encoding == Encoding::Ascii && repair::is_utf8(&bytes) {
        return Some(
            "it holds letters in UTF-8, of two bytes and more, which move the columns after them; give --input-encoding utf8"
                .to_owned(),
        );
    }
    if encoding != source.encoding && source.encoding != Encoding::Utf8 {
        return Some(format!(
            "it looks like {}; give --input-encoding {}",
            encoding.name(),
            encoding.word()
        ));
    }
    let framing = Framing::of(source.bytes(), record_bytes, None);
    (framing != source.framing).then(|| {
        let option = match framing {
            Framing::Text => "text",
            Framing::Fixed(_) => "fb",
        };
        let words = framing_words(framing);
        format!("it looks like {words}; give --input-format {option}")
    })
}

/// The bytes to diagnose.
struct Look<'a> {
    bytes: &'a [u8],
    /// Whether `bytes` are the whole file.
    whole: bool,
    wanted: Wanted,
    layout: &'a ExtractLayout,
}

/// A possible record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RecordKind {
    Extract,
    FcrExtract,
    Response,
}

impl Look<'_> {
    /// Whether these bytes hold a record of this shape: the codes that a record must hold stand
    /// where the layout says.
    fn fits(&self, shape: RecordKind, bytes: &[u8]) -> bool {
        let layout = self.layout;
        if bytes.len() < layout.min_bytes_fcr || bytes.iter().any(|&b| b < b' ' || b == 0x7f) {
            return false;
        }
        let status = layout.case_status.of(bytes);
        let common = State::from_fips(layout.fips_code.of(bytes)).is_some()
            && matches!(status, b"O" | b"C")
            && ParticipantType::parse(layout.participant_type.of(bytes)).is_some()
            && !is_blank(layout.case_id.of(bytes));
        let other = layout.other_fips_code.of_trimmed(bytes);
        let beyond = |length: usize| is_blank(bytes.get(length..).unwrap_or_default());
        common
            && match shape {
                RecordKind::Extract => State::from_fips(other).is_some() && beyond(241),
                // An extract that was cut has its indicator still.
                RecordKind::FcrExtract => {
                    is_blank(other)
                        && is_blank(layout.initiating_responding.of(bytes))
                        && beyond(241)
                }
                RecordKind::Response => {
                    State::from_fips(other).is_some()
                        && bytes.len() >= 252
                        && matches!(bytes[241], b'Y' | b'N')
                        && bytes[242..244].iter().all(u8::is_ascii_digit)
                }
            }
    }

    fn wanted_shape(&self) -> RecordKind {
        match self.wanted {
            Wanted::Extract => RecordKind::Extract,
            Wanted::FcrExtract => RecordKind::FcrExtract,
        }
    }
}

/// The framing in words.
fn framing_words(framing: Framing) -> String {
    match framing {
        Framing::Text => "text".to_owned(),
        Framing::Fixed(length) => format!("records of {length} bytes without line ends"),
    }
}
