//! `icr diff`: what it finds, whatever the order of records and however damaged the folders, and
//! that it shows nothing of people.

use crate::plain_matcher;
use crate::plain_matcher::worlds::{Rng, random_world};
use crate::program::{Scratch, check_transcripts, lines_of, record, responses, rows};
use crate::respond_model;

/// A record with everything that must never be shown.
fn person(case: &str, member: &str, codes: &str, fields: &[(usize, &str)]) -> Vec<u8> {
    let mut all = vec![
        (1, case),
        (16, "R"),
        (17, "48201"),
        (24, "412110001"),
        (33, member),
        (48, "CH"),
        (50, "O"),
        (51, "SECRETLAST"),
        (81, "SECRETFIRST"),
        (113, "19991231"),
        (122, "CA1"),
        (138, "06037"),
        (162, "SECRETWORKER"),
        (202, "5125550100"),
        (212, "secret@example.org"),
        (242, "N"),
        (243, codes),
        (253, "CA1"),
        (268, "06037"),
        (275, "O"),
        (276, "YYY412110001Y"),
        (306, "SECRETLAST"),
        (377, "000100010001"),
        (389, "NNN1"),
    ];
    all.extend(fields);
    record(500, &all)
}

fn shuffled(records: &[Vec<u8>], seed: u64) -> Vec<Vec<u8>> {
    let mut records = records.to_vec();
    let mut rng = Rng::new(seed);
    for place in (1..records.len()).rev() {
        records.swap(place, rng.below(place + 1));
    }
    records
}

#[test]
fn new_gone_and_changed_cases_and_participants_are_told_by_code_and_field_name() {
    let scratch = Scratch::new();
    let old = [
        person("A1", "M1", "00", &[]),
        person("A1", "M2", "02", &[(122, "CA9")]),
        person("A2", "M3", "02", &[(122, "OLD")]),
        person("A3", "M4", "01", &[]),
        person("A5", "M6", "00", &[]),
        person("A5", "M7", "00", &[]),
    ];
    let new = [
        person(
            "A5",
            "M8",
            "06",
            &[(24, "412110009"), (81, "ANOTHERSECRET")],
        ),
        person("A1", "M1", "00", &[]),
        person("A1", "M2", "02", &[(122, "CA9")]),
        person("A2", "M3", "00", &[(122, "NEW"), (24, "412110008")]),
        person("A4", "", "0207", &[]),
        person("A5", "M6", "00", &[]),
    ];
    scratch.write("old.icr", lines_of(&old));
    scratch.write("new.icr", lines_of(&new));
    let ended = scratch.icr("diff --format csv old.icr new.icr");
    assert_eq!(ended.status, 1, "{}", ended.stderr);
    let expected = [
        "state,case,case_id,other_state,other_case_id,participant,member_id,old_codes,new_codes,fields",
        // A corrected Other State Case ID makes no other case.
        "TX,changed,A2,CA,NEW,changed,M3,02,00,SSN; Other State Case ID; Reason Codes",
        "TX,gone,A3,CA,CA1,gone,M4,01,,",
        "TX,new,A4,CA,CA1,new,,,02 07,",
        "TX,changed,A5,CA,CA1,gone,M7,00,,",
        "TX,changed,A5,CA,CA1,new,M8,,06,",
        "",
    ];
    assert_eq!(ended.stdout, expected.join("\n"));
    let text = scratch.icr("diff old.icr new.icr");
    assert_eq!(text.status, 1);
    assert!(
        text.stdout.contains("codes 02 -> 00: 1 record (progress)"),
        "{}",
        text.stdout
    );
    let json = scratch.icr("diff --format json old.icr new.icr");
    let value: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    // A1 has two cases, of which nothing differs.
    let cases = serde_json::json!({"same": 2, "changed": 2, "new": 1, "gone": 1});
    assert_eq!(
        (&value["files"][0]["cases"], &value["same"]),
        (&cases, &false.into())
    );
    for printed in [ended.stdout, text.stdout, json.stdout] {
        for secret in ["SECRET", "412110", "1999", "512555", "secret@"] {
            assert!(!printed.contains(secret), "{secret}: {printed}");
        }
    }
}

#[test]
fn order_trailing_blanks_and_form_make_no_difference() {
    let scratch = Scratch::new();
    let mut compared = 0;
    for seed in 0..40 {
        for (state, response) in plain_matcher::answer(&random_world(seed)).responses {
            let records = respond_model::lines(&response);
            let other = shuffled(&records, seed);
            let trimmed: Vec<Vec<u8>> = other.iter().map(|r| r.trim_ascii_end().to_vec()).collect();
            scratch.write("old/responses/TX.icr", &response);
            scratch.write("shuffled/responses/TX.icr", lines_of(&other));
            scratch.write("trimmed/responses/TX.icr", lines_of(&trimmed));
            scratch.write("fb/responses/TX.icr", other.concat());
            for form in ["shuffled", "trimmed", "fb"] {
                let ended = scratch.icr(&format!("diff --threads 2 old {form}"));
                assert_eq!(
                    ended.status, 0,
                    "{seed} {state} {form}: {}{}",
                    ended.stdout, ended.stderr
                );
            }
            compared += records.len();
        }
    }
    assert!(compared > 1000);
}

#[test]
fn one_changed_byte_is_found_in_its_record_and_field_in_any_order() {
    let scratch = Scratch::new();
    let layout = scratch.icr("layout show response --format json").stdout;
    let layout: serde_json::Value = serde_json::from_str(&layout).unwrap();
    let field_at = |column: u64| {
        let fields = layout["fields"].as_array().unwrap();
        let at = |key: &str, field: &serde_json::Value| field[key].as_u64().unwrap();
        let field = fields
            .iter()
            .find(|f| at("first", f) <= column && column <= at("last", f));
        let field = field.unwrap();
        match (field["kind"].as_str(), field["field"].as_str().unwrap()) {
            (Some("filler"), name) => {
                format!("{name} {}-{}", at("first", field), at("last", field))
            }
            (_, name) if name.starts_with("Reason Code ") => "Reason Codes".to_owned(),
            (_, name) => name.to_owned(),
        }
    };
    let mut rng = Rng::new(7);
    let (mut tried, mut no_records) = (0, 0);
    for seed in 0..120 {
        let Some((_, response)) = plain_matcher::answer(&random_world(seed))
            .responses
            .pop_first()
        else {
            continue;
        };
        let records = respond_model::lines(&response);
        if records.is_empty() {
            continue;
        }
        // Anything but what tells the case and the participant: 1-15, 33-47, 122-139.
        let column = loop {
            let column = 16 + rng.below(485) as u64;
            if !(33..=47).contains(&column) && !(122..=139).contains(&column) {
                break column;
            }
        };
        let place = rng.below(records.len());
        let mut changed = records.clone();
        let byte = &mut changed[place][column as usize - 1];
        *byte = if *byte == b'Z' { b'Q' } else { b'Z' };
        scratch.write("old.icr", lines_of(&records));
        scratch.write("new.icr", lines_of(&shuffled(&changed, seed)));
        let ended = scratch.icr("diff --format csv old.icr new.icr");
        assert_eq!(ended.status, 1, "{seed}");
        let found = rows(ended.stdout.as_bytes());
        let shown = |field: &[u8]| -> String {
            let text: String = field.iter().map(|&byte| char::from(byte)).collect();
            text.trim_end_matches(' ').to_owned()
        };
        let (case, member) = (shown(&records[place][..15]), shown(&records[place][32..47]));
        let (damaged, told): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|row| row[1] == "records");
        assert!(told.iter().all(|row| row[2] == case), "{seed}");
        if let [damage] = &damaged[..] {
            // What the byte made no response record is counted, and its participant is gone.
            let words = "records that are not response records: 0 old, 1 new; on one side alone: 0 old, 1 new";
            assert_eq!(damage[9], words, "{seed} {column}");
            let gone = told.iter().any(|row| row[5] == "gone" && row[6] == member);
            assert!(gone, "{seed} {column}");
            no_records += 1;
        } else if !member.is_empty() {
            // A participant listed twice under one Member ID may be taken for its double.
            let field = field_at(column);
            assert!(
                told.iter()
                    .any(|row| row[6] == member && row[9].split("; ").any(|f| f == field)),
                "{seed} {column} {field}: {}",
                ended.stdout
            );
            tried += 1;
        }
    }
    assert!(tried > 60 && no_records > 5, "{tried} {no_records}");
}

#[test]
fn damaged_folders_are_read_as_they_are() {
    let scratch = Scratch::new();
    let whole = [person("A1", "M1", "00", &[]), person("A2", "M2", "00", &[])];
    scratch.write("old/responses/TX.icr", lines_of(&whole));
    scratch.write(
        "old/responses/KS.icr",
        lines_of(&[person("K1", "M1", "00", &[])]),
    );
    // A file is missing, and nothing else is in the folder.
    scratch.write("missing/responses/TX.icr", lines_of(&whole));
    let ended = scratch.icr("diff old missing");
    assert_eq!(ended.status, 1);
    assert!(
        ended.stdout.contains("the new side has no file KS.icr"),
        "{}",
        ended.stdout
    );
    assert!(ended.stdout.contains("gone case K1"), "{}", ended.stdout);
    // A record cut within its answer, one cut within its case, one too long, one with a control byte,
    // one with a code that is none: no response records, of which nothing is told but that they are.
    let second = &whole[1];
    for damaged in [
        second[..300].to_vec(),
        second[..20].to_vec(),
        [&second[..], b"tail"].concat(),
        person("A\x1b[2J", "M2", "00", &[]),
        person("A2", "M2", "x0", &[]),
        person("A2", "M2", "09", &[]),
        person("A2", "M2", "0200", &[]),
    ] {
        scratch.write("a.icr", lines_of(&whole));
        scratch.write("b.icr", lines_of(&[whole[0].clone(), damaged.clone()]));
        let ended = scratch.icr("diff a.icr b.icr");
        let words = "b.icr: records that are not response records: 0 old, 1 new; on one side alone: 0 old, 1 new\n";
        assert!(ended.stdout.contains(words), "{}", ended.stdout);
        assert!(ended.stdout.contains("gone case A2"), "{}", ended.stdout);
        assert_eq!(ended.status, 1);
        let csv = scratch.icr("diff --format csv a.icr b.icr");
        assert_eq!(rows(csv.stdout.as_bytes()).len(), 2, "{}", csv.stdout);
        let json = scratch.icr("diff --format json a.icr b.icr");
        let value: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
        let counts = serde_json::json!({"old": 0, "new": 1, "only_old": 0, "only_new": 1});
        assert_eq!(value["files"][0]["no_response_records"], counts);
        for printed in [ended.stdout, csv.stdout, json.stdout] {
            for shown in ["tail", "\x1b", "[2J", "x0", "09"] {
                assert!(!printed.contains(shown), "{printed}");
            }
        }
        // The same damage on both sides is told, and is no difference.
        scratch.write("c.icr", lines_of(&[whole[0].clone(), damaged]));
        let same = scratch.icr("diff b.icr c.icr");
        let words = "not response records: 1 old, 1 new; on one side alone: 0 old, 0 new";
        assert_eq!((same.status, same.stdout.contains(words)), (0, true));
    }
    // RECFM=FB cut within the last record: the first is the same.
    let fixed = whole.concat();
    for cut in [800, 950] {
        scratch.write("b.icr", &fixed[..cut]);
        let ended = scratch.icr("diff --format json a.icr b.icr");
        let value: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
        assert_eq!(value["files"][0]["cases"]["same"], 1, "{}", ended.stdout);
        assert_eq!(value["files"][0]["no_response_records"]["new"], 1);
    }
}

#[test]
fn nothing_of_records_that_are_out_of_place_is_told() {
    let people = [
        person("A1", "M1", "00", &[]),
        person("A1", "M2", "02", &[]),
        person("A2", "M3", "0207", &[]),
    ];
    let secrets = [
        "SECRETLAST",
        "SECRETFIRST",
        "SECRETWORKER",
        "secret@example.org",
        "412110001",
        "19991231",
        "5125550100",
    ];
    let scratch = Scratch::new();
    scratch.write("text.icr", lines_of(&people));
    scratch.write("fixed.icr", people.concat());
    let mut tried = 0;
    let mut check = |old: &str, damaged: Vec<u8>| {
        scratch.write("damaged.icr", damaged);
        for format in ["text", "csv", "json"] {
            let ended = scratch.icr(&format!("diff --format {format} {old} damaged.icr"));
            assert_eq!(ended.status, 1, "{}", ended.stderr);
            let printed = ended.stdout + &ended.stderr;
            for secret in secrets {
                for slice in secret.as_bytes().windows(4) {
                    let slice = std::str::from_utf8(slice).unwrap();
                    assert!(!printed.contains(slice), "{slice}: {printed}");
                }
            }
            tried += 1;
        }
    };
    for at in [0, 10, 20, 40, 60, 118, 125, 170, 241, 246, 260] {
        for width in [1, 3, 9, 30] {
            let lost = |record: &Vec<u8>| [&record[..at], &record[at + width..]].concat();
            let grown = |record: &Vec<u8>| {
                [
                    &record[..at],
                    &b"XXXXXXXXX".repeat(4)[..width],
                    &record[at..],
                ]
                .concat()
            };
            check(
                "text.icr",
                lines_of(&people.iter().map(lost).collect::<Vec<_>>()),
            );
            check(
                "text.icr",
                lines_of(&people.iter().map(grown).collect::<Vec<_>>()),
            );
            let fixed = people.concat();
            check("fixed.icr", lost(&fixed));
            check("fixed.icr", grown(&fixed));
        }
    }
    check(
        "text.icr",
        b"SECRETLAST,SECRETFIRST,412110001,19991231\n".repeat(40),
    );
    assert!(tried > 500, "{tried}");
    // A byte-order mark is no part of a record.
    scratch.write(
        "marked.icr",
        [b"\xef\xbb\xbf", &lines_of(&people)[..]].concat(),
    );
    assert_eq!(scratch.icr("diff text.icr marked.icr").status, 0);
}

#[test]
fn files_that_are_no_responses_are_named_and_not_read() {
    let scratch = Scratch::new();
    let whole = lines_of(&[person("A1", "M1", "00", &[])]);
    for side in ["old", "new", "other"] {
        scratch.write(&format!("{side}/responses/TX.icr"), &whole);
    }
    // An empty one, another spelling, a copy of an editor, an extract.
    scratch.write("new/responses/notes", "");
    scratch.write("new/responses/tx.icr", &whole);
    scratch.write("new/responses/KS.icr~", &whole);
    scratch.write(
        "other/responses/KS.txt",
        "SECRETLAST,412110001\n".repeat(30),
    );
    scratch.write("both/responses/TX.icr", &whole);
    scratch.write("both/responses/KS.txt", "else");
    let ended = scratch.icr("diff old new");
    assert_eq!(ended.status, 1, "{}", ended.stderr);
    let words = "stray files, which are not responses and were not read\n  KS.icr~: the new side alone\n  notes: the new side alone\n  tx.icr: the new side alone\n";
    assert!(ended.stdout.ends_with(words), "{}", ended.stdout);
    let csv = scratch.icr("diff --format csv other old");
    assert_eq!(csv.status, 1);
    let expected = ["", "stray", "", "", "", "gone", "", "", "", "KS.txt"];
    assert_eq!(rows(csv.stdout.as_bytes()), [expected]);
    let json = scratch.icr("diff --format json other both");
    let value: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    let strays = serde_json::json!([{"file": "KS.txt", "old": true, "new": true}]);
    assert_eq!((json.status, &value["stray_files"]), (0, &strays));
}

#[test]
fn a_file_of_a_folder_that_cannot_be_unpacked_is_told_and_the_rest_is_compared() {
    let scratch = Scratch::new();
    let whole = lines_of(&[person("A1", "M1", "00", &[])]);
    for name in ["old/responses/TX", "new/responses/TX", "old/responses/KS"] {
        scratch.write(&format!("{name}.icr"), &whole);
    }
    // The magic bytes of gzip, and nothing that belongs to it.
    let packed = scratch.write("new/responses/KS.icr", b"\x1f\x8b\x08\x00\x00SECRETLAST");
    let ended = scratch.icr("diff old new");
    assert_eq!(ended.status, 1, "{}", ended.stderr);
    let words = "KS.icr of the new side cannot be read, so its cases were not compared: ";
    assert!(ended.stdout.contains(words), "{}", ended.stdout);
    assert!(!ended.stdout.contains("gone case"), "{}", ended.stdout);
    let csv = scratch.icr("diff --format csv old new");
    let found = rows(csv.stdout.as_bytes());
    assert_eq!((found.len(), csv.status), (1, 1), "{}", csv.stdout);
    assert_eq!((&found[0][0][..], &found[0][1][..]), ("KS", "file"));
    assert!(found[0][9].contains("gzip") && !csv.stdout.contains("SECRET"));
    // One that was given is what the comparison is about.
    let given = scratch.icr(&format!("diff old {}", packed.display()));
    assert_eq!(given.status, 3, "{}", given.stdout);
}

#[test]
fn every_difference_has_a_row_in_the_csv_form() {
    let scratch = Scratch::new();
    let whole = lines_of(&[person("A1", "M1", "00", &[])]);
    for side in ["old", "new"] {
        scratch.write(&format!("{side}/responses/TX.icr"), &whole);
    }
    scratch.write("new/responses/KS.icr", "");
    scratch.write("blank.icr", [&b"\n"[..], &whole].concat());
    for (sides, expected) in [
        (
            "old new",
            ["KS", "file", "new", "the old side has no file KS.icr"],
        ),
        (
            "new old",
            ["KS", "file", "gone", "the new side has no file KS.icr"],
        ),
        (
            "old/responses/TX.icr blank.icr",
            [
                "TX",
                "records",
                "changed",
                "records that are not response records: 0 old, 1 new; on one side alone: 0 old, 1 new",
            ],
        ),
    ] {
        let ended = scratch.icr(&format!("diff --format csv {sides}"));
        let found = rows(ended.stdout.as_bytes());
        assert_eq!((ended.status, found.len()), (1, 1), "{}", ended.stdout);
        let told = [0, 1, 5, 9].map(|column| &found[0][column][..]);
        assert_eq!(told, expected);
    }
}

#[test]
fn corrected_actions_and_participants_are_found_again_only_where_nothing_else_fits() {
    let action = |other: &str, theirs: &str, member: &str, codes: &str| {
        person("A1", member, codes, &[(122, other), (253, theirs)])
    };
    let nobody = |first: &str, birth: &str, ssn: &str| {
        let fields = [(24, ssn), (81, first), (113, birth)];
        person(
            "A1",
            "",
            "00",
            &[(51, "X"), (33, "  ")]
                .iter()
                .chain(&fields)
                .copied()
                .collect::<Vec<_>>(),
        )
    };
    let scratch = Scratch::new();
    for (name, old, new, expected) in [
        // Two actions with the same people, each corrected as its response said.
        (
            "by what the response gave",
            vec![
                action("OLD1", "CA1", "M1", "02"),
                action("OLD2", "CA2", "M1", "02"),
            ],
            vec![
                action("CA2", "CA2", "M1", "00"),
                action("CA1", "CA1", "M1", "00"),
            ],
            vec![("CA1", "changed", "M1"), ("CA2", "changed", "M1")],
        ),
        // Corrected by hand, to other IDs than the response gave.
        (
            "by members",
            vec![
                action("OLD1", "CA1", "M1", "02"),
                action("OLD2", "CA2", "M2", "02"),
            ],
            vec![
                action("HAND2", "CA3", "M2", "00"),
                action("HAND1", "CA4", "M1", "00"),
            ],
            vec![("HAND1", "changed", "M1"), ("HAND2", "changed", "M2")],
        ),
        (
            "ambiguous",
            vec![
                action("OLD1", "CA1", "M1", "02"),
                action("OLD2", "CA1", "M1", "02"),
            ],
            vec![
                action("HAND2", "CA3", "M1", "00"),
                action("HAND1", "CA4", "M1", "00"),
            ],
            vec![
                ("HAND1", "new", "M1"),
                ("HAND2", "new", "M1"),
                ("OLD1", "gone", "M1"),
                ("OLD2", "gone", "M1"),
            ],
        ),
        // Without Member ID, zeros and placeholders are nobody's number.
        (
            "zeros",
            vec![nobody("ANN", "20100101", "000000000")],
            vec![nobody("BEA", "20120101", "000000000")],
            vec![("CA1", "gone", ""), ("CA1", "new", "")],
        ),
        (
            "a placeholder",
            vec![nobody("ANN", "20100101", "111111111")],
            vec![nobody("BEA", "20120101", "111111111")],
            vec![("CA1", "gone", ""), ("CA1", "new", "")],
        ),
        (
            "a number",
            vec![nobody("ANN", "20100101", "412110002")],
            vec![nobody("BEA", "20120101", "412110002")],
            vec![("CA1", "changed", "")],
        ),
    ] {
        scratch.write("old.icr", lines_of(&old));
        scratch.write("new.icr", lines_of(&new));
        let ended = scratch.icr("diff --format csv old.icr new.icr");
        let mut found: Vec<_> = rows(ended.stdout.as_bytes())
            .into_iter()
            .map(|row| (row[4].clone(), row[5].clone(), row[6].clone()))
            .collect();
        found.sort();
        let owned = |(id, became, member): &(&str, &str, &str)| {
            ((*id).to_owned(), (*became).to_owned(), (*member).to_owned())
        };
        assert_eq!(
            found,
            expected.iter().map(owned).collect::<Vec<_>>(),
            "{name}"
        );
    }
}

#[test]
fn a_response_that_is_not_whole_is_compared_as_it_is_and_told_loudly() {
    let scratch = Scratch::new();
    let people = [
        person("A1", "M1", "00", &[]),
        person("A1", "M2", "00", &[]),
        person("A2", "M3", "00", &[]),
    ];
    let whole = responses::whole(&people);
    let doubled = [&whole[..], &whole].concat();
    let written = |name: &str, records: &[Vec<u8>]| {
        scratch.write(&format!("{name}/responses/TX.icr"), lines_of(records));
    };
    written("whole", &whole);
    written("doubled", &doubled);
    written("cut", &whole[..1]);
    let json = |sides: &str| -> serde_json::Value {
        let ended = scratch.icr(&format!("diff --format json {sides}"));
        serde_json::from_str(&ended.stdout).unwrap()
    };
    let none = serde_json::json!({"faults": 0, "record": null});
    for (name, status, record, faults) in [("doubled", 1, 4, 2), ("cut", 1, 1, 1)] {
        let ended = scratch.icr(&format!("diff whole {name}"));
        assert_eq!(ended.status, status, "{}", ended.stdout);
        let words = format!("TX.icr of the new side: cases are not whole, {faults} fault");
        assert!(ended.stderr.contains(&words), "{}", ended.stderr);
        let place = format!("the first at record {record}");
        assert!(ended.stderr.contains(&place), "{}", ended.stderr);
        let told = &json(&format!("whole {name}"))["files"][0]["not_whole"];
        assert_eq!(told["old"], none);
        assert_eq!(
            told["new"],
            serde_json::json!({"faults": faults, "record": record})
        );
        let quiet = scratch.icr(&format!("diff --quiet whole {name}"));
        assert_eq!((quiet.status, &quiet.stderr[..]), (1, ""));
    }
    // What is doubled on both sides is the same, and told all the same.
    let same = scratch.icr("diff doubled doubled");
    assert_eq!((same.status, &same.stdout[..]), (0, "same: 2 cases\n"));
    assert!(same.stderr.contains("of the old side: cases are not whole"));
    let ended = scratch.icr("diff whole whole");
    assert_eq!((ended.status, &ended.stderr[..]), (0, ""));
    assert_eq!(json("whole whole")["cases_checked"], true);
}

#[test]
fn two_cases_that_differ_in_the_other_state_case_id_alone_are_two() {
    let scratch = Scratch::new();
    let blank = person("A1", "M1", "00", &[(122, "   ")]);
    let named = person("A1", "M1", "00", &[]);
    // One answer, two cases: each says that it has one record.
    let one = |record: &Vec<u8>| responses::whole(std::slice::from_ref(record)).remove(0);
    let two = [one(&blank), one(&named)];
    let mut changed = two.clone();
    changed[0][242..244].copy_from_slice(b"06");
    scratch.write("old.icr", lines_of(&two));
    scratch.write("new.icr", lines_of(&changed));
    let json = scratch.icr("diff --format json old.icr new.icr").stdout;
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    let cases = serde_json::json!({"same": 1, "changed": 1, "new": 0, "gone": 0});
    assert_eq!(value["files"][0]["cases"], cases);
    assert_eq!(value["files"][0]["changes"][0]["other_case_id"], "");
    let same = scratch.icr("diff old.icr old.icr");
    assert_eq!(same.stdout, "same: 2 cases\n");
}

#[test]
fn control_characters_of_iso_8859_1_do_not_reach_the_terminal() {
    let scratch = Scratch::new();
    let mut changed = person("A1", "M1", "00", &[]);
    // X'9B' begins a control sequence.
    changed[1..6].copy_from_slice(b"\x9b2J\x85\xe9");
    scratch.write("old.icr", lines_of(&[person("A1", "M1", "00", &[])]));
    scratch.write("new.icr", lines_of(&[changed]));
    let text = scratch.icr("diff old.icr new.icr");
    assert!(
        text.stdout
            .contains("new case A\\x9b2J\\x85\u{e9} with CA CA1"),
        "{}",
        text.stdout
    );
    // CSV holds the characters themselves.
    let csv = scratch.icr("diff --format csv old.icr new.icr");
    assert!(
        csv.stdout.contains("A\u{9b}2J\u{85}\u{e9},CA"),
        "{}",
        csv.stdout
    );
}

#[test]
fn responses_of_two_states_are_not_compared() {
    let scratch = Scratch::new();
    let of = |fips: &str| lines_of(&[person("A1", "M1", "00", &[(17, fips)])]);
    scratch.write("TX.icr", of("48201"));
    scratch.write("old.icr", of("20091"));
    scratch.write("KS.icr", of("20091"));
    let ended = scratch.icr("diff TX.icr KS.icr");
    assert_eq!(ended.status, 3, "{}", ended.stdout);
    let words = "responses of two states, TX and KS";
    assert!(ended.stderr.contains(words), "{}", ended.stderr);
    // Two files are of the state that their records name, whatever they are called.
    scratch.write(
        "TX.icr",
        lines_of(&[person("A2", "M1", "00", &[(17, "20091")])]),
    );
    let ended = scratch.icr("diff --format csv old.icr TX.icr");
    assert!(
        rows(ended.stdout.as_bytes())
            .iter()
            .all(|row| row[0] == "KS")
    );
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let scratch = Scratch::new();
    scratch.write("TX.icr", lines_of(&[person("A1", "M1", "00", &[])]));
    std::fs::create_dir_all(scratch.path().join("empty")).unwrap();
    for (arguments, status) in [
        ("TX.icr nowhere.icr", 3),
        ("empty empty", 3),
        ("TX.icr", 2),
        ("TX.icr empty", 1),
        ("TX.icr TX.icr", 0),
    ] {
        let ended = scratch.icr(&format!("diff {arguments}"));
        assert_eq!(ended.status, status, "{arguments}: {}", ended.stderr);
    }
}

#[test]
fn the_chapter_shows_what_the_program_prints() {
    check_transcripts("docs/diff.md");
}
