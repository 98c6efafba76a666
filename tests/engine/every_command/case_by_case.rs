//! The commands that answer case by case: `explain`, `score`, `respond`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use icr::Exit;
use serde_json::Value;

use super::plain_count::{Case, Codes, Key, Record, tiers};
use super::run::{Checked, Run, ensure, json, number, text};
use crate::plain_matcher::plain::{World, records_as_they_came};
use crate::support::Written;

/// A Case ID as the command line and JSON have it: each byte a character of ISO 8859-1.
fn latin1(bytes: &[u8]) -> String {
    bytes
        .trim_ascii_end()
        .iter()
        .copied()
        .map(char::from)
        .collect()
}

fn words(value: &Value) -> Codes {
    let words = value.as_array().into_iter().flatten();
    words
        .map(|word| word.as_str().unwrap().to_owned())
        .collect()
}

/// The case of another state with which a case was answered: state, Case ID, and the two that tell it
/// from the state's other cases of that Case ID.
type Counterpart = [String; 4];

fn ids(case: &Value) -> Counterpart {
    let of = |key: &str| case[key].as_str().unwrap_or_default().to_owned();
    ["state", "case_id", "other_state", "other_case_id"].map(of)
}

/// What `explain` says of the cases of a run.
#[derive(Default)]
pub struct Explained {
    /// The counterparts, by submitting state and case.
    pub counterparts: BTreeMap<(String, Key), Counterpart>,
}

/// `explain` gives every returned case its tier, its codes and its participants' codes and bases, and
/// accounts for every case of the extracts.
pub fn explain(run: &Run, world: &World, written: &Written) -> Result<Explained, String> {
    let mut explained = Explained::default();
    for (usps, cases) in &run.responses {
        let said = &run.summary["states"][usps];
        let file = world
            .extracts
            .iter()
            .find(|(name, _)| said["file"] == **name);
        let (_, extract) = file.ok_or_else(|| format!("{usps}: the summary names no file"))?;
        let records = records_as_they_came(extract);
        let all: BTreeSet<String> = records
            .iter()
            .map(|record| latin1(&record[..record.len().min(15)]))
            .collect();
        let mut outcomes: BTreeMap<String, u64> = BTreeMap::new();
        let mut returned: BTreeMap<String, Vec<&Case>> = BTreeMap::new();
        for case in cases {
            returned.entry(latin1(&case.id())).or_default().push(case);
        }
        for id in &all {
            let cases = returned.remove(id).unwrap_or_default();
            let entries = asked(run, written, (usps, id), cases.is_empty())?;
            let is_returned =
                |entry: &&Value| entry["outcome"] == "matched" || entry["outcome"] == "not_found";
            let explained_returned = entries.iter().filter(is_returned).count();
            ensure!(
                explained_returned == cases.len(),
                "explain, {usps}: {explained_returned} cases of a Case ID are returned, not {}",
                cases.len()
            );
            for entry in &entries {
                *outcomes
                    .entry(entry["outcome"].as_str().unwrap().to_owned())
                    .or_default() += 1;
            }
            for case in cases {
                let key = (case.other_state(), latin1(&case.other_id()));
                let is_case = |entry: &&Value| {
                    entry["yours"]["other_state"] == *key.0
                        && entry["yours"]["other_case_id"] == *key.1
                };
                let mut of_case = entries.iter().filter(is_case);
                let (Some(entry), None) = (of_case.next(), of_case.next()) else {
                    return Err(format!("explain: a case of {usps} is not explained once"));
                };
                returned_case(run, case, entry)
                    .map_err(|what| format!("explain, {usps}: {what}"))?;
                if !entry["chosen"].is_null() {
                    let place = (usps.clone(), case.key());
                    explained
                        .counterparts
                        .insert(place, ids(&entry["chosen"]["case"]));
                }
            }
        }
        ensure!(
            returned.is_empty(),
            "a returned case of {usps} is in no extract"
        );
        let of = |word: &str| outcomes.get(word).copied().unwrap_or_default();
        for (key, explained) in [
            ("/cases/returned", of("matched") + of("not_found")),
            ("/cases/suppressed", of("suppressed")),
            ("/cases/not_evaluated", of("not_evaluated")),
        ] {
            let said = number(said, key);
            ensure!(
                said == explained,
                "explain, {usps} {key}: {explained}, not {said}"
            );
        }
    }
    Ok(explained)
}

/// Asks for every case with a Case ID; perhaps there is none.
fn asked(
    run: &Run,
    written: &Written,
    (usps, id): (&str, &str),
    perhaps: bool,
) -> Result<Vec<Value>, String> {
    let mut arguments = [
        "explain",
        "--threads",
        "1",
        "--from-run",
        &text(&run.folder),
        "--state",
        usps,
    ]
    .map(str::to_owned)
    .to_vec();
    arguments.push(format!("--case={id}"));
    arguments.extend(written.inputs.iter().cloned());
    let mut found = json(&arguments, Exit::Success.status());
    if found.is_err() && perhaps {
        found = json(&arguments, Exit::Findings.status());
    }
    Ok(found?["cases"].as_array().unwrap().clone())
}

fn returned_case(run: &Run, case: &Case, entry: &Value) -> Checked {
    let tier = match entry["chosen"]["tier"].as_u64() {
        Some(tier) => tier.to_string(),
        None => "none".to_owned(),
    };
    ensure!(tier == case.tier(), "tier {tier}, not {}", case.tier());
    let outcome = if tier == "none" {
        "not_found"
    } else {
        "matched"
    };
    ensure!(entry["outcome"] == *outcome, "the outcome is not {outcome}");
    ensure!(
        entry["routine"] == run.summary["routine"],
        "another routine"
    );
    ensure!(
        entry["fcr_supplied"] == case.is_fcr_supplied(),
        "FCR-supplied"
    );
    let id = entry["chosen"]["case"]["case_id"]
        .as_str()
        .unwrap_or_default();
    ensure!(id == latin1(&case.counterpart_id()), "another counterpart");
    let multiple = entry["chosen"]["multiple_case"]
        .as_bool()
        .unwrap_or_default();
    ensure!(multiple == case.is_multiple(), "Multiple Case Indicator");
    let codes: Codes = entry["codes"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|reason| words(&Value::Array(vec![reason["code"].clone()])))
        .collect();
    ensure!(
        codes == case.codes(),
        "codes {codes:?}, not {:?}",
        case.codes()
    );
    let participants = entry["participants"].as_array().unwrap();
    ensure!(
        participants.len() == case.0.len(),
        "{} participants",
        participants.len()
    );
    for (participant, record) in participants.iter().zip(&case.0) {
        let codes = words(&participant["codes"]);
        ensure!(
            codes == record.codes(),
            "codes {codes:?}, not {:?}",
            record.codes()
        );
        let basis = participant["basis"]
            .as_str()
            .and_then(|word| word.chars().next());
        ensure!(
            basis == record.basis(),
            "basis {basis:?}, not {:?}",
            record.basis()
        );
    }
    Ok(())
}

/// Cases of a state that were answered, by tier 2 or higher, with a case that another of its cases was
/// answered with too: by the counterparts that `explain` names.
pub fn counterparts_shared(run: &Run, explained: &Explained) -> Checked {
    for (usps, cases) in &run.responses {
        let counterpart = |case: &Case| explained.counterparts.get(&(usps.clone(), case.key()));
        let mut claims: BTreeMap<&Counterpart, u64> = BTreeMap::new();
        for counterpart in cases.iter().filter_map(counterpart) {
            *claims.entry(counterpart).or_default() += 1;
        }
        let shared = |case: &&Case| {
            case.tier() != "1"
                && counterpart(case).is_some_and(|counterpart| claims[counterpart] > 1)
        };
        let counted = cases.iter().filter(shared).count() as u64;
        let said = number(&run.summary["states"][usps], "/cases_counterpart_shared");
        ensure!(
            said == counted,
            "{usps}: {said} cases share a counterpart, not {counted}"
        );
    }
    Ok(())
}

/// `score` finds every case right where the truth is what `explain` says.
pub fn score(run: &Run, written: &Written, explained: &Explained) -> Checked {
    let truth = written.folder.path().join("truth.csv");
    let mut writer = csv::Writer::from_path(&truth).unwrap();
    let header = "state,case_id,other_state,other_case_id,counterpart_state,counterpart_case_id,planted,certain_codes";
    writer.write_record(header.split(',')).unwrap();
    let (mut found, mut none, mut records) = (BTreeMap::<String, u64>::new(), 0, 0);
    for (usps, cases) in &run.responses {
        for case in cases {
            let counterpart = explained.counterparts.get(&(usps.clone(), case.key()));
            let (state, id) = counterpart.map_or(("", ""), |[state, id, ..]| (state, id));
            let (own, other) = (latin1(&case.id()), latin1(&case.other_id()));
            let row = [
                usps,
                own.as_str(),
                &case.other_state(),
                &other,
                state,
                id,
                "",
                &case.codes().join("+"),
            ];
            writer.write_record(row).unwrap();
            records += case.0.len() as u64;
            match counterpart {
                Some(_) => *found.entry(case.tier()).or_default() += 1,
                None => none += 1,
            }
        }
    }
    writer.flush().unwrap();
    let folder = text(&run.folder);
    let said = json(
        &["score", "--truth", &text(&truth), &folder],
        Exit::Success.status(),
    )?;
    let mut expected = vec![
        ("/records".to_owned(), records),
        ("/unknown".to_owned(), 0),
        ("/cases/rightly_none".to_owned(), none),
        ("/cases/right".to_owned(), found.values().sum()),
        ("/by_tier/none/rightly_none".to_owned(), none),
        ("/certain_codes/wrong".to_owned(), 0),
    ];
    for tier in tiers(true).into_iter().filter(|tier| tier != "none") {
        let count = found.get(&tier).copied().unwrap_or_default();
        expected.push((format!("/by_tier/{tier}/right"), count));
    }
    for wrong in ["wrong", "stray", "missed"] {
        expected.push((format!("/cases/{wrong}"), 0));
    }
    for (path, expected) in expected {
        let said = number(&said, &path);
        ensure!(said == expected, "score {path}: {said}, not {expected}");
    }
    Ok(())
}

/// Whether a row of updates.csv takes over an SSN for a participant that the case has too: one
/// participant is one Case ID and Member ID, whatever the other state.
fn is_of_participant(row: &[String], case: &Case) -> bool {
    let has = |record: &Record| !row[3].is_empty() && latin1(record.at(33, 47)) == row[3];
    row[0] == latin1(&case.id()) && case.0.iter().any(has)
}

fn rows(path: &Path) -> Vec<Vec<String>> {
    let reader = csv::Reader::from_path(path).unwrap();
    let row =
        |row: csv::Result<csv::StringRecord>| row.unwrap().iter().map(str::to_owned).collect();
    reader.into_records().map(row).collect()
}

/// `respond` accounts for every record and case of every response, by what it wrote.
pub fn respond(run: &Run, written: &Written) -> Checked {
    for (usps, cases) in &run.responses {
        let out = written.folder.path().join(format!("respond-{usps}"));
        let (response, out_text) = (text(&run.response(usps)), text(&out));
        let arguments = [
            "respond",
            "--serial-start",
            "1",
            "--run-date",
            "20261122",
            "--out",
            &out_text,
            &response,
        ];
        let said = json(&arguments, Exit::Success.status())?;
        let checked = responded(&said, &out, usps, cases);
        std::fs::remove_dir_all(&out).unwrap();
        checked.map_err(|what| format!("respond, {usps}: {what}"))?;
    }
    Ok(())
}

fn responded(said: &Value, out: &Path, usps: &str, cases: &[Case]) -> Checked {
    let records: Vec<&Record> = cases.iter().flat_map(|case| &case.0).collect();
    for (unit, counted) in [("records", records.len()), ("cases", cases.len())] {
        let of = |key: &str| number(said, &format!("/{unit}/{key}"));
        let fates = ["updated", "requested", "listed", "no_action"].map(of);
        let (read, sum) = (of("read"), fates.iter().sum::<u64>());
        ensure!(read == counted as u64, "{read} {unit} read, not {counted}");
        ensure!(read == sum, "{read} {unit} read, {sum} accounted for");
    }
    if !cases.is_empty() {
        ensure!(said["state"] == *usps, "another state");
    }
    let mut expected: BTreeMap<String, u64> = BTreeMap::new();
    for case in cases {
        *expected
            .entry(format!("/cases_by_tier/{}", case.tier()))
            .or_default() += 1;
    }
    for code in records.iter().flat_map(|record| record.codes()) {
        *expected
            .entry(format!("/records_by_code/{code}"))
            .or_default() += 1;
    }
    for (path, expected) in expected {
        let said = number(said, &path);
        ensure!(said == expected, "{path}: {said}, not {expected}");
    }
    written_for(said, out, cases)
}

/// What a row names a case by.
type KeyOf<'k> = &'k dyn Fn(&Case) -> [String; 3];

/// A case is accounted for by the strongest thing that was written for it.
fn written_for(said: &Value, out: &Path, cases: &[Case]) -> Checked {
    let key = |case: &Case, id: Vec<u8>| [latin1(&case.id()), case.other_state(), latin1(&id)];
    let by_own = |case: &Case| key(case, case.other_id());
    // A transaction names the counterpart.
    let by_counterpart = |case: &Case| key(case, case.counterpart_id());
    let files: [(&str, &str, usize, KeyOf<'_>); 3] = [
        ("updated", "updates.csv", 0, &by_own),
        ("requested", "sent.csv", 0, &by_counterpart),
        ("listed", "worklist.csv", 2, &by_own),
    ];
    let mut left: Vec<&Case> = cases.iter().collect();
    for (word, file, first, key_of) in files {
        let rows = rows(&out.join(file));
        let about: Vec<[String; 3]> = rows
            .iter()
            .map(|row| [0, 1, 2].map(|place| row[first + place].clone()))
            .collect();
        for about in &about {
            let known = cases.iter().any(|case| key_of(case) == *about);
            ensure!(known, "{file} is about a case that is not in the response");
        }
        let rows_of = |case: &&Case| about.contains(&key_of(case));
        let written = left.iter().filter(|case| rows_of(case)).count() as u64;
        // One row may do for two cases: two ask one counterpart, or hold one participant.
        let shares = |case: &&&Case| match word {
            "updated" => !rows_of(case) && rows.iter().any(|row| is_of_participant(row, case)),
            _ => {
                rows_of(case)
                    && cases
                        .iter()
                        .filter(|other| key_of(other) == key_of(case))
                        .count()
                        > 1
            }
        };
        let shared = left.iter().filter(shares).count() as u64;
        let said = number(said, &format!("/cases/{word}"));
        if shared > 0 {
            let may_be = written.saturating_sub(shared)..=written + shared;
            ensure!(
                may_be.contains(&said),
                "{said} cases {word}, {file} is about {written}"
            );
            return Ok(());
        }
        ensure!(
            said == written,
            "{said} cases {word}, {file} is about {written}"
        );
        left.retain(|case| !rows_of(case));
    }
    let said = number(said, "/cases/no_action");
    ensure!(
        said == left.len() as u64,
        "{said} cases without action, not {}",
        left.len()
    );
    Ok(())
}
