//! What reconciliation is for: match, respond, load the updates, match again. 02 and 07 fall by what
//! was updated, every code that appears anew is explained by a rule, and `icr diff` shows just that.

#![expect(clippy::unwrap_used, reason = "a test stops where something fails")]

mod plain_matcher;
mod program;
mod respond_model;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use program::{Scratch, lines_of, record, rows};
use respond_model::codes;

/// The other states' USPS codes of the invented world, with a county each.
const STATES: [(&str, &str); 3] = [("TX", "48201"), ("CA", "06037"), ("KS", "20091")];

/// What is wrong with a family's first case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Planted {
    Nothing,
    WrongCaseId,
    NoCaseId,
    ChildWithoutSsn,
    ParentWithoutSsn,
    TooFewMatched,
    ListedTwice,
    WrongCounty,
    ClosedThere,
    WrongSsn,
}

const ALL: [Planted; 10] = [
    Planted::Nothing,
    Planted::WrongCaseId,
    Planted::NoCaseId,
    Planted::ChildWithoutSsn,
    Planted::ParentWithoutSsn,
    Planted::TooFewMatched,
    Planted::ListedTwice,
    Planted::WrongCounty,
    Planted::ClosedThere,
    Planted::WrongSsn,
];

/// Writes a world of so many families, each with a case in two states, to `extracts` and
/// `ssn-master.txt`.
fn write_world(scratch: &Scratch, families: usize) {
    let mut extracts: BTreeMap<&str, Vec<Vec<u8>>> = BTreeMap::new();
    let mut master = Vec::new();
    for family in 0..families {
        let planted = ALL[family % ALL.len()];
        let (first, second) = (STATES[family % 3], STATES[(family + 1) % 3]);
        let last = format!("FAMILY{}", letters(family));
        let people = [
            ("NP", "JOSEPH"),
            ("CP", "ANN"),
            ("CH", "LEO"),
            ("CH", "MIA"),
        ];
        let ssn = |person: usize| {
            let (area, serial) = (400 + family / 90, 1000 + family * 7 + person);
            format!("{area}{:02}{serial:04}", 11 + person)
        };
        for (person, (_, name)) in people.iter().enumerate() {
            master.push(record(55, &[(1, &ssn(person)), (10, &last), (40, name)]));
        }
        for (mine, theirs, is_first) in [(first, second, true), (second, first, false)] {
            let plant = |what: Planted| is_first && planted == what;
            let case = |state: &str| format!("{state}{family:06}");
            let mut add = |kind: &str, member: &str, name: &str, ssn: &str, person: usize| {
                let other_case = match () {
                    () if plant(Planted::WrongCaseId) || plant(Planted::TooFewMatched) => {
                        "WRONG1".to_owned()
                    }
                    () if plant(Planted::NoCaseId) => String::new(),
                    () => case(theirs.0),
                };
                let county = if plant(Planted::WrongCounty) {
                    "000"
                } else {
                    &theirs.1[2..]
                };
                let status = if !is_first && planted == Planted::ClosedThere {
                    "C"
                } else {
                    "O"
                };
                extracts.entry(mine.0).or_default().push(record(
                    241,
                    &[
                        (1, &case(mine.0)),
                        (16, if is_first { "I" } else { "R" }),
                        (17, mine.1),
                        (24, ssn),
                        (33, member),
                        (48, kind),
                        (50, status),
                        (51, &last),
                        (81, name),
                        (113, &format!("20{:02}0{}15", 10 + person, 1 + person)),
                        (121, "M"),
                        (122, &other_case),
                        (138, &theirs.1[..2]),
                        (140, county),
                        (162, "WORKER"),
                    ],
                ));
            };
            for (person, (kind, name)) in people.iter().enumerate() {
                let lacks_ssn = (plant(Planted::ChildWithoutSsn) || plant(Planted::ListedTwice))
                    && person == 2
                    || plant(Planted::ParentWithoutSsn) && person == 0;
                let number = match () {
                    () if lacks_ssn => String::new(),
                    () if plant(Planted::WrongSsn) && person == 3 => "499229876".to_owned(),
                    () => ssn(person),
                };
                // The other state does not know the parents, so too few match.
                if !is_first && planted == Planted::TooFewMatched && person < 2 {
                    continue;
                }
                add(kind, &format!("M{family}P{person}"), name, &number, person);
                if plant(Planted::ListedTwice) && person == 2 {
                    add(kind, &format!("M{family}X"), name, "111111111", person);
                }
            }
        }
    }
    for (state, records) in extracts {
        scratch.write(&format!("extracts/{state}.txt"), lines_of(&records));
    }
    scratch.write("ssn-master.txt", lines_of(&master));
}

/// A number as letters, for names.
fn letters(number: usize) -> String {
    number
        .to_string()
        .bytes()
        .map(|digit| char::from(digit - b'0' + b'A'))
        .collect()
}

/// The options of `icr match` for what lies in the folder: `fcr`, `ssn-master.txt`,
/// `misidentified.txt`, as `icr synth` writes them too.
fn match_options(folder: &Path) -> String {
    let there = |name: &str, option: &str| {
        if folder.join(name).exists() {
            format!(" {option} {name}")
        } else {
            String::new()
        }
    };
    there("fcr", "--fcr")
        + &there("ssn-master.txt", "--ssn-master")
        + &there("misidentified.txt", "--misidentified")
}

fn text(record: &[u8], first: usize, last: usize) -> String {
    let text: String = record[first - 1..last]
        .iter()
        .map(|&byte| char::from(byte))
        .collect();
    text.trim_end_matches(' ').to_owned()
}

fn put(record: &mut [u8], first: usize, last: usize, value: &str) {
    let field = &mut record[first - 1..last];
    field.fill(b' ');
    field[..value.len()].copy_from_slice(value.as_bytes());
}

/// Loads the updates of a state into its extract, as the state's system would.
fn apply(extract: &[u8], updates: &[Vec<String>]) -> Vec<u8> {
    let mut records: Vec<Vec<u8>> = respond_model::lines(extract);
    for record in &mut records {
        record.resize(241, b' ');
        let before = record.clone();
        for update in updates {
            let same_case =
                update[0] == text(&before, 1, 15) && update[2] == text(&before, 122, 136);
            let same_member = update[3] == text(&before, 33, 47);
            match update[4].as_str() {
                "other_state_case_id" if same_case => put(record, 122, 136, &update[6]),
                "ssn" if same_case && same_member => put(record, 24, 32, &update[6]),
                _ => {}
            }
        }
    }
    lines_of(&records)
}

/// State, Case ID, Member ID.
type Who = (String, String, String);

/// The response records of a run, by participant.
fn responses(scratch: &Scratch, run: &str) -> BTreeMap<Who, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(scratch.path().join(run).join("responses")).unwrap() {
        let path = entry.unwrap().path();
        let state = path.file_stem().unwrap().to_str().unwrap().to_owned();
        for record in respond_model::lines(&std::fs::read(&path).unwrap()) {
            let who = (state.clone(), text(&record, 1, 15), text(&record, 33, 47));
            assert!(
                all.insert(who, record).is_none(),
                "one Member ID twice in a case"
            );
        }
    }
    all
}

/// What a round trip did.
#[derive(Debug, Default)]
struct Trip {
    updated_cases: BTreeSet<(String, String)>,
    updated_members: BTreeSet<Who>,
    requests: usize,
    /// Records by code, before and after.
    codes: [BTreeMap<String, usize>; 2],
    /// Codes that appeared anew, by the rule that explains them.
    anew: BTreeMap<&'static str, usize>,
}

/// Matches the extracts of a folder, responds for each state, loads the updates, matches again and
/// checks what became of the codes.
fn round_trip(scratch: &Scratch) -> Trip {
    let mut trip = Trip::default();
    let options = match_options(scratch.path());
    let run = |out: &str, extracts: &str| {
        let ended = scratch.icr(&format!(
            "match --run-date 20261122 --quiet{options} --out {out} {extracts}"
        ));
        assert_eq!(ended.status, 0, "{}", ended.stderr);
    };
    run("first", "extracts");
    for entry in std::fs::read_dir(scratch.path().join("extracts")).unwrap() {
        let path = entry.unwrap().path();
        let state = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let ended = scratch.icr(&format!(
            "respond --run-date 20261122 --serial-start 1 --out respond-{state} first/responses/{state}.icr"
        ));
        assert_eq!(ended.status, 0, "{}", ended.stderr);
        let updates = rows(&scratch.read(&format!("respond-{state}/updates.csv")));
        for update in &updates {
            let case = (state.clone(), update[0].clone());
            match update[4].as_str() {
                "other_state_case_id" => drop(trip.updated_cases.insert(case)),
                "ssn" => drop(
                    trip.updated_members
                        .insert((case.0, case.1, update[3].clone())),
                ),
                _ => {}
            }
        }
        trip.requests += rows(&scratch.read(&format!("respond-{state}/sent.csv"))).len();
        let extract = apply(&std::fs::read(&path).unwrap(), &updates);
        scratch.write(&format!("corrected/{state}.txt"), extract);
    }
    run("second", "corrected");

    let (before, after) = (responses(scratch, "first"), responses(scratch, "second"));
    for (run, count) in [(&before, 0), (&after, 1)] {
        for record in run.values() {
            for code in codes(record) {
                *trip.codes[count].entry(code).or_default() += 1;
            }
        }
    }
    assert!(
        before.keys().eq(after.keys()),
        "loading updates adds and removes nobody"
    );
    for (who, record) in &after {
        let (old, new) = (codes(&before[who]), codes(record));
        for code in new.difference(&old) {
            let family = |other: &&Who| other.0 == who.0 && other.1 == who.1 && other.2 != who.2;
            let twice = after
                .keys()
                .filter(family)
                .any(|other| after[other][50..96] == record[50..96]);
            let explained = match code.as_str() {
                // Every discrepancy of the case is gone.
                "00" if !["02", "03", "04", "05"]
                    .iter()
                    .any(|code| new.contains(*code)) =>
                {
                    "00: in order now"
                }
                // Its double now holds the SSN of the one counterpart, which is no longer free for a
                // match by name (matching.md, section 6).
                "06" if twice => "06: listed twice",
                _ => panic!("{code} appeared on a record that had {old:?}"),
            };
            *trip.anew.entry(explained).or_default() += 1;
        }
    }
    check_diff(scratch, &trip, &before);
    trip
}

/// `icr diff` shows the cases that were updated, those that they are matched with, and no other.
fn check_diff(scratch: &Scratch, trip: &Trip, before: &BTreeMap<Who, Vec<u8>>) {
    let ended = scratch.icr("diff --format csv first second");
    assert_eq!(ended.status, 1, "{}", ended.stderr);
    let mut expected: BTreeSet<(String, String)> = trip.updated_cases.clone();
    for (state, case, member) in &trip.updated_members {
        expected.insert((state.clone(), case.clone()));
        // The other state is shown the SSN.
        let record = &before[&(state.clone(), case.clone(), member.clone())];
        let usps = STATES
            .iter()
            .find(|(_, fips)| fips[..2] == text(record, 138, 139))
            .unwrap()
            .0;
        expected.insert((usps.to_owned(), text(record, 253, 267)));
    }
    let shown = rows(ended.stdout.as_bytes());
    let cases: BTreeSet<_> = shown
        .iter()
        .map(|row| (row[0].clone(), row[2].clone()))
        .collect();
    assert_eq!(cases, expected);
    assert!(
        shown
            .iter()
            .all(|row| row[1] == "changed" && row[5] == "changed")
    );
    let progress = |row: &&Vec<String>| row[7].contains("02") && !row[8].contains("02");
    let of_updated = before
        .keys()
        .filter(|who| trip.updated_cases.contains(&(who.0.clone(), who.1.clone())));
    assert_eq!(shown.iter().filter(progress).count(), of_updated.count());
}

#[test]
fn loading_the_updates_takes_away_what_was_updated_and_nothing_else() {
    let scratch = Scratch::new();
    write_world(&scratch, 120);
    let trip = round_trip(&scratch);
    let count = |run: usize, code: &str| trip.codes[run].get(code).copied().unwrap_or_default();
    // 12 families of each kind; a case has four participants, one listed twice five.
    assert_eq!(trip.updated_cases.len(), 24, "{trip:?}");
    assert_eq!(trip.updated_members.len(), 36, "{trip:?}");
    assert_eq!(trip.requests, 12, "{trip:?}");
    assert_eq!(
        (count(0, "02"), count(1, "02")),
        (3 * 12 * 4, 12 * 4),
        "{trip:?}"
    );
    assert_eq!((count(0, "07"), count(1, "07")), (36, 0), "{trip:?}");
    assert_eq!(
        trip.anew,
        BTreeMap::from([("00: in order now", 24 * 4), ("06: listed twice", 12)])
    );
    // What no update corrects stays as it was.
    for code in ["03", "04", "05", "08"] {
        let listed_twice = if code == "08" { 12 } else { 0 };
        assert_eq!(
            count(0, code),
            count(1, code) + listed_twice,
            "{code} {trip:?}"
        );
    }
}
