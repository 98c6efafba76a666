//! stderr: talk for people or for a log collector, never data.
//!
//! Lines are text, or with `--log-format json` JSON objects with a time, a level and an event. They
//! are about files, states, counts and what went wrong, and hold no value of a record.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;
use serde_json::{Map, Value};

use crate::clock::utc_now;
use crate::error::Error;
use crate::text::{shown_lines, shown_path};

/// Whether lines are JSON. The process has one stderr.
static JSON: AtomicBool = AtomicBool::new(false);

/// `--log-format`: the form of the lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For programs: one JSON object a line.
    Json,
}

/// How grave a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// What happened.
    Info,
    /// What an operator must not overlook.
    Warning,
    /// What stopped the command.
    Error,
}

/// A line of the log; only what is given is written.
#[derive(Clone, Debug, Serialize)]
pub struct Event<'a> {
    time: String,
    level: Level,
    event: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    figures: Map<String, Value>,
}

impl<'a> Event<'a> {
    /// An event, by its name.
    pub fn new(level: Level, event: &'a str) -> Self {
        Event {
            time: String::new(),
            level,
            event,
            command: None,
            file: None,
            state: None,
            message: None,
            figures: Map::new(),
        }
    }

    /// Of this command.
    #[must_use]
    pub fn command(mut self, command: &'a str) -> Self {
        self.command = Some(command);
        self
    }

    /// About this file.
    #[must_use]
    pub fn file(mut self, file: impl Into<String>) -> Self {
        self.file = Some(file.into());
        self
    }

    /// About this state, if one is known.
    #[must_use]
    pub fn state(mut self, state: Option<&'a str>) -> Self {
        self.state = state;
        self
    }

    /// In words.
    #[must_use]
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// With a count.
    #[must_use]
    pub fn figure(mut self, name: &str, figure: impl Into<Value>) -> Self {
        self.figures.insert(name.to_owned(), figure.into());
        self
    }

    /// Writes the line, if lines are JSON.
    pub fn log(mut self) {
        if !is_json() {
            return;
        }
        self.time = utc_now();
        // A collector may print what it gets.
        self.message = self.message.map(|text| shown_lines(&text).to_string());
        self.file = self.file.map(|file| shown_lines(&file).to_string());
        if let Ok(line) = serde_json::to_string(&self) {
            // Where stderr is closed nobody reads it.
            drop(writeln!(std::io::stderr().lock(), "{line}"));
        }
    }
}

/// Chooses the form of the lines.
pub fn set_format(format: LogFormat) {
    JSON.store(format == LogFormat::Json, Ordering::Relaxed);
}

/// Whether lines are JSON.
pub fn is_json() -> bool {
    JSON.load(Ordering::Relaxed)
}

/// Prints a warning about the run.
pub fn warn(message: &str) {
    warn_of(Event::new(Level::Warning, "warning").message(message));
}

/// Prints a warning with what it is about; as text its message alone.
pub fn warn_of(event: Event<'_>) {
    if is_json() {
        event.log();
    } else if let Some(message) = &event.message {
        say(&format!("icr: warning: {message}"));
    }
}

/// Prints an error and what caused it, one a line.
pub fn report(command: &str, error: &Error) {
    if is_json() {
        let mut event = Event::new(Level::Error, "failed")
            .command(command)
            .message(error.with_causes("; caused by: "))
            .figure("exit", error.exit().status());
        if let Some(file) = error.file() {
            event = event.file(shown_path(file));
        }
        event.log();
        return;
    }
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
    // If stderr is closed, nobody can read it. A single write keeps the lines of concurrent runs
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
