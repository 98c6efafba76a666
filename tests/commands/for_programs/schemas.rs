//! Every JSON that the program writes has a schema, which is shipped, printed and followed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::program::Scratch;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The short names of all schemas: `match.summary`.
fn names(scratch: &Scratch) -> Vec<String> {
    let list: Value = serde_json::from_str(&scratch.icr("schema --format json").stdout).unwrap();
    let names = list["schemas"].as_array().unwrap().iter();
    names
        .map(|schema| {
            let name = schema["name"].as_str().unwrap();
            name["icr.".len()..].split('/').next().unwrap().to_owned()
        })
        .collect()
}

#[test]
fn the_shipped_schemas_are_those_that_the_program_prints() {
    let scratch = Scratch::new();
    let folder = root().join("schemas");
    let names = names(&scratch);
    let mut shipped = BTreeSet::new();
    for name in &names {
        let printed = scratch.icr(&format!("schema {name}")).stdout;
        let by_full_name = scratch.icr(&format!("schema icr.{name}/1")).stdout;
        assert_eq!(printed, by_full_name);
        let file = folder.join(format!("{name}.json"));
        if std::env::var_os("ICR_BLESS").is_some() {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&file, &printed).unwrap();
        }
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(
            text == printed,
            "schemas/{name}.json is not what `icr schema {name}` prints; ICR_BLESS=1 writes it"
        );
        shipped.insert(format!("{name}.json"));
    }
    let there: BTreeSet<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(there, shipped);
    let refused = scratch.icr("schema nothing");
    assert_eq!(refused.status, 2);
    assert!(refused.stderr.contains("match.summary"));
}

/// Where the source names a schema of its own, the program has it.
#[test]
fn no_schema_name_of_the_source_is_without_a_schema() {
    fn walk(folder: &Path, named: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, named);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                for found in text.split("icr.").skip(1) {
                    let end = found
                        .find(|c: char| !c.is_ascii_lowercase() && c != '.' && c != '-')
                        .unwrap_or(found.len());
                    let version = found[end..].strip_prefix('/').unwrap_or_default();
                    if version.starts_with(|c: char| c.is_ascii_digit()) {
                        named.insert(found[..end].to_owned());
                    }
                }
            }
        }
    }
    let mut named = BTreeSet::new();
    walk(&root().join("src"), &mut named);
    // What a test of the source calls a manifest of another kind.
    named.remove("summary");
    let known: BTreeSet<String> = names(&Scratch::new()).into_iter().collect();
    let without: Vec<_> = named.difference(&known).collect();
    assert!(named.len() > 20 && without.is_empty(), "{without:?}");
}

/// Checks values against the schemas that the program prints, and which were checked.
struct Checker {
    validators: BTreeMap<String, jsonschema::Validator>,
    checked: BTreeSet<String>,
}

impl Checker {
    fn new(scratch: &Scratch) -> Self {
        let validator = |name: String| {
            let schema = scratch.icr(&format!("schema {name}")).stdout;
            let schema: Value = serde_json::from_str(&schema).unwrap();
            assert!(jsonschema::draft202012::meta::is_valid(&schema), "{name}");
            (name, jsonschema::draft202012::new(&schema).unwrap())
        };
        Checker {
            validators: names(scratch).into_iter().map(validator).collect(),
            checked: BTreeSet::new(),
        }
    }

    /// `name` where the value has no key `schema`.
    fn check(&mut self, text: &str, name: Option<&str>, what: &str) {
        let value: Value = serde_json::from_str(text).unwrap_or_else(|_| panic!("{what}: {text}"));
        let own = value.get("schema").and_then(Value::as_str);
        let name = match (own, name) {
            (Some(own), _) => own["icr.".len()..].split('/').next().unwrap(),
            (None, Some(name)) => name,
            (None, None) => panic!("{what} has no schema"),
        };
        let validator = &self.validators[name];
        let wrong: Vec<_> = validator
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{what}, {name}: {wrong:?}");
        self.checked.insert(name.to_owned());
    }

    /// The files of a folder that hold JSON.
    fn check_folder(&mut self, folder: &Path) {
        for file in ["manifest.json", "summary.json", "pruned.json"] {
            if let Ok(text) = std::fs::read_to_string(folder.join(file)) {
                self.check(&text, None, &format!("{}/{file}", folder.display()));
            }
        }
    }
}

#[test]
fn every_json_of_every_command_follows_its_schema() {
    let scratch = Scratch::new();
    let sample = root().join("testdata/sample");
    std::os::unix::fs::symlink(&sample, scratch.path().join("sample")).unwrap();
    let examples = root().join("testdata/examples");
    std::os::unix::fs::symlink(examples, scratch.path().join("examples")).unwrap();
    scratch.write("none", "");
    scratch.write("runs/none", "");
    let mut checker = Checker::new(&scratch);
    let lines = [
        "schema",
        "synth --cases 120 --noise harsh --fcr-states TX,NV --out world",
        "synth --cases 40 --registry --fcr-states TX,NV --out registry",
        "derive --participating CA --out derived registry/registry",
        "match --max-rejects 100 --fcr world/fcr --ssn-master world/ssn-master.txt --audit trail --out run world/extracts",
        "match --max-rejects 100 --routine pooled --fcr world/fcr --out pooled world/extracts",
        "match --fcr sample/fcr --roster sample/roster.csv --roster-policy report --out sample-run sample/extracts",
        "match --on-bad-file exclude --fcr sample/fcr --out excluded sample/extracts",
        "validate --max-rejects 100 --fcr world/fcr world/extracts",
        "convert --to jsonl --fail-on errors --output rows sample/extracts/CA.txt",
        "report sample-run",
        "report run pooled",
        "report --state CA --workers run",
        "report --state CA run pooled",
        "explain --code 02",
        "explain --code E05",
        "explain --fcr sample/fcr --state FL --case 2001234567 sample/extracts",
        "explain --fcr sample/fcr --state FL --case 2007770001 sample/extracts",
        "explain --fcr sample/fcr --state FL --case NOSUCH sample/extracts",
        "diff run pooled",
        "diff sample-run run",
        "verify run",
        "respond --print-policy",
        "respond --serial-start 1 --out work run/responses/CA.icr",
        "respond --serial-start 1 --out pooled-work pooled/responses/CA.icr",
        "score --truth world/truth.csv run",
        "score --truth world/truth.csv run pooled",
        "status run sample-run excluded",
        "history run sample-run",
        "match --fcr sample/fcr --out runs/old sample/extracts",
        "prune --keep-responses 0 --keep-summaries 999 --run-date 20261222 runs",
        "misidentified list --file sample/misidentified.txt",
        "misidentified list --show-pii --purpose checking --audit trail --file sample/misidentified.txt",
        "misidentified check --file sample/misidentified.txt",
        "misidentified add --file list --entries none",
        "layout list",
        "layout show response",
        "layout show edits",
        "audit verify trail",
        "audit report --state CA --month MONTH trail",
        "completions bash",
        "man match",
        "help codes",
    ];
    for line in lines {
        let month = scratch.path().join("trail");
        let month = std::fs::read_to_string(month).unwrap_or_default();
        let month = month.split("\"time\":\"").nth(1).unwrap_or("2026-11")[..7].to_owned();
        let line = line.replace("MONTH", &month);
        let date = if line.contains("--run-date") {
            ""
        } else {
            "--run-date 20261122"
        };
        let ended = scratch.icr(&format!("{line} --quiet {date} --format json"));
        assert!(ended.status <= 1, "{line}: {}", ended.stderr);
        let unnamed = line.starts_with("layout list").then_some("layouts");
        checker.check(&ended.stdout, unnamed, &line);
    }
    let trail = scratch.text("trail");
    assert!(trail.lines().count() >= 2);
    for line in trail.lines() {
        checker.check(line, None, "trail");
    }
    for folder in std::fs::read_dir(scratch.path()).unwrap() {
        checker.check_folder(&folder.unwrap().path());
    }
    checker.check_folder(&scratch.path().join("runs/old"));
    // The mark of a staging folder is there while a run writes, no longer.
    checker.check("{\"schema\": \"icr.staging/1\"}", None, "staging");
    let all: BTreeSet<String> = checker.validators.keys().cloned().collect();
    let without: Vec<_> = all.difference(&checker.checked).collect();
    assert!(without.is_empty(), "no run has shown {without:?}");
}

#[test]
fn a_schema_refuses_what_is_not_there_and_allows_what_is_added() {
    let scratch = Scratch::new();
    let checker = Checker::new(&scratch);
    let summary = root().join("testdata/sample");
    let line = format!(
        "match --quiet --run-date 20261122 --format json --fcr {0}/fcr --out run {0}/extracts",
        summary.display()
    );
    let mut summary: Value = serde_json::from_str(&scratch.icr(&line).stdout).unwrap();
    let validator = &checker.validators["match.summary"];
    summary["added"] = Value::from(1);
    summary["run"]["added"] = Value::from(1);
    assert!(validator.is_valid(&summary));
    let mut wrong = summary.clone();
    wrong["states"]["CA"]["records"]["read"] = Value::from("7");
    assert!(!validator.is_valid(&wrong));
    summary.as_object_mut().unwrap().remove("run_date");
    assert!(!validator.is_valid(&summary));
}

/// One line for each key of a schema: path, type, meaning.
fn keys(schema: &Value, whole: &Value, path: &str, lines: &mut Vec<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        return keys(whole.pointer(&reference[1..]).unwrap(), whole, path, lines);
    }
    for one in ["anyOf", "oneOf"] {
        for schema in schema[one].as_array().into_iter().flatten() {
            keys(schema, whole, path, lines);
        }
    }
    if schema["items"].is_object() {
        keys(&schema["items"], whole, &format!("{path}[]"), lines);
    }
    if schema["additionalProperties"].is_object() {
        let path = format!("{path}.<>");
        keys(&schema["additionalProperties"], whole, &path, lines);
    }
    for (key, value) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{path}.{key}");
        let path = path.trim_start_matches('.');
        let target = value["$ref"]
            .as_str()
            .map_or(value, |place| whole.pointer(&place[1..]).unwrap());
        let own = value["description"].as_str();
        let meaning = own.or(target["description"].as_str()).unwrap_or_default();
        lines.push(format!(
            "| `{path}` | {} |",
            meaning.replace('\n', " ").replace('|', "\\|")
        ));
        // What is the same for the run as for a state is told once.
        if !path.starts_with("run.") && path != "run" {
            keys(value, whole, path, lines);
        }
    }
}

#[test]
fn every_key_of_the_summary_is_explained() {
    let schema = Scratch::new().icr("schema match.summary").stdout;
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let mut lines = Vec::new();
    keys(&schema, &schema, "", &mut lines);
    let unexplained: Vec<_> = lines.iter().filter(|line| line.ends_with("|  |")).collect();
    assert!(
        lines.len() > 50 && unexplained.is_empty(),
        "{unexplained:?}"
    );
    let table = format!("| key | meaning |\n|---|---|\n{}\n", lines.join("\n"));
    let chapter = root().join("docs/schemas.md");
    let text = std::fs::read_to_string(&chapter).unwrap();
    let (head, rest) = text.split_once("| key | meaning |\n").unwrap();
    let tail = rest.split_once("\n\n").map_or("", |(_, tail)| tail);
    let written = format!("{head}{table}\n{tail}");
    if std::env::var_os("ICR_BLESS").is_some() {
        std::fs::write(&chapter, &written).unwrap();
    }
    assert!(
        text == written || std::env::var_os("ICR_BLESS").is_some(),
        "docs/schemas.md does not tell the keys of the schema; ICR_BLESS=1 writes them"
    );
}
