//! `icr score` on a world so small that its figures are counted by hand.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::program::record;

/// A response record, by the columns of the specification's layouts.md, sections 1 and 3.
fn response(
    case: &str,
    other_id: &str,
    codes: &str,
    found: Option<(&str, char)>,
    matched: &str,
) -> Vec<u8> {
    let mut fields = vec![
        (1, case),
        (17, "48201"),
        (50, "O"),
        (122, other_id),
        (138, "06037"),
        (242, "N"),
        (243, codes),
        (276, "Y"),
        (377, "02020202"),
        (385, matched),
        (389, "NNN"),
        (473, "00001"),
    ];
    let tier = found.map(|(_, tier)| tier.to_string()).unwrap_or_default();
    if let Some((id, _)) = found {
        fields.extend([(253, id), (268, "06037"), (392, &tier)]);
    }
    record(500, &fields)
}

fn score(folder: &Path, arguments: &[&str]) -> std::process::Output {
    let truth = folder.join("truth.csv");
    let truth = ["--truth", truth.to_str().unwrap(), folder.to_str().unwrap()];
    Command::new(env!("CARGO_BIN_EXE_icr"))
        .arg("score")
        .args(arguments)
        .args(truth)
        .output()
        .unwrap()
}

const HEADER: &str = "state,case_id,other_state,other_case_id,counterpart_state,counterpart_case_id,planted,certain_codes\n";

fn write(folder: &Path, truth: &str, records: &[Vec<u8>], line_end: &[u8]) {
    std::fs::write(folder.join("truth.csv"), format!("{HEADER}{truth}")).unwrap();
    std::fs::create_dir_all(folder.join("responses")).unwrap();
    let bytes: Vec<u8> = records
        .iter()
        .flat_map(|r| [r.as_slice(), line_end].concat())
        .collect();
    std::fs::write(folder.join("responses/TX.icr"), bytes).unwrap();
}

/// Right (two records), right by tier 2, right and nobody matched, wrong and nobody matched, wrong by tier 2, stray, missed,
/// rightly none, not returned (one of them with certain codes), and one that the truth does not know.
fn small_world() -> (String, Vec<Vec<u8>>) {
    let truth = "\
TX,T1,CA,C1,CA,C1,,00
TX,T2,CA,,CA,C2,other-id-blank+ssn-missing@other,02
TX,T3,CA,C9,CA,C3,other-id-digit+ssn-missing@other,
TX,T4,CA,,CA,C4,other-id-blank,
TX,T5,CA,C9,,,case-missing+other-id-digit,
TX,T6,CA,,CA,C6,other-id-blank,01
TX,T7,CA,C7,,,case-missing,01
TX,T8,CA,C8,CA,C8,closed-both,
TX,T10,CA,C10,,,case-missing,01
TX,T11,CA,C11,CA,C11,ssn-missing,06
";
    let mut records = vec![
        response("T1", "C1", "00", Some(("C1", '1')), "0101"),
        response("T1", "C1", "0007", Some(("C1", '1')), "0101"),
        response("T2", "", "0306", Some(("C2", '2')), "0001"),
        response("T3", "C9", "06", Some(("C9", '1')), "0000"),
        response("T4", "", "02", Some(("C44", '2')), "0100"),
        response("T5", "C9", "06", Some(("C9", '1')), "0000"),
        response("T6", "", "01", None, "0000"),
        response("T7", "C7", "01", None, "0000"),
        response("T11", "C11", "06", Some(("C11", '1')), "0000"),
        response("T99", "", "01", None, "0000"),
    ];
    // T1 has two.
    for record in &mut records[..2] {
        record[472..477].copy_from_slice(b"00002");
    }
    (truth.to_owned(), records)
}

#[test]
fn figures_are_those_counted_by_hand() {
    let scratch = tempfile::tempdir().unwrap();
    let (truth, records) = small_world();
    // RECFM=FB and text alike.
    for line_end in [&b"\n"[..], b"\r\n", b""] {
        write(scratch.path(), &truth, &records, line_end);
        let output = score(scratch.path(), &["--format", "json"]);
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let score: Value = serde_json::from_slice(&output.stdout).unwrap();
        let counts = |verdicts: [u64; 5], nobody: [u64; 3]| {
            let [right, wrong, stray, missed, none] = verdicts;
            json!({"right": right, "wrong": wrong, "stray": stray, "missed": missed, "rightly_none": none,
                "right_nobody": nobody[0], "wrong_nobody": nobody[1], "stray_nobody": nobody[2]})
        };
        assert_eq!(score["records"], 10);
        assert_eq!(score["cases"], counts([3, 2, 1, 1, 1], [1, 1, 1]));
        // Of 6 counterparts returned 3 are true; without the three in which nobody matched 2 of 3.
        assert!((score["precision"].as_f64().unwrap() - 0.5).abs() < 1e-12);
        assert!((score["precision_nobody_apart"].as_f64().unwrap() - 2.0 / 3.0).abs() < 1e-12);
        // Of 6 returned cases with a counterpart 3 got it; without the two 2 of 4.
        assert!((score["recall"].as_f64().unwrap() - 0.5).abs() < 1e-12);
        assert!((score["recall_nobody_apart"].as_f64().unwrap() - 0.5).abs() < 1e-12);
        assert_eq!(score["nobody_matched"], 3);
        assert_eq!(
            score["not_returned"],
            json!({"with_counterpart": 1, "without_counterpart": 1})
        );
        assert_eq!(score["unknown"], 1);
        assert_eq!(score["clean"], counts([1, 0, 0, 0, 0], [0, 0, 0]));
        assert_eq!(score["by_tier"]["1"], counts([2, 1, 1, 0, 0], [1, 1, 1]));
        assert_eq!(score["by_tier"]["2"], counts([1, 1, 0, 0, 0], [0, 0, 0]));
        assert_eq!(score["by_tier"]["3"], counts([0, 0, 0, 0, 0], [0, 0, 0]));
        assert_eq!(score["by_tier"]["none"], counts([0, 0, 0, 1, 1], [0, 0, 0]));
        assert_eq!(
            score["by_kind"]["other-id-blank"],
            counts([1, 1, 0, 1, 0], [0, 0, 0])
        );
        assert_eq!(
            score["by_kind"]["ssn-missing@other"],
            counts([1, 1, 0, 0, 0], [0, 1, 0])
        );
        assert_eq!(
            score["by_kind"]["other-id-digit"],
            counts([0, 1, 1, 0, 0], [0, 1, 1])
        );
        assert_eq!(
            score["by_kind"]["case-missing"],
            counts([0, 0, 1, 0, 1], [0, 0, 1])
        );
        assert_eq!(
            score["by_pair"]["other-id-digit+case-missing"],
            counts([0, 0, 1, 0, 0], [0, 0, 1])
        );
        assert_eq!(
            score["by_pair"]["other-id-blank+ssn-missing@other"],
            counts([1, 0, 0, 0, 0], [0, 0, 0])
        );
        assert_eq!(score["by_pair"].as_object().unwrap().len(), 3);
        // T1, T2, T6, T7, T11 have certain codes; T2 lacks 02 and bears 03 and 06; T1 bears 07 beside. T10
        // has certain codes, and was not returned.
        assert_eq!(
            score["certain_codes"],
            json!({"cases": 5, "wrong": 1, "beyond": 2, "not_returned": 1})
        );
        let first = |confusion: &str| score["examples"][confusion][0]["case_id"].clone();
        assert_eq!(first("wrong"), "T3");
        assert_eq!(first("stray"), "T5");
        assert_eq!(first("missed"), "T6");
        assert_eq!(first("certain_code_wrong"), "T2");
    }
}

#[test]
fn the_table_shows_the_same() {
    let scratch = tempfile::tempdir().unwrap();
    let (truth, records) = small_world();
    write(scratch.path(), &truth, &records, b"\n");
    let text = String::from_utf8(score(scratch.path(), &[]).stdout).unwrap();
    assert!(
        text.contains("all returned cases                    0.5000     0.5000"),
        "{text}"
    );
    assert!(
        text.contains("tier 1 where nobody matched: 3, of which 1 right, 1 wrong, 1 stray"),
        "{text}"
    );
    assert!(
        text.contains("recall: of the returned cases that have a counterpart"),
        "{text}"
    );
    assert!(
        text.contains("TX T3 names CA C9: found CA C9 by tier 1, true is CA C3"),
        "{text}"
    );
    assert!(
        text.contains("5 cases, 1 lack one, 2 have others beside; 1 more were not returned"),
        "{text}"
    );
    assert!(
        text.contains("1 returned cases are not in the truth"),
        "{text}"
    );
}

#[test]
fn a_truth_about_other_extracts_is_told_on_stderr() {
    let scratch = tempfile::tempdir().unwrap();
    let (truth, records) = small_world();
    write(scratch.path(), &truth, &records, b"\n");
    let warned = |arguments: &[&str]| {
        let output = score(scratch.path(), arguments);
        assert!(output.status.success());
        let stderr = String::from_utf8(output.stderr).unwrap();
        stderr.contains("warning: 1 of 9 returned cases are not in ")
    };
    assert!(warned(&[]));
    assert!(warned(&["--format", "json"]));
    assert!(!warned(&["--quiet"]));
    // The last record is that of the case that the truth does not know.
    let known = &records[..records.len() - 1];
    write(scratch.path(), &truth, known, b"\n");
    let output = score(scratch.path(), &[]);
    assert!(!String::from_utf8_lossy(&output.stderr).contains("not in"));
}

#[test]
fn an_id_beyond_ascii_is_the_same_in_the_truth_and_in_the_response() {
    let scratch = tempfile::tempdir().unwrap();
    let mut record = response("T-1", "C-1", "00", Some(("C-1", '1')), "0101");
    for column in [2, 123, 254] {
        record[column - 1] = 0xC9;
    }
    let truth = "TX,T\u{c9}1,CA,C\u{c9}1,CA,C\u{c9}1,,00\n";
    write(scratch.path(), truth, &[record], b"\n");
    let output = score(scratch.path(), &["--format", "json"]);
    let score: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&score["unknown"], &score["cases"]["right"]),
        (&json!(0), &json!(1))
    );
}

#[test]
fn what_cannot_be_used_is_refused_with_file_and_line() {
    let scratch = tempfile::tempdir().unwrap();
    let (truth, records) = small_world();
    let refused = |part: &str| {
        let output = score(scratch.path(), &[]);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(3), "{stderr}");
        assert!(output.stdout.is_empty());
        assert!(stderr.contains(part), "{stderr}");
    };
    write(
        scratch.path(),
        &truth,
        &[records[0][..300].to_vec(), records[1].clone()],
        b"\n",
    );
    refused("TX.icr, record 1: has 300 bytes");
    let mut odd = records[0].clone();
    odd[391] = b'8';
    write(scratch.path(), &truth, &[odd], b"\n");
    refused("Match Tier (column 392) is not");
    // Cut, and doubled.
    write(scratch.path(), &truth, &records[..1], b"\n");
    refused("TX.icr, record 1: the case that begins here");
    let doubled = [&records[..], &records].concat();
    write(scratch.path(), &truth, &doubled, b"\n");
    refused("TX.icr, record 11: ");
    write(
        scratch.path(),
        &format!("{truth}TX,T9,ZZ,,,,,\n"),
        &records,
        b"\n",
    );
    refused("truth.csv, record 12: column other_state");
    for (line, problem) in [
        (
            "TX,T2,CA,,CA,C5,,",
            "is about the case of record 3; a truth has one line for each case",
        ),
        ("TX,T9,CA,,CA,,,", "column counterpart_case_id"),
        ("TX,T9,CA,,,C9,,", "column counterpart_state"),
        ("TX,,CA,,,,,", "column case_id"),
        ("TX,1234567890123456,CA,,,,,", "column case_id"),
        (
            "TX,T9,CA,C9,CA,1234567890123456,,",
            "column counterpart_case_id",
        ),
    ] {
        write(scratch.path(), &format!("{truth}{line}\n"), &records, b"\n");
        refused(&format!("truth.csv, record 12: {problem}"));
    }
    write(scratch.path(), "TX,T9,CA\n", &records, b"\n");
    refused("truth.csv, record 2: is not a line of eight columns");
    std::fs::write(scratch.path().join("truth.csv"), "a,b\n").unwrap();
    refused("truth.csv, record 1: has another header");
    std::fs::write(scratch.path().join("truth.csv"), "").unwrap();
    refused("is empty");
    write(scratch.path(), &truth, &records, b"\n");
    std::fs::remove_dir_all(scratch.path().join("responses")).unwrap();
    refused("no folder `responses`");
}

#[test]
fn two_runs_are_compared_case_by_case() {
    let scratch = tempfile::tempdir().unwrap();
    let (first, second) = (scratch.path().join("a"), scratch.path().join("b"));
    for folder in [&first, &second] {
        std::fs::create_dir(folder).unwrap();
    }
    let (truth, mut records) = small_world();
    write(&first, &truth, &records, b"\n");
    // T3 (wrong) and T6 (missed) become right, T2 (right) is missed, T5 (stray) rightly gets 01, T7 is not returned, and T1
    // keeps its counterpart with other codes.
    records[0][242..248].copy_from_slice(b"0008  ");
    records[2] = response("T2", "", "01", None, "0000");
    records[3] = response("T3", "C9", "02", Some(("C3", '2')), "0100");
    records[5] = response("T5", "C9", "01", None, "0000");
    records[6] = response("T6", "", "02", Some(("C6", '2')), "0100");
    records.remove(7);
    records[0][472..477].copy_from_slice(b"00002");
    write(&second, &truth, &records, b"\n");
    let score = |arguments: &[&str], folders: [&Path; 2]| {
        let output = Command::new(env!("CARGO_BIN_EXE_icr"))
            .args(["score", "--truth"])
            .arg(first.join("truth.csv"))
            .args(arguments)
            .args(folders)
            .output()
            .unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
        )
    };
    let (status, text) = score(&["--format", "json"], [&first, &second]);
    assert_eq!(status, Some(0), "{text}");
    let compared: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(compared["schema"], "icr.score-comparison/1");
    assert_eq!(
        compared["moves"],
        json!({"right>missed": 1, "wrong>right": 1, "stray>rightly_none": 1, "missed>right": 1, "rightly_none>not_returned": 1})
    );
    assert_eq!(compared["same_outcome_other_codes"], 1);
    assert_eq!(compared["runs"][0]["cases"]["right"], 3);
    assert_eq!(compared["runs"][1]["cases"]["right"], 4);
    assert_eq!(
        compared["examples"]["no_longer_right"],
        json!([
            "TX T2 names CA (blank): right, then missed",
            "TX T7 names CA C7: rightly none, then not returned",
        ])
    );
    assert_eq!(
        compared["examples"]["now_right"].as_array().unwrap().len(),
        3
    );
    // Each run's own score is the one that it has alone.
    let alone = score_alone(&first, &first);
    for key in ["cases", "precision", "recall", "by_tier", "certain_codes"] {
        assert_eq!(compared["runs"][0][key], alone[key], "{key}");
    }
    let (_, text) = score(&[], [&first, &second]);
    assert!(text.contains("wrong to right"), "{text}");
    // The order of the folders is that of the columns, and a run compared with itself shows no change.
    let (_, text) = score(&["--format", "json"], [&second, &first]);
    let back: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(back["moves"]["missed>right"], 1);
    assert_eq!(back["moves"]["not_returned>rightly_none"], 1);
    let (_, text) = score(&[], [&first, &first]);
    assert!(text.contains("no case has another outcome"), "{text}");
    // The findings that count are those of the second run.
    assert_eq!(
        score(&["--fail-on", "errors"], [&first, &second]).0,
        Some(1)
    );
}

fn score_alone(truth: &Path, folder: &Path) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_icr"))
        .args(["score", "--format", "json", "--truth"])
        .args([truth.join("truth.csv").as_path(), folder])
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}
