//! Extracts from a trail what concerns one state in one month.

use serde::Serialize;

use crate::error::Result;
use crate::stop::Stop;

use super::chain::{Broken, check};
use super::lines::{AskedCase, EndLine, FileFact, Line, StartLine};

/// The requests and responses of a month that concern a state.
#[derive(Clone, Debug, Serialize)]
pub struct MonthReport {
    /// The schema of the report.
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
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    pub line: u64,
    pub started: String,
    pub ended: String,
    pub user: String,
    pub host: String,
    pub command: String,
    pub purpose: Option<String>,
    pub outcome: String,
    pub inputs: Vec<FileFact>,
    pub outputs: Vec<FileFact>,
    pub cases: Vec<AskedCase>,
}

/// Collects what concerns a state in a month: its files that were read or written, and its cases
/// that were viewed. The trail is checked as by [`check`].
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
                if end.time.starts_with(month) {
                    entries.extend(entry(starts.get(&end.start), &end, state));
                }
            }
            _ => {}
        }
    }
    // Killed while publishing, so that the output may or may not have appeared.
    for line in prepared
        .values()
        .filter(|line| line.time.starts_with(month))
    {
        entries.extend(entry(starts.get(&line.start), line, state));
    }
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
    if inputs.is_empty() && outputs.is_empty() && cases.is_empty() {
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
        inputs,
        outputs,
        cases,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::audit::{Outcome, Start, Trail};

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
