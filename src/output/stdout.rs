//! stdout, whose reader may go away.

use std::io::{ErrorKind, Write};

use crate::error::{Error, Result};

/// The data that a command prints. Once the reader has closed the pipe, the rest is dropped: the
/// program ends quietly, with the status that it would have had.
pub struct Stdout<'a> {
    out: &'a mut (dyn Write + 'a),
    closed: bool,
}

impl<'a> Stdout<'a> {
    /// Prints to `out`.
    pub fn new(out: &'a mut (dyn Write + 'a)) -> Self {
        Stdout { out, closed: false }
    }

    /// Prints text.
    ///
    /// # Errors
    /// [`Error::Stdout`] where it cannot be written for another reason than a closed pipe.
    pub fn print(&mut self, text: &str) -> Result<()> {
        self.bytes(text.as_bytes())
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

    /// Hands everything on.
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
            other => other.map_err(Error::Stdout),
        }
    }
}

/// A count with its noun: `1 record`, `2 records`.
pub fn count_of(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// A value as JSON for people and programs: indented, with a last line end.
pub fn json_text(value: &impl serde::Serialize) -> String {
    // What is printed holds text, numbers and maps with text keys: it can always be written.
    serde_json::to_string_pretty(value)
        .map(|text| text + "\n")
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(ErrorKind::BrokenPipe.into())
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
    }
}
