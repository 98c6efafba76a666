//! Extracts from a trail what concerns one state in one month.

use schemars::JsonSchema;
use serde::Serialize;

use crate::error::Result;
use crate::formats::reference::State;
use crate::stop::Stop;

use super::chain::{Broken, check};
use super::lines::{AskedCase, EndLine, FileFact, Line, StartLine};

/// The requests and responses of a month that concern a state.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct MonthReport {
    /// The form of the report.
    #[schemars(extend("const" = "icr.audit.report/1"))]
    pub schema: &'static str,
    /// The state, by USPS code.
    pub state: String,
    /// CCYY-MM.
    pub month: String,
    /// The first broken link of the trail, if there is one. Then the lines after it cannot be
    /// trusted.
    pub broken: Option<Broken>,
    /// The commands, in the order of their end lines.
    pub entries: Vec<Entry>,
}

/// One command that concerned the state.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Entry {
    pub line: u64,
    pub started: String,
    pub ended: String,
    pub user: String,
    pub host: String,
    pub command: String,
    pub purpose: Option<String>,
    /// `finished`, `failed`, `interrupted`, or `no end line`: it was killed, or runs.
    pub outcome: String,
    /// Why it failed, where it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub inputs: Vec<FileFact>,
    pub outputs: Vec<FileFact>,
    pub cases: Vec<AskedCase>,
}

/// The commands that concern every state: one that fails costs each of them its night.
const OF_ALL_STATES: [&str; 2] = ["match", "derive"];

/// Collects what concerns a state in a month: its files read or written, its cases looked at, and the
/// runs that failed or have no end. The trail is checked as [`check`] does.
///
/// # Errors
/// [`crate::Error::Interrupted`] if a stop was requested.
pub fn report(trail: &[u8], state: &str, month: &str, stop: &Stop) -> Result<MonthReport> {
    let mut starts: std::collections::BTreeMap<String, StartLine> =
        std::collections::BTreeMap::new();
    let mut entries = Vec::new();
    let mut prepared = std::collections::BTreeMap::new();
    for (number, bytes) in (1..).zip(trail.split(|&byte| byte == b'\n')) {
        stop.check_at(number)?;
        match serde_json::from_slice::<Line>(bytes) {
            Ok(Line::Start(start)) => {
                starts.insert(super::digest::hex_digest(bytes), start);
            }
            Ok(Line::Prepared(line)) => drop(prepared.insert(line.start.clone(), line)),
            Ok(Line::End(end)) => {
                prepared.remove(&end.start);
                let start = starts.remove(&end.start).or(end.began.as_deref().cloned());
                if end.time.starts_with(month) {
                    entries.extend(entry(start.as_ref(), &end, state));
                }
            }
            Err(_) => {}
        }
    }
    // Killed while they published: what they were about to publish may have appeared.
    for line in prepared.values() {
        let start = starts
            .remove(&line.start)
            .or(line.began.as_deref().cloned());
        if line.time.starts_with(month) {
            entries.extend(entry(start.as_ref(), line, state));
        }
    }
    let open = starts.into_values().filter(|start| {
        OF_ALL_STATES.contains(&start.command.as_str()) && start.time.starts_with(month)
    });
    entries.extend(open.map(|start| Entry {
        line: start.number,
        started: start.time,
        ended: String::new(),
        user: start.user,
        host: start.host,
        command: start.command,
        purpose: start.purpose,
        outcome: "no end line".to_owned(),
        reason: None,
        inputs: Vec::new(),
        outputs: Vec::new(),
        cases: Vec::new(),
    }));
    entries.sort_by_key(|entry| entry.line);
    Ok(MonthReport {
        schema: "icr.audit.report/1",
        state: state.to_owned(),
        month: month.to_owned(),
        broken: check(trail, None, None, stop)?.broken,
        entries,
    })
}

fn entry(start: Option<&StartLine>, end: &EndLine, state: &str) -> Option<Entry> {
    let of_state = |files: &[FileFact]| -> Vec<FileFact> {
        files
            .iter()
            .filter(|file| file.state.as_deref() == Some(state))
            .cloned()
            .collect()
    };
    let (inputs, outputs) = (
        of_state(&end.outcome.inputs),
        of_state(&end.outcome.outputs),
    );
    let concerns =
        |case: &&AskedCase| case.state == state || case.other_state.as_deref() == Some(state);
    let cases: Vec<_> = end.outcome.cases.iter().filter(concerns).cloned().collect();
    let failed = end.outcome.outcome != "finished";
    let told = end.outcome.reason.as_deref();
    let names_it = told.is_some_and(|told| files_of(told).any(|usps| usps == state));
    let of_all = failed && OF_ALL_STATES.contains(&end.command.as_str());
    if inputs.is_empty() && outputs.is_empty() && cases.is_empty() && !of_all && !names_it {
        return None;
    }
    let text =
        |of: fn(&StartLine) -> &String| start.map(|start| of(start).clone()).unwrap_or_default();
    Some(Entry {
        line: end.number,
        started: text(|start| &start.time),
        ended: end.time.clone(),
        user: text(|start| &start.user),
        host: text(|start| &start.host),
        command: end.command.clone(),
        purpose: start.and_then(|start| start.purpose.clone()),
        outcome: end.outcome.outcome.clone(),
        reason: told.map(|told| reason_for(told, state)),
        inputs,
        outputs,
        cases,
    })
}

/// The states after which files in a message are named: `in/TX.txt` is of Texas.
fn files_of(message: &str) -> impl Iterator<Item = &'static str> {
    let words = message.split(|c: char| c.is_whitespace() || "/,;:()".contains(c));
    words.filter_map(|word| {
        let (stem, _) = word.split_once('.')?;
        let state = State::from_usps(stem)?;
        (state.usps() == stem).then(|| state.usps())
    })
}

/// Why a command failed, as one state is shown it: lines about other states' files are not shown.
fn reason_for(told: &str, state: &str) -> String {
    let of_others = |line: &str| {
        let mut states = files_of(line).peekable();
        states.peek().is_some() && states.all(|usps| usps != state)
    };
    let lines = told.lines().map(|line| {
        if of_others(line) {
            "a file of another state"
        } else {
            line
        }
    });
    let mut lines: Vec<&str> = lines.collect();
    lines.dedup();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::audit::{Outcome, Start, Trail};

    #[test]
    fn a_state_is_told_why_a_run_failed_and_nothing_of_other_states_files() {
        let told = "2 files cannot be used:\n  in/TX.txt: is empty\n  in/CA.txt: is empty\n  in/WA.txt: is empty";
        assert_eq!(
            reason_for(told, "TX"),
            "2 files cannot be used:\n  in/TX.txt: is empty\na file of another state"
        );
        assert_eq!(
            reason_for("in/CA.txt: is empty", "TX"),
            "a file of another state"
        );
        assert_eq!(
            reason_for("cannot write /srv/runs", "TX"),
            "cannot write /srv/runs"
        );
    }

    #[test]
    fn a_state_gets_its_own_files_and_cases_and_no_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.jsonl");
        let start = |command: &str| Start {
            command: command.to_owned(),
            options: vec![],
            purpose: Some("call 7".to_owned()),
        };
        let file = |state: &str| FileFact {
            name: format!("{state}.txt"),
            state: Some(state.to_owned()),
            bytes: 1,
            sha256: String::new(),
        };
        let run = Trail::start(&path, None, &start("match"), &Stop::default()).unwrap();
        run.end(
            &Outcome {
                outcome: "finished".to_owned(),
                inputs: vec![file("TX"), file("CA")],
                ..Outcome::default()
            },
            &Stop::default(),
        )
        .unwrap();
        let asked = AskedCase {
            state: "CA".to_owned(),
            case_id: "1".to_owned(),
            other_state: Some("TX".to_owned()),
            other_case_id: None,
        };
        Trail::start(&path, None, &start("explain"), &Stop::default())
            .unwrap()
            .end(
                &Outcome {
                    outcome: "finished".to_owned(),
                    cases: vec![asked],
                    ..Outcome::default()
                },
                &Stop::default(),
            )
            .unwrap();
        let text = std::fs::read(&path).unwrap();
        let month = &serde_json::from_slice::<Line>(text.split(|&b| b == b'\n').next().unwrap())
            .unwrap()
            .time()[..7]
            .to_owned();
        let report = |state, month| report(&text, state, month, &Stop::default()).unwrap();
        let texas = report("TX", month);
        let commands: Vec<_> = texas
            .entries
            .iter()
            .map(|e| (e.command.as_str(), e.inputs.len(), e.cases.len()))
            .collect();
        assert_eq!(commands, [("match", 1, 0), ("explain", 0, 1)]);
        assert_eq!(texas.entries[1].purpose.as_deref(), Some("call 7"));
        assert!(report("TX", "1999-01").entries.is_empty());
        assert!(report("NY", month).entries.is_empty());
    }
}
