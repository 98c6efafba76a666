//! Every explanation agrees with the response, shows no person by default, and names what nearly
//! was a match.

use crate::plain_matcher;

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::process::{Command, Output};

use crate::plain_matcher::plain::World;
use crate::plain_matcher::worlds::random_world;
use clap::Parser;
use icr::cli::Cli;
use icr::run::output::Stdout;
use icr::stop::Stop;
use serde_json::Value;

const WORLDS: u64 = 300;

/// Runs the program in this process; gives its exit status, and what it printed on stdout.
fn icr<S: AsRef<str>>(arguments: &[S]) -> (u8, String) {
    let line = ["icr", "-q"].into_iter();
    let line = line.chain(arguments.iter().map(AsRef::as_ref));
    let cli = Cli::try_parse_from(line).unwrap_or_else(|error| panic!("{error}"));
    let mut out = Vec::new();
    let exit = icr::cli::commands::run(&cli, &mut Stdout::new(&mut out), &Stop::default());
    let status = match exit {
        Ok(exit) => exit.status(),
        Err(error) => error.exit().status(),
    };
    (status, String::from_utf8(out).unwrap())
}

/// The program itself, from the root of the project.
fn program(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_icr"))
        .args(arguments)
        .env_remove("ICR_AUDIT")
        .output()
        .unwrap()
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

/// A world written down: the folder, and the options and paths that both commands take.
struct Written {
    folder: tempfile::TempDir,
    arguments: Vec<String>,
}

impl Written {
    fn new(world: &World) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut arguments = vec!["--run-date".to_owned(), world.run_date.to_string()];
        let mut option = |name: &str, value: String| arguments.extend([name.to_owned(), value]);
        option("--max-rejects", "100".to_owned());
        for (name, files) in [("fcr", &world.fcr), ("extracts", &world.extracts)] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
            for (file, bytes) in files {
                std::fs::write(folder.path().join(name).join(file), bytes).unwrap();
            }
        }
        if !world.fcr.is_empty() {
            option("--fcr", text(&folder.path().join("fcr")));
        }
        if let Some(bytes) = &world.misidentified {
            let path = folder.path().join("misidentified");
            std::fs::write(&path, bytes).unwrap();
            option("--misidentified", text(&path));
        }
        if world.pooled {
            option("--routine", "pooled".to_owned());
        }
        if world.directed {
            option("--counterpart", "directed".to_owned());
        }
        if world.absent_unmatched {
            option("--absent-state", "unmatched".to_owned());
        }
        arguments.push(text(&folder.path().join("extracts")));
        Written { folder, arguments }
    }

    fn explain(&self, question: &[&str]) -> (u8, String) {
        let mut line = vec!["explain".to_owned()];
        line.extend(question.iter().map(|&word| word.to_owned()));
        line.extend(self.arguments.iter().cloned());
        icr(&line)
    }

    fn explanation(&self, state: &str, case: &str) -> Value {
        let case = format!("--case={case}");
        let (_, json) = self.explain(&["--format", "json", "--state", state, &case]);
        serde_json::from_str(&json).unwrap()
    }
}

fn latin1(field: &[u8]) -> String {
    let text: String = field.iter().map(|&byte| char::from(byte)).collect();
    text.trim_end_matches(' ').to_owned()
}

/// The columns of a response record, as layouts/response.csv and layouts/extract.csv number them.
fn at(record: &[u8], first: usize, last: usize) -> String {
    latin1(&record[first - 1..last])
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap()
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// What the worlds exercised.
type Seen = BTreeMap<String, u64>;

/// Compares one explained case with its response records.
fn compare(case: &Value, records: &[&[u8]], seen: &mut Seen, what: &str) {
    let first = records[0];
    let chosen = &case["chosen"];
    let tier = at(first, 392, 392);
    *seen.entry(format!("tier {tier}")).or_default() += 1;
    let flag = |value: &Value| if value == true { "Y" } else { "N" };
    assert_eq!(
        flag(&case["fcr_supplied"]),
        at(first, 242, 242),
        "{what}: FCR-Supplied"
    );
    assert_eq!(
        flag(&chosen["multiple_case"]),
        at(first, 391, 391),
        "{what}: multiple"
    );
    assert_eq!(flag(&chosen["cp_match"]), at(first, 389, 389), "{what}: CP");
    assert_eq!(flag(&chosen["np_match"]), at(first, 390, 390), "{what}: NP");
    if tier.is_empty() {
        assert_eq!(case["outcome"], "not_found", "{what}");
        assert!(chosen.is_null(), "{what}");
    } else {
        assert_eq!(case["outcome"], "matched", "{what}");
        assert_eq!(chosen["tier"].to_string(), tier, "{what}: tier");
        assert_eq!(
            word(&chosen["case"]["case_id"]),
            at(first, 253, 267),
            "{what}: case"
        );
        for (key, column) in [("adults_matched", 385), ("children_matched", 387)] {
            let count = chosen[key].as_u64().unwrap().min(99);
            assert_eq!(
                format!("{count:02}"),
                at(first, column, column + 1),
                "{what}: {key}"
            );
        }
        let decided = &list(&case["tiers"])[tier.parse::<usize>().unwrap() - 1];
        assert_eq!(
            decided["in_order"][0]["case"], chosen["case"],
            "{what}: first candidate"
        );
        assert!(decided["candidates"].as_u64().unwrap() > 0, "{what}");
        for candidate in list(&decided["in_order"]) {
            let step = &candidate["before_the_next_by"]["step"];
            *seen.entry(format!("step {step}")).or_default() += 1;
        }
    }
    let participants = list(&case["participants"]);
    let mut codes = std::collections::BTreeSet::new();
    for (record, participant) in records.iter().zip(participants) {
        let yours = &participant["yours"];
        assert_eq!(
            word(&yours["member_id"]),
            at(record, 33, 47),
            "{what}: participant"
        );
        let theirs = &participant["counterpart"];
        assert_eq!(
            word(&theirs["member_id"]),
            at(record, 289, 303),
            "{what}: counterpart"
        );
        assert_eq!(
            word(&theirs["participant_type"]),
            at(record, 304, 305),
            "{what}: their type"
        );
        let given: Vec<_> = list(&participant["codes"]).iter().map(word).collect();
        let response: Vec<_> = (0..5)
            .map(|slot| at(record, 243 + 2 * slot, 244 + 2 * slot))
            .filter(|code| !code.is_empty())
            .collect();
        assert_eq!(given, response, "{what}: codes");
        codes.extend(response);
        // A nearest is given only where nobody is the counterpart, and a rule only with one.
        assert_eq!(theirs.is_null(), participant["rule"].is_null(), "{what}");
        assert!(
            theirs.is_null() || participant["nearest"].is_null(),
            "{what}"
        );
        assert!(!word(&participant["because"]).is_empty(), "{what}");
        *seen
            .entry(format!("rule {}", word(&participant["rule"])))
            .or_default() += 1;
        *seen
            .entry(format!("nearest {}", !participant["nearest"].is_null()))
            .or_default() += 1;
    }
    let explained: Vec<_> = list(&case["codes"])
        .iter()
        .map(|code| word(&code["code"]))
        .collect();
    assert_eq!(
        explained,
        codes.iter().collect::<Vec<_>>(),
        "{what}: codes explained"
    );
}

#[test]
fn every_explanation_agrees_with_the_response() {
    let mut seen = Seen::new();
    for seed in 0..WORLDS {
        let world = random_world(seed);
        let answer = plain_matcher::answer(&world);
        let written = Written::new(&world);
        for (state, response) in &answer.responses {
            // Every Case ID of the extract, whether an accepted record has it or not.
            let mut ids = std::collections::BTreeSet::new();
            for (_, bytes) in &world.extracts {
                let lines = bytes.split(|&byte| byte == b'\n');
                ids.extend(
                    lines
                        .filter(|line| line.len() >= 15)
                        .map(|line| latin1(&line[..15])),
                );
            }
            ids.extend(response.chunks(501).map(|record| at(record, 1, 15)));
            let mut counts = [0_u64; 3];
            let mut returned: BTreeMap<String, VecDeque<Value>> = BTreeMap::new();
            for id in &ids {
                if id.bytes().any(|byte| byte < b' ') {
                    continue;
                }
                let explanation = written.explanation(state, id);
                for case in list(&explanation["cases"]) {
                    *seen.entry(word(&case["outcome"]).to_owned()).or_default() += 1;
                    for miss in list(&case["near_misses"]) {
                        *seen
                            .entry(format!("miss {}", word(&miss["kind"])))
                            .or_default() += 1;
                    }
                    match word(&case["outcome"]) {
                        "suppressed" => counts[1] += 1,
                        "not_evaluated" => counts[2] += 1,
                        _ => {
                            counts[0] += 1;
                            returned
                                .entry(id.clone())
                                .or_default()
                                .push_back(case.clone());
                        }
                    }
                }
            }
            let totals = &answer.states[state];
            let expected = [
                totals.cases_returned,
                totals.cases_suppressed,
                totals.cases_not_evaluated,
            ];
            let whole_lines = world
                .extracts
                .iter()
                .all(|(_, bytes)| bytes.contains(&b'\n'));
            if whole_lines {
                assert_eq!(counts, expected, "world {seed}, {state}");
            }
            // The cases of one Case ID stand in the response in the order of the explanation.
            let records: Vec<_> = response.chunks(501).map(|record| &record[..500]).collect();
            let mut at_record = 0;
            while at_record < records.len() {
                let id = at(records[at_record], 1, 15);
                let what = format!("world {seed}, {state}, record {}", at_record + 1);
                let case = returned.get_mut(&id).and_then(VecDeque::pop_front);
                let case = case.unwrap_or_else(|| panic!("{what}: not explained"));
                let count = list(&case["participants"]).len();
                let mine = &records[at_record..at_record + count];
                compare(&case, mine, &mut seen, &what);
                at_record += count;
            }
            assert!(
                returned.values().all(VecDeque::is_empty),
                "world {seed}, {state}"
            );
        }
    }
    for must in
        "tier 1,tier 2,tier 3,tier ,suppressed,not_evaluated,rule S,rule N1,rule N2,nearest true,\
        step 1,step 2,step 3,step 4,step 5,step 6,step 7,\
        miss ssn_role,miss rejected,miss third_state,miss names_your_case,miss directed"
            .split(',')
    {
        let worlds = seen.get(must.trim_start()).or_else(|| seen.get(must));
        assert!(
            worlds.is_some_and(|&times| times >= 5),
            "seldom: {must:?} in {seen:?}"
        );
    }
}

/// One record of 241 bytes.
#[derive(Clone)]
struct Row {
    case: &'static str,
    fips: &'static str,
    ssn: &'static str,
    member: &'static str,
    kind: &'static str,
    status: &'static str,
    last: &'static str,
    first: &'static str,
    birth: &'static str,
    other_case: &'static str,
    other_fips: &'static str,
}

const YOURS: Row = Row {
    case: "CA1",
    fips: "06037",
    ssn: "412660103",
    member: "C1",
    kind: "CH",
    status: "O",
    last: "QUINTERO",
    first: "XIMENA",
    birth: "20120405",
    other_case: "TX0055",
    other_fips: "48453",
};

const THEIRS: Row = Row {
    case: "TX9",
    fips: "48453",
    member: "T1",
    other_case: "",
    other_fips: "06037",
    last: "ROE",
    first: "BELLAMY",
    birth: "",
    ssn: "",
    ..YOURS
};

fn bytes(rows: &[Row]) -> Vec<u8> {
    let mut file = Vec::new();
    for row in rows {
        let mut record = [b' '; 241];
        for (first, field) in [
            (1, row.case),
            (16, "I"),
            (17, row.fips),
            (24, row.ssn),
            (33, row.member),
            (48, row.kind),
            (50, row.status),
            (51, row.last),
            (81, row.first),
            (113, row.birth),
            (122, row.other_case),
            (138, row.other_fips),
        ] {
            record[first - 1..][..field.len()].copy_from_slice(field.as_bytes());
        }
        file.extend(record);
        file.push(b'\n');
    }
    file
}

fn world(files: &[&[Row]]) -> World {
    let extracts = files.iter().enumerate();
    World {
        extracts: extracts
            .map(|(number, rows)| (format!("{number}.txt"), bytes(rows)))
            .collect(),
        fcr: Vec::new(),
        ssn_master: None,
        misidentified: None,
        run_date: 20_261_122,
        directed: false,
        absent_unmatched: false,
        pooled: false,
    }
}

/// The kinds of the near misses of your case CA1, with the case that each names.
fn misses(world: &World) -> Vec<(String, String)> {
    let explanation = Written::new(world).explanation("CA", "CA1");
    let case = &explanation["cases"][0];
    assert_eq!(case["outcome"], "not_found");
    list(&case["near_misses"])
        .iter()
        .map(|miss| {
            let of = |value: &Value| word(value).to_owned();
            (of(&miss["kind"]), of(&miss["case"]["case_id"]))
        })
        .collect()
}

#[test]
fn a_case_that_is_not_found_names_its_nearest_misses() {
    let filler = Row {
        case: "TX1000",
        ssn: "555443333",
        ..THEIRS
    };
    let one = |row: Row| misses(&world(&[&[YOURS], &[row, filler.clone()]]));
    let miss = |kind: &str, case: &str| vec![(kind.to_owned(), case.to_owned())];
    assert_eq!(one(filler.clone()), []);
    assert_eq!(
        one(Row {
            ssn: "412660104",
            ..THEIRS
        }),
        miss("ssn_digit", "TX9")
    );
    assert_eq!(
        one(Row {
            ssn: "412660013",
            ..THEIRS
        }),
        miss("ssn_exchanged", "TX9")
    );
    assert_eq!(
        one(Row {
            ssn: "412660014",
            ..THEIRS
        }),
        []
    );
    // The same number, but of an adult.
    assert_eq!(
        one(Row {
            ssn: "412660103",
            kind: "NP",
            ..THEIRS
        }),
        miss("ssn_role", "TX9")
    );
    assert_eq!(
        one(Row {
            case: "TX55",
            ..THEIRS
        }),
        miss("case_id_zeroes", "TX55")
    );
    assert_eq!(
        one(Row {
            other_case: "CA1",
            ..THEIRS
        }),
        miss("names_your_case", "TX9")
    );
    // A status that is neither O nor C: E05 rejects the record that would have been found.
    let rejected = Row {
        case: "TX0055",
        status: "X",
        ..THEIRS
    };
    let three = [rejected, filler.clone(), filler.clone(), filler.clone()];
    assert_eq!(
        misses(&world(&[&[YOURS], &three])),
        miss("rejected", "TX0055")
    );
    // The child stands in New York.
    let third = Row {
        case: "NY7",
        fips: "36061",
        ssn: "412660103",
        ..THEIRS
    };
    assert_eq!(
        misses(&world(&[&[YOURS], &[filler], &[third]])),
        miss("third_state", "NY7")
    );
}

#[test]
fn what_directed_drops_is_a_near_miss() {
    let elsewhere = Row {
        case: "TX0055",
        other_fips: "36061",
        ..THEIRS
    };
    let mut world = world(&[&[YOURS], &[elsewhere]]);
    world.directed = true;
    assert_eq!(
        misses(&world),
        [("directed".to_owned(), "TX0055".to_owned())]
    );
}

#[test]
fn two_cases_with_one_id_are_both_explained_unless_one_is_asked_for() {
    let second = Row {
        other_fips: "36061",
        other_case: "NY1",
        ..YOURS
    };
    let third = Row {
        other_case: "TX7",
        member: "C2",
        ..YOURS
    };
    let written = Written::new(&world(&[&[YOURS, second, third], &[THEIRS]]));
    let others = |question: &[&str]| -> Vec<String> {
        let mut line = vec!["--format", "json", "--state", "ca", "--case", "CA1"];
        line.extend(question);
        let (_, json) = written.explain(&line);
        let json: Value = serde_json::from_str(&json).unwrap();
        let id = |case: &Value| word(&case["yours"]["other_case_id"]).to_owned();
        list(&json["cases"]).iter().map(id).collect()
    };
    assert_eq!(others(&[]), ["TX0055", "NY1", "TX7"]);
    assert_eq!(others(&["--other", "TX"]), ["TX0055", "TX7"]);
    assert_eq!(others(&["--other", "TX", "--other-case", "TX7"]), ["TX7"]);
    // New York sent nothing.
    let (status, shown) = written.explain(&["--state", "CA", "--case", "CA1", "--other", "NY"]);
    assert_eq!(status, 0);
    assert!(shown.contains("New York sent no extract"), "{shown}");
}

#[test]
fn there_is_no_such_case() {
    let bad = Row {
        case: "CA2",
        status: "X",
        ..YOURS
    };
    let written = Written::new(&world(&[&[YOURS, YOURS, YOURS, bad], &[THEIRS]]));
    for question in [
        ["--state", "CA", "--case", "CA3"],
        ["--state", "NY", "--case", "CA1"],
        ["--state", "CA", "--case", "ca1"],
    ] {
        let (status, shown) = written.explain(&question);
        assert_eq!(status, 1, "{question:?}");
        assert!(shown.contains("no accepted record"), "{shown}");
    }
    // All its records were rejected: no case, but a reason.
    let (status, shown) = written.explain(&["--state", "CA", "--case", "CA2"]);
    assert_eq!(status, 1);
    assert!(shown.contains("record 4: E05"), "{shown}");
}

#[test]
fn persons_are_masked_and_shown_only_under_audit() {
    let near = Row {
        ssn: "412660104",
        birth: "20120406",
        ..THEIRS
    };
    let written = Written::new(&world(&[&[YOURS], &[near]]));
    let question = ["--state", "CA", "--case", "CA1"];
    for format in ["text", "json"] {
        let (status, shown) = written.explain(&[&question[..], &["--format", format]].concat());
        assert_eq!(status, 0);
        assert!(
            shown.contains("X.Q.") && shown.contains("***-**-0103"),
            "{shown}"
        );
        for secret in ["QUINTERO", "XIMENA", "BELLAMY", "41266", "2012040"] {
            assert!(!shown.contains(secret), "{secret} in {format}");
        }
    }
    let trail = text(&written.folder.path().join("trail"));
    let pii = [&question[..], &["--show-pii"]].concat();
    let purpose = [&pii[..], &["--purpose", "complaint 7"]].concat();
    for refused in [
        pii.clone(),
        purpose.clone(),
        [&pii[..], &["--audit", &trail]].concat(),
        [&pii[..], &["--purpose", " ", "--audit", &trail]].concat(),
    ] {
        assert_eq!(written.explain(&refused), (2, String::new()), "{refused:?}");
        assert!(!Path::new(&trail).exists());
    }
    let (status, shown) = written.explain(&[&purpose[..], &["--audit", &trail]].concat());
    assert_eq!(status, 0);
    for secret in [
        "XIMENA QUINTERO",
        "412660103",
        "20120405",
        "BELLAMY ROE",
        "412660104",
    ] {
        assert!(shown.contains(secret), "{secret}: {shown}");
    }
    let lines: Vec<Value> = std::fs::read_to_string(&trail)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(
        (&lines[0]["event"], &lines[0]["purpose"]),
        (&"start".into(), &"complaint 7".into())
    );
    let case = |other: &str| serde_json::json!({"state": "CA", "case_id": "CA1", "other_state": "TX", "other_case_id": other});
    // Both the case that it names and the one of the near miss were looked at.
    assert_eq!(
        lines[1]["cases"],
        serde_json::json!([case("TX0055"), case("TX9")])
    );
    assert_eq!(icr(&["audit", "verify", &trail]).0, 0);
    // Where the trail cannot be written nothing is shown.
    let nowhere = text(&written.folder.path().join("no/trail"));
    let refused = written.explain(&[&purpose[..], &["--audit", &nowhere]].concat());
    assert_eq!(refused, (3, String::new()));
}

#[test]
fn an_earlier_run_gives_its_options_and_refuses_other_inputs() {
    let elsewhere = Row {
        case: "TX0055",
        other_fips: "36061",
        ..THEIRS
    };
    let mut world = world(&[&[YOURS], &[elsewhere]]);
    world.directed = true;
    let written = Written::new(&world);
    let out = text(&written.folder.path().join("run"));
    let mut line = vec!["match".to_owned(), "--out".to_owned(), out.clone()];
    line.extend(written.arguments.iter().cloned());
    assert_eq!(icr(&line).0, 0);
    let extracts = text(&written.folder.path().join("extracts"));
    let question = ["explain", "--state", "CA", "--case", "CA1"];
    // The run's `directed` drops the case; the default finds it.
    let from_run = [&question[..], &["--from-run", &out, &extracts]].concat();
    let (status, shown) = icr(&from_run);
    assert_eq!(status, 0);
    assert!(shown.contains("returned with 01"), "{shown}");
    let (_, shown) = icr(&[&question[..], &["--run-date", "20261122", &extracts]].concat());
    assert!(shown.contains("tier 1 found"), "{shown}");
    // Its options are not given again.
    let twice = [&from_run[..], &["--run-date", "20261122"]].concat();
    assert_eq!(icr(&twice).0, 2);
    for twice in [
        "--counterpart=any",
        "--routine=pooled",
        "--absent-state=skip",
        "--on-bad-file=stop",
        "--max-rejects=25",
        "--input-format=auto",
        "--input-encoding=auto",
    ] {
        let output = program(&[&from_run[..], &[twice]].concat());
        assert_eq!(output.status.code(), Some(2), "{twice}");
    }
    // The same bytes under another name are the same inputs; one more file, one less, or one other
    // byte are not.
    let file = |name: &str| written.folder.path().join("extracts").join(name);
    std::fs::rename(file("1.txt"), file("texas.txt")).unwrap();
    assert_eq!(icr(&from_run).0, 0);
    let california = text(&file("0.txt"));
    let only = [&question[..], &["--from-run", &out, &california]].concat();
    assert_eq!(icr(&only), (3, String::new()));
    std::fs::write(
        file("texas.txt"),
        bytes(&[Row {
            member: "T2",
            ..THEIRS
        }]),
    )
    .unwrap();
    assert_eq!(icr(&from_run), (3, String::new()));
    assert_eq!(
        icr(&[&question[..], &["--from-run", &extracts, &extracts]].concat()).0,
        3
    );
}

#[test]
fn codes_are_explained_from_the_tables() {
    for (file, column) in [("layouts/reason-codes.csv", 2), ("layouts/edits.csv", 4)] {
        let mut table = csv::Reader::from_path(file).unwrap();
        for row in table.records().map(Result::unwrap) {
            let code = row[0].to_lowercase();
            let (status, json) = icr(&["explain", "--format", "json", "--code", &code]);
            assert_eq!(status, 0);
            let json: Value = serde_json::from_str(&json).unwrap();
            let said = [
                &json["code"],
                &json["meaning"],
                &json["next_action"],
                &json["source"],
            ];
            let expected = [&row[0], &row[column], &row[column + 1], &row[column + 2]];
            assert_eq!(said.map(word), expected);
            let (_, shown) = icr(&["explain", "--code", &code]);
            assert!(
                shown.contains(&row[1]) && shown.contains("next: "),
                "{shown}"
            );
        }
    }
    assert_eq!(icr(&["explain", "--code", "09"]).0, 2);
}

#[test]
fn wrong_usage_is_refused() {
    for wrong in [
        &["explain"][..],
        &["explain", "--state", "CA", "--case", "1"],
        &[
            "explain",
            "--state",
            "ZZ",
            "--case",
            "1",
            "testdata/sample/extracts",
        ],
        &[
            "explain",
            "--state",
            "CA",
            "--case",
            "1234567890123456",
            "testdata/sample/extracts",
        ],
        &[
            "explain",
            "--state",
            "CA",
            "--case",
            "1",
            "--other-case",
            "2",
            "testdata/sample/extracts",
        ],
        &[
            "explain",
            "--state",
            "CA",
            "--case",
            "1",
            "--purpose",
            "why",
            "testdata/sample/extracts",
        ],
        &[
            "explain",
            "--from-run",
            "run",
            "--counterpart",
            "any",
            "--state",
            "CA",
            "--case",
            "1",
            "testdata/sample/extracts",
        ],
        &["explain", "--code", "02", "testdata/sample/extracts"],
    ] {
        let output = program(wrong);
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        assert!(output.stdout.is_empty());
    }
}

/// Each transcript of the chapter is what the program prints.
#[test]
fn the_transcripts_of_the_chapter_are_true() {
    let chapter = std::fs::read_to_string("docs/explain.md").unwrap();
    let mut transcripts = 0;
    for block in chapter.split("```text\n").skip(1) {
        let block = block.split("```").next().unwrap();
        let Some((line, expected)) = block
            .strip_prefix("$ icr ")
            .and_then(|b| b.split_once('\n'))
        else {
            continue;
        };
        let arguments: Vec<_> = line.split(' ').collect();
        let output = program(&arguments);
        let shown = String::from_utf8(output.stdout).unwrap();
        assert_eq!(shown, expected, "icr {line}");
        transcripts += 1;
    }
    assert!(transcripts >= 3);
}

#[test]
fn a_match_between_closed_cases_is_explained_though_it_is_not_returned() {
    let yours = Row {
        status: "C",
        ..YOURS
    };
    let theirs = Row {
        case: "TX0055",
        status: "C",
        ssn: "412660103",
        ..THEIRS
    };
    let explain = |theirs: Row| {
        let written = Written::new(&world(&[std::slice::from_ref(&yours), &[theirs]]));
        written.explanation("CA", "CA1")["cases"][0].clone()
    };
    let case = explain(theirs.clone());
    assert_eq!(case["outcome"], "suppressed");
    assert_eq!(case["chosen"]["case"]["case_id"], "TX0055");
    assert_eq!(case["participants"][0]["rule"], "S");
    assert!(list(&case["codes"]).is_empty() && list(&case["participants"][0]["codes"]).is_empty());
    // A closed case that is not found: its nearest misses are told as for 01.
    let case = explain(Row {
        case: "TX55",
        ssn: "",
        ..theirs
    });
    assert_eq!(case["outcome"], "suppressed");
    assert_eq!(case["near_misses"][0]["kind"], "case_id_zeroes");
}
