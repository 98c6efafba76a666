//! Writes to stderr: messages for people, never data.

use std::io::Write;

use crate::error::Error;
use crate::text::shown_lines;

/// Prints a warning about the run.
pub fn warn(message: &str) {
    say(&format!("icr: warning: {message}"));
}

/// Prints an error and its causes, one per line.
pub fn report(error: &Error) {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    let mut head = "icr: error: ";
    while let Some(error) = cause {
        say(&format!("{head}{error}"));
        head = "  caused by: ";
        cause = error.source();
    }
}

/// Prints a message. Its control characters are replaced, and its continuation lines are indented,
/// so that text in it can neither control the terminal nor look like a message of its own.
fn say(message: &str) {
    let mut text = indented(&shown_lines(message));
    text.push('\n');
    // If stderr is closed, nobody can be told. A single write keeps the lines of concurrent runs
    // apart.
    drop(std::io::stderr().lock().write_all(text.as_bytes()));
}

fn indented(message: &str) -> String {
    let mut lines = message.split('\n');
    let mut text = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        text += if line.starts_with(' ') { "\n" } else { "\n  " };
        text += line;
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_line_of_a_message_can_be_taken_for_another_message() {
        let text = super::indented("2 files:\n  a: b\nicr: error: forged");
        assert_eq!(text, "2 files:\n  a: b\n  icr: error: forged");
    }
}
