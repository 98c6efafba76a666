//! `icr diff`: what it finds, whatever the order of records and however damaged the folders, and
//! that it shows nothing of people.

#![expect(clippy::unwrap_used, reason = "a test stops where something fails")]

mod plain_matcher;
mod program;
mod respond_model;

use plain_matcher::worlds::{Rng, random_world};
use program::{Scratch, check_transcripts, lines_of, record, rows};

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
    let mut tried = 0;
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
        assert!(found.iter().all(|row| row[2] == case), "{seed}");
        if !member.is_empty() {
            // A participant listed twice under one Member ID may be taken for its double.
            let field = field_at(column);
            assert!(
                found
                    .iter()
                    .any(|row| row[6] == member && row[9].split("; ").any(|f| f == field)),
                "{seed} {column} {field}: {}",
                ended.stdout
            );
            tried += 1;
        }
    }
    assert!(tried > 60, "{tried}");
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
    // A record cut within a field of the answer, one cut before its case, one too long.
    let cut = |bytes: usize| lines_of(&[whole[0].clone(), whole[1][..bytes].to_vec()]);
    for (bytes, words) in [
        (300, "records of odd length: 0 old, 1 new"),
        (
            20,
            "too short to name a case, on one side alone: 0 old, 1 new",
        ),
    ] {
        scratch.write("a.icr", lines_of(&whole));
        scratch.write("b.icr", cut(bytes));
        let ended = scratch.icr("diff a.icr b.icr");
        assert_eq!(
            (ended.status, ended.stdout.contains(words)),
            (1, true),
            "{}",
            ended.stdout
        );
        // The same damage on both sides is no difference.
        scratch.write("c.icr", cut(bytes));
        assert_eq!(scratch.icr("diff b.icr c.icr").status, 0);
    }
    scratch.write(
        "b.icr",
        [&lines_of(&whole[..1])[..], &whole[1], b"tail\n"].concat(),
    );
    let ended = scratch.icr("diff --format csv a.icr b.icr");
    assert!(
        ended.stdout.contains("(beyond byte 500)"),
        "{}",
        ended.stdout
    );
    // RECFM=FB cut within the last record: the first is the same.
    let fixed = whole.concat();
    scratch.write("b.icr", &fixed[..800]);
    let ended = scratch.icr("diff --format json a.icr b.icr");
    let value: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(value["files"][0]["cases"]["same"], 1, "{}", ended.stdout);
    // A control byte in an ID does not reach the terminal.
    scratch.write(
        "b.icr",
        lines_of(&[whole[0].clone(), person("A\x1b[2J", "M2", "00", &[])]),
    );
    let ended = scratch.icr("diff a.icr b.icr");
    assert!(ended.stdout.contains("A?[2J") && !ended.stdout.contains('\x1b'));
    // Hand-edited codes are shown as far as they are codes.
    scratch.write(
        "b.icr",
        lines_of(&[whole[0].clone(), person("A2", "M2", "x0", &[])]),
    );
    let ended = scratch.icr("diff --format csv a.icr b.icr");
    assert!(
        ended.stdout.contains("M2,00,??,Reason Codes"),
        "{}",
        ended.stdout
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
