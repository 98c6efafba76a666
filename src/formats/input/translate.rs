//! Unpacks and translates a file into a temporary file without a name, a buffer at a time.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::ends::MARK;
use super::form::EbcdicLineEnd;
use super::packing::fill;
use super::unpacked::Unpacked;
use super::utf8::FromUtf8;
use super::variable::{Fault, Unblocker, blocks_of};
use super::{Encoding, Format, InputForm, Mapped, Packing};
use crate::error::{Attempt, Error, Result};
use crate::stop::Stop;

/// How much is unpacked and translated at a time; the first of it decides the code page.
const BUFFER_BYTES: usize = 256 * 1024;
/// How much of a file decides whether it is RECFM=VB.
const HEAD_BYTES: usize = BUFFER_BYTES;

/// What was found out of a file as it was translated.
#[derive(Default)]
pub(super) struct Translated {
    pub(super) encoding: Encoding,
    /// Whether it was RECFM=VB.
    pub(super) variable: bool,
    /// Whether it began with a byte-order mark, which was left out.
    pub(super) marked: bool,
    /// Where a character beyond ISO 8859-1 became `?`.
    pub(super) replaced: Vec<u64>,
}

/// Whether the file can be read where it lies.
pub(super) fn needs_no_translation(
    delivered: &[u8],
    packing: Option<Packing>,
    form: InputForm,
) -> bool {
    let encoding = form.encoding.unwrap_or_else(|| Encoding::of(delivered));
    let head = &delivered[..delivered.len().min(HEAD_BYTES)];
    packing.is_none()
        && encoding == Encoding::Ascii
        && !is_variable(head, head.len() == delivered.len(), form)
}

fn is_variable(head: &[u8], whole: bool, form: InputForm) -> bool {
    match form.format {
        Some(format) => format == Format::Variable,
        None => blocks_of(head, whole).is_some(),
    }
}

/// Translates the records of one file.
struct Translator {
    table: Option<[u8; 256]>,
    utf8: Option<FromUtf8>,
    unblocker: Option<Unblocker>,
}

impl Translator {
    fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> std::result::Result<(), Fault> {
        let Some(unblocker) = &mut self.unblocker else {
            put(self.table.as_ref(), self.utf8.as_mut(), bytes, out);
            return Ok(());
        };
        let (table, utf8) = (self.table.as_ref(), &mut self.utf8);
        unblocker.push(bytes, &mut |record| {
            let first = out.len();
            put(table, utf8.as_mut(), record, out);
            // A byte that a line cannot hold becomes another that no record may hold (E02).
            for byte in out[first..].iter_mut().filter(|byte| **byte == b'\n') {
                *byte = 0x1a;
            }
            if let Some(last @ b'\r') = out[first..].last_mut() {
                *last = 0x1a;
            }
            put(None, utf8.as_mut(), b"\n", out);
        })
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> std::result::Result<(), Fault> {
        if let Some(utf8) = &mut self.utf8 {
            utf8.finish(out);
        }
        self.unblocker.as_ref().map_or(Ok(()), Unblocker::finish)
    }
}

fn put(table: Option<&[u8; 256]>, utf8: Option<&mut FromUtf8>, bytes: &[u8], out: &mut Vec<u8>) {
    match (table, utf8) {
        (Some(table), _) => out.extend(bytes.iter().map(|&byte| table[usize::from(byte)])),
        (None, Some(utf8)) => utf8.push(bytes, out),
        (None, None) => out.extend_from_slice(bytes),
    }
}

/// Unpacks and translates into a temporary file without a name.
///
/// # Errors
/// [`Error::Unusable`] where the file cannot be unpacked, is not RECFM=VB although that was asked or
/// found, or is over a limit; [`Error::Temporary`]; [`Error::Io`]; [`Error::Interrupted`].
pub(super) fn translate(
    delivered: &Mapped,
    packing: Option<Packing>,
    record_bytes: usize,
    form: InputForm,
    stop: &Stop,
) -> Result<(File, Translated)> {
    let path = delivered.path();
    let mut reader: Box<dyn Read + '_> = match packing {
        Some(packing) => packing
            .reader(delivered)
            .map_err(|error| packing.refuse(path, &error))?,
        None => Box::new(&delivered[..]),
    };
    let mut file = Unpacked::create(path, delivered.len() as u64, packing.is_some())?;
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut out = Vec::with_capacity(BUFFER_BYTES);
    let mut translated = Translated::default();
    // Told by the first bytes.
    let mut begun: Option<Translator> = None;
    loop {
        stop.check()?;
        let filled = fill(&mut *reader, &mut buffer).map_err(|error| match packing {
            Some(packing) => packing.refuse(path, &error),
            None => Error::io(Attempt::Read, path)(error),
        })?;
        let mut bytes = &buffer[..filled];
        let translator = begun.get_or_insert_with(|| {
            let whole = filled < BUFFER_BYTES;
            let translator = begin(bytes, whole, record_bytes, form, &mut translated);
            if translated.encoding == Encoding::Utf8 && bytes.starts_with(MARK) {
                translated.marked = true;
                bytes = &bytes[MARK.len()..];
            }
            translator
        });
        out.clear();
        if filled == 0 {
            translator
                .finish(&mut out)
                .map_err(|fault| refuse(path, fault))?;
            file.write(&out)?;
            if let Some(utf8) = &mut translator.utf8 {
                translated.replaced = std::mem::take(&mut utf8.replaced);
            }
            return Ok((file.finish(), translated));
        }
        translator
            .push(bytes, &mut out)
            .map_err(|fault| refuse(path, fault))?;
        file.write(&out)?;
    }
}

fn begin(
    head: &[u8],
    whole: bool,
    record_bytes: usize,
    form: InputForm,
    translated: &mut Translated,
) -> Translator {
    translated.encoding = form.encoding.unwrap_or_else(|| Encoding::of(head));
    translated.variable = is_variable(head, whole, form);
    let asked = if translated.variable {
        Some(Format::Variable)
    } else {
        form.format
    };
    let line_end = EbcdicLineEnd::of(head, record_bytes, asked);
    let blocks = blocks_of(head, whole).unwrap_or(super::variable::Blocks::None);
    Translator {
        table: translated.encoding.table(line_end),
        utf8: (translated.encoding == Encoding::Utf8).then(FromUtf8::default),
        unblocker: translated.variable.then(|| Unblocker::new(blocks)),
    }
}

/// Why a file is not RECFM=VB after all.
fn refuse(path: &Path, fault: Fault) -> Error {
    let problem = match fault {
        Fault::Word(byte) => format!(
            "is RECFM=VB only up to byte {byte}, where there is no record descriptor word; transfer it again, in binary mode and with its descriptor words"
        ),
        Fault::Spanned(byte) => format!(
            "holds records that span blocks (RECFM=VBS, from byte {byte}), which are not read; unload it with RECFM=VB or RECFM=FB"
        ),
        Fault::Cut(byte) => format!(
            "is RECFM=VB and ends inside the record or block that begins at byte {byte}: it was cut; transfer the whole file again"
        ),
    };
    Error::unusable(path, problem)
}
