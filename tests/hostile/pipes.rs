//! A pipe that nobody writes to, given to every option of every command: the program ends by itself
//! with status 3, or hears a signal.

use std::path::Path;
use std::time::Duration;

use clap::{Arg, Command as Clap, CommandFactory};
use icr::cli::Cli;

use super::{World, begin, finish, pipe, signal, status, stderr, stops};

/// A line of each command that works; `@name` is the value of its argument `name`.
const LINES: [&str; 23] = [
    "match --out @new-1 world/extracts",
    "validate world/extracts",
    "derive --out @new-2 registry/registry",
    "convert --to csv --output new.csv world/extracts/TX.txt",
    "report run",
    "explain --state TX --case 1 world/extracts",
    "diff run run",
    "verify run",
    "respond --serial-start 1 --out new-3 run/responses/TX.icr",
    "synth --cases 2 --states TX,CA --out new-4",
    "score --truth world/truth.csv run",
    "status run",
    "history run",
    "misidentified add --file world/misidentified.txt --entries world/misidentified.txt",
    "misidentified remove --file world/misidentified.txt --entries world/misidentified.txt",
    "misidentified list --file world/misidentified.txt",
    "misidentified check --file world/misidentified.txt",
    "prune --keep-responses 30 --keep-summaries 30 run",
    "schema",
    "layout list",
    "layout show extract",
    "audit verify trail",
    "audit report --state TX --month 2026-11 trail",
];

/// Options that another needs.
const NEEDS: [(&str, &[&str]); 2] = [
    ("previous", &["--max-volume-change", "50"]),
    ("audit-key", &["--audit", "trail"]),
];

/// Whether an argument's value names a file or folder.
fn names_a_path(argument: &Arg) -> bool {
    let names = argument.get_value_names().unwrap_or_default();
    names.iter().any(|name| {
        let name = name.as_str();
        ["FILE", "DIR", "PATH"]
            .iter()
            .any(|word| name.contains(word))
            || [
                "EXTRACT", "REGISTRY", "RESPONSE", "INPUT", "OLD", "NEW", "RUNS",
            ]
            .contains(&name)
    })
}

/// The lines of a command with the pipe in place of each path that it takes.
fn lines(root: &Clap, words: &[&str]) -> Vec<(String, Vec<String>)> {
    let nested = root.find_subcommand(words[0]).unwrap().has_subcommands();
    let depth = if nested { 2 } else { 1 };
    let mut command = root;
    let mut arguments: Vec<&Arg> = root.get_arguments().collect();
    for word in &words[..depth] {
        command = command.find_subcommand(word).unwrap();
        arguments.extend(command.get_arguments());
    }
    let mut lines = Vec::new();
    for argument in arguments
        .into_iter()
        .filter(|argument| names_a_path(argument))
    {
        let mut line: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        if let Some(long) = argument.get_long() {
            let option = format!("--{long}");
            if let Some(at) = line.iter().position(|word| *word == option) {
                "PIPE".clone_into(&mut line[at + 1]);
            } else {
                line.extend([option, "PIPE".to_owned()]);
            }
            let needs = NEEDS.iter().find(|(name, _)| *name == long);
            line.extend(
                needs
                    .iter()
                    .flat_map(|(_, more)| more.iter().map(|&word| word.to_owned())),
            );
        } else {
            "PIPE".clone_into(line.last_mut().unwrap());
        }
        lines.push((argument.get_id().to_string(), line));
    }
    lines
}

#[test]
fn no_option_of_any_command_hangs_on_a_pipe() {
    let world = World::new();
    pipe(&world.path("PIPE"));
    let mut trail = world.command();
    trail.args(["status", "run"]);
    let trail = world.run(&["verify", "--audit"], &["trail", "run"]);
    assert_eq!(status(&trail), 0, "{}", stderr(&trail));
    let root = Cli::command();
    // Those that read nothing but their arguments have no line.
    for command in root.get_subcommands().map(Clap::get_name) {
        let reads = !["completions", "man", "help", "topic"].contains(&command);
        let has_line = LINES
            .iter()
            .any(|line| line.split(' ').next() == Some(command));
        assert!(has_line || !reads, "`{command}` has no line here");
    }
    let mut tried = 0;
    for line in LINES {
        let line = line.replace('@', "");
        let words: Vec<&str> = line.split(' ').collect();
        for (argument, line) in lines(&root, &words) {
            let child = begin(world.command().args(&line));
            let output = stops(child, Duration::from_millis(400));
            let status = status(&output);
            // Where a pipe can be read the program waits for its writer, and hears the signal.
            assert!(
                [2, 3, 143].contains(&status) || argument == "audit" && status == 3,
                "{line:?}: status {status}: {}",
                stderr(&output)
            );
            tried += 1;
        }
    }
    assert!(tried > 50, "{tried}");
}

#[test]
fn small_files_come_through_pipes() {
    let world = World::new();
    let policy = world.path("policy");
    pipe(&policy);
    let child = begin(world.command().args([
        "respond",
        "--serial-start",
        "1",
        "--policy",
        "policy",
        "--out",
        "piped",
        "run/responses/TX.icr",
    ]));
    std::fs::write(&policy, "age_of_majority = 19\n").unwrap();
    let output = finish(child, Duration::from_secs(20));
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let manifest = std::fs::read_to_string(world.path("piped/manifest.json")).unwrap();
    assert!(manifest.contains("\"kind\": \"policy\""), "{manifest}");
}

/// Holds a lock on a file until it is dropped.
fn hold(path: &Path) -> std::fs::File {
    let file = std::fs::File::open(path).unwrap();
    file.lock().unwrap();
    file
}

#[test]
fn signals_are_heard_while_somebody_holds_the_trails_lock() {
    let world = World::new();
    let first = world.run(&["verify", "--audit"], &["trail", "run"]);
    assert_eq!(status(&first), 0);
    let held = hold(&world.path("trail"));
    for (name, expected) in [("TERM", 143), ("INT", 130)] {
        let child = begin(world.command().args(["verify", "--audit", "trail", "run"]));
        std::thread::sleep(Duration::from_millis(1300));
        signal(child.id(), name);
        let output = finish(child, Duration::from_secs(20));
        assert_eq!(status(&output), expected, "{}", stderr(&output));
        let told = stderr(&output);
        assert!(
            told.contains("trail: another process holds the lock"),
            "{told}"
        );
    }
    drop(held);
    let after = world.run(&["audit", "verify"], &["trail"]);
    assert_eq!(status(&after), 0, "{}", stderr(&after));
}
