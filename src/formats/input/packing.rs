//! Compressed files: gzip and zstd, detected by their first bytes.

use std::io::{ErrorKind, Read};
use std::path::Path;

use crate::error::Error;

/// The compression of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// gzip, with one or more members.
    Gzip,
    /// zstd, with one or more frames.
    Zstd,
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
            _ => None,
        }
    }

    /// The word for messages.
    pub fn word(self) -> &'static str {
        match self {
            Packing::Gzip => "gzip",
            Packing::Zstd => "zstd",
        }
    }

    /// A reader that decompresses these bytes.
    ///
    /// # Errors
    /// The decompressor's error if it cannot be set up.
    pub(super) fn reader(self, bytes: &[u8]) -> std::io::Result<Box<dyn Read + '_>> {
        Ok(match self {
            Packing::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(bytes)),
            Packing::Zstd => Box::new(zstd::Decoder::with_buffer(bytes)?),
        })
    }

    /// The error for a file that cannot be decompressed.
    pub(super) fn refuse(self, path: &Path, error: &std::io::Error) -> Error {
        let what = match error.kind() {
            ErrorKind::UnexpectedEof => "ends before it is complete",
            _ => "is damaged",
        };
        let problem = format!(
            "this {} file {what} and cannot be unpacked; transfer it again, in binary mode",
            self.word()
        );
        Error::input(path, problem)
    }
}

/// Reads until the buffer is full or the input ends. Returns the number of bytes.
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
