//! What the program prints for other programs: SARIF and JUnit against their schemas, annotations,
//! and what a baseline excuses.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::program::{Scratch, lines_of, record};

const DATE: &str = "--run-date 20261122";

/// A record of California that names a case of Texas.
fn person(case_id: &str, ssn: &str, kind: &str) -> Vec<u8> {
    record(
        241,
        &[
            (1, case_id),
            (16, "I06037"),
            (24, ssn),
            (33, &format!("QQM{ssn}")),
            (48, kind),
            (50, "O"),
            (51, "QQALVAREZ"),
            (81, "QQLUIS"),
            (113, "19850610"),
            (121, "F"),
            (122, "QQTX1"),
            (138, "48453"),
        ],
    )
}

fn clean() -> Vec<Vec<u8>> {
    (1..=8)
        .map(|n| person("QQCASE1", &format!("41266000{n}"), "NP"))
        .collect()
}

/// Eight records, the third with E09, the fifth with W06.
fn spoilt() -> Vec<Vec<u8>> {
    let mut records = clean();
    records[2] = person("QQCASE1", "412660003", "XX");
    records[4] = person("QQCASE1", "123456789", "NP");
    records
}

fn schema(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/schemas");
    std::fs::read_to_string(root.join(name)).unwrap()
}

/// The SARIF of a run, which is one by the standard's schema.
fn sarif(text: &str) -> Value {
    let schema: Value = serde_json::from_str(&schema("sarif-2.1.0.json")).unwrap();
    let log: Value = serde_json::from_str(text).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let wrong: Vec<_> = validator
        .iter_errors(&log)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    log
}

fn result(log: &Value, rule: &str) -> Value {
    let results = log["runs"][0]["results"].as_array().unwrap();
    results
        .iter()
        .find(|result| result["ruleId"] == rule)
        .unwrap_or_else(|| panic!("no result {rule} in {log}"))
        .clone()
}

#[test]
fn sarif_tells_file_line_and_columns_and_follows_the_standard() {
    let scratch = Scratch::new();
    scratch.write("in/CA 1.txt", lines_of(&spoilt()));
    let ended = scratch.icr(&format!("validate {DATE} --format sarif in"));
    assert_eq!(ended.status, 1, "{}", ended.stderr);
    let log = sarif(&ended.stdout);
    let error = result(&log, "E09");
    let place = &error["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "in/CA%201.txt");
    assert_eq!(
        place["region"],
        serde_json::json!({"startLine": 3, "startColumn": 48, "endColumn": 50})
    );
    assert_eq!(error["level"], "error");
    let warning = result(&log, "W06");
    assert_eq!(warning["level"], "warning");
    assert_eq!(
        warning["locations"][0]["physicalLocation"]["region"]["startLine"],
        5
    );
    assert!(error.get("baselineState").is_none());
}

#[test]
fn records_without_lines_have_no_line() {
    let scratch = Scratch::new();
    scratch.write("CA.fb", spoilt().concat());
    let ended = scratch.icr(&format!("validate {DATE} --format sarif CA.fb"));
    let error = result(&sarif(&ended.stdout), "E09");
    let place = &error["locations"][0]["physicalLocation"];
    assert!(place.get("region").is_none(), "{place}");
    assert_eq!(error["properties"]["record"], 3);
    let ended = scratch.icr(&format!("validate {DATE} --format github CA.fb"));
    assert!(ended.stdout.contains("::error file=CA.fb,title=E09"));
}

#[test]
fn warnings_beyond_the_list_and_short_lines_are_told_together() {
    let scratch = Scratch::new();
    let mut records = vec![person("QQCASE1", "123456789", "NP"); 1_200];
    for record in &mut records {
        record.truncate(200);
    }
    scratch.write("CA.txt", lines_of(&records));
    let ended = scratch.icr(&format!("validate {DATE} --format sarif CA.txt"));
    let log = sarif(&ended.stdout);
    let mut counts: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for result in log["runs"][0]["results"].as_array().unwrap() {
        let counted = counts
            .entry(result["ruleId"].as_str().unwrap().to_owned())
            .or_default();
        counted.0 += 1;
        counted.1 += result["occurrenceCount"].as_u64().unwrap();
    }
    assert_eq!(counts["W06"], (1_001, 1_200));
    assert_eq!(counts["W01"], (1, 1_200));
}

#[test]
fn annotations_name_file_line_and_columns() {
    let scratch = Scratch::new();
    scratch.write("in/CA,1.txt", lines_of(&spoilt()));
    let ended = scratch.icr(&format!("validate {DATE} --format github in"));
    assert_eq!(ended.status, 1);
    let annotations: Vec<_> = ended
        .stdout
        .lines()
        .filter(|line| line.starts_with("::"))
        .collect();
    assert!(
        annotations[0].starts_with(
            "::error file=in/CA%2C1.txt,line=3,endLine=3,col=48,endColumn=49,title=E09 "
        ),
        "{annotations:?}"
    );
    assert!(annotations[1].starts_with("::warning file=in/CA%2C1.txt,line=5"));
    assert_eq!(annotations.len(), 2);
}

/// What the XSD says an element may have: attributes with whether they must be there, and children.
struct Allowed {
    attributes: BTreeMap<String, bool>,
    children: Vec<String>,
}

/// The elements that a schema of this kind (every element at its top) declares.
fn elements(xsd: &str) -> BTreeMap<String, Allowed> {
    let document = roxmltree::Document::parse(xsd).unwrap();
    let top = document.root_element().children();
    top.filter(|node| node.has_tag_name(("http://www.w3.org/2001/XMLSchema", "element")))
        .map(|element| {
            let inner = || element.descendants().filter(roxmltree::Node::is_element);
            let attributes = inner()
                .filter(|node| node.tag_name().name() == "attribute")
                .map(|node| {
                    let must = node.attribute("use") == Some("required");
                    (node.attribute("name").unwrap().to_owned(), must)
                });
            let children = inner().filter_map(|node| node.attribute("ref"));
            let allowed = Allowed {
                attributes: attributes.collect(),
                children: children.map(str::to_owned).collect(),
            };
            (element.attribute("name").unwrap().to_owned(), allowed)
        })
        .collect()
}

/// The JUnit XML of a run, which follows the schema.
fn check_junit(text: &str) {
    let elements = elements(&schema("junit-10.xsd"));
    let document = roxmltree::Document::parse(text).unwrap();
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        let allowed = &elements[node.tag_name().name()];
        for attribute in node.attributes() {
            let name = attribute.name();
            assert!(allowed.attributes.contains_key(name), "{name} in {text}");
        }
        for (name, must) in &allowed.attributes {
            assert!(!must || node.attribute(name.as_str()).is_some(), "{name}");
        }
        for child in node.children().filter(roxmltree::Node::is_element) {
            let name = child.tag_name().name().to_owned();
            assert!(allowed.children.contains(&name), "{name} in {text}");
        }
    }
    // The whole schema, where a validator is installed.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("junit.xml");
    std::fs::write(&file, text).unwrap();
    let xsd = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/schemas/junit-10.xsd");
    let checked = std::process::Command::new("xmllint")
        .args(["--noout", "--schema"])
        .args([&xsd, &file])
        .output();
    if let Ok(checked) = checked {
        let said = String::from_utf8_lossy(&checked.stderr).into_owned();
        assert!(checked.status.success(), "{said}");
    }
}

fn junit_totals(text: &str) -> Vec<(String, usize)> {
    let document = roxmltree::Document::parse(text).unwrap();
    let of = |name: &str| {
        let count = document
            .descendants()
            .filter(|node| node.has_tag_name(name))
            .count();
        (name.to_owned(), count)
    };
    ["testcase", "failure", "error", "skipped"].map(of).to_vec()
}

#[test]
fn junit_follows_its_schema_and_counts_right() {
    let scratch = Scratch::new();
    scratch.write("CA&1.txt", lines_of(&spoilt()));
    let totals = |options: &str| {
        let ended = scratch.icr(&format!(
            "validate {DATE} --format junit {options} CA&1.txt"
        ));
        check_junit(&ended.stdout);
        let document = roxmltree::Document::parse(&ended.stdout).unwrap();
        let suite = document
            .descendants()
            .find(|node| node.has_tag_name("testsuite"))
            .unwrap();
        let told = ["tests", "failures", "errors", "skipped"];
        let told = told.map(|name| suite.attribute(name).unwrap().parse::<usize>().unwrap());
        let counted = junit_totals(&ended.stdout);
        assert_eq!(
            told.to_vec(),
            counted.iter().map(|c| c.1).collect::<Vec<_>>()
        );
        (told, ended.status)
    };
    assert_eq!(totals(""), ([3, 1, 0, 1], 1));
    assert_eq!(totals("--strict"), ([3, 2, 0, 0], 1));
    assert_eq!(totals("--strict --max-rejects 5"), ([3, 2, 1, 0], 3));
}

#[test]
fn files_that_cannot_be_used_are_told_in_every_form() {
    let scratch = Scratch::new();
    scratch.write("CA.txt", "");
    scratch.write("TX.txt", lines_of(&clean()));
    let ended = scratch.icr(&format!("validate {DATE} --format sarif CA.txt TX.txt"));
    assert_eq!(ended.status, 3);
    let log = sarif(&ended.stdout);
    assert_eq!(result(&log, "unusable")["level"], "error");
    assert_eq!(
        log["runs"][0]["invocations"][0]["executionSuccessful"],
        false
    );
    let ended = scratch.icr(&format!("validate {DATE} --format github CA.txt"));
    assert!(
        ended
            .stdout
            .contains("::error file=CA.txt,title=cannot be used::is empty")
    );
    let ended = scratch.icr(&format!("validate {DATE} --format junit CA.txt"));
    check_junit(&ended.stdout);
    assert!(ended.stdout.contains("<error type=\"unusable\""));
    // Two files of one state: each can be used, both cannot.
    scratch.write("CA.txt", lines_of(&clean()));
    for (form, said) in [
        ("sarif", "two extracts for CA"),
        ("junit", "<error type=\"unusable\""),
        ("github", "::error title=cannot be used::"),
    ] {
        let ended = scratch.icr(&format!("validate {DATE} --format {form} CA.txt TX.txt"));
        assert_eq!(ended.status, 3);
        assert!(ended.stdout.contains(said), "{}", ended.stdout);
    }
}

#[test]
fn no_form_shows_a_value_of_a_record() {
    let scratch = Scratch::new();
    scratch.write("CA.txt", lines_of(&spoilt()));
    let sarif = scratch.icr(&format!("validate {DATE} --format sarif CA.txt"));
    scratch.write("base.sarif", &sarif.stdout);
    for form in ["sarif", "junit", "github"] {
        for baseline in ["", "--baseline base.sarif"] {
            let ended = scratch.icr(&format!(
                "validate {DATE} --format {form} {baseline} CA.txt"
            ));
            let all = ended.stdout + &ended.stderr;
            for value in ["QQ", "41266", "123456789", "19850610"] {
                assert!(!all.contains(value), "{value} in {all}");
            }
        }
    }
}

#[test]
fn the_forms_are_the_same_at_any_number_of_threads() {
    let scratch = Scratch::new();
    let cases = (0..900).flat_map(|case| {
        let mut records = spoilt();
        for record in &mut records {
            record[..15].copy_from_slice(format!("{case:<15}").as_bytes());
        }
        records
    });
    scratch.write("CA.txt", lines_of(&cases.collect::<Vec<_>>()));
    for form in ["sarif", "junit", "github"] {
        let run = |threads| {
            let line = format!("validate {DATE} --format {form} --threads {threads} CA.txt");
            scratch.icr(&line).stdout
        };
        assert!(run(1).len() > 100 && run(1) == run(3));
    }
}

/// Exit status with a baseline of either form, made of `known`; and how many results are new.
fn against(known: &[Vec<u8>], now: &[Vec<u8>], options: &str) -> (i32, usize) {
    let scratch = Scratch::new();
    scratch.write("old/CA-1.txt", lines_of(known));
    scratch.write("new/CA-2.txt", lines_of(now));
    let mut ended_with = Vec::new();
    let mut new = 0;
    for form in ["json", "sarif"] {
        let base = scratch.icr(&format!("validate {DATE} --format {form} old"));
        scratch.write("base", &base.stdout);
        for shown in ["text", "json", "csv", "sarif", "junit", "github"] {
            let ended = scratch.icr(&format!(
                "validate {DATE} {options} --baseline base --format {shown} new"
            ));
            ended_with.push(ended.status);
            if shown == "sarif" {
                let log = sarif(&ended.stdout);
                let results = log["runs"][0]["results"].as_array().unwrap();
                assert!(results.iter().all(|r| r.get("baselineState").is_some()));
                new = results
                    .iter()
                    .filter(|r| r["baselineState"] == "new")
                    .count();
            }
        }
    }
    ended_with.dedup();
    assert_eq!(ended_with.len(), 1, "{ended_with:?}");
    (ended_with[0], new)
}

#[test]
fn a_baseline_excuses_what_it_holds_and_nothing_else() {
    let wrong = |places: &[usize]| {
        let mut records = spoilt();
        for &place in places {
            records[place] = person("QQCASE2", "412660009", "YY");
        }
        records
    };
    assert_eq!(against(&spoilt(), &spoilt(), ""), (0, 0));
    assert_eq!(against(&spoilt(), &clean(), "--strict"), (0, 0));
    assert_eq!(against(&spoilt(), &wrong(&[6]), ""), (1, 1));
    assert_eq!(against(&clean(), &spoilt(), ""), (1, 2));
    // One mended, another spoilt.
    let mut moved = clean();
    moved[6] = person("QQCASE1", "412660007", "XX");
    assert_eq!(against(&spoilt(), &moved, ""), (1, 1));
    // Records that came before move it; it is the same fault.
    let mut later = vec![person("QQCASE9", "412660001", "NP")];
    later.extend(spoilt());
    assert_eq!(against(&spoilt(), &later, "--strict"), (0, 0));
    // A new warning fails where warnings do.
    let mut warned = spoilt();
    warned.push(person("QQCASE1", "078051120", "NP"));
    assert_eq!(against(&spoilt(), &warned, ""), (0, 1));
    assert_eq!(against(&spoilt(), &warned, "--strict"), (1, 1));
}

#[test]
fn a_baseline_does_not_excuse_a_file_that_cannot_be_used() {
    assert_eq!(against(&spoilt(), &spoilt(), "--max-rejects 5"), (3, 1));
}

#[test]
fn what_is_no_report_is_no_baseline() {
    let scratch = Scratch::new();
    scratch.write("CA.txt", lines_of(&clean()));
    for wrong in [
        "",
        "{}",
        "[]",
        "{\"schema\": \"icr.validate/1\"}",
        "{\"runs\": []}",
    ] {
        scratch.write("base", wrong);
        let ended = scratch.icr(&format!("validate {DATE} --baseline base CA.txt"));
        assert_eq!(ended.status, 3, "{wrong}");
        assert!(ended.stdout.is_empty() && ended.stderr.contains("base: is not a report"));
    }
    let ended = scratch.icr(&format!("validate {DATE} --baseline nowhere CA.txt"));
    assert_eq!(ended.status, 3);
}

#[test]
fn what_was_done_to_a_file_is_told_in_every_form_and_known_by_a_baseline() {
    let scratch = Scratch::new();
    let twice = [clean(), clean()].concat();
    scratch.write("CA.txt", lines_of(&twice));
    let whole = "the same records 2 times over";
    let run = |format: &str| {
        let ended = scratch.icr(&format!("validate {DATE} --format {format} CA.txt"));
        assert_eq!(ended.status, 1, "{format}: {}", ended.stderr);
        ended.stdout
    };
    let log = sarif(&run("sarif"));
    let found = result(&log, "repeated");
    assert_eq!(found["level"], "error");
    assert!(found["message"]["text"].as_str().unwrap().contains(whole));
    assert_eq!(found["properties"]["told"]["records"], 8);
    let junit = run("junit");
    check_junit(&junit);
    assert!(junit.contains("<failure type=\"repeated\""), "{junit}");
    let github = run("github");
    assert!(
        github.contains("::error file=CA.txt,title=repeated::8 records: "),
        "{github}"
    );
    let json = run("json");
    let report: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(report["files"][0]["told"][0]["severity"], "error");
    // Either report is a baseline, and excuses it, but not for more records.
    scratch.write("known.json", &json);
    scratch.write("known.sarif", log.to_string());
    for known in ["known.json", "known.sarif"] {
        for (copies, status) in [(2, 0), (3, 1)] {
            scratch.write("CA.txt", lines_of(&clean()).repeat(copies));
            let ended = scratch.icr(&format!("validate {DATE} --baseline {known} CA.txt"));
            assert_eq!(ended.status, status, "{known}, {copies}: {}", ended.stdout);
            let says_so = ended
                .stdout
                .contains("in the baseline: 8 records: the file holds");
            assert_eq!(says_so, copies == 2, "{}", ended.stdout);
        }
        scratch.write("CA.txt", lines_of(&twice));
        for (format, words) in [
            (
                "junit",
                "<skipped type=\"repeated\" message=\"in the baseline; ",
            ),
            ("github", "in the baseline, not annotated"),
            ("sarif", "\"baselineState\": \"unchanged\""),
            ("csv", "CA.txt,extract,CA,told_new,repeated,"),
        ] {
            let command = format!("validate {DATE} --baseline {known} --format {format} CA.txt");
            let ended = scratch.icr(&command);
            assert_eq!(ended.status, 0, "{format}: {}", ended.stdout);
            assert!(ended.stdout.contains(words), "{format}: {}", ended.stdout);
        }
    }
}

#[test]
fn a_note_about_a_file_fails_nothing_and_names_its_first_line() {
    let scratch = Scratch::new();
    let mut marked = lines_of(&clean());
    marked.splice(0..0, *b"\xef\xbb\xbf");
    scratch.write("CA.txt", marked);
    let mut header = clean();
    header.insert(0, b"EXTRACT OF CALIFORNIA".to_vec());
    scratch.write("header/CA.txt", lines_of(&header));
    let run = |arguments: &str| scratch.icr(&format!("validate {DATE} {arguments}"));
    let github = run("--format github CA.txt");
    assert_eq!(github.status, 0, "{}", github.stdout);
    let mark = "::notice file=CA.txt,title=byte-order-mark::begins with a byte-order mark";
    assert!(github.stdout.contains(mark), "{}", github.stdout);
    let junit = run("--format junit --strict CA.txt");
    check_junit(&junit.stdout);
    assert!(
        junit.stdout.contains("<skipped type=\"byte-order-mark\""),
        "{}",
        junit.stdout
    );
    let log = sarif(&run("--format sarif header/CA.txt").stdout);
    let found = result(&log, "header");
    assert_eq!(found["level"], "note");
    let place = &found["locations"][0]["physicalLocation"];
    assert_eq!(place["region"]["startLine"], 1, "{found}");
}
