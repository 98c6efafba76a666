//! Opens input files without ever blocking. It is the only place that decides where a pipe may be
//! read.
//!
//! Opening a pipe blocks until it has a writer, and opening a device can have effects. Special
//! files are therefore refused before they are opened, except for pipes where a small file is read
//! once ([`read_whole`]); these are polled with a time limit, and a signal interrupts the wait.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::OFlags;
use sha2::{Digest, Sha256};

use crate::error::{Attempt, Error, Result};
use crate::stop::{Stop, WAIT_STEP};
use crate::text::hex;

/// How long a pipe without a writer is waited for.
const WRITER_WAIT: Duration = Duration::from_mins(1);
/// The largest file that is read whole. Policies, rosters, profiles and logs are far smaller.
const WHOLE_BYTES: u64 = 1 << 30;

/// Opens a regular file.
///
/// # Errors
/// The system's answer, and [`ErrorKind::InvalidInput`] if the file is something else.
pub fn regular(path: &Path) -> std::io::Result<File> {
    // Checked before it is opened. If the file is replaced in between, the open itself does not
    // block.
    let refuse = |what| std::io::Error::new(ErrorKind::InvalidInput, what);
    let kind = std::fs::metadata(path)?.file_type();
    if kind.is_dir() {
        return Err(refuse("it is a folder, not a file"));
    }
    if !kind.is_file() {
        return Err(refuse("it is not a regular file"));
    }
    let file = open_without_waiting(path)?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(refuse("it is not a regular file"))
    }
}

/// Whether a name is there, whatever it is; a link is not followed. That it cannot be looked at is an
/// error, and not that it is missing.
///
/// # Errors
/// The system's answer.
pub fn is_there(path: &Path) -> std::io::Result<bool> {
    match std::fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if is_missing(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The bytes of a regular file.
///
/// # Errors
/// As [`regular`].
pub fn read_regular(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    regular(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What a path leads to; none where nothing is there. That it cannot be looked at is an error, and
/// never taken for missing or for damaged: whoever may read it would find it sound.
///
/// # Errors
/// [`Error::Io`].
pub fn look(path: &Path) -> Result<Option<Metadata>> {
    match std::fs::metadata(path) {
        Err(error) if is_missing(&error) => Ok(None),
        looked => looked.map(Some).map_err(Error::io(Attempt::Open, path)),
    }
}

/// The bytes of a regular file; none where nothing is there, or something else than a file.
///
/// # Errors
/// [`Error::Io`] where it is there and cannot be read.
pub fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>> {
    match read_regular(path) {
        Err(error) if is_missing(&error) || error.kind() == ErrorKind::InvalidInput => Ok(None),
        read => read.map(Some).map_err(Error::io(Attempt::Read, path)),
    }
}

/// Whether the system says that nothing has this name.
pub fn is_missing(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// A small file that was read whole.
#[derive(Debug)]
pub struct WholeFile {
    /// Its contents.
    pub bytes: Vec<u8>,
}

impl WholeFile {
    /// The SHA-256 of the contents, in hexadecimal.
    pub fn sha256(&self) -> String {
        hex(&Sha256::digest(&self.bytes).into())
    }
}

/// Why bytes are no text.
#[derive(Debug, PartialEq, Eq)]
pub struct NoText {
    /// The first line that is none, from 1, where some are.
    pub line: Option<usize>,
    /// What it is instead, and what to do.
    pub problem: &'static str,
}

/// Bytes as text: UTF-8, of which a byte-order mark at the start is no part.
///
/// # Errors
/// [`NoText`] where they are something else.
pub fn utf8_text(bytes: &[u8]) -> std::result::Result<&str, NoText> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(NoText {
            line: None,
            problem: "is UTF-16 text; save it as UTF-8",
        });
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        NoText {
            line: Some(1 + memchr::memchr_iter(b'\n', before).count()),
            problem: "is not UTF-8 text; save the file as UTF-8",
        }
    })
}

/// Reads a small file whole: a regular file or a pipe.
///
/// # Errors
/// [`Error::Io`] if it cannot be read, [`Error::Input`] if it is neither, is too large, or is
/// a pipe to which nobody writes, [`Error::Interrupted`] if a stop was requested.
pub fn read_whole(path: &Path, stop: &Stop) -> Result<WholeFile> {
    read_whole_within(path, WRITER_WAIT, stop)
}

fn read_whole_within(path: &Path, wait: Duration, stop: &Stop) -> Result<WholeFile> {
    stop.check()?;
    let metadata = std::fs::metadata(path).map_err(Error::io(Attempt::Open, path))?;
    let kind = metadata.file_type();
    let mut bytes = Vec::new();
    if kind.is_fifo() {
        read_pipe(path, wait, &mut bytes, stop)?;
    } else if kind.is_file() {
        let file = regular(path).map_err(Error::io(Attempt::Open, path))?;
        let read = file.take(WHOLE_BYTES + 1).read_to_end(&mut bytes);
        read.map_err(Error::io(Attempt::Read, path))?;
    } else if kind.is_dir() {
        return Err(Error::input(path, "is a folder; give a file"));
    } else {
        return Err(Error::input(
            path,
            "is neither a file nor a pipe; give a file",
        ));
    }
    if bytes.len() as u64 > WHOLE_BYTES {
        let problem = "has more than a gibibyte; it is another file than was meant";
        return Err(Error::input(path, problem));
    }
    Ok(WholeFile { bytes })
}

/// Opens without waiting for a writer, and without acquiring a controlling terminal.
fn open_without_waiting(path: &Path) -> std::io::Result<File> {
    let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits();
    OpenOptions::new()
        .read(true)
        .custom_flags(flags.cast_signed())
        .open(path)
}

fn read_pipe(path: &Path, wait: Duration, bytes: &mut Vec<u8>, stop: &Stop) -> Result<()> {
    let mut file = open_without_waiting(path).map_err(Error::io(Attempt::Open, path))?;
    if !file
        .metadata()
        .map_err(Error::io(Attempt::Read, path))?
        .file_type()
        .is_fifo()
    {
        return Err(Error::input(path, "was changed while it was opened"));
    }
    let give_up = Instant::now() + wait;
    let mut has_writer = false;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        stop.check()?;
        let hung_up = wait_for_bytes(&file).map_err(Error::io(Attempt::Read, path))?;
        match file.read(&mut buffer) {
            // Without a writer a pipe has no bytes, because it has ended or has not begun.
            Ok(0) if has_writer || hung_up => return Ok(()),
            Ok(0) if Instant::now() > give_up => {
                let problem = format!(
                    "is a pipe, and nobody opened it to write for {} seconds; start the program that writes to it",
                    wait.as_secs()
                );
                return Err(Error::input(path, problem));
            }
            Ok(0) => std::thread::sleep(Duration::from_millis(20)),
            Ok(read) => {
                has_writer = true;
                bytes.extend_from_slice(&buffer[..read]);
                if bytes.len() as u64 > WHOLE_BYTES {
                    return Ok(());
                }
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => has_writer = true,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(Error::io(Attempt::Read, path)(error)),
        }
    }
}

/// Waits a moment for bytes. Returns whether the writer has closed the pipe.
fn wait_for_bytes(file: &File) -> std::io::Result<bool> {
    let mut wanted = [PollFd::new(file, PollFlags::IN)];
    match poll(&mut wanted, Some(&WAIT_STEP)) {
        Ok(_) | Err(rustix::io::Errno::INTR) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(wanted[0].revents().contains(PollFlags::HUP))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pipe(folder: &Path) -> std::path::PathBuf {
        let path = folder.join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        path
    }

    #[test]
    fn a_pipe_is_read_to_its_end_and_refused_where_a_regular_file_is_wanted() {
        let folder = tempfile::tempdir().unwrap();
        let path = pipe(folder.path());
        assert_eq!(
            regular(&path).err().unwrap().kind(),
            ErrorKind::InvalidInput
        );
        let to = path.clone();
        let writer = std::thread::spawn(move || std::fs::write(to, vec![b'x'; 300_000]).unwrap());
        let read = read_whole(&path, &Stop::default()).unwrap();
        writer.join().unwrap();
        assert_eq!(read.bytes.len(), 300_000);
    }

    #[test]
    fn text_is_utf_8_and_what_is_not_is_named_with_its_line() {
        assert_eq!(utf8_text(b"\xef\xbb\xbfa\r\n\xc3\x91"), Ok("a\r\n\u{d1}"));
        let line = |bytes| utf8_text(bytes).unwrap_err().line;
        assert_eq!(line(b"a\nb\nJOS\xc9\n"), Some(3));
        assert_eq!(line(b"\xff\xfea\0"), None);
    }

    #[test]
    fn a_pipe_to_which_nobody_writes_is_given_up_and_a_signal_is_heard() {
        let folder = tempfile::tempdir().unwrap();
        let path = pipe(folder.path());
        let message = read_whole_within(&path, Duration::from_millis(60), &Stop::default())
            .unwrap_err()
            .to_string();
        assert!(message.contains("nobody opened it to write"), "{message}");
        let stopped = read_whole(&path, &Stop::set()).unwrap_err();
        assert!(matches!(stopped, Error::Interrupted(_)));
    }
}
