//! Every kind of file that the program reads, damaged at random: no panic, no status that the contract
//! does not have, no run that never ends. The short form runs the kept corpus (`testdata/fuzz`) and a few
//! mutations of every seed. The long form mutates for a while, and mutates again what was new:
//!
//! ```sh
//! .ci/fuzz 3600
//! ```
//!
//! The script builds the program with a counter for each of its branches, so that inputs that reach a new
//! part of it are new. Without the counters (`ICR_FUZZ=3600 cargo test --test hostile no_bytes`) new are
//! those whose answer is.
//!
//! `ICR_FUZZ` is the number of seconds for each kind of file; `ICR_FUZZ_ONLY=roster` takes one kind;
//! `ICR_FUZZ_SEED` begins elsewhere; `ICR_FUZZ_KEEP=1` writes small inputs whose answer was new into the
//! corpus. What stops the program is written there always: it becomes part of the corpus with its repair.

mod coverage;
mod library;
mod mutate;
mod targets;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use clap::Parser;
use icr::cli::Cli;
use icr::run::output::Stdout;
use icr::stop::Stop;

use coverage::{Reached, is_measured};
use mutate::Mutator;
use targets::{TARGETS, Target, World};

/// No file of this size may keep a command longer, even on a busy machine.
const LONGEST: Duration = Duration::from_secs(20);

/// What a command answered: its status and the shape of its message, in which numbers are not told apart.
type Answer = String;

fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() {
        tempfile::tempdir_in(memory)
    } else {
        tempfile::tempdir()
    };
    made.unwrap()
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Runs one command line in this process.
fn answer_of(line: &[String]) -> Answer {
    let line = ["icr", "--quiet", "--run-date", "20261122"]
        .into_iter()
        .map(str::to_owned)
        .chain(line.iter().cloned());
    let cli = Cli::try_parse_from(line).unwrap();
    let mut out = Vec::new();
    let ended = icr::cli::commands::run(&cli, &mut Stdout::new(&mut out), &Stop::default());
    match ended {
        Ok(exit) => {
            assert!(matches!(exit.status(), 0 | 1 | 3), "{exit:?}");
            format!("{} {}", exit.status(), words(&out))
        }
        Err(error) => {
            let status = error.exit().status();
            assert!(matches!(status, 2 | 3), "{error}");
            format!("{status} {}", shape(&error.with_causes(": ")))
        }
    }
}

/// What a command line prints.
fn printed(line: &[String]) -> Vec<u8> {
    let cli =
        Cli::try_parse_from(std::iter::once("icr").chain(line.iter().map(String::as_str))).unwrap();
    let mut out = Vec::new();
    drop(icr::cli::commands::run(
        &cli,
        &mut Stdout::new(&mut out),
        &Stop::default(),
    ));
    out
}

/// A message without its numbers and paths.
fn shape(message: &str) -> String {
    let kept = message.split(' ').filter(|word| !word.contains('/'));
    let kept: Vec<&str> = kept.collect();
    kept.join(" ")
        .chars()
        .filter(|c| !c.is_ascii_digit())
        .take(160)
        .collect()
}

/// The edits and kinds of damage that an output names.
fn words(out: &[u8]) -> String {
    let text = String::from_utf8_lossy(out);
    let is_code = |word: &str| {
        word.len() == 3
            && word.starts_with(['E', 'W', 'R'])
            && word[1..].bytes().all(|b| b.is_ascii_digit())
    };
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words
        .filter(|word| is_code(word))
        .map(str::to_owned)
        .collect()
}

/// Gives one input to all commands of a target.
fn run(target: &Target, world: &World, input: &[u8]) -> Result<Answer, String> {
    let started = Instant::now();
    let ran = catch_unwind(AssertUnwindSafe(|| {
        let answers = target
            .lines(world, input)
            .into_iter()
            .map(|line| answer_of(&line));
        answers.collect::<Vec<_>>().join("; ")
    }));
    let took = started.elapsed();
    match ran {
        Ok(_) if took > LONGEST => Err(format!("it took {} seconds", took.as_secs())),
        Ok(answer) => Ok(answer),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let word = panic.downcast_ref::<&str>().map(|&text| text.to_owned());
            Err(text.or(word).unwrap_or_else(|| "a panic".to_owned()))
        }
    }
}

fn corpus_of(target: &Target) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("testdata/fuzz")
        .join(target.name)
}

fn kept(target: &Target) -> Vec<Vec<u8>> {
    let Ok(folder) = std::fs::read_dir(corpus_of(target)) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect()
}

/// Writes an input into the corpus, under a name made from its bytes.
fn keep(target: &Target, input: &[u8]) -> PathBuf {
    use sha2::{Digest, Sha256};
    let name = icr::text::hex(&Sha256::digest(input).into());
    let folder = corpus_of(target);
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(&name[..16]);
    std::fs::write(&path, input).unwrap();
    path
}

/// Fails with what was found; the input is kept as a test.
fn check(target: &Target, world: &World, input: &[u8]) -> Answer {
    run(target, world, input).unwrap_or_else(|problem| {
        let path = keep(target, input);
        panic!("{}: {problem}; kept as {}", target.name, path.display())
    })
}

/// Inputs that a machine may keep: small ones, and not many.
const SMALL: usize = 1536;
const MOST_KEPT: usize = 12;

fn fuzz(target: &Target) {
    let scratch = folder();
    let world = World::new(scratch.path());
    let mut pool = target.seeds(&world);
    let seeds = pool.len();
    pool.extend(kept(target));
    let (mut seen, mut reached) = (BTreeSet::new(), Reached::default());
    for input in &pool {
        seen.insert(check(target, &world, input));
        reached.is_new();
    }
    let limit = setting("ICR_FUZZ").map(Duration::from_secs);
    let mut mutator = Mutator::new(setting("ICR_FUZZ_SEED").unwrap_or(1));
    let started = Instant::now();
    let (mut runs, mut new) = (pool.len(), 0);
    let enough = |runs: usize| match limit {
        Some(limit) => started.elapsed() >= limit,
        None => runs >= 60,
    };
    while !enough(runs) {
        let input = mutator.mutate(&pool);
        runs += 1;
        let is_new_answer = seen.insert(check(target, &world, &input));
        let is_new = reached.is_new() || is_new_answer;
        if is_new && limit.is_some() {
            new += 1;
            let is_wanted = input.len() <= SMALL && kept(target).len() < MOST_KEPT;
            if is_wanted && setting("ICR_FUZZ_KEEP").is_some() {
                keep(target, &input);
            }
            pool.push(input);
        }
    }
    println!(
        "fuzz {}: {runs} runs in {} s, {} different answers, {} parts of the program, {new} new inputs, from {seeds} seeds and {} kept inputs",
        target.name,
        started.elapsed().as_secs(),
        seen.len(),
        reached.parts(),
        pool.len() - seeds - new
    );
}

#[test]
fn no_bytes_stop_the_program() {
    let only = std::env::var("ICR_FUZZ_ONLY")
        .ok()
        .filter(|only| !only.is_empty());
    let chosen: Vec<&Target> = TARGETS
        .iter()
        .filter(|target| only.as_deref().is_none_or(|only| only == target.name))
        .collect();
    assert!(
        !chosen.is_empty(),
        "there is no such kind of file: {only:?}"
    );
    // The counters are of the whole program: one kind at a time.
    let threads = match std::thread::available_parallelism() {
        Ok(threads) if !is_measured() => threads.get(),
        _ => 1,
    };
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(target) = chosen.get(next.fetch_add(1, Ordering::Relaxed)) {
                    fuzz(target);
                }
            });
        }
    });
}
