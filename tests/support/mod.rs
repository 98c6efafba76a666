//! What the integration tests share: scratch folders, runs of the program in this process, and
//! comparisons that name a field and its columns and never show a value.

#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "shared by several test programs"
)]

pub mod crowd_worlds;
pub mod records;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use clap::Parser;
use icr::cli::Cli;
use icr::formats::layout::LayoutSet;
use icr::run::output::Stdout;
use icr::stop::Stop;
use icr::{Error, Exit};
use serde_json::Value;

use crate::plain_matcher::plain::{Answer, World};

/// A folder that goes away with the value; in memory where that can be, as every file is synced.
pub fn scratch() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() {
        tempfile::tempdir_in(memory)
    } else {
        tempfile::tempdir()
    };
    made.unwrap()
}

/// Runs the program in this process; gives its end, and what it printed on stdout.
pub fn icr<S: AsRef<str>>(arguments: &[S]) -> (icr::Result<Exit>, String) {
    let line = std::iter::once("icr").chain(arguments.iter().map(AsRef::as_ref));
    let cli = Cli::try_parse_from(line).unwrap_or_else(|error| panic!("{error}"));
    let mut out = Vec::new();
    let exit = icr::cli::commands::run(&cli, &mut Stdout::new(&mut out), &Stop::default());
    (exit, String::from_utf8(out).unwrap())
}

/// Findings as a rejects file lists them: record and code.
pub type Listed = Vec<(u32, String)>;

/// Everything that a run of `match` wrote.
#[derive(Clone, Debug, PartialEq)]
pub struct Published {
    pub stdout: String,
    /// By file name.
    pub responses: BTreeMap<String, Vec<u8>>,
    pub rejects: BTreeMap<String, String>,
    pub summary: Value,
}

impl Published {
    pub fn read(folder: &Path, stdout: String) -> Self {
        let text = |(name, bytes)| (name, String::from_utf8(bytes).unwrap());
        Published {
            stdout,
            responses: files(&folder.join("responses")),
            rejects: files(&folder.join("rejects"))
                .into_iter()
                .map(text)
                .collect(),
            summary: serde_json::from_slice(&std::fs::read(folder.join("summary.json")).unwrap())
                .unwrap(),
        }
    }

    /// The response of a state.
    pub fn response(&self, usps: &str) -> &[u8] {
        &self.responses[&format!("{usps}.icr")]
    }

    /// The findings of a severity, by the rejects file's name without its ending.
    pub fn findings(&self, severity: &str) -> BTreeMap<String, Listed> {
        let listed = |(name, text): (&String, &String)| {
            let mut reader = csv::Reader::from_reader(text.as_bytes());
            assert_eq!(
                reader.headers().unwrap(),
                &csv::StringRecord::from(vec![
                    "record", "severity", "code", "field", "first", "last", "message"
                ])
            );
            let rows = reader.records().map(Result::unwrap);
            let found = rows
                .filter(|row| &row[1] == severity)
                .map(|row| (row[0].parse().unwrap(), row[2].to_owned()));
            (
                name.strip_suffix(".csv").unwrap().to_owned(),
                found.collect(),
            )
        };
        self.rejects.iter().map(listed).collect()
    }
}

/// The files of a folder; none where it is not there.
pub fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return BTreeMap::new();
    };
    let entry = |entry: std::io::Result<std::fs::DirEntry>| {
        let entry = entry.unwrap();
        (
            entry.file_name().into_string().unwrap(),
            std::fs::read(entry.path()).unwrap(),
        )
    };
    entries.map(entry).collect()
}

fn side_files(world: &World) -> [(&'static str, Option<&Vec<u8>>); 2] {
    [
        ("ssn-master", world.ssn_master.as_ref()),
        ("misidentified", world.misidentified.as_ref()),
    ]
}

/// Writes a world into a folder: `extracts`, `fcr`, `ssn-master.txt` and `misidentified.txt`.
pub fn write_world(world: &World, folder: &Path) {
    for (kind, list) in [("extracts", &world.extracts), ("fcr", &world.fcr)] {
        std::fs::create_dir(folder.join(kind)).unwrap();
        for (name, bytes) in list {
            std::fs::write(folder.join(kind).join(name), bytes).unwrap();
        }
    }
    for (name, bytes) in side_files(world) {
        if let Some(bytes) = bytes {
            std::fs::write(folder.join(format!("{name}.txt")), bytes).unwrap();
        }
    }
}

/// A world written down, ready for runs of `match`.
pub struct Written {
    pub folder: tempfile::TempDir,
    /// The arguments that say how it is matched.
    pub options: Vec<String>,
    /// The arguments that name its files.
    pub inputs: Vec<String>,
    runs: AtomicU64,
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

impl Written {
    pub fn new(world: &World) -> Self {
        let folder = scratch();
        let (mut options, mut inputs) = (Vec::new(), Vec::new());
        let mut input = |name: &str, value: String| inputs.extend([name.to_owned(), value]);
        if !world.fcr.is_empty() {
            input("--fcr", text(&folder.path().join("fcr")));
        }
        for (name, bytes) in side_files(world) {
            if bytes.is_some() {
                let path = folder.path().join(format!("{name}.txt"));
                input(&format!("--{name}"), text(&path));
            }
        }
        let mut option = |name: &str, value: String| options.extend([name.to_owned(), value]);
        option("--run-date", world.run_date.to_string());
        if world.directed {
            option("--counterpart", "directed".to_owned());
        }
        if world.absent_unmatched {
            option("--absent-state", "unmatched".to_owned());
        }
        if world.pooled {
            option("--routine", "pooled".to_owned());
        }
        write_world(world, folder.path());
        for (name, _) in &world.extracts {
            inputs.push(text(&folder.path().join("extracts").join(name)));
        }
        Written {
            folder,
            options,
            inputs,
            runs: AtomicU64::new(0),
        }
    }

    /// Runs `match` with so many threads; nothing of a world is too much for it.
    pub fn run(&self, threads: usize) -> Published {
        self.run_with(threads, &[])
    }

    /// As [`Written::run`], with more options.
    pub fn run_with(&self, threads: usize, more: &[&str]) -> Published {
        let (out, stdout) = self.run_folder(threads, more);
        Published::read(&out, stdout)
    }

    /// Runs `match` with so many threads and these options beside the world's own; gives the run folder,
    /// and what was printed.
    pub fn run_folder(&self, threads: usize, more: &[&str]) -> (PathBuf, String) {
        let out: PathBuf = self
            .folder
            .path()
            .join(format!("run{}", self.runs.fetch_add(1, Ordering::Relaxed)));
        let mut arguments = vec!["match".to_owned(), "--quiet".to_owned()];
        for (name, value) in [
            ("--threads", threads.to_string()),
            ("--max-rejects", "100".to_owned()),
            ("--max-warnings", "100000000".to_owned()),
            ("--out", text(&out)),
        ] {
            arguments.extend([name.to_owned(), value]);
        }
        arguments.extend(more.iter().map(|&word| word.to_owned()));
        arguments.extend(self.options.iter().chain(&self.inputs).cloned());
        let (exit, stdout) = icr(&arguments);
        match exit {
            Ok(Exit::Success) => (out, stdout),
            other => panic!("{other:?}"),
        }
    }
}

/// Where two response files differ first: record, field and columns; nothing where they are alike.
pub fn difference(mine: &[u8], expected: &[u8]) -> Option<String> {
    if mine == expected {
        return None;
    }
    let lines = |bytes: &[u8]| bytes.split(|&b| b == b'\n').count() - 1;
    let mut pairs = mine
        .split(|&b| b == b'\n')
        .zip(expected.split(|&b| b == b'\n'));
    let at = pairs.position(|(a, b)| a != b);
    let mut pairs = mine
        .split(|&b| b == b'\n')
        .zip(expected.split(|&b| b == b'\n'));
    let place = match at.and_then(|at| Some((at, pairs.nth(at)?))) {
        Some((at, (a, b))) if !a.is_empty() && !b.is_empty() => {
            format!("record {}: {}", at + 1, fields_that_differ(a, b))
        }
        _ => "one is the beginning of the other".to_owned(),
    };
    Some(format!(
        "{} records instead of {}; {place}",
        lines(mine),
        lines(expected)
    ))
}

fn fields_that_differ(a: &[u8], b: &[u8]) -> String {
    if a.len() != b.len() {
        return format!("{} bytes instead of {}", a.len(), b.len());
    }
    let layouts = LayoutSet::load(None).unwrap();
    let extract = &layouts.require("extract").unwrap().fields;
    let response = &layouts.require("response").unwrap().fields;
    let of_response = response.iter().filter(|field| field.columns.first > 241);
    let differing: Vec<_> = extract
        .iter()
        .chain(of_response)
        .filter(|field| a.get(field.columns.range()) != b.get(field.columns.range()))
        .map(|field| {
            format!(
                "{} ({}-{})",
                field.name, field.columns.first, field.columns.last
            )
        })
        .collect();
    differing.join(", ")
}

/// What the engine published differs from the plain matcher's answer in this; nothing where they
/// agree on every byte and number.
pub fn disagreement(run: &Published, answer: &Answer) -> Option<String> {
    let names: Vec<_> = answer
        .responses
        .keys()
        .map(|usps| format!("{usps}.icr"))
        .collect();
    if !run.responses.keys().eq(&names) {
        return Some(format!(
            "responses for {:?} instead of {names:?}",
            run.responses.keys()
        ));
    }
    for (usps, expected) in &answer.responses {
        if let Some(place) = difference(run.response(usps), expected) {
            return Some(format!("response of {usps}: {place}"));
        }
    }
    for (severity, expected) in [("error", &answer.rejects), ("warning", &answer.warnings)] {
        let found = run.findings(severity);
        if !found.keys().eq(expected.keys()) {
            return Some(format!("rejects files {:?}", found.keys()));
        }
        for (name, listed) in expected {
            let same = |((record, code), (expected_record, expected_code)): (
                &(u32, String),
                &(u32, &str),
            )| record == expected_record && code == expected_code;
            let mine = &found[name];
            if mine.len() != listed.len() || !mine.iter().zip(listed).all(same) {
                let wrong: Vec<_> = mine
                    .iter()
                    .zip(listed)
                    .filter(|&pair| !same(pair))
                    .take(3)
                    .collect();
                return Some(format!(
                    "{severity}s of {name}: {} instead of {}; {wrong:?}",
                    mine.len(),
                    listed.len()
                ));
            }
        }
    }
    let (found, expected) = (&run.summary, summary_of(answer));
    for (path, number) in &expected {
        // What did not occur may be zero or left out.
        let value = path
            .iter()
            .try_fold(found, |value, key| value.get(key.as_str()));
        let value = value.cloned().unwrap_or_else(|| Value::from(0));
        if value != *number {
            return Some(format!("summary {}: {value}, not {number}", path.join("/")));
        }
    }
    let unexpected = leaves(found).into_iter().find(|(path, value)| {
        ["states", "fcr", "absent", "run"].contains(&path[0].as_str())
            && value.is_u64()
            && value.as_u64() != Some(0)
            // Beside the keys that the specification names.
            && !path.iter().any(|key| key == "told" || key == "cases_in_sync" || key.ends_with("by_other_state"))
            && !expected.contains_key(path)
    });
    unexpected.map(|(path, value)| format!("summary {}: {value} unexpected", path.join("/")))
}

type Leaves = BTreeMap<Vec<String>, Value>;

fn leaves(value: &Value) -> Leaves {
    let mut all = Leaves::new();
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                for (mut path, leaf) in leaves(value) {
                    path.insert(0, key.clone());
                    all.insert(path, leaf);
                }
            }
        }
        Value::Array(list) => {
            for (at, value) in list.iter().enumerate() {
                for (mut path, leaf) in leaves(value) {
                    path.insert(0, at.to_string());
                    all.insert(path, leaf);
                }
            }
        }
        leaf => {
            all.insert(Vec::new(), leaf.clone());
        }
    }
    all
}

/// The cases of a response with 00 in which as many adults and children matched as are from your state
/// (layouts.md, section 3: positions 243-252, 377-380, 385-388 and 473-477).
///
/// Nothing, where both counts of a case are 99, which is 99 or more: they need not be equal.
fn in_sync(response: &[u8]) -> Option<u64> {
    let records: Vec<&[u8]> = response
        .split(|&byte| byte == b'\n')
        .filter(|record| !record.is_empty())
        .collect();
    let (mut at, mut cases) = (0, 0);
    while at < records.len() {
        let size = std::str::from_utf8(&records[at][472..477]).ok();
        let size = size.and_then(|size| size.parse().ok()).unwrap_or(1);
        let end = (at + size).min(records.len());
        let good = records[at..end]
            .iter()
            .any(|record| record[242..252].chunks(2).any(|code| code == b"00"));
        let (yours, matched) = (&records[at][376..380], &records[at][384..388]);
        let is_open = |first: usize| yours[first..first + 2] == *b"99";
        if good && yours == matched && (is_open(0) || is_open(2)) {
            return None;
        }
        cases += u64::from(good && yours == matched);
        at = end;
    }
    Some(cases)
}

/// The numbers of `summary.json`, by the keys that the specification's cli.md names.
fn summary_of(answer: &Answer) -> Leaves {
    let mut all = Leaves::new();
    let mut put = |path: &[&str], number: Value| {
        all.insert(path.iter().map(|&key| key.to_owned()).collect(), number);
    };
    let mut sums: BTreeMap<Vec<String>, u64> = BTreeMap::new();
    let responses = answer.responses.iter();
    let in_sync: Option<BTreeMap<&str, u64>> = responses
        .map(|(usps, bytes)| Some((usps.as_str(), in_sync(bytes)?)))
        .collect();
    for (usps, totals) in &answer.states {
        let mut number = |keys: &[&str], number: u64| {
            put(&[&["states", usps], keys].concat(), number.into());
            *sums
                .entry(keys.iter().map(|&key| key.to_owned()).collect())
                .or_default() += number;
        };
        number(&["records", "read"], totals.records_read);
        number(&["records", "rejected"], totals.records_rejected);
        number(&["records", "returned"], totals.records_returned);
        number(&["records", "suppressed"], totals.records_suppressed);
        number(&["records", "not_evaluated"], totals.records_not_evaluated);
        number(&["cases", "returned"], totals.cases_returned);
        number(&["cases", "suppressed"], totals.cases_suppressed);
        number(&["cases", "not_evaluated"], totals.cases_not_evaluated);
        let rejected = totals.cases_with_rejected_records;
        number(&["cases", "with_rejected_records"], rejected);
        number(&["cases_nobody_matched"], totals.cases_nobody_matched);
        let shared = totals.cases_counterpart_shared;
        number(&["cases_counterpart_shared"], shared);
        if let Some(cases) = &in_sync {
            number(
                &["cases_in_sync"],
                cases.get(usps.as_str()).copied().unwrap_or(0),
            );
        }
        number(&["multiple_case"], totals.multiple_case);
        number(&["fcr_supplied"], totals.fcr_supplied);
        for (name, counts) in [
            ("cases_by_tier", &totals.cases_by_tier),
            ("records_by_code", &totals.records_by_code),
            ("records_by_basis", &totals.records_by_basis),
            ("cases_by_code", &totals.cases_by_code),
            ("errors", &totals.errors),
            ("warnings", &totals.warnings),
        ] {
            for (code, count) in counts {
                number(&[name, code], *count);
            }
        }
    }
    for (keys, sum) in &sums {
        let keys: Vec<_> = keys.iter().map(String::as_str).collect();
        put(&[&["run"], &keys[..]].concat(), (*sum).into());
    }
    for (usps, file) in &answer.fcr {
        put(&["fcr", usps, "used"], file.used.into());
        put(&["fcr", usps, "records", "read"], file.read.into());
        put(&["fcr", usps, "records", "rejected"], file.rejected.into());
        for (name, counts) in [("errors", &file.errors), ("warnings", &file.warnings)] {
            for (code, count) in counts {
                put(&["fcr", usps, name, code], (*count).into());
            }
        }
    }
    for (usps, (cases, records)) in &answer.absent {
        put(&["absent", usps, "cases"], (*cases).into());
        put(&["absent", usps, "records"], (*records).into());
    }
    all
}

/// Does `work` for each seed, on as many threads as there are cores.
pub fn for_seeds(seeds: std::ops::Range<u64>, work: impl Fn(u64) + Sync) {
    let next = AtomicU64::new(seeds.start);
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        break;
                    }
                    work(seed);
                }
            });
        }
    });
}

/// The numbers of threads that results must not depend on.
pub const THREADS: [usize; 3] = [1, 2, 7];

/// Asserts that an error has this status and that its message holds these words.
pub fn assert_error(result: icr::Result<Exit>, status: u8, words: &[&str]) {
    let error: Error = match result {
        Err(error) => error,
        Ok(exit) => panic!("no error, but {exit:?}"),
    };
    let message = error.to_string();
    assert_eq!(error.exit().status(), status, "{message}");
    for word in words {
        assert!(message.contains(word), "{word:?} is not in: {message}");
    }
}
