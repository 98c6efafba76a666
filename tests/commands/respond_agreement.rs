//! `icr respond` agrees with a plain model of its rules on responses to random worlds, and keeps the
//! properties that its rules promise.

use crate::plain_matcher;
use crate::respond_model;

use std::collections::{BTreeMap, BTreeSet};

use crate::plain_matcher::worlds::{Rng, consistent_world, random_world};
use crate::respond_model::{ModelAnswer, ModelPolicy, Plan, Row, cases, codes, lines};
use icr::desk::respond::{
    Desk, Leads, Policy, RespondTotals, ResponseFields, SentLog, read_responses, sorted_cases,
};
use icr::formats::input::{InputForm, Source};
use icr::formats::layout::{LayoutSet, RESPONSE_BYTES};
use icr::formats::record::Date;
use icr::stop::Stop;

const RUN_DATE: u32 = 20_261_122;

/// What a run writes.
struct Run {
    files: BTreeMap<&'static str, Vec<u8>>,
    totals: RespondTotals,
}

impl Run {
    fn rows(&self, name: &str) -> Vec<Row> {
        rows(&self.files[name])
    }

    fn records(&self, name: &str) -> Vec<Vec<u8>> {
        lines(&self.files[name])
    }
}

fn rows(csv: &[u8]) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(csv);
    let row =
        |row: csv::Result<csv::StringRecord>| row.unwrap().iter().map(str::to_owned).collect();
    reader.records().map(row).collect()
}

/// Runs the program's stages on a response.
fn respond(response: &[u8], policy: &ModelPolicy, sent: Option<&[u8]>, run_date: u32) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let policy = Policy::load(
        &path("policy.toml", policy.toml().as_bytes()),
        &Stop::default(),
    )
    .unwrap()
    .0;
    let sent = sent.map(|sent| path("sent.csv", sent));
    let start = sent.is_none().then_some(1);
    let sent = SentLog::load(sent.as_deref(), start, &Stop::default()).unwrap();
    let layouts = LayoutSet::load(None).unwrap();
    let fields = ResponseFields::new(&layouts).unwrap();
    let response = path("TX.icr", response);
    let sources = [Source::open(
        &response,
        RESPONSE_BYTES,
        InputForm::default(),
        &icr::stop::Stop::default(),
    )
    .unwrap()];
    let read = read_responses(&sources, &fields, &Stop::default()).unwrap();
    let cases = sorted_cases(&fields, &read);
    let records: usize = read.iter().map(|case| case.records().len()).sum();
    let run_date = Date::from_ccyymmdd(run_date).unwrap();
    let leads = Leads::default();
    let mut desk = Desk::new(&layouts, (&policy, &leads), run_date, sent).unwrap();
    desk.work(&cases, &Stop::default()).unwrap();
    let finished = desk.finish().unwrap();
    let totals = finished.totals;
    totals
        .check_balance(records as u64, cases.len() as u64)
        .unwrap();
    Run {
        files: finished.files.into_iter().collect(),
        totals,
    }
}

/// The responses of so many random worlds.
fn responses(worlds: std::ops::Range<u64>) -> Vec<(String, Vec<u8>)> {
    let mut responses = Vec::new();
    for seed in worlds {
        let world = if seed % 4 == 0 {
            consistent_world(seed)
        } else {
            random_world(seed)
        };
        for (state, response) in plain_matcher::answer(&world).responses {
            let response = on_many_bases(&respond_model::completed(&response), seed);
            responses.push((format!("world {seed}, {state}"), response));
        }
    }
    responses
}

/// The response with other bases on a part of the records that have a counterpart. What a basis hands
/// out no SSN for is taken away.
fn on_many_bases(response: &[u8], seed: u64) -> Vec<u8> {
    let mut rng = Rng::new(seed ^ 0xBA5E);
    let mut changed = Vec::new();
    for mut record in lines(response) {
        if record[477] != b' ' && rng.below(3) == 0 {
            record[477] = b"S12DD345"[rng.below(8)];
        }
        if b"D345".contains(&record[477]) {
            record[278..288].fill(b' ');
            let mut left: Vec<String> = codes(&record).into_iter().collect();
            left.retain(|code| code != "07" && code != "08");
            record[242..252].fill(b' ');
            record[242..242 + 2 * left.len()].copy_from_slice(left.concat().as_bytes());
        }
        changed.extend(record);
        changed.push(b'\n');
    }
    changed
}

/// A policy of every temper.
fn policies() -> Vec<ModelPolicy> {
    vec![
        ModelPolicy::default(),
        ModelPolicy {
            notice: true,
            replace: true,
            age: 10,
            ..ModelPolicy::default()
        },
        ModelPolicy {
            adults: 50,
            children: 0,
            cautions: [false; 4],
            notice: true,
            ..ModelPolicy::default()
        },
    ]
}

fn without(rows: Vec<Row>, columns: usize) -> Vec<Row> {
    rows.into_iter()
        .map(|row| row[..row.len() - columns].to_vec())
        .collect()
}

fn sorted(mut rows: Vec<Row>) -> Vec<Row> {
    rows.sort();
    rows
}

/// The program's run and the model's answer, which agree.
fn agree(name: &str, response: &[u8], policy: &ModelPolicy) -> (Run, ModelAnswer) {
    let run = respond(response, policy, None, RUN_DATE);
    let model = respond_model::answer(response, policy, &[], 1, RUN_DATE);
    assert_eq!(without(run.rows("updates.csv"), 1), model.updates, "{name}");
    assert_eq!(run.records("csenet.txt"), model.csenet, "{name}");
    assert_eq!(run.records("fcr.txt"), model.fcr, "{name}");
    assert_eq!(run.rows("sent.csv"), model.sent, "{name}");
    let worklist = without(run.rows("worklist.csv"), 2);
    let order: Vec<_> = worklist.iter().map(|row| row[..2].to_vec()).collect();
    assert!(order.is_sorted(), "{name}");
    assert_eq!(sorted(worklist), sorted(model.worklist.clone()), "{name}");
    let t = run.totals.records;
    let totals = [t.read, t.updated, t.requested, t.listed, t.no_action];
    assert_eq!(totals, model.records, "{name}");
    assert_eq!(run.totals.cases_in_sync, model.in_sync, "{name}");
    (run, model)
}

#[test]
fn the_program_agrees_with_the_plain_model_on_every_row_record_and_total() {
    let mut occurred: BTreeMap<String, u64> = BTreeMap::new();
    for (name, response) in responses(0..400) {
        for policy in policies() {
            let (run, model) = agree(&name, &response, &policy);
            let mut note =
                |what: &str, n: usize| *occurred.entry(what.to_owned()).or_default() += n as u64;
            for row in &model.updates {
                note(&format!("update {} {}", row[7], row[4]), 1);
            }
            for row in sorted(run.rows("worklist.csv")) {
                note(&format!("listed {}", row[6]), 1);
                note(
                    "no sure match",
                    usize::from(row[7].contains("Match Basis S or 1")),
                );
            }
            note(
                "FRINF",
                model.csenet.iter().filter(|line| line.len() == 127).count(),
            );
            note(
                "GSC14",
                model.csenet.iter().filter(|line| line.len() > 127).count(),
            );
            note("FP", model.fcr.len());
            note("in sync", model.in_sync as usize);
            note("no action", run.totals.records.no_action as usize);
        }
    }
    // What has to occur, else the agreement proves less than it says.
    for (what, least) in [
        ("update 02 other_state_case_id", 50),
        ("update 07 ssn", 20),
        ("update 08 ssn", 5),
        ("update 08 additional_ssn", 10),
        ("listed 01", 200),
        ("listed 02", 100),
        ("listed 02 06", 50),
        ("listed 03", 200),
        ("listed 04", 100),
        ("listed 06", 200),
        ("listed 07", 50),
        ("listed 08", 50),
        ("FRINF", 100),
        ("GSC14", 20),
        ("FP", 10),
        ("in sync", 20),
        ("no action", 50),
        // Found in doubt, without a usable SSN.
        ("listed 00", 20),
        ("no sure match", 50),
    ] {
        let times = occurred.get(what).copied().unwrap_or_default();
        assert!(
            times >= least,
            "{what} occurred {times} times: {occurred:?}"
        );
    }
}

/// The response with a few Member IDs, names and SSNs on all records, so that many answers are about one
/// participant, and many SSNs would come to the wrong one.
fn crowded(response: &[u8], seed: u64) -> Vec<u8> {
    let mut rng = Rng::new(seed);
    let mut crowded = Vec::new();
    let (ssns, members) = (
        ["412119991", "412119992", "412119993"],
        ["M1", "M1", "M1", "M1", "M2", "  ", "00"],
    );
    for mut record in lines(response) {
        record[32..47].fill(b' ');
        record[32..34].copy_from_slice(members[rng.below(7)].as_bytes());
        record[50..96].fill(b' ');
        record[50..53].copy_from_slice(b"LEE");
        let first = [
            &b"ANN"[..],
            b"ann jr",
            b"ANN",
            b"ANN",
            b"ANN",
            b"BEA",
            b"BABY",
        ][rng.below(7)];
        record[80..80 + first.len()].copy_from_slice(first);
        let codes = codes(&record);
        let offers = codes.iter().any(|code| code == "07" || code == "08");
        if !b"D345 ".contains(&record[477]) && offers {
            record[278..287].copy_from_slice(ssns[rng.below(3)].as_bytes());
            record[277] = b'N';
            record[287] = b'Y';
            // 07 of a part becomes 08: a placeholder instead of no SSN.
            let code = record[242..252].chunks(2).position(|code| code == b"07");
            if let Some(code) = code.filter(|_| rng.below(2) == 0) {
                record[243 + 2 * code] = b'8';
                record[23..32].copy_from_slice(b"111111111");
            }
        } else if rng.below(12) == 0 {
            record[23..32].copy_from_slice(ssns[rng.below(3)].as_bytes());
        }
        crowded.extend(record);
        crowded.push(b'\n');
    }
    crowded
}

#[test]
fn the_program_agrees_with_the_plain_model_where_answers_meet() {
    let (mut same, mut two) = (0, 0);
    let reasons = [
        "two answers",
        "another participant of your case has it",
        "who are not the same person",
        "found in doubt",
    ];
    let mut times = [0; 4];
    for (at, (name, response)) in responses(0..800).into_iter().enumerate() {
        let response = crowded(&response, at as u64);
        for policy in &policies()[..2] {
            let (run, _) = agree(&name, &response, policy);
            for row in run.rows("worklist.csv") {
                for (reason, times) in reasons.iter().zip(&mut times) {
                    *times += usize::from(row[7].contains(reason));
                }
            }
            let plans = respond_model::plans(&cases(&lines(&response)), policy);
            for plan in plans.iter().flatten() {
                match plan {
                    Plan::Same => same += 1,
                    Plan::Row(_, Some(_)) => two += 1,
                    Plan::Row(_, None) | Plan::List => {}
                }
            }
        }
    }
    let often = times.iter().all(|times| *times > 20);
    assert!(same > 10 && two > 2 && often, "{same} {two} {times:?}");
}

#[test]
fn a_stricter_policy_never_updates_more() {
    let strict = ModelPolicy {
        children: 100,
        ..ModelPolicy::default()
    };
    let lenient = [
        ModelPolicy::default(),
        ModelPolicy {
            adults: 50,
            ..ModelPolicy::default()
        },
        ModelPolicy {
            adults: 50,
            children: 20,
            cautions: [false, true, true, true],
            ..ModelPolicy::default()
        },
        ModelPolicy {
            adults: 0,
            children: 0,
            cautions: [false; 4],
            ..ModelPolicy::default()
        },
    ];
    let mut grew = 0;
    for (name, response) in responses(0..150) {
        let updates = |policy: &ModelPolicy| -> BTreeSet<Row> {
            let rows = respond(&response, policy, None, RUN_DATE).rows("updates.csv");
            without(rows, 1).into_iter().collect()
        };
        let mut last = updates(&strict);
        for policy in &lenient {
            let more = updates(policy);
            assert!(last.is_subset(&more), "{name}");
            grew += more.len() - last.len();
            last = more;
        }
    }
    assert!(grew > 30, "{grew}");
}

#[test]
fn the_order_of_records_changes_nothing_but_the_order_of_participants_in_a_notice() {
    for (at, (name, response)) in responses(0..150).into_iter().enumerate() {
        let response = if at % 2 == 0 {
            response
        } else {
            crowded(&response, at as u64)
        };
        let mut rng = Rng::new(at as u64);
        let mut mix = |list: &mut dyn FnMut(usize, usize), length: usize| {
            for place in (1..length).rev() {
                list(place, rng.below(place + 1));
            }
        };
        // The records of a case stand together.
        let mut cases: Vec<_> = cases(&lines(&response)).into_iter().map(|c| c.1).collect();
        let length = cases.len();
        mix(&mut |a, b| cases.swap(a, b), length);
        for case in &mut cases {
            let length = case.len();
            mix(&mut |a, b| case.swap(a, b), length);
        }
        let shuffled: Vec<u8> = cases
            .iter()
            .flatten()
            .flat_map(|r| [&r[..], b"\n"].concat())
            .collect();
        let policy = &policies()[at % 3];
        let (one, other) = (
            respond(&response, policy, None, RUN_DATE),
            respond(&shuffled, policy, None, RUN_DATE),
        );
        for file in ["worklist.csv", "sent.csv"] {
            assert_eq!(one.files[file], other.files[file], "{name} {file}");
        }
        let updates = |run: &Run| sorted(run.rows("updates.csv"));
        assert_eq!(updates(&one), updates(&other), "{name}");
        let fcr = |run: &Run| run.records("fcr.txt").into_iter().collect::<BTreeSet<_>>();
        assert_eq!(fcr(&one), fcr(&other), "{name}");
        let csenet = |run: &Run| -> Vec<Vec<Vec<u8>>> {
            let line = |line: Vec<u8>| {
                let mut blocks: Vec<Vec<u8>> = line
                    .get(659..)
                    .unwrap_or_default()
                    .chunks(341)
                    .map(<[u8]>::to_vec)
                    .collect();
                blocks.sort();
                blocks.push(line[..line.len().min(659)].to_vec());
                blocks
            };
            run.records("csenet.txt").into_iter().map(line).collect()
        };
        assert_eq!(csenet(&one), csenet(&other), "{name}");
    }
}

#[test]
fn the_same_response_again_requests_nothing_anew_until_the_thirty_days_are_over() {
    let mut requests = 0;
    for (name, response) in responses(0..150) {
        let policy = ModelPolicy {
            notice: true,
            ..ModelPolicy::default()
        };
        let first = respond(&response, &policy, None, RUN_DATE);
        let sent = &first.files["sent.csv"];
        let written = first.rows("sent.csv");
        if written.is_empty() {
            continue;
        }
        requests += written.len();
        // 22 November and 30 days are 22 December.
        for run_date in [RUN_DATE, 20_261_222] {
            let again = respond(&response, &policy, Some(sent), run_date);
            assert_eq!(&again.files["sent.csv"], sent, "{name}");
            assert!(again.files["csenet.txt"].is_empty(), "{name}");
        }
        let later = respond(&response, &ModelPolicy::default(), Some(sent), 20_261_223);
        let (rows, frinf) = (later.rows("sent.csv"), |row: &&Row| row[3] == "CSI R FRINF");
        assert_eq!(rows[..written.len()], written, "{name}");
        let anew = rows[written.len()..].to_vec();
        assert_eq!(anew.len(), written.iter().filter(frinf).count(), "{name}");
        // Serial numbers go on without gap or repeat.
        for (serial, row) in (1..).zip(&rows) {
            assert_eq!(row[5], serial.to_string(), "{name}");
        }
    }
    assert!(requests > 30, "{requests}");
}

/// The response with the cases that a condition holds for.
fn of_cases(response: &[u8], holds: impl Fn(&[Vec<u8>]) -> bool) -> (usize, Vec<u8>) {
    let mut kept = Vec::new();
    let mut count = 0;
    for (_, records) in cases(&lines(response)) {
        if holds(&records) {
            count += 1;
            for record in records {
                kept.extend(record);
                kept.push(b'\n');
            }
        }
    }
    (count, kept)
}

#[test]
fn cases_in_sync_produce_nothing() {
    let mut found = 0;
    for (name, response) in responses(0..300) {
        let in_sync = |records: &[Vec<u8>]| {
            let plain = |r: &Vec<u8>| codes(r).iter().eq(["00"]);
            records.iter().all(plain)
                && !records.iter().any(|r| respond_model::is_in_doubt(r))
                && records[0][376..380] == records[0][384..388]
                && records[0][376..378] != *b"99"
                && records[0][378..380] != *b"99"
        };
        let (count, response) = of_cases(&response, in_sync);
        found += count;
        for policy in policies() {
            let run = respond(&response, &policy, None, RUN_DATE);
            let records = lines(&response).len() as u64;
            assert_eq!(run.totals.records.no_action, records, "{name}");
            assert_eq!(run.totals.cases_in_sync, count as u64, "{name}");
            for (file, bytes) in &run.files {
                assert!(lines(bytes).len() <= 1, "{name} {file}");
            }
            assert!(run.files["csenet.txt"].is_empty() && run.files["fcr.txt"].is_empty());
        }
    }
    assert!(found > 20, "{found}");
}

#[test]
fn a_case_found_by_its_id_in_which_nobody_matched_never_requests_and_never_updates() {
    let mut found = 0;
    for (name, response) in responses(0..300) {
        let strangers =
            |records: &[Vec<u8>]| records[0][391] == b'1' && records[0][384..388] == *b"0000";
        let (count, response) = of_cases(&response, strangers);
        found += count;
        for policy in policies() {
            let run = respond(&response, &policy, None, RUN_DATE);
            assert!(run.rows("updates.csv").is_empty(), "{name}");
            assert!(run.rows("sent.csv").is_empty(), "{name}");
            assert!(run.files["csenet.txt"].is_empty(), "{name}");
            assert!(run.files["fcr.txt"].is_empty(), "{name}");
        }
    }
    assert!(found > 20, "{found}");
}
