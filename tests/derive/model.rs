//! `icr derive` against the plain model, on random registries: extracts, rejects and totals, and
//! that nothing marked for family violence comes out.

use crate::registry;
use crate::registry::generate::{self, Random};
use crate::registry::model::{self, Answer, Counts, File};
use crate::registry::{holds, run, tree, write};

/// Derives from the files; gives what was printed and every file that was written.
fn derive(
    scratch: &std::path::Path,
    files: &[File],
    options: &[&str],
) -> (String, std::collections::BTreeMap<String, Vec<u8>>) {
    let (input, out) = (scratch.join("registry"), scratch.join("out"));
    write(&input, files);
    let (input, folder) = (input.to_str().unwrap(), out.to_str().unwrap());
    let mut arguments = vec!["derive", "--max-rejects", "100", "--out", folder];
    arguments.extend(options);
    arguments.push(input);
    let printed = run(&arguments).unwrap();
    let files = tree(&out);
    std::fs::remove_dir_all(&out).unwrap();
    std::fs::remove_dir_all(input).unwrap();
    (printed, files)
}

fn counts(json: &serde_json::Value) -> Counts {
    let of = |key: &str| json[key].as_u64().unwrap();
    Counts {
        read: of("read"),
        written: of("written"),
        deleted: of("deleted"),
        replaced: of("replaced"),
        withheld: of("withheld"),
        non_iv_d: of("non_iv_d"),
        participating: of("participating"),
        rejected: of("rejected"),
    }
}

fn sum(counts: &Counts) -> u64 {
    counts.written
        + counts.deleted
        + counts.replaced
        + counts.withheld
        + counts.non_iv_d
        + counts.participating
        + counts.rejected
}

/// Compares a run with the model's answer; `seed` is for the message.
fn compare(
    seed: u64,
    expected: &Answer,
    participating: &[&str],
    files: &std::collections::BTreeMap<String, Vec<u8>>,
) {
    let summary: serde_json::Value = serde_json::from_slice(&files["summary.json"]).unwrap();
    for (usps, state) in &expected.states {
        let extract: Vec<Vec<u8>> = files
            .get(&format!("extracts/{usps}.txt"))
            .map(|bytes| {
                let lines = bytes.strip_suffix(b"\n").unwrap().split(|b| *b == b'\n');
                lines.map(<[u8]>::to_vec).collect()
            })
            .unwrap_or_default();
        let shown = |records: &[Vec<u8>]| {
            let text = records
                .iter()
                .map(|r| String::from_utf8_lossy(r).into_owned());
            text.collect::<Vec<_>>().join("\n")
        };
        assert_eq!(
            shown(&extract),
            shown(&state.records),
            "seed {seed}, extract of {usps}"
        );
        let rejects = String::from_utf8(files[&format!("rejects/{usps}.csv")].clone()).unwrap();
        let listed: Vec<(u64, String)> = rejects
            .lines()
            .skip(1)
            .map(|line| {
                let cells: Vec<_> = line.split(',').collect();
                (cells[0].parse().unwrap(), cells[2].to_owned())
            })
            .collect();
        assert_eq!(listed, state.rejects, "seed {seed}, rejects of {usps}");
        let entry = &summary["states"][usps.as_str()];
        assert_eq!(
            entry["written"]["cases"].as_u64(),
            Some(state.cases),
            "seed {seed}, {usps}"
        );
        assert_eq!(
            entry["written"]["records"].as_u64(),
            Some(state.records.len() as u64),
            "seed {seed}, {usps}"
        );
        assert_eq!(entry["rejected"].as_u64(), Some(state.rejects.len() as u64));
        let left_without = state.records.is_empty() && !participating.contains(&usps.as_str());
        let named = summary["without_records"].as_array().unwrap();
        assert_eq!(
            named.contains(&usps.as_str().into()),
            left_without,
            "seed {seed}, {usps}"
        );
    }
    let extracts = files
        .keys()
        .filter(|name| name.starts_with("extracts/"))
        .count();
    let with_records = expected
        .states
        .values()
        .filter(|state| !state.records.is_empty());
    assert_eq!(extracts, with_records.count(), "seed {seed}");
    for (kind, expected) in [("fc", &expected.fc), ("fp", &expected.fp)] {
        let found = counts(&summary["run"][kind]);
        assert_eq!(&found, expected, "seed {seed}, totals of {kind}");
        assert_eq!(
            found.read,
            sum(&found),
            "seed {seed}, totals of {kind} balance"
        );
    }
    assert_eq!(
        summary["run"]["unknown_records"].as_u64(),
        Some(expected.other)
    );
}

/// No SSN that stands marked and no withheld case in any file, or in what was printed.
fn nothing_leaks(
    seed: u64,
    expected: &Answer,
    printed: &str,
    files: &std::collections::BTreeMap<String, Vec<u8>>,
) {
    let everything = files
        .values()
        .map(Vec::as_slice)
        .chain([printed.as_bytes()]);
    for bytes in everything {
        for ssn in &expected.marked {
            assert!(!holds(bytes, ssn), "seed {seed}: a marked SSN came out");
        }
        for (_, id) in &expected.withheld {
            assert!(!holds(bytes, id), "seed {seed}: a withheld case came out");
        }
    }
}

#[test]
fn random_registries_give_what_the_plain_model_gives() {
    let scratch = registry::scratch();
    let (mut written, mut withheld, mut rejected, mut replaced, mut deleted) = (0, 0, 0, 0, 0);
    let (mut codes, mut closed) = (std::collections::BTreeSet::new(), 0);
    for seed in 0..4000 {
        let files = generate::registry(seed);
        let mut random = Random::new(seed ^ 0xffff);
        let participating: &[&str] = if random.one_in(3) { &["NY", "AL"] } else { &[] };
        let include = random.one_in(3);
        let list = participating.join(",");
        let mut options = vec!["--threads", "1"];
        if !participating.is_empty() {
            options.extend(["--participating", &list]);
        }
        if include {
            options.push("--include-non-iv-d");
        }
        let expected = model::derive(&files, participating, include);
        let (printed, output) = derive(scratch.path(), &files, &options);
        compare(seed, &expected, participating, &output);
        nothing_leaks(seed, &expected, &printed, &output);
        written += expected.fp.written;
        withheld += expected.fp.withheld;
        rejected += expected.fp.rejected;
        replaced += expected.fp.replaced;
        deleted += expected.fp.deleted;
        let rejects = expected.states.values().flat_map(|state| &state.rejects);
        codes.extend(rejects.map(|(_, code)| code.clone()));
        closed += expected
            .states
            .values()
            .flat_map(|state| &state.records)
            .filter(|record| record[49] == b'C')
            .count();
    }
    // Every edit but R09, which always protects somebody, so that its records are withheld.
    let expected = (1..=12).filter(|n| *n != 9).map(|n| format!("R{n:02}"));
    assert_eq!(codes, expected.collect());
    assert!(closed > 1000, "only {closed} records of closed cases");
    // The registries are of use only if everything occurs in them.
    for (what, count) in [
        ("written", written),
        ("withheld", withheld),
        ("rejected", rejected),
        ("replaced", replaced),
        ("deleted", deleted),
    ] {
        assert!(count > 2000, "only {count} persons were {what}");
    }
}

/// Files of many pieces: the numbers of records, and cases that a cut between pieces could divide.
#[test]
fn large_files_give_what_the_plain_model_gives() {
    let scratch = registry::scratch();
    let mut random = Random::new(9);
    let shape = generate::Shape {
        states: 2,
        records: 30_000,
        cases: 3_000,
        members: 5,
        ssns: 900,
        marked: 2_000,
        damaged: 300,
        renames: 400,
    };
    let files = generate::registry_of(&mut random, &shape);
    let expected = model::derive(&files, &[], false);
    for threads in ["1", "2", "7"] {
        let (printed, output) = derive(scratch.path(), &files, &["--threads", threads]);
        compare(9, &expected, &[], &output);
        nothing_leaks(9, &expected, &printed, &output);
    }
    assert!(expected.fp.written > 1_000 && expected.fp.withheld > 1_000);
    assert!(
        generate::bytes(&files[0], b"\n").len() > 2 << 20,
        "of several pieces"
    );
}

/// Bytes of any kind after the FA.
#[test]
fn no_bytes_stop_the_program() {
    let scratch = registry::scratch();
    let mut stopped = 0;
    for seed in 0..300 {
        let mut random = Random::new(seed);
        let mut files = generate::registry(seed);
        for file in &mut files {
            for line in file.lines.iter_mut().skip(2) {
                // Few lines, so that many runs have none that stops them.
                if !random.one_in(12) {
                    continue;
                }
                for _ in 0..random.below(4) {
                    let at = random.below(line.len() as u64 + 1) as usize;
                    let byte = random.below(256) as u8;
                    // A line feed would make two records, and a CR before it would vanish.
                    let byte = if matches!(byte, b'\n' | b'\r') {
                        b'.'
                    } else {
                        byte
                    };
                    line.insert(at, byte);
                }
                if line.starts_with(b"FA") {
                    line[0] = b'.';
                }
            }
        }
        let misplaced = files.iter().any(|file| {
            let mut lines = file.lines.iter();
            lines.any(|line| model::cannot_be_placed(line))
        });
        if misplaced {
            stopped += 1;
            let input = scratch.path().join("registry");
            write(&input, &files);
            let out = scratch.path().join("out");
            let message = run(&[
                "derive",
                "--max-rejects",
                "100",
                "--out",
                out.to_str().unwrap(),
                input.to_str().unwrap(),
            ])
            .unwrap_err()
            .to_string();
            assert!(message.contains("does not say whom"), "{message}");
            assert!(!out.exists());
            std::fs::remove_dir_all(input).unwrap();
            continue;
        }
        let expected = model::derive(&files, &[], false);
        let (_, output) = derive(scratch.path(), &files, &["--threads", "2"]);
        compare(seed, &expected, &[], &output);
    }
    assert!((20..280).contains(&stopped), "{stopped}");
}
