//! A run folder with what a plain reader finds in it, and the commands that read it as a whole.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use icr::Exit;
use serde_json::Value;

use super::plain_count::{Case, cases};
use crate::support::{files, icr};

/// What a check finds wrong, in words.
pub type Checked = Result<(), String>;

/// Makes a check fail with these words.
macro_rules! ensure {
    ($holds:expr, $($words:tt)+) => {
        if !$holds {
            return Err(format!($($words)+));
        }
    };
}
pub(crate) use ensure;

/// A run folder.
pub struct Run {
    pub folder: PathBuf,
    /// The cases of each response, by USPS code.
    pub responses: BTreeMap<String, Vec<Case>>,
    pub summary: Value,
}

/// A number of a JSON value; 0 where it is not there.
pub fn number(value: &Value, path: &str) -> u64 {
    value
        .pointer(path)
        .and_then(Value::as_u64)
        .unwrap_or_default()
}

pub fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

/// Runs a command that is to end with this status; gives what it printed.
pub fn printed<S: AsRef<str>>(arguments: &[S], status: u8) -> Result<String, String> {
    let (end, stdout) = icr(arguments);
    let (found, words) = match &end {
        Ok(exit) => (exit.status(), String::new()),
        Err(error) => (error.exit().status(), format!(": {error}")),
    };
    let command = arguments[0].as_ref();
    ensure!(
        found == status,
        "{command} ends with {found}, not {status}{words}"
    );
    Ok(stdout)
}

/// Likewise, of JSON.
pub fn json<S: AsRef<str>>(arguments: &[S], status: u8) -> Result<Value, String> {
    let arguments: Vec<&str> = arguments.iter().map(AsRef::as_ref).collect();
    let stdout = printed(
        &[&arguments[..], &["--quiet", "--format", "json"]].concat(),
        status,
    )?;
    serde_json::from_str(&stdout).map_err(|error| format!("{}: no JSON: {error}", arguments[0]))
}

impl Run {
    /// Reads a run folder plainly.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let mut responses = BTreeMap::new();
        for (name, bytes) in files(&folder.join("responses")) {
            let usps = name.trim_end_matches(".icr").to_owned();
            let cases = cases(&bytes).map_err(|what| format!("response of {usps}: {what}"))?;
            responses.insert(usps, cases);
        }
        let summary = std::fs::read(folder.join("summary.json")).unwrap();
        Ok(Run {
            folder: folder.to_owned(),
            responses,
            summary: serde_json::from_slice(&summary).unwrap(),
        })
    }

    pub fn is_pooled(&self) -> bool {
        self.summary["routine"] == "pooled"
    }

    /// How many records all responses have.
    fn records(&self) -> u64 {
        let cases = self.responses.values().flatten();
        cases.map(|case| case.0.len() as u64).sum()
    }

    /// Where the response of a state is.
    pub fn response(&self, usps: &str) -> PathBuf {
        self.folder.join(format!("responses/{usps}.icr"))
    }

    /// The run with other files in it.
    pub fn copy(&self, to: &Path) {
        for below in ["", "responses", "rejects"] {
            std::fs::create_dir(to.join(below)).unwrap();
            for entry in std::fs::read_dir(self.folder.join(below)).unwrap() {
                let path = entry.unwrap().path();
                if path.is_file() {
                    let name = path.file_name().unwrap();
                    std::fs::copy(&path, to.join(below).join(name)).unwrap();
                }
            }
        }
    }
}

/// `verify` finds the run whole.
pub fn verify(run: &Run) -> Checked {
    let found = json(&["verify", &text(&run.folder)], Exit::Success.status())?;
    ensure!(found["intact"] == true, "verify: not intact");
    ensure!(found["cases_checked"] == true, "verify: cases not checked");
    let (said, counted) = (number(&found, "/response_records"), run.records());
    ensure!(
        said == counted,
        "verify: {said} response records, not {counted}"
    );
    Ok(())
}

/// `diff` finds the run the same as itself, case by case.
pub fn diff_with_itself(run: &Run) -> Checked {
    let folder = text(&run.folder);
    let found = json(&["diff", &folder, &folder], Exit::Success.status())?;
    ensure!(found["same"] == true, "diff: not the same as itself");
    let of_files = found["files"].as_array().unwrap();
    ensure!(
        of_files.len() == run.responses.len(),
        "diff: {} files",
        of_files.len()
    );
    for (file, (usps, cases)) in of_files.iter().zip(&run.responses) {
        ensure!(file["state"] == **usps, "diff: another state than {usps}");
        let (same, counted) = (number(file, "/cases/same"), cases.len() as u64);
        ensure!(
            same == counted,
            "diff: {same} cases of {usps} are the same, not {counted}"
        );
    }
    Ok(())
}

/// `status` tells of each state what the summary and the response files hold.
pub fn status(run: &Run) -> Checked {
    let found = json(&["status", &text(&run.folder)], Exit::Success.status())?;
    let rows = found["states"].as_array().unwrap();
    let submitted = rows.iter().filter(|row| row["received"] == "extract");
    ensure!(
        submitted.count() == run.responses.len(),
        "status: other states"
    );
    for (usps, cases) in &run.responses {
        let row = rows.iter().find(|row| row["state"] == **usps);
        let row = row.ok_or_else(|| format!("status: {usps} is missing"))?;
        let of_summary = &run.summary["states"][usps]["records"];
        let records: usize = cases.iter().map(|case| case.0.len()).sum();
        for (key, expected) in [
            ("/records", number(of_summary, "/read")),
            ("/rejected", number(of_summary, "/rejected")),
            ("/returned", records as u64),
            ("/response_bytes", 501 * records as u64),
        ] {
            let said = number(row, key);
            ensure!(
                said == expected,
                "status: {usps} {key}: {said}, not {expected}"
            );
        }
    }
    Ok(())
}

/// `convert` gives a row for each record of a response.
pub fn convert(run: &Run) -> Checked {
    for (usps, cases) in &run.responses {
        let records: usize = cases.iter().map(|case| case.0.len()).sum();
        if records == 0 {
            continue;
        }
        let (input, output) = (
            run.response(usps),
            run.folder.with_extension(format!("{usps}.csv")),
        );
        let arguments = [
            "convert",
            "--quiet",
            "--layout",
            "response",
            "--to",
            "csv",
            "--output",
            &text(&output),
            &text(&input),
        ];
        printed(&arguments, Exit::Success.status())?;
        let rows = csv::Reader::from_path(&output)
            .unwrap()
            .into_records()
            .count();
        std::fs::remove_file(&output).unwrap();
        ensure!(
            rows == records,
            "convert: {rows} rows of {records} records of {usps}"
        );
    }
    Ok(())
}
