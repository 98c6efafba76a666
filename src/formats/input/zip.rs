//! ZIP archives of one file: where its packed bytes are, how they are packed, and what they must be. The
//! directory is read by a library; the file itself as it lies in memory, under the limits of every packed
//! file.
//!
//! Of an archive of several files none is chosen, since which one was meant is not known.

use std::fmt;
use std::io::{Cursor, Error, ErrorKind, Read, Result};

use flate2::bufread::DeflateDecoder;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::ends::is_padding;

/// How every member of an archive begins.
pub(super) const MEMBER: &[u8] = b"PK\x03\x04";
/// How an archive without members begins.
pub(super) const NO_MEMBERS: &[u8] = b"PK\x05\x06";

/// How the end of an archive's directory begins.
const END: &[u8] = b"PK\x05\x06";
/// How many bytes that end has, without a comment.
const END_BYTES: usize = 22;
/// How many bytes an entry of the directory has, without what follows it.
const ENTRY_BYTES: usize = 46;
/// The folder into which macOS packs what is not part of the file.
const NOT_THE_FILE: &[u8] = b"__MACOSX/";
/// The methods that are read, by their numbers.
const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// Why a sound archive is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// It holds so many files, and not one.
    Members(usize),
    /// Its file is encrypted.
    Encrypted,
    /// Its file is packed by another method than deflate.
    Method(u16),
    /// It is a part of several.
    Volume,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::Members(0) => write!(f, "holds no file; send it again"),
            Refused::Members(count) => write!(
                f,
                "holds {count} files (is it a spreadsheet, or the files of several states?), and one is read; unpack it and give the file that is meant"
            ),
            Refused::Encrypted => write!(f, "is encrypted; decrypt and unpack it first"),
            Refused::Method(9) => write!(
                f,
                "is packed by Deflate64, as Windows packs files over 2 GB, which is not read; unpack it first, or pack it with gzip"
            ),
            Refused::Method(method) => write!(
                f,
                "is packed by method {method}, and stored or deflate are read; unpack it first, or pack it with gzip"
            ),
            Refused::Volume => write!(f, "is one part of several; join and unpack them first"),
        }
    }
}

impl std::error::Error for Refused {}

impl Refused {
    /// Why an archive is not read, where the error says that.
    pub(super) fn of(error: &Error) -> Option<&Refused> {
        error.get_ref()?.downcast_ref()
    }
}

fn refuse<T>(why: Refused) -> Result<T> {
    Err(Error::new(ErrorKind::Unsupported, why))
}

fn damaged() -> Error {
    ErrorKind::InvalidData.into()
}

/// Why the library does not read an archive.
fn error_of(archive: &[u8], error: ZipError) -> Error {
    if let ZipError::Io(error) = error {
        return error;
    }
    let Some(end) = memchr::memmem::rfind(archive, END) else {
        return ErrorKind::UnexpectedEof.into();
    };
    // The number of this part, from 0; X'FFFF' where it is elsewhere, for it is too large.
    match archive.get(end + 4..end + 6) {
        Some([0, 0] | [0xff, 0xff]) | None => damaged(),
        Some(_) => Error::new(ErrorKind::Unsupported, Refused::Volume),
    }
}

/// The archive without what pads it, as far as that is more than the library looks past.
fn without_padding(bytes: &[u8]) -> &[u8] {
    let padding = bytes
        .iter()
        .rev()
        .take_while(|&&byte| is_padding(byte))
        .count();
    // The end of the directory can itself end with zeroes.
    let end = (bytes.len() - padding + END_BYTES).min(bytes.len());
    &bytes[..end]
}

/// How many entries an archive's directory has, from its first byte.
fn listed(archive: &[u8], first: u64) -> usize {
    let first = usize::try_from(first).unwrap_or(usize::MAX);
    let mut rest = archive.get(first..).unwrap_or_default();
    let mut listed = 0;
    while let [b'P', b'K', 1, 2, ..] = rest
        && let Some(entry) = rest.get(..ENTRY_BYTES)
    {
        // The lengths of the name, the extra fields and the comment that follow.
        let lengths = entry[28..34].chunks_exact(2);
        let follows: usize = lengths
            .map(|two| usize::from(u16::from_le_bytes([two[0], two[1]])))
            .sum();
        rest = rest.get(ENTRY_BYTES + follows..).unwrap_or_default();
        listed += 1;
    }
    listed
}

/// Reads the one file of an archive, and compares it with its size and checksum at its end.
pub(super) struct Unzip<'a> {
    packed: Packed<'a>,
    left: u64,
    checksum: u32,
    so_far: crc32fast::Hasher,
}

enum Packed<'a> {
    Stored(&'a [u8]),
    Deflated(DeflateDecoder<&'a [u8]>),
}

impl<'a> Unzip<'a> {
    /// Finds the file in the archive.
    ///
    /// # Errors
    /// [`ErrorKind::UnexpectedEof`] where the archive has no end, [`ErrorKind::InvalidData`] where it is
    /// damaged, and [`Refused`] where it is sound and not read.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self> {
        let bytes = without_padding(bytes);
        let error = |error| error_of(bytes, error);
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(error)?;
        // The library keeps one of several files of one name; which of them is meant is not known either.
        let listed = listed(bytes, archive.central_directory_start());
        let (mut files, mut place) = (listed.saturating_sub(archive.len()), 0);
        for member in 0..archive.len() {
            let entry = archive.by_index_raw(member).map_err(error)?;
            if !entry.is_dir() && !entry.name_raw().starts_with(NOT_THE_FILE) {
                (files, place) = (files + 1, member);
            }
        }
        if files != 1 {
            return refuse(Refused::Members(files));
        }
        let file = archive.by_index_raw(place).map_err(error)?;
        let method = number_of(file.compression());
        if file.encrypted() {
            return refuse(Refused::Encrypted);
        }
        let first = file.data_start().ok_or_else(damaged)?;
        let end = first.checked_add(file.compressed_size());
        let range = |end: u64| Some(usize::try_from(first).ok()?..usize::try_from(end).ok()?);
        let packed = end.and_then(range).and_then(|range| bytes.get(range));
        let packed = packed.ok_or_else(damaged)?;
        Ok(Unzip {
            packed: match method {
                STORED => Packed::Stored(packed),
                DEFLATED => Packed::Deflated(DeflateDecoder::new(packed)),
                _ => return refuse(Refused::Method(method)),
            },
            left: file.size(),
            checksum: file.crc32(),
            so_far: crc32fast::Hasher::new(),
        })
    }
}

/// The number of a method. The library was built to unpack none, so it knows most by number alone.
fn number_of(method: CompressionMethod) -> u16 {
    #[expect(deprecated, reason = "the only way to the number")]
    method.to_u16()
}

impl Read for Unzip<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let read = match &mut self.packed {
            Packed::Stored(bytes) => bytes.read(buffer)?,
            Packed::Deflated(bytes) => bytes.read(buffer)?,
        };
        self.so_far.update(&buffer[..read]);
        self.left = self.left.checked_sub(read as u64).ok_or_else(damaged)?;
        let ended = read == 0 && !buffer.is_empty();
        if ended && (self.left > 0 || self.so_far.clone().finalize() != self.checksum) {
            return Err(damaged());
        }
        Ok(read)
    }
}

#[cfg(test)]
#[path = "../../../tests/program/zip.rs"]
mod archives;

#[cfg(test)]
mod tests {
    use super::archives::{self, As, archive};
    use super::*;

    const TEXT: &[u8] = b"A 01 A 01 A 01 A 01\nB 02\n";

    fn read(archive: &[u8]) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        Unzip::open(archive)?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    #[test]
    fn one_file_is_read_however_it_is_packed() {
        for method in [0, 8] {
            for described in [false, true] {
                for large in [false, true] {
                    let packed_as = As {
                        method,
                        flags: 0,
                        described,
                        large,
                    };
                    let one = archive(&[("TX.txt", TEXT)], packed_as);
                    assert_eq!(read(&one).unwrap(), TEXT);
                    assert_eq!(read(&[&one[..], &[0; 100_000]].concat()).unwrap(), TEXT);
                }
            }
        }
        let folder = [
            ("in/", &b""[..]),
            ("in/TX.txt", TEXT),
            ("__MACOSX/in/._TX.txt", b"x"),
        ];
        assert_eq!(read(&archive(&folder, archives::DEFLATED)).unwrap(), TEXT);
        assert_eq!(
            read(&archive(&[("TX.txt", b"")], archives::DEFLATED)).unwrap(),
            b""
        );
    }

    #[test]
    fn what_is_not_read_is_named() {
        let why = |archive: &[u8]| {
            let error = read(archive).unwrap_err();
            let why = Refused::of(&error).cloned();
            why.unwrap_or_else(|| panic!("{error:?}"))
        };
        let two = [("TX.txt", TEXT), ("KS.txt", TEXT)];
        assert_eq!(why(&archive(&two, archives::DEFLATED)), Refused::Members(2));
        for second in [TEXT, b"another\n"] {
            for large in [false, true] {
                let packed_as = As {
                    large,
                    ..archives::DEFLATED
                };
                let same_name = archive(&[("TX.txt", TEXT), ("TX.txt", second)], packed_as);
                assert_eq!(why(&same_name), Refused::Members(2));
            }
        }
        assert_eq!(why(&archive(&[], archives::DEFLATED)), Refused::Members(0));
        let one = |method, flags| {
            archive(
                &[("TX.txt", TEXT)],
                As {
                    method,
                    flags,
                    ..archives::DEFLATED
                },
            )
        };
        assert_eq!(why(&one(0, 1)), Refused::Encrypted);
        assert_eq!(why(&one(9, 0)), Refused::Method(9));
        let mut part = archive(&[("TX.txt", TEXT)], archives::DEFLATED);
        let disk = part.len() - END_BYTES + 4;
        part[disk] = 2;
        assert_eq!(why(&part), Refused::Volume);
    }

    #[test]
    fn a_damaged_archive_gives_what_was_packed_or_an_error() {
        for large in [false, true] {
            let sound = archive(
                &[("TX.txt", TEXT)],
                As {
                    large,
                    ..archives::DEFLATED
                },
            );
            for end in 0..sound.len() {
                let read = read(&sound[..end]);
                assert!(read.is_err(), "cut at {end}");
            }
            for at in 0..sound.len() {
                for flip in [1, 0x80, 0xff] {
                    let mut damaged = sound.clone();
                    damaged[at] ^= flip;
                    if let Ok(bytes) = read(&damaged) {
                        assert_eq!(bytes, TEXT, "byte {at}");
                    }
                }
            }
        }
    }
}
