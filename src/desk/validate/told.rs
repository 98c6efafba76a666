//! What was done to a file as a whole, as a finding: how grave it is, and whether a baseline holds it.

use std::ops::Deref;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::formats::input::Told;

/// What was done to a file that makes it one which should not be matched, though its records pass.
const ERRORS: [&str; 6] = [
    "implausible",
    "repeated",
    "cases-twice",
    "other-state",
    "cut-column",
    "last-record-cut",
];

/// What was done to a file as a whole.
#[derive(Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct ToldFinding {
    /// What it is, and of how many records.
    #[serde(flatten)]
    pub told: Told,
    /// `error`, or `note`, which fails nothing: the edits count the records that it spoils.
    pub severity: &'static str,
    /// With a baseline: whether it is not in there, or of more records.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<bool>,
}

impl From<Told> for ToldFinding {
    fn from(told: Told) -> Self {
        let is_error = ERRORS.contains(&told.kind.as_str());
        ToldFinding {
            told,
            severity: if is_error { "error" } else { "note" },
            new: None,
        }
    }
}

impl Deref for ToldFinding {
    type Target = Told;

    fn deref(&self) -> &Told {
        &self.told
    }
}

impl ToldFinding {
    /// Whether the file must not be matched, and that is not known from a baseline.
    pub(super) fn fails(&self) -> bool {
        self.severity == "error" && self.new != Some(false)
    }

    /// What it is known by: its kind, and the field that it names, if it names one.
    pub(super) fn key(&self) -> String {
        key(&self.kind, &self.what)
    }

    /// The first record that it names, if it names one.
    pub(super) fn first_record(&self) -> Option<u64> {
        self.first_records.first().copied()
    }
}

/// What an earlier report, in JSON or SARIF, knew it by.
pub(super) fn key(kind: &str, what: &str) -> String {
    let field = what.split('`').nth(1).unwrap_or_default();
    format!("{kind} {field}").trim_end().to_owned()
}

/// The key of one in an earlier report, and of how many records it was.
pub(super) fn known_told(told: &Value) -> Option<(String, u64)> {
    let key = key(told["kind"].as_str()?, told["what"].as_str()?);
    Some((key, told["records"].as_u64()?))
}
