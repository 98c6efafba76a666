//! The temporary file into which a file is unpacked or translated, and how large it may become.
//!
//! 131 KB can unpack to gigabytes. The limits here guard the machine and never change an answer, so
//! the one that can be set (`--max-unpacked`) is of the process. A file over a limit is one that
//! cannot be used, and messages name the file that was delivered; so is one that takes up all the room
//! for temporary files. That their folder is missing, or full before the file's first byte, is a fault of
//! this machine: it stops the run, whatever the file.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use super::temporary::temporary_file;
use crate::error::{Error, Result};

/// The standard of `--max-unpacked`: 64 GiB, several times the registry of the nation.
pub const MAX_UNPACKED_BYTES: u64 = 64 << 30;
/// How many times its size a packed file may become, once that is more than [`RATIO_FROM_BYTES`]: a
/// record of 241 bytes would be less than one, and no two records are alike.
const MAX_RATIO: u64 = 250;
/// Below this nothing is harmed, whatever the ratio.
const RATIO_FROM_BYTES: u64 = 64 << 20;
/// How much is written between looks at the free space.
const LOOK_BYTES: u64 = 64 << 20;
/// How much must stay free where temporary files are.
const RESERVE_BYTES: u64 = 64 << 20;
/// A file that begins with so many bytes X'00' holds no records.
const ZEROS: usize = 64 * 1024;

static MAX_UNPACKED: AtomicU64 = AtomicU64::new(MAX_UNPACKED_BYTES);

/// Sets how many bytes any file may unpack to from now on.
pub fn set_max_unpacked(bytes: u64) {
    MAX_UNPACKED.store(bytes, Ordering::Relaxed);
}

/// Refuses a file that begins with nothing but X'00', before all of it is read.
///
/// # Errors
/// [`Error::Unusable`].
pub(super) fn refuse_zeros(path: &Path, bytes: &[u8]) -> Result<()> {
    if bytes.len() < ZEROS || bytes[..ZEROS].iter().any(|&byte| byte != 0) {
        return Ok(());
    }
    let problem = format!("begins with {ZEROS} bytes of X'00': the transfer failed; send it again");
    Err(Error::unusable(path, problem))
}

/// What is unpacked or translated of a file, in a temporary file.
pub(super) struct Unpacked<'p> {
    /// Of the file that was delivered.
    path: &'p Path,
    delivered_bytes: u64,
    is_packed: bool,
    file: File,
    bytes: u64,
    look_at: u64,
}

impl<'p> Unpacked<'p> {
    /// Begins the temporary file.
    ///
    /// # Errors
    /// [`Error::Temporary`] where it cannot be made.
    pub(super) fn create(path: &'p Path, delivered_bytes: u64, is_packed: bool) -> Result<Self> {
        let file = temporary_file();
        Ok(Unpacked {
            path,
            delivered_bytes,
            is_packed,
            file: file.map_err(Error::temporary(path))?,
            bytes: 0,
            look_at: 0,
        })
    }

    /// Appends bytes.
    ///
    /// # Errors
    /// [`Error::Unusable`] where the file is over a limit, [`Error::Temporary`] where there is no room
    /// for it.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        if self.bytes == 0 {
            refuse_zeros(self.path, bytes)?;
        }
        let after = self.bytes + bytes.len() as u64;
        self.refuse_over_limit(after)?;
        if after > self.look_at {
            self.refuse_without_room()?;
            self.look_at = after + LOOK_BYTES;
        }
        match self.file.write_all(bytes) {
            Ok(()) => {
                self.bytes = after;
                Ok(())
            }
            Err(error)
                if [ErrorKind::StorageFull, ErrorKind::QuotaExceeded].contains(&error.kind()) =>
            {
                Err(self.no_room(error))
            }
            Err(error) => Err(Error::temporary(self.path)(error)),
        }
    }

    /// The file, complete.
    pub(super) fn finish(self) -> File {
        self.file
    }

    fn refuse_over_limit(&self, after: u64) -> Result<()> {
        let most = MAX_UNPACKED.load(Ordering::Relaxed);
        if after > most {
            let problem = format!(
                "unpacks to more than {most} bytes; if it is what it should be, allow more with --max-unpacked"
            );
            return Err(Error::unusable(self.path, problem));
        }
        let ratio = after / self.delivered_bytes.max(1);
        if self.is_packed && after > RATIO_FROM_BYTES && ratio > MAX_RATIO {
            let problem = format!(
                "unpacks to more than {MAX_RATIO} times its size, which no records do; ask for the file again"
            );
            return Err(Error::unusable(self.path, problem));
        }
        Ok(())
    }

    fn refuse_without_room(&self) -> Result<()> {
        // Where the system does not say, a write shows it.
        let free = rustix::fs::fstatvfs(&self.file)
            .map_or(u64::MAX, |now| now.f_bavail.saturating_mul(now.f_frsize));
        if free < RESERVE_BYTES {
            return Err(self.no_room(ErrorKind::StorageFull.into()));
        }
        Ok(())
    }

    /// The file took up all the room, or found none.
    fn no_room(&self, error: std::io::Error) -> Error {
        if self.bytes == 0 {
            return Error::temporary(self.path)(error);
        }
        let problem = format!(
            "cannot be unpacked or translated: after {} bytes the disk of temporary files has no more room; make room, or name another folder with TMPDIR",
            self.bytes
        );
        Error::unusable(self.path, problem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_are_refused_at_once_and_others_are_not() {
        let path = Path::new("TX.txt");
        assert!(refuse_zeros(path, &[0; ZEROS]).is_err());
        assert!(refuse_zeros(path, &[0; ZEROS - 1]).is_ok());
        let mut bytes = [0; ZEROS];
        bytes[ZEROS - 1] = b'x';
        assert!(refuse_zeros(path, &bytes).is_ok());
    }

    #[test]
    fn the_ratio_is_of_packed_files_and_begins_where_it_harms() {
        let path = Path::new("TX.gz");
        let at = |is_packed, after| {
            Unpacked::create(path, 1000, is_packed)
                .unwrap()
                .refuse_over_limit(after)
        };
        assert!(at(true, RATIO_FROM_BYTES).is_ok());
        let message = at(true, RATIO_FROM_BYTES + 1).unwrap_err().to_string();
        assert!(
            message.starts_with("TX.gz: unpacks to more than 250 times"),
            "{message}"
        );
        assert!(at(false, RATIO_FROM_BYTES + 1).is_ok());
        assert!(at(false, MAX_UNPACKED_BYTES + 1).is_err());
    }
}
