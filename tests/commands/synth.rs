//! `icr synth`: what it invents is the same at any number of threads, has the rates of the
//! specification, passes the edits, and its truth is true.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use icr::synthetic::synth::member_ids;
use serde_json::Value;

fn icr(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_icr"))
        .args(arguments)
        .output()
        .unwrap()
}

fn succeed(arguments: &[&str]) -> String {
    let output = icr(arguments);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {stderr}");
    String::from_utf8(output.stdout).unwrap()
}

/// A folder that is removed at the end.
struct Scratch(tempfile::TempDir);

impl Scratch {
    fn new() -> Self {
        Scratch(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn synth(&self, name: &str, options: &[&str]) -> PathBuf {
        let out = self.path(name);
        succeed(&[&["synth", "--quiet", "--out", &out], options].concat());
        PathBuf::from(out)
    }

    /// Matches a synthetic world with all its files; gives the run folder and its summary.
    fn run(world: &Path, options: &[&str]) -> (PathBuf, Value) {
        let out = format!("{}.run", world.display());
        let misidentified = world.join("misidentified.txt");
        let (extracts, fcr) = (world.join("extracts"), world.join("fcr"));
        let mut all = vec!["match", "--quiet", "--run-date", "20261122", "--out", &out];
        all.extend(["--misidentified", misidentified.to_str().unwrap()]);
        if fcr.exists() {
            all.extend(["--fcr", fcr.to_str().unwrap()]);
        }
        all.extend(options);
        all.push(extracts.to_str().unwrap());
        succeed(&all);
        let summary = std::fs::read(Path::new(&out).join("summary.json")).unwrap();
        (
            PathBuf::from(out),
            serde_json::from_slice(&summary).unwrap(),
        )
    }

    fn score(world: &Path, run: &Path) -> Value {
        let truth = world.join("truth.csv");
        let text = succeed(&[
            "score",
            "--quiet",
            "--format",
            "json",
            "--truth",
            truth.to_str().unwrap(),
            run.to_str().unwrap(),
        ]);
        serde_json::from_str(&text).unwrap()
    }
}

/// Every file below a folder, with its bytes.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path
                    .strip_prefix(folder)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned();
                all.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    all
}

/// A record of an extract, by the columns of the specification's layouts.md, section 1.
struct Record(Vec<u8>);

impl Record {
    fn field(&self, first: usize, last: usize) -> &str {
        std::str::from_utf8(&self.0[first - 1..last])
            .unwrap()
            .trim_end()
    }
    fn case_id(&self) -> &str {
        self.field(1, 15)
    }
    fn ssn(&self) -> &str {
        self.field(24, 32)
    }
    fn member(&self) -> &str {
        self.field(33, 47)
    }
    fn participant(&self) -> &str {
        self.field(48, 49)
    }
    fn other_id(&self) -> &str {
        self.field(122, 136)
    }
    fn other_state(&self) -> &str {
        self.field(138, 139)
    }
    fn other_county(&self) -> &str {
        self.field(140, 142)
    }
    /// Participants of one family have numbers that differ in their last five bits.
    fn family(&self) -> u64 {
        let state = icr::formats::reference::State::from_fips(&self.0[16..18]).unwrap();
        member_ids::number_of(state, self.member().as_bytes()).unwrap() / 32
    }
}

/// The records of every file below `folder`, by state.
fn records(folder: &Path) -> BTreeMap<String, Vec<Record>> {
    let by_state = files(folder).into_iter().map(|(name, bytes)| {
        let lines = bytes
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty());
        (
            name.trim_end_matches(".txt").to_owned(),
            lines.map(|line| Record(line.to_vec())).collect(),
        )
    });
    by_state.collect()
}

struct Truth(Vec<Vec<String>>);

impl Truth {
    fn of(world: &Path) -> Self {
        let text = std::fs::read_to_string(world.join("truth.csv")).unwrap();
        let mut lines = text.lines();
        assert_eq!(
            lines.next(),
            Some(
                "state,case_id,other_state,other_case_id,counterpart_state,counterpart_case_id,planted,certain_codes"
            )
        );
        let rows: Vec<Vec<String>> = lines
            .map(|line| line.split(',').map(str::to_owned).collect())
            .collect();
        assert!(rows.iter().all(|row| row.len() == 8));
        Truth(rows)
    }
}

/// Whether a count of `all` draws is what a rate in percent gives, within five standard deviations.
fn is_about(count: usize, all: usize, percent: f64) -> bool {
    let (all, rate) = (all as f64, percent / 100.0);
    (count as f64 - all * rate).abs() <= 5.0 * (all * rate * (1.0 - rate)).sqrt() + 1.0
}

#[test]
fn the_same_options_give_the_same_files_at_any_number_of_threads() {
    let scratch = Scratch::new();
    let options = [
        "--cases",
        "9000",
        "--seed",
        "3",
        "--fcr-states",
        "WI,PA",
        "--threads",
    ];
    let one = files(&scratch.synth("1", &[&options[..], &["1"]].concat()));
    for threads in ["2", "7"] {
        let more = files(&scratch.synth(threads, &[&options[..], &[threads]].concat()));
        assert!(one == more, "{threads} threads");
    }
    assert!(one.contains_key("fcr/WI.txt") && !one.contains_key("extracts/WI.txt"));
    assert_eq!(
        one.keys()
            .filter(|name| name.starts_with("extracts/"))
            .count(),
        52
    );
    let other = files(&scratch.synth(
        "other",
        &["--cases", "9000", "--seed", "4", "--fcr-states", "WI,PA"],
    ));
    assert!(one["extracts/TX.txt"] != other["extracts/TX.txt"]);

    let manifest: Value = serde_json::from_slice(&one["manifest.json"]).unwrap();
    assert_eq!(manifest["schema"], "icr.manifest/1");
    assert_eq!(
        manifest["options"]["fcr_states"],
        serde_json::json!(["PA", "WI"])
    );
    for output in manifest["outputs"].as_array().unwrap() {
        let bytes = &one[output["name"].as_str().unwrap()];
        assert_eq!(output["bytes"], bytes.len());
    }
    assert_eq!(manifest["outputs"].as_array().unwrap().len(), one.len() - 1);
}

#[test]
fn without_noise_every_family_is_complete_on_both_sides_and_every_record_gets_00() {
    let scratch = Scratch::new();
    let world = scratch.synth("w", &["--cases", "4000", "--noise", "none"]);
    let mut people: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    let mut all = 0;
    for (state, records) in records(&world.join("extracts")) {
        for record in records {
            all += 1;
            let key = (
                state.clone(),
                format!("{}/{}", record.case_id(), record.other_state()),
            );
            people
                .entry(key)
                .or_default()
                .insert(record.ssn().to_owned());
        }
    }
    let fips: BTreeMap<&str, &str> = icr::formats::reference::State::all()
        .map(|s| (s.usps(), s.fips()))
        .collect();
    let truth = Truth::of(&world);
    assert_eq!(truth.0.len(), people.len());
    for row in &truth.0 {
        let [
            state,
            id,
            other,
            other_id,
            true_state,
            true_id,
            planted,
            codes,
        ] = &row[..]
        else {
            panic!()
        };
        assert_eq!((other, other_id), (true_state, true_id));
        assert_eq!((planted.as_str(), codes.as_str()), ("", "00"));
        let side = |s: &str, id: &str, other: &str| {
            &people[&(s.to_owned(), format!("{id}/{}", fips[other]))]
        };
        assert_eq!(side(state, id, other), side(other, other_id, state));
    }
    let (run, summary) = Scratch::run(&world, &[]);
    let run_of = |key: &str| &summary["run"][key];
    assert_eq!(run_of("records_by_code")["00"], all);
    assert_eq!(run_of("records")["returned"], all);
    assert_eq!(run_of("errors"), &serde_json::json!({}));
    assert_eq!(run_of("warnings"), &serde_json::json!({}));
    let score = Scratch::score(&world, &run);
    assert_eq!(
        (score["precision"].as_f64(), score["recall"].as_f64()),
        (Some(1.0), Some(1.0))
    );
    assert_eq!(score["cases"]["right"], truth.0.len());
    assert_eq!(score["certain_codes"]["wrong"], 0);
}

#[test]
fn national_noise_comes_at_the_rates_of_the_specification() {
    let scratch = Scratch::new();
    let world = scratch.synth("w", &["--cases", "20000", "--seed", "11"]);
    let truth = Truth::of(&world);
    let cases = truth.0.len();
    let with = |kind: &str| {
        truth
            .0
            .iter()
            .filter(|row| row[6].split('+').any(|name| name == kind))
            .count()
    };
    for (kind, percent) in [
        ("other-id-blank", 6.0),
        ("other-id-zeroes", 6.0),
        ("other-id-digit", 4.0),
        ("other-id-stale", 2.0),
        ("county-wrong", 5.0),
        ("county-zero", 10.0),
        ("county-blank", 3.0),
        ("case-missing", 8.0),
    ] {
        let count = with(kind);
        assert!(
            is_about(count, cases, percent),
            "{kind}: {count} of {cases}"
        );
    }
    // An action with a third state is not closed, and only one side of an action is overwritten,
    // none that shares its Case ID: up to a tenth of the cases cannot be befallen.
    for (kind, percent) in [("closed-both", 5.0), ("overwritten", 2.0)] {
        let count = with(kind);
        let near = is_about(count, cases, percent) || is_about(count, cases * 9 / 10, percent);
        assert!(near, "{kind}: {count} of {cases}");
    }
    // An action is closed on one side: on this one or on the other.
    let closed_one = with("closed-one") + with("closed-one@other");
    assert!(
        is_about(closed_one + closed_one / 12, cases, 8.0),
        "{closed_one} of {cases}"
    );

    let by_state = records(&world.join("extracts"));
    let records: Vec<&Record> = by_state.values().flatten().collect();
    let count = |finds: &dyn Fn(&Record) -> bool| records.iter().filter(|r| finds(r)).count();
    for (name, percent, found) in [
        (
            "ssn-missing",
            4.0,
            count(&|r| r.ssn().is_empty() || r.ssn() == "000000000"),
        ),
        (
            "birth-missing",
            2.0,
            count(&|r| r.field(113, 120).is_empty() || r.field(113, 120) == "00000000"),
        ),
        (
            "edit-failure",
            0.2,
            count(&|r| {
                r.0[0] == b' ' || r.field(50, 50) == "X" || r.participant() == "XX" || r.0[96] == 1
            }),
        ),
    ] {
        assert!(
            is_about(found, records.len(), percent),
            "{name}: {found} of {}",
            records.len()
        );
    }
    let placeholders = [
        "123456789",
        "999999999",
        "111111111",
        "078051120",
        "987654321",
    ];
    let found = count(&|r| placeholders.contains(&r.ssn()));
    assert!(
        is_about(found, records.len(), 0.4),
        "ssn-placeholder: {found}"
    );
    // Records of one case are alike in these, so that cases are counted, not records.
    let firsts: BTreeMap<(&str, &str, &str), &Record> = by_state
        .iter()
        .flat_map(|(state, records)| {
            records
                .iter()
                .map(move |r| ((state.as_str(), r.case_id(), r.other_state()), r))
        })
        .filter(|((_, id, _), _)| !id.starts_with(' '))
        .collect();
    let of_cases = |finds: &dyn Fn(&Record) -> bool| firsts.values().filter(|r| finds(r)).count();
    assert!(is_about(
        of_cases(&|r| r.other_id().is_empty()),
        firsts.len(),
        6.0
    ));
    assert!(is_about(
        of_cases(&|r| r.other_county() == "000"),
        firsts.len(),
        10.0
    ));
    assert!(is_about(
        of_cases(&|r| r.other_county().is_empty()),
        firsts.len(),
        3.0
    ));

    let (_, summary) = Scratch::run(&world, &[]);
    let errors: BTreeSet<&String> = summary["run"]["errors"]
        .as_object()
        .unwrap()
        .keys()
        .collect();
    assert_eq!(
        errors.into_iter().collect::<Vec<_>>(),
        ["E02", "E03", "E05", "E09"]
    );
    let spoilt: u64 = summary["run"]["errors"]
        .as_object()
        .unwrap()
        .values()
        .map(|n| n.as_u64().unwrap())
        .sum();
    assert_eq!(summary["run"]["records"]["rejected"], spoilt);
}

#[test]
fn families_are_as_large_and_their_numbers_as_dense_as_the_specification_says() {
    let scratch = Scratch::new();
    let world = scratch.synth("w", &["--cases", "20000", "--seed", "2", "--noise", "none"]);
    let by_state = records(&world.join("extracts"));
    let mut cases: BTreeMap<(&str, &str, &str), (usize, usize)> = BTreeMap::new();
    let (mut putative, mut obligors) = (0, 0);
    for (state, records) in &by_state {
        for record in records {
            let case = cases
                .entry((state, record.case_id(), record.other_state()))
                .or_default();
            match record.participant() {
                "CH" => case.1 += 1,
                _ => case.0 += 1,
            }
            putative += usize::from(record.participant() == "PF");
            obligors += usize::from(matches!(record.participant(), "PF" | "NP"));
        }
    }
    let adults: BTreeSet<usize> = cases.values().map(|case| case.0).collect();
    let children: BTreeSet<usize> = cases.values().map(|case| case.1).collect();
    assert_eq!(adults, BTreeSet::from([0, 1, 2, 3]));
    assert_eq!(children, BTreeSet::from([1, 2, 3, 4, 5, 6]));
    // Both sides have the same people, so that half as many draws were made.
    assert!(
        is_about(putative / 2, obligors / 2, 100.0 / 15.0),
        "{putative} of {obligors}"
    );
    // 1,000,000 families are about 2 million cases and 7 million records.
    let all: usize = by_state.values().map(Vec::len).sum();
    assert!((38_000..46_000).contains(&cases.len()), "{}", cases.len());
    assert!((130_000..160_000).contains(&all), "{all}");
    // A few states hold a fifth of all.
    let three: usize = ["TX", "CA", "OH"]
        .iter()
        .map(|state| by_state[*state].len())
        .sum();
    assert!(three * 5 > all && three * 3 < all, "{three} of {all}");
    // Numbers follow each other without a gap in at least half of the states.
    let dense = by_state.values().filter(|records| {
        let digits = |r: &Record| {
            r.case_id()
                .trim_start_matches(|c: char| c.is_ascii_alphabetic())
                .parse::<u64>()
                .unwrap()
        };
        let numbers: BTreeSet<u64> = records.iter().map(digits).collect();
        numbers.last().unwrap() - numbers.first().unwrap() + 1 == numbers.len() as u64
    });
    assert!(dense.count() * 2 >= by_state.len());
    // Custody changes, half-siblings, two actions under one Case ID.
    let mut by_family: BTreeMap<(&str, u64), BTreeSet<&str>> = BTreeMap::new();
    let mut by_id: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for (state, records) in &by_state {
        for record in records {
            by_family
                .entry((state, record.family()))
                .or_default()
                .insert(record.case_id());
            by_id
                .entry((state, record.case_id()))
                .or_default()
                .insert(record.other_state());
        }
    }
    assert!(by_family.values().any(|ids| ids.len() == 2));
    assert!(by_id.values().any(|states| states.len() == 2));
}

#[test]
fn a_mistyped_case_id_usually_exists() {
    let scratch = Scratch::new();
    let world = scratch.synth("w", &["--cases", "20000", "--seed", "8"]);
    let by_state = records(&world.join("extracts"));
    let ids: BTreeSet<(&str, &str)> = by_state
        .iter()
        .flat_map(|(state, records)| records.iter().map(move |r| (state.as_str(), r.case_id())))
        .collect();
    let truth = Truth::of(&world);
    let mistyped: Vec<_> = truth
        .0
        .iter()
        .filter(|row| row[6].split('+').any(|name| name == "other-id-digit"))
        .collect();
    let exist = mistyped
        .iter()
        .filter(|row| ids.contains(&(row[2].as_str(), row[3].as_str())))
        .count();
    assert!(
        exist * 3 > mistyped.len() * 2 && exist < mistyped.len(),
        "{exist} of {}",
        mistyped.len()
    );
}

#[test]
fn the_true_counterpart_is_of_the_same_family_and_blank_only_where_that_was_planted() {
    let scratch = Scratch::new();
    let world = scratch.synth(
        "w",
        &["--cases", "8000", "--seed", "5", "--fcr-states", "OH"],
    );
    let mut families: BTreeMap<(String, String), u64> = BTreeMap::new();
    for folder in ["extracts", "fcr"] {
        for (state, records) in records(&world.join(folder)) {
            for record in records.iter().filter(|r| r.0[0] != b' ') {
                let family = families
                    .entry((state.clone(), record.case_id().to_owned()))
                    .or_insert(record.family());
                assert_eq!(*family, record.family());
            }
        }
    }
    let truth = Truth::of(&world);
    for row in &truth.0 {
        let [
            state,
            id,
            other,
            other_id,
            true_state,
            true_id,
            planted,
            codes,
        ] = &row[..]
        else {
            panic!()
        };
        let kinds: Vec<&str> = planted.split('+').collect();
        if true_state.is_empty() {
            assert!(kinds.contains(&"case-missing"), "{row:?}");
        } else {
            assert_eq!(other, true_state);
            let family = |state: &String, id: &String| families[&(state.clone(), id.clone())];
            assert_eq!(family(state, id), family(true_state, true_id));
            let spoilt = [
                "other-id-blank",
                "other-id-zeroes",
                "other-id-digit",
                "other-id-stale",
            ];
            assert_eq!(
                other_id == true_id,
                !spoilt.iter().any(|kind| kinds.contains(kind)),
                "{row:?}"
            );
        }
        if planted.is_empty() {
            assert_eq!(codes, "00", "{row:?}");
        }
    }
}

/// Runs a world and makes sure that no certain code is contradicted and that all is right where
/// nothing was planted.
fn agrees(scratch: &Scratch, name: &str, options: &[&str]) -> Value {
    let world = scratch.synth(name, options);
    let (run, _) = Scratch::run(&world, &["--max-rejects", "100"]);
    let score = Scratch::score(&world, &run);
    assert_eq!(
        score["certain_codes"]["wrong"], 0,
        "{name}: {:#}",
        score["examples"]
    );
    assert_eq!(score["certain_codes"]["beyond"], 0, "{name}");
    assert!(
        score["certain_codes"]["cases"].as_u64() > Some(100),
        "{name}"
    );
    let clean = &score["clean"];
    assert!(clean["right"].as_u64() > Some(0), "{name}");
    for verdict in ["wrong", "stray", "missed", "rightly_none"] {
        assert_eq!(clean[verdict], 0, "{name}");
    }
    assert_eq!(score["unknown"], 0, "{name}");
    score
}

#[test]
fn no_certain_code_is_contradicted_by_any_single_kind_of_noise() {
    let scratch = Scratch::new();
    for (place, kind) in icr::synthetic::synth::Kind::ALL.into_iter().enumerate() {
        let name = kind.name();
        let profile = scratch.path(&format!("{name}.toml"));
        std::fs::write(&profile, format!("{name} = 20\n")).unwrap();
        let seed = (place + 1).to_string();
        let mut options = vec!["--cases", "2000", "--seed", &seed, "--noise", &profile];
        options.extend(["--states", "TX,CA,OH,NY,CT", "--fcr-states", "NY"]);
        agrees(&scratch, name, &options);
    }
    let options = ["--cases", "6000", "--seed", "24", "--noise", "adverse"];
    agrees(&scratch, "adverse", &options);
}

#[test]
fn no_certain_code_is_contradicted_by_all_noise_together() {
    let scratch = Scratch::new();
    for (name, noise, seed) in [
        ("a", "national", "21"),
        ("b", "harsh", "22"),
        ("c", "light", "23"),
    ] {
        let options = [
            "--cases",
            "6000",
            "--seed",
            seed,
            "--fcr-states",
            "PA,WI",
            "--noise",
            noise,
        ];
        let score = agrees(&scratch, name, &options);
        let figure = |name: &str| score[name].as_f64().unwrap();
        let (precision, recall) = (
            figure("precision_nobody_apart"),
            figure("recall_nobody_apart"),
        );
        assert!(precision > 0.97 && precision <= 1.0, "{noise}: {precision}");
        assert!(recall > 0.95 && recall <= 1.0, "{noise}: {recall}");
        // Strangers' Case IDs cost more than all the rest.
        assert!(
            figure("precision") > 0.8 && figure("precision") < precision,
            "{noise}"
        );
        assert!(
            figure("recall") > 0.8 && figure("recall") < recall,
            "{noise}"
        );
    }
}

/// The place of a record's person in the family, and the family.
fn person(record: &Record) -> (u64, u64) {
    let state = icr::formats::reference::State::from_fips(&record.0[16..18]).unwrap();
    let number = member_ids::number_of(state, record.member().as_bytes()).unwrap();
    (number / 32, number % 16)
}

#[test]
fn every_record_of_an_extract_is_told_its_persons_record_in_the_counterpart() {
    let scratch = Scratch::new();
    for noise in ["national", "adverse"] {
        let options = ["--cases", "3000", "--fcr-states", "OH,PA", "--noise", noise];
        let world = scratch.synth(noise, &options);
        let mut all = records(&world.join("extracts"));
        let submitted: usize = all.values().map(Vec::len).sum();
        all.extend(records(&world.join("fcr")));
        let truth: BTreeMap<Vec<String>, Vec<String>> = Truth::of(&world)
            .0
            .into_iter()
            .map(|row| (row[..4].to_vec(), row))
            .collect();
        let accepted = |r: &Record| {
            r.0[0] != b' ' && r.field(50, 50) != "X" && r.participant() != "XX" && r.0[96] != 1
        };
        let text = std::fs::read_to_string(world.join("truth-participants.csv")).unwrap();
        let mut lines = text.lines();
        let head = "state,case_id,other_state,other_case_id,record,counterpart_record";
        assert_eq!(lines.next(), Some(head));
        let (mut seen, mut found) = (BTreeSet::new(), 0);
        for line in lines {
            let cells: Vec<String> = line.split(',').map(str::to_owned).collect();
            let row = &truth[&cells[..4]];
            let number: usize = cells[4].parse().unwrap();
            assert!(seen.insert((cells[0].clone(), number)), "{line}");
            let record = &all[&cells[0]][number - 1];
            assert!(
                record.0[0] == b' ' || record.case_id() == cells[1],
                "{line}"
            );
            if let Ok(place) = cells[5].parse::<usize>() {
                let theirs = &all[&row[4]][place - 1];
                assert_eq!(theirs.case_id(), row[5], "{line}");
                assert_eq!(person(theirs), person(record), "{line}");
                assert!(accepted(theirs), "{line}");
                found += 1;
            } else if !row[4].is_empty() {
                let mut theirs = case_of(&all, (&row[4], &row[5]), &cells[0]).into_iter();
                let is_there = |r: &Record| accepted(r) && person(r) == person(record);
                assert!(!theirs.any(is_there), "{line}");
            }
        }
        assert_eq!(seen.len(), submitted);
        assert!(found * 10 > submitted * 7, "{found} of {submitted}");
    }
}

#[test]
fn adverse_noise_has_every_kind_and_the_other_profiles_none_that_is_its_own() {
    let scratch = Scratch::new();
    let planted = |noise: &str| -> BTreeMap<String, u64> {
        let world = scratch.synth(noise, &["--cases", "8000", "--noise", noise]);
        let manifest: Value =
            serde_json::from_slice(&std::fs::read(world.join("manifest.json")).unwrap()).unwrap();
        serde_json::from_value(manifest["totals"]["planted"].clone()).unwrap()
    };
    let (adverse, harsh) = (planted("adverse"), planted("harsh"));
    for kind in icr::synthetic::synth::Kind::ALL {
        let name = kind.name();
        // Marks of family violence stand in registry files alone.
        let is_planted = name != "family-violence";
        assert_eq!(adverse[name] > 0, is_planted, "{name}");
        let own = kind > icr::synthetic::synth::Kind::FamilyViolence;
        assert_eq!(harsh[name] > 0, is_planted && !own, "{name}");
    }
}

#[test]
fn a_stale_case_id_is_that_of_the_same_parents_other_case() {
    let scratch = Scratch::new();
    let profile = "second-family = 50\nother-id-family = 50\n";
    let (all, truth) = invent(&scratch, "3000", profile);
    let planted = |row: &&Vec<String>| row[6].split('+').any(|kind| kind == "other-id-family");
    let stale: Vec<&Vec<String>> = truth.0.iter().filter(planted).collect();
    assert!(stale.len() > 300, "{}", stale.len());
    for row in stale {
        assert_ne!(row[3], row[5], "{row:?}");
        let family = |records: Vec<&Record>| records[0].family();
        let named = family(case_of(&all, (&row[2], &row[3]), &row[0]));
        let own = family(case_of(&all, (&row[0], &row[1]), &row[2]));
        assert_eq!(named, own, "{row:?}");
    }
}

#[test]
fn a_case_that_was_opened_again_stands_beside_its_former_self_which_is_closed() {
    let scratch = Scratch::new();
    let (all, truth) = invent(&scratch, "3000", "reopened = 20\n");
    let mut to_the_former = 0;
    for row in &truth.0 {
        let named = case_of(&all, (&row[2], &row[3]), &row[0]);
        let counterpart = case_of(&all, (&row[4], &row[5]), &row[0]);
        if row[3] != row[5] {
            to_the_former += 1;
            assert!(named.iter().all(|r| r.field(50, 50) == "C"), "{row:?}");
            let members = |records: &[&Record]| -> BTreeSet<String> {
                records.iter().map(|r| r.member().to_owned()).collect()
            };
            assert_eq!(members(&named), members(&counterpart), "{row:?}");
        }
    }
    // Of two cases one is opened again in 36 of 100, and four of five still name the former.
    let about = truth.0.len() / 8;
    assert!(
        to_the_former > about,
        "{to_the_former} of {}",
        truth.0.len()
    );
}

/// The digest of the files that a named profile makes of one seed: results that were published rest
/// on them, so that they must not change.
#[test]
fn profiles_make_the_files_that_they_always_made() {
    let scratch = Scratch::new();
    for (noise, expected) in [
        ("national", "fa77954a9087fc55"),
        ("harsh", "a6607340049eb37d"),
        ("none", "ba49a5ed7f6c80ca"),
    ] {
        let options = [
            "--cases",
            "4000",
            "--seed",
            "5",
            "--fcr-states",
            "PA,WI",
            "--noise",
        ];
        let world = files(&scratch.synth(noise, &[&options[..], &[noise]].concat()));
        let mut digest = 0xcbf2_9ce4_8422_2325_u64;
        for (name, bytes) in &world {
            if name != "manifest.json" && name != "truth-participants.csv" {
                for byte in name.bytes().chain(bytes.iter().copied()) {
                    digest = (digest ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
                }
            }
        }
        assert_eq!(format!("{digest:016x}"), expected, "{noise}");
    }
}

#[test]
fn each_state_gives_its_participants_member_ids_of_its_own() {
    let scratch = Scratch::new();
    let profile = "ssn-misidentified = 10\nlisted-twice = 5\n";
    let (all, _) = invent(&scratch, "3000", profile);
    // By Member ID its state; by state and SSN, of one in only one state's file, their Member IDs.
    let mut states: BTreeMap<&str, &str> = BTreeMap::new();
    let mut persons: BTreeMap<&str, BTreeMap<&str, BTreeSet<&str>>> = BTreeMap::new();
    for (state, records) in &all {
        for record in records {
            assert_eq!(states.entry(record.member()).or_insert(state), state);
            let of_person = persons.entry(record.ssn()).or_default();
            of_person.entry(state).or_default().insert(record.member());
        }
    }
    assert!(persons.values().filter(|ids| ids.len() > 1).count() > 5000);
    // One in each of a state's cases, or two where somebody is listed twice.
    let of_states = || persons.values().flat_map(BTreeMap::values);
    assert!(of_states().all(|ids| ids.len() <= 2));
    assert!(of_states().filter(|ids| ids.len() == 1).count() > 10_000);
    let misidentified = std::fs::read_to_string(scratch.path("w/misidentified.txt")).unwrap();
    assert!(misidentified.lines().count() > 1000);
    for line in misidentified.lines() {
        let state = icr::formats::reference::State::from_fips(&line.as_bytes()[..2]).unwrap();
        let (member, ssn) = (line[2..17].trim_end(), &line[17..26]);
        assert!(persons[ssn][state.usps()].contains(member), "{line}");
    }
}

#[test]
fn the_state_that_overwrites_an_action_is_of_the_list_where_it_has_three() {
    let scratch = Scratch::new();
    let profile = scratch.path("overwritten.toml");
    std::fs::write(&profile, "overwritten = 30\n").unwrap();
    let lists: [(&str, &[&str]); 3] = [
        ("3", &["--states", "CA,NY,TX"]),
        ("fcr", &["--states", "CA,NY", "--fcr-states", "OH"]),
        ("2", &["--states", "CA,NY"]),
    ];
    for (name, states) in lists {
        let options = ["--cases", "1500", "--noise", &profile];
        let world = scratch.synth(name, &[&options[..], states].concat());
        let truth = Truth::of(&world);
        let rows = truth.0.iter();
        let overwritten: Vec<_> = rows.filter(|row| row[6] == "overwritten").collect();
        assert!(overwritten.len() > 300, "{name}: {}", overwritten.len());
        // With two states alone the third is of none, and has no file.
        let has_counterpart = name != "2";
        for row in overwritten {
            let is_listed = states[1..]
                .iter()
                .any(|list| list.contains(row[2].as_str()));
            assert_eq!(is_listed, has_counterpart, "{name}: {row:?}");
            assert_eq!(!row[4].is_empty(), has_counterpart, "{name}: {row:?}");
            assert!(has_counterpart || row[7].is_empty(), "{name}: {row:?}");
        }
        let (run, _) = Scratch::run(&world, &[]);
        let score = Scratch::score(&world, &run);
        let certain = &score["certain_codes"];
        assert_eq!(
            (&certain["wrong"], &certain["beyond"]),
            (&0.into(), &0.into()),
            "{name}"
        );
        assert_eq!(certain["not_returned"], 0, "{name}");
    }
}

/// What a profile of these lines invents; the records of all its cases, and the truth.
fn invent(scratch: &Scratch, cases: &str, profile: &str) -> (BTreeMap<String, Vec<Record>>, Truth) {
    let file = scratch.path("noise.toml");
    std::fs::write(&file, profile).unwrap();
    let options = ["--cases", cases, "--noise", &file, "--fcr-states", "OH,PA"];
    let world = scratch.synth("w", &options);
    let mut all = records(&world.join("extracts"));
    all.extend(records(&world.join("fcr")));
    (all, Truth::of(&world))
}

/// The records of a case: those of the action that names `other`, if one does.
fn case_of<'a>(
    all: &'a BTreeMap<String, Vec<Record>>,
    (state, id): (&str, &str),
    other: &str,
) -> Vec<&'a Record> {
    let fips = icr::formats::reference::State::from_usps(other)
        .unwrap()
        .fips();
    let of_case = all[state].iter().filter(|record| record.case_id() == id);
    let (named, rest): (Vec<_>, Vec<_>) = of_case.partition(|r| r.other_state() == fips);
    if named.is_empty() { rest } else { named }
}

#[test]
fn closures_are_planted_as_the_two_cases_stand() {
    let scratch = Scratch::new();
    let profile = "closed-one = 20\nclosed-both = 20\noverwritten = 20\n";
    let (all, truth) = invent(&scratch, "3000", profile);
    let is_open = |state: &str, id: &str, other: &str| {
        case_of(&all, (state, id), other)[0].field(50, 50) == "O"
    };
    let mut overwritten = 0;
    for row in truth.0.iter().filter(|row| !row[4].is_empty()) {
        let kinds: BTreeSet<&str> = row[6].split('+').collect();
        let closed: Vec<&str> = kinds
            .iter()
            .filter(|kind| kind.starts_with("closed"))
            .copied()
            .collect();
        let ours = is_open(&row[0], &row[1], &row[2]);
        let theirs = is_open(&row[4], &row[5], &row[0]);
        let expected: &[&str] = match (ours, theirs) {
            (true, true) => &[],
            (false, true) => &["closed-one"],
            (false, false) => &["closed-both"],
            // Their action with the state that overwrote ours may be closed on both sides.
            (true, false) if kinds.contains("overwritten@other") => {
                overwritten += 1;
                if kinds.contains("closed-both@other") {
                    &["closed-both@other"]
                } else {
                    &["closed-one@other"]
                }
            }
            (true, false) => &["closed-one@other"],
        };
        assert_eq!(closed, expected, "{row:?}");
    }
    assert!(overwritten > 50, "{overwritten}");
}

#[test]
fn a_participant_is_missing_only_where_the_other_case_has_them() {
    let scratch = Scratch::new();
    let (all, truth) = invent(&scratch, "3000", "participant-missing = 25\n");
    let (mut missing, mut alike) = (0, 0);
    for row in truth.0.iter().filter(|row| !row[4].is_empty()) {
        let people = |state: &str, id: &str, other: &str| -> BTreeSet<String> {
            let records = case_of(&all, (state, id), other);
            records.iter().map(|r| r.ssn().to_owned()).collect()
        };
        let (ours, theirs) = (
            people(&row[0], &row[1], &row[2]),
            people(&row[4], &row[5], &row[0]),
        );
        let kinds: Vec<&str> = row[6].split('+').collect();
        for (kind, expected) in [
            ("participant-missing", ours.difference(&theirs).count() > 0),
            (
                "participant-missing@other",
                theirs.difference(&ours).count() > 0,
            ),
        ] {
            assert_eq!(kinds.contains(&kind), expected, "{row:?}");
            missing += usize::from(expected);
        }
        alike += usize::from(ours == theirs);
    }
    assert!(missing > 1000 && alike > 1000, "{missing}, {alike}");
}

#[test]
fn no_code_is_certain_where_the_other_state_is_left_without_a_file() {
    let scratch = Scratch::new();
    let all_but_texas: Vec<&str> = icr::formats::reference::State::all()
        .map(icr::formats::reference::State::usps)
        .filter(|&usps| usps != "TX")
        .collect();
    let fcr_states = all_but_texas.join(",");
    let mut absent = 0;
    for seed in 1..=6 {
        let seed = seed.to_string();
        for (name, more) in [
            ("all", &[][..]),
            ("fcr", &["--fcr-states", &fcr_states][..]),
        ] {
            let name = format!("{name}{seed}");
            let options = ["--cases", "60", "--seed", &seed];
            let world = scratch.synth(&name, &[&options[..], more].concat());
            let folders = [world.join("extracts"), world.join("fcr")];
            let sent: BTreeSet<String> = folders
                .iter()
                .filter(|folder| folder.exists())
                .flat_map(|folder| records(folder).into_keys())
                .collect();
            for row in Truth::of(&world).0 {
                if !sent.contains(&row[2]) {
                    absent += 1;
                    assert_eq!(row[7], "", "{row:?}");
                }
            }
            // Of so few records a spoilt one is many.
            let (run, summary) = Scratch::run(&world, &["--max-rejects", "100"]);
            let score = Scratch::score(&world, &run);
            let certain = &score["certain_codes"];
            assert_eq!(
                (
                    &certain["wrong"],
                    &certain["beyond"],
                    &certain["not_returned"]
                ),
                (&0.into(), &0.into(), &0.into()),
                "{name}"
            );
            assert_eq!(
                score["nobody_matched"],
                summary["run"]["cases_nobody_matched"]
            );
        }
    }
    assert!(absent > 10, "{absent}");
}

#[test]
fn unusable_options_are_refused_with_status_2_and_nothing_appears() {
    let scratch = Scratch::new();
    let out = scratch.path("w");
    let profile = scratch.path("p.toml");
    std::fs::write(&profile, "ssn-missing = 4\nssn-lost = 1\n").unwrap();
    for (options, part) in [
        (
            &["--cases", "10", "--noise", &profile][..],
            "p.toml, line 2: `ssn-lost` is no kind of noise",
        ),
        (
            &["--cases", "10", "--noise", "wild"],
            "neither a noise profile",
        ),
        (
            &["--cases", "10", "--states", "TX,XX"],
            "`XX` is no USPS code",
        ),
        (&["--cases", "10", "--states", "TX"], "needs two states"),
        (
            &[
                "--cases",
                "10",
                "--states",
                "TX,CA",
                "--fcr-states",
                "TX,CA",
            ],
            "needs two states",
        ),
        (&["--cases", "0"], "0"),
        (&["--cases", "10", "--registry"], "--registry"),
    ] {
        let output = icr(&[&["synth", "--out", &out], options].concat());
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{options:?}: {stderr}");
        assert!(stderr.contains(part), "{options:?}: {stderr}");
        assert!(!Path::new(&out).exists());
    }
}
