//! Files that come packed: gzip and zstd, told by their first bytes.

use std::io::{ErrorKind, Read};
use std::path::Path;

use crate::error::Error;

/// How a file is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// gzip, of one member or several.
    Gzip,
    /// zstd, of one frame or several.
    Zstd,
}

impl Packing {
    /// The packing that the first bytes of a file tell.
    pub fn of(bytes: &[u8]) -> Option<Packing> {
        match bytes {
            [0x1f, 0x8b, 0x08, ..] => Some(Packing::Gzip),
            // A frame, or the skippable frame that some packers begin with.
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

    /// A reader of what is packed in these bytes.
    ///
    /// # Errors
    /// The unpacker's answer where it cannot be set up.
    pub(super) fn reader(self, bytes: &[u8]) -> std::io::Result<Box<dyn Read + '_>> {
        Ok(match self {
            Packing::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(bytes)),
            Packing::Zstd => Box::new(zstd::Decoder::with_buffer(bytes)?),
        })
    }

    /// The error of a file that cannot be unpacked.
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

/// Unpacks the head of packed bytes, for a look at them.
pub(super) fn head(packing: Packing, bytes: &[u8], most: usize) -> std::io::Result<Vec<u8>> {
    let mut head = vec![0; most];
    let filled = fill(&mut *packing.reader(bytes)?, &mut head)?;
    head.truncate(filled);
    Ok(head)
}
