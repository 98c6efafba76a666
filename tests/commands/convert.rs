//! `icr convert`: lossless round trips, masks, picked fields, and files that appear whole or not.

#![allow(clippy::pedantic, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use crate::plain_matcher::worlds::Rng;

fn convert(folder: &Path, arguments: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_icr"))
        .arg("convert")
        .args(arguments.split_whitespace())
        .current_dir(folder)
        .output()
        .unwrap()
}

fn converted(folder: &Path, arguments: &str) -> Vec<u8> {
    let output = convert(folder, &format!("{arguments} --output out"));
    assert!(
        output.status.success(),
        "{arguments}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    fs::read(folder.join("out")).unwrap()
}

const LAYOUTS: [(&str, usize); 5] = [
    ("extract", 241),
    ("fcr-extract", 241),
    ("response", 500),
    ("ssn-master", 55),
    ("misidentified", 26),
];

/// Records of any bytes, but for line ends; mostly those that make trouble in one form or another.
fn random_records(rng: &mut Rng, length: usize) -> Vec<Vec<u8>> {
    let trouble = b" ,\"'\\;\t{}\x7f\x00\x1f\x80\x9f\xa0\xc9\xff*09AZ";
    let count = 1 + rng.below(40);
    let record = |rng: &mut Rng| -> Vec<u8> {
        let mut record: Vec<u8> = (0..length)
            .map(|_| match rng.below(4) {
                0 => trouble[rng.below(trouble.len())],
                1 => b' ',
                _ => b'A' + rng.below(26) as u8,
            })
            .collect();
        // Some are all blank, some end with blanks.
        if rng.below(4) == 0 {
            let first = rng.below(length);
            record[first..].fill(b' ');
        }
        record
    };
    (0..count).map(|_| record(rng)).collect()
}

#[test]
fn every_form_of_every_layout_comes_back() {
    let forms = [
        ("text", "--input-format text --input-encoding ascii"),
        ("fb", "--input-format fb --input-encoding ascii"),
        ("cp037-text", "--input-format text --input-encoding cp037"),
        ("cp037-fb", "--input-format fb --input-encoding cp037"),
        ("csv", "--input-format csv"),
    ];
    let mut rng = Rng::new(41);
    for (layout, length) in LAYOUTS {
        for _ in 0..4 {
            let records = random_records(&mut rng, length);
            let work = tempfile::tempdir().unwrap();
            let input = records.concat();
            fs::write(work.path().join("in"), &input).unwrap();
            for (form, read_back) in forms {
                let there = format!(
                    "--layout {layout} --to {form} --input-format fb --input-encoding ascii in"
                );
                fs::write(work.path().join("there"), converted(work.path(), &there)).unwrap();
                let back = format!("--layout {layout} --to fb {read_back} there");
                assert!(
                    converted(work.path(), &back) == input,
                    "{layout} through {form}"
                );
            }
        }
    }
}

#[test]
fn fixed_records_may_hold_line_ends_and_text_refuses_them() {
    let work = tempfile::tempdir().unwrap();
    let mut input = vec![b'A'; 26 * 3];
    input[30] = b'\n';
    fs::write(work.path().join("in"), &input).unwrap();
    let from = "--layout misidentified --input-format fb --input-encoding ascii in";
    let csv = converted(work.path(), &format!("--to csv {from}"));
    fs::write(work.path().join("csv"), csv).unwrap();
    let back = converted(
        work.path(),
        "--to fb --input-format csv --layout misidentified csv",
    );
    assert_eq!(back, input);
    for to in ["text", "cp037-text"] {
        let output = convert(work.path(), &format!("--to {to} --output refused {from}"));
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3));
        assert!(
            message.contains("in, record 2: holds a line end"),
            "{message}"
        );
        assert!(!work.path().join("refused").exists());
    }
}

#[test]
fn ebcdic_text_refuses_what_is_read_back_as_a_line_end() {
    let work = tempfile::tempdir().unwrap();
    // One in each record: as common as the line feeds, and in the first bytes of a file commoner.
    let mut record = vec![b'A'; 241];
    record[51] = 0x85;
    fs::write(work.path().join("in"), record.repeat(2000)).unwrap();
    let from = "--layout extract --input-format fb --input-encoding ascii in";
    let output = convert(work.path(), &format!("--to cp037-text --output out {from}"));
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3));
    assert!(message.contains("record 1: holds a line end"), "{message}");
    let fixed = converted(work.path(), &format!("--to cp037-fb {from}"));
    fs::write(work.path().join("fixed"), fixed).unwrap();
    let back = "--layout extract --to fb --input-format fb --input-encoding cp037 fixed";
    assert!(converted(work.path(), back) == record.repeat(2000));
}

#[test]
fn the_layout_is_found_out_and_a_record_of_another_is_refused() {
    let work = tempfile::tempdir().unwrap();
    for (layout, length) in LAYOUTS.iter().filter(|l| l.0 != "fcr-extract") {
        for bytes in [
            vec![b'1'; length * 2],
            [vec![b'1'; *length], b"\r\n".to_vec()].concat(),
        ] {
            fs::write(work.path().join("in"), bytes).unwrap();
            let output = convert(work.path(), "--to csv --output out in");
            let told = String::from_utf8_lossy(&output.stdout);
            assert!(
                told.contains(&format!("layout {layout} ")),
                "{layout}: {told}"
            );
        }
    }
    fs::write(work.path().join("in"), [b'1'; 500]).unwrap();
    fs::write(work.path().join("other"), "dear colleague\n").unwrap();
    let output = convert(work.path(), "--to csv --mask --output x other");
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.contains("name it with --layout"), "{message}");
    let output = convert(
        work.path(),
        "--to csv --layout extract --input-format text --output out in",
    );
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3));
    assert!(
        message.contains("record 1: has 500 bytes, and those beyond 241"),
        "{message}"
    );
}

/// The rows of a CSV file by column.
fn rows(csv: &[u8]) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(csv);
    reader.deserialize().map(|row| row.unwrap()).collect()
}

fn response() -> String {
    format!(
        "{}/testdata/examples/exact/expected/responses/CA.icr",
        env!("CARGO_MANIFEST_DIR")
    )
}

#[test]
fn csv_and_json_lines_hold_the_fields_by_name() {
    let work = tempfile::tempdir().unwrap();
    let text = fs::read(response()).unwrap();
    let records: Vec<_> = text.chunks(501).collect();
    let csv = rows(&converted(work.path(), &format!("--to csv {}", response())));
    let jsonl = converted(work.path(), &format!("--to jsonl {}", response()));
    let jsonl: Vec<BTreeMap<String, String>> = String::from_utf8(jsonl)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!((csv.len(), &csv), (records.len(), &jsonl));
    // layouts.md, sections 1 and 3.
    for (row, record) in csv.iter().zip(records) {
        for (key, first, last) in [
            ("case_id", 1, 15),
            ("ssn", 24, 32),
            ("other_state_fips_code", 138, 144),
            ("fcr_supplied_indicator", 242, 242),
            ("reason_code_1", 243, 244),
            ("last_name_from_other_state", 306, 335),
            ("match_tier", 392, 392),
        ] {
            let field = std::str::from_utf8(&record[first - 1..last]).unwrap();
            assert_eq!(row[key], field.trim_end(), "{key}");
        }
        assert_eq!(row.len(), 57);
    }
}

#[test]
fn bytes_beyond_ascii_are_iso_8859_1_characters() {
    let work = tempfile::tempdir().unwrap();
    let line = b"412660001MU\xd1OZ\n";
    fs::write(work.path().join("in"), line).unwrap();
    let csv = converted(work.path(), "--to csv in");
    let text = "ssn,last_name,first_name\n412660001,MUÑOZ,\n";
    assert_eq!(String::from_utf8(csv).unwrap(), text);
    fs::write(work.path().join("marked.csv"), ["\u{feff}", text].concat()).unwrap();
    let back = converted(work.path(), "--to text --input-format csv marked.csv");
    assert!(back.starts_with(b"412660001MU\xd1OZ "));
}

#[test]
fn a_mask_leaves_four_digits_and_initials() {
    let work = tempfile::tempdir().unwrap();
    let plain = rows(&converted(work.path(), &format!("--to csv {}", response())));
    for to in ["text", "fb", "cp037-text", "cp037-fb", "csv", "jsonl"] {
        let bytes = converted(work.path(), &format!("--mask --to {to} {}", response()));
        fs::write(work.path().join("masked"), &bytes).unwrap();
        let csv = match to {
            "csv" => bytes,
            "jsonl" => continue,
            _ => converted(work.path(), "--to csv --layout response masked"),
        };
        for (masked, plain) in rows(&csv).iter().zip(&plain) {
            for suffix in ["", "_from_other_state"] {
                let at = |row: &BTreeMap<String, String>, key: &str| {
                    row[&format!("{key}{suffix}")].clone()
                };
                let ssn = at(plain, "ssn");
                let expected = if ssn.is_empty() {
                    String::new()
                } else {
                    format!("*****{}", &ssn[5..])
                };
                assert_eq!(at(masked, "ssn"), expected);
                for key in ["last_name", "first_name", "middle_name"] {
                    let initial: String = at(plain, key).chars().take(1).collect();
                    assert_eq!(at(masked, key), initial);
                }
                for key in [
                    "date_of_birth",
                    "contact_name",
                    "contact_phone_number",
                    "contact_email",
                ] {
                    let expected = if at(plain, key).is_empty() { "" } else { "*" };
                    assert_eq!(at(masked, key), expected, "{key}");
                }
                assert_eq!(at(masked, "case_id"), at(plain, "case_id"));
            }
        }
    }
    let jsonl = converted(work.path(), &format!("--mask --to jsonl {}", response()));
    let jsonl = String::from_utf8(jsonl).unwrap();
    for row in &plain {
        for key in ["last_name", "date_of_birth", "ssn", "contact_email"] {
            assert!(row[key].is_empty() || !jsonl.contains(&row[key]), "{key}");
        }
    }
}

/// Every field of every layout that a mask may leave readable: codes, counts, and the numbers of
/// cases, members and transactions. A field that a layout gets later belongs here or is masked.
const SHOWN: &str = "
    case_id initiating_responding_indicator fips_code fips_code_positions_6_7 member_id participant_type case_status sex
    other_state_case_id other_state_fips_code fcr_supplied_indicator reason_code_1 reason_code_2 reason_code_3 reason_code_4
    reason_code_5 case_id_from_other_state fips_code_from_other_state case_status_from_other_state
    other_state_fips_code_verification_indicator fips_code_verification_indicator_from_other_state
    submitting_state_ssn_verification_indicator other_state_ssn_verification_indicator member_id_from_other_state
    participant_type_from_other_state sex_from_other_state number_of_adults_from_your_state
    number_of_children_from_your_state number_of_adults_from_other_state number_of_children_from_other_state
    number_of_adults_matched number_of_children_matched cp_match_indicator np_match_indicator multiple_case_indicator match_tier
    state_fips record_identifier action_type case_type order_indicator fips_county_code previous_case_id locate_request_type
    bundle new_member_id irs_1099 locate_sources
    local_fips_state local_fips_county local_fips_sub other_fips_state other_fips_county other_fips_sub csenet_version_number
    transaction_serial_number error_reason_code transaction_type action_code functional_type_code transaction_date
    other_case_id action_reason action_resolution_date attachments_indicator case_data_indicator ncp_identification_indicator
    ncp_locate_indicator participant_data_indicator order_data_indicator collection_data_indicator information_indicator
    sent_date sent_time due_date response_date overdue_indicator gender relationship participant_status";

/// What a coded field must hold for its record to be shown under a mask.
fn code_of(key: &str, kind: &str) -> Option<&'static str> {
    let key = key.strip_suffix("_from_other_state").unwrap_or(key);
    Some(match key {
        "initiating_responding_indicator" => "I",
        "case_status" => "O",
        "sex" => "F",
        "participant_type" => "CH",
        "record_identifier" => "FP",
        "action_type" => "A",
        "participant_match_basis" => "S",
        "fips_code"
        | "other_state_fips_code"
        | "state_fips"
        | "local_fips_state"
        | "other_fips_state" => "0612345",
        "ssn" | "previous_ssn" | "irs_u_ssn" | "date_of_birth" | "match_tier"
        | "fips_county_code" => "412660001",
        _ if key.starts_with("additional_ssn") || key.starts_with("reason_code") => "412660001",
        _ if key.ends_with("verification_indicator") || key.ends_with("match_indicator") => "Y",
        "multiple_case_indicator" | "fcr_supplied_indicator" => "N",
        "filler_137" => " ",
        _ if kind == "n" || kind == "date" => "412660001412660001",
        _ => return None,
    })
}

#[test]
fn a_record_whose_coded_fields_are_wrong_is_blanked_under_a_mask_and_counted() {
    let work = tempfile::tempdir().unwrap();
    let record = |change: fn(&mut Vec<u8>)| {
        let mut line = format!(
            "{:<15}I06037  412660001{:<15}CHO{:<30}{:<16}{:<16}20120115F{:<15} 48453",
            "C1", "M1", "ALVAREZ", "LUIS", "", "TX1"
        )
        .into_bytes();
        change(&mut line);
        line.push(b'\n');
        line
    };
    type Change = fn(&mut Vec<u8>);
    let changes: [Change; 7] = [
        |_| (),
        |line| line.insert(0, b' '),
        |line| {
            line.remove(60);
        },
        |line| line.insert(55, 0xc3),
        |line| line[24] = b'-',
        |line| line[49] = b'X',
        |line| line[200 - 80] = 0x07,
    ];
    let input: Vec<u8> = changes.iter().flat_map(|&change| record(change)).collect();
    fs::write(work.path().join("in"), input).unwrap();
    let output = convert(
        work.path(),
        "--to csv --mask --layout extract --format json --output out in",
    );
    let summary: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(summary["blanked"], 6);
    let text = fs::read_to_string(work.path().join("out")).unwrap();
    let rows: Vec<_> = text.lines().skip(1).collect();
    assert!(rows[0].contains("*****0001"));
    for row in &rows[1..] {
        assert!(row.bytes().all(|byte| byte == b','), "{row}");
    }
}

/// An extract record. Its names, date of birth and SSN are found wherever they stand.
fn canary(case: &str, member: &str, sex: &str, other_case: &str, fips: &str) -> Vec<u8> {
    let line = format!(
        "{case:<15}I48001  912837465{member:<15}CHO{:<30}{:<16}{:<16}19830514{sex:<1}{other_case:<15} {fips:<7}{:17}{:<40}{:<10}{:<30}",
        "QXLASTNAME", "QXFIRST", "QXMID", "", "QXCONTACT", "5125550147", "qxmail@a.b"
    );
    assert_eq!(line.len(), 241);
    line.into_bytes()
}

/// What a masked record must not show.
fn shows_a_person(row: &BTreeMap<String, String>) -> bool {
    let all: Vec<&str> = row.values().map(String::as_str).collect();
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).count();
    let ssn = "912837465";
    // Consecutive digits of the SSN, in two fields or one.
    let of_ssn = |text: &str| {
        (1..=9)
            .rev()
            .find(|&n| (0..=9 - n).any(|at| text.contains(&ssn[at..at + n])))
            .unwrap_or(0)
    };
    let own = &row["ssn"];
    let shown_of_ssn = if digits(own) == 0 { 0 } else { of_ssn(own) };
    let beside = of_ssn(&row["member_id"]);
    let names = [
        "QXL", "XLAST", "LASTN", "QXF", "FIRST", "QXM", "MID", "QXC", "CONT", "qxm",
    ];
    let parts = ["8305", "0514", "19830", "555014"];
    names
        .iter()
        .chain(&parts)
        .any(|part| all.iter().any(|value| value.contains(part)))
        || all.iter().any(|value| of_ssn(value) > 4)
        || beside > 1 && shown_of_ssn + beside > 4
}

#[test]
fn a_mask_shows_no_person_where_columns_were_left_out_or_are_wider() {
    let work = tempfile::tempdir().unwrap();
    let set = icr::formats::layout::LayoutSet::load(None).unwrap();
    let fields = &set.require("extract").unwrap().fields;
    let sound = [
        canary("CASE1", "M77", "F", "", "0600100"),
        canary("CASE1", "0000778899", "F", "X55", "06001"),
        canary(
            "100000000000002",
            "000077889900001",
            "",
            "200000020612345",
            "06",
        ),
        canary("100000000000002", "", "M", "000000000000001", "0600100"),
    ];
    let mut lines = sound.to_vec();
    for record in &sound {
        for field in fields {
            let columns = field.columns.range();
            let border = columns.start;
            for (width, fill) in (1..=9).flat_map(|width| [(width, b' '), (width, b'0')]) {
                let added = std::iter::repeat_n(fill, width);
                let wider = record[..border].iter().copied().chain(added);
                lines.push(
                    wider
                        .chain(record[border..].iter().copied())
                        .take(241)
                        .collect(),
                );
                // So many columns of the field are missing.
                if width < columns.len() {
                    lines.push([&record[..border], &record[border + width..]].concat());
                }
            }
            lines.push([&record[..border], &record[columns.end..]].concat());
        }
    }
    let shifted = lines.len();
    // Zeros before the SSN, and as many blanks less behind the Member ID.
    for zeros in 1..=8 {
        let member = format!("{:<1$}", "1234567", 15 - zeros);
        let mut record = canary("CASE1", "", "F", "", "0600100");
        let moved = format!("{}912837465{member}", "0".repeat(zeros));
        record[23..47].copy_from_slice(moved.as_bytes());
        lines.push(record);
    }
    let input: Vec<u8> = lines.join(&b'\n');
    fs::write(work.path().join("in"), &input).unwrap();
    let out = converted(
        work.path(),
        "--to jsonl --mask --layout extract --input-format text in",
    );
    let rows: Vec<BTreeMap<String, String>> = String::from_utf8(out)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(rows.len(), lines.len());
    for (row, record) in rows.iter().zip(&sound) {
        assert_eq!(row["case_id"].as_bytes(), record[..15].trim_ascii());
        assert_eq!(row["ssn"], "*****7465");
    }
    for (number, (row, line)) in rows.iter().zip(&lines).enumerate() {
        let line = String::from_utf8_lossy(line);
        assert!(
            !shows_a_person(row),
            "{number} of {shifted}: {line}\n{row:?}"
        );
    }
    assert!(lines.len() > 1500, "{}", lines.len());
}

#[test]
fn no_sound_record_is_blanked_whatever_the_noise() {
    let work = tempfile::tempdir().unwrap();
    for noise in ["none", "light", "national", "harsh", "adverse"] {
        let line = format!(
            "synth --cases 400 --states TX,CA --fcr-states FL --noise {noise} --out {noise}"
        );
        let made = Command::new(env!("CARGO_BIN_EXE_icr"))
            .args(line.split(' '))
            .current_dir(work.path())
            .output()
            .unwrap();
        assert!(made.status.success());
        for file in ["extracts/TX.txt", "extracts/CA.txt", "fcr/FL.txt"] {
            let line = format!("--to jsonl --mask --format json --output masked {noise}/{file}");
            let output = convert(work.path(), &line);
            let summary: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
            let (blanked, records) = (
                summary["blanked"].as_u64().unwrap(),
                summary["records"].as_u64().unwrap(),
            );
            // Noise makes control bytes and wrong codes in a few.
            let most = if noise == "none" { 0 } else { records / 100 };
            assert!(
                records > 100 && blanked <= most,
                "{noise}, {file}: {blanked} of {records}"
            );
        }
    }
}

#[test]
fn a_mask_hides_every_field_of_every_layout_that_is_not_listed_as_harmless() {
    use icr::formats::layout::LayoutSet;
    let shown: Vec<&str> = SHOWN.split_whitespace().collect();
    let set = LayoutSet::load(None).unwrap();
    let work = tempfile::tempdir().unwrap();
    let mut seen = 0;
    for layout in set.layouts.iter().map(|layout| set.expanded(layout)) {
        // No two fields of a record hold the same, and none is blank; coded fields hold codes.
        let mut record: Vec<u8> = (0..layout.length)
            .map(|at| b'A' + (at % 23) as u8)
            .collect();
        for field in &layout.fields {
            if let Some(code) = code_of(&field.key, &field.kind) {
                for (place, byte) in record[field.columns.range()].iter_mut().zip(code.bytes()) {
                    *place = byte;
                }
            }
        }
        fs::write(work.path().join("in"), &record).unwrap();
        let arguments = format!(
            "--layout {} --to jsonl --mask --input-format fb --input-encoding ascii in",
            layout.name
        );
        let row = converted(work.path(), &arguments);
        let row: BTreeMap<String, String> = serde_json::from_slice(&row).unwrap();
        for field in &layout.fields {
            let came = std::str::from_utf8(field.columns.of(&record)).unwrap();
            let left = row[&field.key].as_str();
            let (key, name) = (field.key.as_str(), &layout.name);
            if shown.contains(&key) {
                assert_eq!(left, came, "{name}: {key} is to be shown");
                seen += 1;
                continue;
            }
            let allowed = if key.contains("ssn") {
                came[came.len() - 4..].to_owned()
            } else if key.contains("name") && field.columns.width() > 3 && left.len() == 1 {
                came[..1].to_owned()
            } else {
                String::new()
            };
            let readable: String = left.chars().filter(|c| *c != '*').collect();
            assert!(
                readable == allowed || readable.is_empty(),
                "{name}: {key} is neither listed as harmless nor masked: {left}"
            );
        }
        // Not even that there is one.
        for key in ["family_violence", "user_field"] {
            assert!(row.get(key).is_none_or(String::is_empty), "{key}");
        }
    }
    assert!(seen > 90, "{seen}");
}

#[test]
fn fields_are_picked_in_their_order_and_blank_elsewhere() {
    let work = tempfile::tempdir().unwrap();
    fs::write(work.path().join("in"), "412660001ALVAREZ\n").unwrap();
    let csv = converted(work.path(), "--to csv --fields last_name,ssn in");
    assert_eq!(csv, b"last_name,ssn\nALVAREZ,412660001\n");
    let first_name = converted(work.path(), "--to csv --fields first_name in");
    assert_eq!(first_name, b"first_name\n\"\"\n");
    let text = converted(work.path(), "--to text --fields last_name in");
    assert_eq!(text, format!("{:9}{:<46}\n", "", "ALVAREZ").as_bytes());
    for (fields, expected) in [
        (
            "ssn,surname",
            "no field `surname`; its fields are ssn, last_name, first_name",
        ),
        ("ssn,ssn", "`ssn` is named twice"),
    ] {
        let output = convert(
            work.path(),
            &format!("--to csv --output x --fields {fields} in"),
        );
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2));
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn a_csv_file_that_is_not_of_the_form_is_refused_without_its_values() {
    let work = tempfile::tempdir().unwrap();
    for (csv, expected) in [
        ("", "is empty"),
        ("ssn,surname\n", "not the column names of one layout"),
        ("ssn,ssn\n", "column `ssn` twice"),
        (
            "ssn\n4126600011\n",
            "record 1: `ssn` has 10 characters; it can have 9",
        ),
        ("ssn,last_name\n412660001\n", "record 1: has 1 cells"),
        (
            "ssn,last_name\n412660001,\u{141}\n",
            "record 1: `last_name` holds a character",
        ),
    ] {
        fs::write(work.path().join("in.csv"), csv).unwrap();
        let output = convert(
            work.path(),
            "--to text --input-format csv --output out in.csv",
        );
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{message}");
        assert!(
            message.contains(expected) && !message.contains("41266"),
            "{message}"
        );
        assert!(!work.path().join("out").exists());
    }
}

#[test]
fn the_file_appears_whole_with_its_permissions_and_never_over_the_input() {
    let work = tempfile::tempdir().unwrap();
    fs::write(work.path().join("in"), "412660001ALVAREZ\n").unwrap();
    fs::write(work.path().join("out"), "old").unwrap();
    converted(work.path(), "--to csv in");
    let mode = |name: &str| {
        fs::metadata(work.path().join(name))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!(mode("out"), 0o600);
    converted(work.path(), "--to csv --file-mode 0640 in");
    assert_eq!(mode("out"), 0o640);
    let output = convert(work.path(), "--to csv --output in in");
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(
        fs::read(work.path().join("in")).unwrap(),
        b"412660001ALVAREZ\n"
    );
    fs::write(work.path().join("empty"), "").unwrap();
    let output = convert(work.path(), "--to csv --output none empty");
    assert_eq!(output.status.code(), Some(3));
    let names = fs::read_dir(work.path()).unwrap();
    assert_eq!(names.count(), 3, "in, out, empty");
}

#[cfg(feature = "parquet")]
#[test]
fn a_parquet_file_holds_what_the_csv_file_holds() {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::RowAccessor;
    let work = tempfile::tempdir().unwrap();
    let expected = rows(&converted(work.path(), &format!("--to csv {}", response())));
    converted(work.path(), &format!("--to parquet {}", response()));
    let file = fs::File::open(work.path().join("out")).unwrap();
    let reader = SerializedFileReader::new(file).unwrap();
    let columns = reader.metadata().file_metadata().schema_descr().columns();
    let names: Vec<String> = columns.iter().map(|c| c.name().to_owned()).collect();
    assert_eq!(names.len(), 57);
    let about = reader
        .metadata()
        .file_metadata()
        .key_value_metadata()
        .unwrap();
    let told = |key: &str| {
        about
            .iter()
            .find(|k| k.key == key)
            .unwrap()
            .value
            .clone()
            .unwrap()
    };
    assert_eq!(told("icr.layout"), "response");
    assert_eq!(told("icr.field.member_id"), "Member ID, columns 33-47");
    let found: Vec<BTreeMap<String, String>> = reader
        .get_row_iter(None)
        .unwrap()
        .map(|row| {
            let row = row.unwrap();
            let cell = |(place, name): (usize, &String)| {
                (name.clone(), row.get_string(place).unwrap().clone())
            };
            names.iter().enumerate().map(cell).collect()
        })
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn many_records_give_the_same_bytes_at_any_number_of_threads() {
    let work = tempfile::tempdir().unwrap();
    let mut text = Vec::new();
    for number in 0..120_000 {
        text.extend_from_slice(format!("{:09}NAME {number}\n", 100_000_000 + number).as_bytes());
    }
    fs::write(work.path().join("in"), text).unwrap();
    for to in ["text", "csv", "jsonl"] {
        let one = converted(work.path(), &format!("--to {to} --threads 1 in"));
        assert!(one == converted(work.path(), &format!("--to {to} --threads 3 in")));
        fs::write(work.path().join("there"), one).unwrap();
        if to == "csv" {
            let back = converted(work.path(), "--to text --input-format csv there");
            assert_eq!(back.len(), 120_000 * 56);
        }
    }
}
