//! What a command costs grows as its input does: processor time at n and 4n. A quadratic step shows
//! as 16 times the time; the bound is 9, so that a busy machine does not.

use std::process::Command;

use sha2::{Digest, Sha256};

use super::program::record;
use super::{World, begin, finish, signal, status};

/// Seconds of processor time that a command takes, in user mode, to its end.
fn seconds(command: &mut Command) -> f64 {
    command.stdout(std::process::Stdio::null());
    command.stderr(std::process::Stdio::null());
    let mut child = command.spawn().unwrap();
    let stat = format!("/proc/{}/stat", child.id());
    let ticks = loop {
        let text = std::fs::read_to_string(&stat).unwrap();
        let fields: Vec<&str> = text.rsplit(") ").next().unwrap().split(' ').collect();
        // Of a process that has ended, and was not asked for yet, the times stand.
        if fields[0] == "Z" {
            break fields[11].parse::<f64>().unwrap();
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
    };
    drop(child.wait());
    ticks / 100.0
}

/// Asserts that what is measured at 4n is in proportion to what is measured at n. Other work on the
/// machine can slow one measurement, so up to three are tried.
fn assert_linear(what: &str, n: usize, mut measure: impl FnMut(usize) -> f64) {
    let mut seen = Vec::new();
    for _ in 0..3 {
        let (small, large) = (measure(n), measure(4 * n));
        println!("{what}: {small:.2} s at n, {large:.2} s at 4n");
        // A tick of the clock is 0.01 s: below a few of them a quotient says nothing.
        if large <= small.max(0.03) * 9.0 {
            return;
        }
        seen.push((small, large));
    }
    panic!("{what}: seconds at n and at 4n, three times: {seen:?}");
}

/// A trail of so many commands, each with two end lines.
fn trail_of(commands: usize) -> String {
    let hex = |bytes: &[u8]| icr::text::hex(&Sha256::digest(bytes).into());
    let mut text = String::new();
    let mut previous = "0".repeat(64);
    let mut number = 0;
    let mut starts = Vec::new();
    let mut push = |line: &str, previous: &mut String| {
        number += 1;
        let line = line
            .replace("NUMBER", &number.to_string())
            .replace("PREVIOUS", previous);
        *previous = hex(line.as_bytes());
        text += &line;
        text.push('\n');
        previous.clone()
    };
    for _ in 0..commands {
        let start = r#"{"event":"start","schema":"icr.audit/1","number":NUMBER,"previous":"PREVIOUS","time":"2026-11-22T00:00:00Z","user":"u","user_id":1,"host":"h","process":1,"program":"icr","command":"match","options":[]}"#;
        starts.push(push(start, &mut previous));
    }
    for start in starts.iter().chain(&starts) {
        let end = format!(
            r#"{{"event":"end","schema":"icr.audit/1","number":NUMBER,"previous":"PREVIOUS","time":"2026-11-22T00:00:00Z","start":"{start}","command":"match","outcome":"failed","exit":3}}"#
        );
        push(&end, &mut previous);
    }
    text
}

#[test]
fn a_trail_is_verified_in_time_proportional_to_its_lines() {
    let world = World::new();
    assert_linear("audit verify", 2000, |commands| {
        let name = format!("trail-{commands}");
        std::fs::write(world.path(&name), trail_of(commands)).unwrap();
        seconds(world.command().args(["audit", "verify", &name]))
    });
}

#[test]
fn a_line_is_appended_in_time_proportional_to_the_last_line() {
    let world = World::new();
    assert_linear("--audit behind a long last line", 12, |megabytes| {
        let name = format!("long-{megabytes}");
        // Torn, as a killed process leaves a line.
        let line = format!(
            "{{\"event\":\"start\",\"options\":[\"{}",
            "x".repeat(megabytes << 20)
        );
        std::fs::write(world.path(&name), &line).unwrap();
        seconds(world.command().args(["verify", "--audit", &name, "run"]))
    });
}

/// What the participants of two large cases have in common.
#[derive(Clone, Copy, Debug)]
enum Alike {
    Nothing,
    Ssns,
    OneSsn,
    OneName,
    OneBirth,
    /// And the Case ID leads nowhere.
    SsnsWithoutId,
}

/// Participants of the smaller case.
const PEOPLE: usize = 1500;

/// Letters that are different for every number.
fn letters(mut number: usize) -> String {
    let mut text = String::new();
    for _ in 0..5 {
        text.push(char::from(b'A' + (number % 26) as u8));
        number /= 26;
    }
    text
}

/// A folder with the extracts of two states: one case of `people` participants in each.
fn two_cases(world: &World, people: usize, alike: Alike) -> String {
    let name = format!("large-{people}-{alike:?}");
    std::fs::create_dir_all(world.path(&name)).unwrap();
    for (side, (usps, fips, other_fips, other)) in
        [("TX", "48", "06", "CA"), ("CA", "06", "48", "TX")]
            .into_iter()
            .enumerate()
    {
        let mut text = Vec::with_capacity(people * 242);
        for number in 0..people {
            let own = number + side * people;
            let (mut ssn, mut name, mut birth) = (
                format!("{}", 100_000_000 + own * 7),
                letters(own),
                format!("{}{:02}15", 1950 + own % 60, 1 + own % 12),
            );
            match alike {
                Alike::Nothing => {}
                Alike::Ssns | Alike::SsnsWithoutId => ssn = format!("{}", 100_000_000 + number * 7),
                Alike::OneSsn => "123121234".clone_into(&mut ssn),
                Alike::OneName => "SMITH".clone_into(&mut name),
                Alike::OneBirth => "19800115".clone_into(&mut birth),
            }
            let named = match alike {
                Alike::SsnsWithoutId => "NOWHERE".to_owned(),
                _ => format!("CASE{other}"),
            };
            let line = record(
                241,
                &[
                    (1, format!("CASE{usps}").as_str()),
                    (16, "I"),
                    (17, fips),
                    (19, "001"),
                    (24, &ssn),
                    (33, &format!("M{number}")),
                    (48, if number % 3 == 0 { "NP" } else { "CH" }),
                    (50, "O"),
                    (51, &name),
                    (81, "JO"),
                    (113, &birth),
                    (122, &named),
                    (138, other_fips),
                    (140, "001"),
                ],
            );
            text.extend_from_slice(&line);
            text.push(b'\n');
        }
        std::fs::write(world.path(&name).join(format!("{usps}.txt")), text).unwrap();
    }
    name
}

#[test]
fn every_command_takes_time_proportional_to_the_participants_of_a_case() {
    let world = World::new();
    for alike in [
        Alike::Nothing,
        Alike::Ssns,
        Alike::OneSsn,
        Alike::OneName,
        Alike::OneBirth,
        Alike::SsnsWithoutId,
    ] {
        let folders: [String; 2] =
            [PEOPLE, 4 * PEOPLE].map(|people| two_cases(&world, people, alike));
        let commands = [
            "match --force --leads --out FROM-run FROM",
            "match --force --routine pooled --out FROM-pooled FROM",
            "explain --state TX --case CASETX FROM",
            "validate FROM",
            "verify FROM-run",
            "report FROM-run",
            "diff FROM-run FROM-pooled",
            "respond --force --serial-start 1 --out FROM-work FROM-run/responses/TX.icr",
        ];
        for command in commands {
            assert_linear(&format!("{command}, {alike:?}"), PEOPLE, |people| {
                let line = command.replace("FROM", &folders[usize::from(people > PEOPLE)]);
                let mut program = world.command();
                program.args(["--run-date", "20261122"]);
                seconds(program.args(line.split(' ')))
            });
        }
    }
}

#[test]
fn explain_takes_time_proportional_to_the_cases_of_one_case_id() {
    let world = World::new();
    assert_linear("explain of one Case ID", 1000, |cases| {
        let name = format!("one-id-{cases}");
        std::fs::create_dir_all(world.path(&name)).unwrap();
        for (usps, fips, other_fips) in [("TX", "48", "06"), ("CA", "06", "48")] {
            let mut text = String::new();
            for number in 0..cases {
                let case = if usps == "TX" {
                    "ONE".to_owned()
                } else {
                    format!("C{number}")
                };
                let (member, named) = (format!("M{number}"), format!("X{number}"));
                text += &format!(
                    "{case:<15}I{fips}001  {:9}{member:<15}CHO{:<30}{:<32}20100101F{named:<15} {other_fips}001",
                    "",
                    letters(number),
                    "JO"
                );
                text += &" ".repeat(98);
                text.push('\n');
            }
            std::fs::write(world.path(&name).join(format!("{usps}.txt")), text).unwrap();
        }
        let output = world.run(&["explain", "--state", "TX", "--case", "ONE"], &[&name]);
        let last = format!(
            "{} cases not explained; name one with --other or --other-case",
            cases - 50
        );
        assert!(String::from_utf8(output.stdout).unwrap().contains(&last));
        seconds(
            world
                .command()
                .args(["explain", "--state", "TX", "--case", "ONE", &name]),
        )
    });
}

/// An extract of so many records with one SSN, none of which has a name of the master, and a master
/// with so many names for that SSN. Returns the arguments of a match.
fn one_ssn(world: &World, count: usize) -> Vec<String> {
    let (folder, master) = (format!("one-ssn-{count}"), format!("master-{count}"));
    std::fs::create_dir_all(world.path(&folder)).unwrap();
    let mut names = String::new();
    for number in 0..count {
        names += &format!("123121234{:<30}JO\n", letters(number));
    }
    std::fs::write(world.path(&master), names).unwrap();
    let mut text = Vec::with_capacity(count * 242);
    for number in 0..count {
        let (case, member) = (format!("C{number}"), format!("M{number}"));
        // Letters that no name of the master has, in four places.
        let name = format!("99{}99", letters(number));
        text.extend_from_slice(&record(
            241,
            &[
                (1, case.as_str()),
                (16, "I"),
                (17, "48001"),
                (24, "123121234"),
                (33, &member),
                (48, "CH"),
                (50, "O"),
                (51, &name),
                (81, "BO"),
                (113, "20100101"),
                (138, "0600100"),
            ],
        ));
        text.push(b'\n');
    }
    std::fs::write(world.path(&folder).join("TX.txt"), text).unwrap();
    let line = format!(
        "match --absent-state unmatched --force --ssn-master {master} --out {folder}-run {folder}"
    );
    line.split(' ').map(str::to_owned).collect()
}

#[test]
fn a_record_is_verified_in_time_that_does_not_grow_with_the_names_of_its_ssn() {
    let world = World::new();
    assert_linear("match --ssn-master, one SSN", 2000, |count| {
        let arguments = one_ssn(&world, count);
        let took = seconds(world.command().args(&arguments));
        let run = world.path(&format!("one-ssn-{count}-run"));
        assert!(run.join("manifest.json").exists());
        took
    });
}

#[test]
fn a_signal_is_heard_while_many_records_are_verified_against_many_names() {
    let world = World::new();
    let arguments = one_ssn(&world, 30_000);
    let mut child = begin(world.command().args(&arguments));
    std::thread::sleep(std::time::Duration::from_millis(700));
    if child.try_wait().unwrap().is_none() {
        signal(child.id(), "TERM");
    }
    // Name by name this took minutes, and was deaf.
    let output = finish(child, std::time::Duration::from_secs(10));
    assert!([0, 143].contains(&status(&output)), "{}", status(&output));
}

#[test]
fn a_case_that_is_renamed_again_and_again_is_derived_in_time_proportional_to_its_records() {
    let world = World::new();
    assert_linear("derive of renames", 2000, |count| {
        let name = format!("renames-{count}");
        std::fs::create_dir_all(world.path(&name)).unwrap();
        let case = |id: &str, previous: &str, action: &str| {
            format!("FC{action}{id:<15}F                     {previous}")
                .trim_end()
                .to_owned()
                + "\n"
        };
        let mut text = String::from("FA48\n") + &case("C0", "", "A");
        for person in 0..count {
            // Every other one has a mark of family violence.
            let mark = if person % 2 == 0 { "FV" } else { "  " };
            text += &format!(
                "FPA{:<15}{:25}CH{mark}{:<15}{:9}{}\n",
                "C0",
                "",
                format!("M{person}"),
                "",
                300_000_000 + person
            );
        }
        for rename in 0..count {
            let (to, from) = (format!("C{}", rename + 1), format!("C{rename}"));
            text += &case(&to, &from, "C");
        }
        std::fs::write(world.path(&name).join("TX.txt"), text).unwrap();
        let out = format!("{name}-derived");
        let arguments = [
            "derive",
            "--force",
            "--max-rejects",
            "100",
            "--out",
            &out,
            &name,
        ];
        let took = seconds(world.command().args(arguments));
        assert!(world.path(&out).join("manifest.json").exists());
        took
    });
}
