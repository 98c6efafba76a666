//! `icr derive` rule by rule: what each kind of record does, family violence, and what the output is
//! good for. Expected values are from the specification's verification.md, section 3, and from
//! docs/derive.md.

use crate::registry;
use crate::registry::generate::{Person, case};
use crate::registry::model::File;
use crate::registry::{holds, program, run, scratch, tree, write};
use std::collections::BTreeMap;

/// A registry file of these records.
fn file(fips: &'static str, usps: &'static str, records: &[Vec<u8>]) -> File {
    let mut lines = vec![format!("FA{fips}").into_bytes()];
    lines.extend_from_slice(records);
    File { fips, usps, lines }
}

/// A child with a Member ID and an SSN.
fn person<'a>(action: &'a str, case: &'a str, member: &'a str, ssn: &'a str) -> Person<'a> {
    Person {
        action,
        case,
        member,
        kind: "CH",
        ssn,
        ..Person::default()
    }
}

fn fp(action: &str, case: &str, member: &str, ssn: &str) -> Vec<u8> {
    person(action, case, member, ssn).line()
}

fn fv(action: &str, case: &str, member: &str, ssn: &str) -> Vec<u8> {
    let fv = "FV";
    let person = person(action, case, member, ssn);
    Person { fv, ..person }.line()
}

fn add(id: &str) -> Vec<u8> {
    case("A", id, "F", "", "")
}

struct Run {
    printed: String,
    files: BTreeMap<String, Vec<u8>>,
}

impl Run {
    fn of(files: &[File], options: &[&str]) -> Run {
        let scratch = scratch();
        let (input, out) = (scratch.path().join("registry"), scratch.path().join("out"));
        write(&input, files);
        let mut arguments = vec!["derive", "--max-rejects", "100"];
        arguments.extend(options);
        arguments.extend(["--out", out.to_str().unwrap(), input.to_str().unwrap()]);
        let printed = run(&arguments).unwrap();
        let files = tree(&out);
        Run { printed, files }
    }

    /// Case ID, Member ID, SSN and status of each record.
    fn records(&self, usps: &str) -> Vec<String> {
        let extract = self.files.get(&format!("extracts/{usps}.txt"));
        let text = extract.map(|bytes| String::from_utf8(bytes.clone()).unwrap());
        let short = |line: &str| {
            let part = |first: usize, last: usize| line[first - 1..last].trim();
            format!(
                "{} {} {} {}",
                part(1, 15),
                part(33, 47),
                part(24, 32),
                part(50, 50)
            )
        };
        text.unwrap_or_default().lines().map(short).collect()
    }

    /// Record number and code of each reject.
    fn rejects(&self, usps: &str) -> Vec<String> {
        let bytes = self.files[&format!("rejects/{usps}.csv")].clone();
        let text = String::from_utf8(bytes).unwrap();
        let short = |line: &str| {
            let cells: Vec<_> = line.split(',').collect();
            format!("{} {}", cells[0], cells[2])
        };
        text.lines().skip(1).map(short).collect()
    }

    fn total(&self, pointer: &str) -> u64 {
        let json: serde_json::Value = serde_json::from_slice(&self.files["summary.json"]).unwrap();
        json.pointer(pointer).unwrap().as_u64().unwrap()
    }
}

/// The records that one file of Texas gives.
fn texas(records: &[Vec<u8>]) -> Vec<String> {
    Run::of(&[file("48", "TX", records)], &[]).records("TX")
}

const X: &str = "412660001";
const Y: &str = "412660002";
const Z: &str = "412660003";

#[test]
fn every_field_goes_to_its_place_and_the_rest_is_blank() {
    let person = Person {
        action: "A",
        case: "C1",
        member: "M1",
        kind: "NP",
        fv: "",
        sex: "M",
        born: "19800131",
        ssn: X,
        previous: "",
        additional: ["", ""],
        first: "ROBERT",
        middle: "Q",
        last: "SMITH",
        new_member: "",
    };
    let run = Run::of(
        &[file(
            "48",
            "TX",
            &[case("A", "C1", "F", "113", ""), person.line()],
        )],
        &[],
    );
    let expected = format!(
        "{:<15} 48113  {X}{:<15}NPO{:<30}{:<16}{:<16}19800131M{:120}\n",
        "C1", "M1", "SMITH", "ROBERT", "Q", ""
    );
    assert_eq!(expected.len(), 242);
    let extract = String::from_utf8(run.files["extracts/TX.txt"].clone()).unwrap();
    assert_eq!(extract, expected);
}

#[test]
fn records_are_sorted_by_case_and_member_and_the_county_may_be_blank() {
    let records = [
        fp("A", "C2", "M1", Z),
        add("C2"),
        fp("A", "C10", "M2", Y),
        fp("A", "C10", "M1", X),
        add("C10"),
    ];
    let run = Run::of(&[file("48", "TX", &records)], &[]);
    assert_eq!(
        run.records("TX"),
        [
            format!("C10 M1 {X} O"),
            format!("C10 M2 {Y} O"),
            format!("C2 M1 {Z} O")
        ]
    );
    assert_eq!(&run.files["extracts/TX.txt"][16..23], b"48     ");
}

#[test]
fn an_add_or_change_replaces_and_a_deleted_case_is_closed() {
    let (a, c) = (add("C1"), case("C", "C1", "F", "001", ""));
    let one = fp("A", "C1", "M1", X);
    // A change replaces, and an add replaces too.
    assert_eq!(
        texas(&[a.clone(), one.clone(), fp("C", "C1", "M1", Y)]),
        [format!("C1 M1 {Y} O")]
    );
    assert_eq!(
        texas(&[a.clone(), one.clone(), fp("A", "C1", "M1", Y)]),
        [format!("C1 M1 {Y} O")]
    );
    // A change of what is not there adds it.
    assert_eq!(
        texas(&[c.clone(), fp("C", "C1", "M1", X)]),
        [format!("C1 M1 {X} O")]
    );
    // A deleted case is a closed one, and keeps its persons; added or changed, it is open again.
    let delete = case("D", "C1", "", "", "");
    let closed = [a.clone(), one.clone(), delete.clone()];
    assert_eq!(texas(&closed), [format!("C1 M1 {X} C")]);
    for again in [a.clone(), c] {
        let records: Vec<_> = closed.iter().cloned().chain([again]).collect();
        assert_eq!(texas(&records), [format!("C1 M1 {X} O")]);
    }
    // A deleted person leaves; added again, the person is back.
    let gone = [a, one.clone(), fp("D", "C1", "M1", "")];
    assert_eq!(texas(&gone), [""; 0]);
    let back: Vec<_> = gone.iter().cloned().chain([one]).collect();
    assert_eq!(texas(&back), [format!("C1 M1 {X} O")]);
}

#[test]
fn deletes_of_what_is_not_there_are_rejected() {
    let records = [
        case("D", "C1", "", "", ""),
        add("C1"),
        fp("D", "C1", "M1", ""),
        fp("A", "C1", "M1", X),
        fp("D", "C1", "M1", ""),
        fp("D", "C1", "M1", ""),
    ];
    let run = Run::of(&[file("48", "TX", &records)], &[]);
    assert_eq!(run.rejects("TX"), ["2 R10", "4 R11", "7 R11"]);
    assert_eq!(run.total("/run/fp/deleted"), 2);
    // A case emptied of its persons is accounted for, and has no record.
    assert_eq!(
        (
            run.total("/run/fc/written"),
            run.total("/states/TX/written/cases")
        ),
        (1, 0)
    );
    assert!(!run.files.contains_key("extracts/TX.txt"));
    assert!(run.printed.contains("no records: no extract"));
}

#[test]
fn a_person_may_come_before_its_case_but_not_without_one() {
    let records = [fp("A", "C1", "M1", X), fp("A", "C2", "M1", Y), add("C1")];
    let run = Run::of(&[file("48", "TX", &records)], &[]);
    assert_eq!(run.records("TX"), [format!("C1 M1 {X} O")]);
    assert_eq!(run.rejects("TX"), ["3 R12"]);
}

#[test]
fn a_renamed_case_takes_its_persons_along_through_chains() {
    let rename = |to: &str, from: &str| case("C", to, "F", "", from);
    let start = [add("C1"), fp("A", "C1", "M1", X), fp("A", "C1", "M2", Y)];
    let with = |more: &[Vec<u8>]| {
        let records: Vec<_> = start.iter().cloned().chain(more.iter().cloned()).collect();
        Run::of(&[file("48", "TX", &records)], &[])
    };
    let run = with(&[
        rename("C2", "C1"),
        rename("C3", "C2"),
        fp("C", "C3", "M2", Z),
    ]);
    assert_eq!(
        run.records("TX"),
        [format!("C3 M1 {X} O"), format!("C3 M2 {Z} O")]
    );
    // The old ID is free: a record for it concerns a case that is not there.
    let run = with(&[rename("C2", "C1"), fp("A", "C1", "M3", Z)]);
    assert_eq!(run.records("TX").len(), 2);
    assert_eq!(run.rejects("TX"), ["6 R12"]);
    // A Previous Case ID that is not there renames nothing.
    let run = with(&[rename("C2", "C9")]);
    assert_eq!(
        run.records("TX"),
        [format!("C1 M1 {X} O"), format!("C1 M2 {Y} O")]
    );
    // Where the new ID is there, the two become one, and the later record of a person stands.
    let run = with(&[add("C2"), fp("A", "C2", "M2", Z), rename("C2", "C1")]);
    assert_eq!(
        run.records("TX"),
        [format!("C2 M1 {X} O"), format!("C2 M2 {Z} O")]
    );
    assert_eq!(
        (run.total("/run/fc/replaced"), run.total("/run/fp/replaced")),
        (2, 1)
    );
    // Back and forth.
    let run = with(&[rename("C2", "C1"), rename("C1", "C2")]);
    assert_eq!(
        run.records("TX"),
        [format!("C1 M1 {X} O"), format!("C1 M2 {Y} O")]
    );
}

#[test]
fn a_person_is_renamed_by_a_new_member_id() {
    let rename = |from: &str, to: &str, ssn: &str| {
        let new_member = to;
        Person {
            new_member,
            ..person("C", "C1", from, ssn)
        }
        .line()
    };
    let start = [add("C1"), fp("A", "C1", "M1", X)];
    let with = |more: &[Vec<u8>]| {
        texas(
            &start
                .iter()
                .cloned()
                .chain(more.iter().cloned())
                .collect::<Vec<_>>(),
        )
    };
    assert_eq!(with(&[rename("M1", "M2", X)]), [format!("C1 M2 {X} O")]);
    assert_eq!(
        with(&[rename("M1", "M2", X), rename("M2", "M3", Y)]),
        [format!("C1 M3 {Y} O")]
    );
    // The old ID is not there: the person is added under the new one.
    assert_eq!(
        with(&[rename("M8", "M9", Y)]),
        [format!("C1 M1 {X} O"), format!("C1 M9 {Y} O")]
    );
    // The new ID is there: its record is replaced.
    assert_eq!(
        with(&[fp("A", "C1", "M2", Z), rename("M1", "M2", Y)]),
        [format!("C1 M2 {Y} O")]
    );
}

#[test]
fn non_iv_d_cases_and_participating_states_are_left_out() {
    let records = [case("A", "C1", "N", "", ""), fp("A", "C1", "M1", X)];
    let files = [
        file("48", "TX", &records),
        file("06", "CA", &[add("C1"), fp("A", "C1", "M1", X)]),
    ];
    let run = Run::of(&files, &["--participating", "ca,AL"]);
    assert!(!run.files.keys().any(|name| name.starts_with("extracts/")));
    assert_eq!(
        (
            run.total("/run/fp/non_iv_d"),
            run.total("/run/fp/participating")
        ),
        (1, 1)
    );
    let run = Run::of(&files, &["--include-non-iv-d"]);
    assert_eq!(run.records("TX"), [format!("C1 M1 {X} O")]);
    assert_eq!(run.records("CA"), [format!("C1 M1 {X} O")]);
}

/// The cases of Texas that come out when California has these records.
fn beside(california: &[Vec<u8>], options: &[&str]) -> Vec<String> {
    let texas = [
        add("C1"),
        fp("A", "C1", "M1", X),
        fp("A", "C1", "M2", Y),
        add("C2"),
        fp("A", "C2", "M1", Z),
    ];
    let files = [file("48", "TX", &texas), file("06", "CA", california)];
    let mut cases: Vec<String> = Run::of(&files, options)
        .records("TX")
        .iter()
        .map(|record| record[..2].to_owned())
        .collect();
    cases.dedup();
    cases
}

#[test]
fn a_mark_withholds_every_case_that_bears_the_ssn_in_any_state() {
    let with = |more: &[Vec<u8>]| {
        let records: Vec<_> = [add("K1")]
            .iter()
            .cloned()
            .chain(more.iter().cloned())
            .collect();
        beside(&records, &[])
    };
    assert_eq!(with(&[]), ["C1", "C2"]);
    assert_eq!(with(&[fv("A", "K1", "M1", X)]), ["C2"]);
    // Also where the state takes part, the case was never added, or the case is non-IV-D.
    let marked = [add("K1"), fv("A", "K1", "M1", X)];
    assert_eq!(beside(&marked, &["--participating", "CA"]), ["C2"]);
    assert_eq!(beside(&[add("K9"), fv("A", "K1", "M1", X)], &[]), ["C2"]);
    assert_eq!(
        beside(&[case("A", "K1", "N", "", ""), fv("A", "K1", "M1", X)], &[]),
        ["C2"]
    );
    // A change without FV withdraws; a delete or an add does not; nor does another member's change.
    let then = |more: Vec<u8>| with(&[fv("A", "K1", "M1", X), more]);
    assert_eq!(then(fp("C", "K1", "M1", X)), ["C1", "C2"]);
    assert_eq!(then(fp("D", "K1", "M1", X)), ["C2"]);
    assert_eq!(then(fp("A", "K1", "M1", X)), ["C2"]);
    assert_eq!(then(fp("C", "K1", "M2", X)), ["C2"]);
    assert_eq!(then(fp("C", "K2", "M1", X)), ["C2"]);
    // An earlier change does not.
    assert_eq!(
        with(&[fp("C", "K1", "M1", X), fv("C", "K1", "M1", X)]),
        ["C2"]
    );
    // Two members marked it: both must withdraw.
    let both = [
        fv("A", "K1", "M1", X),
        fv("A", "K1", "M2", X),
        fp("C", "K1", "M1", X),
    ];
    assert_eq!(with(&both), ["C2"]);
    // A mark stands for every SSN that the record bore while it was marked, not for one before.
    let moved = [fv("A", "K1", "M1", X), fv("C", "K1", "M1", Z)];
    assert_eq!(with(&moved), [""; 0]);
    assert_eq!(
        with(&[fp("A", "K1", "M1", X), fv("C", "K1", "M1", Z)]),
        ["C1"]
    );
    // Previous and additional SSNs are marked, and a placeholder marks nobody.
    let bearing = |previous: &str, additional: [&str; 2]| {
        let line = Person {
            fv: "FV",
            previous,
            additional,
            ..person("A", "K1", "M1", "")
        }
        .line();
        with(&[line])
    };
    assert_eq!(bearing(X, ["", ""]), ["C2"]);
    assert_eq!(bearing("", [Z, ""]), ["C1"]);
    assert_eq!(bearing("", ["", Y]), ["C2"]);
    assert_eq!(bearing("123456789", ["", ""]), ["C1", "C2"]);
}

#[test]
fn a_case_is_withheld_for_any_of_the_four_fields_of_a_person_that_is_there() {
    let marked = file("06", "CA", &[add("K1"), fv("A", "K1", "M1", X)]);
    let with = |previous: &str, additional: [&str; 2]| {
        let line = Person {
            previous,
            additional,
            ..person("A", "C1", "M1", Z)
        }
        .line();
        let run = Run::of(&[file("48", "TX", &[add("C1"), line]), marked.clone()], &[]);
        run.records("TX").len()
    };
    assert_eq!(with(Y, [Y, Y]), 1);
    assert_eq!(
        (with(X, ["", ""]), with("", [X, ""]), with("", ["", X])),
        (0, 0, 0)
    );
    // A person who left the case does not withhold it.
    let records = [
        add("C1"),
        fp("A", "C1", "M1", X),
        fp("A", "C1", "M2", Y),
        fp("D", "C1", "M1", ""),
    ];
    let run = Run::of(&[file("48", "TX", &records), marked], &[]);
    assert_eq!(run.records("TX"), [format!("C1 M2 {Y} O")]);
}

#[test]
fn a_marked_person_without_a_usable_ssn_withholds_the_own_case() {
    let with = |more: &[Vec<u8>]| {
        let start = [
            add("C1"),
            fp("A", "C1", "M2", Y),
            add("C2"),
            fp("A", "C2", "M1", Z),
        ];
        let records: Vec<_> = start.iter().cloned().chain(more.iter().cloned()).collect();
        let records = texas(&records);
        records
            .iter()
            .map(|record| record[..2].to_owned())
            .collect::<Vec<_>>()
    };
    let marked = fv("A", "C1", "M1", "");
    assert_eq!(with(&[]), ["C1", "C2"]);
    assert_eq!(with(std::slice::from_ref(&marked)), ["C2"]);
    assert_eq!(with(&[fv("A", "C1", "M1", "123456789")]), ["C2"]);
    assert_eq!(with(&[marked.clone(), fp("D", "C1", "M1", "")]), ["C2"]);
    assert_eq!(
        with(&[
            marked.clone(),
            fp("C", "C1", "M1", ""),
            fp("D", "C1", "M1", "")
        ]),
        ["C1", "C2"]
    );
    // The mark goes with a renamed case and with a renamed person.
    let renamed = case("C", "C3", "F", "", "C1");
    assert_eq!(with(&[marked.clone(), renamed.clone()]), ["C2"]);
    let withdrawn = fp("C", "C3", "M1", "");
    assert_eq!(
        with(&[marked.clone(), renamed, withdrawn]),
        ["C2", "C3", "C3"]
    );
    let new_member = Person {
        fv: "FV",
        new_member: "M5",
        ..person("C", "C1", "M1", "")
    }
    .line();
    let withdrawn = fp("C", "C1", "M5", "");
    assert_eq!(
        with(&[marked.clone(), new_member.clone(), fp("C", "C1", "M1", "")]),
        ["C2"]
    );
    assert_eq!(with(&[marked, new_member, withdrawn]), ["C1", "C1", "C2"]);
}

#[test]
fn rejected_records_protect_and_do_not_withdraw() {
    // A mark that is neither blank nor FV is doubt, which protects.
    let doubt = Person {
        fv: "XX",
        ..person("A", "K1", "M1", X)
    }
    .line();
    assert_eq!(beside(&[add("K1"), doubt], &[]), ["C2"]);
    // No Member ID, an action that does not exist, a control byte: the mark stands.
    let mut broken = fv("A", "K1", "M1", X);
    broken[30] = 7;
    for line in [fv("A", "K1", "", X), fv("Q", "K1", "M1", X), broken] {
        assert_eq!(beside(&[add("K1"), line], &[]), ["C2"]);
    }
    let mut change = fp("C", "K1", "M1", X);
    change[30] = 7;
    assert_eq!(
        beside(&[add("K1"), fv("A", "K1", "M1", X), change], &[]),
        ["C2"]
    );
}

#[test]
fn rejects_of_withheld_cases_are_not_listed() {
    let marked = [
        add("C1"),
        fv("A", "C1", "M1", X),
        fp("Q", "C1", "M2", Z),
        fp("D", "C1", "M9", ""),
        fp("A", "C8", "M1", X),
        fp("A", "C8", "M2", Y),
        fp("A", "C9", "M1", Z),
        case("C", "C2", "F", "", "C1"),
        fp("A", "C1", "M7", Z),
    ];
    let run = Run::of(&[file("48", "TX", &marked)], &[]);
    // Of the five only C9's person has nothing to do with the marked one.
    assert_eq!(run.rejects("TX"), ["8 R12"]);
    assert_eq!(
        (run.total("/run/fp/rejected"), run.total("/run/fc/withheld")),
        (1, 1)
    );
    assert_eq!(run.total("/run/fp/withheld"), 6);
    assert_eq!(run.total("/states/TX/rejected"), 1);
}

#[test]
fn nothing_of_a_withheld_case_comes_out_at_any_verbosity() {
    let records = [
        add("WITHHELD1"),
        fv("A", "WITHHELD1", "M1", X),
        fp("Q", "WITHHELD1", "M2", Y),
        add("C2"),
        fp("A", "C2", "M1", Z),
    ];
    let scratch = scratch();
    let input = scratch.path().join("in");
    write(&input, &[file("48", "TX", &records)]);
    for (number, options) in [
        &["--format", "text"][..],
        &["--format", "json"],
        &["--quiet"],
        &["--fail-on", "errors"],
    ]
    .iter()
    .enumerate()
    {
        let out = scratch.path().join(number.to_string());
        let mut arguments = vec!["derive"];
        arguments.extend(*options);
        arguments.extend(["--out", out.to_str().unwrap(), input.to_str().unwrap()]);
        let (status, stdout, stderr) = program(&arguments);
        // The withheld reject is no finding either.
        assert_eq!((status, stderr.as_str()), (0, ""));
        let mut everything: Vec<Vec<u8>> = tree(&out).into_values().collect();
        everything.push(stdout.into_bytes());
        for bytes in everything {
            for secret in [X, Y, "WITHHELD1"] {
                assert!(!holds(&bytes, secret.as_bytes()));
            }
        }
    }
}

#[test]
fn the_summary_says_which_states_were_seen() {
    let run = Run::of(
        &[file("48", "TX", &[add("C1"), fp("A", "C1", "M1", X)])],
        &[],
    );
    let json: serde_json::Value = serde_json::from_slice(&run.files["summary.json"]).unwrap();
    assert_eq!(json["seen"], serde_json::json!(["TX"]));
    assert_eq!(json["not_seen"].as_array().unwrap().len(), 53);
    let state = json["states"]["TX"].as_object().unwrap();
    let keys: Vec<_> = state.keys().map(String::as_str).collect();
    assert_eq!(keys, ["errors", "file", "rejected", "told", "written"]);
    assert!(
        run.printed
            .contains("seen: TX\nnot seen, so that their marks of family violence")
    );
}

#[test]
fn threads_and_the_order_of_files_change_nothing() {
    for seed in 50_000..50_040 {
        let scratch = scratch();
        let files = registry::generate::registry(seed);
        let paths = write(&scratch.path().join("in"), &files);
        let paths: Vec<_> = paths.iter().map(|path| path.to_str().unwrap()).collect();
        let reversed: Vec<_> = paths.iter().rev().copied().collect();
        let mut first = None;
        for (threads, paths) in [("1", &paths), ("2", &reversed), ("7", &paths)] {
            let out = scratch.path().join(threads);
            let out_text = out.to_str().unwrap();
            let mut arguments = vec![
                "derive",
                "--max-rejects",
                "100",
                "--threads",
                threads,
                "--out",
                out_text,
            ];
            arguments.extend(paths.iter());
            let printed = run(&arguments).unwrap();
            let result = (printed, tree(&out));
            assert_eq!(
                first.get_or_insert_with(|| result.clone()),
                &result,
                "seed {seed}"
            );
        }
    }
}

#[test]
fn every_input_form_is_the_same_registry() {
    let scratch = scratch();
    let records = [
        case("A", "C1", "F", "001", ""),
        fp("A", "C1", "M1", X),
        fp("A", "C2", "M1", Y),
        fp("A", "C1", "M2", Z),
        fp("D", "C1", "M9", ""),
    ];
    let plain = file("48", "TX", &records);
    let mut expected = Run::of(std::slice::from_ref(&plain), &[]).files;
    expected.remove("manifest.json");
    let mut padded = plain.clone();
    for line in &mut padded.lines {
        line.resize(552, b' ');
    }
    let mut unended = registry::generate::bytes(&plain, b"\n");
    unended.pop();
    let fixed = registry::generate::bytes(&padded, b"");
    let ebcdic = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        icr::formats::input::Encoding::Cp037.encode(&mut bytes);
        bytes
    };
    for (number, bytes) in [
        registry::generate::bytes(&plain, b"\r\n"),
        registry::generate::bytes(&padded, b"\n"),
        unended,
        ebcdic(&registry::generate::bytes(&plain, b"\n")),
        // The new line of EBCDIC, X'15', which is X'85' as a byte.
        ebcdic(&registry::generate::bytes(&plain, b"\x85")),
        ebcdic(&fixed),
        fixed,
    ]
    .iter()
    .enumerate()
    {
        let folder = scratch.path().join(format!("in{number}"));
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("TX.fcr"), bytes).unwrap();
        let out = scratch.path().join(format!("out{number}"));
        run(&[
            "derive",
            "--max-rejects",
            "100",
            "--out",
            out.to_str().unwrap(),
            folder.to_str().unwrap(),
        ])
        .unwrap();
        // The manifest holds the size and digest of the file as it came.
        let mut written = tree(&out);
        written.remove("manifest.json");
        assert!(written == expected, "form {number}");
    }
}

#[test]
fn what_is_derived_can_be_matched_and_passes_the_edits() {
    // An extract of Kansas whose case is the one that Texas has in the registry.
    let mut extract = Vec::new();
    for (ssn, member, kind) in [(X, "K1", "CH"), (Y, "K2", "NP")] {
        let mut line = format!("{:<15}I20001  {ssn}{member:<15}{kind}O", "KS1");
        line += &format!("{:71}{:<15} 48113", "", "C1");
        extract.extend(format!("{line:<241}\n").into_bytes());
    }
    for seed in 70_000..70_060 {
        let scratch = scratch();
        let mut files = registry::generate::registry(seed);
        files.retain(|file| file.usps != "TX");
        let family = [
            case("A", "C1", "F", "", ""),
            fp("A", "C1", "M1", X),
            Person {
                kind: "NP",
                ..person("A", "C1", "M2", Y)
            }
            .line(),
        ];
        let marked_before = registry::model::derive(&files, &[], false).marked;
        if marked_before.contains(X.as_bytes()) || marked_before.contains(Y.as_bytes()) {
            continue;
        }
        files.push(file("48", "TX", &family));
        let (input, out) = (scratch.path().join("in"), scratch.path().join("derived"));
        write(&input, &files);
        let out = out.to_str().unwrap();
        run(&[
            "derive",
            "--max-rejects",
            "100",
            "--out",
            out,
            input.to_str().unwrap(),
        ])
        .unwrap();
        std::fs::write(scratch.path().join("KS.txt"), &extract).unwrap();
        let (fcr, run_folder) = (format!("{out}/extracts"), scratch.path().join("run"));
        let kansas = scratch.path().join("KS.txt");
        let arguments = [
            "match",
            "--run-date",
            "20261122",
            "--max-rejects",
            "0",
            "--fcr",
            &fcr,
            "--out",
            run_folder.to_str().unwrap(),
            kansas.to_str().unwrap(),
        ];
        run(&arguments).unwrap();
        let written = tree(&run_folder);
        let response = String::from_utf8(written["responses/KS.icr"].clone()).unwrap();
        for line in response.lines() {
            assert_eq!(
                &line[241..254],
                "Y00        C1",
                "FCR-supplied, found as submitted"
            );
        }
        assert_eq!(response.lines().count(), 2);
        let json: serde_json::Value = serde_json::from_slice(&written["summary.json"]).unwrap();
        for (state, file) in json["fcr"].as_object().unwrap() {
            assert_eq!(
                file["errors"],
                serde_json::json!({}),
                "seed {seed}, {state}"
            );
        }
    }
}
