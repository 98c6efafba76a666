//! `icr report`: its figures are those of the responses and of the summary, in every form, and no
//! form tells who a person is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

const ICR: &str = env!("CARGO_BIN_EXE_icr");
const FORMS: [&str; 4] = ["text", "json", "csv", "html"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn icr(arguments: &[&str]) -> Output {
    let mut command = Command::new(ICR);
    command.env_clear().current_dir(root()).args(arguments);
    command.output().unwrap()
}

fn printed(arguments: &[&str]) -> String {
    let output = icr(arguments);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {stderr}");
    String::from_utf8(output.stdout).unwrap()
}

/// Runs the sample, with these states only where any are named.
fn run(folder: &Path, states: &[&str], more: &[&str]) -> String {
    let extracts: Vec<String> = if states.is_empty() {
        vec!["testdata/sample/extracts".to_owned()]
    } else {
        states
            .iter()
            .map(|state| format!("testdata/sample/extracts/{state}.txt"))
            .collect()
    };
    let out = folder.to_str().unwrap().to_owned();
    let mut arguments = vec![
        "match",
        "--quiet",
        "--fcr",
        "testdata/sample/fcr",
        "--ssn-master",
        "testdata/sample/ssn-master.txt",
        "--misidentified",
        "testdata/sample/misidentified.txt",
        "--run-date",
        "20261122",
        "--out",
        &out,
    ];
    arguments.extend(more);
    arguments.extend(extracts.iter().map(String::as_str));
    printed(&arguments);
    out
}

struct Runs {
    _folder: tempfile::TempDir,
    old: String,
    new: String,
}

/// The sample, and an earlier run without Washington.
fn runs() -> Runs {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| -> PathBuf { folder.path().join(name) };
    let old = run(&at("old"), &["CA", "FL", "NY", "OH", "TX"], &[]);
    let new = run(&at("new"), &[], &[]);
    Runs {
        _folder: folder,
        old,
        new,
    }
}

fn json(arguments: &[&str]) -> Value {
    let mut all = vec!["report", "--format", "json"];
    all.extend(arguments);
    serde_json::from_str(&printed(&all)).unwrap()
}

fn figure(report: &Value, scope: &str, part: &str, key: &str) -> u64 {
    let scope = if scope == "all" {
        &report["national"]
    } else {
        &report["states"][scope]
    };
    scope[part][key].as_u64().unwrap_or(0)
}

#[test]
fn the_figures_are_those_of_the_summary() {
    let runs = runs();
    let report = json(&[&runs.new]);
    let text = std::fs::read(Path::new(&runs.new).join("summary.json")).unwrap();
    let summary: Value = serde_json::from_slice(&text).unwrap();
    let states: Vec<&String> = summary["states"].as_object().unwrap().keys().collect();
    assert_eq!(states.len(), 6);
    let reported: Vec<&String> = report["states"].as_object().unwrap().keys().collect();
    assert_eq!(states, reported);
    let scopes = states
        .iter()
        .map(|s| (s.as_str(), &summary["states"][s.as_str()]));
    for (scope, said) in scopes.chain([("all", &summary["run"])]) {
        let said = |path: &str| said.pointer(path).and_then(Value::as_u64).unwrap();
        let told = |key: &str| figure(&report, scope, "total", key);
        let suppressed = |unit: &str| {
            told(&format!("{unit}.suppressed.closed_with_closed"))
                + told(&format!("{unit}.suppressed.closed_not_found"))
        };
        assert_eq!(told("records.submitted"), said("/records/read"));
        assert_eq!(told("records.rejected"), said("/records/rejected"));
        assert_eq!(
            told("records.not_evaluated"),
            said("/records/not_evaluated")
        );
        assert_eq!(suppressed("records"), said("/records/suppressed"));
        assert_eq!(told("records.returned"), said("/records/returned"));
        assert_eq!(told("cases.not_evaluated"), said("/cases/not_evaluated"));
        assert_eq!(suppressed("cases"), said("/cases/suppressed"));
        assert_eq!(told("cases.returned"), said("/cases/returned"));
        assert_eq!(
            told("cases.with_rejected_records"),
            said("/cases/with_rejected_records")
        );
        for (key, path) in [
            ("cases.nobody_matched", "/cases_nobody_matched"),
            ("cases.multiple_case", "/multiple_case"),
            ("cases.fcr_supplied", "/fcr_supplied"),
        ] {
            assert_eq!(told(key), said(path), "{scope} {key}");
        }
        for tier in ["1", "2", "3", "none"] {
            let path = format!("/cases_by_tier/{tier}");
            assert_eq!(told(&format!("cases.tier.{tier}")), said(&path));
        }
        for code in 0..9 {
            let (records, cases) = (
                format!("/records_by_code/0{code}"),
                format!("/cases_by_code/0{code}"),
            );
            assert_eq!(told(&format!("records.code.0{code}")), said(&records));
            assert_eq!(told(&format!("cases.code.0{code}")), said(&cases));
        }
    }
    // Every fate occurs in the sample, so that none of this holds of zeros alone.
    for key in [
        "records.rejected",
        "records.not_evaluated",
        "cases.suppressed.closed_with_closed",
        "cases.in_sync",
        "cases.fcr_supplied",
        "cases.multiple_case",
    ] {
        assert!(figure(&report, "all", "total", key) > 0, "{key}");
    }
}

/// The parts of each whole add up, in every state and by every other state.
#[test]
fn the_parts_add_up() {
    let runs = runs();
    let report = json(&[&runs.new]);
    let mut figures: Vec<&Value> = vec![&report["national"]["total"]];
    for state in report["states"].as_object().unwrap().values() {
        figures.extend([&state["total"], &state["fcr_supplied"]]);
        figures.extend(state["by_other_state"].as_object().unwrap().values());
        for key in [
            "cases.returned",
            "records.returned",
            "cases.in_sync",
            "cases.submitted",
        ] {
            let others = state["by_other_state"].as_object().unwrap().values();
            let sum: u64 = others.map(|other| other[key].as_u64().unwrap()).sum();
            assert_eq!(sum, state["total"][key].as_u64().unwrap(), "{key}");
        }
    }
    for figures in figures {
        let of = |key: &str| figures[key].as_u64().unwrap();
        let sum = |prefix: &str| -> u64 {
            let all = figures.as_object().unwrap();
            let parts = all.iter().filter(|(key, _)| key.starts_with(prefix));
            parts.map(|(_, count)| count.as_u64().unwrap()).sum()
        };
        for prefix in [
            "cases.tier.",
            "cases.combination.",
            "cases.other_fips.",
            "cases.fips.",
        ] {
            assert_eq!(sum(prefix), of("cases.returned"), "{prefix}");
        }
        for prefix in ["records.combination.", "records.ssn.", "records.other_ssn."] {
            assert_eq!(sum(prefix), of("records.returned"), "{prefix}");
        }
        assert_eq!(of("cases.open") + of("cases.closed"), of("cases.returned"));
        assert_eq!(
            of("cases.initiating") + of("cases.responding") + of("cases.neither"),
            of("cases.returned")
        );
    }
}

/// What only the report counts, counted again from the bytes of the independently made responses.
#[test]
fn the_figures_of_the_report_alone_are_in_the_responses() {
    let runs = runs();
    let report = json(&[&runs.new]);
    let mut in_sync_nationwide = 0;
    for state in ["CA", "FL", "NY", "OH", "TX", "WA"] {
        let path = root().join(format!("testdata/sample/expected/responses/{state}.icr"));
        let text = std::fs::read(path).unwrap();
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        let mut cases: BTreeMap<Vec<u8>, Vec<&[u8]>> = BTreeMap::new();
        for record in text.split(|&b| b == b'\n').filter(|r| !r.is_empty()) {
            let at = |first: usize, last: usize| &record[first - 1..last];
            let mut count = |key: String| *counts.entry(key).or_default() += 1;
            let codes = std::str::from_utf8(at(243, 252)).unwrap().trim_end();
            let codes: Vec<&str> = (0..codes.len())
                .step_by(2)
                .map(|i| &codes[i..i + 2])
                .collect();
            count(format!("records.combination.{}", codes.join("+")));
            let outcome = |byte| match byte {
                b'Y' => "verified",
                b'N' => "not_verified",
                _ => "none",
            };
            count(format!("records.ssn.{}", outcome(at(278, 278)[0])));
            count(format!("records.other_ssn.{}", outcome(at(288, 288)[0])));
            let key = [at(1, 15), at(122, 136), at(138, 139)].concat();
            cases.entry(key).or_default().push(record);
        }
        for records in cases.values() {
            let first = records[0];
            let at = |first_column: usize, last: usize| &first[first_column - 1..last];
            let mut count = |key: &str| *counts.entry(key.to_owned()).or_default() += 1;
            let equal = at(377, 380) == at(385, 388);
            let agreed = records.iter().any(|record| &record[242..244] == b"00");
            if equal && agreed {
                count("cases.in_sync");
                in_sync_nationwide += 1;
            }
            count(if at(50, 50) == b"O" {
                "cases.open"
            } else {
                "cases.closed"
            });
            match at(16, 16) {
                b"I" => count("cases.initiating"),
                b"R" => count("cases.responding"),
                _ => count("cases.neither"),
            }
            count(if at(276, 276) == b"Y" {
                "cases.other_fips.verified"
            } else {
                "cases.other_fips.not_verified"
            });
        }
        for (key, count) in counts {
            assert_eq!(
                figure(&report, state, "total", &key),
                count,
                "{state} {key}"
            );
        }
    }
    assert!(in_sync_nationwide > 0);
    assert_eq!(
        figure(&report, "all", "total", "cases.in_sync"),
        in_sync_nationwide
    );
}

#[test]
fn the_change_is_new_less_old_in_every_figure() {
    let runs = runs();
    let (old, new) = (json(&[&runs.old]), json(&[&runs.new]));
    let both = json(&[&runs.old, &runs.new]);
    assert_eq!((&both["old"], &both["new"]), (&old, &new));
    let csv = printed(&["report", "--format", "csv", &runs.old, &runs.new]);
    let mut rows = csv.lines();
    assert_eq!(
        rows.next(),
        Some("state,other_state,part,figure,old,new,change")
    );
    let mut moved = 0;
    for row in rows {
        let cells: Vec<&str> = row.split(',').collect();
        let number = |cell: &str| cell.parse::<i64>().unwrap_or(0);
        let (before, after, change) = (number(cells[4]), number(cells[5]), number(cells[6]));
        assert_eq!(after - before, change, "{row}");
        moved += u64::from(change != 0);
        let change = if cells[0] == "all" {
            &both["change"]["national"]
        } else {
            &both["change"]["states"][cells[0]]
        };
        if let Some(code) = cells[3].strip_prefix("finding.") {
            let kind = if code.starts_with('E') {
                "errors"
            } else {
                "warnings"
            };
            let change = &change["findings"][kind][code];
            assert_eq!(change.as_i64(), Some(after - before), "{row}");
            continue;
        }
        let change = if cells[1] == "all" {
            &change[if cells[2] == "all" { "total" } else { cells[2] }]
        } else {
            &change["by_other_state"][cells[1]]
        };
        assert_eq!(change[cells[3]].as_i64(), Some(after - before), "{row}");
    }
    assert!(moved > 20, "Washington joined, so figures moved: {moved}");
    let same = printed(&["report", "--format", "csv", &runs.new, &runs.new]);
    assert!(same.lines().skip(1).all(|row| row.ends_with(",0")));
}

/// Every SSN, Case ID, Member ID, date of birth and name of the sample's responses is looked for.
#[test]
fn no_form_tells_who_a_person_is() {
    let runs = runs();
    let mut secrets: BTreeSet<String> = BTreeSet::new();
    for file in std::fs::read_dir(Path::new(&runs.new).join("responses")).unwrap() {
        let text = std::fs::read(file.unwrap().path()).unwrap();
        for record in text.split(|&b| b == b'\n').filter(|r| !r.is_empty()) {
            for (first, last) in [
                (1, 15),
                (24, 32),
                (33, 47),
                (51, 80),
                (81, 96),
                (97, 112),
                (113, 120),
                (122, 136),
                (162, 201),
                (202, 211),
                (212, 241),
                (253, 267),
                (279, 287),
                (289, 303),
                (306, 335),
                (336, 351),
                (352, 367),
                (368, 375),
                (393, 432),
                (433, 442),
                (443, 472),
            ] {
                let value = String::from_utf8_lossy(&record[first - 1..last])
                    .trim()
                    .to_uppercase();
                if value.len() >= 5 {
                    secrets.insert(value);
                }
            }
        }
    }
    assert!(secrets.len() > 50);
    for form in FORMS {
        for folders in [vec![&runs.new], vec![&runs.old, &runs.new]] {
            let mut arguments = vec!["report", "--format", form];
            arguments.extend(folders.into_iter().map(String::as_str));
            let text = printed(&arguments).to_uppercase();
            let words: BTreeSet<&str> = text
                .split(|c: char| !c.is_alphanumeric() && c != '-' && c != '@' && c != '.')
                .collect();
            for secret in &secrets {
                let found = if secret.contains(' ') {
                    text.contains(secret.as_str())
                } else {
                    words.contains(secret.as_str())
                };
                assert!(!found, "{form}: a value of a record stands in the report");
            }
        }
    }
}

#[test]
fn the_text_is_pages_of_a_printed_list() {
    let runs = runs();
    for folders in [vec![&runs.new], vec![&runs.old, &runs.new]] {
        let mut arguments = vec!["report"];
        arguments.extend(folders.into_iter().map(String::as_str));
        let text = printed(&arguments);
        let pages: Vec<&str> = text.split('\x0c').collect();
        assert!(pages.len() >= 7, "one a state and one for the nation");
        for (number, page) in (1..).zip(&pages) {
            let head = page.lines().next().unwrap();
            assert!(head.starts_with("ICR RECONCILIATION REPORT"));
            assert!(head.ends_with(&format!("PAGE {number:>5}")), "{head}");
            assert!(page.lines().count() <= 60);
            for line in page.lines() {
                assert!(line.chars().count() <= 132, "{line}");
            }
        }
    }
}

#[test]
fn every_form_is_the_same_at_any_thread_count() {
    let runs = runs();
    for form in FORMS {
        let report =
            |threads| printed(&["report", "--threads", threads, "--format", form, &runs.new]);
        assert_eq!(report("1"), report("3"), "{form}");
    }
}

#[test]
fn a_run_in_another_form_gives_the_same_report() {
    let runs = runs();
    let folder = tempfile::tempdir().unwrap();
    for (format, encoding) in [("fb", "ascii"), ("text", "cp037"), ("fb", "cp037")] {
        let out = folder.path().join(format!("{format}-{encoding}"));
        let options = ["--output-format", format, "--output-encoding", encoding];
        let other = run(&out, &[], &options);
        // Another folder with another manifest, and the same figures.
        let figures = |folder: &str| {
            let mut report = json(&[folder]);
            let run = report.as_object_mut().unwrap().remove("run").unwrap();
            (report, run)
        };
        let (other, new) = (figures(&other), figures(&runs.new));
        assert_eq!(other.0, new.0, "{format} {encoding}");
        assert_ne!(other.1, new.1, "{format} {encoding}");
    }
}

#[test]
fn the_page_needs_nothing_from_elsewhere() {
    let runs = runs();
    let page = printed(&["report", "--format", "html", &runs.new]);
    for wrong in [
        "http://", "https://", "url(", "@import", " src=", "fetch(", "//cdn",
    ] {
        assert!(!page.contains(wrong), "{wrong}");
    }
    assert!(page.contains("default-src 'none'"));
    let ids: BTreeSet<&str> = page
        .split(" id=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    for href in page.split("href=\"#").skip(1) {
        let id = href.split('"').next().unwrap();
        assert!(ids.contains(id), "a link leads to {id}, which is not there");
    }
}

#[test]
fn what_is_no_finished_run_or_was_changed_is_refused() {
    let runs = runs();
    assert_eq!(icr(&["report"]).status.code(), Some(2));
    assert_eq!(icr(&["report", "testdata"]).status.code(), Some(3));
    let path = Path::new(&runs.new).join("responses/TX.icr");
    let mut text = std::fs::read(&path).unwrap();
    text.truncate(text.len() - 501);
    std::fs::write(&path, text).unwrap();
    let output = icr(&["report", &runs.new]);
    assert_eq!(output.status.code(), Some(3));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(
        message.contains("TX.icr") && message.contains("icr verify"),
        "{message}"
    );
    assert!(output.stdout.is_empty());
}

/// `docs/report.md` shows what the program prints.
#[test]
fn the_transcript_of_the_chapter_is_true() {
    let runs = runs();
    let chapter = std::fs::read_to_string(root().join("docs/report.md")).unwrap();
    let text = printed(&["report", &runs.new]).replace('\x0c', "\n");
    let shown: Vec<&str> = chapter
        .split("```text\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap())
        .collect();
    assert!(!shown.is_empty());
    for block in shown {
        assert!(text.contains(block), "no longer printed:\n{block}");
    }
}

/// What a state's own report says of a county or a worker, counted by hand from its response.
#[test]
fn a_states_own_report_counts_each_case_in_one_county_and_with_one_worker() {
    let runs = runs();
    for usps in ["TX", "OH", "WA"] {
        let bytes =
            std::fs::read(Path::new(&runs.new).join(format!("responses/{usps}.icr"))).unwrap();
        let records: Vec<&[u8]> = bytes
            .split(|&b| b == b'\n')
            .filter(|r| !r.is_empty())
            .collect();
        let (mut counties, mut workers) = (BTreeMap::new(), BTreeMap::new());
        let mut at = 0;
        while at < records.len() {
            let size: usize = std::str::from_utf8(&records[at][472..477])
                .unwrap()
                .parse()
                .unwrap();
            let text = |range: std::ops::Range<usize>| {
                String::from_utf8_lossy(&records[at][range])
                    .trim_end()
                    .to_owned()
            };
            *counties.entry(text(18..21)).or_insert(0_u64) += 1;
            *workers.entry(text(161..201)).or_insert(0_u64) += 1;
            at += size;
        }
        let own = json(&["--state", usps, "--workers", &runs.new]);
        let counted = |part: &str| -> BTreeMap<String, u64> {
            let map = own[part].as_object().unwrap();
            map.iter()
                .map(|(key, work)| (key.clone(), work["cases"].as_u64().unwrap()))
                .collect()
        };
        assert_eq!(counted("by_county"), counties, "{usps}");
        assert_eq!(counted("by_worker"), workers, "{usps}");
        let whole = json(&[&runs.new]);
        assert_eq!(
            own["report"], whole["states"][usps],
            "the figures are those of the run's report"
        );
        for step in own["first"].as_array().unwrap() {
            let key = format!("cases.code.{}", step["code"].as_str().unwrap());
            assert_eq!(step["cases"], own["report"]["total"][&key]);
        }
        // Workers are named where that was asked for, and nowhere else.
        let name = workers.keys().find(|name| name.len() > 4).unwrap();
        for form in FORMS {
            let without = printed(&["report", "--format", form, "--state", usps, &runs.new]);
            assert!(!without.contains(name.as_str()), "{usps} {form}");
            if form != "csv" {
                let with = printed(&[
                    "report",
                    "--format",
                    form,
                    "--state",
                    usps,
                    "--workers",
                    &runs.new,
                ]);
                assert!(with.contains(name.as_str()), "{usps} {form}");
            }
        }
    }
    for (arguments, status) in [
        (vec!["--workers"], 2),
        (vec!["--state", "ZZ"], 2),
        (vec!["--state", "TX", "--workers", "--format", "csv"], 2),
        // Maine sent nothing.
        (vec!["--state", "ME"], 3),
    ] {
        let mut all = vec!["report"];
        all.extend(&arguments);
        all.push(&runs.new);
        let output = icr(&all);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}");
        assert!(output.stdout.is_empty());
    }
}

/// A file that came and was left out is not one that did not come.
#[test]
fn an_excluded_file_is_shown_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let extracts = folder.path().join("extracts");
    std::fs::create_dir(&extracts).unwrap();
    for usps in ["CA", "FL", "NY", "OH", "TX", "WA"] {
        let name = format!("{usps}.txt");
        let mut text = std::fs::read(root().join("testdata/sample/extracts").join(&name)).unwrap();
        if usps == "WA" {
            // Every Case Status is wrong: E05.
            for record in text.split_mut(|&b| b == b'\n').filter(|r| r.len() > 50) {
                record[49] = b'X';
            }
        }
        std::fs::write(extracts.join(name), text).unwrap();
    }
    let out = folder.path().join("run");
    let (out, extracts) = (out.to_str().unwrap(), extracts.to_str().unwrap());
    printed(&[
        "match",
        "--quiet",
        "--run-date",
        "20261122",
        "--on-bad-file",
        "exclude",
        "--out",
        out,
        extracts,
    ]);
    let report = json(&[out]);
    let file = &report["excluded"][0];
    assert_eq!(
        (&file["state"], &file["file"]),
        (&"WA".into(), &"WA.txt".into())
    );
    let reason = file["reason"].as_str().unwrap();
    assert!(
        reason.contains("E05") || reason.contains("rejected"),
        "{reason}"
    );
    assert!(report["absent"]["WA"]["cases"].as_u64().unwrap() > 0);
    let text = printed(&["report", out]);
    let nothing = text
        .split("SENT NOTHING")
        .nth(1)
        .map_or("", |rest| rest.split("FILES THAT").next().unwrap());
    assert!(!nothing.contains("\nWA "), "{nothing}");
    assert!(text.contains("FILES THAT CAME AND WERE LEFT OUT"));
    assert!(text.contains("WA    extract"), "{text}");
    let page = printed(&["report", "--format", "html", out]);
    assert!(page.contains("<b>WA</b>: its extract came ("));
    assert!(!page.contains("<b>WA</b> sent nothing"));
}

#[test]
fn findings_of_the_edits_are_those_of_the_summary() {
    let runs = runs();
    let text = std::fs::read(Path::new(&runs.new).join("summary.json")).unwrap();
    let summary: Value = serde_json::from_slice(&text).unwrap();
    let report = json(&[&runs.new]);
    for (state, said) in summary["states"].as_object().unwrap() {
        for kind in ["errors", "warnings"] {
            assert_eq!(
                report["states"][state]["findings"][kind], said[kind],
                "{state}"
            );
        }
    }
    assert_eq!(
        report["national"]["findings"]["errors"],
        summary["run"]["errors"]
    );
    assert_eq!(report["run"]["folder"], "new");
    let manifest = std::fs::read(Path::new(&runs.new).join("manifest.json")).unwrap();
    let digest = sha256(&manifest);
    assert_eq!(report["run"]["manifest_sha256"], digest.as_str());
    assert!(printed(&["report", &runs.new]).contains(&digest[..12]));
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    icr::text::hex(&sha2::Sha256::digest(bytes).into())
}
