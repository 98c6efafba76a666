//! Every command that reads a run agrees with every random world: the figures of `summary.json` and
//! `report` are those of a plain count, `verify` and `diff` find the run whole and the same as itself,
//! `explain` gives every case its answer, `score`, `respond`, `status` and `convert` account for every
//! record; and each of them notices a run that was damaged.

mod case_by_case;
mod figures;
mod plain_count;
mod run;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

use crate::plain_matcher::plain::World;
use crate::plain_matcher::worlds::{Rng, dense_world, random_world};
use crate::support::{Written, files, for_seeds};
use icr::Exit;
use plain_count::Case;
use run::{Checked, Run, ensure, json, printed, text};

/// How many worlds; about a third of them are matched by the pooled routine.
const WORLDS: u64 = 1200;

/// What has to occur in so many worlds, else the test proves less than it says.
const MUST_OCCUR: [(&str, u64); 17] = [
    ("pooled", WORLDS / 4),
    ("tier 1", 200),
    ("tier 2", 200),
    ("tier 3", 100),
    ("tier 6", 50),
    ("tier none", 200),
    ("differs in the other ID alone", 150),
    ("one Case ID, several cases", 200),
    ("nobody matched", 50),
    ("multiple case", 50),
    ("counterpart shared", 50),
    ("FCR-supplied", 50),
    ("suppressed", 50),
    ("not evaluated", 50),
    ("a byte changed", 200),
    ("a record missing", 200),
    ("everything twice", 200),
];

/// Notes what occurs in a world.
fn occurs(run: &Run) -> Vec<String> {
    let mut seen = Vec::new();
    let mut note = |what: &str, occurs: bool| seen.extend(occurs.then(|| what.to_owned()));
    note("pooled", run.is_pooled());
    let cases = || run.responses.values().flatten();
    for tier in plain_count::tiers(true) {
        note(
            &format!("tier {tier}"),
            cases().any(|case| case.tier() == tier),
        );
    }
    let beside = |holds: fn(&Case, &Case) -> bool| {
        let mut pairs = run.responses.values().flat_map(|cases| cases.windows(2));
        pairs.any(|pair| holds(&pair[0], &pair[1]))
    };
    let alike = Case::differs_in_other_id_alone;
    note("differs in the other ID alone", beside(alike));
    note(
        "one Case ID, several cases",
        beside(|a, b| a.id() == b.id()),
    );
    note("nobody matched", cases().any(Case::nobody_matched));
    note("multiple case", cases().any(Case::is_multiple));
    note("FCR-supplied", cases().any(Case::is_fcr_supplied));
    for (what, path) in [
        ("counterpart shared", "/cases_counterpart_shared"),
        ("suppressed", "/cases/suppressed"),
        ("not evaluated", "/cases/not_evaluated"),
    ] {
        note(what, run::number(&run.summary["run"], path) > 0);
    }
    seen
}

/// Holds every command to a run.
fn every_command(run: &Run, world: &World, written: &Written) -> Checked {
    run::verify(run)?;
    run::diff_with_itself(run)?;
    run::status(run)?;
    run::convert(run)?;
    figures::summary(run)?;
    figures::report(run)?;
    let explained = case_by_case::explain(run, world, written)?;
    case_by_case::counterparts_shared(run, &explained)?;
    case_by_case::score(run, written, &explained)?;
    case_by_case::respond(run, written)
}

/// A run whose responses are in EBCDIC without line ends reads as the same run.
fn in_another_form(run: &Run, written: &Written) -> Checked {
    let form = ["--output-format", "fb", "--output-encoding", "cp037"];
    let (other, _) = written.run_folder(2, &form);
    let (one, other) = (text(&run.folder), text(&other));
    json(&["verify", &other], Exit::Success.status())?;
    json(&["diff", &one, &other], Exit::Success.status())?;
    let report = |folder: &str| {
        let mut report = json(&["report", folder], Exit::Success.status())?;
        // Which run it is.
        report.as_object_mut().unwrap().remove("run");
        Ok::<_, String>(report)
    };
    ensure!(
        report(&one)? == report(&other)?,
        "the report differs by the form"
    );
    for usps in run.responses.keys() {
        let respond = |folder: &str| {
            let out = text(&written.folder.path().join("respond"));
            let response = format!("{folder}/responses/{usps}.icr");
            let arguments = ["respond", "--serial-start", "1", "--out", &out, &response];
            let said = json(&arguments, Exit::Success.status());
            let files = files(Path::new(&out));
            std::fs::remove_dir_all(&out).unwrap();
            // What was read is another file.
            said.map(|said| {
                (
                    said,
                    files
                        .into_iter()
                        .filter(|(name, _)| name != "manifest.json")
                        .collect::<Vec<_>>(),
                )
            })
        };
        ensure!(
            respond(&one)? == respond(&other)?,
            "respond, {usps}: differs by the form"
        );
    }
    Ok(())
}

/// What is done to a response.
#[derive(Clone, Copy, Debug)]
enum Damage {
    /// A byte of a record is another.
    Byte,
    /// A record of a case is missing.
    Record,
    /// All records stand twice.
    Twice,
}

/// The response with the damage, and whether a reader of the response alone has to see it.
fn damaged(cases: &[Case], damage: Damage, rng: &mut Rng) -> (Vec<u8>, bool) {
    let mut records: Vec<Vec<u8>> = cases
        .iter()
        .flat_map(|case| &case.0)
        .map(|record| record.0.clone())
        .collect();
    let at = rng.below(records.len());
    let told = |record: &[u8]| record[472..477] != *b"00001";
    let mut seen = true;
    match damage {
        Damage::Byte => {
            let byte = &mut records[at][rng.below(500)];
            *byte = if *byte == b'X' { b'Y' } else { b'X' };
            seen = false;
        }
        Damage::Record => seen = told(&records.remove(at)),
        Damage::Twice => records.extend(records.clone()),
    }
    (
        records
            .iter()
            .flat_map(|record| [record, &b"\n"[..]].concat())
            .collect(),
        seen,
    )
}

/// Damages a response of a run; every command notices.
fn notices(run: &Run, damage: Damage, folder: &Path, rng: &mut Rng) -> Result<bool, String> {
    let with_records = run.responses.iter().filter(|(_, cases)| !cases.is_empty());
    let with_records: Vec<_> = with_records.collect();
    if with_records.is_empty() {
        return Ok(false);
    }
    let (usps, cases) = with_records[rng.below(with_records.len())];
    run.copy(folder);
    let (bytes, seen_in_response) = damaged(cases, damage, rng);
    let response = folder.join(format!("responses/{usps}.icr"));
    std::fs::write(&response, bytes).unwrap();
    let (old, new, response) = (text(&run.folder), text(folder), text(&response));
    let say = |what: String| format!("{damage:?} in {usps}: {what}");
    let found = json(&["verify", &new], Exit::Findings.status()).map_err(say)?;
    let file = format!("responses/{usps}.icr");
    let of_file = |found: &serde_json::Value| found["file"] == *file;
    ensure!(
        found["damage"].as_array().unwrap().iter().all(of_file),
        "verify names another file"
    );
    let found = json(&["diff", &old, &new], Exit::Findings.status()).map_err(say)?;
    ensure!(found["same"] == false, "diff: the same");
    if seen_in_response {
        let out = text(&folder.with_extension("respond"));
        let respond = [
            "respond",
            "--quiet",
            "--serial-start",
            "1",
            "--out",
            &out,
            &response,
        ];
        printed(&respond, 3).map_err(say)?;
        let truth = folder.join("truth.csv");
        std::fs::write(&truth, "state,case_id,other_state,other_case_id,counterpart_state,counterpart_case_id,planted,certain_codes\n").unwrap();
        printed(&["score", "--quiet", "--truth", &text(&truth), &new], 3).map_err(say)?;
    }
    if !matches!(damage, Damage::Byte) {
        printed(&["report", "--quiet", &new], 3).map_err(say)?;
    }
    Ok(true)
}

#[test]
fn every_command_that_reads_a_run_is_held_to_every_random_world() {
    let occurred: Mutex<BTreeMap<String, u64>> = Mutex::default();
    for_seeds(0..WORLDS, |seed| {
        let world = if seed % 4 == 0 {
            dense_world(seed)
        } else {
            random_world(seed)
        };
        let written = Written::new(&world);
        let (folder, _) = written.run_folder(1 + seed as usize % 2, &[]);
        let run = Run::read(&folder).unwrap_or_else(|what| panic!("random world {seed}: {what}"));
        if let Err(what) = every_command(&run, &world, &written) {
            panic!("random world {seed}: {what}");
        }
        if seed % 8 == 1
            && let Err(what) = in_another_form(&run, &written)
        {
            panic!("random world {seed}, in another form: {what}");
        }
        let mut seen = occurs(&run);
        let (damage, words) = [
            (Damage::Byte, "a byte changed"),
            (Damage::Record, "a record missing"),
            (Damage::Twice, "everything twice"),
        ][seed as usize % 3];
        let copy = written.folder.path().join("damaged");
        match notices(&run, damage, &copy, &mut Rng::new(seed)) {
            Ok(done) => seen.extend(done.then(|| words.to_owned())),
            Err(what) => panic!("random world {seed}: {what}"),
        }
        let mut occurred = occurred.lock().unwrap();
        for what in seen {
            *occurred.entry(what).or_default() += 1;
        }
    });
    let occurred = occurred.into_inner().unwrap();
    for (what, least) in MUST_OCCUR {
        let worlds = occurred.get(what).copied().unwrap_or_default();
        assert!(worlds >= least, "{what}: in {worlds} worlds, not {least}");
    }
}

/// A fault that the test has to see: what is done to the run folder, and who notices.
#[test]
fn the_test_can_fail() {
    let world = random_world(7);
    let written = Written::new(&world);
    let (folder, _) = written.run_folder(1, &[]);
    let run = || Run::read(&folder).unwrap();
    every_command(&run(), &world, &written).unwrap();
    let (usps, _) = run()
        .responses
        .into_iter()
        .max_by_key(|(_, cases)| cases.len())
        .unwrap();
    let response = folder.join(format!("responses/{usps}.icr"));
    let (good, summary) = (
        std::fs::read(&response).unwrap(),
        folder.join("summary.json"),
    );

    // A damaged folder.
    std::fs::write(folder.join("responses/note.txt"), "").unwrap();
    assert!(run::verify(&run()).unwrap_err().contains("verify"));
    std::fs::remove_file(folder.join("responses/note.txt")).unwrap();

    // A wrong figure.
    let said = std::fs::read_to_string(&summary).unwrap();
    let mut wrong: serde_json::Value = serde_json::from_str(&said).unwrap();
    for figure in ["multiple_case", "cases_counterpart_shared"] {
        let count = &mut wrong["states"][&usps][figure];
        *count = (count.as_u64().unwrap() + 1).into();
    }
    std::fs::write(&summary, wrong.to_string()).unwrap();
    assert!(
        figures::summary(&run())
            .unwrap_err()
            .contains("/multiple_case")
    );
    assert!(figures::report(&run()).is_err());
    let explained = case_by_case::explain(&run(), &world, &written).unwrap();
    let shared = case_by_case::counterparts_shared(&run(), &explained);
    assert!(shared.unwrap_err().contains("share a counterpart"));
    std::fs::write(&summary, said).unwrap();

    // A code that is another, in every record of a case.
    let mut other = good.clone();
    let case = &run().responses[&usps][0];
    for record in other.chunks_mut(501).take(case.0.len()) {
        record[242..252].copy_from_slice(b"08        ");
    }
    std::fs::write(&response, &other).unwrap();
    let explained = case_by_case::explain(&run(), &world, &written);
    assert!(explained.err().unwrap().contains("codes"));

    // A missing record, and a missing case.
    std::fs::write(&response, &good[501..]).unwrap();
    let read = Run::read(&folder);
    let noticed = read.is_err() || figures::summary(&read.unwrap()).is_err();
    assert!(noticed);
    let before = run_without_last_case(&folder, &usps, &good);
    assert!(figures::summary(&before).unwrap_err().contains("not"));
    assert!(case_by_case::explain(&before, &world, &written).is_err());
}

/// The run as it reads where the last case of a response is missing.
fn run_without_last_case(folder: &Path, usps: &str, good: &[u8]) -> Run {
    std::fs::write(folder.join(format!("responses/{usps}.icr")), good).unwrap();
    let mut run = Run::read(folder).unwrap();
    run.responses.get_mut(usps).unwrap().pop();
    run
}
