//! One input file: its bytes as ISO 8859-1, and its form.
//!
//! A plain ASCII file is read where it lies, from its map. One that is packed, RECFM=VB, UTF-8 or
//! EBCDIC is unpacked and translated, a buffer at a time, into a temporary file without a name (in
//! TMPDIR, for the owner alone), which is mapped instead (decision 0010).

use std::fs::File;
use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use sha2::{Digest, Sha256};

use super::ends::Body;
use super::temporary::temporary_file;
use super::translate::{Translated, needs_no_translation, translate};
use super::unpacked::refuse_zeros;
use super::{Encoding, Format, Framing, InputForm, Mapped, Packing, Records, Told, spool};
use crate::error::{Error, Result};
use crate::stop::Stop;
use crate::text::count_of;

/// How much is digested between looks at whether to stop.
const DIGEST_BYTES: usize = 4 * 1024 * 1024;

/// An open input file.
pub struct Source {
    /// Its path, as given.
    pub path: PathBuf,
    /// How its records are separated; those of RECFM=VB have become lines.
    pub framing: Framing,
    /// Its code page, as delivered.
    pub encoding: Encoding,
    /// Its compression, as delivered.
    pub packing: Option<Packing>,
    /// Whether it was RECFM=VB when it was delivered.
    variable: bool,
    /// The file as it was delivered.
    delivered: Mapped,
    /// Its contents, if they differ from the delivered bytes.
    decoded: Option<Decoded>,
    /// Where its records are, without a byte-order mark and padding.
    body: Range<usize>,
    /// Whether a byte-order mark came before its records.
    marked: bool,
    /// Where a character beyond ISO 8859-1 became `?`, in [`Source::bytes`].
    replaced: Vec<u64>,
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
    /// unpacked, [`Error::Temporary`] where there is no room for what is unpacked;
    /// [`Error::Interrupted`] if the run is to stop.
    pub fn open(path: &Path, record_bytes: usize, form: InputForm, stop: &Stop) -> Result<Self> {
        let delivered = spool::delivered(path, stop)?;
        delivered.will_read();
        Self::of_mapped(delivered, record_bytes, form, stop)
    }

    /// A file that is open; messages call it `path`.
    ///
    /// # Errors
    /// As [`Source::open`].
    pub fn of_file(
        file: File,
        path: &Path,
        record_bytes: usize,
        form: InputForm,
        stop: &Stop,
    ) -> Result<Self> {
        Self::of_mapped(Mapped::of_file(file, path)?, record_bytes, form, stop)
    }

    /// A file that is in memory; messages call it `name`.
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
        let mut file = temporary_file().map_err(Error::temporary(path))?;
        file.write_all(bytes).map_err(Error::temporary(path))?;
        Self::of_mapped(Mapped::of_file(file, path)?, record_bytes, form, stop)
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
        if self.encoding.is_ebcdic() {
            return Self::of_mapped(self.delivered, record_bytes, form, stop);
        }
        self.take_body(record_bytes, form.format);
        Ok(self)
    }

    /// A file that is mapped.
    ///
    /// # Errors
    /// As [`Source::open`].
    pub fn of_mapped(
        delivered: Mapped,
        record_bytes: usize,
        form: InputForm,
        stop: &Stop,
    ) -> Result<Self> {
        let path = delivered.path().to_owned();
        let packing = Packing::of(&delivered);
        let (decoded, translated) = if needs_no_translation(&delivered, packing, form) {
            refuse_zeros(&path, &delivered)?;
            (None, Translated::default())
        } else {
            let (file, translated) = translate(&delivered, packing, record_bytes, form, stop)
                // A file that was cut short is reported as such, not as one that cannot be unpacked.
                .map_err(|error| match error {
                    Error::Temporary { .. } => error,
                    error => delivered.check_intact().err().unwrap_or(error),
                })?;
            let bytes = Mapped::of_file(file, &path)?;
            let checksum = bytes.checksum();
            (Some(Decoded { bytes, checksum }), translated)
        };
        let mut source = Source {
            path,
            framing: Framing::Text,
            encoding: translated.encoding,
            packing,
            variable: translated.variable,
            delivered,
            decoded,
            body: 0..0,
            marked: translated.marked,
            replaced: translated.replaced,
            digest: Mutex::default(),
        };
        source.take_body(record_bytes, form.format);
        Ok(source)
    }

    /// Finds where the records are, of this length where they are fixed.
    fn take_body(&mut self, record_bytes: usize, asked: Option<Format>) {
        let asked = if self.variable {
            Some(Format::Text)
        } else {
            asked
        };
        let body = Body::of(self.all(), record_bytes, asked);
        self.marked |= body.range.start > 0;
        self.framing = body.framing;
        self.body = body.range;
    }

    /// The bytes of all records and line ends.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        &self.all()[self.body.clone()]
    }

    /// The bytes of the whole file, unpacked and translated.
    #[inline]
    fn all(&self) -> &[u8] {
        match &self.decoded {
            Some(decoded) => &decoded.bytes,
            None => &self.delivered,
        }
    }

    /// The file as it was delivered.
    pub fn delivered(&self) -> &[u8] {
        &self.delivered
    }

    /// What the file holds beside records, and what of them was changed by reading it, in sentences
    /// without a subject.
    pub fn told(&self) -> Vec<Told> {
        let mut told = Vec::new();
        let mut tell = |kind: &'static str, what: String| {
            told.push(Told {
                kind: kind.to_owned(),
                records: 0,
                first_records: Vec::new(),
                what,
            });
        };
        if self.marked {
            tell(
                "byte-order-mark",
                "begins with a byte-order mark, which is not part of a record: skipped".to_owned(),
            );
        }
        let padding = self.all().len() - self.body.end;
        if padding > 0 {
            let bytes = count_of(padding as u64, "byte");
            tell(
                "padding",
                format!(
                    "ends with {bytes} of padding (blanks, X'00' or X'1A') after the last record, which are not records: left out"
                ),
            );
        }
        if !self.replaced.is_empty() {
            let characters = count_of(self.replaced.len() as u64, "character");
            tell(
                "beyond-iso-8859-1",
                format!("holds {characters} beyond ISO 8859-1, each read as ? (W02)"),
            );
        }
        told
    }

    /// Whether it was RECFM=VB when it was delivered; its records have become lines.
    pub(super) fn is_variable(&self) -> bool {
        self.variable
    }

    /// Whether a character beyond ISO 8859-1 became `?` in these bytes.
    #[inline]
    pub fn is_replaced_in(&self, range: Range<u64>) -> bool {
        if self.replaced.is_empty() {
            return false;
        }
        let next = self.replaced.partition_point(|&at| at < range.start);
        self.replaced.get(next).is_some_and(|&at| at < range.end)
    }

    /// The first bytes of the file, unpacked but not translated, and whether they are all of it.
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
        let start = self.body.start;
        if digest.done_bytes == 0 && first == 0 && start > 0 {
            digest.state.update(&self.delivered[..start]);
            digest.done_bytes = start;
        }
        let (first, end) = (first + start, end + start);
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
        let format = match self.framing {
            Framing::Text if self.variable => Format::Variable,
            Framing::Text => Format::Text,
            Framing::Fixed(_) => Format::Fixed,
        };
        let packing = self
            .packing
            .map_or_else(String::new, |packing| format!("+{}", packing.word()));
        format!("{}/{}{packing}", format.word(), self.encoding.word())
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

    /// Whether the file still has the digest that was made as it was read; not where none was made.
    fn is_of_its_digest(&self) -> bool {
        let digest = self
            .digest
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        digest.done_bytes == self.delivered.len()
            && Sha256::digest(&self.delivered[..]) == digest.state.clone().finalize()
    }

    /// Tells whether the file is still the one that was opened, and what was unpacked or translated
    /// of it still what was made of it.
    ///
    /// # Errors
    /// [`crate::Error::Input`] if it was cut short or changed since.
    pub fn check_intact(&self) -> Result<()> {
        if let Err(changed) = self.delivered.check_intact()
            && !(self.delivered.has_only_other_names() && self.is_of_its_digest())
        {
            return Err(changed);
        }
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

#[cfg(test)]
mod tests {
    use super::*;

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
            format: Some(Format::Fixed),
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

    #[test]
    fn another_name_of_a_file_is_no_change_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("a"), folder.path().join("b"));
        std::fs::write(&path, b"A 01\nB 02\n").unwrap();
        let source = Source::open(&path, 4, InputForm::default(), &Stop::default()).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(50));
        std::fs::hard_link(&path, &link).unwrap();
        // What it holds was not noted, so that it cannot be compared.
        assert!(source.check_intact().is_err());
        let source = Source::open(&path, 4, InputForm::default(), &Stop::default()).unwrap();
        source.sha256();
        std::thread::sleep(std::time::Duration::from_millis(50));
        std::fs::remove_file(&link).unwrap();
        source.check_intact().unwrap();
        let modified = std::fs::metadata(&path).unwrap().modified().unwrap();
        std::fs::hard_link(&path, &link).unwrap();
        let file = File::options().write(true).open(&path).unwrap();
        (&file).write_all(b"A 01\nB 03\n").unwrap();
        file.set_modified(modified).unwrap();
        std::fs::hard_link(&path, folder.path().join("c")).unwrap();
        assert!(source.check_intact().is_err());
    }
}
