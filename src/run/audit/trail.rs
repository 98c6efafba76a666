//! Appends lines to the audit trail.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::digest::hex_digest;
use super::key::{AuditKey, Signed};
use super::lines::{EndLine, Line, Outcome, SCHEMA, StartLine, is_torn};
use super::seal::{sealed, unsealed};
use crate::clock::utc_now;
use crate::error::{Attempt, Error, Result};
use crate::open::look;
use crate::stderr::warn;
use crate::stop::Stop;
use crate::text::shown_path;

/// The value of `previous` on the first line.
pub(super) const FIRST: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// How long to wait for the lock of the trail: many runs may end at once, each with its sync.
const LOCK_WAIT: Duration = Duration::from_mins(1);
/// The same for a run that a signal has stopped.
const LOCK_WAIT_STOPPED: Duration = Duration::from_secs(2);
/// How long to wait before a message says so.
const LOCK_TELL: Duration = Duration::from_secs(1);

/// The maximum length of a line; all lines written are far shorter.
const LONGEST_LINE: u64 = 64 << 20;

/// The contents of a start line that depend on the command.
#[derive(Clone, Debug)]
pub struct Start {
    /// The command.
    pub command: String,
    /// The command line after the program's name.
    pub options: Vec<String>,
    /// The purpose of looking at the data, if the command asks for it.
    pub purpose: Option<String>,
}

/// A trail with the start line of this command.
pub struct Trail {
    path: PathBuf,
    key: Option<AuditKey>,
    start: String,
    /// The start line, and where it ends in the trail.
    began: (StartLine, u64),
}

impl Trail {
    /// Writes and syncs a start line.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be written, [`Error::Input`] if the file is not a trail or
    /// another process holds its lock, [`Error::Interrupted`] if a signal was received meanwhile.
    /// The command must then not run.
    pub fn start(path: &Path, key: Option<AuditKey>, start: &Start, stop: &Stop) -> Result<Trail> {
        let user_id = rustix::process::getuid().as_raw();
        let appended = append(
            (path, key.as_ref()),
            None,
            stop,
            |number, previous, after_torn_line, _| {
                Line::Start(StartLine {
                    schema: SCHEMA.to_owned(),
                    number,
                    previous,
                    after_torn_line,
                    time: utc_now(),
                    user: user_name(user_id),
                    user_id,
                    host: rustix::system::uname()
                        .nodename()
                        .to_string_lossy()
                        .into_owned(),
                    process: std::process::id(),
                    program: concat!("icr ", env!("CARGO_PKG_VERSION")).to_owned(),
                    command: start.command.clone(),
                    options: start.options.clone(),
                    purpose: start.purpose.clone(),
                })
            },
        )?;
        let Line::Start(began) = appended.line else {
            unreachable!("a start line was appended");
        };
        Ok(Trail {
            path: path.to_owned(),
            key,
            start: appended.digest,
            began: (began, appended.ends_at),
        })
    }

    /// Writes and syncs the line that says that everything is written and the output is about to
    /// appear.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be written; then nothing may be published.
    pub fn prepared(&self, outcome: &Outcome, stop: &Stop) -> Result<()> {
        self.append(outcome, stop, Line::Prepared)
    }

    /// Writes and syncs an end line.
    ///
    /// # Errors
    /// As [`Trail::start`].
    pub fn end(&self, outcome: &Outcome, stop: &Stop) -> Result<()> {
        self.append(outcome, stop, Line::End)
    }

    fn append(&self, outcome: &Outcome, stop: &Stop, event: fn(EndLine) -> Line) -> Result<()> {
        let (began, ends_at) = &self.began;
        append(
            (&self.path, self.key.as_ref()),
            Some((&self.start, *ends_at)),
            stop,
            |number, previous, after_torn_line, holds_start| {
                event(EndLine {
                    schema: SCHEMA.to_owned(),
                    number,
                    previous,
                    after_torn_line,
                    time: utc_now(),
                    start: self.start.clone(),
                    command: began.command.clone(),
                    began: (!holds_start).then(|| Box::new(began.clone())),
                    outcome: outcome.clone(),
                })
            },
        )
        .map(drop)
    }
}

/// A line that was appended.
struct Appended {
    line: Line,
    digest: String,
    /// Where it ends in the file, before its line end.
    ends_at: u64,
}

/// Opens the trail and locks it. It may be rotated while its lock is waited for; a line belongs into the
/// file that has the trail's name.
fn open_locked(path: &Path, stop: &Stop) -> Result<File> {
    let io = |action| Error::io(action, path);
    for _ in 0..100 {
        if std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
            let problem = "is not a regular file; name a file for --audit";
            return Err(Error::input(path, problem));
        }
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .mode(0o600)
            .open(path)
            .map_err(io(Attempt::OpenTrail))?;
        lock(&file, path, stop)?;
        let own = file.metadata().map_err(io(Attempt::ReadTrail))?;
        let named = look(path)?;
        if named.is_some_and(|named| (named.dev(), named.ino()) == (own.dev(), own.ino())) {
            return Ok(file);
        }
    }
    let problem =
        "is moved away again and again while its lock is waited for; look which program does it";
    Err(Error::input(path, problem))
}

/// Whether the trail holds the line of this digest where it was written. It does not where the trail was
/// rotated since.
fn holds(file: &mut File, (digest, ends_at): (&str, u64)) -> std::io::Result<bool> {
    if file.metadata()?.len() < ends_at {
        return Ok(false);
    }
    let line = line_that_ends_at(file, ends_at)?;
    Ok(line.is_some_and(|line| hex_digest(&line.bytes) == digest))
}

/// Appends a line under a lock, so that several processes can append at once. The line is told whether
/// the trail holds the start line that it belongs to.
fn append(
    (path, key): (&Path, Option<&AuditKey>),
    start: Option<(&str, u64)>,
    stop: &Stop,
    line: impl FnOnce(u64, String, bool, bool) -> Line,
) -> Result<Appended> {
    let io = |action| Error::io(action, path);
    let mut file = open_locked(path, stop)?;
    let holds_start = start.map_or(Ok(true), |start| holds(&mut file, start));
    let holds_start = holds_start.map_err(io(Attempt::ReadTrail))?;
    let last = last_line(&mut file).map_err(io(Attempt::ReadTrail))?;
    let (number, previous) = match &last {
        Some(last) => (
            number_of(last).map_or_else(|| count_lines(&mut file), Ok),
            hex_digest(&last.bytes),
        ),
        None => (Ok(0), FIRST.to_owned()),
    };
    let number = number.map_err(io(Attempt::ReadTrail))? + 1;
    let is_new = last.is_none();
    let torn = last.as_ref().is_some_and(|last| last.torn);
    if last.as_ref().is_some_and(LastLine::is_foreign) {
        let problem = "its last line is not a line of an audit trail: the file is something else, or the line was changed; look at it with `icr audit verify`, and name another file for --audit";
        return Err(Error::input(path, problem));
    }
    if let Some(problem) = last.as_ref().and_then(|last| last.refuses(key)) {
        return Err(Error::input(path, problem));
    }
    let line = line(number, previous, torn, holds_start);
    let text = serde_json::to_vec(&line).map_err(|e| io(Attempt::WriteTrail)(e.into()))?;
    let text = key.map_or(text.clone(), |key| key.signed(&text));
    let text = sealed(&text);
    let mut bytes = Vec::with_capacity(text.len() + 2);
    if last.is_some_and(|last| !last.ended) {
        // End the line that a killed process left incomplete.
        bytes.push(b'\n');
    }
    bytes.extend_from_slice(&text);
    bytes.push(b'\n');
    file.write_all(&bytes).map_err(io(Attempt::WriteTrail))?;
    file.sync_all().map_err(io(Attempt::WriteTrail))?;
    if is_new {
        sync_folder_of(path).map_err(io(Attempt::WriteTrail))?;
    }
    let length = file.metadata().map_err(io(Attempt::ReadTrail))?.len();
    Ok(Appended {
        line,
        digest: hex_digest(&text),
        ends_at: length.saturating_sub(1),
    })
}

/// Waits for the trail's lock; a signal interrupts the wait. Anyone who can read the trail can hold
/// its lock, so the wait has a limit. A run that was stopped by a signal also waits for its end
/// line, but not for long.
fn lock(file: &File, path: &Path, stop: &Stop) -> Result<()> {
    let (begun, was_stopped) = (Instant::now(), stop.check().is_err());
    let limit = if was_stopped {
        LOCK_WAIT_STOPPED
    } else {
        LOCK_WAIT
    };
    let mut told = false;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => {
                return Err(Error::io(Attempt::LockTrail, path)(error));
            }
        }
        if !was_stopped {
            stop.check()?;
        }
        let waited = begun.elapsed();
        if waited > limit {
            let problem = format!(
                "another process has held the lock of this audit trail for {} seconds; look which one (fuser, lsof), then run again",
                limit.as_secs()
            );
            return Err(Error::input(path, problem));
        }
        if waited > LOCK_TELL && !told {
            told = true;
            warn(&format!(
                "{}: another process holds the lock of this audit trail; waiting for it at most {} seconds",
                shown_path(path),
                limit.as_secs()
            ));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Syncs the folder of a trail that was just begun: without its name its lines would be lost.
fn sync_folder_of(path: &Path) -> std::io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// The trail's last line.
struct LastLine {
    bytes: Vec<u8>,
    /// Whether it has a line end.
    ended: bool,
    /// Whether it was cut because a process was killed.
    torn: bool,
}

impl LastLine {
    /// Whether it is neither a line of a trail nor the start of one.
    fn is_foreign(&self) -> bool {
        Line::parse(&self.bytes).is_none() && !is_torn(&self.bytes)
    }

    /// Why nothing may follow it under this key, or under none.
    fn refuses(&self, key: Option<&AuditKey>) -> Option<&'static str> {
        let signed = Signed::of(unsealed(&self.bytes))?;
        match key {
            None => Some("is a trail with a key; give it with --audit-key"),
            Some(key) if !key.made(&signed) => {
                Some("its last line was not written with this key; give the key of this trail")
            }
            Some(_) => None,
        }
    }
}

fn last_line(file: &mut File) -> std::io::Result<Option<LastLine>> {
    let length = file.seek(SeekFrom::End(0))?;
    line_that_ends_at(file, length)
}

/// The line that ends at a place in the file.
fn line_that_ends_at(file: &mut File, length: u64) -> std::io::Result<Option<LastLine>> {
    if length == 0 {
        return Ok(None);
    }
    // Read in pieces from the end, each once.
    let mut pieces: Vec<Vec<u8>> = Vec::new();
    let (mut first, mut ended) = (length, false);
    loop {
        let step = first.min(64 * 1024);
        first -= step;
        file.seek(SeekFrom::Start(first))?;
        let mut piece = vec![0; usize::try_from(step).unwrap_or(usize::MAX)];
        file.read_exact(&mut piece)?;
        if pieces.is_empty() && piece.last() == Some(&b'\n') {
            ended = true;
            piece.pop();
        }
        let begins = memchr::memrchr(b'\n', &piece).map(|at| at + 1);
        if let Some(at) = begins {
            piece.drain(..at);
        }
        pieces.push(piece);
        if begins.is_some() || first == 0 {
            break;
        }
        if length - first > LONGEST_LINE {
            let problem = "its last line is longer than any line of an audit trail";
            return Err(std::io::Error::new(ErrorKind::InvalidData, problem));
        }
    }
    pieces.reverse();
    let bytes = pieces.concat();
    let torn = !ended || Line::parse(&bytes).is_none();
    Ok(Some(LastLine { bytes, ended, torn }))
}

fn number_of(last: &LastLine) -> Option<u64> {
    Line::parse(&last.bytes).map(|line| line.number())
}

/// Counts the lines, if the last one does not have its number.
fn count_lines(file: &mut File) -> std::io::Result<u64> {
    file.seek(SeekFrom::Start(0))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let ends = memchr::memchr_iter(b'\n', &bytes).count() as u64;
    Ok(ends + u64::from(bytes.last() != Some(&b'\n')))
}

/// The user's name by the password file; the number where it has none.
fn user_name(user_id: u32) -> String {
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let id = user_id.to_string();
    let named = passwd.lines().find_map(|line| {
        let mut cells = line.split(':');
        let name = cells.next()?;
        (cells.nth(1)? == id).then(|| name.to_owned())
    });
    named.unwrap_or(id)
}
