//! `icr derive` and inputs that cannot be used: messages with file and record, and exit statuses.

use crate::registry::{program, run, scratch, tree};
use std::path::Path;

/// Runs on files of these names and texts; gives status, stdout and stderr, with the folder's own
/// path cut out.
fn derive(folder: &Path, files: &[(&str, &str)], options: &[&str]) -> (i32, String, String) {
    let input = folder.join("registry");
    std::fs::create_dir_all(&input).unwrap();
    for (name, text) in files {
        std::fs::write(input.join(name), text).unwrap();
    }
    let out = folder.join("out");
    let mut arguments = vec!["derive", "--out", out.to_str().unwrap()];
    arguments.extend(options);
    arguments.push(input.to_str().unwrap());
    let (status, stdout, stderr) = program(&arguments);
    let stderr = stderr.replace(folder.to_str().unwrap(), "");
    if status != 0 && status != 1 {
        assert!(!out.exists(), "nothing is published");
        assert_eq!(
            std::fs::read_dir(folder).unwrap().count(),
            1,
            "nothing is left behind"
        );
    }
    (status, stdout, stderr)
}

const CASE: &str = "FCAC1             F 001\n";

fn person(member: &str) -> String {
    format!(
        "FPA{:<15}{:25}CH  {member:<15}F20100101412660001\n",
        "C1", ""
    )
}

#[test]
fn files_that_cannot_be_used_are_named_with_the_record() {
    let good = format!("FA48\n{CASE}{}", person("M1"));
    let second = format!("{good}FA48\n{CASE}");
    for (files, expected) in [
        (
            vec![("TX", "")],
            "/registry/TX: is empty; a registry file begins with an FA record (was the transfer complete?)",
        ),
        (
            vec![("TX", CASE)],
            "/registry/TX, record 1: is not an FA record; the first record of a registry file is FA and the state's two-digit FIPS code",
        ),
        (
            vec![("TX", "FA03\n")],
            "/registry/TX, record 1: the FA record names no jurisdiction (columns 3-4); give the state's two-digit FIPS code",
        ),
        (
            vec![("TX", "FA4\n")],
            "/registry/TX, record 1: the FA record names no jurisdiction (columns 3-4); give the state's two-digit FIPS code",
        ),
        (
            vec![("TX", "FA48 TEXAS\n")],
            "/registry/TX, record 1: the FA record holds something beyond byte 4; it is FA and the state's two-digit FIPS code",
        ),
        (
            vec![("TX", second.as_str())],
            "/registry/TX, record 4: is a second FA record; a file holds one state: cut it before this record, or remove it",
        ),
        (
            vec![("a", good.as_str()), ("b", good.as_str())],
            "two registry files for TX (Texas): /registry/a and /registry/b; give one",
        ),
        (
            vec![("TX", "FA48\nhello\nworld\n")],
            "/registry/TX: every one of its records is rejected (R01); look them up with `icr layout show registry-edits`",
        ),
        (
            vec![(
                "TX",
                "FA48\nFCAC1             F\nFCAC2\nFCAC3             X\n",
            )],
            "/registry/TX: more than 25 % of its records are rejected (R02, R06); look them up with `icr layout show registry-edits`, or allow more with --max-rejects",
        ),
    ] {
        let folder = scratch();
        let (status, stdout, stderr) = derive(folder.path(), &files, &[]);
        assert_eq!((status, stdout.as_str()), (3, ""));
        assert_eq!(stderr, format!("icr: error: {expected}\n"));
    }
}

#[test]
fn a_file_of_rejected_records_alone_is_refused_whatever_share_is_allowed() {
    let folder = scratch();
    let files = [("TX", "FA48\nhello\nworld\n")];
    let (status, _, stderr) = derive(folder.path(), &files, &["--max-rejects", "100"]);
    assert_eq!(status, 3);
    assert!(stderr.contains("every one of its records is rejected (R01)"));
    assert!(!stderr.contains("--max-rejects"), "{stderr}");
}

#[test]
fn a_form_that_was_named_wrongly_is_told_with_the_option_to_give() {
    let padded: String = ["FA48", CASE.trim_end(), person("M1").trim_end()]
        .map(|record| format!("{record:<552}"))
        .concat();
    let ebcdic = |text: &str| {
        let mut bytes = text.as_bytes().to_vec();
        icr::formats::input::Encoding::Cp037.encode(&mut bytes);
        bytes
    };
    let lines = format!("FA48\n{CASE}{}", person("M1"));
    for (bytes, option, value, part) in [
        (
            ebcdic(&lines),
            "--input-encoding",
            "ascii",
            "is not an FA record; the first record of a registry file is FA and the state's two-digit FIPS code; it looks like EBCDIC (code page 037); give --input-encoding cp037",
        ),
        (
            padded.clone().into_bytes(),
            "--input-format",
            "text",
            "the FA record holds something beyond byte 4; it is FA and the state's two-digit FIPS code; it looks like records of 552 bytes without line ends; give --input-format fb",
        ),
        (
            lines.clone().into_bytes(),
            "--input-format",
            "fb",
            "it looks like text; give --input-format text",
        ),
        (
            b"%PDF-1.7\n".to_vec(),
            "--input-format",
            "auto",
            "it is a PDF document",
        ),
    ] {
        let folder = scratch();
        let input = folder.path().join("TX");
        std::fs::write(&input, &bytes).unwrap();
        let out = folder.path().join("out");
        let (out, input) = (out.to_str().unwrap(), input.to_str().unwrap());
        let (status, _, stderr) = program(&["derive", option, value, "--out", out, input]);
        assert_eq!(status, 3);
        assert!(stderr.contains(part), "{stderr}");
    }
    // A gzip file of either is unpacked.
    let folder = scratch();
    let input = folder.path().join("TX.gz");
    let file = std::fs::File::create(&input).unwrap();
    let mut packer = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
    std::io::Write::write_all(&mut packer, &ebcdic(&padded)).unwrap();
    packer.finish().unwrap();
    let out = folder.path().join("out");
    let printed = run(&[
        "derive",
        "--out",
        out.to_str().unwrap(),
        input.to_str().unwrap(),
    ]);
    assert!(
        printed
            .unwrap()
            .contains("TX               1             1             0")
    );
}

#[test]
fn a_second_header_is_named_by_its_record_in_any_piece_of_the_file() {
    let mut text = String::from("FA48\n");
    for case in 0..60_000 {
        text += &format!("FCAC{case:<14}F 001\n");
    }
    text += "FA48\n";
    let folder = scratch();
    let (status, _, stderr) = derive(folder.path(), &[("TX", &text)], &[]);
    assert_eq!(status, 3);
    assert!(
        stderr.contains("record 60002: is a second FA record"),
        "{stderr}"
    );
}

#[test]
fn wrong_usage_has_status_2() {
    for options in [
        &["--participating", "XX"][..],
        &["--participating", ""],
        &["--max-rejects", "101"],
        &["--on-bad-file", "exclude"],
        &["--fcr", "x"],
        &["--layouts", "/nonexistent"],
    ] {
        let folder = scratch();
        let (status, stdout, _) = derive(folder.path(), &[("TX", "FA48\n")], options);
        assert_eq!((status, stdout.as_str()), (2, ""), "{options:?}");
    }
}

#[test]
fn findings_are_a_status_only_when_asked_for() {
    let text = format!(
        "FA48\n{CASE}{}{}{}FPX\n",
        person("M1"),
        person("M2"),
        person("M3")
    );
    for (options, expected) in [
        (&[][..], 0),
        (&["--fail-on", "errors"], 1),
        (&["--fail-on", "warnings"], 1),
    ] {
        let folder = scratch();
        let (status, _, stderr) = derive(folder.path(), &[("TX", &text)], options);
        assert_eq!((status, stderr.as_str()), (expected, ""));
        let files = tree(&folder.path().join("out"));
        assert_eq!(
            String::from_utf8_lossy(&files["rejects/TX.csv"]),
            "record,severity,code,field,first,last,message\n6,error,R02,,1,552,Wrong record length\n"
        );
    }
}

#[test]
fn a_file_of_nothing_but_its_header_is_a_state_without_records() {
    let folder = scratch();
    let (status, stdout, _) = derive(folder.path(), &[("TX", "FA48\r\n")], &[]);
    assert_eq!(status, 0);
    assert!(stdout.contains("no records: no extract"), "{stdout}");
}

#[test]
fn the_summary_is_printed_as_text_or_json() {
    let text = format!("FA48\n{CASE}{}", person("M1"));
    let folder = scratch();
    let (status, stdout, stderr) = derive(folder.path(), &[("TX", &text)], &[]);
    assert_eq!((status, stderr.as_str()), (0, ""));
    let head = "FCR-derived extracts

             cases       records      rejected
TX               1             1             0

run           read       written       deleted      replaced      withheld      non-IV-D   taking part      rejected
FC               1             1             0             0             0             0             0             0
FP               1             1             0             0             0             0             0             0

seen: TX
not seen, so that their marks of family violence are not known: AK, AL,";
    assert!(stdout.starts_with(head), "{stdout}");
    let folder = scratch();
    let (_, stdout, _) = derive(folder.path(), &[("TX", &text)], &["--format", "json"]);
    let files = tree(&folder.path().join("out"));
    assert_eq!(stdout.as_bytes(), files["summary.json"]);
    assert!(stdout.starts_with("{\n  \"schema\": \"icr.derive.summary/1\","));
}

#[test]
fn a_corrected_position_is_read_from_the_layouts_given() {
    let folder = scratch();
    let layouts = folder.path().join("layouts");
    std::fs::create_dir(&layouts).unwrap();
    // Case Type moves to where Order Indicator is, and the other way round.
    let moved = include_str!("../../layouts/fcr-fc.csv")
        .replace("case_type,19,19", "case_type,20,20")
        .replace("order_indicator,20,20", "order_indicator,19,19");
    std::fs::write(layouts.join("fcr-fc.csv"), moved).unwrap();
    let registry = folder.path().join("TX");
    std::fs::write(
        &registry,
        format!("FA48\nFCAC1              F001\n{}", person("M1")),
    )
    .unwrap();
    let out = folder.path().join("out");
    let (layouts, out) = (layouts.to_str().unwrap(), out.to_str().unwrap());
    let arguments = [
        "derive",
        "--layouts",
        layouts,
        "--out",
        out,
        registry.to_str().unwrap(),
    ];
    assert!(
        run(&arguments)
            .unwrap()
            .contains("TX               1             1             0")
    );
}

#[test]
fn layouts_show_where_each_position_comes_from() {
    for (name, line) in [
        ("fcr-fa", "State FIPS 3-4 2 n yes ours"),
        ("fcr-fc", "Previous Case ID 41-55 15 an no public"),
        ("fcr-fp", "Additional SSN 2 256-264 9 an no public"),
        ("registry-edits", "R12 (error) Case never added"),
    ] {
        let printed = run(&["layout", "show", name]).unwrap();
        let words: Vec<_> = printed.split_whitespace().collect();
        assert!(words.join(" ").contains(line), "{printed}");
    }
}

/// A mark of family violence that cannot be placed is never passed silently (a protected case was once
/// written this way): nothing is derived.
#[test]
fn a_mark_that_cannot_be_placed_stops_the_run() {
    let good = |fv| {
        crate::registry::generate::Person {
            fv,
            action: "A",
            case: "C1",
            member: "M1",
            kind: "CH",
            ssn: "412660001",
            ..crate::registry::generate::Person::default()
        }
        .line()
    };
    let file = |records: &[Vec<u8>]| crate::registry::model::File {
        fips: "48",
        usps: "TX",
        lines: [&[b"FA48".to_vec()][..], records].concat(),
    };
    let put = |at: usize, bytes: &[u8]| {
        let mut line = good("FV");
        line.splice(at..at, bytes.iter().copied());
        line
    };
    let mut text = good("FV");
    text[72] = b'X';
    let mut unknown = good("FV");
    unknown[0] = b'X';
    let mut hyphens = good("FV");
    hyphens.splice(71..80, *b"412-66-00");
    for (name, line) in [
        ("an SSN field with a letter", text),
        ("an SSN with hyphens", hyphens),
        ("a letter of two bytes in User Field", put(22, b"\xc3")),
        (
            "a letter of two bytes in Bundle, so that no mark stands in its place",
            put(42, b"\xc3\x91"),
        ),
        ("a byte before the record", put(0, b"1")),
        ("an unknown record identifier", unknown),
    ] {
        let scratch = crate::registry::scratch();
        let lines = [
            crate::registry::generate::case("A", "C1", "F", "001", ""),
            line,
        ];
        let mut files = vec![file(&lines)];
        // Records enough that one more reject is none too many.
        for n in 0..50 {
            files[0].lines.push(crate::registry::generate::case(
                "A",
                &format!("X{n}"),
                "F",
                "001",
                "",
            ));
        }
        let input = scratch.path().join("in");
        crate::registry::write(&input, &files);
        let out = scratch.path().join("out");
        let error = crate::registry::run(&[
            "derive",
            "--out",
            out.to_str().unwrap(),
            input.to_str().unwrap(),
        ])
        .expect_err(name);
        let message = error.to_string();
        assert!(
            message.contains("TX.fcr") && message.contains("record 3: may protect a person"),
            "{name}: {message}"
        );
        assert_eq!(error.exit().status(), 3);
        assert!(!out.exists());
        assert!(!message.contains("412"), "{message}");
    }
    // A record that is not marked, or whose mark can be placed, goes on.
    for line in [good(""), good("FV"), {
        let mut line = good("");
        line[72] = b'X';
        line
    }] {
        let scratch = crate::registry::scratch();
        let lines = [
            crate::registry::generate::case("A", "C1", "F", "001", ""),
            line,
        ];
        let input = scratch.path().join("in");
        crate::registry::write(&input, &[file(&lines)]);
        let out = scratch.path().join("out");
        crate::registry::run(&[
            "derive",
            "--out",
            out.to_str().unwrap(),
            input.to_str().unwrap(),
        ])
        .unwrap();
    }
}
