//! stderr: talk for people, never data.

use std::io::Write;

use crate::error::Error;
use crate::text::shown_lines;

/// Prints a warning about the run.
pub fn warn(message: &str) {
    say(&format!("icr: warning: {message}"));
}

/// Prints an error and what caused it, one a line.
pub fn report(error: &Error) {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    let mut head = "icr: error: ";
    while let Some(error) = cause {
        say(&format!("{head}{error}"));
        head = "  caused by: ";
        cause = error.source();
    }
}

/// Prints a message. Whatever stands in it controls no terminal, and a line that the message goes on
/// with is indented: what begins a line is always ours.
fn say(message: &str) {
    let mut text = indented(&shown_lines(message));
    text.push('\n');
    // Where stderr is closed there is nobody to tell. One write: lines of two runs do not mix.
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
