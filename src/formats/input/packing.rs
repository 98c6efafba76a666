//! Files that come packed, told by their first bytes: gzip and zstd, of one part or several, and ZIP
//! archives of one file; all perhaps padded at the end (tapes and fixed blocks leave that).

use std::io::{ErrorKind, Read};
use std::path::Path;

use super::ends::is_padding;
use super::zip::{MEMBER, NO_MEMBERS, Refused, Unzip};
use crate::error::Error;

/// The largest window of zstd, as the logarithm of its bytes: 2 GiB, which `zstd --long=31` asks for,
/// and which unpacking then takes of memory.
const ZSTD_WINDOW_LOG: u32 = 31;

/// How a file is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// gzip, with one or more members.
    Gzip,
    /// zstd, with one or more frames.
    Zstd,
    /// A ZIP archive, of which one file is read.
    Zip,
}

impl Packing {
    /// The compression that the first bytes of a file show.
    pub fn of(bytes: &[u8]) -> Option<Packing> {
        match bytes {
            [0x1f, 0x8b, 0x08, ..] => Some(Packing::Gzip),
            // A frame, or the skippable frame that some compressors write first.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => {
                Some(Packing::Zstd)
            }
            _ if bytes.starts_with(MEMBER) || bytes.starts_with(NO_MEMBERS) => Some(Packing::Zip),
            _ => None,
        }
    }

    /// The word for messages.
    pub fn word(self) -> &'static str {
        match self {
            Packing::Gzip => "gzip",
            Packing::Zstd => "zstd",
            Packing::Zip => "zip",
        }
    }

    /// A reader that decompresses these bytes.
    ///
    /// # Errors
    /// The decompressor's error if it cannot be set up.
    pub(super) fn reader(self, bytes: &[u8]) -> std::io::Result<Box<dyn Read + '_>> {
        Ok(Box::new(Parts {
            packing: self,
            part: Some(Part::open(self, bytes)?),
            empty: 0,
        }))
    }

    /// The error for a file that cannot be decompressed.
    pub(super) fn refuse(self, path: &Path, error: &std::io::Error) -> Error {
        if let Some(why) = Refused::of(error) {
            return Error::unusable(path, format!("this {} file {why}", self.word()));
        }
        let what = match error.kind() {
            ErrorKind::UnexpectedEof => "ends before it is complete",
            _ => "is damaged",
        };
        let problem = format!(
            "this {} file {what} and cannot be unpacked; transfer it again, in binary mode",
            self.word()
        );
        Error::unusable(path, problem)
    }
}

/// One part of a packed file: a member of gzip, a frame of zstd, the one file of an archive.
enum Part<'a> {
    Gzip(flate2::bufread::GzDecoder<&'a [u8]>),
    Zstd(zstd::Decoder<'static, &'a [u8]>),
    Zip(Box<Unzip<'a>>),
}

impl<'a> Part<'a> {
    fn open(packing: Packing, bytes: &'a [u8]) -> std::io::Result<Self> {
        Ok(match packing {
            Packing::Gzip => Part::Gzip(flate2::bufread::GzDecoder::new(bytes)),
            Packing::Zstd => {
                let bytes = past_skippable(bytes)?;
                let mut frame = zstd::Decoder::with_buffer(bytes)?.single_frame();
                frame.window_log_max(ZSTD_WINDOW_LOG)?;
                Part::Zstd(frame)
            }
            Packing::Zip => Part::Zip(Box::new(Unzip::open(bytes)?)),
        })
    }

    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Part::Gzip(member) => member.read(buffer),
            Part::Zstd(frame) => frame.read(buffer),
            Part::Zip(file) => file.read(buffer),
        }
    }

    /// What stands behind it.
    fn rest(self) -> &'a [u8] {
        match self {
            Part::Gzip(member) => member.into_inner(),
            Part::Zstd(frame) => frame.finish(),
            // Of an archive all was looked at when its directory was found.
            Part::Zip(_) => &[],
        }
    }
}

/// The bytes behind the frames of zstd that hold nothing for a reader: a number of four bytes, then their
/// length in four.
fn past_skippable(mut bytes: &[u8]) -> std::io::Result<&[u8]> {
    while let [0x50..=0x5f, 0x2a, 0x4d, 0x18, rest @ ..] = bytes {
        let ends = || std::io::Error::from(ErrorKind::UnexpectedEof);
        let (length, rest) = rest.split_first_chunk().ok_or_else(ends)?;
        let length = u32::from_le_bytes(*length) as usize;
        bytes = rest.get(length..).ok_or_else(ends)?;
    }
    Ok(bytes)
}

/// So many parts without a byte may stand together. Compressors write one or two; nobody could stop a run
/// that looks for the end of millions.
const MOST_EMPTY_PARTS: u32 = 4096;

/// The parts of a packed file, one after the other; padding behind the last is none.
struct Parts<'a> {
    packing: Packing,
    part: Option<Part<'a>>,
    /// How many parts without a byte came since the last byte.
    empty: u32,
}

impl Read for Parts<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while let Some(part) = &mut self.part {
            let bytes = part.read(buffer)?;
            if bytes > 0 || buffer.is_empty() {
                self.empty = 0;
                return Ok(bytes);
            }
            self.empty += 1;
            if self.empty > MOST_EMPTY_PARTS {
                return Err(ErrorKind::InvalidData.into());
            }
            let rest = self.part.take().map_or(&[][..], Part::rest);
            if !rest.iter().all(|&byte| is_padding(byte)) {
                self.part = Some(Part::open(self.packing, rest)?);
            }
        }
        Ok(0)
    }
}

/// Fills a buffer as far as there is something to read; returns how far.
pub(super) fn fill(reader: &mut dyn Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(bytes) => filled += bytes,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Decompresses the start of a file.
pub(super) fn head(packing: Packing, bytes: &[u8], most: usize) -> std::io::Result<Vec<u8>> {
    let mut head = vec![0; most];
    let filled = fill(&mut *packing.reader(bytes)?, &mut head)?;
    head.truncate(filled);
    Ok(head)
}
