//! Writes to stdout, whose reader may close the pipe.

use std::io::{ErrorKind, Write};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::FileType;
use rustix::io::Errno;

use crate::error::{Error, Result};
use crate::stop::{Stop, WAIT_STEP};
use crate::text::{shown_lines, write_json};

/// The output of a command. After the reader has closed the pipe, the rest is dropped, and the
/// program ends quietly with the status that it would have had.
pub struct Stdout<'a> {
    out: &'a mut (dyn Write + 'a),
    closed: bool,
}

impl<'a> Stdout<'a> {
    /// Prints to `out`.
    pub fn new(out: &'a mut (dyn Write + 'a)) -> Self {
        Stdout { out, closed: false }
    }

    /// Prints text for people, or JSON, with its control characters replaced.
    ///
    /// # Errors
    /// [`Error::Stdout`] if it cannot be written for another reason than a closed pipe.
    pub fn print(&mut self, text: &str) -> Result<()> {
        self.bytes(shown_lines(text).as_bytes())
    }

    /// Prints bytes.
    ///
    /// # Errors
    /// As [`Stdout::print`].
    pub fn bytes(&mut self, bytes: &[u8]) -> Result<()> {
        if self.closed {
            return Ok(());
        }
        let written = self.out.write_all(bytes);
        self.settle(written)
    }

    /// Prints a value as JSON, like [`crate::text::json_text`], but without building the whole text
    /// first.
    ///
    /// # Errors
    /// As [`Stdout::print`].
    pub fn json(&mut self, value: &impl serde::Serialize) -> Result<()> {
        let mut passing = Passing {
            stdout: self,
            failed: None,
        };
        let mut buffer = std::io::BufWriter::with_capacity(1 << 16, &mut passing);
        // The value itself cannot fail; an error of the writer is kept.
        let written = write_json(&mut buffer, value).is_ok() && buffer.flush().is_ok();
        drop(buffer);
        match passing.failed {
            Some(error) if !written => Err(error),
            _ => Ok(()),
        }
    }

    /// Flushes the output.
    ///
    /// # Errors
    /// As [`Stdout::print`].
    pub fn flush(&mut self) -> Result<()> {
        let flushed = self.out.flush();
        self.settle(flushed)
    }

    fn settle(&mut self, result: std::io::Result<()>) -> Result<()> {
        match result {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            Err(error) => Err(match error.downcast::<Error>() {
                Ok(stopped) => stopped,
                Err(error) => Error::Stdout(error),
            }),
            Ok(()) => Ok(()),
        }
    }
}

/// The standard output of the process. A reader that does not read keeps nobody from stopping the program.
pub struct ProcessOutput<'a> {
    stop: &'a Stop,
    /// Whether a write may have to wait for a reader.
    waits: bool,
}

impl<'a> ProcessOutput<'a> {
    /// The standard output, until a stop is asked for.
    pub fn new(stop: &'a Stop) -> Self {
        let kind = rustix::fs::fstat(std::io::stdout()).map(|stat| stat.st_mode);
        let kind = kind.map(rustix::fs::FileType::from_raw_mode);
        ProcessOutput {
            stop,
            waits: !matches!(kind, Ok(FileType::RegularFile)),
        }
    }
}

impl Write for ProcessOutput<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let out = std::io::stdout();
        if !self.waits {
            return Ok(rustix::io::write(&out, bytes)?);
        }
        loop {
            self.stop.check().map_err(std::io::Error::other)?;
            let mut wanted = [PollFd::new(&out, PollFlags::OUT)];
            match poll(&mut wanted, Some(&WAIT_STEP)) {
                Ok(0) | Err(Errno::INTR) => {}
                Ok(_) => break,
                Err(error) => return Err(error.into()),
            }
        }
        // So much a pipe that is ready takes without waiting.
        let most = bytes.len().min(libc::PIPE_BUF);
        Ok(rustix::io::write(&out, &bytes[..most])?)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Writes bytes to stdout, and keeps the first error.
struct Passing<'s, 'a> {
    stdout: &'s mut Stdout<'a>,
    failed: Option<Error>,
}

impl Write for Passing<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self.stdout.bytes(bytes) {
            Ok(()) => Ok(bytes.len()),
            Err(error) => {
                self.failed = Some(error);
                Err(ErrorKind::Other.into())
            }
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::json_text;

    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    struct Full;

    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(ErrorKind::StorageFull.into())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_closed_pipe_is_no_failure() {
        let mut closed = Closed;
        let mut stdout = Stdout::new(&mut closed);
        assert!(stdout.print("a").is_ok() && stdout.print("b").is_ok() && stdout.flush().is_ok());
        assert!(stdout.json(&[1]).is_ok());
    }

    #[test]
    fn json_that_is_written_as_it_goes_is_the_same_text() {
        let value: Vec<_> = (0..10_000).map(|n| (n, "text")).collect();
        let mut text = Vec::new();
        Stdout::new(&mut text).json(&value).unwrap();
        assert_eq!(text, json_text(&value).into_bytes());
    }

    #[test]
    fn json_that_cannot_be_written_is_an_error() {
        let mut full = Full;
        let result = Stdout::new(&mut full).json(&[1]);
        assert!(matches!(result, Err(Error::Stdout(_))));
    }
}
