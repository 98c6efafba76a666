//! The report as SARIF 2.1.0 (OASIS, Static Analysis Results Interchange Format): one result per finding.
//!
//! A SARIF of this program is also a baseline: what it needs beside the standard's own keys stands in
//! property bags (`kind`, `state` and `records` of a file; `record` or `told` of a result).

use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use serde::Serialize;
use serde_json::{Value, json};

use super::finding::Finding;
use super::{CodeCount, FileReport, Report};
use crate::engine::extract::Severity;
use crate::text::json_text;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The rule of a file that cannot be used.
const UNUSABLE: &str = "unusable";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Value,
    column_kind: &'static str,
    invocations: [Value; 1],
    artifacts: Vec<Value>,
    results: Vec<Value>,
}

impl Report {
    /// The report as SARIF; `refusal` is why the files cannot be used.
    pub fn sarif(&self, refusal: Option<&str>) -> String {
        let mut codes: BTreeMap<&str, &CodeCount> = BTreeMap::new();
        for code in self.files.iter().flat_map(|file| &file.codes) {
            codes.entry(code.code).or_insert(code);
        }
        let mut rules: Vec<_> = codes.values().map(|code| rule(code)).collect();
        if self.files.iter().any(|file| file.unusable.is_some()) {
            rules.push(json!({
                "id": UNUSABLE, "shortDescription": {"text": "The file cannot be used"},
                "defaultConfiguration": {"level": "error"},
            }));
        }
        let told = self.files.iter().flat_map(|file| &file.told);
        let told: BTreeMap<&str, &str> = told.map(|told| (&*told.kind, told.severity)).collect();
        rules.extend(told.into_iter().map(|(kind, level)| {
            json!({
                "id": kind, "shortDescription": {"text": "What was done to the file as a whole"},
                "defaultConfiguration": {"level": level},
            })
        }));
        let notifications: Vec<_> = refusal
            .iter()
            .map(|refusal| json!({"level": "error", "message": {"text": refusal}}))
            .collect();
        let files = self.files.iter().enumerate();
        json_text(&Log {
            schema: SCHEMA,
            version: "2.1.0",
            runs: [Run {
                tool: json!({"driver": {
                    "name": "icr", "fullName": "icr validate",
                    "version": env!("CARGO_PKG_VERSION"), "rules": rules,
                }}),
                column_kind: "unicodeCodePoints",
                invocations: [json!({
                    "executionSuccessful": refusal.is_none(),
                    "toolExecutionNotifications": notifications,
                })],
                artifacts: self.files.iter().map(FileReport::artifact).collect(),
                results: files
                    .flat_map(|(index, file)| file.results(index))
                    .collect(),
            }],
        })
    }
}

fn rule(code: &CodeCount) -> Value {
    json!({
        "id": code.code,
        "shortDescription": {"text": code.title},
        "help": {"text": code.next_action},
        "defaultConfiguration": {"level": level(code.severity)},
    })
}

fn level(severity: Severity) -> &'static str {
    severity.word()
}

impl FileReport {
    fn artifact(&self) -> Value {
        json!({
            "location": {"uri": uri(&self.listing.path)},
            "roles": ["analysisTarget"],
            "properties": {
                "file": self.file, "kind": self.kind, "state": self.state, "records": self.records,
            },
        })
    }

    fn results(&self, index: usize) -> Vec<Value> {
        let location = json!({"uri": uri(&self.listing.path), "index": index});
        let mut results = Vec::new();
        if let Some(problem) = &self.unusable {
            let mut unusable = json!({
                "ruleId": UNUSABLE, "level": "error", "message": {"text": problem},
                "locations": [{"physicalLocation": {"artifactLocation": location}}],
            });
            if self.listing.has_baseline() {
                // No baseline excuses it.
                unusable["baselineState"] = json!("new");
            }
            results.push(unusable);
        }
        for told in &self.told {
            let mut place = json!({"artifactLocation": location});
            if let Some(record) = told.first_record().filter(|_| self.listing.lines) {
                place["region"] = json!({"startLine": record});
            }
            let mut result = json!({
                "ruleId": told.kind, "level": told.severity, "message": {"text": told.line()},
                "locations": [{"physicalLocation": place}],
                "occurrenceCount": told.records.max(1),
                "properties": {"told": {
                    "kind": told.kind, "records": told.records, "what": told.what,
                    "first_records": told.first_records,
                }},
            });
            if let Some(new) = told.new {
                result["baselineState"] = json!(baseline_state(new));
            }
            results.push(result);
        }
        for finding in self.findings_one_by_one() {
            let mut place = json!({"artifactLocation": location});
            if let Some(record) = finding.record.filter(|_| self.listing.lines) {
                place["region"] = json!({
                    "startLine": record, "startColumn": finding.columns.first,
                    // The column after the last.
                    "endColumn": finding.columns.last + 1,
                });
            }
            results.push(result(&finding, &place));
        }
        results
    }
}

fn result(finding: &Finding<'_>, place: &Value) -> Value {
    let mut result = json!({
        "ruleId": finding.code.code,
        "level": level(finding.code.severity),
        "message": {"text": finding.message()},
        "locations": [{"physicalLocation": place}],
        "occurrenceCount": finding.count,
        "properties": {
            "field": finding.field, "first": finding.columns.first, "last": finding.columns.last,
        },
    });
    if let Some(record) = finding.record {
        result["properties"]["record"] = json!(record);
    }
    if let Some(new) = finding.new {
        result["baselineState"] = json!(baseline_state(new));
    }
    result
}

fn baseline_state(new: bool) -> &'static str {
    if new { "new" } else { "unchanged" }
}

/// A path as a URI reference (RFC 3986): what is not allowed in one is percent-encoded.
fn uri(path: &Path) -> String {
    let mut uri = String::from(if path.is_absolute() { "file://" } else { "" });
    for &byte in path.as_os_str().as_bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri += &format!("%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_uri_references() {
        assert_eq!(uri(Path::new("in/CA 1.txt")), "in/CA%201.txt");
        assert_eq!(uri(Path::new("/a:b")), "file:///a%3Ab");
    }
}
