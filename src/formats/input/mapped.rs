//! Files mapped into memory: the one module with `unsafe` code.
//!
//! A mapped input uses no private memory, and any record can be read again when its response is
//! written. But another process can truncate the file while it is mapped, and reading beyond the
//! new end would kill the process with SIGBUS. A signal handler therefore maps a page of zeroes
//! there and notes the file, and [`Mapped::check_intact`], which every command must call before it
//! publishes or prints an answer, reports it (decision 0002).

#![expect(
    unsafe_code,
    reason = "mapping files and handling SIGBUS have no safe interface"
)]

use std::fs::{File, Metadata};
use std::io::ErrorKind;
use std::ops::Deref;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use memmap2::{Mmap, MmapOptions};

use crate::error::{Attempt, Error, Result};
use crate::open::regular;

/// What there is to say of a device.
const NO_FILE: &str = "is neither a file nor a pipe; give a file";
/// What there is to say of a folder, where a file is wanted.
const FOLDER: &str = "is a folder; give the file itself";
/// How many files can be mapped at once.
const SLOTS: usize = 1024;

struct Slot {
    first: AtomicUsize,
    bytes: AtomicUsize,
    cut: AtomicBool,
}

static MAPPED_FILES: [Slot; SLOTS] = [const {
    Slot {
        first: AtomicUsize::new(0),
        bytes: AtomicUsize::new(0),
        cut: AtomicBool::new(false),
    }
}; SLOTS];

/// A file's bytes, mapped read-only.
pub struct Mapped {
    map: Option<Mmap>,
    slot: Option<usize>,
    file: File,
    opened: Stamp,
    path: PathBuf,
}

/// The properties that show whether a file was changed. They include the time of its last status change
/// (ctime), because a program can reset the modification time but not this one.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stamp {
    file: (u64, u64),
    bytes: u64,
    modified: (i64, i64),
    changed: (i64, i64),
    names: u64,
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Stamp {
            file: (metadata.dev(), metadata.ino()),
            bytes: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
            names: metadata.nlink(),
        }
    }
}

impl Mapped {
    /// Opens and maps a file.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be opened or mapped, [`Error::Input`] if it is not a regular
    /// file.
    pub fn open(path: &Path) -> Result<Self> {
        let file = regular(path).map_err(|error| match error.kind() {
            ErrorKind::InvalidInput if path.is_dir() => Error::input(path, FOLDER),
            ErrorKind::InvalidInput => Error::input(path, NO_FILE),
            _ => Error::io(Attempt::Open, path)(error),
        })?;
        Self::of_file(file, path)
    }

    /// Maps an open file; `path` is for messages.
    ///
    /// # Errors
    /// As [`Mapped::open`].
    pub fn of_file(file: File, path: &Path) -> Result<Self> {
        install_handler();
        let metadata = file.metadata().map_err(Error::io(Attempt::Read, path))?;
        if !metadata.is_file() {
            return Err(Error::input(path, NO_FILE));
        }
        let opened = Stamp::of(&metadata);
        let bytes = usize::try_from(opened.bytes)
            .map_err(|_| Error::input(path, "is too large for this machine's addresses"))?;
        let mut mapped = Mapped {
            map: None,
            slot: None,
            file,
            opened,
            path: path.to_owned(),
        };
        if bytes > 0 {
            // SAFETY: the map is read-only and private to this process; a change by another
            // process can alter bytes (seen by `check_intact`, and every reader takes any byte)
            // or cut the file, which the SIGBUS handler turns into zeroes.
            let map = unsafe { MmapOptions::new().len(bytes).map(&mapped.file) }
                .map_err(Error::io(Attempt::Map, path))?;
            mapped.slot = Some(register(&map).ok_or_else(|| {
                Error::input(
                    path,
                    format!("is one of more than {SLOTS} open files; give fewer at once"),
                )
            })?);
            mapped.map = Some(map);
        }
        Ok(mapped)
    }

    /// The path of the file, as given.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Advises the system that the file will be read soon, from front to back.
    pub fn will_read(&self) {
        if let Some(map) = &self.map {
            // This is only advice, so an error does not matter.
            drop(map.advise(memmap2::Advice::WillNeed));
        }
    }

    /// Whether a page of it could not be read: it was cut short, or the device failed.
    fn is_cut(&self) -> bool {
        self.slot
            .is_some_and(|slot| MAPPED_FILES[slot].cut.load(Ordering::Acquire))
    }

    /// The checksum of all of it.
    pub(super) fn checksum(&self) -> u32 {
        crc32fast::hash(self)
    }

    /// Tells whether a temporary file of ours, whose checksum this was, still holds what was written.
    /// `path` is of the file that was delivered.
    ///
    /// # Errors
    /// [`Error::Input`] if it does not.
    pub(super) fn check_temporary(&self, checksum: u32) -> Result<()> {
        let metadata = self.file.metadata();
        let metadata = metadata.map_err(Error::io(Attempt::Read, &self.path))?;
        let same = metadata.size() == self.opened.bytes && self.checksum() == checksum;
        // After the checksum, which reads every page.
        if same && !self.is_cut() {
            return Ok(());
        }
        let problem = "was unpacked or translated into a temporary file that could not be read again as it was written; look at the disk of TMPDIR, then run again";
        Err(Error::input(&self.path, problem))
    }

    /// Whether all that can be seen to have changed is how many names the file has, as a backup by links
    /// does it, or a run that keeps an extract. What it holds must then be compared.
    pub(super) fn has_only_other_names(&self) -> bool {
        let now = self.file.metadata().map(|metadata| Stamp::of(&metadata));
        now.is_ok_and(|now| {
            let same = Stamp {
                changed: self.opened.changed,
                names: self.opened.names,
                ..now
            };
            same == self.opened && now.names != self.opened.names && now.names > 0
        }) && !self.is_cut()
    }

    /// Tells whether the file is still the one that was opened.
    ///
    /// # Errors
    /// [`Error::Input`] if it was truncated, changed or replaced since.
    pub fn check_intact(&self) -> Result<()> {
        let cut = self.is_cut();
        let metadata = self
            .file
            .metadata()
            .map_err(Error::io(Attempt::Read, &self.path))?;
        let now = Stamp::of(&metadata);
        if cut && now.bytes >= self.opened.bytes {
            let problem = "could not be read to its end, although it has not become shorter; look at the disk, then run again";
            return Err(Error::input(&self.path, problem));
        }
        if now.bytes < self.opened.bytes {
            let problem = format!(
                "was cut from {} to {} bytes while it was read; wait until it has arrived whole, then run again",
                self.opened.bytes, now.bytes
            );
            return Err(Error::input(&self.path, problem));
        }
        if now != self.opened {
            let problem = "was changed, moved or replaced while it was read; wait until it has arrived whole, then run again";
            return Err(Error::input(&self.path, problem));
        }
        Ok(())
    }
}

impl Deref for Mapped {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        self.map.as_deref().unwrap_or_default()
    }
}

impl Drop for Mapped {
    fn drop(&mut self) {
        if let Some(slot) = self.slot {
            let slot = &MAPPED_FILES[slot];
            slot.bytes.store(0, Ordering::Release);
            slot.cut.store(false, Ordering::Release);
            slot.first.store(0, Ordering::Release);
        }
    }
}

fn register(map: &Mmap) -> Option<usize> {
    let first = map.as_ptr() as usize;
    MAPPED_FILES.iter().position(|slot| {
        let taken = slot
            .first
            .compare_exchange(0, first, Ordering::AcqRel, Ordering::Acquire);
        taken.is_ok() && {
            slot.bytes.store(map.len(), Ordering::Release);
            true
        }
    })
}

fn install_handler() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        // SAFETY: `handler` has the signature that SA_SIGINFO asks for, and calls nothing but
        // atomics, `mmap`, `sigaction` and `sysconf`-free arithmetic.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = handler as *const () as usize;
            action.sa_flags = libc::SA_SIGINFO;
            libc::sigemptyset(&raw mut action.sa_mask);
            libc::sigaction(libc::SIGBUS, &raw const action, std::ptr::null_mut());
        }
    });
}

extern "C" fn handler(
    signal: libc::c_int,
    info: *mut libc::siginfo_t,
    _context: *mut libc::c_void,
) {
    // The smallest page of the systems that we run on; a larger one only means that the mapping
    // call fails and the signal is raised again.
    const PAGE_BYTES: usize = 4096;
    // SAFETY: the kernel hands a valid `siginfo_t` to a SA_SIGINFO handler. Replacing the pages
    // from the fault to the end of a registered map keeps every address of it readable.
    unsafe {
        let address = (*info).si_addr() as usize;
        for slot in &MAPPED_FILES {
            let first = slot.first.load(Ordering::Acquire);
            let bytes = slot.bytes.load(Ordering::Acquire);
            if first == 0 || address < first || address >= first + bytes {
                continue;
            }
            slot.cut.store(true, Ordering::Release);
            let page = address & !(PAGE_BYTES - 1);
            let rest = first + bytes - page;
            let flags =
                libc::MAP_FIXED | libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
            let zeroes = libc::mmap(
                page as *mut libc::c_void,
                rest,
                libc::PROT_READ,
                flags,
                -1,
                0,
            );
            if zeroes != libc::MAP_FAILED {
                return;
            }
            break;
        }
        // Not a fault in a mapped file: the default action ends the process.
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = libc::SIG_DFL;
        libc::sigaction(signal, &raw const action, std::ptr::null_mut());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_file_cut_short_reads_as_zeroes_and_is_reported() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&[b'x'; 100_000]).unwrap();
        let mapped = Mapped::open(file.path()).unwrap();
        assert!(mapped.check_intact().is_ok());
        file.as_file().set_len(10).unwrap();
        assert_eq!(mapped[90_000], 0);
        let message = mapped.check_intact().unwrap_err().to_string();
        assert!(
            message.contains("was cut from 100000 to 10 bytes while it was read"),
            "{message}"
        );
    }

    #[test]
    fn a_changed_file_is_reported() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"first").unwrap();
        let mapped = Mapped::open(file.path()).unwrap();
        file.write_all(b"more").unwrap();
        assert!(
            mapped
                .check_intact()
                .unwrap_err()
                .to_string()
                .contains("was changed")
        );
    }

    #[test]
    fn a_change_in_place_with_the_time_set_back_is_reported() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"first").unwrap();
        let modified = file.as_file().metadata().unwrap().modified().unwrap();
        let mapped = Mapped::open(file.path()).unwrap();
        // The clock of a file system goes by ticks.
        std::thread::sleep(std::time::Duration::from_millis(50));
        std::fs::write(file.path(), b"other").unwrap();
        file.as_file().set_modified(modified).unwrap();
        let message = mapped.check_intact().unwrap_err().to_string();
        assert!(
            message.contains("was changed, moved or replaced"),
            "{message}"
        );
    }

    #[test]
    fn a_file_replaced_under_its_name_is_reported() {
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("a"), folder.path().join("b"));
        std::fs::write(&path, b"first").unwrap();
        std::fs::write(&other, b"other").unwrap();
        let mapped = Mapped::open(&path).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(50));
        std::fs::rename(&other, &path).unwrap();
        assert!(mapped.check_intact().is_err());
    }

    #[test]
    fn a_temporary_file_that_is_cut_or_changed_is_reported() {
        use std::os::unix::fs::FileExt;
        let change: [fn(&File); 2] = [
            |file| file.set_len(10).unwrap(),
            |file| file.write_all_at(b"y", 50_000).unwrap(),
        ];
        for change in change {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(&[b'x'; 100_000]).unwrap();
            let mapped = Mapped::of_file(file.try_clone().unwrap(), Path::new("TX.gz")).unwrap();
            let checksum = mapped.checksum();
            mapped.check_temporary(checksum).unwrap();
            change(&file);
            let message = mapped.check_temporary(checksum).unwrap_err().to_string();
            assert!(message.starts_with("TX.gz: was unpacked"), "{message}");
        }
    }

    #[test]
    fn an_empty_file_has_no_bytes() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(Mapped::open(file.path()).unwrap().is_empty());
    }
}
