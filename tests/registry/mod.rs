//! What the tests of `icr derive` share: random registries, the plain model, and ways to run.

#![allow(dead_code, unreachable_pub, reason = "each test file uses a part")]

pub mod generate;
pub mod model;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Parser;
use icr::cli::Cli;
use icr::run::output::Stdout;
use icr::stop::Stop;

/// A folder for a test: in memory where the system has such a place, for an output folder is synced.
pub fn scratch() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap())
}

/// Writes a registry into a folder, one file per state.
pub fn write(folder: &Path, files: &[model::File]) -> Vec<PathBuf> {
    std::fs::create_dir_all(folder).unwrap();
    let mut paths = Vec::new();
    for file in files {
        let path = folder.join(format!("{}.fcr", file.usps));
        std::fs::write(&path, generate::bytes(file, b"\n")).unwrap();
        paths.push(path);
    }
    paths
}

/// Runs a command in this process; gives what it printed.
pub fn run(arguments: &[&str]) -> icr::Result<String> {
    let cli = Cli::try_parse_from(std::iter::once(&"icr").chain(arguments)).unwrap();
    let mut printed = Vec::new();
    icr::cli::commands::run(&cli, &mut Stdout::new(&mut printed), &Stop::default())?;
    Ok(String::from_utf8(printed).unwrap())
}

/// Runs the program; gives its status, stdout and stderr.
pub fn program(arguments: &[&str]) -> (i32, String, String) {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_icr"))
        .args(arguments)
        .env_remove("RUST_BACKTRACE")
        .output()
        .unwrap();
    // Whoever runs the tests as root is warned.
    let text = |bytes: Vec<u8>| -> String {
        let text = String::from_utf8(bytes).unwrap();
        text.split_inclusive('\n')
            .filter(|line| !line.contains("warning: running as root"))
            .collect()
    };
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// Every file below a folder, by its path there.
pub fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(inner) = folders.pop() {
        for entry in std::fs::read_dir(&inner).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path
                    .strip_prefix(folder)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned();
                files.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// Whether some bytes occur in others.
pub fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(haystack, needle).is_some()
}
