//! The lines of the audit trail.

use schemars::JsonSchema;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The schema of the lines.
pub(super) const SCHEMA: &str = "icr.audit/1";

/// One line of the trail.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
#[serde(tag = "event", rename_all = "lowercase")]
pub enum Line {
    /// A command begins.
    Start(StartLine),
    /// A command has written everything and is about to publish its output.
    Prepared(EndLine),
    /// A command ended.
    End(EndLine),
}

/// Whether a process was killed while it wrote this line: it begins like a line, and ends in the
/// middle. A line that was edited usually does not.
pub(super) fn is_torn(line: &[u8]) -> bool {
    const HEAD: &[u8] = b"{\"event\":\"";
    let begins = !line.is_empty() && (line.starts_with(HEAD) || HEAD.starts_with(line));
    begins && serde_json::from_slice::<IgnoredAny>(line).is_err_and(|error| error.is_eof())
}

impl Line {
    /// Parses a line; `None` if it is not a line of a trail.
    pub(super) fn parse(line: &[u8]) -> Option<Line> {
        serde_json::from_slice(line).ok()
    }

    /// The SHA-256 of the line before, in hexadecimal.
    pub fn previous(&self) -> &str {
        match self {
            Line::Start(line) => &line.previous,
            Line::Prepared(line) | Line::End(line) => &line.previous,
        }
    }

    /// The line's number, from 1.
    pub fn number(&self) -> u64 {
        match self {
            Line::Start(line) => line.number,
            Line::Prepared(line) | Line::End(line) => line.number,
        }
    }

    /// When it was written, UTC.
    pub fn time(&self) -> &str {
        match self {
            Line::Start(line) => &line.time,
            Line::Prepared(line) | Line::End(line) => &line.time,
        }
    }

    /// Whether it says that the line before was cut.
    pub(super) fn follows_torn_line(&self) -> bool {
        match self {
            Line::Start(line) => line.after_torn_line,
            Line::Prepared(line) | Line::End(line) => line.after_torn_line,
        }
    }
}

/// A command begins.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct StartLine {
    #[schemars(extend("const" = "icr.audit/1"))]
    pub schema: String,
    pub number: u64,
    pub previous: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub after_torn_line: bool,
    pub time: String,
    pub user: String,
    pub user_id: u32,
    pub host: String,
    pub process: u32,
    pub program: String,
    pub command: String,
    pub options: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
}

/// A command ended, or is about to publish.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct EndLine {
    #[schemars(extend("const" = "icr.audit/1"))]
    pub schema: String,
    pub number: u64,
    pub previous: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub after_torn_line: bool,
    pub time: String,
    /// The SHA-256 of the start line.
    pub start: String,
    pub command: String,
    /// The start line, where it is in an earlier trail: this one was begun while the command ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began: Option<Box<StartLine>>,
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What came of a command.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the fields are the keys of the line")]
pub struct Outcome {
    /// `finished`, `failed` or `interrupted`; `prepared` on the line before publishing.
    pub outcome: String,
    pub exit: u8,
    /// Why it failed or was interrupted: the message, which holds no value of a record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whether an output has appeared.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub published: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<FileFact>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<FileFact>,
    /// Single cases that were viewed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cases: Vec<AskedCase>,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub totals: Value,
}

/// A file that was read or written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the fields are the keys of the line")]
pub struct FileFact {
    pub name: String,
    /// The state that it is from or for, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    pub bytes: u64,
    pub sha256: String,
}

/// A case that somebody looked at: both states' IDs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the fields are the keys of the line")]
pub struct AskedCase {
    pub state: String,
    pub case_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_state: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_case_id: Option<String>,
}
