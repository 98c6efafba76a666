//! Verifies the chain of digests in an audit trail.

use schemars::JsonSchema;
use serde::Serialize;

use super::digest::hex_digest;
use super::key::{AuditKey, Signed};
use super::lines::{Line, is_torn};
use super::seal::{Seal, seal_of, unsealed};
use super::trail::FIRST;
use crate::error::Result;
use crate::stop::Stop;

/// The result of a check.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Check {
    /// The number of lines.
    pub lines: u64,
    /// The number of commands that began.
    pub starts: u64,
    /// The number of commands without an end line. They are still running, or were killed.
    pub open: u64,
    /// The lines, from 1, of those commands that were about to publish. Whether they did can be
    /// seen only where their output would be.
    pub prepared: Vec<u64>,
    /// The number of lines signed with a key. Only the key shows whether it was the right one.
    pub signed: u64,
    /// The number of lines without a seal, which an earlier version of the program wrote.
    pub unsealed: u64,
    /// Lines, from 1, that were cut when a process was killed, and that the next line's digest
    /// accounts for.
    pub torn: Vec<u64>,
    /// The SHA-256 of the last line, in hexadecimal, which the next line will contain.
    pub last: String,
    /// The line, from 1, with the expected digest.
    pub expected: Option<u64>,
    /// The first broken link, if there is one.
    pub broken: Option<Broken>,
}

/// A link that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Broken {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub problem: String,
}

/// Whether these bytes are a line of a trail.
pub fn is_trail(bytes: &[u8]) -> bool {
    bytes
        .split(|&byte| byte == b'\n')
        .any(|line| Line::parse(line).is_some())
}

/// Checks every line and link up to the first broken one, and looks for the line with the digest
/// `expect`. A cut last line is not a broken link, because the next command will account for it.
/// Lines that were removed from the end can be detected only by a digest that was noted elsewhere.
///
/// # Errors
/// [`crate::Error::Interrupted`] if a stop was requested.
pub fn check(
    trail: &[u8],
    expect: Option<&str>,
    key: Option<&AuditKey>,
    stop: &Stop,
) -> Result<Check> {
    let mut found = Check::default();
    let mut open = std::collections::BTreeSet::new();
    // A command may get a second, more severe end line, if its folder could not be published.
    let mut begun = ahash::AHashSet::new();
    let mut prepared = std::collections::BTreeMap::new();
    let mut previous = FIRST.to_owned();
    let (mut previous_is_torn, mut any_sealed) = (false, false);
    let lines = trail.split_inclusive(|&byte| byte == b'\n');
    for (number, line) in (1..).zip(lines) {
        stop.check_at(number)?;
        let ended = line.ends_with(b"\n");
        let bytes = line.strip_suffix(b"\n").unwrap_or(line);
        let digest = hex_digest(bytes);
        found.lines = number;
        found.last.clone_from(&digest);
        if expect == Some(digest.as_str()) {
            found.expected = Some(number);
        }
        let seal = seal_of(bytes);
        let parsed = Line::parse(bytes);
        let torn = is_torn(bytes) || !ended && parsed.is_some() && seal != Seal::Broken;
        let signed = Signed::of(unsealed(bytes)).filter(|_| !torn);
        let is_of_key = match (&signed, key) {
            (Some(signed), Some(key)) => key.made(signed),
            _ => true,
        };
        let problem = match &parsed {
            _ if torn && previous_is_torn => {
                Some("is not a line of an audit trail, and the line before is none either")
            }
            _ if torn => None,
            None => Some("is not a line of an audit trail: it was changed or put in"),
            Some(_) if seal == Seal::Broken => {
                Some("was changed: its seal is not of what it holds")
            }
            Some(_) if seal == Seal::None && any_sealed => {
                Some("has no seal, as lines before it have: it was changed or put in")
            }
            Some(line) if previous_is_torn && !line.follows_torn_line() => {
                Some("does not say that the line before it is torn: that line was changed")
            }
            Some(line) if line.previous() != previous => Some(
                "does not chain to the line before it: a line was changed, taken out or put in",
            ),
            Some(line) if line.number() != number => {
                Some("does not have its number: lines were taken out or put in")
            }
            Some(_) if signed.is_none() && found.signed > 0 => Some(
                "is not signed, as lines before it are: it was changed, put in, or written without the key",
            ),
            Some(_) if !is_of_key => Some(
                "is not signed with this key: it was changed or put in by somebody who has not got it",
            ),
            Some(Line::Prepared(end) | Line::End(end))
                if end.began.is_none() && !begun.contains(&end.start) =>
            {
                Some("ends a command that no line before it begins")
            }
            Some(_) => None,
        };
        if let Some(problem) = problem {
            found.broken = Some(Broken {
                line: number,
                problem: problem.to_owned(),
            });
            break;
        }
        match parsed.filter(|_| !torn) {
            None => found.torn.push(number),
            Some(line) => {
                found.unsealed += u64::from(seal == Seal::None);
                any_sealed |= seal == Seal::Holds;
                found.signed += u64::from(signed.is_some());
                match line {
                    Line::Start(_) => {
                        found.starts += 1;
                        open.insert(digest.clone());
                        begun.insert(digest.clone());
                    }
                    Line::Prepared(end) => drop(prepared.insert(end.start, number)),
                    Line::End(end) => {
                        open.remove(&end.start);
                        prepared.remove(&end.start);
                    }
                }
            }
        }
        (previous, previous_is_torn) = (digest, torn);
    }
    found.open = open.len() as u64;
    if key.is_some() && found.signed == 0 && found.broken.is_none() {
        // Who has not got the key can rebuild a trail that is not signed.
        found.broken = Some(Broken {
            line: found.lines,
            problem: "is not signed, and neither is any line before it: the trail was rebuilt, or never had a key".to_owned(),
        });
    }
    found.prepared = prepared.into_values().collect();
    found.prepared.sort_unstable();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::audit::{Outcome, Start, Trail};
    use std::path::Path;

    fn write(path: &Path, command: &str) -> Trail {
        let start = Start {
            command: command.to_owned(),
            options: vec![],
            purpose: None,
        };
        Trail::start(path, None, &start, &Stop::default()).unwrap()
    }

    fn check(trail: &[u8]) -> Check {
        super::check(trail, None, None, &Stop::default()).unwrap()
    }

    fn trail() -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.jsonl");
        for command in ["match", "explain", "respond"] {
            let trail = write(&path, command);
            trail
                .end(
                    &Outcome {
                        outcome: "finished".to_owned(),
                        ..Outcome::default()
                    },
                    &Stop::default(),
                )
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
        assert!(super::check(&text, None, None, &Stop::set()).is_err());
        assert!(crate::run::audit::report(&text, "TX", "2026-11", &Stop::set()).is_err());
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
            3
        );
        assert_eq!(
            broken(&[lines[0], lines[1], lines[3], lines[4], lines[5]]),
            3
        );
        assert_eq!(broken(&[lines[0], lines[1], lines[1], lines[2]]), 3);
        assert_eq!(broken(&[lines[1]]), 1);
        assert_eq!(broken(&[lines[0], lines[1], "garbage", lines[2]]), 3);
        assert_eq!(broken(&[lines[0], lines[1], "", lines[2]]), 3);
    }

    #[test]
    fn a_changed_last_line_is_told_from_a_torn_one() {
        let (_folder, path) = trail();
        let text = std::fs::read_to_string(&path).unwrap();
        let (before, last) = text.trim_end().rsplit_once('\n').unwrap();
        let with = |last: &str| check(format!("{before}\n{last}").as_bytes());
        let changed = last.replace("finished", "finishef");
        let (body, _) = last.split_once(",\"seal\"").unwrap();
        for changed in [
            format!("{changed}\n"),
            changed,
            // The seal was removed.
            format!("{body}}}\n"),
            "garbage\n".to_owned(),
            "garbage".to_owned(),
            format!("{last}\r\n"),
        ] {
            let found = with(&changed);
            assert_eq!(found.broken.map(|b| b.line), Some(6), "{changed}");
        }
        for torn in [&last[..1], &last[..50], &last[..last.len() - 1], last] {
            let found = with(torn);
            assert_eq!(
                (found.torn.as_slice(), found.broken),
                (&[6][..], None),
                "{torn}"
            );
        }
        // Lines that were removed from the end are detected only if the last digest was noted
        // elsewhere.
        let last = check(text.as_bytes()).last;
        let cut = format!("{before}\n");
        let look = |text: &str| super::check(text.as_bytes(), Some(&last), None, &Stop::default());
        assert_eq!(look(&text).unwrap().expected, Some(6));
        let found = look(&cut).unwrap();
        assert_eq!((found.expected, found.broken, found.lines), (None, None, 5));
    }

    #[test]
    fn a_trail_of_an_earlier_version_holds_and_goes_on_with_seals() {
        let (_folder, path) = trail();
        let text = std::fs::read_to_string(&path).unwrap();
        // The format of lines before they had seals.
        let (mut previous, mut start, mut old) = (FIRST.to_owned(), String::new(), String::new());
        for line in text.lines() {
            let mut line: serde_json::Value = serde_json::from_str(line).unwrap();
            let members = line.as_object_mut().unwrap();
            members.remove("seal");
            members.insert("previous".to_owned(), previous.into());
            if members.contains_key("start") {
                members.insert("start".to_owned(), start.clone().into());
            }
            let line = line.to_string();
            previous = hex_digest(line.as_bytes());
            start.clone_from(&previous);
            old += &(line + "\n");
        }
        let found = check(old.as_bytes());
        assert_eq!((found.lines, found.unsealed, found.broken), (6, 6, None));
        std::fs::write(&path, &old).unwrap();
        write(&path, "verify");
        let found = check(&std::fs::read(&path).unwrap());
        assert_eq!((found.lines, found.unsealed, found.broken), (7, 6, None));
    }

    #[test]
    fn nothing_is_appended_to_what_is_no_trail() {
        let (_folder, path) = trail();
        let text = std::fs::read_to_string(&path).unwrap();
        for foreign in ["C1   I06001\n".to_owned(), text + "garbage\n"] {
            std::fs::write(&path, &foreign).unwrap();
            let start = Start {
                command: "match".to_owned(),
                options: vec![],
                purpose: None,
            };
            let refused = Trail::start(&path, None, &start, &Stop::default())
                .err()
                .unwrap()
                .to_string();
            assert!(
                refused.contains("not a line of an audit trail"),
                "{refused}"
            );
            assert_eq!(std::fs::read_to_string(&path).unwrap(), foreign);
        }
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
    fn a_trail_that_was_rotated_during_a_command_holds_and_says_who_ran_it() {
        let (_folder, path) = trail();
        // Moved away; copied and emptied; replaced by a trail with more lines.
        for how in 0..3 {
            let running = write(&path, "match");
            let old = path.with_extension(how.to_string());
            if how == 1 {
                std::fs::copy(&path, &old).unwrap();
                std::fs::write(&path, "").unwrap();
            } else {
                std::fs::rename(&path, &old).unwrap();
            }
            if how == 2 {
                for _ in 0..9 {
                    write(&path, "verify");
                }
            }
            let stop = Stop::default();
            running.prepared(&Outcome::default(), &stop).unwrap();
            running.end(&Outcome::default(), &stop).unwrap();
            write(&path, "status");
            let text = std::fs::read_to_string(&path).unwrap();
            let found = check(text.as_bytes());
            assert_eq!((found.broken, found.prepared.len()), (None, 0), "{how}");
            assert_eq!(text.matches("\"began\":{").count(), 2, "{how}");
            assert_eq!(check(&std::fs::read(old).unwrap()).broken, None, "{how}");
        }
        // One that was not says nothing of it.
        let running = write(&path, "match");
        running.end(&Outcome::default(), &Stop::default()).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.matches("\"began\":{").count(), 2);
    }

    #[test]
    fn processes_may_append_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.jsonl");
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        write(&path, "match")
                            .end(&Outcome::default(), &Stop::default())
                            .unwrap();
                    }
                });
            }
        });
        let found = check(&std::fs::read(path).unwrap());
        assert_eq!((found.lines, found.open, found.broken), (160, 0, None));
    }
}
