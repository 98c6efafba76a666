//! What reads the responses of a run folder (`verify`, `report`, `score`, `diff`) on folders that hold the
//! exact responses of the examples: whole, cut, doubled, and made with other layouts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::program::{Scratch, lines_of, record};
use icr::formats::layout::LayoutSet;
use icr::run::{Manifest, OutputEntry};
use icr::text::hex;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

type Responses = BTreeMap<String, Vec<Vec<u8>>>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The exact responses of an example.
fn example(name: &str) -> Responses {
    let folder = root().join("testdata/examples").join(name);
    let mut responses = Responses::new();
    for entry in std::fs::read_dir(folder.join("expected/responses")).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let lines = bytes.split(|&b| b == b'\n').filter(|line| !line.is_empty());
        let usps = path.file_stem().unwrap().to_str().unwrap().to_owned();
        responses.insert(usps, lines.map(<[u8]>::to_vec).collect());
    }
    responses
}

/// The summary of a state, counted by fixed columns.
fn summary_of(records: &[Vec<u8>], pooled: bool) -> Value {
    let at = |record: &Vec<u8>, first: usize, last: usize| {
        String::from_utf8(record[first - 1..last].to_vec()).unwrap()
    };
    let tiers = if pooled {
        &["1", "2", "3", "4", "5", "6", "7", "none"][..]
    } else {
        &["1", "2", "3", "none"]
    };
    let all_codes = ["00", "01", "02", "03", "04", "05", "06", "07", "08"];
    let zeros = |names: &[&str]| -> BTreeMap<String, u64> {
        names.iter().map(|name| ((*name).to_owned(), 0)).collect()
    };
    let mut by_tier = zeros(tiers);
    let (mut by_code, mut cases_by_code) = (zeros(&all_codes), zeros(&all_codes));
    let mut by_basis = zeros(&["S", "1", "2", "D", "3", "4", "5"]);
    let (mut cases, mut nobody, mut multiple, mut fcr) = (0, 0, 0, 0);
    let mut rest = records;
    while let Some(first) = rest.first() {
        let (case, after) = rest.split_at(at(first, 473, 477).parse().unwrap());
        rest = after;
        cases += 1;
        let tier = at(first, 392, 392).replace(' ', "none");
        nobody += u64::from(tier != "none" && at(first, 385, 388) == "0000");
        *by_tier.get_mut(&tier).unwrap() += 1;
        multiple += u64::from(at(first, 391, 391) == "Y");
        fcr += u64::from(at(first, 242, 242) == "Y");
        let mut of_case = Vec::new();
        for record in case {
            for place in 0..5 {
                let code = at(record, 243 + 2 * place, 244 + 2 * place);
                if code != "  " {
                    *by_code.get_mut(&code).unwrap() += 1;
                    of_case.push(code);
                }
            }
            if let Some(count) = by_basis.get_mut(&at(record, 478, 478)) {
                *count += 1;
            }
        }
        of_case.sort();
        of_case.dedup();
        for code in of_case {
            *cases_by_code.get_mut(&code).unwrap() += 1;
        }
    }
    let returned = records.len();
    json!({
        "records": {"read": returned, "rejected": 0, "returned": returned, "suppressed": 0, "not_evaluated": 0},
        "cases": {"returned": cases, "suppressed": 0, "not_evaluated": 0, "with_rejected_records": 0},
        "cases_by_tier": by_tier, "cases_nobody_matched": nobody, "records_by_code": by_code,
        "cases_by_code": cases_by_code, "records_by_basis": by_basis, "multiple_case": multiple,
        "fcr_supplied": fcr, "errors": {}, "warnings": {},
    })
}

/// A finished run of match in `name`, with the digests of the layouts of `layouts`. The summary tells of
/// `said`, the files hold `held`.
fn write_run(
    scratch: &Scratch,
    name: &str,
    said: &Responses,
    held: &Responses,
    layouts: &LayoutSet,
) {
    let pooled = name.starts_with("pooled");
    let states: BTreeMap<_, _> = said
        .iter()
        .map(|(usps, records)| (usps.clone(), summary_of(records, pooled)))
        .collect();
    let records: usize = said.values().map(Vec::len).sum();
    let run = json!({"records": {
        "read": records, "rejected": 0, "returned": records, "suppressed": 0, "not_evaluated": 0,
    }});
    let summary = json!({
        "schema": "icr.match.summary/1", "run_date": "20261122", "states": states, "run": run,
        "fcr": {}, "absent": {}, "excluded": [],
    });
    let mut manifest = Manifest::new("match", Some("20261122"), layouts);
    manifest.totals = run.clone();
    let mut write = |file: String, bytes: Vec<u8>| {
        scratch.write(&format!("{name}/{file}"), &bytes);
        manifest.outputs.push(OutputEntry {
            name: file,
            bytes: bytes.len() as u64,
            sha256: hex(&Sha256::digest(&bytes).into()),
        });
    };
    for (usps, records) in held {
        write(format!("responses/{usps}.icr"), lines_of(records));
    }
    write(
        "summary.json".to_owned(),
        serde_json::to_vec(&summary).unwrap(),
    );
    let text = serde_json::to_vec(&manifest).unwrap();
    scratch.write(&format!("{name}/manifest.json"), text);
}

fn builtin() -> LayoutSet {
    LayoutSet::load(None).unwrap()
}

/// A truth that knows none of the cases.
fn write_truth(scratch: &Scratch) {
    scratch.write(
        "truth.csv",
        "state,case_id,other_state,other_case_id,counterpart_state,counterpart_case_id,planted,certain_codes\n",
    );
}

const READERS: [&str; 3] = ["verify run", "report run", "score --truth truth.csv run"];

#[test]
fn the_exact_responses_of_every_example_are_intact() {
    let mut read = 0;
    for entry in std::fs::read_dir(root().join("testdata/examples")).unwrap() {
        let entry = entry.unwrap();
        if !entry.path().join("expected/responses").is_dir() {
            continue;
        }
        let name = entry.file_name().into_string().unwrap();
        let options = std::fs::read_to_string(entry.path().join("options.txt"));
        let pooled = options.unwrap_or_default().contains("pooled");
        let run = if pooled { "pooled" } else { "run" };
        let (scratch, responses) = (Scratch::new(), example(&name));
        write_run(&scratch, run, &responses, &responses, &builtin());
        for command in ["verify", "report"] {
            let ended = scratch.icr(&format!("{command} {run}"));
            assert_eq!(ended.status, 0, "{name}: {}{}", ended.stdout, ended.stderr);
            assert_eq!(ended.stderr, "", "{name}");
        }
        read += 1;
    }
    assert!(read > 20, "{read}");
}

#[test]
fn the_report_of_a_pooled_run_tells_its_tiers_and_that_of_another_run_does_not() {
    let scratch = Scratch::new();
    for name in ["pooled", "exact"] {
        let responses = example(name);
        write_run(&scratch, name, &responses, &responses, &builtin());
    }
    let json = |name: &str| -> Value {
        let printed = scratch.icr(&format!("report --format json {name}")).stdout;
        serde_json::from_str(&printed).unwrap()
    };
    let pooled = json("pooled");
    let total = &pooled["states"]["CA"]["total"];
    let tier = |tier: &str| total[format!("cases.tier.{tier}")].as_u64().unwrap();
    // Counted by hand in the example's response.
    let counts = ["1", "2", "3", "4", "5", "6", "7", "none"].map(tier);
    assert_eq!(counts, [4, 3, 0, 1, 1, 1, 0, 1]);
    assert_eq!(pooled["matrix"]["CA"]["TX"]["returned"], 11);
    assert_eq!(pooled["matrix"]["CA"]["TX"]["found"], 10);
    assert_eq!(
        json("exact")["states"]["CA"]["total"]["cases.tier.4"],
        Value::Null
    );
    for (format, words) in [
        ("text", "Tier 5: by two adults' SSNs"),
        ("csv", "cases.tier.7"),
        ("html", "Tier 5: by two adults"),
    ] {
        for (name, told) in [("pooled", true), ("exact", false)] {
            let ended = scratch.icr(&format!("report --format {format} {name}"));
            let printed = ended.stdout.replace('\x0c', "");
            assert_eq!(printed.contains(words), told, "{format} {name}");
            assert!(
                printed
                    .lines()
                    .all(|line| format != "text" || line.len() <= 132)
            );
        }
    }
}

#[test]
fn two_cases_that_differ_in_the_other_state_case_id_alone_are_no_damage() {
    let not_found = |fields: &[(usize, &str)]| {
        let mut all = vec![
            (1, "TX1"),
            (16, "R"),
            (17, "48201"),
            (48, "CH"),
            (50, "O"),
            (138, "06037"),
            (242, "N01"),
            (276, "Y"),
            (377, "000100000000NNN"),
            (473, "00001"),
        ];
        all.extend(fields);
        record(500, &all)
    };
    // TX1 has three actions with California; that of CA2 is closed and was suppressed.
    let records = vec![not_found(&[(122, "CA1")]), not_found(&[])];
    let responses = Responses::from([("TX".to_owned(), records)]);
    let scratch = Scratch::new();
    write_run(&scratch, "run", &responses, &responses, &builtin());
    write_truth(&scratch);
    for reader in READERS {
        let ended = scratch.icr(reader);
        assert_eq!(
            ended.status, 0,
            "{reader}: {}{}",
            ended.stdout, ended.stderr
        );
    }
    let report: Value =
        serde_json::from_str(&scratch.icr("report --format json run").stdout).unwrap();
    assert_eq!(report["national"]["total"]["cases.returned"], 2);
}

#[test]
fn the_engine_and_its_readers_agree_on_such_cases() {
    let row = |other_id: &str, status: &str, member: &str| {
        record(
            241,
            &[
                (1, "TX1"),
                (16, "R"),
                (17, "48201"),
                (33, member),
                (48, "CH"),
                (50, status),
                (51, "ARBUTHNOT"),
                (81, "LEO"),
                (122, other_id),
                (138, "06037"),
            ],
        )
    };
    let scratch = Scratch::new();
    let rows = [
        row("CA1", "O", "M1"),
        row("   ", "O", "M2"),
        row("CA2", "C", "M3"),
        row("   ", "O", "M4"),
    ];
    scratch.write("extracts/TX.txt", lines_of(&rows));
    let mut california = row("TX9", "O", "M1");
    california[16..21].copy_from_slice(b"06037");
    california[137..142].copy_from_slice(b"48201");
    california[50..96].copy_from_slice(&[&b"OTHER"[..], &[b' '; 41]].concat());
    scratch.write("extracts/CA.txt", lines_of(&[california]));
    let ended = scratch.icr("match --quiet --max-rejects 100 --out run extracts");
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    write_truth(&scratch);
    for reader in READERS {
        let ended = scratch.icr(reader);
        assert_eq!(
            ended.status, 0,
            "{reader}: {}{}",
            ended.stdout, ended.stderr
        );
    }
    let same = scratch.icr("diff run run");
    assert_eq!((same.status, &same.stdout[..]), (0, "same: 3 cases\n"));
}

#[test]
fn a_response_that_was_cut_or_doubled_is_found_with_its_record() {
    let responses = example("ssn-codes");
    let records = &responses["CA"];
    let scratch = Scratch::new();
    write_truth(&scratch);
    let last = records.len() as u64;
    for (name, held, place) in [
        ("cut", records[..records.len() - 1].to_vec(), 1),
        ("doubled", [&records[..], records].concat(), last + 1),
    ] {
        let mut damaged = responses.clone();
        damaged.insert("CA".to_owned(), held);
        write_run(&scratch, "run", &responses, &damaged, &builtin());
        let place = format!("CA.icr, record {place}: ");
        for (reader, status) in READERS.iter().zip([1, 3, 3]) {
            let ended = scratch.icr(reader);
            assert_eq!(ended.status, status, "{name} {reader}");
            let printed = ended.stdout + &ended.stderr;
            assert!(printed.contains(&place), "{name} {reader}: {printed}");
        }
        let diff = scratch.icr("diff run run");
        assert!(
            diff.stderr.contains("cases are not whole"),
            "{}",
            diff.stderr
        );
    }
}

#[test]
fn a_match_basis_that_does_not_fit_is_damage() {
    let responses = example("twins");
    let scratch = Scratch::new();
    for (usps, records) in &responses {
        let doubtful = records.iter().position(|record| record[477] == b'D');
        let Some(at) = doubtful else { continue };
        for (basis, words) in [
            (b'S', "records_by_basis.S: the summary says"),
            (
                b' ',
                "column 478: a basis is given without a counterpart, or is missing",
            ),
            (
                b'X',
                "Participant Match Basis (column 478) is not S, 1, 2, D, 3, 4, 5 or blank",
            ),
        ] {
            let mut damaged = responses.clone();
            damaged.get_mut(usps).unwrap()[at][477] = basis;
            write_run(&scratch, "run", &responses, &damaged, &builtin());
            let ended = scratch.icr("verify run");
            assert_eq!(ended.status, 1, "{words}");
            assert!(ended.stdout.contains(words), "{}", ended.stdout);
        }
        let mut damaged = responses.clone();
        damaged.get_mut(usps).unwrap()[at][278..287].copy_from_slice(b"412110001");
        write_run(&scratch, "run", &responses, &damaged, &builtin());
        let ended = scratch.icr("verify run");
        let words = "columns 279-287: is not blank, though a match on this basis hands out no SSN";
        assert!(ended.stdout.contains(words), "{}", ended.stdout);
        return;
    }
    panic!("no record of the example was found in doubt");
}

/// A layout set whose response layout has neither 473-477 nor 478.
fn old_layouts(scratch: &Scratch) -> PathBuf {
    let text = std::fs::read_to_string(root().join("layouts/response.csv")).unwrap();
    let left_out = [
        "number_of_records_from_your_state",
        "participant_match_basis",
    ];
    let kept = text
        .lines()
        .filter(|line| !left_out.iter().any(|key| line.contains(key)));
    scratch.write("layouts/response.csv", kept.collect::<Vec<_>>().join("\n"));
    scratch.path().join("layouts")
}

#[test]
fn a_run_with_other_layouts_is_refused_until_they_are_given() {
    let scratch = Scratch::new();
    let old = LayoutSet::load(Some(&old_layouts(&scratch))).unwrap();
    let responses = example("exact");
    let without = |record: &Vec<u8>| [&record[..472], &[b' '; 28][..]].concat();
    let held: Responses = responses
        .iter()
        .map(|(usps, records)| (usps.clone(), records.iter().map(without).collect()))
        .collect();
    write_run(&scratch, "run", &responses, &held, &old);
    write_run(&scratch, "now", &responses, &responses, &builtin());
    write_truth(&scratch);
    let unchecked = "whether the cases are whole could not be checked";
    for reader in READERS {
        let ended = scratch.icr(reader);
        assert_eq!(ended.status, 3, "{reader}: {}", ended.stdout);
        let words = "run: was made with another layout `response` than is in use";
        assert!(ended.stderr.contains(words), "{}", ended.stderr);
        assert!(ended.stderr.contains("--layouts DIR"), "{}", ended.stderr);
        let given = scratch.icr(&format!("{reader} --layouts layouts"));
        assert_eq!(
            given.status, 0,
            "{reader}: {}{}",
            given.stdout, given.stderr
        );
        assert!(given.stderr.contains(unchecked), "{}", given.stderr);
        let json = scratch.icr(&format!("{reader} --layouts layouts --quiet --format json"));
        let value: Value = serde_json::from_str(&json.stdout).unwrap();
        assert_eq!(value["cases_checked"], false, "{reader}");
        assert_eq!(json.stderr, "", "{reader}");
    }
    // `status` reads no record; `diff` reads the folder as it is, and says so.
    assert_eq!(scratch.icr("status run now").status, 0);
    let diff = scratch.icr("diff run now");
    assert_eq!(diff.status, 1, "{}", diff.stderr);
    let words = "warning: the old side was made with another layout `response`";
    assert!(diff.stderr.contains(words), "{}", diff.stderr);
    let diff = scratch.icr("diff --format json --quiet run now");
    let value: Value = serde_json::from_str(&diff.stdout).unwrap();
    assert_eq!(
        value["other_layouts"],
        json!({"old": ["response"], "new": []})
    );
    assert_eq!(diff.stderr, "");
    let same = scratch.icr("diff --layouts layouts run run");
    assert_eq!(same.status, 0, "{}", same.stdout);
    assert!(same.stderr.contains(unchecked), "{}", same.stderr);
}

#[test]
fn other_layouts_than_those_of_responses_do_not_matter_to_a_reader() {
    let scratch = Scratch::new();
    for name in ["fcr-extract", "edits", "csenet-case"] {
        let mut text = std::fs::read(root().join(format!("layouts/{name}.csv"))).unwrap();
        // The same layout in other words: another digest.
        text.extend(b"\n");
        scratch.write(&format!("words/{name}.csv"), text);
    }
    let others = LayoutSet::load(Some(&scratch.path().join("words"))).unwrap();
    let responses = example("exact");
    write_run(&scratch, "run", &responses, &responses, &others);
    write_truth(&scratch);
    for reader in READERS {
        let ended = scratch.icr(reader);
        assert_eq!(
            ended.status, 0,
            "{reader}: {}{}",
            ended.stdout, ended.stderr
        );
    }
}
