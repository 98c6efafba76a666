//! One input file: its bytes as ISO 8859-1, and its form.
//!
//! A plain ASCII file is read through its map. A compressed or EBCDIC file is decompressed and
//! translated, a buffer at a time, into an unnamed temporary file (in TMPDIR, readable only by its
//! owner), which is mapped instead (decision 0010).

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use sha2::{Digest, Sha256};

use super::packing::fill;
use super::temporary::temporary_file;
use super::{Encoding, Framing, InputForm, Mapped, Packing, Records};
use crate::error::{Error, Result};
use crate::stop::Stop;

/// The number of bytes that are decompressed and translated at a time. The first buffer decides the
/// code page.
const BUFFER_BYTES: usize = 256 * 1024;
/// The number of bytes that are hashed between checks for a stop request.
const DIGEST_BYTES: usize = 4 * 1024 * 1024;

/// An open input file.
pub struct Source {
    /// Its path, as given.
    pub path: PathBuf,
    /// How it is split into records.
    pub framing: Framing,
    /// Its code page, as delivered.
    pub encoding: Encoding,
    /// Its compression, as delivered.
    pub packing: Option<Packing>,
    /// The file as it was delivered.
    delivered: Mapped,
    /// Its contents, if they differ from the delivered bytes.
    decoded: Option<Decoded>,
    digest: Mutex<Digesting>,
}

/// The decompressed and translated contents, with their checksum.
struct Decoded {
    bytes: Mapped,
    checksum: u32,
}

/// The digest of the delivered file, computed while its bytes are read.
#[derive(Default)]
struct Digesting {
    state: Sha256,
    done_bytes: usize,
}

impl Source {
    /// Opens a file with records of `record_bytes`. Decompressing and translating, which can take
    /// long, is abandoned if a stop is requested.
    ///
    /// # Errors
    /// [`crate::Error::Io`] and [`crate::Error::Input`] if it cannot be opened, mapped or
    /// unpacked, or where there is no room for what is unpacked; [`Error::Interrupted`] if the run
    /// is to stop.
    pub fn open(path: &Path, record_bytes: usize, form: InputForm, stop: &Stop) -> Result<Self> {
        let delivered = Mapped::open(path)?;
        delivered.will_read();
        Self::of_delivered(delivered, record_bytes, form, stop)
    }

    /// A file in memory; `name` is its path in messages.
    ///
    /// # Errors
    /// As [`Source::open`].
    pub fn of_bytes(
        name: &str,
        bytes: &[u8],
        record_bytes: usize,
        form: InputForm,
        stop: &Stop,
    ) -> Result<Self> {
        let path = Path::new(name);
        let mut file = temporary_file().map_err(Error::io("hold in memory", path))?;
        file.write_all(bytes)
            .map_err(Error::io("hold in memory", path))?;
        Self::of_delivered(Mapped::of_file(file, path)?, record_bytes, form, stop)
    }

    /// The same file with another record length. It is not decompressed again, unless it is EBCDIC,
    /// whose line ends depend on the record length.
    ///
    /// # Errors
    /// As [`Source::open`].
    pub fn with_record_bytes(
        mut self,
        record_bytes: usize,
        form: InputForm,
        stop: &Stop,
    ) -> Result<Self> {
        if self.encoding != Encoding::Ascii {
            return Self::of_delivered(self.delivered, record_bytes, form, stop);
        }
        self.framing = Framing::of(self.bytes(), record_bytes, form.fixed);
        Ok(self)
    }

    fn of_delivered(
        delivered: Mapped,
        record_bytes: usize,
        form: InputForm,
        stop: &Stop,
    ) -> Result<Self> {
        let path = delivered.path().to_owned();
        let packing = Packing::of(&delivered);
        let encoding = form.encoding.unwrap_or_else(|| Encoding::of(&delivered));
        if packing.is_none() && encoding == Encoding::Ascii {
            return Ok(Source {
                path,
                framing: Framing::of(&delivered, record_bytes, form.fixed),
                encoding: Encoding::Ascii,
                packing,
                delivered,
                decoded: None,
                digest: Mutex::default(),
            });
        }
        let (file, encoding) = decode(&delivered, packing, record_bytes, form, stop)
            // A truncated file must be reported as such, not as one that cannot be decompressed.
            .map_err(|error| delivered.check_intact().err().unwrap_or(error))?;
        let bytes = Mapped::of_file(file, &path)?;
        let decoded = Decoded {
            checksum: bytes.checksum(),
            bytes,
        };
        Ok(Source {
            path,
            framing: Framing::of(&decoded.bytes, record_bytes, form.fixed),
            encoding,
            packing,
            delivered,
            decoded: Some(decoded),
            digest: Mutex::default(),
        })
    }

    /// The bytes of all records and line ends.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        match &self.decoded {
            Some(decoded) => &decoded.bytes,
            None => &self.delivered,
        }
    }

    /// The first bytes of the file, decompressed but not translated, and whether they are the whole
    /// file.
    pub(super) fn untranslated(&self, most: usize) -> (Vec<u8>, bool) {
        let mut bytes = match self.packing {
            // It was decompressed when it was opened, so this cannot fail.
            Some(packing) => {
                super::packing::head(packing, &self.delivered, most + 1).unwrap_or_default()
            }
            None => self.delivered[..self.delivered.len().min(most + 1)].to_vec(),
        };
        let whole = bytes.len() <= most;
        bytes.truncate(most);
        (bytes, whole)
    }

    /// The records.
    pub fn records(&self) -> Records<'_> {
        Records::new(self.framing, self.bytes())
    }

    /// Adds the bytes from `first` to `end` to the file's digest. Bytes that were added before are
    /// skipped. If the file was decompressed or translated, all are skipped: its digest is that of
    /// the delivered file, and is computed at the end.
    pub fn digest_next(&self, first: usize, end: usize) {
        if self.decoded.is_some() {
            return;
        }
        let mut digest = self
            .digest
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if first == digest.done_bytes {
            digest.state.update(&self.delivered[first..end]);
            digest.done_bytes = end;
        }
    }

    /// Like [`Source::sha256`], but stops when a stop is requested.
    ///
    /// # Errors
    /// [`Error::Interrupted`].
    pub fn sha256_until(&self, stop: &Stop) -> Result<[u8; 32]> {
        let mut digest = self
            .digest
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut state = digest.state.clone();
        digest_until(&mut state, &self.delivered[digest.done_bytes..], stop)?;
        digest.done_bytes = self.delivered.len();
        digest.state = state.clone();
        Ok(state.finalize().into())
    }

    /// The SHA-256 of the delivered file. Bytes that have not been hashed are hashed now.
    pub fn sha256(&self) -> [u8; 32] {
        let mut digest = self
            .digest
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let rest = digest.done_bytes;
        digest.state.update(&self.delivered[rest..]);
        digest.done_bytes = self.delivered.len();
        digest.state.clone().finalize().into()
    }

    /// The form of the delivered file: `text/ascii`, `fb/cp037`, `text/ascii+gzip`, ...
    pub fn form_words(&self) -> String {
        let framing = match self.framing {
            Framing::Text => "text",
            Framing::Fixed(_) => "fb",
        };
        let encoding = match self.encoding {
            Encoding::Ascii => "ascii",
            Encoding::Cp037 => "cp037",
        };
        let packing = self
            .packing
            .map_or_else(String::new, |packing| format!("+{}", packing.word()));
        format!("{framing}/{encoding}{packing}")
    }

    /// The size of the delivered file in bytes.
    pub fn raw_bytes(&self) -> u64 {
        self.delivered.len() as u64
    }

    /// The file's name without its folder, for outputs that are compared.
    pub fn name(&self) -> String {
        self.path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    }

    /// Tells whether the file is still the one that was opened, and what was unpacked or translated
    /// of it still what was made of it.
    ///
    /// # Errors
    /// [`crate::Error::Input`] if it was cut short or changed since.
    pub fn check_intact(&self) -> Result<()> {
        self.delivered.check_intact()?;
        match &self.decoded {
            Some(decoded) => decoded.bytes.check_temporary(decoded.checksum),
            None => Ok(()),
        }
    }
}

/// Adds bytes to a digest. Stops when a stop is requested.
///
/// # Errors
/// [`Error::Interrupted`].
pub fn digest_until(digest: &mut Sha256, bytes: &[u8], stop: &Stop) -> Result<()> {
    for piece in bytes.chunks(DIGEST_BYTES) {
        stop.check()?;
        digest.update(piece);
    }
    Ok(())
}

/// Decompresses and translates into an unnamed temporary file.
fn decode(
    delivered: &Mapped,
    packing: Option<Packing>,
    record_bytes: usize,
    form: InputForm,
    stop: &Stop,
) -> Result<(File, Encoding)> {
    let path = delivered.path();
    let mut reader: Box<dyn Read + '_> = match packing {
        Some(packing) => packing
            .reader(delivered)
            .map_err(|error| packing.refuse(path, &error))?,
        None => Box::new(&delivered[..]),
    };
    let folder = std::env::temp_dir();
    let no_room = |error| Error::io("unpack or translate into a temporary file in", &folder)(error);
    let mut file = temporary_file().map_err(no_room)?;
    let mut buffer = vec![0; BUFFER_BYTES];
    // The first buffer decides the code page, and whether X'15' is a line end.
    let mut told: Option<(Encoding, bool)> = None;
    loop {
        stop.check()?;
        let filled = fill(&mut *reader, &mut buffer).map_err(|error| match packing {
            Some(packing) => packing.refuse(path, &error),
            None => Error::io("read", path)(error),
        })?;
        let bytes = &mut buffer[..filled];
        let (encoding, new_line) = *told.get_or_insert_with(|| {
            let encoding = form.encoding.unwrap_or_else(|| Encoding::of(bytes));
            (
                encoding,
                ends_with_new_line(bytes, record_bytes, form.fixed),
            )
        });
        if filled == 0 {
            return Ok((file, encoding));
        }
        encoding.decode(bytes, new_line);
        file.write_all(bytes).map_err(no_room)?;
    }
}

/// Whether X'15' is a line end in EBCDIC text that begins with these bytes. It is if it is more
/// common than X'25', and so common that no line is much longer than a record. Otherwise it is
/// data, the byte X'85' (ours, decision 0010).
fn ends_with_new_line(bytes: &[u8], record_bytes: usize, fixed: Option<bool>) -> bool {
    let count = |byte: u8| memchr::memchr_iter(byte, bytes).count();
    let (new_lines, line_feeds) = (count(0x15), count(0x25));
    let common = fixed == Some(false) || new_lines * 2 * (record_bytes + 1) >= bytes.len();
    fixed != Some(true) && new_lines > line_feeds && common
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(bytes).unwrap();
        packer.finish().unwrap()
    }

    fn opened(bytes: &[u8], form: InputForm) -> Result<Source> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        Source::open(file.path(), 4, form, &Stop::default())
    }

    #[test]
    fn packed_and_translated_files_hold_what_the_plain_one_holds() {
        let plain = b"A 01\nB 02\n";
        let mut ebcdic = plain.to_vec();
        Encoding::Cp037.encode(&mut ebcdic);
        let zstd = zstd::encode_all(&plain[..], 1).unwrap();
        let two_members = [gzip(&plain[..5]), gzip(&plain[5..])].concat();
        for delivered in [
            plain.to_vec(),
            ebcdic.clone(),
            gzip(plain),
            gzip(&ebcdic),
            zstd,
            two_members,
        ] {
            let source = opened(&delivered, InputForm::default()).unwrap();
            assert_eq!(source.bytes(), plain);
            assert_eq!(source.framing, Framing::Text);
            let expected: [u8; 32] = Sha256::digest(&delivered).into();
            source.digest_next(0, source.bytes().len());
            assert_eq!(source.sha256(), expected);
        }
    }

    #[test]
    fn an_ebcdic_new_line_is_data_in_fixed_records() {
        let bytes = b"\xc1\x15\xf0\xf1\xc2\x40\xf0\xf1";
        let fixed = InputForm {
            fixed: Some(true),
            encoding: Some(Encoding::Cp037),
        };
        assert_eq!(opened(bytes, fixed).unwrap().bytes(), b"A\x8501B 01");
        let found = opened(bytes, InputForm::default()).unwrap();
        assert_eq!(
            (found.bytes(), found.framing),
            (&b"A\n01B 01"[..], Framing::Text)
        );
    }

    #[test]
    fn an_ebcdic_new_line_among_line_feeds_or_in_few_records_is_data() {
        let text = opened(
            b"\xc1\x15\xf0\xf1\x25\xc2\x40\x40\xf1\x25",
            InputForm::default(),
        );
        assert_eq!(text.unwrap().bytes(), b"A\x8501\nB  1\n");
        let fixed = opened(
            &b"\xc1\x15\xf0\xf1\xc2\x40\xf0\xf1\xc2\x40\xf0\xf1"[..],
            InputForm::default(),
        );
        assert_eq!(fixed.unwrap().framing, Framing::Fixed(4));
    }

    #[test]
    fn a_damaged_packed_file_is_refused_in_words() {
        let whole = gzip(b"A 01\nB 02\n");
        let mut damaged = whole.clone();
        *damaged.last_mut().unwrap() ^= 0xff;
        let message = |bytes: &[u8]| {
            let error = opened(bytes, InputForm::default()).err().unwrap();
            error.to_string()
        };
        assert!(message(&whole[..whole.len() - 9]).contains("gzip file ends before"));
        assert!(message(&damaged).contains("gzip file is damaged"));
        let zstd = zstd::encode_all(&b"A 01\nB 02\n"[..], 1).unwrap();
        assert!(message(&zstd[..zstd.len() - 2]).contains("zstd file ends before"));
    }
}
