//! What the other tests cannot see: code that opens files, or shows foreign text, past the one place
//! where each is made safe.

use std::path::{Path, PathBuf};

/// What no file of `src` does, but those that are named: the words, and what to use instead.
const RULES: [(&str, &[&str], &str); 7] = [
    (
        "std::fs::read(",
        &["run/output"],
        "crate::open, which never hangs",
    ),
    (
        "fs::read_to_string(",
        &["run/audit/trail.rs", "guard.rs"],
        "crate::open, which never hangs",
    ),
    (
        "File::open(",
        &["run/output", "run/audit/trail.rs"],
        "crate::open, which never hangs",
    ),
    (
        "OpenOptions::new()",
        &[
            "open.rs",
            "formats/input/spool.rs",
            "run/audit/trail.rs",
            "run/output",
        ],
        "crate::open",
    ),
    (".display()", &[], "crate::text::shown_path"),
    ("env::args()", &[], "std::env::args_os"),
    ("env::var(", &[], "std::env::var_os"),
];

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[test]
fn files_are_opened_and_foreign_text_is_shown_in_one_place() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    files(&root, &mut found);
    let mut faults = Vec::new();
    for path in found
        .iter()
        .filter(|path| path.extension().is_some_and(|e| e == "rs"))
    {
        let text = std::fs::read_to_string(path).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
        let name = path.strip_prefix(&root).unwrap();
        for (words, allowed, instead) in RULES {
            let is_allowed = allowed.iter().any(|place| name.starts_with(place));
            let whole = |(at, _): (usize, &str)| {
                !code[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_')
            };
            let found = code.match_indices(words).any(whole);
            if found && !is_allowed {
                faults.push(format!(
                    "src/{}: `{words}`; use {instead}",
                    name.to_string_lossy()
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(found.len() > 100);
}
