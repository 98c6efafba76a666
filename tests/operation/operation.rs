//! Operating a nightly run: manifest, verify, roster, volume checks, receipts, status, audit trail.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/sample")
}

fn icr(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_icr"))
        .env_clear()
        .args(arguments)
        .output()
        .unwrap()
}

/// Runs the sample into `out` with more arguments.
fn run(out: &Path, more: &[&str]) -> Output {
    let sample = sample();
    let path = |name: &str| sample.join(name).to_str().unwrap().to_owned();
    let (fcr, master, misidentified, extracts) = (
        path("fcr"),
        path("ssn-master.txt"),
        path("misidentified.txt"),
        path("extracts"),
    );
    let mut arguments = vec![
        "match",
        "--quiet",
        "--run-date",
        "20261122",
        "--fcr",
        &fcr,
        "--ssn-master",
        &master,
    ];
    arguments.extend([
        "--misidentified",
        &misidentified,
        "--out",
        out.to_str().unwrap(),
    ]);
    arguments.extend(more);
    arguments.push(&extracts);
    icr(&arguments)
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn the_manifest_names_every_file_with_its_digest_and_no_place_or_time() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    assert!(run(&one, &["--threads", "1"]).status.success());
    assert!(run(&two, &["--threads", "7"]).status.success());
    let text = std::fs::read_to_string(one.join("manifest.json")).unwrap();
    assert_eq!(
        text,
        std::fs::read_to_string(two.join("manifest.json")).unwrap()
    );
    assert!(
        !text.contains(folder.path().to_str().unwrap())
            && !text.contains(env!("CARGO_MANIFEST_DIR"))
    );
    let manifest = json(&one.join("manifest.json"));
    // Six extracts, one FCR-derived file, two side files; a response and a rejects file a state, one
    // of the FCR-derived file, and the summary.
    assert_eq!(manifest["inputs"].as_array().unwrap().len(), 9);
    assert_eq!(manifest["outputs"].as_array().unwrap().len(), 14);
    // printf '' of a known file: the digest that sha256sum gives.
    let texas = manifest["outputs"]
        .as_array()
        .unwrap()
        .iter()
        .find(|o| o["name"] == "responses/TX.icr")
        .unwrap();
    let path = one.join("responses/TX.icr");
    let sum = Command::new("sha256sum").arg(&path).output().unwrap();
    assert!(String::from_utf8_lossy(&sum.stdout).starts_with(texas["sha256"].as_str().unwrap()));
    assert_eq!(
        manifest["totals"],
        json(&one.join("summary.json"))["run"]
            .as_object()
            .map(|run| {
                let keys = manifest["totals"].as_object().unwrap().keys();
                Value::Object(keys.map(|key| (key.clone(), run[key].clone())).collect())
            })
            .unwrap()
    );
}

#[test]
fn verify_finds_every_kind_of_damage() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let fresh = || {
        drop(std::fs::remove_dir_all(&out));
        assert!(run(&out, &[]).status.success());
    };
    let verify = || icr(&["verify", out.to_str().unwrap()]);
    fresh();
    assert_eq!(verify().status.code(), Some(0), "{}", stdout(&verify()));
    let texas = out.join("responses/TX.icr");
    let damages: [(&str, &dyn Fn(), &str); 7] = [
        (
            "a byte changed",
            &|| change(&texas, 400, b'x'),
            "responses/TX.icr: was changed",
        ),
        (
            "an indicator changed",
            &|| change(&texas, 388, b'x'),
            "responses/TX.icr, record 1: is not a response record: CP Match Indicator (column 389) is not Y or N",
        ),
        (
            "a count changed in one record",
            &|| change(&texas, 501 + 387, b'0'),
            "record 2: does not agree with the first record of its case, record 1, in columns 387-388",
        ),
        (
            "a file cut",
            &|| cut(&texas),
            "responses/TX.icr: records.returned: the summary says 10, the file holds",
        ),
        (
            "a file gone",
            &|| std::fs::remove_file(&texas).unwrap(),
            "responses/TX.icr: is missing",
        ),
        (
            "a file added",
            &|| std::fs::write(out.join("notes.txt"), "x").unwrap(),
            "notes.txt: was added",
        ),
        (
            "no manifest",
            &|| std::fs::remove_file(out.join("manifest.json")).unwrap(),
            "manifest.json: is missing",
        ),
    ];
    for (name, damage, message) in damages {
        fresh();
        damage();
        let output = verify();
        assert_eq!(output.status.code(), Some(1), "{name}");
        assert!(
            stdout(&output).contains(message),
            "{name}: {}",
            stdout(&output)
        );
    }
    fresh();
    // The summary and its digest changed alike: the files themselves tell.
    let summary = std::fs::read_to_string(out.join("summary.json"))
        .unwrap()
        .replacen("\"returned\": 10", "\"returned\": 11", 1);
    std::fs::write(out.join("summary.json"), &summary).unwrap();
    assert!(
        stdout(&verify()).contains("the summary says 11, the file holds 10"),
        "{}",
        stdout(&verify())
    );
    // What the summary does not say is not a number.
    let told = |damaged: Option<&str>| {
        let path = out.join("summary.json");
        match damaged {
            Some(text) => std::fs::write(path, text).unwrap(),
            None => std::fs::remove_file(path).unwrap(),
        }
        let output = verify();
        assert_eq!(output.status.code(), Some(1));
        let text = stdout(&output);
        assert!(!text.contains(&u64::MAX.to_string()), "{text}");
        text
    };
    let mut summary: Value = serde_json::from_str(&summary).unwrap();
    summary["states"]["TX"]["multiple_case"] = Value::Null;
    let text = told(Some(&summary.to_string()));
    assert!(
        text.contains("summary.json: is missing or is not the summary of a match"),
        "{text}"
    );
    summary["states"].as_object_mut().unwrap().remove("TX");
    let text = told(Some(&summary.to_string()));
    assert!(
        text.contains("responses/TX.icr: the summary does not name the state"),
        "{text}"
    );
    let text = told(None);
    assert!(text.contains("summary.json: is missing"), "{text}");
    assert!(!text.contains("responses/TX.icr"), "{text}");
    assert_eq!(icr(&["verify", "/nonexistent"]).status.code(), Some(3));
}

fn change(path: &Path, at: usize, byte: u8) {
    let mut bytes = std::fs::read(path).unwrap();
    assert_ne!(bytes[at], byte);
    bytes[at] = byte;
    std::fs::write(path, bytes).unwrap();
}

fn cut(path: &Path) {
    let bytes = std::fs::read(path).unwrap();
    std::fs::write(path, &bytes[..bytes.len() - 501]).unwrap();
}

#[test]
fn a_roster_with_another_first_line_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let roster = folder.path().join("roster.csv");
    for text in [
        "garbage header\n",
        "usps,role\n",
        "usps,role,from,to,agreement,kontact\n",
    ] {
        std::fs::write(&roster, text).unwrap();
        let out = folder.path().join("out");
        let output = run(&out, &["--roster", roster.to_str().unwrap()]);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.contains("line 1"), "{told}");
    }
}

#[test]
fn the_roster_stops_or_reports() {
    let folder = tempfile::tempdir().unwrap();
    let roster = folder.path().join("roster.csv");
    let write = |rows: &str| {
        std::fs::write(
            &roster,
            format!("usps,role,from,to,agreement,contact\n{rows}"),
        )
        .unwrap();
    };
    let (out, roster_path) = (
        folder.path().join("run"),
        roster.to_str().unwrap().to_owned(),
    );
    let six = "CA,extract,,,,\nFL,extract,,,,\nNY,extract,,,,\nOH,extract,,,,\nTX,extract,,,,\n";
    write(&format!("{six}WA,extract,,,,\nNV,fcr,,,,\n"));
    assert!(run(&out, &["--roster", &roster_path]).status.success());
    assert_eq!(
        json(&out.join("summary.json"))["roster"]["NV"]["stood"],
        "fcr"
    );
    std::fs::remove_dir_all(&out).unwrap();
    write(&format!("{six}WA,none,,,,\nME,extract,20260101,,,\n"));
    let stopped = run(&out, &["--roster", &roster_path]);
    assert_eq!(stopped.status.code(), Some(3));
    assert!(
        stderr(&stopped).contains(
            "ME should have sent an extract and did not; WA sent an extract that was not agreed"
        ),
        "{}",
        stderr(&stopped)
    );
    assert!(!out.exists());
    assert!(
        run(
            &out,
            &["--roster", &roster_path, "--roster-policy", "report"]
        )
        .status
        .success()
    );
    let summary = json(&out.join("summary.json"));
    assert_eq!(summary["roster"]["ME"]["as_agreed"], false);
    assert_eq!(summary["roster"]["TX"]["as_agreed"], true);
    write("TX,extract,soon,,,\n");
    assert_eq!(
        run(&folder.path().join("x"), &["--roster", &roster_path])
            .status
            .code(),
        Some(2)
    );
}

#[test]
fn a_volume_that_moved_too_much_is_unusable() {
    let folder = tempfile::tempdir().unwrap();
    let (before, out) = (folder.path().join("before"), folder.path().join("run"));
    assert!(run(&before, &[]).status.success());
    let before = before.to_str().unwrap();
    assert!(
        run(&out, &["--previous", before, "--max-volume-change", "0"])
            .status
            .success()
    );
    std::fs::remove_dir_all(&out).unwrap();
    // The earlier run had 20 records of Texas, where there are 12 now.
    let path = Path::new(before).join("summary.json");
    let mut summary = json(&path);
    summary["states"]["TX"]["records"]["read"] = 20.into();
    std::fs::write(&path, summary.to_string()).unwrap();
    let stopped = run(&out, &["--previous", before, "--max-volume-change", "39.9"]);
    assert_eq!(stopped.status.code(), Some(3));
    assert!(
        stderr(&stopped).contains("its records moved from 20 to 12 (-40.0 %)"),
        "{}",
        stderr(&stopped)
    );
    assert!(
        run(&out, &["--previous", before, "--max-volume-change", "40"])
            .status
            .success()
    );
    std::fs::remove_dir_all(&out).unwrap();
    assert!(
        run(
            &out,
            &[
                "--previous",
                before,
                "--max-volume-change",
                "39.9",
                "--on-bad-file",
                "exclude"
            ]
        )
        .status
        .success()
    );
    let now = json(&out.join("summary.json"));
    assert_eq!(now["excluded"][0]["state"], "TX");
    assert!(now["states"].get("TX").is_none());
    // Cases by other state count where there were a hundred or more.
    summary["states"]["TX"]["records"]["read"] = 12.into();
    summary["states"]["TX"]["cases_by_other_state"] = serde_json::json!({"CA": 99, "NY": 100});
    std::fs::write(&path, summary.to_string()).unwrap();
    std::fs::remove_dir_all(&out).unwrap();
    let stopped = run(&out, &["--previous", before, "--max-volume-change", "50"]);
    assert!(
        stderr(&stopped).contains("its cases with NY moved from 100 to 1"),
        "{}",
        stderr(&stopped)
    );
    assert_eq!(run(&out, &["--previous", before]).status.code(), Some(2));
}

#[test]
fn receipts_hold_counts_and_digests_and_no_person() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    assert!(run(&out, &["--receipts"]).status.success());
    let receipt = std::fs::read_to_string(out.join("receipts/FL.receipt")).unwrap();
    let lines: Vec<_> = receipt
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    for line in [
        "records read 12",
        "records rejected 1",
        "records returned 11",
        "error E05 1",
        "file FL.txt",
    ] {
        assert!(lines.iter().any(|l| l == line), "{line}\n{receipt}");
    }
    assert!(!receipt.contains("CARTER") && !receipt.contains("41266"));
    assert_eq!(std::fs::read_dir(out.join("receipts")).unwrap().count(), 6);
}

#[test]
fn status_shows_each_state_over_several_runs() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (folder.path().join("monday"), folder.path().join("tuesday"));
    assert!(run(&one, &[]).status.success());
    assert!(run(&two, &[]).status.success());
    let output = icr(&[
        "status",
        "--format",
        "json",
        one.to_str().unwrap(),
        two.to_str().unwrap(),
    ]);
    let status: Value = serde_json::from_slice(&output.stdout).unwrap();
    let rows = status["states"].as_array().unwrap();
    let of = |state: &str| {
        rows.iter()
            .filter(|row| row["state"] == state)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        of("TX")
            .iter()
            .map(|row| row["run"].as_str().unwrap())
            .collect::<Vec<_>>(),
        ["monday", "tuesday"]
    );
    assert_eq!(
        (
            of("FL")[0]["records"].as_u64(),
            of("FL")[0]["rejected"].as_u64()
        ),
        (Some(12), Some(1))
    );
    assert_eq!(
        (
            of("NV")[0]["received"].as_str(),
            of("ME")[0]["received"].as_str()
        ),
        (Some("fcr"), Some("absent"))
    );
    assert_eq!(
        icr(&["status", folder.path().to_str().unwrap()])
            .status
            .code(),
        Some(3)
    );
}

#[test]
fn the_audit_trail_tells_who_ran_what_and_what_came_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let trail = folder.path().join("audit.jsonl");
    let trail_path = trail.to_str().unwrap();
    let out = folder.path().join("run");
    assert!(run(&out, &["--audit", trail_path]).status.success());
    assert_eq!(run(&out, &["--audit", trail_path]).status.code(), Some(3));
    assert!(
        icr(&["verify", "--audit", trail_path, out.to_str().unwrap()])
            .status
            .success()
    );
    let text = std::fs::read_to_string(&trail).unwrap();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let told: Vec<_> = lines
        .iter()
        .map(|l| {
            (
                l["event"].as_str().unwrap(),
                l["command"].as_str().unwrap(),
                l["outcome"].as_str(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("start", "match", None),
            ("prepared", "match", Some("prepared")),
            ("end", "match", Some("finished")),
            ("start", "match", None),
            ("end", "match", Some("failed")),
            ("start", "verify", None),
            ("end", "verify", Some("finished")),
        ]
    );
    let manifest = lines[1]["outputs"]
        .as_array()
        .unwrap()
        .iter()
        .find(|o| o["name"] == "manifest.json")
        .unwrap();
    let sum = Command::new("sha256sum")
        .arg(out.join("manifest.json"))
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&sum.stdout).starts_with(manifest["sha256"].as_str().unwrap()));
    assert_eq!(icr(&["audit", "verify", trail_path]).status.code(), Some(0));
    let month = lines[1]["time"].as_str().unwrap()[..7].to_owned();
    let report = icr(&[
        "audit", "report", "--state", "TX", "--month", &month, trail_path,
    ]);
    assert!(
        stdout(&report).contains("read TX.txt") && !stdout(&report).contains("CA.txt"),
        "{}",
        stdout(&report)
    );
    std::fs::write(&trail, text.replacen("\"exit\":0", "\"exit\":1", 1)).unwrap();
    let broken = icr(&["audit", "verify", trail_path]);
    assert_eq!(broken.status.code(), Some(1));
    assert!(
        stdout(&broken).contains("line 2: BROKEN"),
        "{}",
        stdout(&broken)
    );
}

#[test]
fn a_changed_last_line_and_lost_lines_show() {
    let folder = tempfile::tempdir().unwrap();
    let trail = folder.path().join("audit.jsonl");
    let path = trail.to_str().unwrap();
    assert!(
        run(&folder.path().join("run"), &["--audit", path])
            .status
            .success()
    );
    let text = std::fs::read_to_string(&trail).unwrap();
    let verify = |more: &[&str]| {
        let mut line = vec!["audit", "verify", "--format", "json"];
        line.extend(more);
        line.push(path);
        let output = icr(&line);
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        (output.status.code(), found)
    };
    let report = || {
        let month = text.split("\"time\":\"").nth(1).unwrap();
        icr(&[
            "audit",
            "report",
            "--state",
            "TX",
            "--month",
            &month[..7],
            path,
        ])
    };
    let (status, found) = verify(&[]);
    assert_eq!((status, &found["lines"]), (Some(0), &Value::from(3)));
    assert_eq!(report().status.code(), Some(0));
    let last = found["last"].as_str().unwrap().to_owned();
    let (status, found) = verify(&["--expect", &last]);
    assert_eq!((status, &found["expected"]), (Some(0), &Value::from(3)));
    // The last line is cut off: only who noted its digest misses it.
    let (before, ended) = text.trim_end().rsplit_once('\n').unwrap();
    std::fs::write(&trail, format!("{before}\n")).unwrap();
    let (status, found) = verify(&[]);
    assert_eq!((status, &found["prepared"]), (Some(0), &json!([2])));
    assert_eq!(verify(&["--expect", &last]).0, Some(1));
    assert_eq!(
        icr(&["audit", "verify", "--expect", "abc", path])
            .status
            .code(),
        Some(2)
    );
    // The last line is changed.
    let changed = ended.replacen("\"exit\":0", "\"exit\":1", 1);
    std::fs::write(&trail, format!("{before}\n{changed}\n")).unwrap();
    let (status, found) = verify(&[]);
    assert_eq!(
        (status, &found["broken"]["line"]),
        (Some(1), &Value::from(3))
    );
    let told = report();
    assert_eq!(told.status.code(), Some(1));
    assert!(
        stdout(&told).contains("BROKEN at line 3"),
        "{}",
        stdout(&told)
    );
    // Something else than a trail.
    std::fs::write(&trail, "dear colleague,\n").unwrap();
    for output in [icr(&["audit", "verify", path]), report()] {
        assert_eq!(output.status.code(), Some(3));
        assert!(
            stderr(&output).contains("is not an audit trail"),
            "{}",
            stderr(&output)
        );
    }
}

#[test]
fn without_its_audit_trail_a_command_does_not_run() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let refused = run(&out, &["--audit", "/nonexistent/audit.jsonl"]);
    assert_eq!(refused.status.code(), Some(3));
    assert!(
        stderr(&refused).contains("cannot open the audit trail"),
        "{}",
        stderr(&refused)
    );
    assert!(!out.exists());
}
