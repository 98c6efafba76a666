//! The manifest entry of an input file.

use serde::{Deserialize, Serialize};

use super::Source;
use crate::open::WholeFile;
use crate::text::hex;
use std::path::Path;

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct InputEntry {
    /// What it was: `extract`, `fcr`, `ssn-master`, ...
    pub kind: String,
    /// The file's name, without its folder.
    pub name: String,
    /// The state that it belongs to, if any.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub state: Option<String>,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: String,
}

impl InputEntry {
    /// The entry of a file that was read whole.
    pub fn of(kind: &str, source: &Source, state: Option<&str>) -> Self {
        InputEntry {
            kind: kind.to_owned(),
            name: source.name(),
            state: state.map(str::to_owned),
            bytes: source.raw_bytes(),
            sha256: hex(&source.sha256()),
        }
    }

    /// The entry of a small file that was read at once.
    pub fn of_whole(kind: &str, path: &Path, file: &WholeFile) -> Self {
        InputEntry {
            kind: kind.to_owned(),
            name: file_name(path),
            state: None,
            bytes: file.bytes.len() as u64,
            sha256: file.sha256(),
        }
    }
}

/// A file's name without its folder, for outputs that are compared.
pub fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
