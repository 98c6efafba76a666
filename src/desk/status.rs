//! Lists each state's extract and response over several runs.
//!
//! It reads only manifests and summaries, not responses, so that a year of nightly runs is listed
//! at once.

use std::collections::BTreeMap;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Serialize;

use crate::error::Result;
use crate::run::{FinishedRun, StoodIn, responses_pruned};
use crate::stop::Stop;
use crate::text::{json_text, shown};

/// What was received for a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
#[serde(rename_all = "lowercase")]
pub enum Received {
    /// Its extract.
    Extract,
    /// An FCR-derived file, which was used in its place.
    Fcr,
    /// A file that could not be used; its last accepted extract was used instead.
    Previous,
    /// A file that could not be used and was left out.
    Excluded,
    /// Nothing, though cases name the state.
    Absent,
}

impl Received {
    fn word(self) -> &'static str {
        match self {
            Received::Extract => "extract",
            Received::Fcr => "fcr",
            Received::Previous => "previous",
            Received::Excluded => "excluded",
            Received::Absent => "absent",
        }
    }
}

/// A state in a run.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct StateStatus {
    /// The run folder's name.
    pub run: String,
    /// CCYYMMDD.
    pub run_date: String,
    /// The USPS code.
    pub state: String,
    /// What was received for it.
    pub received: Received,
    /// The form of the delivered file; `-` if none was used.
    pub form: String,
    /// The file's name.
    pub file: Option<String>,
    /// Records read.
    pub records: u64,
    /// Records rejected.
    pub rejected: u64,
    /// Records returned.
    pub returned: u64,
    /// The size of its response.
    pub response_bytes: Option<u64>,
    /// The SHA-256 of its response.
    pub response_sha256: Option<String>,
    /// When its response was taken out by `icr prune`, CCYYMMDD, if it was.
    pub pruned: Option<String>,
    /// Why its file was left out, if it was.
    pub reason: Option<String>,
    /// Whether it was only read, others being answered (`--for`).
    pub read_only: bool,
}

/// The states of several runs, ordered by state, run date and run.
#[derive(Clone, Debug)]
pub struct Status {
    /// One entry per state and run.
    pub states: Vec<StateStatus>,
}

/// The list as JSON.
#[derive(Serialize, JsonSchema)]
#[non_exhaustive]
pub struct StatusDocument<'a> {
    /// The form of this value.
    #[schemars(extend("const" = "icr.status/1"))]
    schema: &'static str,
    /// A state in a run each, by state, run date and run.
    states: &'a [StateStatus],
}

impl Status {
    /// Reads the manifests and summaries of finished runs of match.
    ///
    /// # Errors
    /// [`crate::Error::Io`] and [`crate::Error::Input`] if a folder is not a finished run of match;
    /// [`crate::Error::Interrupted`].
    pub fn of_runs(folders: &[PathBuf], stop: &Stop) -> Result<Self> {
        let mut states = Vec::new();
        for folder in folders {
            stop.check()?;
            states.extend(of_run(&FinishedRun::open(folder)?)?);
        }
        states
            .sort_by(|a, b| (&a.state, &a.run_date, &a.run).cmp(&(&b.state, &b.run_date, &b.run)));
        Ok(Status { states })
    }

    /// The list as JSON.
    pub fn json(&self) -> String {
        json_text(&StatusDocument {
            schema: "icr.status/1",
            states: &self.states,
        })
    }

    /// The list as a table.
    pub fn text(&self) -> String {
        text(&self.states)
    }
}

fn of_run(run: &FinishedRun) -> Result<Vec<StateStatus>> {
    let (name, summary) = (run.name(), &run.summary);
    let pruned = responses_pruned(run)?;
    let blank = |state: &str, received| StateStatus {
        run: name.clone(),
        run_date: run.manifest.run_date.clone().unwrap_or_default(),
        state: state.to_owned(),
        received,
        form: "-".to_owned(),
        file: None,
        records: 0,
        rejected: 0,
        returned: 0,
        response_bytes: None,
        response_sha256: None,
        pruned: None,
        reason: None,
        read_only: false,
    };
    // A later entry of a state replaces an earlier one: an extract replaces an excluded file.
    let mut rows: BTreeMap<&str, StateStatus> = BTreeMap::new();
    for state in summary.absent.keys() {
        rows.insert(state, blank(state, Received::Absent));
    }
    for (state, file) in summary.fcr.iter().filter(|(_, file)| file.used) {
        let row = StateStatus {
            form: form(&file.form),
            file: Some(file.file.clone()),
            records: file.records.read,
            rejected: file.records.rejected,
            ..blank(state, Received::Fcr)
        };
        rows.insert(state, row);
    }
    for file in &summary.excluded {
        if let Some(state) = &file.state {
            let row = StateStatus {
                file: Some(file.file.clone()),
                records: file.records,
                reason: Some(file.reason.clone()),
                ..blank(state, Received::Excluded)
            };
            rows.insert(state, row);
        }
    }
    let stood_in = |said: &Option<StoodIn>| match said {
        None => (Received::Extract, None),
        Some(stood_in) => (Received::Previous, Some(stood_in.reason.clone())),
    };
    for (state, said) in &summary.read_only {
        let (received, reason) = stood_in(&said.stood_in);
        let row = StateStatus {
            form: form(&said.form),
            file: Some(said.file.clone()),
            records: said.records.read,
            rejected: said.records.rejected,
            reason,
            read_only: true,
            ..blank(state, received)
        };
        rows.insert(state, row);
    }
    for (state, said) in &summary.states {
        let (received, reason) = stood_in(&said.stood_in);
        let response = run.response(state);
        let row = StateStatus {
            form: form(&said.form),
            file: Some(said.file.clone()),
            records: said.totals.records.read,
            rejected: said.totals.records.rejected,
            returned: said.totals.records.returned,
            response_bytes: response.map(|output| output.bytes),
            response_sha256: response.map(|output| output.sha256.clone()),
            reason,
            pruned: pruned.clone(),
            ..blank(state, received)
        };
        rows.insert(state, row);
    }
    Ok(rows.into_values().collect())
}

fn form(said: &str) -> String {
    if said.is_empty() { "-" } else { said }.to_owned()
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
            |digest| digest.chars().take(16).collect(),
        );
        let digest = shown(&digest);
        text += &format!(
            "{:<6}{:<10}{:<18}{:<10}{:<12}{:>10}{:>10}{:>10}{:>13}  {digest}\n",
            shown(&row.state),
            shown(&row.run_date),
            shown(&row.run),
            row.received.word(),
            shown(&row.form),
            row.records,
            row.rejected,
            row.returned,
            bytes
        );
        if let Some(date) = &row.pruned {
            text += &format!("      its response was taken out on {date} (icr prune)\n");
        }
        if let Some(reason) = &row.reason {
            text += &format!("      its file was left out: {reason}\n");
        }
    }
    text
}
