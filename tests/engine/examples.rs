//! Every folder of `testdata/examples` gives its exact answer: responses byte for byte, rejects,
//! warnings and totals, with any number of threads.

use crate::plain_matcher;

use std::path::{Path, PathBuf};

use crate::plain_matcher::plain::World;
use crate::support::{Published, THREADS, difference, files, icr, scratch};
use serde_json::Value;

fn examples() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/examples");
    let entries = std::fs::read_dir(folder).unwrap();
    let mut folders: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

fn run(example: &Path, threads: usize) -> Published {
    let out = scratch();
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let run = out.path().join("run");
    let mut arguments: Vec<String> =
        "match --quiet --run-date 20261122 --max-rejects 100 --max-warnings 1000000"
            .split(' ')
            .map(str::to_owned)
            .collect();
    for (option, name) in [
        ("--fcr", "fcr"),
        ("--ssn-master", "ssn-master.txt"),
        ("--misidentified", "misidentified.txt"),
    ] {
        if example.join(name).exists() {
            arguments.extend([option.to_owned(), text(&example.join(name))]);
        }
    }
    if let Ok(options) = std::fs::read_to_string(example.join("options.txt")) {
        arguments.extend(options.split_whitespace().map(str::to_owned));
    }
    arguments.extend(["--threads".to_owned(), threads.to_string()]);
    arguments.extend([
        "--out".to_owned(),
        text(&run),
        text(&example.join("extracts")),
    ]);
    let (exit, stdout) = icr(&arguments);
    assert_eq!(exit.unwrap(), icr::Exit::Success);
    Published::read(&run, stdout)
}

fn expected(example: &Path, name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(example.join("expected").join(name)).unwrap()).unwrap()
}

/// The first finding in which two lists differ, as record numbers and codes.
fn assert_findings(what: &str, mine: &Value, expected: &Value) {
    let (mine, expected) = (mine.as_object().unwrap(), expected.as_object().unwrap());
    assert!(mine.keys().eq(expected.keys()), "{what}: {:?}", mine.keys());
    for (file, expected) in expected {
        let (mine, expected) = (mine[file].as_array().unwrap(), expected.as_array().unwrap());
        let differing = mine.iter().zip(expected).find(|(a, b)| a != b);
        assert!(
            differing.is_none() && mine.len() == expected.len(),
            "{what} of {file}: {} instead of {}; first {differing:?}",
            mine.len(),
            expected.len()
        );
    }
}

#[test]
fn every_example_gives_its_exact_answer_with_any_number_of_threads() {
    let examples = examples();
    assert_eq!(examples.len(), 25, "examples are missing");
    for example in examples {
        let title = example.file_name().unwrap().to_str().unwrap();
        for threads in THREADS {
            let run = run(&example, threads);
            let responses = files(&example.join("expected/responses"));
            assert!(
                run.responses.keys().eq(responses.keys()),
                "{title}: responses {:?}",
                run.responses.keys()
            );
            for (name, bytes) in &responses {
                if let Some(place) = difference(&run.responses[name], bytes) {
                    panic!("{title}, {name}, {threads} threads: {place}");
                }
            }
            for (severity, name) in [("error", "rejects.json"), ("warning", "warnings.json")] {
                let mine = serde_json::to_value(run.findings(severity)).unwrap();
                assert_findings(
                    &format!("{title}, {name}"),
                    &mine,
                    &expected(&example, name),
                );
            }
            let totals = expected(&example, "totals.json");
            let states = run.summary["states"].as_object().unwrap();
            assert!(states.keys().eq(totals.as_object().unwrap().keys()));
            for (state, totals) in totals.as_object().unwrap() {
                assert_eq!(
                    &states[state]["records"], totals,
                    "{title}, totals of {state}"
                );
            }
        }
    }
}

#[test]
fn a_difference_names_the_field_and_its_columns_and_no_value() {
    let mine = [&[b' '; 500][..], b"\n"].concat();
    let mut other = mine.clone();
    other[30] = b'4';
    other[390] = b'Y';
    assert_eq!(
        difference(&mine, &other).unwrap(),
        "1 records instead of 1; record 1: SSN (24-32), Multiple Case Indicator (391-391)"
    );
    assert_eq!(difference(&mine, &mine), None);
}

/// The shipped sample's expected responses are the plain matcher's; `ICR_BLESS=1` writes them anew.
#[test]
fn the_sample_gives_the_responses_of_the_plain_matcher() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/sample");
    let inputs = |name: &str| files(&sample.join(name)).into_iter().collect();
    let side = |name: &str| Some(std::fs::read(sample.join(name)).unwrap());
    let world = World {
        extracts: inputs("extracts"),
        fcr: inputs("fcr"),
        ssn_master: side("ssn-master.txt"),
        misidentified: side("misidentified.txt"),
        run_date: 20_261_122,
        directed: false,
        absent_unmatched: false,
        pooled: false,
    };
    let answer = plain_matcher::answer(&world);
    let expected = sample.join("expected/responses");
    if std::env::var_os("ICR_BLESS").is_some() {
        for (usps, response) in &answer.responses {
            std::fs::write(expected.join(format!("{usps}.icr")), response).unwrap();
        }
    }
    let responses: Vec<_> = answer
        .responses
        .into_iter()
        .map(|(usps, bytes)| (format!("{usps}.icr"), bytes))
        .collect();
    assert!(files(&expected).into_iter().eq(responses));
}
