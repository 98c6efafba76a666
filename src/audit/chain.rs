//! Checks the chain of a trail.

use super::lines::Line;
use super::trail::{FIRST, hex_digest};
use crate::error::Result;
use crate::stop::Stop;

/// What a check of the chain found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Check {
    /// How many lines there are.
    pub lines: u64,
    /// How many commands began.
    pub starts: u64,
    /// How many commands have no end line: they run, or were killed.
    pub open: u64,
    /// Lines, from 1, that a killed process left half written and that the next line chains past.
    pub torn: Vec<u64>,
    /// The first broken link, if there is one.
    pub broken: Option<Broken>,
}

/// A link that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub problem: String,
}

/// Checks every link, up to the first that is broken. A torn last line of the file is no broken
/// link: the next command will chain past it.
///
/// # Errors
/// [`crate::Error::Interrupted`] where the run is to stop.
pub fn check(trail: &[u8], stop: &Stop) -> Result<Check> {
    let mut found = Check::default();
    let mut open = std::collections::BTreeSet::new();
    let mut previous = FIRST.to_owned();
    let mut previous_is_torn = false;
    let lines: Vec<&[u8]> = trail.split_inclusive(|&byte| byte == b'\n').collect();
    for (at, &line) in lines.iter().enumerate() {
        let number = at as u64 + 1;
        stop.check_at(number)?;
        let mut fail = |problem: &str| {
            found.broken.get_or_insert(Broken {
                line: number,
                problem: problem.to_owned(),
            });
        };
        let ended = line.ends_with(b"\n");
        let bytes = line.strip_suffix(b"\n").unwrap_or(line);
        let digest = hex_digest(bytes);
        let Some(parsed) = serde_json::from_slice::<Line>(bytes).ok().filter(|_| ended) else {
            if previous_is_torn {
                fail("is not a line of an audit trail, and the line before is none either");
                break;
            }
            found.torn.push(number);
            found.lines = number;
            (previous, previous_is_torn) = (digest, true);
            continue;
        };
        if previous_is_torn && !parsed.follows_torn_line() {
            fail("does not say that the line before it is torn: that line was changed");
        } else if parsed.previous() != previous {
            fail("does not chain to the line before it: a line was changed, taken out or put in");
        } else if parsed.number() != number {
            fail("does not have its number: lines were taken out or put in");
        }
        match &parsed {
            Line::Start(_) => {
                found.starts += 1;
                open.insert(digest.clone());
            }
            Line::End(end) => {
                if !open.remove(&end.start)
                    && found.broken.is_none()
                    && !end_may_repeat(&end.start, &lines[..at])
                {
                    found.broken = Some(Broken {
                        line: number,
                        problem: "ends a command that no line before it begins".to_owned(),
                    });
                }
            }
        }
        found.lines = number;
        if found.broken.is_some() {
            break;
        }
        (previous, previous_is_torn) = (digest, false);
    }
    found.open = open.len() as u64;
    Ok(found)
}

/// A command whose end was recorded may record a graver end: the folder could not be published.
fn end_may_repeat(start: &str, before: &[&[u8]]) -> bool {
    before
        .iter()
        .any(|line| hex_digest(line.strip_suffix(b"\n").unwrap_or(line)) == start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{Outcome, Start, Trail};
    use std::path::Path;

    fn write(path: &Path, command: &str) -> Trail {
        let start = Start {
            command: command.to_owned(),
            options: vec![],
            purpose: None,
        };
        Trail::start(path, &start).unwrap()
    }

    fn check(trail: &[u8]) -> Check {
        super::check(trail, &Stop::default()).unwrap()
    }

    fn trail() -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.jsonl");
        for command in ["match", "explain", "respond"] {
            let trail = write(&path, command);
            trail
                .end(&Outcome {
                    outcome: "finished".to_owned(),
                    ..Outcome::default()
                })
                .unwrap();
        }
        (folder, path)
    }

    #[test]
    fn a_trail_that_nobody_touched_holds() {
        let (_folder, path) = trail();
        let found = check(&std::fs::read(path).unwrap());
        assert_eq!(
            (found.lines, found.starts, found.open, found.broken),
            (6, 3, 0, None)
        );
    }

    #[test]
    fn a_long_look_stops_for_a_signal() {
        let (_folder, path) = trail();
        let text = std::fs::read(path).unwrap();
        assert!(super::check(&text, &Stop::set()).is_err());
        assert!(crate::audit::report(&text, "TX", "2026-11", &Stop::set()).is_err());
    }

    #[test]
    fn a_changed_missing_or_added_line_is_named() {
        let (_folder, path) = trail();
        let text = std::fs::read_to_string(path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let broken = |lines: &[&str]| {
            check((lines.join("\n") + "\n").as_bytes())
                .broken
                .unwrap()
                .line
        };
        let changed = lines[2].replace("explain", "layouts");
        assert_eq!(
            broken(&[lines[0], lines[1], &changed, lines[3], lines[4], lines[5]]),
            4
        );
        assert_eq!(
            broken(&[lines[0], lines[1], lines[3], lines[4], lines[5]]),
            3
        );
        assert_eq!(broken(&[lines[0], lines[1], lines[1], lines[2]]), 3);
        assert_eq!(broken(&[lines[1]]), 1);
        assert_eq!(broken(&[lines[0], lines[1], "garbage", lines[2]]), 4);
    }

    #[test]
    fn a_torn_last_line_is_reported_and_chained_past() {
        let (_folder, path) = trail();
        let mut text = std::fs::read(&path).unwrap();
        text.truncate(text.len() - 20);
        std::fs::write(&path, &text).unwrap();
        let found = check(&text);
        assert_eq!(
            (found.torn.as_slice(), found.broken, found.open),
            (&[6][..], None, 1)
        );
        write(&path, "verify");
        let found = check(&std::fs::read(&path).unwrap());
        assert_eq!(
            (found.torn.as_slice(), found.broken, found.lines),
            (&[6][..], None, 7)
        );
    }

    #[test]
    fn processes_may_append_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.jsonl");
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        write(&path, "match").end(&Outcome::default()).unwrap();
                    }
                });
            }
        });
        let found = check(&std::fs::read(path).unwrap());
        assert_eq!((found.lines, found.open, found.broken), (160, 0, None));
    }
}
