//! What the program says and how it exits, for each thing that can go wrong (the specification's
//! cli.md; wording is free, what has to be named is not).

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::support::records::{Row, extract};
use crate::support::scratch;
use clap::CommandFactory;

/// A folder to run in, with a good extract of California and one of Texas.
fn folder() -> tempfile::TempDir {
    let folder = scratch();
    let put = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    std::fs::create_dir(folder.path().join("extracts")).unwrap();
    let child = |row: Row| row.ssn("412660001").name("ALVAREZ", "LUIS");
    put(
        "extracts/ca.txt",
        &extract(&[child(Row::california("C1").other_id("T1"))]),
    );
    put(
        "extracts/tx.txt",
        &extract(&[child(Row::texas("T1").other_id("C1"))]),
    );
    folder
}

fn command(folder: &Path, line: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_icr"));
    command.current_dir(folder).args(line.split_whitespace());
    command
}

fn run(folder: &Path, line: &str) -> Output {
    command(folder, line).output().unwrap()
}

fn stderr(output: &Output) -> String {
    // Whoever runs the tests as root is warned.
    let said = String::from_utf8_lossy(&output.stderr);
    said.split_inclusive('\n')
        .filter(|line| !line.contains("warning: running as root"))
        .collect::<String>()
}

/// The run ends with this status and says these words on stderr; nothing is published, and nothing
/// partial is left.
fn assert_refused(folder: &Path, line: &str, status: i32, words: &[&str]) {
    let before = names(folder);
    let output = run(folder, line);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(status), "{line}: {said}");
    for word in words {
        assert!(said.contains(word), "{line}: {word:?} is not in: {said}");
    }
    assert!(output.stdout.is_empty(), "{line}: something on stdout");
    assert_eq!(names(folder), before, "{line}: something was left behind");
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_good_run_prints_the_summary_and_publishes_the_folder() {
    let folder = folder();
    let output = run(
        folder.path(),
        "match --quiet --format json --run-date 20261122 --out run extracts",
    );
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(output.stderr.is_empty(), "{}", stderr(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("CA") && text.contains("TX"), "{text}");
    let run_folder = folder.path().join("run");
    for name in [
        "responses/CA.icr",
        "responses/TX.icr",
        "rejects/CA.csv",
        "rejects/TX.csv",
        "summary.json",
    ] {
        assert!(run_folder.join(name).is_file(), "{name} is missing");
    }
    let response = std::fs::read(run_folder.join("responses/CA.icr")).unwrap();
    assert_eq!((response.len(), &response[242..244]), (501, &b"00"[..]));
    assert_eq!(names(folder.path()), ["extracts", "run"]);
}

#[test]
fn json_on_stdout_is_the_summary() {
    let folder = folder();
    let output = run(
        folder.path(),
        "match --quiet --format json --out run extracts",
    );
    let file = std::fs::read(folder.path().join("run/summary.json")).unwrap();
    assert_eq!(output.stdout, file);
    let summary: serde_json::Value = serde_json::from_slice(&file).unwrap();
    assert_eq!(summary["schema"], "icr.match.summary/1");
}

#[test]
fn inputs_that_are_not_there_or_empty_are_named() {
    let folder = folder();
    let path = folder.path();
    std::fs::create_dir(path.join("nothing")).unwrap();
    std::fs::write(path.join("empty.txt"), "").unwrap();
    let refused = |line: &str, words: &[&str]| assert_refused(path, line, 3, words);
    refused(
        "match --out run absent.txt",
        &["absent.txt", "No such file"],
    );
    refused("match --out run nothing", &["nothing", "without files"]);
    refused("match --out run empty.txt", &["empty.txt", "empty"]);
    refused("match --out run extracts/ca.txt /dev/null", &["/dev/null"]);
    refused("match --fcr gone --out run extracts", &["gone"]);
    refused("match --ssn-master gone --out run extracts", &["gone"]);
}

#[test]
fn two_files_for_one_state_are_an_error_of_the_run_also_with_exclude() {
    let folder = folder();
    let path = folder.path();
    std::fs::copy(path.join("extracts/ca.txt"), path.join("extracts/zz.txt")).unwrap();
    for option in ["", "--on-bad-file exclude"] {
        let line = format!("match {option} --out run extracts");
        assert_refused(path, &line, 3, &["CA", "ca.txt", "zz.txt"]);
    }
    let line = "match --fcr extracts/ca.txt --fcr extracts/zz.txt --out run extracts/tx.txt";
    assert_refused(path, line, 3, &["CA", "ca.txt", "zz.txt"]);
}

#[test]
fn a_file_that_is_no_extract_is_told_what_it_looks_like() {
    let folder = folder();
    let path = folder.path();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/sample");
    let response = std::fs::read(sample.join("expected/responses/TX.icr")).unwrap();
    for (bytes, what) in [
        (&b"\x1f\x8b\x08\x00some gzip"[..], "gzip"),
        (b"PK\x03\x04", "zip"),
        (b"case_id,ssn,name,other\n1,2,3,4\n", "CSV"),
        (b"<?xml version=\"1.0\"?>\n<a/>", "XML"),
        (b"{\"case\": 1}", "JSON"),
        (b"dear colleague,\nplease find attached\n", "15 bytes"),
        (&response, "response"),
    ] {
        std::fs::write(path.join("odd"), bytes).unwrap();
        assert_refused(path, "match --out run odd extracts", 3, &["odd", what]);
    }
}

#[test]
fn a_file_whose_records_name_several_states_is_refused() {
    let folder = folder();
    let mixed = extract(&[Row::california("C1"), Row::texas("T1")]);
    std::fs::write(folder.path().join("mixed"), mixed).unwrap();
    assert_refused(
        folder.path(),
        "match --out run mixed",
        3,
        &["mixed", "90 %"],
    );
}

#[test]
fn a_wrong_side_file_is_named_with_its_line() {
    let folder = folder();
    let path = folder.path();
    let good_master = "412660001ALVAREZ                       LUIS\n";
    let good_misidentified = "06M1             412660001\n";
    for (option, good, bad) in [
        ("ssn-master", good_master, "412660001"),
        ("ssn-master", good_master, "41266000XALVAREZ"),
        (
            "misidentified",
            good_misidentified,
            "06M1             41266000",
        ),
        (
            "misidentified",
            good_misidentified,
            "06               412660001",
        ),
        (
            "misidentified",
            good_misidentified,
            "06M1             41266000X",
        ),
    ] {
        std::fs::write(path.join("side"), format!("{good}{good}{bad}\n{good}")).unwrap();
        for policy in ["stop", "exclude"] {
            let line = format!("match --on-bad-file {policy} --{option} side --out run extracts");
            assert_refused(path, &line, 3, &["side", "3"]);
        }
        std::fs::write(path.join("side"), good.repeat(2)).unwrap();
        let line = format!("match --quiet --force --{option} side --out run extracts");
        assert_eq!(run(path, &line).status.code(), Some(0));
        std::fs::remove_dir_all(path.join("run")).unwrap();
    }
}

/// An extract of which one in three records is rejected, and of Texas.
fn put_bad_texas(path: &Path) {
    let row = Row::texas("T1").other_id("C1").ssn("412660001");
    let bad = extract(&[row.clone(), row.clone(), row.kind("XX")]);
    std::fs::write(path.join("extracts/tx.txt"), bad).unwrap();
}

#[test]
fn max_rejects_names_the_file_the_share_and_the_codes() {
    let folder = folder();
    let path = folder.path();
    put_bad_texas(path);
    let words = ["tx.txt", "33.3 %", "E09"];
    assert_refused(path, "match --out run extracts", 3, &words);
    assert_refused(path, "match --max-rejects 33 --out run extracts", 3, &words);
    let line = "match --quiet --max-rejects 34 --out run extracts";
    assert_eq!(run(path, line).status.code(), Some(0));
}

#[test]
fn exclude_goes_on_loudly_as_if_the_file_had_not_come() {
    let folder = folder();
    let path = folder.path();
    put_bad_texas(path);
    let output = run(path, "match --on-bad-file exclude --out run extracts");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stderr(&output).contains("tx.txt"));
    assert!(String::from_utf8_lossy(&output.stdout).contains("tx.txt"));
    assert!(!path.join("run/responses/TX.icr").exists());
    let summary = std::fs::read(path.join("run/summary.json")).unwrap();
    let summary: serde_json::Value = serde_json::from_slice(&summary).unwrap();
    assert_eq!(summary["absent"]["TX"]["cases"], 1);
    assert_eq!(summary["excluded"].as_array().unwrap().len(), 1);
    assert_eq!(summary["states"]["CA"]["records"]["not_evaluated"], 1);
    // An FCR-derived file for the state then stands.
    let derived = extract(&[Row::texas("T1").ssn("412660001")]);
    std::fs::write(path.join("fcr"), derived).unwrap();
    let line = "match --quiet --on-bad-file exclude --fcr fcr --out run2 extracts";
    assert_eq!(run(path, line).status.code(), Some(0));
    let response = std::fs::read(path.join("run2/responses/CA.icr")).unwrap();
    assert_eq!(&response[241..242], b"Y");
}

#[test]
fn exclude_with_nothing_left_is_no_run() {
    let folder = folder();
    let path = folder.path();
    put_bad_texas(path);
    let words = ["no extract is left", "tx.txt", "E09"];
    for line in [
        "match --on-bad-file exclude --out run extracts/tx.txt",
        // What the FCR holds for another state is not an extract.
        "match --on-bad-file exclude --fcr extracts/ca.txt --out run extracts/tx.txt",
        "explain --on-bad-file exclude --state TX --case T1 extracts/tx.txt",
    ] {
        assert_refused(path, line, 3, &words);
    }
    let line = "match --quiet --on-bad-file exclude --out run extracts";
    assert_eq!(run(path, line).status.code(), Some(0));
}

#[test]
fn fail_on_publishes_and_exits_with_1() {
    let folder = folder();
    let path = folder.path();
    let line = |fail_on: &str, out: &str| {
        format!("match --quiet --max-rejects 100 --fail-on {fail_on} --out {out} extracts")
    };
    let status = |fail_on: &str, out: &str| run(path, &line(fail_on, out)).status.code();
    assert_eq!(status("errors", "a"), Some(0));
    std::fs::write(
        path.join("extracts/ca.txt"),
        extract(&[Row::california("C1").ssn("123456789")]),
    )
    .unwrap();
    assert_eq!(status("errors", "b"), Some(0));
    assert_eq!(status("warnings", "c"), Some(1));
    put_bad_texas(path);
    assert_eq!(status("errors", "d"), Some(1));
    for out in ["a", "b", "c", "d"] {
        assert!(path.join(out).join("summary.json").is_file());
    }
}

#[test]
fn fail_on_is_heeded_by_every_command_that_takes_it() {
    let folder = folder();
    let path = folder.path();
    for line in [
        "synth --quiet --cases 50 --noise none --out clean",
        "synth --quiet --cases 200 --noise harsh --out harsh",
        "match --quiet --run-date 20261122 --out clean-run clean/extracts",
        "match --quiet --run-date 20261122 --max-rejects 100 --out harsh-run harsh/extracts",
        "match --quiet --run-date 20261122 --out run extracts",
    ] {
        assert_eq!(run(path, line).status.code(), Some(0), "{line}");
    }
    let good = extract(&[Row::california("C1").other_id("T1")]);
    std::fs::write(path.join("good.txt"), &good).unwrap();
    std::fs::write(path.join("short.txt"), [&good[..], &good[..100]].concat()).unwrap();
    std::fs::write(path.join("master.txt"), "412660001ALVAREZ\n").unwrap();
    let warned = extract(&[
        Row::california("C1").ssn("123456789"),
        Row::california("C2"),
    ]);
    std::fs::write(path.join("warned.txt"), &warned).unwrap();
    let bad = [&warned[..], &good[..100], b"\n"].concat();
    std::fs::write(path.join("bad.txt"), bad).unwrap();
    // Which of errors and warnings are found.
    for (line, errors, warnings) in [
        ("synth --cases 50 --noise none --out new", false, false),
        ("synth --cases 200 --noise harsh --out new", true, true),
        ("convert --to csv --output new good.txt", false, false),
        (
            "convert --to csv --layout extract --output new short.txt",
            true,
            true,
        ),
        (
            "convert --to csv --layout fcr-extract --output new short.txt",
            false,
            false,
        ),
        ("convert --to csv --output new master.txt", false, false),
        ("report clean-run", false, false),
        ("report harsh-run", true, true),
        ("report harsh-run clean-run", false, false),
        ("score --truth clean/truth.csv clean-run", false, false),
        ("score --truth harsh/truth.csv harsh-run", true, true),
        ("score --truth clean/truth.csv run", false, true),
        ("explain --state CA --case C2 warned.txt", false, true),
        (
            "explain --max-rejects 100 --state CA --case C2 bad.txt",
            true,
            true,
        ),
    ] {
        for (fail_on, expected) in [("errors", errors), ("warnings", warnings)] {
            let line =
                format!("{line} --quiet --format json --run-date 20261122 --fail-on {fail_on}");
            let output = run(path, &line);
            let status = output.status.code();
            assert_eq!(
                status,
                Some(i32::from(expected)),
                "{line}: {}",
                stderr(&output)
            );
            assert!(!output.stdout.is_empty(), "{line}");
            let new = path.join("new");
            assert_eq!(new.exists(), line.contains(" new"), "{line}");
            if new.is_dir() {
                std::fs::remove_dir_all(new).unwrap();
            } else if new.exists() {
                std::fs::remove_file(new).unwrap();
            }
        }
    }
    let root = icr::cli::Cli::command();
    for name in "match derive synth score report explain respond convert".split(' ') {
        let command = root.find_subcommand(name).unwrap();
        let takes = command
            .get_arguments()
            .any(|a| a.get_long() == Some("fail-on"));
        assert!(takes, "{name}");
    }
}

#[test]
fn messages_say_what_to_do_in_the_words_of_the_user() {
    let folder = folder();
    let path = folder.path();
    let one = extract(&[Row::california("C1").kind("XX")]);
    std::fs::write(path.join("one"), one).unwrap();
    std::fs::write(path.join("side"), "412660001\n").unwrap();
    std::fs::write(path.join("other"), "06               412660001\n").unwrap();
    let a_run = "give the folder of a finished run of icr match";
    for (line, status, words, not) in [
        (
            "match --out run one",
            3,
            &["its only record is rejected (E09 once)", "; "][..],
            "1 times",
        ),
        (
            "report extracts",
            3,
            &["extracts: holds no manifest.json", a_run],
            "cannot read",
        ),
        (
            "report nowhere",
            3,
            &["nowhere: is not there", a_run],
            "manifest",
        ),
        (
            "report one",
            3,
            &["one: is not a folder", a_run],
            "manifest",
        ),
        (
            "status extracts",
            3,
            &["extracts: holds no manifest.json", a_run],
            "cannot read",
        ),
        (
            "explain --from-run extracts --state CA --case C1 extracts",
            3,
            &["extracts: holds no manifest.json", a_run],
            "cannot read",
        ),
        (
            "match --previous extracts --max-volume-change 5 --out run extracts",
            3,
            &["extracts: holds no finished run of icr match"],
            "cannot read",
        ),
        (
            "match --out gone/run extracts",
            3,
            &["gone/run: ", "make it first"],
            "icr-staging",
        ),
        (
            "synth --cases 2 --out gone/run",
            3,
            &["gone/run: ", "make it first"],
            "icr-staging",
        ),
        (
            "convert --to csv --output gone/x extracts/ca.txt",
            3,
            &["gone/x: ", "make it first"],
            "icr-partial",
        ),
        (
            "match --out run nowhere",
            3,
            &["cannot open nowhere; check the path"],
            "E01",
        ),
        (
            "match --ssn-master side --out run extracts",
            3,
            &["side, record 1", "icr layout show ssn-master"],
            "412660001",
        ),
        (
            "match --misidentified other --out run extracts",
            3,
            &["other, record 1", "icr layout show misidentified"],
            "412660001",
        ),
        (
            "match --threads x --out run one",
            2,
            &["whole number from 1 to 1024"],
            "invalid digit",
        ),
        (
            "match --max-warnings x --out run one",
            2,
            &["whole number from 0"],
            "invalid digit",
        ),
        (
            "synth --cases x --out run",
            2,
            &["whole number from 1"],
            "invalid digit",
        ),
        (
            "synth --cases 1 --seed x --out run",
            2,
            &["whole number from 0"],
            "invalid digit",
        ),
        (
            "respond --serial-start x --out run one",
            2,
            &["whole number from 1"],
            "invalid digit",
        ),
        (
            "match --audit one --out run extracts",
            3,
            &["one: ", "name another file"],
            "C1",
        ),
    ] {
        assert_refused(path, line, status, words);
        let said = stderr(&run(path, line));
        assert!(!said.contains(not), "{line}: {not:?} is in: {said}");
    }
}

#[test]
fn absent_state_error_names_the_states() {
    let folder = folder();
    let line = "match --absent-state error --out run extracts/ca.txt";
    assert_refused(folder.path(), line, 3, &["TX"]);
}

#[test]
fn wrong_usage_is_status_2_and_leaves_nothing() {
    let folder = folder();
    for (line, word) in [
        ("match extracts", "--out"),
        ("match --out run", "EXTRACT"),
        (
            "match --out run --no-such-option extracts",
            "--no-such-option",
        ),
        ("match --out run --counterpart both extracts", "both"),
        ("match --out run --max-rejects 101 extracts", "101"),
        ("match --out run --threads 0 extracts", "0"),
        ("match --out run --run-date 20260230 extracts", "20260230"),
        ("match --out run --file-mode 999 extracts", "999"),
        ("match --out run --layouts gone extracts", "gone"),
        ("layout show no-such-layout", "no-such-layout"),
        ("layout list --threads 2", "--threads"),
        ("no-such-command", "no-such-command"),
    ] {
        assert_refused(folder.path(), line, 2, &[word]);
    }
}

#[test]
fn a_question_refuses_the_options_that_it_does_not_use() {
    let folder = folder();
    let path = folder.path();
    let root = icr::cli::Cli::command();
    for (name, question, takes) in [
        (
            "explain",
            "--code 02",
            &["code", "format", "audit", "audit-key"][..],
        ),
        ("respond", "--print-policy", &["print-policy", "format"]),
    ] {
        let mut refused = 0;
        for argument in root.find_subcommand(name).unwrap().get_arguments() {
            let Some(long) = argument.get_long() else {
                // What the command reads.
                assert_refused(
                    path,
                    &format!("{name} {question} x"),
                    2,
                    &["cannot be used"],
                );
                continue;
            };
            let possible = argument.get_possible_values();
            let value = match (long, possible.first()) {
                _ if !argument.get_action().takes_values() => "",
                ("input-format" | "input-encoding", _) => "auto",
                (_, Some(value)) => value.get_name(),
                ("state" | "other", _) => "CA",
                ("other-case", _) => "1 --other CA",
                ("file-mode", _) => "0600",
                _ => "1",
            };
            let line = format!("{name} {question} --{long} {value}");
            if takes.contains(&long) {
                continue;
            }
            assert_refused(path, &line, 2, &["cannot be used with"]);
            refused += 1;
        }
        assert!(refused > 8, "{name}: {refused}");
        // What the environment says is for all commands, not for this one.
        let mut asked = command(path, &format!("{name} {question}"));
        let output = asked.env("ICR_AUDIT", "trail").output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    }
}

#[test]
fn a_wrong_layout_is_named_with_its_file_line_and_field() {
    let folder = folder();
    let path = folder.path();
    std::fs::create_dir(path.join("layouts")).unwrap();
    let builtin = include_str!("../../layouts/extract.csv");
    let line = "match --layouts layouts --out run extracts";
    let status = builtin
        .lines()
        .position(|l| l.starts_with("Case Status"))
        .unwrap();
    let with = |from: &str, to: &str| {
        let changed = builtin.replacen(from, to, 1);
        assert_ne!(changed, builtin);
        std::fs::write(path.join("layouts/extract.csv"), changed).unwrap();
    };
    let at = format!("line {}", status + 1);
    with(",case_status,50,50", ",case_status,49,49");
    assert_refused(path, line, 2, &["extract.csv", &at, "Case Status"]);
    with(",case_status,50,50", ",case_status,300,300");
    assert_refused(path, line, 2, &["extract.csv", &at, "Case Status"]);
    with("SSN,ssn,24,32", "Social,social,24,32");
    assert_refused(path, line, 2, &["extract.csv", "SSN"]);
    std::fs::remove_file(path.join("layouts/extract.csv")).unwrap();
    assert_refused(path, line, 2, &["layouts"]);
}

#[test]
fn force_replaces_a_run_and_nothing_else_and_a_failure_keeps_the_old_run() {
    let folder = folder();
    let path = folder.path();
    let good = "match --quiet --out run extracts";
    assert_eq!(run(path, good).status.code(), Some(0));
    let before = std::fs::read(path.join("run/responses/CA.icr")).unwrap();
    assert_refused(path, good, 3, &["run", "--force"]);
    assert_refused(
        path,
        "match --force --out run absent.txt",
        3,
        &["absent.txt"],
    );
    assert!(std::fs::read(path.join("run/responses/CA.icr")).unwrap() == before);
    std::fs::write(path.join("run/stray"), "x").unwrap();
    let force = "match --quiet --force --out run extracts";
    assert_eq!(run(path, force).status.code(), Some(0));
    assert!(!path.join("run/stray").exists());
    std::fs::create_dir(path.join("thesis")).unwrap();
    std::fs::write(path.join("thesis/chapter"), "x").unwrap();
    assert_refused(path, "match --force --out thesis extracts", 3, &["thesis"]);
    // A file of the right name makes no run of icr.
    for mark in ["manifest.json", ".icr-staging"] {
        std::fs::write(path.join("thesis").join(mark), "{\"name\": \"mine\"}").unwrap();
        let line = "match --force --out thesis extracts";
        assert_refused(path, line, 3, &["thesis", mark]);
        std::fs::remove_file(path.join("thesis").join(mark)).unwrap();
    }
    assert!(path.join("thesis/chapter").exists());
    assert_refused(
        path,
        "match --force --out thesis/chapter extracts",
        3,
        &["chapter"],
    );
}

#[test]
fn every_path_of_every_command_is_held_against_what_force_replaces() {
    let folder = folder();
    let path = folder.path();
    let good = "match --quiet --out run extracts";
    assert_eq!(run(path, good).status.code(), Some(0));
    std::fs::write(path.join("run/file"), "x").unwrap();
    std::os::unix::fs::symlink("run/file", path.join("link")).unwrap();
    std::fs::create_dir(path.join("links")).unwrap();
    std::os::unix::fs::symlink("../link", path.join("links/file")).unwrap();
    std::fs::create_dir(path.join("run/layouts")).unwrap();
    let layout = std::fs::read(root_layouts().join("extract.csv")).unwrap();
    std::fs::write(path.join("run/layouts/extract.csv"), layout).unwrap();
    let root = icr::cli::Cli::command();
    let mut held = 0;
    for command in root.get_subcommands() {
        if !command
            .get_arguments()
            .any(|a| a.get_long() == Some("force"))
        {
            continue;
        }
        let name = command.get_name();
        let needs = match name {
            "synth" => "--cases 1",
            "respond" => "--serial-start 1",
            _ => "",
        };
        let mut lines = Vec::new();
        let global = root.get_arguments().filter(|a| a.is_global_set());
        for argument in command.get_arguments().chain(global) {
            let value = argument.get_value_names().unwrap_or_default();
            let value = value.first().map(clap::builder::Str::as_str);
            let is_path = value.is_some_and(|value| {
                [
                    "FILE",
                    "DIR",
                    "PATH",
                    "NAME|FILE",
                    "EXTRACT",
                    "REGISTRY",
                    "RESPONSE",
                ]
                .contains(&value)
            });
            let with = match argument.get_long() {
                _ if !is_path || !argument.get_action().takes_values() => continue,
                Some("out") => continue,
                None => {
                    lines.extend(["link", "links", "run"].map(str::to_owned));
                    continue;
                }
                Some("layouts") => "--layouts run/layouts x".to_owned(),
                Some("audit-key") => "--audit trail --audit-key link x".to_owned(),
                Some("previous") => "--previous run --max-volume-change 5 x".to_owned(),
                Some(long) => format!("--{long} link x"),
            };
            // Synth reads no file but these.
            lines.push(if name == "synth" {
                with.replace(" x", "")
            } else {
                with
            });
        }
        assert!(lines.len() >= 2, "{name}: {lines:?}");
        for line in lines {
            let line = format!("{name} {needs} --quiet --force --out run {line}");
            let output = run(path, &line.replace("  ", " "));
            let said = stderr(&output);
            assert_eq!(output.status.code(), Some(3), "{line}: {said}");
            assert!(
                said.contains("which --force would remove"),
                "{line}: {said}"
            );
            assert!(path.join("run/responses/CA.icr").exists(), "{line}");
            held += 1;
        }
    }
    assert!(held > 20, "{held}");
    // The one file that convert replaces.
    std::fs::write(path.join("trail"), "").unwrap();
    for line in [
        "convert --to csv --output extracts/ca.txt extracts/ca.txt",
        "convert --to csv --output new --audit new extracts/ca.txt",
        "convert --to csv --output run/layouts/extract.csv --layouts run/layouts extracts/ca.txt",
    ] {
        let output = run(path, line);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(3), "{line}: {said}");
        assert!(said.contains("which this run uses"), "{line}: {said}");
    }
}

fn root_layouts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("layouts")
}

#[test]
fn force_does_not_remove_what_the_run_reads() {
    let folder = folder();
    let path = folder.path();
    let good = "match --quiet --out run extracts";
    assert_eq!(run(path, good).status.code(), Some(0));
    std::fs::write(path.join("run/master.txt"), "").unwrap();
    let sent = "case_id,other_state,other_case_id,transaction,date,serial\n";
    std::fs::write(path.join("run/sent.csv"), sent).unwrap();
    std::fs::copy(path.join("run/responses/CA.icr"), path.join("CA.icr")).unwrap();
    std::fs::create_dir(path.join("link")).unwrap();
    std::os::unix::fs::symlink("../run/responses", path.join("link/responses")).unwrap();
    let respond = "respond --run-date 20261122 --serial-start 1 --force --out run";
    for line in [
        "match --force --ssn-master run/master.txt --out run extracts",
        "match --force --out run run/responses",
        "match --force --out extracts extracts",
        &format!("{respond} run/responses/CA.icr"),
        &format!("{respond} link/responses/CA.icr"),
        &format!("{respond} --sent run/sent.csv CA.icr"),
    ] {
        let folder = if line.contains("--out extracts") {
            std::fs::write(path.join("extracts/manifest.json"), "{}").unwrap();
            "extracts"
        } else {
            "run"
        };
        assert_refused(path, line, 3, &[folder, "an input of this run"]);
        assert!(path.join("run/responses/CA.icr").exists());
        assert!(path.join("extracts/ca.txt").exists());
    }
    std::fs::remove_file(path.join("extracts/manifest.json")).unwrap();
    // Beside the inputs it does what it is for.
    let again = "match --quiet --force --out run extracts";
    assert_eq!(run(path, again).status.code(), Some(0));
}

#[test]
fn an_output_that_cannot_be_written_is_named() {
    let folder = folder();
    assert_refused(folder.path(), "match --out gone/run extracts", 3, &["gone"]);
    assert_refused(
        folder.path(),
        "match --out /proc/run extracts",
        3,
        &["/proc"],
    );
}

#[test]
fn a_full_disk_is_named_and_leaves_nothing() {
    let folder = folder();
    let disk = folder.path().join("disk");
    std::fs::create_dir(&disk).unwrap();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"])
        .arg(&disk)
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !mounted {
        eprintln!("skipped: no right to mount a small disk here");
        return;
    }
    let row = Row::california("C1").other_id("T1").ssn("412660001");
    std::fs::write(
        folder.path().join("extracts/ca.txt"),
        extract(&vec![row; 1000]),
    )
    .unwrap();
    let output = run(folder.path(), "match --quiet --out disk/run extracts");
    let left = names(&disk);
    let unmounted = Command::new("umount").arg(&disk).status().unwrap();
    assert!(unmounted.success());
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(
        said.contains("No space left") && said.contains("disk"),
        "{said}"
    );
    assert!(left.is_empty(), "left behind: {left:?}");
}

#[test]
fn a_full_stdout_is_an_error_and_a_closed_one_is_not() {
    let folder = folder();
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let output = command(folder.path(), "layout list")
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    for line in ["layout show response", "match --quiet --out run extracts"] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = command(folder.path(), line)
            .stdout(writer)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{line}: {}", stderr(&output));
        assert!(output.stderr.is_empty(), "{line}: {}", stderr(&output));
    }
    assert!(folder.path().join("run/summary.json").is_file());
}

#[test]
fn what_cannot_be_told_is_not_published() {
    let folder = folder();
    let path = folder.path();
    let registry = b"FA06\nFCAC1             F     001\n";
    std::fs::write(path.join("registry"), registry).unwrap();
    let good = "match --quiet --run-date 20261122 --out run extracts";
    assert_eq!(run(path, good).status.code(), Some(0));
    let before = names(path);
    for line in [
        "match --quiet --format json --audit trail --out new extracts",
        "match --quiet --format json --out new extracts",
        "synth --quiet --format json --cases 20 --out new",
        "respond --quiet --format json --serial-start 1 --out new run/responses/CA.icr",
        "derive --quiet --format json --out new registry",
        "convert --quiet --format json --to csv --output new extracts/ca.txt",
    ] {
        let full = std::fs::OpenOptions::new();
        let full = full.clone().write(true).open("/dev/full").unwrap();
        let output = command(path, line).stdout(full).output().unwrap();
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(3), "{line}: {said}");
        assert!(said.contains("cannot write to standard output"), "{said}");
        let left: Vec<_> = names(path).into_iter().filter(|n| n != "trail").collect();
        assert_eq!(left, before, "{line}");
        // A reader that has gone is no reason to stop.
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = command(path, line).stdout(writer).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{line}: {}", stderr(&output));
        let new = path.join("new");
        if new.is_dir() {
            std::fs::remove_dir_all(new).unwrap();
        } else {
            std::fs::remove_file(new).unwrap();
        }
    }
    let trail = std::fs::read_to_string(path.join("trail")).unwrap();
    let ends: Vec<_> = trail.lines().filter(|l| l.contains("\"end\"")).collect();
    assert!(ends[0].contains("\"failed\"") && ends[1].contains("\"finished\""));
    assert_eq!(ends.len(), 2);
}

#[test]
fn ebcdic_text_that_could_not_be_read_back_is_not_published() {
    let folder = folder();
    let path = folder.path();
    let mut texas = std::fs::read(path.join("extracts/tx.txt")).unwrap();
    assert_eq!(&texas[50..53], b"ALV");
    texas[51] = 0x85;
    std::fs::write(path.join("extracts/tx.txt"), &texas).unwrap();
    let line = "match --quiet --output-encoding cp037 --out run extracts";
    // California's response holds it too, from the other state.
    assert_refused(
        path,
        line,
        3,
        &[", record 1", "X'85'", "--output-format fb"],
    );
    for options in [
        "--output-format fb --output-encoding cp037",
        "--output-format text",
    ] {
        let output = run(
            path,
            &format!("match --quiet --force {options} --out run extracts"),
        );
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let verified = run(path, "verify --quiet run");
        assert_eq!(verified.status.code(), Some(0), "{options}");
    }
}

#[test]
fn a_file_cut_short_while_it_is_read_is_named() {
    use icr::formats::input::{InputForm, Source};
    let folder = folder();
    let path = folder.path().join("long");
    let row = Row::california("C1");
    std::fs::write(&path, extract(&vec![row; 1000])).unwrap();
    let source = Source::open(
        &path,
        241,
        InputForm::default(),
        &icr::stop::Stop::default(),
    )
    .unwrap();
    std::fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(100)
        .unwrap();
    // Every byte can still be read.
    assert!(source.records().count() > 0);
    let error = source.check_intact().unwrap_err();
    let message = error.to_string();
    assert_eq!(error.exit().status(), 3);
    assert!(
        message.contains("long") && message.contains("cut from 242000 to 100 bytes"),
        "{message}"
    );
}

#[test]
fn a_file_that_grew_while_it_was_read_is_named() {
    use icr::formats::input::{InputForm, Source};
    let folder = folder();
    let path = folder.path().join("extracts/ca.txt");
    let source = Source::open(
        &path,
        241,
        InputForm::default(),
        &icr::stop::Stop::default(),
    )
    .unwrap();
    let mut file = std::fs::File::options().append(true).open(&path).unwrap();
    file.write_all(b"x").unwrap();
    assert!(
        source
            .check_intact()
            .unwrap_err()
            .to_string()
            .contains("ca.txt")
    );
}

/// Every command without commands of its own, by its whole name.
fn commands() -> Vec<(String, clap::Command)> {
    fn walk(command: &clap::Command, name: &str, all: &mut Vec<(String, clap::Command)>) {
        for inner in command.get_subcommands().filter(|c| c.get_name() != "help") {
            let name = format!("{name} {}", inner.get_name());
            walk(inner, &name, all);
            if !inner.has_subcommands() {
                all.push((name, inner.clone()));
            }
        }
    }
    let mut root = icr::cli::Cli::command();
    root.build();
    let mut all = Vec::new();
    walk(&root, "icr", &mut all);
    assert!(all.len() >= 18, "{}", all.len());
    all
}

#[test]
fn every_command_has_an_example_in_its_help() {
    let folder = folder();
    let mut names: Vec<String> = commands().into_iter().map(|(name, _)| name).collect();
    names.extend(["icr", "icr layout", "icr audit", "icr misidentified"].map(str::to_owned));
    for name in names {
        let line = format!("{} --help", name.trim_start_matches("icr"))
            .trim()
            .to_owned();
        let output = run(folder.path(), &line);
        assert_eq!(output.status.code(), Some(0), "{line}");
        assert!(output.stderr.is_empty(), "{line}");
        let help = String::from_utf8(output.stdout).unwrap();
        let examples = help.split("Example").nth(1).unwrap_or_default();
        assert!(
            examples.contains(&format!("  {name} ")),
            "{name} has no example"
        );
        for option in ["--quiet", "--run-date", "--layouts", "--format"] {
            let listed = help.contains(option) || name == "icr" && option == "--format";
            assert!(listed, "{name} --help does not list {option}");
        }
    }
    let version = run(folder.path(), "--version");
    assert!(version.status.success() && !version.stdout.is_empty());
}

#[test]
fn every_option_is_named_by_the_contract() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let contract = std::fs::read_to_string(root.join("docs/spec/cli.md")).unwrap();
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let words: Vec<&str> = contract.split(|c| !is_word(c)).collect();
    let mut checked = 0;
    for (name, command) in commands() {
        let options = command.get_arguments().filter(|a| !a.is_hide_set());
        for option in options.filter_map(clap::Arg::get_long) {
            let is_named = words.contains(&format!("--{option}").as_str());
            let is_of_clap = ["help", "version"].contains(&option);
            assert!(
                is_named || is_of_clap,
                "docs/spec/cli.md lacks --{option} of {name}"
            );
            checked += 1;
        }
    }
    assert!(checked > 150, "{checked}");
}

#[test]
fn every_command_takes_the_options_of_all_commands() {
    let folder = folder();
    let path = folder.path();
    let builtin = Path::new(env!("CARGO_MANIFEST_DIR")).join("layouts");
    std::os::unix::fs::symlink(builtin, path.join("layouts")).unwrap();
    std::fs::write(
        path.join("registry"),
        b"FA06\nFCAC1             F     001\n",
    )
    .unwrap();
    std::fs::create_dir(path.join("runs")).unwrap();
    std::fs::write(path.join("none"), "").unwrap();
    let lines = [
        "synth --cases 20 --out world",
        "match --audit trail --out run extracts",
        "match --out scored world/extracts",
        "validate extracts",
        "derive --out derived registry",
        "convert --to csv --output csv extracts/ca.txt",
        "report run",
        "explain --code 02",
        "explain --state CA --case C1 extracts",
        "diff run run",
        "verify run",
        "respond --print-policy",
        "respond --serial-start 1 --out work run/responses/CA.icr",
        "score --truth world/truth.csv scored",
        "status run",
        "history run",
        "prune --keep-responses 9 --keep-summaries 9 runs",
        "misidentified add --file list --entries none",
        "misidentified remove --file list --entries none",
        "misidentified list --file list",
        "misidentified check --file list",
        "layout list",
        "layout show extract",
        "schema match.summary",
        "topic codes",
        "audit verify trail",
        "audit report --state CA --month 2026-11 trail",
        "completions bash",
        "man match",
    ];
    for (name, _) in commands() {
        let name = name.trim_start_matches("icr ");
        assert!(
            lines.iter().any(|line| line.starts_with(name)),
            "{name} is not tried"
        );
    }
    for line in lines {
        let refused = format!("{line} --quiet --layouts gone");
        assert_refused(path, &refused, 2, &["--layouts gone"]);
        let line = format!("{line} --quiet --format json --run-date 20261122 --layouts layouts");
        let output = run(path, &line);
        assert_eq!(output.status.code(), Some(0), "{line}: {}", stderr(&output));
        assert!(output.stderr.is_empty(), "{line}: {}", stderr(&output));
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        if line.starts_with("man") || line.starts_with("completions") || line.contains("policy") {
            let text = run(path, line.split(" --quiet").next().unwrap()).stdout;
            assert_eq!(json["text"].as_str().unwrap().as_bytes(), text, "{line}");
        }
    }
}

#[test]
fn the_options_of_the_contract_are_there() {
    let root = icr::cli::Cli::command();
    let r#match = root.find_subcommand("match").unwrap();
    let has = |name: &str| {
        r#match
            .get_arguments()
            .chain(root.get_arguments())
            .any(|argument| argument.get_long() == Some(name))
    };
    for name in "fcr ssn-master misidentified counterpart absent-state max-rejects on-bad-file max-warnings fail-on force out \
        quiet threads run-date format layouts input-format input-encoding output-format output-encoding file-mode"
        .split_whitespace()
    {
        assert!(has(name), "--{name} is missing");
    }
}

#[test]
fn the_command_line_is_well_formed() {
    icr::cli::Cli::command().debug_assert();
}

#[test]
fn layouts_can_be_listed_and_shown() {
    let folder = folder();
    let list = run(folder.path(), "layout list");
    let list = String::from_utf8(list.stdout).unwrap();
    for name in [
        "extract",
        "fcr-extract",
        "response",
        "ssn-master",
        "misidentified",
        "reason-codes",
        "edits",
    ] {
        assert!(list.contains(name), "{name} is not listed");
        for format in ["text", "json"] {
            let output = run(
                folder.path(),
                &format!("layout show {name} --format {format}"),
            );
            assert_eq!(output.status.code(), Some(0), "{name} {format}");
            assert!(!output.stdout.is_empty());
        }
    }
    let response = run(folder.path(), "layout show response").stdout;
    let response = String::from_utf8(response).unwrap();
    // Which positions are published and which are this product's own is marked.
    let line = |name: &str| response.lines().find(|line| line.contains(name)).unwrap();
    assert!(
        line("FCR-Supplied Indicator").contains("public")
            || line("FCR-Supplied Indicator").contains("seed")
    );
    assert!(line("Match Tier").contains("ours"));
}
