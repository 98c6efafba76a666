//! Leads: what `icr match --leads` writes beside the responses, that it is the same however the run is
//! made, that nothing withheld becomes a lead, and that shares hold on data that they were not measured
//! on.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::support::{files, icr, scratch};
use icr::Exit;
use serde_json::Value;

const HEAD: &str =
    "case_id,other_state,other_case_id,why,rank,lead_case_id,evidence,against,share_right,trials";

fn succeed(arguments: &[&str]) -> String {
    let (exit, printed) = icr(arguments);
    assert!(matches!(exit, Ok(Exit::Success)), "{arguments:?}: {exit:?}");
    printed
}

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).to_str().unwrap().to_owned()
}

/// An invented world in a folder.
fn invent(folder: &Path, options: &[&str]) {
    let out = path(folder, "world");
    succeed(&[&["synth", "--quiet", "--out", &out], options].concat());
}

/// Matches the world with leads.
fn run(folder: &Path, out: &str, options: &[&str]) {
    let (world, out) = (folder.join("world"), path(folder, out));
    let (misidentified, fcr) = (path(&world, "misidentified.txt"), path(&world, "fcr"));
    let extracts = path(&world, "extracts");
    let mut all = vec!["match", "--quiet", "--run-date", "20261122", "--leads"];
    all.extend(["--misidentified", &misidentified, "--out", &out]);
    if Path::new(&fcr).exists() {
        all.extend(["--fcr", &fcr]);
    }
    all.extend(options);
    all.push(&extracts);
    succeed(&all);
}

/// The leads files as text, by name.
fn leads(folder: &Path, out: &str) -> BTreeMap<String, String> {
    let all = files(&folder.join(out).join("leads")).into_iter();
    all.map(|(name, bytes)| (name, String::from_utf8(bytes).unwrap()))
        .collect()
}

#[test]
fn leads_stand_beside_responses_that_are_the_same_without_them() {
    let scratch = scratch();
    let folder = scratch.path();
    let options = [
        "--cases",
        "3000",
        "--noise",
        "adverse",
        "--fcr-states",
        "OH,PA",
    ];
    invent(folder, &options);
    run(folder, "one", &["--threads", "1"]);
    run(folder, "two", &["--threads", "2"]);
    let one = leads(folder, "one");
    assert_eq!(one, leads(folder, "two"));
    // A file for each state that submitted, and for no other.
    let responses = files(&folder.join("one/responses"));
    let states = |names: Vec<&String>| -> BTreeSet<String> {
        names.into_iter().map(|name| name[..2].to_owned()).collect()
    };
    assert_eq!(
        states(one.keys().collect()),
        states(responses.keys().collect())
    );
    assert!(!one.contains_key("OH.csv"));
    let world = folder.join("world");
    let without = path(folder, "without");
    let arguments = [
        "match",
        "--quiet",
        "--run-date",
        "20261122",
        "--misidentified",
        &path(&world, "misidentified.txt"),
        "--fcr",
        &path(&world, "fcr"),
        "--out",
        &without,
        &path(&world, "extracts"),
    ]
    .map(str::to_owned);
    succeed(&arguments.each_ref().map(String::as_str));
    assert_eq!(responses, files(&folder.join("without/responses")));
    assert!(!folder.join("without/leads").exists());
    // The manifest lists them, and verify covers them.
    succeed(&["verify", "--quiet", &path(folder, "one")]);
    let manifest: Value =
        serde_json::from_slice(&std::fs::read(folder.join("one/manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["options"]["leads"], true);
    let listed = manifest["outputs"].as_array().unwrap();
    assert!(listed.iter().any(|output| output["name"] == "leads/TX.csv"));
    let file = folder.join("one/leads/TX.csv");
    let changed = std::fs::read_to_string(&file)
        .unwrap()
        .replacen(",1,", ",2,", 1);
    std::fs::write(&file, changed).unwrap();
    let (exit, told) = icr(&["verify", "--quiet", &path(folder, "one")]);
    assert!(matches!(exit, Ok(Exit::Findings)), "{exit:?}");
    assert!(told.contains("leads/TX.csv"), "{told}");
}

#[test]
fn a_leads_file_has_the_columns_of_the_contract_and_no_persons_data() {
    let scratch = scratch();
    let folder = scratch.path();
    invent(folder, &["--cases", "4000", "--noise", "adverse"]);
    run(folder, "run", &[]);
    let names: BTreeSet<&str> = icr::engine::leads::Evidence::ALL
        .iter()
        .map(|piece| piece.name())
        .collect();
    let mut whys = BTreeSet::new();
    for (name, text) in leads(folder, "run") {
        let extract = std::fs::read_to_string(
            folder
                .join("world/extracts")
                .join(format!("{}.txt", &name[..2])),
        );
        let extract = extract.unwrap_or_default();
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some(HEAD), "{name}");
        let (mut last, mut order) = (String::new(), 0);
        for line in lines {
            let cells: Vec<&str> = line.split(',').collect();
            assert_eq!(cells.len(), 10, "{line}");
            whys.insert(cells[3].to_owned());
            let rank: u32 = cells[4].parse().unwrap();
            let key = cells[..3].join(",");
            if rank == 1 {
                assert_ne!(key, last, "{line}");
                // In the order of the state's cases.
                if let Some(at) = extract.find(&format!("\n{:<15}", cells[0])) {
                    assert!(at >= order, "{name}: {line}");
                    order = at;
                }
            } else {
                assert_eq!((&key, rank), (&last, rank), "{line}");
            }
            assert!((1..=3).contains(&rank), "{line}");
            last = key;
            for piece in cells[6].split('+').chain(cells[7].split('+')) {
                assert!(piece.is_empty() || names.contains(piece), "{line}");
            }
            assert!(!cells[6].is_empty(), "something speaks for it: {line}");
            let share: f64 = cells[8].parse().unwrap();
            assert!((0.0..=1.0).contains(&share), "{line}");
            assert!(cells[9].parse::<u64>().unwrap() > 0, "{line}");
        }
    }
    let all = ["doubtful", "nobody-matched", "not-found"].map(str::to_owned);
    assert_eq!(whys, BTreeSet::from(all));
}

#[test]
fn the_order_of_files_and_of_records_decides_no_lead() {
    let scratch = scratch();
    let folder = scratch.path();
    invent(
        folder,
        &[
            "--cases", "1500", "--noise", "adverse", "--states", "TX,CA,NY",
        ],
    );
    run(folder, "run", &[]);
    // The records of each case in the opposite order; the cases stay where they are.
    let extracts = folder.join("world/extracts");
    let mut sorted: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, text) in leads(folder, "run") {
        sorted.insert(name, text.lines().map(str::to_owned).collect());
    }
    for (name, bytes) in files(&extracts) {
        let mut records: Vec<&[u8]> = bytes
            .split(|&b| b == b'\n')
            .filter(|r| !r.is_empty())
            .collect();
        for case in
            records.chunk_by_mut(|a, b| (&a[..15], &a[121..139]) == (&b[..15], &b[121..139]))
        {
            case.reverse();
        }
        let mut turned = records.join(&b'\n');
        turned.push(b'\n');
        std::fs::write(extracts.join(name), turned).unwrap();
    }
    run(folder, "turned", &[]);
    for (name, text) in leads(folder, "turned") {
        let lines: BTreeSet<String> = text.lines().map(str::to_owned).collect();
        assert_eq!(lines, sorted[&name], "{name}");
    }
}

/// The score of a run with leads.
fn score(folder: &Path, out: &str) -> Value {
    let truth = path(&folder.join("world"), "truth.csv");
    let arguments = ["score", "--quiet", "--format", "json", "--truth", &truth];
    let out = path(folder, out);
    serde_json::from_str(&succeed(&[&arguments[..], &[&out]].concat())).unwrap()
}

#[test]
fn the_true_counterpart_is_the_first_lead_and_shares_hold_on_other_data() {
    let mine = "base = \"national\"\nsurname-changed = 8\nssn-missing = 12\nother-id-stale = 8\nother-id-family = 40\nsecond-family = 25\n";
    for (noise, seed, least) in [
        ("national", "901", 0.98),
        ("harsh", "902", 0.97),
        ("adverse", "903", 0.95),
        ("mine", "904", 0.95),
    ] {
        let scratch = scratch();
        let folder = scratch.path();
        let profile = if noise == "mine" {
            std::fs::write(folder.join("noise.toml"), mine).unwrap();
            path(folder, "noise.toml")
        } else {
            noise.to_owned()
        };
        invent(
            folder,
            &["--cases", "12000", "--seed", seed, "--noise", &profile],
        );
        run(folder, "run", &[]);
        let score = score(folder, "run");
        let leads = &score["leads"];
        assert!(leads["findable"].as_u64() > Some(500), "{noise}");
        let first = leads["first_share"].as_f64().unwrap();
        assert!(first >= least, "{noise}: {first}");
        let (mut right, mut all) = (0, 0);
        for bin in leads["reliability"].as_array().unwrap() {
            if bin["from"].as_f64() >= Some(0.999) {
                right += bin["right"].as_u64().unwrap();
                all += bin["leads"].as_u64().unwrap();
            }
        }
        assert!(all > 500, "{noise}: {all}");
        let wrong = all - right;
        assert!(wrong * 1000 <= all + 1000, "{noise}: {wrong} of {all}");
    }
}

/// Enough states that an action is never overwritten by one with a state in which the family has a case.
const STATES: &str = "CA,FL,IL,MI,NY,OH,PA,TX";

/// A record of an extract.
#[allow(clippy::too_many_arguments, reason = "a record has many fields")]
fn record(
    (case, state): (&str, &str),
    (other, other_state): (&str, &str),
    kind: &str,
    (last, first): (&str, &str),
    ssn: &str,
    birth: &str,
    member: &str,
) -> String {
    let mut bytes = vec![b' '; 241];
    let mut put = |first: usize, text: &str| {
        bytes[first - 1..first - 1 + text.len()].copy_from_slice(text.as_bytes());
    };
    put(1, case);
    put(17, &format!("{state}001"));
    put(24, ssn);
    put(33, member);
    put(48, kind);
    put(50, "O");
    put(51, last);
    put(81, first);
    put(113, birth);
    put(121, "I");
    put(122, other);
    put(138, &format!("{other_state}001"));
    String::from_utf8(bytes).unwrap() + "\n"
}

/// Two states' extracts of one case each, whose people share what is given.
fn pair(folder: &Path, mine: [(&str, &str); 2], theirs: [(&str, &str); 2], names: [&str; 2]) {
    std::fs::create_dir_all(folder.join("world/extracts")).unwrap();
    let case = |(case, state, other): (&str, &str, &str),
                people: [(&str, &str); 2],
                named: &str,
                name: &str| {
        let ids = ((case, state), (named, other));
        let [cp, child] = people;
        record(ids.0, ids.1, "CP", (name, "ANNA"), cp.0, cp.1, "M1")
            + &record(ids.0, ids.1, "CH", (name, "BEN"), child.0, child.1, "M2")
    };
    let filler = |state: &str, other: &str| {
        record(
            ("F1", state),
            ("F9", other),
            "CP",
            ("OTHER", "PERSON"),
            "512345678",
            "19700303",
            "M9",
        )
    };
    let tx = case(("T1", "48", "06"), mine, "", names[0]) + &filler("48", "06");
    let ca = case(("C1", "06", "48"), theirs, "X9", names[1]) + &filler("06", "48");
    std::fs::write(folder.join("world/extracts/TX.txt"), tx).unwrap();
    std::fs::write(folder.join("world/extracts/CA.txt"), ca).unwrap();
    std::fs::write(folder.join("world/misidentified.txt"), "").unwrap();
}

/// Of a large case not all participants are compared; which are does not depend on where they stand.
#[test]
fn the_order_of_a_large_cases_records_decides_no_lead() {
    let scratch = scratch();
    let folder = scratch.path();
    let (mother, none) = (("412345678", "19800101"), ("         ", "        "));
    pair(folder, [mother, none], [mother, none], ["BYRNE", "CASTRO"]);
    let path = folder.join("world/extracts/CA.txt");
    let mut records: Vec<String> = std::fs::read_to_string(&path)
        .unwrap()
        .split_inclusive('\n')
        .map(str::to_owned)
        .collect();
    let filler = records.pop().unwrap();
    for number in 0..200 {
        let (ssn, birth) = match number % 2 {
            0 => (format!("5{number:03}54321"), "19991231"),
            _ => (String::new(), "        "),
        };
        let name = (["ONE", "TWO", "SIX"][number % 3], "CHILD");
        let member = format!("N{number}");
        records.push(record(
            ("C1", "06"),
            ("X9", "48"),
            "CH",
            name,
            &ssn,
            birth,
            &member,
        ));
    }
    let mut found = BTreeSet::new();
    for place in [0, 60, 150, records.len() - 1] {
        let mut turned = records.clone();
        turned.rotate_right(place);
        turned.push(filler.clone());
        std::fs::write(&path, turned.concat()).unwrap();
        run(folder, "run", &["--force"]);
        found.insert(leads(folder, "run").remove("TX.csv").unwrap());
    }
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found.first().unwrap().contains("cp-ssn"), "{found:?}");
}

#[test]
fn a_placeholder_or_a_misidentified_ssn_is_never_evidence() {
    let evidence = |folder: &Path| -> Option<String> {
        run(folder, "run", &["--force"]);
        let text = leads(folder, "run").remove("TX.csv").unwrap();
        let lead = text.lines().find(|line| line.starts_with("T1,"))?;
        let cells: Vec<&str> = lead.split(',').collect();
        Some(format!("{} {}", cells[5], cells[6]))
    };
    let scratch = scratch();
    let folder = scratch.path();
    let (mother, none) = (("412345678", "19800101"), ("         ", "        "));
    // The mother's SSN alone is no tier's key: it is a lead.
    pair(folder, [mother, none], [mother, none], ["BYRNE", "CASTRO"]);
    let found = evidence(folder).unwrap();
    assert!(
        found.starts_with("C1 ") && found.contains("cp-ssn"),
        "{found}"
    );
    // Misidentified for her in one of the states, it is none.
    std::fs::write(
        folder.join("world/misidentified.txt"),
        format!("06{:<15}{}\n", "M1", mother.0),
    )
    .unwrap();
    let found = evidence(folder).unwrap_or_default();
    assert!(!found.contains("ssn"), "{found}");
    // Nor are placeholders: an SSN out of an advertisement, a name that stands for none.
    for placeholder in ["123456789", "078051120", "999999999", "000000000"] {
        let same = (placeholder, "        ");
        pair(folder, [same, same], [same, same], ["UNKNOWN", "UNKNOWN"]);
        assert_eq!(evidence(folder), None, "{placeholder}");
    }
}

#[test]
fn a_case_that_is_withheld_for_family_violence_is_nobodys_lead() {
    let scratch = scratch();
    let folder = scratch.path();
    let noise = "base = \"adverse\"\nfamily-violence = 40\n";
    std::fs::write(folder.join("noise.toml"), noise).unwrap();
    let profile = path(folder, "noise.toml");
    let options = [
        "--cases",
        "2500",
        "--registry",
        "--states",
        "TX,CA,NY,FL",
        "--fcr-states",
    ];
    invent(
        folder,
        &[&options[..], &["OH,PA", "--noise", &profile]].concat(),
    );
    let (registry, derived) = (
        path(&folder.join("world"), "registry"),
        path(folder, "derived"),
    );
    succeed(&["derive", "--quiet", "--out", &derived, &registry]);
    let fcr = path(folder, "derived/extracts");
    run(folder, "run", &["--fcr", &fcr]);
    let ids = |bytes: &[u8]| -> BTreeSet<String> {
        let records = bytes.split(|&b| b == b'\n').filter(|r| r.len() > 15);
        records
            .map(|r| String::from_utf8_lossy(&r[..15]).trim_end().to_owned())
            .collect()
    };
    let derived = files(&folder.join("derived/extracts"));
    let mut seen = 0;
    for text in leads(folder, "run").values() {
        for line in text.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            if let Some(bytes) = derived.get(&format!("{}.txt", cells[1])) {
                assert!(ids(bytes).contains(cells[5]), "{line}");
                seen += 1;
            }
        }
    }
    assert!(seen > 50, "{seen}");
}

#[test]
fn respond_names_the_best_lead_and_does_nothing_on_it() {
    let scratch = scratch();
    let folder = scratch.path();
    invent(
        folder,
        &[
            "--cases", "8000", "--noise", "adverse", "--states", "TX,CA,NY",
        ],
    );
    run(folder, "run", &[]);
    let response = path(folder, "run/responses/TX.icr");
    let lead_file = path(folder, "run/leads/TX.csv");
    let work = |out: &str, options: &[&str]| {
        let out = path(folder, out);
        let all = [
            "respond",
            "--quiet",
            "--run-date",
            "20261122",
            "--serial-start",
            "1",
            "--out",
            &out,
        ];
        succeed(&[&all[..], options, &[&response]].concat());
    };
    work("plain", &[]);
    work("led", &["--leads", &lead_file]);
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    for file in ["updates.csv", "csenet.txt", "fcr.txt", "sent.csv"] {
        assert_eq!(
            read(&format!("plain/{file}")),
            read(&format!("led/{file}")),
            "{file}"
        );
    }
    let (plain, led) = (read("plain/worklist.csv"), read("led/worklist.csv"));
    assert_eq!(plain.lines().count(), led.lines().count());
    assert!(!plain.contains("Lead: "));
    // Every case with 01 that has a lead is told it.
    let firsts = read("run/leads/TX.csv");
    let mut told = 0;
    for line in firsts.lines().filter(|line| line.contains(",not-found,1,")) {
        let cells: Vec<&str> = line.split(',').collect();
        let item = led.lines().find(|item| {
            item.contains(&format!(",{},{},{},", cells[0], cells[1], cells[2]))
                && item.contains(",01,")
        });
        assert!(
            item.unwrap().contains(&format!("case {}: ", cells[5])),
            "{line}"
        );
        told += 1;
    }
    assert!(told > 20, "{told}");
    assert!(led.contains("of 1,000 such leads "), "the share");
    // An 04 whose people stand in another, open case.
    assert!(led.contains("in another case there, which is open"));
    // The lines of a file that is no leads file are refused, with the file and line.
    let (exit, _) = icr(&[
        "respond",
        "--quiet",
        "--serial-start",
        "1",
        "--out",
        &path(folder, "no"),
        "--leads",
        &path(folder, "run/summary.json"),
        &response,
    ]);
    assert!(matches!(exit, Err(icr::Error::Input { .. })), "{exit:?}");
}

#[test]
fn an_agency_may_say_how_often_right_an_update_must_be() {
    let scratch = scratch();
    let folder = scratch.path();
    invent(folder, &["--cases", "12000", "--states", STATES]);
    run(folder, "run", &[]);
    let truth: BTreeMap<String, String> = std::fs::read_to_string(folder.join("world/truth.csv"))
        .unwrap()
        .lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            (cells[..4].join(","), cells[5].to_owned())
        })
        .collect();
    let updates = |policy: &str| -> Vec<[String; 2]> {
        std::fs::write(folder.join("policy.toml"), policy).unwrap();
        let mut all = Vec::new();
        for state in STATES.split(',') {
            let out = path(folder, "work");
            succeed(&[
                "respond",
                "--quiet",
                "--run-date",
                "20261122",
                "--serial-start",
                "1",
                "--force",
                "--policy",
                &path(folder, "policy.toml"),
                "--out",
                &out,
                &path(folder, &format!("run/responses/{state}.icr")),
            ]);
            let text = std::fs::read_to_string(folder.join("work/updates.csv")).unwrap();
            for line in text
                .lines()
                .skip(1)
                .filter(|line| line.contains(",other_state_case_id,"))
            {
                let cells: Vec<&str> = line.split(',').collect();
                let key = format!("{state},{},{},{}", cells[0], cells[1], cells[2]);
                all.push([key, cells[6].to_owned()]);
            }
        }
        all
    };
    let standard = updates("");
    let by_share = updates("min_share_right = 0.999\n");
    let none = updates("min_share_right = 1\n");
    assert!(none.is_empty(), "no lower bound is 1");
    assert!(
        by_share.len() > standard.len() * 5 / 4,
        "{} {}",
        by_share.len(),
        standard.len()
    );
    for [key, new] in by_share {
        assert_eq!(truth[&key], new, "{key}");
    }
}

#[test]
fn explain_shows_the_sum_that_makes_a_lead() {
    let scratch = scratch();
    let folder = scratch.path();
    invent(folder, &["--cases", "3000", "--states", "TX,CA,NY"]);
    run(folder, "run", &[]);
    let text = leads(folder, "run").remove("TX.csv").unwrap();
    let lead = text
        .lines()
        .find(|line| line.contains(",not-found,1,"))
        .unwrap();
    let cells: Vec<&str> = lead.split(',').collect();
    let world = folder.join("world");
    let explained = |format: &str| {
        succeed(&[
            "explain",
            "--quiet",
            "--run-date",
            "20261122",
            "--format",
            format,
            "--state",
            "TX",
            "--case",
            cells[0],
            "--misidentified",
            &path(&world, "misidentified.txt"),
            &path(&world, "extracts"),
        ])
    };
    let value: Value = serde_json::from_str(&explained("json")).unwrap();
    let first = &value["cases"][0]["leads"][0];
    assert_eq!(first["case"]["case_id"], cells[5]);
    let names: BTreeSet<&str> = first["evidence"]
        .as_array()
        .unwrap()
        .iter()
        .map(|piece| piece["name"].as_str().unwrap())
        .collect();
    let expected = cells[6].split('+').chain(cells[7].split('+'));
    assert_eq!(names, expected.filter(|name| !name.is_empty()).collect());
    let weights = first["evidence"].as_array().unwrap().iter();
    let sum: f64 = weights.map(|piece| piece["weight"].as_f64().unwrap()).sum();
    let prior = first["prior"].as_f64().unwrap();
    assert!((prior + sum - first["weight"].as_f64().unwrap()).abs() < 0.05);
    let text = explained("text");
    assert!(
        text.contains("\nLeads\n") && text.contains("before any evidence"),
        "{text}"
    );
}
