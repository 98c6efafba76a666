//! No name, SSN, date of birth or contact of a record leaves the responses.

use std::collections::BTreeSet;

use crate::plain_matcher::plain::World;
use crate::plain_matcher::worlds::random_world;
use crate::support::{Written, files, for_seeds};
use icr::formats::layout::LayoutSet;

/// The values of the fields that hold what must not be told, longer than a word of ours could be by
/// chance.
fn values(world: &World) -> BTreeSet<String> {
    let layouts = LayoutSet::load(None).unwrap();
    let secret = [
        "last_name",
        "first_name",
        "middle_name",
        "ssn",
        "date_of_birth",
        "contact_name",
        "contact_phone_number",
        "contact_e_mail",
    ];
    let fields = &layouts.require("extract").unwrap().fields;
    let columns: Vec<_> = fields
        .iter()
        .filter(|f| {
            secret.contains(&f.key.as_str())
                || f.key.starts_with("contact")
                || f.name.contains("Name")
        })
        .map(|f| f.columns)
        .collect();
    assert_eq!(columns.len(), 8, "the layout has other fields");
    let mut values = BTreeSet::new();
    for (_, bytes) in world.extracts.iter().chain(&world.fcr) {
        for line in bytes.split(|&b| b == b'\n') {
            for columns in &columns {
                let value = String::from_utf8_lossy(columns.of_trimmed(line)).into_owned();
                let value = value.trim().to_owned();
                // The run date is told, and is nobody's; `none` is a key of the summary and stands for
                // no middle name.
                if value.len() >= 4 && value != "20261122" && value != "none" {
                    values.insert(value);
                }
            }
        }
    }
    values
}

#[test]
fn nothing_of_a_person_is_in_the_summary_the_rejects_or_on_stdout() {
    for_seeds(0..300, |seed| {
        let world = random_world(seed);
        let run = Written::new(&world).run(2);
        let told = [
            run.stdout.clone(),
            run.summary.to_string(),
            run.rejects.values().cloned().collect(),
        ]
        .concat();
        let values = values(&world);
        assert!(values.len() > 3, "world {seed} proves nothing");
        for (number, value) in values.iter().enumerate() {
            // (The value itself must not be in a test's message either.)
            assert!(
                !told.contains(value.as_str()),
                "world {seed}, value {number}"
            );
        }
    });
}

/// The program itself: also what goes to stderr, findings and failures included.
#[test]
fn nothing_of_a_person_is_on_stderr() {
    for seed in 0..40 {
        let world = random_world(seed);
        let written = Written::new(&world);
        let extracts = written.folder.path().join("extracts");
        for options in [
            &["--max-rejects", "0"][..],
            &["--on-bad-file", "exclude", "--max-rejects", "0"],
            &["--absent-state", "error"],
            &["--input-format", "fb"],
        ] {
            let run = std::process::Command::new(env!("CARGO_BIN_EXE_icr"))
                .args(["match", "--run-date", "20261122", "--out"])
                .arg(written.folder.path().join("out"))
                .arg("--force")
                .args(options)
                .arg(&extracts)
                .output()
                .unwrap();
            let told = [run.stdout, run.stderr].concat();
            let told = String::from_utf8_lossy(&told);
            for (number, value) in values(&world).iter().enumerate() {
                assert!(
                    !told.contains(value.as_str()),
                    "world {seed}, value {number}"
                );
            }
        }
        assert!(!files(&extracts).is_empty());
    }
}
