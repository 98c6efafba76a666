//! `manifest.json`: the inputs and outputs of a run, written last into its folder, so that a folder
//! with a manifest is complete.
//!
//! It must not contain a time, host or absolute path: the same inputs and options give the same
//! manifest everywhere.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::formats::input::InputEntry;
use crate::formats::layout::LayoutSet;
use crate::text::{hex, json_text};

/// The name of the file.
pub const MANIFEST: &str = "manifest.json";
/// The schema that this program writes and reads.
const SCHEMA: &str = "icr.manifest/1";

/// What a run was made of and what it made.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Manifest {
    /// The form of the file.
    #[schemars(extend("const" = "icr.manifest/1"))]
    pub schema: String,
    /// The program's version.
    pub version: String,
    /// The command.
    pub command: String,
    /// CCYYMMDD, if answers depend on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_date: Option<String>,
    /// The options that change answers, with their defaults.
    pub options: BTreeMap<String, Value>,
    /// The layouts and tables in use.
    pub layouts: Vec<LayoutEntry>,
    /// The files that were read.
    pub inputs: Vec<InputEntry>,
    /// The files that were written, by name, except the manifest itself.
    pub outputs: Vec<OutputEntry>,
    /// The run's totals.
    pub totals: Value,
}

/// A layout or table in use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LayoutEntry {
    /// Its name.
    pub name: String,
    /// The SHA-256 of its file.
    pub sha256: String,
}

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OutputEntry {
    /// Its path below the folder, with `/`.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: String,
}

impl LayoutEntry {
    /// The entries of all layouts and tables of a set.
    pub fn of_set(layouts: &LayoutSet) -> Vec<Self> {
        let entry = |name: &str, text: &[u8]| LayoutEntry {
            name: name.to_owned(),
            sha256: hex(&Sha256::digest(text).into()),
        };
        let records = layouts
            .layouts
            .iter()
            .map(|layout| entry(&layout.name, &layout.text));
        let tables = layouts
            .tables
            .iter()
            .map(|table| entry(&table.name, &table.text));
        records.chain(tables).collect()
    }
}

impl Manifest {
    /// A manifest for a command, still without files and totals.
    pub fn new(command: &str, run_date: Option<&str>, layouts: &LayoutSet) -> Self {
        Manifest {
            schema: SCHEMA.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            command: command.to_owned(),
            run_date: run_date.map(str::to_owned),
            options: BTreeMap::new(),
            layouts: LayoutEntry::of_set(layouts),
            inputs: Vec::new(),
            outputs: Vec::new(),
            totals: Value::Null,
        }
    }

    /// Parses a manifest; `None` if the text is not one that this program wrote.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let manifest: Manifest = serde_json::from_slice(text).ok()?;
        (manifest.schema == SCHEMA).then_some(manifest)
    }

    /// Adds an option that changes answers.
    #[must_use]
    pub fn option(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.options.insert(name.to_owned(), value.into());
        self
    }

    /// The contents of the file, for a folder with these files and nothing else.
    pub(super) fn text(mut self, outputs: Vec<OutputEntry>) -> String {
        self.inputs.sort();
        self.outputs = outputs;
        // It has only names, numbers and codes, so it can always be serialised.
        json_text(&self)
    }
}
