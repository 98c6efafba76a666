//! Standard input and pipes, kept in a private file so that they can be read like any other: mapped,
//! looked at twice, digested.
//!
//! What came through a pipe is gone once it was read, so each is kept for as long as the program
//! runs, under the path that it was given by.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::OFlags;

use super::Mapped;
use super::temporary::temporary_file;
use crate::error::{Attempt, Error, Result};
use crate::stop::{Stop, WAIT_STEP};

/// What came, by the path that was given.
static KEPT: Mutex<BTreeMap<PathBuf, File>> = Mutex::new(BTreeMap::new());
/// How long nobody may write to a named pipe before it is given up.
const WRITER_WAIT: Duration = Duration::from_mins(1);

/// Whether the path stands for standard input.
pub fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Whether what the path names can be read once only.
pub(super) fn is_read_once(path: &Path) -> bool {
    let is_pipe = || {
        let kind = std::fs::metadata(path).map(|metadata| metadata.file_type());
        kind.is_ok_and(|kind| kind.is_fifo())
    };
    is_stdin(path) || is_pipe()
}

/// Maps what a path gives: a file, a pipe, or standard input.
///
/// # Errors
/// As [`Mapped::open`]; [`Error::Temporary`], [`Error::Io`] and [`Error::Interrupted`] where a pipe cannot be read.
pub fn delivered(path: &Path, stop: &Stop) -> Result<Mapped> {
    if is_read_once(path) {
        Mapped::of_file(kept(path, stop)?, path)
    } else {
        Mapped::open(path)
    }
}

/// A file that holds what standard input or a pipe gave; the first call reads it to its end.
///
/// # Errors
/// [`Error::Io`] where it cannot be read or kept, [`Error::Interrupted`] where the run is to stop
/// meanwhile.
fn kept(path: &Path, stop: &Stop) -> Result<File> {
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if !kept.contains_key(path) {
        kept.insert(path.to_owned(), keep(path, stop)?);
    }
    let file = kept.get(path).map(File::try_clone);
    let file = file.unwrap_or_else(|| Err(ErrorKind::NotFound.into()));
    file.map_err(Error::io(Attempt::Read, path))
}

fn keep(path: &Path, stop: &Stop) -> Result<File> {
    let file = temporary_file().map_err(Error::temporary(path))?;
    if is_stdin(path) {
        return copy(std::io::stdin().lock(), path, Waits::ToRead, file, stop);
    }
    // Without waiting for a writer, so that a signal is heard meanwhile.
    let pipe = OpenOptions::new()
        .read(true)
        .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
        .open(path)
        .map_err(Error::io(Attempt::Open, path))?;
    // What a shell makes of <(...) has had its writer: one that is gone will not come.
    let has_writer = ["/dev/fd", "/proc"]
        .iter()
        .any(|head| path.starts_with(head));
    copy(pipe, path, Waits::Never { has_writer }, file, stop)
}

/// Whether reading waits for bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Waits {
    ToRead,
    Never { has_writer: bool },
}

/// Copies to the end: where the writer has gone.
fn copy<R: Read + AsFd>(
    mut from: R,
    path: &Path,
    waits: Waits,
    mut to: File,
    stop: &Stop,
) -> Result<File> {
    let give_up = Instant::now() + WRITER_WAIT;
    let mut has_writer = waits != Waits::Never { has_writer: false };
    let mut buffer = vec![0; 256 * 1024];
    loop {
        stop.check()?;
        let ready = wait_for_bytes(&from).map_err(Error::io(Attempt::Read, path))?;
        if !ready && waits == Waits::ToRead {
            continue;
        }
        match from.read(&mut buffer) {
            Ok(0) if has_writer => return Ok(to),
            Ok(0) if Instant::now() > give_up => {
                let problem = format!(
                    "is a pipe to which nobody wrote for {} seconds; start the program that writes to it",
                    WRITER_WAIT.as_secs()
                );
                return Err(Error::input(path, problem));
            }
            Ok(0) => {}
            Ok(bytes) => {
                has_writer = true;
                to.write_all(&buffer[..bytes])
                    .map_err(Error::temporary(path))?;
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => has_writer = true,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(Error::io(Attempt::Read, path)(error)),
        }
    }
}

/// Waits a moment for bytes or an end; tells whether there is one of them.
fn wait_for_bytes(from: &impl AsFd) -> std::io::Result<bool> {
    let mut wanted = [PollFd::new(from, PollFlags::IN)];
    match poll(&mut wanted, Some(&WAIT_STEP)) {
        Ok(ready) => Ok(ready > 0),
        Err(rustix::io::Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
