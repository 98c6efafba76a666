//! `icr status`: how each state's extract and response stood over several runs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;
use serde::Serialize;
use serde_json::{Value, json};

use crate::cli::OutputFormatArg;
use crate::error::Result;
use crate::exit::Exit;
use crate::run::output::Stdout;
use crate::run::{match_file, match_manifest};
use crate::stop::Stop;
use crate::text::{json_text, shown};

/// Show how each state's extract and response stood over several runs
#[derive(ClapArgs, Debug)]
#[command(after_help = "Example:
  icr status runs/20261120 runs/20261121 runs/20261122")]
pub struct Args {
    /// Folders of finished runs of match
    #[arg(required = true, value_name = "DIR")]
    folders: Vec<PathBuf>,
    /// What to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: OutputFormatArg,
}

/// A state in a run.
#[derive(Clone, Debug, Serialize)]
struct StateStatus {
    run: String,
    run_date: String,
    state: String,
    /// `extract`, `fcr`, `excluded` or `absent`.
    received: &'static str,
    form: String,
    file: Option<String>,
    records: u64,
    rejected: u64,
    returned: u64,
    response_bytes: Option<u64>,
    response_sha256: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// [`crate::Error::Io`] and [`crate::Error::Input`] where a folder is no finished run of match, and an interruption.
pub fn run(args: &Args, stdout: &mut Stdout<'_>, stop: &Stop) -> Result<Exit> {
    let mut rows = Vec::new();
    for folder in &args.folders {
        stop.check()?;
        rows.extend(of_run(folder)?);
    }
    stop.check()?;
    rows.sort_by(|a, b| (&a.state, &a.run_date, &a.run).cmp(&(&b.state, &b.run_date, &b.run)));
    stdout.print(&match args.format {
        OutputFormatArg::Json => json_text(&json!({"schema": "icr.status/1", "states": rows})),
        OutputFormatArg::Text => text(&rows),
    })?;
    Ok(Exit::Success)
}

fn of_run(folder: &Path) -> Result<Vec<StateStatus>> {
    let manifest = match_manifest(folder)?;
    let summary: Value = match_file(folder, "summary.json")?;
    let count = |value: &Value, path: &str| {
        value
            .pointer(path)
            .and_then(Value::as_u64)
            .unwrap_or_default()
    };
    let name = folder
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let blank = |state: &str, received| StateStatus {
        run: name.clone(),
        run_date: manifest.run_date.clone().unwrap_or_default(),
        state: state.to_owned(),
        received,
        form: "-".to_owned(),
        file: None,
        records: 0,
        rejected: 0,
        returned: 0,
        response_bytes: None,
        response_sha256: None,
    };
    let empty = serde_json::Map::new();
    let object = |key: &str| {
        summary
            .get(key)
            .and_then(Value::as_object)
            .unwrap_or(&empty)
    };
    let form = |value: &Value| {
        value
            .get("form")
            .and_then(Value::as_str)
            .unwrap_or("-")
            .to_owned()
    };
    let file = |value: &Value| value.get("file").and_then(Value::as_str).map(str::to_owned);
    let mut rows: BTreeMap<String, StateStatus> = BTreeMap::new();
    for state in object("absent").keys() {
        rows.insert(state.clone(), blank(state, "absent"));
    }
    for (state, value) in object("fcr")
        .iter()
        .filter(|(_, value)| value["used"] == true)
    {
        let (records, rejected) = (
            count(value, "/records/read"),
            count(value, "/records/rejected"),
        );
        rows.insert(
            state.clone(),
            StateStatus {
                form: form(value),
                file: file(value),
                records,
                rejected,
                ..blank(state, "fcr")
            },
        );
    }
    for value in summary
        .get("excluded")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        if let Some(state) = value.get("state").and_then(Value::as_str) {
            let row = StateStatus {
                form: form(value),
                file: file(value),
                records: count(value, "/records"),
                ..blank(state, "excluded")
            };
            rows.insert(state.to_owned(), row);
        }
    }
    for (state, value) in object("states") {
        let response = manifest
            .outputs
            .iter()
            .find(|output| output.name == format!("responses/{state}.icr"));
        let row = StateStatus {
            form: form(value),
            file: file(value),
            records: count(value, "/records/read"),
            rejected: count(value, "/records/rejected"),
            returned: count(value, "/records/returned"),
            response_bytes: response.map(|output| output.bytes),
            response_sha256: response.map(|output| output.sha256.clone()),
            ..blank(state, "extract")
        };
        rows.insert(state.clone(), row);
    }
    Ok(rows.into_values().collect())
}

fn text(rows: &[StateStatus]) -> String {
    let mut text = format!(
        "{:<6}{:<10}{:<18}{:<10}{:<12}{:>10}{:>10}{:>10}{:>13}  {}\n",
        "state",
        "run date",
        "run",
        "received",
        "form",
        "records",
        "rejects",
        "returned",
        "response",
        "sha256"
    );
    for row in rows {
        let bytes = row
            .response_bytes
            .map_or_else(|| "-".to_owned(), |bytes| bytes.to_string());
        let digest = row.response_sha256.as_deref().map_or_else(
            || "-".to_owned(),
            |digest| shown(&digest.chars().take(16).collect::<String>()).into_owned(),
        );
        text += &format!(
            "{:<6}{:<10}{:<18}{:<10}{:<12}{:>10}{:>10}{:>10}{:>13}  {digest}\n",
            shown(&row.state),
            shown(&row.run_date),
            shown(&row.run),
            row.received,
            shown(&row.form),
            row.records,
            row.rejected,
            row.returned,
            bytes
        );
    }
    text
}
