//! Canaries: names, SSNs, dates of birth and contacts that nothing else looks like go through every
//! command, in every format, with sound and damaged files. They come out only where the contract allows it:
//! in responses, in what `respond` and `convert` make for a state's own system, and where a person asked for
//! them by an option. Everything else that a command prints, logs or writes is searched.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ahash::AHashSet;

use super::World;

/// What every name and contact of the world begins with.
const NAME: &str = "QX";

/// First column and width of what is a name or a contact.
const EXTRACT: &[(usize, usize)] = &[
    (51, 30),
    (81, 16),
    (97, 16),
    (162, 40),
    (202, 10),
    (212, 30),
];
const MASTER: &[(usize, usize)] = &[(10, 30), (40, 16)];
const PERSON: &[(usize, usize)] = &[(90, 16), (106, 16), (122, 30)];

/// First column and width of SSNs and dates of birth.
const EXTRACT_NUMBERS: &[(usize, usize)] = &[(24, 9), (113, 8)];
const MASTER_NUMBERS: &[(usize, usize)] = &[(1, 9)];
const PERSON_NUMBERS: &[(usize, usize)] = &[(64, 8), (72, 9), (81, 9), (247, 9), (256, 9)];

/// Marks all names of a file's lines, and collects its numbers. An empty contact gets one.
fn mark(
    path: &Path,
    texts: &[(usize, usize)],
    numbers: &[(usize, usize)],
    found: &mut AHashSet<String>,
) {
    let bytes = std::fs::read(path).unwrap();
    let mut marked = Vec::new();
    for line in bytes.split_inclusive(|&b| b == b'\n') {
        let mut line = line.to_vec();
        let is_person = !line.starts_with(b"FA") && !line.starts_with(b"FC");
        for &(first, width) in texts.iter().filter(|_| is_person) {
            let Some(field) = line.get_mut(first - 1..first - 1 + width) else {
                continue;
            };
            let is_contact = texts == EXTRACT && first >= 162;
            if is_contact || !field.starts_with(b" ") {
                field.copy_within(..width - NAME.len(), NAME.len());
                field[..NAME.len()].copy_from_slice(NAME.as_bytes());
            }
        }
        for &(first, width) in numbers.iter().filter(|_| is_person) {
            let field = line.get(first - 1..first - 1 + width).unwrap_or_default();
            let number = String::from_utf8_lossy(field);
            let digits: BTreeSet<char> = number.chars().collect();
            if number.bytes().all(|b| b.is_ascii_digit()) && digits.len() > 2 {
                found.insert(number.into_owned());
            }
        }
        marked.extend_from_slice(&line);
    }
    std::fs::write(path, marked).unwrap();
}

/// A world of canaries, in the world's folder.
struct Canaries {
    world: World,
    numbers: AHashSet<String>,
    searched: usize,
}

impl Canaries {
    fn new() -> Self {
        let world = World::new();
        let mut numbers = AHashSet::new();
        for folder in ["world/extracts", "world/fcr"] {
            for entry in std::fs::read_dir(world.path(folder)).unwrap() {
                mark(
                    &entry.unwrap().path(),
                    EXTRACT,
                    EXTRACT_NUMBERS,
                    &mut numbers,
                );
            }
        }
        for entry in std::fs::read_dir(world.path("registry/registry")).unwrap() {
            mark(&entry.unwrap().path(), PERSON, PERSON_NUMBERS, &mut numbers);
        }
        mark(
            &world.path("world/ssn-master.txt"),
            MASTER,
            MASTER_NUMBERS,
            &mut numbers,
        );
        // The run date is nobody's.
        numbers.remove("20261122");
        assert!(numbers.len() > 200, "{}", numbers.len());
        Canaries {
            world,
            numbers,
            searched: 0,
        }
    }

    /// Whether bytes hold a canary; which one is not shown.
    fn holds(&self, bytes: &[u8]) -> bool {
        let text = String::from_utf8_lossy(bytes).to_uppercase();
        if memchr::memmem::find(text.as_bytes(), NAME.as_bytes()).is_some() {
            return true;
        }
        // Also as a person would write them: 123-45-6789, 1980-01-15.
        let joined = text.replace('-', "");
        self.holds_number(text.as_bytes()) || self.holds_number(joined.as_bytes())
    }

    fn holds_number(&self, text: &[u8]) -> bool {
        let mut digits = 0;
        for (end, byte) in (1..).zip(text) {
            digits = if byte.is_ascii_digit() { digits + 1 } else { 0 };
            let is_one = |width: usize| {
                let number = std::str::from_utf8(&text[end - width..end]);
                digits >= width && number.is_ok_and(|number| self.numbers.contains(number))
            };
            if digits >= 8 && (is_one(8) || digits >= 9 && is_one(9)) {
                return true;
            }
        }
        false
    }

    /// Runs a command; searches what it prints, and every file in `out` but those that may hold people.
    fn run(&mut self, line: &str) -> i32 {
        let out = self.world.path("out");
        drop(std::fs::remove_dir_all(&out));
        // In turn, for both forms go through one function.
        let log = if self.searched.is_multiple_of(4) {
            "text"
        } else {
            "json"
        };
        let mut command = self.world.command();
        command.env("RUST_BACKTRACE", "full");
        command.args(["--run-date", "20261122", "--log-format", log]);
        let output = command.args(line.split(' ')).output().unwrap();
        let status = output.status.code().unwrap_or(-1);
        assert!([0, 1, 2, 3].contains(&status), "{line}: {status}");
        let allowed = line.starts_with("report") && line.contains("--workers");
        for (stream, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
            assert!(
                allowed || !self.holds(bytes),
                "{line}: {stream} shows a person"
            );
            self.searched += 1;
        }
        self.search(&out, line);
        status
    }

    fn search(&mut self, folder: &Path, line: &str) {
        let mut files = Vec::new();
        list(folder, &mut files);
        let is_respond = line.starts_with("respond");
        for path in files {
            let name = path
                .strip_prefix(folder)
                .unwrap()
                .to_string_lossy()
                .into_owned();
            assert!(
                !self.holds(name.as_bytes()),
                "{line}: a file's name shows a person"
            );
            let people = name.starts_with("responses/")
                || name.starts_with("extracts/")
                || name.starts_with("changes/") && path.extension() == Some("icr".as_ref())
                || is_respond && !matches!(name.as_str(), "summary.json" | "manifest.json");
            if !people {
                let bytes = std::fs::read(&path).unwrap();
                assert!(!self.holds(&bytes), "{line}: {name} shows a person");
                self.searched += 1;
            }
        }
    }
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            list(&path, files);
        } else {
            files.push(path);
        }
    }
}

/// Damages a file as transfers and programs do.
fn damaged(bytes: &[u8], how: &str) -> Vec<u8> {
    let lines = || bytes.split_inclusive(|&b| b == b'\n');
    match how {
        "as it is" => bytes.to_vec(),
        "shifted right" => lines().flat_map(|line| [b" ", line].concat()).collect(),
        "shifted left" => lines().flat_map(|line| line[1..].to_vec()).collect(),
        "cut at a column" => lines()
            .flat_map(|line| [&line[..line.len().min(95)], b"\n"].concat())
            .collect(),
        "cut at the end" => bytes[..bytes.len() - 130].to_vec(),
        "a byte missing in one" => [&bytes[..70], &bytes[71..]].concat(),
        "UTF-8 before the SSN" => {
            let mut number = 0;
            let line = |line: &[u8]| {
                number += 1;
                let (a, b) = line.split_at(line.len().min(15));
                if number % 3 == 0 {
                    [a, "é".as_bytes(), b].concat()
                } else {
                    line.to_vec()
                }
            };
            lines().flat_map(line).collect()
        }
        "without line ends" => lines()
            .flat_map(|line| line[..line.len() - 1].to_vec())
            .collect(),
        "quoted" => lines()
            .flat_map(|line| [b"\"", &line[..line.len() - 1], b"\"\n"].concat())
            .collect(),
        "twice" => [bytes, bytes].concat(),
        "a header" => [b"HEADER QXHEADER 20261122\n", bytes].concat(),
        "control characters" => bytes
            .iter()
            .map(|&b| if b == b'E' { 7 } else { b })
            .collect(),
        "states and types wrong" => {
            let line = |line: &[u8]| {
                let mut line = line.to_vec();
                for at in [16, 17, 47, 48, 49, 137, 138] {
                    if let Some(byte) = line.get_mut(at).filter(|byte| **byte != b'\n') {
                        *byte = b'Z';
                    }
                }
                line
            };
            lines().flat_map(line).collect()
        }
        _ => panic!("{how} is not known"),
    }
}

const DAMAGES: [&str; 13] = [
    "as it is",
    "shifted right",
    "shifted left",
    "cut at a column",
    "cut at the end",
    "a byte missing in one",
    "UTF-8 before the SSN",
    "without line ends",
    "quoted",
    "twice",
    "a header",
    "control characters",
    "states and types wrong",
];

#[test]
fn canaries_come_out_only_where_they_may() {
    let mut canaries = Canaries::new();
    let inputs =
        "--ssn-master world/ssn-master.txt --misidentified world/misidentified.txt --fcr world/fcr";
    let whole = format!(
        "match --force --leads --receipts --audit trail --out run1 {inputs} world/extracts"
    );
    assert_eq!(canaries.run(&whole), 0);
    // The canaries are in what may hold them, so a search that finds nothing elsewhere means something.
    let response = std::fs::read(canaries.world.path("run1/responses/TX.icr")).unwrap();
    assert!(canaries.holds(&response));
    let case = String::from_utf8_lossy(&response[..15]).trim().to_owned();
    let extract = std::fs::read(canaries.world.path("world/extracts/TX.txt")).unwrap();
    let registry = std::fs::read_dir(canaries.world.path("registry/registry")).unwrap();
    let registry = registry.map(|entry| entry.unwrap().path()).next().unwrap();
    let registry = std::fs::read(registry).unwrap();
    let mut refused = 0;
    for how in DAMAGES {
        for folder in ["hurt", "hurt-fcr", "hurt-registry", "hurt-response"] {
            std::fs::create_dir_all(canaries.world.path(folder)).unwrap();
        }
        for (name, bytes) in [
            ("hurt/TX.txt", &extract),
            ("hurt-registry/FL.txt", &registry),
            ("hurt-response/TX.icr", &response),
        ] {
            std::fs::write(canaries.world.path(name), damaged(bytes, how)).unwrap();
        }
        std::fs::copy(
            canaries.world.path("world/extracts/CA.txt"),
            canaries.world.path("hurt/CA.txt"),
        )
        .unwrap();
        for line in [
            format!("match --leads --receipts --out out {inputs} hurt"),
            format!("match --on-bad-file exclude --routine pooled --format json --out out {inputs} hurt"),
            "match --max-rejects 100 --audit trail --out out hurt".to_owned(),
            "match --input-format fb --out out hurt".to_owned(),
            "match --previous run1 --max-volume-change 10 --on-bad-file previous --changes --out out hurt".to_owned(),
            "validate hurt".to_owned(),
            "validate --strict --format json hurt".to_owned(),
            "validate --format csv hurt".to_owned(),
            "validate --format sarif hurt".to_owned(),
            "validate --format junit hurt".to_owned(),
            "validate --format github hurt".to_owned(),
            "validate --rejects rejects.csv hurt".to_owned(),
            format!("explain --state TX --case {case} {inputs} hurt"),
            format!("explain --format json --state TX --case {case} hurt"),
            "derive --max-rejects 100 --out out hurt-registry".to_owned(),
            "derive --format json --out out hurt-registry".to_owned(),
            "respond --serial-start 1 --out out hurt-response/TX.icr".to_owned(),
            "diff run1/responses/TX.icr hurt-response/TX.icr".to_owned(),
            "diff --format json run1/responses/TX.icr hurt-response/TX.icr".to_owned(),
            "diff --format csv run1/responses/TX.icr hurt-response/TX.icr".to_owned(),
            "convert --to csv --output plain.csv hurt/TX.txt".to_owned(),
            "convert --to jsonl --layout response --output plain.jsonl hurt-response/TX.icr".to_owned(),
        ] {
            refused += u32::from(canaries.run(&line) == 3);
        }
        let rejects = std::fs::read(canaries.world.path("rejects.csv")).unwrap_or_default();
        assert!(!canaries.holds(&rejects), "{how}: --rejects shows a person");
        for to in ["csv", "jsonl", "text"] {
            drop(std::fs::remove_file(canaries.world.path("masked")));
            canaries.run(&format!(
                "convert --mask --to {to} --layout extract --output masked hurt/TX.txt"
            ));
            let masked = std::fs::read(canaries.world.path("masked")).unwrap_or_default();
            assert!(
                !canaries.holds(&masked),
                "{how}: --mask to {to} shows a person"
            );
            assert!(
                how != "as it is" || masked.len() > 1000,
                "{to}: nothing was masked"
            );
        }
    }
    assert!(refused > 40, "{refused}");
    for line in [
        "verify run1",
        "verify --format json run1",
        "report run1",
        "report --format html run1",
        "report --format json run1",
        "report --state TX run1",
        "report --state TX --format html run1",
        "report --state TX --format csv run1",
        "report --state TX --workers run1",
        "status run1",
        "history --format html run1",
        "score --truth world/truth.csv run1",
        "audit verify trail",
        "audit report --state TX --month 2026-11 trail",
        "misidentified list --file world/misidentified.txt",
        "misidentified check --file world/ssn-master.txt",
        "match --misidentified world/ssn-master.txt --out out world/extracts",
        "match --ssn-master world/misidentified.txt --out out world/extracts",
        "match --roster world/extracts/TX.txt --out out world/extracts",
        "match --layouts world/extracts --out out world/extracts",
        "respond --serial-start 1 --policy world/extracts/TX.txt --out out run1/responses/TX.icr",
        "respond --sent world/extracts/TX.txt --out out run1/responses/TX.icr",
        "respond --serial-start 1 --leads world/extracts/TX.txt --out out run1/responses/TX.icr",
        "score --truth world/extracts/TX.txt run1",
        "synth --cases 3 --noise world/extracts/TX.txt --out out",
        "audit verify world/extracts/TX.txt",
        "validate --baseline world/extracts/TX.txt world/extracts",
        "convert --to text --input-format csv --output plain.csv world/extracts/TX.txt",
    ] {
        canaries.run(line);
    }
    let trail = std::fs::read(canaries.world.path("trail")).unwrap();
    assert!(
        !trail.is_empty() && !canaries.holds(&trail),
        "the trail shows a person"
    );
    println!(
        "canaries: {} outputs searched, {refused} commands refused",
        canaries.searched
    );
}
