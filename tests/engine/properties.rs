//! What must not change the answer, and what must always add up.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::plain_matcher::plain::World;
use crate::plain_matcher::worlds::{Rng, consistent_world, random_world, shuffled};
use crate::support::records::{Row, extract};
use crate::support::{Published, Written, for_seeds, icr, scratch};
use icr::formats::input::{Framing, Records, split_at_records};
use serde_json::Value;

const WORLDS: u64 = 300;

#[test]
fn the_order_of_files_changes_nothing() {
    for_seeds(0..WORLDS, |seed| {
        let mut world = random_world(seed);
        let run = Written::new(&world).run(2);
        world.extracts.reverse();
        world.fcr.reverse();
        assert!(run == Written::new(&world).run(2), "world {seed}");
    });
}

#[test]
fn the_names_of_files_change_nothing_but_themselves() {
    for_seeds(0..50, |seed| {
        let mut world = random_world(seed);
        let run = Written::new(&world).run(1);
        for (at, (name, _)) in world.extracts.iter_mut().chain(&mut world.fcr).enumerate() {
            *name = format!("{}.dat", (b'z' - at as u8) as char);
        }
        let renamed = Written::new(&world).run(1);
        assert!(run.responses == renamed.responses && run.rejects == renamed.rejects);
    });
}

/// The response's records, in an order of their own.
fn sorted(run: &Published) -> Vec<(String, Vec<Vec<u8>>)> {
    let records = |bytes: &Vec<u8>| {
        let mut records: Vec<_> = bytes.chunks(501).map(<[u8]>::to_vec).collect();
        records.sort();
        records
    };
    let state = |(name, bytes): (&String, &Vec<u8>)| (name.clone(), records(bytes));
    run.responses.iter().map(state).collect()
}

/// A summary without what it says of files as a whole, which has numbers of records.
fn without_record_numbers(mut summary: serde_json::Value) -> serde_json::Value {
    for part in ["states", "fcr"] {
        let files = summary[part].as_object_mut().into_iter().flatten();
        for (_, file) in files {
            file.as_object_mut().map(|file| file.remove("told"));
        }
    }
    summary
}

#[test]
fn the_order_of_records_changes_only_the_order_of_the_answer() {
    for_seeds(0..WORLDS, |seed| {
        let world = consistent_world(seed);
        let (other, _) = shuffled(&world, seed);
        let (run, other) = (Written::new(&world).run(2), Written::new(&other).run(2));
        assert!(sorted(&run) == sorted(&other), "world {seed}: responses");
        assert!(
            without_record_numbers(run.summary) == without_record_numbers(other.summary),
            "world {seed}: totals"
        );
    });
}

#[test]
fn an_unrelated_state_changes_no_other_response() {
    let mut compared: u64 = 0;
    for seed in 0..WORLDS {
        let mut world = random_world(seed);
        // Guam, which no world knows, and its case with Alaska.
        let run = Written::new(&world).run(2);
        assert!(!run.responses.contains_key("GU.icr"));
        let mut row = Row::california("A1")
            .ssn("412660001")
            .name("ALVAREZ", "LUIS");
        row.fips = "66010";
        world
            .extracts
            .push(("guam.txt".to_owned(), extract(&[row.other_fips("02000")])));
        let mut with = Written::new(&world).run(2);
        assert!(with.responses.remove("GU.icr").is_some());
        assert!(run.responses == with.responses, "world {seed}");
        for (usps, totals) in run.summary["states"].as_object().unwrap() {
            assert_eq!(&with.summary["states"][usps], totals, "world {seed}");
            compared += 1;
        }
    }
    assert!(compared > WORLDS);
}

fn number(value: &Value, key: &str) -> u64 {
    value[key].as_u64().unwrap()
}

/// `--for`: a state's answer rests on everybody's data, whoever else is answered.
#[test]
fn the_union_of_the_parts_of_a_run_is_the_run() {
    for_seeds(0..100, |seed| {
        let written = Written::new(&random_world(seed));
        let whole = written.run(2);
        let mut rng = Rng::new(seed);
        let parts = 1 + rng.below(4);
        let mut lists = vec![Vec::new(); parts];
        let named = whole.rejects.keys().filter_map(|name| name.get(..2));
        for usps in named.collect::<BTreeSet<_>>() {
            lists[rng.below(parts)].push(usps);
        }
        let mut union = Published {
            responses: BTreeMap::new(),
            rejects: BTreeMap::new(),
            ..whole.clone()
        };
        for list in lists.into_iter().filter(|list| !list.is_empty()) {
            let part = written.run_with(2, &["--for", &list.join(",")]);
            union.responses.extend(part.responses);
            union.rejects.extend(part.rejects);
            for (usps, state) in part.summary["states"].as_object().unwrap() {
                assert_eq!(state, &whole.summary["states"][usps], "world {seed}");
            }
        }
        assert!(union == whole, "world {seed}");
    });
}

#[test]
fn totals_balance_and_the_sums_are_those_of_the_states() {
    for_seeds(0..WORLDS, |seed| {
        let run = Written::new(&random_world(seed)).run(1);
        let mut sums = [0; 4];
        for (usps, state) in run.summary["states"].as_object().unwrap() {
            let (records, cases) = (&state["records"], &state["cases"]);
            let became = ["rejected", "returned", "suppressed", "not_evaluated"];
            let read: u64 = became.map(|key| number(records, key)).iter().sum();
            assert_eq!(read, number(records, "read"), "world {seed}");
            let lines = run.response(usps).len() as u64 / 501;
            assert_eq!(lines, number(records, "returned"), "world {seed}");
            let tiers = state["cases_by_tier"].as_object().unwrap();
            let tiers: u64 = tiers.values().map(|n| n.as_u64().unwrap()).sum();
            assert_eq!(tiers, number(cases, "returned"), "world {seed}");
            let errors = state["errors"].as_object().unwrap();
            let errors: u64 = errors.values().map(|n| n.as_u64().unwrap()).sum();
            assert_eq!(errors, number(records, "rejected"), "world {seed}");
            for (sum, key) in sums.iter_mut().zip(became) {
                *sum += number(records, key);
            }
        }
        let all = &run.summary["run"]["records"];
        assert_eq!(
            sums.iter().sum::<u64>(),
            number(all, "read"),
            "world {seed}"
        );
        assert_eq!(sums[1], number(all, "returned"), "world {seed}");
    });
}

/// Bytes in which line ends of every kind are common.
fn raw_bytes(rng: &mut Rng) -> Vec<u8> {
    let length = rng.below(60);
    (0..length)
        .map(|_| b"\n\n\r\rab \x00\xff"[rng.below(9)])
        .collect()
}

#[test]
fn every_byte_is_in_exactly_one_record_or_line_end() {
    let mut rng = Rng::new(1);
    for _ in 0..20_000 {
        let file = raw_bytes(&mut rng);
        let width = 1 + rng.below(5);
        for framing in [Framing::Text, Framing::Fixed(width)] {
            let records: Vec<_> = Records::new(framing, &file).collect();
            let mut at = 0;
            for record in &records {
                assert_eq!(record.offset, at, "{}", file.escape_ascii());
                let end = at + record.bytes.len();
                assert_eq!(&file[at..end], record.bytes);
                at = end;
                if framing == Framing::Text {
                    assert!(!record.bytes.contains(&b'\n'));
                    let line_end = &file[at..];
                    at += match line_end {
                        [b'\n', ..] => 1,
                        [b'\r', b'\n', ..] => 2,
                        [b'\r'] => 1,
                        [] => 0,
                        _ => panic!("no line end: {}", file.escape_ascii()),
                    };
                }
            }
            assert_eq!(at, file.len(), "{}", file.escape_ascii());
            // Cut into pieces, the same records come.
            let cuts = split_at_records(framing, &file, 1 + rng.below(20), 0..2);
            let pieces: Vec<_> = cuts
                .windows(2)
                .flat_map(|cut| Records::within(framing, &file, cut[0], cut[1]))
                .collect();
            assert_eq!(pieces, records, "{}", file.escape_ascii());
        }
    }
}

/// The same in a whole run: the records read are those that the specification counts.
#[test]
fn a_run_reads_as_many_records_as_there_are_lines() {
    let good = extract(&[Row::california("A1").ssn("412660001")]);
    let mut rng = Rng::new(2);
    for _ in 0..50 {
        let mut file = good.repeat(20);
        for _ in 0..rng.below(20) {
            file.extend(raw_bytes(&mut rng));
        }
        let mut lines = file.split(|&b| b == b'\n').count() as u64;
        if file.ends_with(b"\n") {
            lines -= 1;
        }
        let world = World {
            extracts: vec![("ca.txt".to_owned(), file)],
            fcr: Vec::new(),
            ssn_master: None,
            misidentified: None,
            run_date: 20_261_122,
            directed: false,
            absent_unmatched: false,
            pooled: false,
        };
        let run = Written::new(&world).run(2);
        assert_eq!(
            number(&run.summary["states"]["CA"]["records"], "read"),
            lines
        );
    }
}

#[test]
fn fixed_records_give_the_same_answer_as_text() {
    let rows = [
        Row::california("A1").ssn("412660001").other_id("B1"),
        Row::california("A2").ssn("412660002"),
    ];
    let text = extract(&rows);
    let fixed: Vec<u8> = text.iter().copied().filter(|&b| b != b'\n').collect();
    let folder = scratch();
    let response = |name: &str, bytes: &[u8]| {
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        std::fs::write(path(name), bytes).unwrap();
        let out = path(&format!("out-{name}"));
        let policy = "--absent-state=unmatched";
        let (exit, _) = icr(&["match", "--quiet", policy, "--out", &out, &path(name)]);
        exit.unwrap();
        std::fs::read(Path::new(&out).join("responses/CA.icr")).unwrap()
    };
    let answer = response("text", &text);
    assert_eq!(answer.len(), 2 * 501);
    assert!(answer == response("fixed", &fixed));
}
