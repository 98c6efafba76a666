//! From invented registry files to a scored match: `icr synth --registry`, `icr derive`, `icr match
//! --fcr`, `icr score`.

use crate::plain_matcher;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::plain_matcher::plain::World;
use crate::support::{Written, disagreement, files, icr, scratch};
use icr::Exit;
use serde_json::Value;

/// A world with registry files, and what is derived from them.
struct Made {
    folder: tempfile::TempDir,
    /// What synth printed.
    totals: Value,
    /// What derive printed.
    derived: Value,
}

fn succeed(arguments: &[&str]) -> String {
    let (exit, printed) = icr(arguments);
    assert!(matches!(exit, Ok(Exit::Success)), "{arguments:?}: {exit:?}");
    printed
}

impl Made {
    fn new(options: &[&str], noise: &str) -> Self {
        let folder = scratch();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        std::fs::write(folder.path().join("noise.toml"), noise).unwrap();
        let (noise, world, derived) = (path("noise.toml"), path("world"), path("derived"));
        let synth = ["synth", "--quiet", "--format", "json", "--registry"];
        let rest = ["--noise", &noise, "--out", &world];
        let totals = succeed(&[&synth[..], &rest, options].concat());
        let registry = path("world/registry");
        let derive = ["derive", "--quiet", "--format", "json", "--out", &derived];
        let summary = succeed(&[&derive[..], &[&registry]].concat());
        Made {
            totals: serde_json::from_str(&totals).unwrap(),
            derived: serde_json::from_str(&summary).unwrap(),
            folder,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Matches with the derived extracts, and scores.
    fn score(&self) -> Value {
        let path = |name: &str| self.path(name).to_str().unwrap().to_owned();
        let (fcr, side) = (path("derived/extracts"), path("world/misidentified.txt"));
        let (extracts, out, truth) = (path("world/extracts"), path("run"), path("world/truth.csv"));
        let inputs = ["--fcr", &fcr, "--misidentified", &side, "--out", &out];
        let run = ["match", "--quiet", "--run-date", "20261122"];
        succeed(&[&run[..], &inputs, &[&extracts]].concat());
        let score = ["score", "--quiet", "--format", "json", "--truth"];
        let text = succeed(&[&score[..], &[&truth, &out]].concat());
        serde_json::from_str(&text).unwrap()
    }

    /// The rows of truth.csv.
    fn truth(&self) -> Vec<Vec<String>> {
        let text = std::fs::read_to_string(self.path("world/truth.csv")).unwrap();
        let cells = |line: &str| line.split(',').map(str::to_owned).collect();
        text.lines().skip(1).map(cells).collect()
    }

    /// The lines of all registry files, each with its file's name.
    fn registry(&self) -> Vec<(String, Vec<u8>)> {
        let mut lines = Vec::new();
        for (name, bytes) in files(&self.path("world/registry")) {
            let records = bytes.split(|&b| b == b'\n').filter(|line| !line.is_empty());
            lines.extend(records.map(|line| (name.clone(), line.to_vec())));
        }
        lines
    }
}

/// The columns of a record, of which trailing blanks may be gone.
fn columns(record: &[u8], first: usize, last: usize) -> String {
    let bytes = record.get(first - 1..last.min(record.len()));
    String::from_utf8_lossy(bytes.unwrap_or_default())
        .trim_end()
        .to_owned()
}

fn holds(path: &Path, needle: &str) -> bool {
    let bytes = std::fs::read(path).unwrap();
    memchr::memmem::find(&bytes, needle.as_bytes()).is_some()
}

const FCR: [&str; 2] = ["--fcr-states", "OH,PA,WI"];

#[test]
fn without_noise_every_case_is_found_through_the_derived_extracts() {
    let made = Made::new(&[&["--cases", "3000"], &FCR[..]].concat(), "");
    assert!(made.totals["fcr_cases"].as_u64() > Some(300));
    assert_eq!(made.totals["fcr_withheld"], 0);
    let score = made.score();
    assert_eq!(score["precision"], 1.0);
    assert_eq!(score["recall"], 1.0);
    let cases = made.truth().len();
    assert_eq!(score["cases"]["right"], cases);
    assert_eq!(score["certain_codes"]["cases"], cases);
    assert_eq!(score["certain_codes"]["wrong"], 0);
    assert_eq!(score["certain_codes"]["beyond"], 0);
}

#[test]
fn the_registry_holds_a_past_of_every_kind() {
    let made = Made::new(
        &[&["--cases", "8000"], &FCR[..]].concat(),
        "closed-one = 20",
    );
    let lines = made.registry();
    let count = |finds: &dyn Fn(&[u8]) -> bool| lines.iter().filter(|(_, r)| finds(r)).count();
    assert_eq!(count(&|r| r.starts_with(b"FA")), 3);
    for (what, found) in [
        ("changed cases", count(&|r| r.starts_with(b"FCC"))),
        ("closed cases", count(&|r| r.starts_with(b"FCD"))),
        (
            "renamed cases",
            count(&|r| r.starts_with(b"FC") && !columns(r, 41, 55).is_empty()),
        ),
        (
            "non-IV-D cases",
            count(&|r| r.starts_with(b"FCA") && r[18] == b'N'),
        ),
        ("changed persons", count(&|r| r.starts_with(b"FPC"))),
        ("persons who left", count(&|r| r.starts_with(b"FPD"))),
        (
            "renamed persons",
            count(&|r| r.starts_with(b"FP") && !columns(r, 513, 527).is_empty()),
        ),
        (
            "previous SSNs",
            count(&|r| r.starts_with(b"FP") && !columns(r, 81, 89).is_empty()),
        ),
        (
            "first additional SSNs",
            count(&|r| r.starts_with(b"FP") && !columns(r, 247, 255).is_empty()),
        ),
        (
            "second additional SSNs",
            count(&|r| r.starts_with(b"FP") && !columns(r, 256, 264).is_empty()),
        ),
        // The noise has no family violence: these marks are withdrawn.
        (
            "marks",
            count(&|r| r.starts_with(b"FP") && columns(r, 46, 47) == "FV"),
        ),
    ] {
        assert!(found > 3, "{what}: {found}");
    }
    let derived = files(&made.path("derived/extracts"));
    let records = |bytes: &Vec<u8>| memchr::memchr_iter(b'\n', bytes).count() as u64;
    let written: u64 = derived.values().map(records).sum();
    assert_eq!(made.totals["fcr_records"], written);
    assert!(made.derived.to_string().contains("OH"));
    let score = made.score();
    assert_eq!(score["precision"], 1.0);
    assert_eq!(score["recall"], 1.0);
    assert_eq!(score["certain_codes"]["wrong"], 0);
}

/// The four fields of a person record that hold an SSN: SSN, Previous SSN, Additional SSN 1 and 2.
const SSN_FIELDS: [(usize, usize); 4] = [(72, 80), (81, 89), (247, 255), (256, 264)];

/// A person who is in a case at the end of a registry file.
struct Person {
    is_marked: bool,
    /// What stands in each of [`SSN_FIELDS`].
    ssns: [String; 4],
}

/// A case of a registry file: the file's name and the Case ID that its persons were added under.
type RegistryCase = (String, String);

/// Everybody at the end, by case: the last record of each Member ID (48-62), for here nothing but a
/// change withdraws a mark, and no marked person is renamed and then changed.
fn persons(lines: &[(String, Vec<u8>)]) -> BTreeMap<RegistryCase, Vec<Person>> {
    let mut last = BTreeMap::new();
    for (file, record) in lines.iter().filter(|(_, r)| r.starts_with(b"FP")) {
        let member = columns(record, 48, 62);
        last.insert((file.clone(), columns(record, 4, 18), member), record);
    }
    let mut cases: BTreeMap<RegistryCase, Vec<Person>> = BTreeMap::new();
    for ((file, case, _), record) in last {
        if record[2] != b'D' {
            cases.entry((file, case)).or_default().push(Person {
                is_marked: columns(record, 46, 47) == "FV",
                ssns: SSN_FIELDS.map(|(first, last)| columns(record, first, last)),
            });
        }
    }
    cases
}

#[test]
fn cases_under_family_violence_are_withheld_and_the_truth_says_so() {
    let options = ["--cases", "12000", "--seed", "5"];
    let made = Made::new(&[&options[..], &FCR].concat(), "family-violence = 30");
    let lines = made.registry();
    let cases = persons(&lines);
    let is_marked = |person: &&Person| person.is_marked;
    let marks = || cases.values().flatten().filter(is_marked);
    let marked: BTreeSet<&String> = marks()
        .flat_map(|person| &person.ssns)
        .filter(|ssn| !ssn.is_empty())
        .collect();
    assert!(marked.len() > 50 && marked.iter().all(|ssn| ssn.len() == 9));
    // There are marks in each field alone, and cases that each field alone withholds.
    let mut marked_in = [0; 4];
    for person in marks() {
        let filled = (0..4).filter(|&field| !person.ssns[field].is_empty());
        if let [field] = filled.collect::<Vec<_>>()[..] {
            marked_in[field] += 1;
        }
    }
    assert!(marked_in.iter().all(|&marks| marks > 2), "{marked_in:?}");
    let non_iv_d: BTreeSet<RegistryCase> = lines
        .iter()
        .filter(|(_, r)| r.starts_with(b"FCA") && r[18] == b'N')
        .map(|(file, r)| (file.clone(), columns(r, 4, 18)))
        .collect();
    let (mut withheld, mut of_a_mark_alone, mut found_in) = (0, 0, [0; 4]);
    for (case, persons) in cases.iter().filter(|(case, _)| !non_iv_d.contains(case)) {
        let finds = |&field: &usize| persons.iter().any(|p| marked.contains(&p.ssns[field]));
        let fields: Vec<usize> = (0..4).filter(finds).collect();
        withheld += u64::from(!fields.is_empty());
        // An ID of that form is of a case that no extract names: it is there for its mark.
        let for_its_mark = case.1.trim_start_matches('P').starts_with('V');
        of_a_mark_alone += usize::from(for_its_mark);
        if let ([field], false) = (&fields[..], for_its_mark) {
            found_in[*field] += 1;
        }
    }
    assert!(found_in.iter().all(|&found| found > 2), "{found_in:?}");
    assert!(of_a_mark_alone > 20, "{of_a_mark_alone}");
    assert_eq!(made.totals["fcr_withheld"], withheld);
    let mut told: Vec<PathBuf> = vec![made.path("derived/summary.json")];
    for folder in ["derived/extracts", "derived/rejects"] {
        let names = files(&made.path(folder)).into_keys();
        told.extend(names.map(|name| made.path(folder).join(name)));
    }
    for path in told {
        for ssn in &marked {
            assert!(!holds(&path, ssn), "a marked SSN");
        }
    }
    // What is withheld is nobody's counterpart, in the truth and in the match.
    let truth = made.truth();
    let (told, rest): (Vec<_>, Vec<_>) = truth.iter().partition(|row| row[4].is_empty());
    assert_eq!(told.len() + of_a_mark_alone, withheld as usize);
    assert!(told.iter().all(|row| row[6] == "family-violence"));
    assert!(rest.iter().all(|row| row[6].is_empty() && row[7] == "00"));
    // A further SSN may withhold one of two cases of the same children: tier 2 finds the other.
    let strays = told.iter().filter(|row| row[7] != "01").count();
    assert!(strays * 20 < told.len(), "{strays} of {}", told.len());
    let score = made.score();
    assert_eq!(score["recall"], 1.0);
    assert_eq!(score["cases"]["stray"], strays);
    assert_eq!(score["cases"]["rightly_none"], told.len() - strays);
    assert_eq!(score["cases"]["right"], rest.len());
    assert_eq!(score["certain_codes"]["wrong"], 0);
    assert_eq!(score["certain_codes"]["beyond"], 0);
}

#[test]
fn with_national_noise_no_certain_code_is_contradicted() {
    let noise = "base = \"national\"\nfamily-violence = 10";
    let made = Made::new(
        &[&["--cases", "5000", "--seed", "9"], &FCR[..]].concat(),
        noise,
    );
    assert!(made.totals["fcr_withheld"].as_u64() > Some(20));
    let score = made.score();
    assert_eq!(score["certain_codes"]["wrong"], 0);
    assert_eq!(score["certain_codes"]["beyond"], 0);
    assert!(score["certain_codes"]["cases"].as_u64() > Some(5000));
    let figure = |name: &str| score[name].as_f64().unwrap();
    assert!((0.97..=1.0).contains(&figure("precision_nobody_apart")));
    assert!((0.95..=1.0).contains(&figure("recall_nobody_apart")));
    assert!((0.8..1.0).contains(&figure("precision")));
    assert!((0.8..1.0).contains(&figure("recall")));
    assert_eq!(score["unknown"], 0);
}

#[test]
fn no_code_is_certain_of_a_state_whose_every_case_is_withheld() {
    let states = ["--states", "TX,OH,PA,WI", "--fcr-states", "OH,PA,WI"];
    let mut without = 0;
    for seed in 1..=10 {
        let seed = seed.to_string();
        let options = [&["--cases", "12", "--seed", &seed], &states[..]].concat();
        let made = Made::new(&options, "family-violence = 70");
        let sent = files(&made.path("derived/extracts"));
        if sent.is_empty() {
            continue;
        }
        for row in made.truth() {
            let is_absent = !sent.contains_key(&format!("{}.txt", row[2]));
            without += usize::from(is_absent);
            assert_eq!(row[7].is_empty(), is_absent, "{row:?}");
        }
        let score = made.score();
        assert_eq!(score["certain_codes"]["wrong"], 0);
        assert_eq!(score["certain_codes"]["not_returned"], 0);
    }
    assert!(without > 5, "{without}");
}

#[test]
fn the_plain_matcher_agrees_with_a_run_on_derived_extracts() {
    let noise = "base = \"harsh\"\nfamily-violence = 10";
    let states = ["--states", "TX,CA,OH,NY", "--fcr-states", "OH,NY"];
    for seed in ["1", "2", "3"] {
        let made = Made::new(
            &[&["--cases", "150", "--seed", seed], &states[..]].concat(),
            noise,
        );
        let listed = |folder: &str| files(&made.path(folder)).into_iter().collect::<Vec<_>>();
        let world = World {
            extracts: listed("world/extracts"),
            fcr: listed("derived/extracts"),
            ssn_master: Some(std::fs::read(made.path("world/ssn-master.txt")).unwrap()),
            misidentified: Some(std::fs::read(made.path("world/misidentified.txt")).unwrap()),
            run_date: 20_261_122,
            directed: false,
            absent_unmatched: false,
            pooled: false,
        };
        assert_eq!((world.extracts.len(), world.fcr.len()), (2, 2));
        let run = Written::new(&world).run(2);
        let disagreement = disagreement(&run, &plain_matcher::answer(&world));
        assert_eq!(disagreement, None, "seed {seed}");
    }
}

#[test]
fn registry_files_are_the_same_at_any_number_of_threads() {
    let folder = scratch();
    let runs = ["1", "2", "7"].map(|threads| {
        let out = folder.path().join(threads);
        let options = ["synth", "--quiet", "--cases", "4000", "--registry"];
        let rest = ["--threads", threads, "--out", out.to_str().unwrap()];
        succeed(&[&options[..], &FCR, &rest].concat());
        files(&out.join("registry"))
    });
    assert_eq!(runs[0].len(), 3);
    assert!(runs[0] == runs[1] && runs[0] == runs[2]);
}

#[test]
fn what_is_derived_is_what_the_fcr_derived_files_would_have_held() {
    let noise = "base = \"harsh\"\nedit-failure = 0\nfamily-violence = 0";
    let options = [&["--cases", "3000", "--seed", "4"], &FCR[..]].concat();
    let made = Made::new(&options, noise);
    let path = |name: &str| made.path(name).to_str().unwrap().to_owned();
    let (profile, plain) = (path("noise.toml"), path("plain"));
    let synth = ["synth", "--quiet", "--noise", &profile, "--out", &plain];
    succeed(&[&synth[..], &options].concat());
    // Derived records are sorted by Case ID, then Member ID.
    let sorted = |bytes: Vec<u8>| -> Vec<Vec<u8>> {
        let mut lines: Vec<_> = bytes.split(|&b| b == b'\n').map(<[u8]>::to_vec).collect();
        lines.sort();
        lines
    };
    let by_state = |folder: &str| -> BTreeMap<String, Vec<Vec<u8>>> {
        let files = files(&made.path(folder)).into_iter();
        files.map(|(name, bytes)| (name, sorted(bytes))).collect()
    };
    let (expected, derived) = (by_state("plain/fcr"), by_state("derived/extracts"));
    assert_eq!(expected.len(), 3);
    assert!(expected == derived);
    // Everything else is the same with a registry.
    for name in ["truth.csv", "ssn-master.txt", "misidentified.txt"] {
        let read = |folder: &str| std::fs::read(made.path(folder).join(name)).unwrap();
        assert!(read("plain") == read("world"), "{name}");
    }
}
