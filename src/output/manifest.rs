//! `manifest.json`: what a folder was made with and of, and what it holds. It is written last.
//!
//! It names no clock, host or absolute path: the same run gives the same bytes.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{OutputFolder, WrittenFile};
use crate::error::Result;
use crate::input::Source;
use crate::layout::Layout;

/// The form of the file.
const SCHEMA: &str = "icr.manifest/1";
/// Its name in the folder.
pub const MANIFEST: &str = "manifest.json";

/// A manifest in the making.
#[derive(Clone, Debug, Serialize)]
pub struct Manifest {
    schema: &'static str,
    program: &'static str,
    version: &'static str,
    command: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    run_date: Option<String>,
    options: BTreeMap<&'static str, Value>,
    layouts: Vec<LayoutDigest>,
    inputs: Vec<FileDigest>,
    outputs: Vec<FileDigest>,
    #[serde(skip_serializing_if = "Value::is_null")]
    totals: Value,
}

#[derive(Clone, Debug, Serialize)]
struct LayoutDigest {
    name: String,
    sha256: String,
}

/// A file by name, size and SHA-256.
#[derive(Clone, Debug, Serialize)]
struct FileDigest {
    name: String,
    bytes: u64,
    sha256: String,
}

impl Manifest {
    /// The manifest of a command.
    pub fn new(command: &'static str) -> Self {
        Manifest {
            schema: SCHEMA,
            program: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            command,
            run_date: None,
            options: BTreeMap::new(),
            layouts: Vec::new(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            totals: Value::Null,
        }
    }

    /// The date of the run, CCYYMMDD, where answers depend on it.
    pub fn run_date(&mut self, ccyymmdd: u32) {
        self.run_date = Some(ccyymmdd.to_string());
    }

    /// An option that changes answers, by its long name.
    pub fn option(&mut self, name: &'static str, value: impl Into<Value>) {
        self.options.insert(name, value.into());
    }

    /// A layout that was in use.
    pub fn layout(&mut self, layout: &Layout) {
        let sha256 = hex(&Sha256::digest(&layout.text));
        self.layouts.push(LayoutDigest {
            name: layout.name.clone(),
            sha256,
        });
    }

    /// An input file; what was not read of it yet is read for its digest.
    pub fn input(&mut self, source: &Source) {
        self.inputs.push(FileDigest {
            name: source.name(),
            bytes: source.bytes().len() as u64,
            sha256: hex(&source.sha256()),
        });
    }

    /// What the run counted.
    pub fn totals(&mut self, totals: &impl Serialize) {
        // Totals are numbers under fixed names: they can always be written.
        self.totals = serde_json::to_value(totals).unwrap_or_default();
    }

    /// The file's text, for these outputs.
    pub fn json(&self, outputs: &[WrittenFile]) -> String {
        let digest = |file: &WrittenFile| FileDigest {
            name: file.name.clone(),
            bytes: file.bytes,
            sha256: hex(&file.sha256),
        };
        let mut whole = self.clone();
        whole.outputs = outputs.iter().map(digest).collect();
        serde_json::to_string_pretty(&whole)
            .map(|text| text + "\n")
            .unwrap_or_default()
    }

    /// Writes the manifest of all files finished so far.
    ///
    /// # Errors
    /// As [`OutputFolder::write`].
    pub fn write(&self, folder: &OutputFolder) -> Result<()> {
        folder.write(MANIFEST, self.json(&folder.written()).as_bytes())
    }
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value)]);
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::FileMode;

    #[test]
    fn a_manifest_names_every_output_with_size_and_digest() {
        let parent = tempfile::tempdir().unwrap();
        let target = parent.path().join("run");
        let folder = OutputFolder::create(&target, false, FileMode::default()).unwrap();
        folder.write("b/two.txt", b"").unwrap();
        folder.write("one.txt", b"abc").unwrap();
        let mut manifest = Manifest::new("synth");
        manifest.option("seed", 7);
        manifest.write(&folder).unwrap();
        folder.publish().unwrap();
        let text = std::fs::read_to_string(target.join(MANIFEST)).unwrap();
        let json: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(json["schema"], "icr.manifest/1");
        assert_eq!(json["command"], "synth");
        assert_eq!(json["options"]["seed"], 7);
        let names: Vec<_> = json["outputs"]
            .as_array()
            .unwrap()
            .iter()
            .map(|o| o["name"].clone())
            .collect();
        assert_eq!(names, ["b/two.txt", "one.txt"]);
        // FIPS 180-2, appendix B.1: the digest of "abc".
        let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(json["outputs"][1]["sha256"], digest);
        assert_eq!(json["outputs"][1]["bytes"], 3);
    }
}
