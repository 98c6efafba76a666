//! `icr validate`: every figure against a plain count, its forms, and its exit statuses.

#![allow(clippy::pedantic, reason = "helpers of tests fail as tests do")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::plain_matcher::plain::{Tables, name_key, records_as_they_came, run_with};
use crate::plain_matcher::worlds::random_world;
use crate::support::records::{Row, extract};
use crate::support::{scratch, write_world};

fn validate(arguments: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_icr"))
        .args(["validate", "--run-date", "20261122"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

// ---- The plain count, from layouts.md and matching.md, sections 1 to 3 ---------------------------

fn field(record: &[u8], first: usize, last: usize) -> String {
    let cell = record[first - 1..last].iter().map(|&b| char::from(b));
    cell.collect::<String>().trim_end_matches(' ').to_owned()
}

/// matching.md, section 2.
fn usable(ssn: &str, misidentified: bool) -> bool {
    ssn.len() == 9
        && ssn.bytes().all(|b| b.is_ascii_digit())
        && !["000", "666"].contains(&&ssn[..3])
        && !ssn.starts_with('9')
        && &ssn[3..5] != "00"
        && &ssn[5..] != "0000"
        && !ssn.bytes().all(|b| b == ssn.as_bytes()[0])
        && !["123456789", "078051120", "219099999"].contains(&ssn)
        && !misidentified
}

/// layouts.md, section 5, W07.
fn is_date(date: &str) -> bool {
    if date.len() != 8 || !date.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    let number = |from: usize, to: usize| date[from..to].parse::<u32>().unwrap();
    let (year, month, day) = (number(0, 4), number(4, 6), number(6, 8));
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let february = if leap { 29 } else { 28 };
    let days = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    (1..=12).contains(&month)
        && (1..=days[month as usize - 1]).contains(&day)
        && date != "19000101"
        && ("18800101"..="20261122").contains(&date)
}

/// Length, leading zero, letters, other characters.
type Format = (usize, bool, bool, bool);

fn format_of(id: &str) -> Format {
    (
        id.chars().count(),
        id.starts_with('0'),
        id.chars().any(|c| c.is_ascii_alphabetic()),
        !id.chars().all(|c| c.is_ascii_alphanumeric()),
    )
}

#[derive(Default)]
struct PlainFile {
    state: String,
    /// Accepted records: number, padded.
    records: Vec<(u64, Vec<u8>)>,
    short: Vec<u64>,
    /// (Case ID, other state, Other State Case ID): the places of its records.
    cases: Vec<((String, String, String), Vec<usize>)>,
}

/// matching.md, section 1.
fn read(bytes: &[u8], state: &str, rejects: &[(u32, &'static str)], derived: bool) -> PlainFile {
    let rejected: BTreeSet<u32> = rejects.iter().map(|r| r.0).collect();
    let mut file = PlainFile {
        state: state.to_owned(),
        ..PlainFile::default()
    };
    for (place, raw) in records_as_they_came(bytes).into_iter().enumerate() {
        let number = place as u32 + 1;
        if rejected.contains(&number) {
            continue;
        }
        let mut record = raw.clone();
        record.resize(241, b' ');
        if derived {
            for (first, last) in [(16, 16), (122, 136), (138, 144), (162, 241)] {
                record[first - 1..last].fill(b' ');
            }
        }
        if raw.len() < 241 {
            file.short.push(u64::from(number));
        }
        file.records.push((u64::from(number), record));
    }
    let key = |record: &[u8]| {
        (
            field(record, 1, 15),
            field(record, 138, 139),
            field(record, 122, 136),
        )
    };
    let mut named: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for (_, record) in &file.records {
        let (id, other, other_id) = key(record);
        if !other_id.is_empty() {
            named.entry((id, other)).or_default().insert(other_id);
        }
    }
    for (place, (_, record)) in file.records.iter().enumerate() {
        let (id, other, mut other_id) = key(record);
        if other_id.is_empty()
            && let Some(names) = named.get(&(id.clone(), other.clone()))
            && names.len() == 1
        {
            other_id.clone_from(names.first().unwrap());
        }
        let key = (id, other, other_id);
        match file.cases.iter_mut().find(|case| case.0 == key) {
            Some(case) => case.1.push(place),
            None => file.cases.push((key, vec![place])),
        }
    }
    file
}

fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        (part as f64 * 10_000.0 / whole as f64).round() / 100.0
    }
}

fn formats<'a>(ids: impl Iterator<Item = &'a String>) -> BTreeMap<Format, u64> {
    let mut counts = BTreeMap::new();
    for id in ids {
        *counts.entry(format_of(id)).or_default() += 1;
    }
    counts
}

impl PlainFile {
    /// What each accepted record holds.
    fn held(
        &self,
        misidentified: &BTreeSet<Vec<u8>>,
        fips: &str,
    ) -> Vec<BTreeMap<&'static str, bool>> {
        let held = |(_, record): &(u64, Vec<u8>)| {
            let ssn = field(record, 24, 32);
            let entry = [fips.as_bytes(), &record[32..47], &record[23..32]].concat();
            let birth = field(record, 113, 120);
            let given = |first, last| !field(record, first, last).is_empty();
            BTreeMap::from([
                ("ssn", !ssn.is_empty() && ssn != "000000000"),
                ("usable_ssn", usable(&ssn, misidentified.contains(&entry))),
                ("member_id", given(33, 47)),
                ("participant_type", given(48, 49)),
                ("last_name", given(51, 80)),
                ("first_name", given(81, 96)),
                ("middle_name", given(97, 112)),
                (
                    "comparable_name",
                    name_key(&record[50..80], &record[80..96]).is_some(),
                ),
                ("date_of_birth", !birth.is_empty() && birth != "00000000"),
                ("valid_date_of_birth", is_date(&birth)),
                ("sex", given(121, 121)),
                ("county", given(19, 21)),
                ("initiating_responding_indicator", given(16, 16)),
                ("other_state_case_id", given(122, 136)),
                ("other_county", given(140, 142)),
                ("contact", given(162, 241)),
                ("contact_name", given(162, 201)),
                ("contact_phone_number", given(202, 211)),
                ("contact_email", given(212, 241)),
            ])
        };
        self.records.iter().map(held).collect()
    }

    fn is_open(&self, case: &[usize]) -> bool {
        self.records[case[0]].1[49] == b'O'
    }

    fn first_record(&self, case: &[usize]) -> u64 {
        self.records[case[0]].0
    }

    fn check(&self, report: &Value, misidentified: &BTreeSet<Vec<u8>>, fips: &str, derived: bool) {
        let count = |cases: usize| json!(cases);
        assert_eq!(report["cases"], count(self.cases.len()));
        let open = self.cases.iter().filter(|c| self.is_open(&c.1)).count();
        assert_eq!(report["open_cases"], count(open));
        assert_eq!(report["closed_cases"], count(self.cases.len() - open));

        let held = self.held(misidentified, fips);
        let fields = report["completeness"].as_array().unwrap();
        assert_eq!(fields.len(), if derived { 12 } else { 19 });
        for counted in fields {
            let name = counted["field"].as_str().unwrap();
            let records = held.iter().filter(|h| h[name]).count() as u64;
            let holds = |case: &&((String, String, String), Vec<usize>)| {
                case.1.iter().any(|&place| held[place][name])
            };
            let cases = self.cases.iter().filter(holds).count() as u64;
            let expected = json!({
                "field": name, "records": records, "records_percent": percent(records, self.records.len() as u64),
                "cases": cases, "cases_percent": percent(cases, self.cases.len() as u64),
            });
            assert_eq!(*counted, expected);
        }

        let types: Vec<_> = ["NP", "CP", "PF", "CH", ""]
            .iter()
            .map(|kind| {
                let of_kind = self.records.iter().filter(|r| field(&r.1, 48, 49) == *kind);
                json!({"participant_type": kind, "records": of_kind.count()})
            })
            .collect();
        assert_eq!(report["participant_types"], json!(types));
        self.check_shared(report, &held);
    }

    fn check_shared(&self, report: &Value, held: &[BTreeMap<&'static str, bool>]) {
        let mut by_ssn: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (place, (_, record)) in self.records.iter().enumerate() {
            if held[place]["usable_ssn"] && held[place]["comparable_name"] {
                by_ssn.entry(field(record, 24, 32)).or_default().push(place);
            }
        }
        let mut shared: Vec<(usize, u64, Value)> = Vec::new();
        for places in by_ssn.values() {
            let key = |&place: &usize| {
                let record = &self.records[place].1;
                name_key(&record[50..80], &record[80..96])
            };
            let names: BTreeSet<_> = places.iter().map(key).collect();
            if names.len() >= 5 {
                let numbers: Vec<_> = places.iter().map(|&p| self.records[p].0).collect();
                let first = &numbers[..numbers.len().min(5)];
                let line =
                    json!({"names": names.len(), "records": places.len(), "first_records": first});
                shared.push((names.len(), numbers[0], line));
            }
        }
        shared.sort_by_key(|&(names, first, _)| (std::cmp::Reverse(names), first));
        assert_eq!(report["shared_ssns"], json!(shared.len()));
        let lines: Vec<_> = shared.into_iter().map(|s| s.2).take(10).collect();
        assert_eq!(report["most_shared_ssns"], json!(lines));
    }

    fn own_formats(&self) -> BTreeMap<Format, u64> {
        formats(self.cases.iter().map(|case| &case.0.0))
    }

    /// Other states in order of FIPS code, their cases, and how their IDs look beside `own`.
    fn check_other_states(
        &self,
        report: &Value,
        usps: &BTreeMap<String, String>,
        own: &BTreeMap<String, BTreeMap<Format, u64>>,
    ) {
        let states: BTreeSet<&String> = self.cases.iter().map(|c| &c.0.1).collect();
        let mut by_state = Vec::new();
        let mut ids = Vec::new();
        for fips in states.into_iter().filter(|fips| !fips.is_empty()) {
            let name = &usps[fips];
            let cases: Vec<_> = self.cases.iter().filter(|c| c.0.1 == *fips).collect();
            let open = cases.iter().filter(|c| self.is_open(&c.1)).count();
            by_state.push(json!({
                "other_state": name, "cases": cases.len(), "open": open, "closed": cases.len() - open,
            }));
            let named: Vec<_> = cases.iter().filter(|c| !c.0.2.is_empty()).collect();
            if named.is_empty() {
                continue;
            }
            let given = formats(named.iter().map(|c| &c.0.2));
            let unlike = own.get(name).map(|own| {
                let unlike = named
                    .iter()
                    .filter(|c| !own.contains_key(&format_of(&c.0.2)));
                unlike.map(|c| self.first_record(&c.1)).collect::<Vec<_>>()
            });
            let first = unlike.clone().unwrap_or_default();
            ids.push(json!({
                "other_state": name, "cases": named.len(), "unlike_its_own": unlike.map(|u| u.len()),
                "first_records": first[..first.len().min(5)],
                "given": listed(&given), "own": own.get(name).map(listed).unwrap_or(json!([])),
            }));
        }
        assert_eq!(report["other_states"], json!(by_state));
        assert_eq!(report["other_case_ids"], json!(ids));
        assert_eq!(report["case_id_formats"], listed(&self.own_formats()));
    }
}

/// The commonest first, then by length, leading zero, letters, other characters.
fn listed(formats: &BTreeMap<Format, u64>) -> Value {
    let mut list: Vec<_> = formats.iter().collect();
    list.sort_by_key(|&(format, cases)| (std::cmp::Reverse(cases), format));
    let line = |(&(length, zero, letters, other), cases): (&Format, &u64)| {
        json!({
            "length": length, "leading_zero": zero, "letters": letters, "other_characters": other, "cases": cases,
        })
    };
    list.into_iter().map(line).collect()
}

/// The table of codes: counts, shares, first records, and the order of harm.
fn check_codes(
    report: &Value,
    counts: &BTreeMap<&'static str, u64>,
    found: &[(u32, &'static str)],
    short: &[u64],
    read: u64,
) {
    let harm = |code: &str| match code {
        _ if code.starts_with('E') => 0,
        "W01" => 3,
        "W04" | "W05" | "W07" | "W08" | "W10" => 2,
        _ => 1,
    };
    // The order of the table of edits has E07 before E06.
    let order = |code: &str| match code {
        "E06" => "E07".to_owned(),
        "E07" => "E06".to_owned(),
        code => code.to_owned(),
    };
    let mut expected: Vec<_> = counts.iter().collect();
    expected.sort_by_key(|&(code, count)| (harm(code), std::cmp::Reverse(count), order(code)));
    let expected: Vec<Value> = expected
        .into_iter()
        .map(|(code, count)| {
            let mut first: Vec<u64> = found
                .iter()
                .filter(|f| f.1 == *code)
                .map(|f| u64::from(f.0))
                .collect();
            if *code == "W01" {
                first = short.to_vec();
            }
            first.sort_unstable();
            first.truncate(5);
            json!({"code": code, "records": count, "percent": percent(*count, read), "first_records": first})
        })
        .collect();
    let told: Vec<Value> = report["codes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|code| {
            assert!(!code["next_action"].as_str().unwrap().is_empty());
            json!({
                "code": code["code"], "records": code["records"], "percent": code["percent"],
                "first_records": code["first_records"],
            })
        })
        .collect();
    assert_eq!(told, expected);
}

#[test]
fn every_figure_is_that_of_a_plain_count_on_random_worlds() {
    let reference = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/formats/reference");
    let jurisdictions = fs::read_to_string(reference.join("jurisdictions.csv")).unwrap();
    let counties = fs::read_to_string(reference.join("counties.csv")).unwrap();
    let tables = Tables::new(&jurisdictions, &counties);
    let by_fips: BTreeMap<String, String> = jurisdictions
        .lines()
        .skip(1)
        .map(|line| (line[..2].to_owned(), line[3..5].to_owned()))
        .collect();
    let (mut shared, mut unlike, mut told_files) = (0, 0, 0);
    for seed in 0..150 {
        let world = random_world(seed);
        let answer = run_with(&world, &tables).unwrap();
        let work = tempfile::tempdir().unwrap();
        write_world(&world, work.path());
        let mut arguments = vec!["--format", "json", "--max-rejects", "100"];
        if !world.fcr.is_empty() {
            arguments.extend(["--fcr", "fcr"]);
        }
        if world.misidentified.is_some() {
            arguments.extend(["--misidentified", "misidentified.txt"]);
        }
        arguments.push("extracts");
        let output = validate(&arguments, work.path());
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let files = report["files"].as_array().unwrap();
        assert_eq!(files.len(), world.extracts.len() + world.fcr.len());
        let entries = world
            .misidentified
            .iter()
            .flat_map(|bytes| records_as_they_came(bytes));
        let misidentified: BTreeSet<Vec<u8>> = entries.map(|line| line[..26].to_vec()).collect();

        let mut plain_files = Vec::new();
        let mut errors = 0;
        for file in files {
            let derived = file["kind"] == "fcr";
            let state = file["state"].as_str().unwrap();
            let given = if derived { &world.fcr } else { &world.extracts };
            let bytes = &given
                .iter()
                .find(|g| file["file"] == g.0.as_str())
                .unwrap()
                .1;
            let name = format!("{state}{}", if derived { ".fcr" } else { "" });
            let plain = read(bytes, state, &answer.rejects[&name], derived);
            let (read, rejected, mut counts, warnings) = if derived {
                let totals = &answer.fcr[state];
                (
                    totals.read,
                    totals.rejected,
                    totals.errors.clone(),
                    totals.warnings.clone(),
                )
            } else {
                let totals = &answer.states[state];
                (
                    totals.records_read,
                    totals.records_rejected,
                    totals.errors.clone(),
                    totals.warnings.clone(),
                )
            };
            errors += rejected;
            counts.extend(warnings);
            assert_eq!(
                (&file["records"], &file["rejected"]),
                (&json!(read), &json!(rejected))
            );
            let found = [&answer.rejects[&name][..], &answer.warnings[&name]].concat();
            check_codes(file, &counts, &found, &plain.short, read);
            let fips = by_fips.iter().find(|(_, usps)| *usps == state).unwrap().0;
            plain.check(file, &misidentified, fips, derived);
            plain_files.push((plain, derived));
        }
        let mut own: BTreeMap<String, BTreeMap<Format, u64>> = BTreeMap::new();
        // A state's extract stands before what the FCR holds for it: it is inserted last.
        for derived in [true, false] {
            for (plain, _) in plain_files.iter().filter(|f| f.1 == derived) {
                own.insert(plain.state.clone(), plain.own_formats());
            }
        }
        for ((plain, _), file) in plain_files.iter().zip(files) {
            plain.check_other_states(file, &by_fips, &own);
            shared += file["shared_ssns"].as_u64().unwrap();
            let ids = file["other_case_ids"].as_array().unwrap();
            unlike += ids
                .iter()
                .filter_map(|i| i["unlike_its_own"].as_u64())
                .sum::<u64>();
        }
        let told = files.iter().any(|file| {
            let told = file["told"].as_array().unwrap();
            let kinds = ["implausible", "repeated", "cases-twice", "cut-column"];
            told.iter()
                .any(|told| kinds.contains(&told["kind"].as_str().unwrap()))
        });
        told_files += u32::from(told);
        assert_eq!(
            output.status.code(),
            Some(i32::from(errors > 0 || told)),
            "seed {seed}"
        );
    }
    assert!(shared >= 5 && unlike > 100, "{shared} {unlike}");
    assert!((1..150).contains(&told_files), "{told_files}");
}

// ---- Exit statuses and forms of the report -----------------------------------------------------------

fn record(case_id: &str, ssn: &str, kind: &'static str) -> String {
    let row = Row::california(case_id).ssn(ssn).kind(kind);
    let row = row.member(format!("M{ssn}")).name("ALVAREZ", "LUIS");
    let row = row.birth("19850610").other_id("TX1");
    String::from_utf8(extract(&[row])).unwrap()
}

#[test]
fn the_exit_status_tells_errors_and_with_strict_warnings() {
    let work = tempfile::tempdir().unwrap();
    let status = |bytes: &str, arguments: &[&str]| {
        fs::write(work.path().join("CA.txt"), bytes).unwrap();
        let arguments = [arguments, &["CA.txt"]].concat();
        validate(&arguments, work.path()).status.code().unwrap()
    };
    let clean = record("C1", "412660001", "NP") + &record("C1", "412660002", "CH");
    let warned = clean.clone() + &record("C2", "123456789", "CH");
    let wrong = [&clean, &clean, &record("C2", "412660003", "XX")[..]].concat();
    assert_eq!((status(&clean, &[]), status(&clean, &["--strict"])), (0, 0));
    assert_eq!(
        (status(&warned, &[]), status(&warned, &["--strict"])),
        (0, 1)
    );
    assert_eq!((status(&wrong, &[]), status(&wrong, &["--strict"])), (1, 1));
    assert_eq!(status("", &[]), 3);
    assert_eq!(status(&clean, &["--out", "x"]), 2);
}

#[test]
fn a_file_that_cannot_be_used_is_reported_and_fails() {
    let work = tempfile::tempdir().unwrap();
    let spoilt = record("C1", "412660001", "NP") + &record("C2", "412660003", "XX");
    fs::write(work.path().join("CA.txt"), spoilt).unwrap();
    for (format, expected) in [("text", "E09"), ("json", "\"E09\""), ("csv", "code,E09")] {
        let output = validate(&["--format", format, "CA.txt"], work.path());
        assert_eq!(output.status.code(), Some(3));
        let report = String::from_utf8(output.stdout).unwrap();
        assert!(report.contains(expected), "{report}");
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(
            message.contains("50.0 % against --max-rejects 25"),
            "{message}"
        );
    }
    fs::write(
        work.path().join("again.txt"),
        record("C1", "412660001", "NP"),
    )
    .unwrap();
    let output = validate(
        &["--max-rejects", "100", "CA.txt", "again.txt"],
        work.path(),
    );
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("two extracts for CA"));
}

#[test]
fn no_value_of_a_record_is_shown() {
    let work = tempfile::tempdir().unwrap();
    let bytes = [
        record("QQCASE9", "412660001", "NP"),
        record("QQCASE9", "123456789", "CH"),
        record("QQCASE8", "412660003", "XX"),
    ];
    fs::write(work.path().join("CA.txt"), bytes.concat()).unwrap();
    for format in ["text", "json", "csv"] {
        let output = validate(&["--format", format, "CA.txt"], work.path());
        let all = [output.stdout, output.stderr].concat();
        let all = String::from_utf8(all).unwrap();
        for value in [
            "QQCASE",
            "412660",
            "123456789",
            "ALVAREZ",
            "LUIS",
            "19850610",
            "TX1",
        ] {
            assert!(!all.contains(value), "{value} in {all}");
        }
    }
}

#[test]
fn the_report_is_the_same_at_any_number_of_threads() {
    let work = tempfile::tempdir().unwrap();
    write_world(&random_world(7), work.path());
    for format in ["text", "json", "csv"] {
        let run = |threads| {
            let arguments = ["--format", format, "--threads", threads, "extracts"];
            validate(&arguments, work.path()).stdout
        };
        assert!(!run("1").is_empty() && run("1") == run("3"));
    }
}

/// Where a file was cut, no edit says that nothing is needed, or that something is to be filled in.
#[test]
fn the_advice_of_an_edit_gives_way_to_what_was_done_to_the_file() {
    let text = std::fs::read_to_string("testdata/sample/extracts/CA.txt").unwrap();
    let whole: Vec<String> = text.lines().map(|line| format!("{line:<241}")).collect();
    let cut = |column: usize| whole.iter().map(|line| line[..column].to_owned()).collect();
    let mut last: Vec<String> = whole.clone();
    last.last_mut().unwrap().truncate(156);
    let trimmed = whole
        .iter()
        .map(|line| line.trim_end().to_owned())
        .collect();
    let given = "See what is said of the file as a whole.";
    for (what, lines, edit, gives_way) in [
        ("cut at 180", cut(180), "W01", true),
        ("cut at 139", cut(139), "W05", true),
        ("last record cut", last, "W01", true),
        ("trimmed", trimmed, "W01", false),
    ] {
        let lines: Vec<String> = lines;
        let scratch = scratch();
        let ends = if what == "last record cut" { "" } else { "\n" };
        std::fs::write(scratch.path().join("CA.txt"), lines.join("\n") + ends).unwrap();
        let output = validate(&["--format", "json", "CA.txt"], scratch.path());
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let codes = report["files"][0]["codes"].as_array().unwrap();
        let found = codes.iter().find(|code| code["code"] == edit);
        let advice = &found.unwrap_or_else(|| panic!("{what}: no {edit}"))["next_action"];
        assert_eq!(advice == given, gives_way, "{what}: {advice}");
    }
}
