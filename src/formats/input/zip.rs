//! ZIP archives of one file: where its packed bytes are, how they are packed, and what they must be.
//!
//! The directory at the end of the archive decides: what stands before a member's bytes may leave out
//! their size and checksum. Of an archive of several files none is chosen, since which one was meant
//! is not known.

use std::fmt;
use std::io::{Error, ErrorKind, Read, Result};

use flate2::bufread::DeflateDecoder;

use super::ends::is_padding;

/// How every member of an archive begins.
pub(super) const MEMBER: &[u8] = b"PK\x03\x04";
/// How an archive without members begins.
pub(super) const NO_MEMBERS: &[u8] = b"PK\x05\x06";

const ENTRY: &[u8] = b"PK\x01\x02";
const END: &[u8] = b"PK\x05\x06";
const END_64: &[u8] = b"PK\x06\x06";
const END_64_AT: &[u8] = b"PK\x06\x07";
const MEMBER_BYTES: usize = 30;
const ENTRY_BYTES: usize = 46;
const END_BYTES: usize = 22;
const END_64_AT_BYTES: usize = 20;
/// The identifier of the extra field that holds what 32 bits cannot.
const EXTRA_64: usize = 1;
/// Stands for a number that is in the extra field.
const IN_EXTRA: u64 = 0xffff_ffff;
/// The folder into which macOS packs what is no part of the file.
const NOT_THE_FILE: &[u8] = b"__MACOSX/";

/// Why a sound archive is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// It holds so many files, and not one.
    Members(usize),
    /// Its file is encrypted.
    Encrypted,
    /// Its file is packed by another method than deflate.
    Method(usize),
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

/// The number at a place, of so many bytes, the lowest first.
fn number<const BYTES: usize>(bytes: &[u8], at: usize) -> Result<u64> {
    let field = at.checked_add(BYTES).and_then(|end| bytes.get(at..end));
    let field = field.ok_or_else(damaged)?;
    let value = field.iter().rev();
    Ok(value.fold(0, |value, &byte| value << 8 | u64::from(byte)))
}

fn short(bytes: &[u8], at: usize) -> Result<usize> {
    number::<2>(bytes, at).map(|value| value as usize)
}

fn place(value: u64) -> Result<usize> {
    usize::try_from(value).map_err(|_| damaged())
}

/// The bytes from a place on, which must begin with this.
fn from<'a>(bytes: &'a [u8], at: u64, begin: &[u8]) -> Result<&'a [u8]> {
    let rest = bytes.get(place(at)?..).ok_or_else(damaged)?;
    if rest.starts_with(begin) {
        Ok(rest)
    } else {
        Err(damaged())
    }
}

/// The directory: its first byte, and how many entries it has.
struct Directory {
    first: u64,
    entries: u64,
}

impl Directory {
    fn of(archive: &[u8]) -> Result<Self> {
        let at = end_of_directory(archive).ok_or(ErrorKind::UnexpectedEof)?;
        let end = &archive[at..];
        let (disk, entries) = (number::<2>(end, 4)?, number::<2>(end, 10)?);
        let first = number::<4>(end, 16)?;
        let pointer = at
            .checked_sub(END_64_AT_BYTES)
            .map(|at| &archive[at..])
            .filter(|pointer| pointer.starts_with(END_64_AT));
        if let Some(pointer) = pointer
            && (entries == 0xffff || first == IN_EXTRA || disk == 0xffff)
        {
            let end = from(archive, number::<8>(pointer, 8)?, END_64)?;
            if number::<4>(end, 16)? != 0 {
                return refuse(Refused::Volume);
            }
            return Ok(Directory {
                first: number::<8>(end, 48)?,
                entries: number::<8>(end, 32)?,
            });
        }
        if disk != 0 {
            return refuse(Refused::Volume);
        }
        Ok(Directory { first, entries })
    }
}

/// Where the end of the directory stands: the last place from which its comment, and padding perhaps,
/// go to the end of the file.
fn end_of_directory(archive: &[u8]) -> Option<usize> {
    let padding = archive.iter().rev().take_while(|&&byte| is_padding(byte));
    let unpadded = archive.len() - padding.count();
    let first = unpadded.saturating_sub(END_BYTES + usize::from(u16::MAX));
    let ends = memchr::memmem::rfind_iter(&archive[first..], END);
    let mut places = ends.map(|at| first + at);
    places.find(|&at| {
        let comment = short(archive, at + 20).ok();
        comment.is_some_and(|comment| {
            let end = at + END_BYTES + comment;
            end >= unpadded && end <= archive.len()
        })
    })
}

/// The one file of an archive.
struct Member<'a> {
    packed: &'a [u8],
    is_deflated: bool,
    bytes: u64,
    checksum: u32,
}

impl<'a> Member<'a> {
    fn of(archive: &'a [u8]) -> Result<Self> {
        let directory = Directory::of(archive)?;
        let mut at = directory.first;
        let (mut files, mut found) = (0, None);
        for _ in 0..directory.entries {
            let entry = from(archive, at, ENTRY)?;
            let (name, extra, comment) = (short(entry, 28)?, short(entry, 30)?, short(entry, 32)?);
            at += (ENTRY_BYTES + name + extra + comment) as u64;
            let name = entry
                .get(ENTRY_BYTES..ENTRY_BYTES + name)
                .ok_or_else(damaged)?;
            if name.ends_with(b"/") || name.starts_with(NOT_THE_FILE) {
                continue;
            }
            files += 1;
            found.get_or_insert(entry);
        }
        match found {
            Some(entry) if files == 1 => Self::of_entry(archive, entry),
            _ => refuse(Refused::Members(files)),
        }
    }

    fn of_entry(archive: &'a [u8], entry: &[u8]) -> Result<Self> {
        const ENCRYPTED: usize = 0x2041;
        const ENCRYPTED_BY_AES: usize = 99;
        let method = short(entry, 10)?;
        if short(entry, 8)? & ENCRYPTED != 0 || method == ENCRYPTED_BY_AES {
            return refuse(Refused::Encrypted);
        }
        if ![0, 8].contains(&method) {
            return refuse(Refused::Method(method));
        }
        let mut bytes = number::<4>(entry, 24)?;
        let mut packed_bytes = number::<4>(entry, 20)?;
        let mut first = number::<4>(entry, 42)?;
        let mut large = extra_64(entry)?;
        for value in [&mut bytes, &mut packed_bytes, &mut first] {
            if *value == IN_EXTRA && !large.is_empty() {
                *value = number::<8>(large, 0)?;
                large = &large[8..];
            }
        }
        let member = from(archive, first, MEMBER)?;
        let before = MEMBER_BYTES + short(member, 26)? + short(member, 28)?;
        let end = before.checked_add(place(packed_bytes)?);
        let packed = end.and_then(|end| member.get(before..end));
        Ok(Member {
            packed: packed.ok_or_else(damaged)?,
            is_deflated: method == 8,
            bytes,
            checksum: number::<4>(entry, 16)? as u32,
        })
    }
}

/// The numbers of a directory entry that do not go into 32 bits.
fn extra_64(entry: &[u8]) -> Result<&[u8]> {
    let first = ENTRY_BYTES + short(entry, 28)?;
    let end = first + short(entry, 30)?;
    let mut extra = entry.get(first..end).ok_or_else(damaged)?;
    while extra.len() >= 4 {
        let (id, bytes) = (short(extra, 0)?, short(extra, 2)?);
        let field = extra.get(4..4 + bytes).ok_or_else(damaged)?;
        if id == EXTRA_64 {
            return Ok(field);
        }
        extra = &extra[4 + bytes..];
    }
    Ok(&[])
}

/// Reads the one file of an archive, and holds it against its size and checksum at its end.
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
    pub(super) fn open(archive: &'a [u8]) -> Result<Self> {
        let member = Member::of(archive)?;
        Ok(Unzip {
            packed: if member.is_deflated {
                Packed::Deflated(DeflateDecoder::new(member.packed))
            } else {
                Packed::Stored(member.packed)
            },
            left: member.bytes,
            checksum: member.checksum,
            so_far: crc32fast::Hasher::new(),
        })
    }
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
    use super::archives::{As, DEFLATED, archive};
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
                    assert_eq!(read(&[&one[..], &[0; 100]].concat()).unwrap(), TEXT);
                }
            }
        }
        let folder = [
            ("in/", &b""[..]),
            ("in/TX.txt", TEXT),
            ("__MACOSX/in/._TX.txt", b"x"),
        ];
        assert_eq!(read(&archive(&folder, DEFLATED)).unwrap(), TEXT);
        assert_eq!(read(&archive(&[("TX.txt", b"")], DEFLATED)).unwrap(), b"");
    }

    #[test]
    fn what_is_not_read_is_named() {
        let why = |archive: &[u8]| {
            let error = read(archive).unwrap_err();
            Refused::of(&error).cloned().unwrap()
        };
        let two = [("TX.txt", TEXT), ("KS.txt", TEXT)];
        assert_eq!(why(&archive(&two, DEFLATED)), Refused::Members(2));
        assert_eq!(why(&archive(&[], DEFLATED)), Refused::Members(0));
        let one = |method, flags| {
            archive(
                &[("TX.txt", TEXT)],
                As {
                    method,
                    flags,
                    ..DEFLATED
                },
            )
        };
        assert_eq!(why(&one(0, 1)), Refused::Encrypted);
        assert_eq!(why(&one(99, 0)), Refused::Encrypted);
        assert_eq!(why(&one(9, 0)), Refused::Method(9));
        let mut part = archive(&[("TX.txt", TEXT)], DEFLATED);
        let disk = part.len() - END_BYTES + 4;
        part[disk] = 2;
        assert_eq!(why(&part), Refused::Volume);
    }

    #[test]
    fn a_damaged_archive_gives_what_was_packed_or_an_error() {
        for large in [false, true] {
            let sound = archive(&[("TX.txt", TEXT)], As { large, ..DEFLATED });
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
