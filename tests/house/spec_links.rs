//! References between files are true: to a section of the specification in `docs/spec`, to a
//! decision in `docs/decisions`, and every relative link and repository path in a Markdown file.
//!
//! Each message names the file and says how a reference is written (CONTRIBUTING.md, "References").

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

/// The files of `docs/spec` that a reference names without a path.
const SPEC: [&str; 5] = [
    "layouts.md",
    "matching.md",
    "verification.md",
    "state-side.md",
    "cli.md",
];

/// Where references to the specification and to decisions are looked for.
const PLACES: [&str; 9] = [
    "src",
    "tests",
    "docs",
    "benches",
    "layouts",
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
];

/// Headings of a decision, in order.
const PARTS: [&str; 4] = ["Context", "Decision", "Rejected", "Consequences"];

/// A page: the most lines that a decision has.
const PAGE: usize = 60;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below a path whose ending is one of these, in order of their names.
fn files(path: &Path, endings: &[&str]) -> Vec<PathBuf> {
    const SKIPPED: [&str; 3] = ["target", ".git", "node_modules"];
    if path.is_file() {
        let ending = path.extension().and_then(|ending| ending.to_str());
        let taken = ending.is_some_and(|ending| endings.contains(&ending));
        return taken.then(|| path.to_owned()).into_iter().collect();
    }
    let entries = path.read_dir().unwrap().map(|entry| entry.unwrap().path());
    let mut entries: Vec<_> = entries
        .filter(|entry| !SKIPPED.iter().any(|skipped| entry.ends_with(skipped)))
        .filter(|entry| *entry != root().join("run"))
        .collect();
    entries.sort();
    entries
        .iter()
        .flat_map(|entry| files(entry, endings))
        .collect()
}

fn name_of(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().display().to_string()
}

/// The places in which references are looked for: name, and text without line breaks and comment
/// signs, so that a reference may be wrapped.
fn texts() -> Vec<(String, String)> {
    let all = PLACES
        .iter()
        .flat_map(|place| files(&root().join(place), &["rs", "md", "csv", "toml", "html"]));
    all.filter(|path| !path.ends_with("tests/house/spec_links.rs"))
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            let lines = text
                .lines()
                .map(|line| line.trim_start().trim_start_matches(['/', '!', '#']).trim());
            let lines: Vec<_> = lines.collect();
            (name_of(&path), lines.join(" "))
        })
        .collect()
}

/// The numbers of `5`, `5 and 9`, `1, 2 and 6` or `1 to 3` at the start of a text.
fn numbers(text: &str) -> Vec<u32> {
    let mut found: Vec<u32> = Vec::new();
    let mut rest = text;
    let mut range = false;
    loop {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let Ok(number) = rest[..digits].parse() else {
            return found;
        };
        let first = match found.last() {
            Some(&last) if range => last + 1,
            _ => number,
        };
        found.extend(first..=number);
        rest = &rest[digits..];
        let joints = [(" and ", false), (" to ", true), (", ", false)];
        let Some((joint, to)) = joints.iter().find(|(joint, _)| rest.starts_with(joint)) else {
            return found;
        };
        range = *to;
        rest = &rest[joint.len()..];
    }
}

/// The section numbers of a file of the specification: `## 6. Title` is 6.
fn sections(name: &str) -> BTreeSet<u32> {
    let text = std::fs::read_to_string(root().join("docs/spec").join(name)).unwrap();
    text.lines()
        .filter_map(|line| line.strip_prefix("## ")?.split_once(". ")?.0.parse().ok())
        .collect()
}

#[test]
fn every_reference_to_the_specification_names_a_section_that_exists() {
    let known: BTreeMap<_, _> = SPEC.iter().map(|name| (*name, sections(name))).collect();
    let mut wrong = Vec::new();
    let mut found = 0;
    for (file, text) in texts() {
        for (name, sections) in &known {
            for (at, _) in text.match_indices(name) {
                let before = text[..at].chars().next_back();
                if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '/')) {
                    continue;
                }
                found += 1;
                let after = &text[at + name.len()..];
                if after.starts_with(" section") {
                    wrong.push(format!("{file}: write `{name}, section N`, with the comma"));
                }
                let list = [", sections ", ", section "]
                    .iter()
                    .find_map(|head| after.strip_prefix(head));
                let Some(list) = list else { continue };
                let numbers = numbers(list);
                if numbers.is_empty() {
                    wrong.push(format!("{file}: `{name}, section` without a number"));
                }
                for number in numbers.iter().filter(|number| !sections.contains(number)) {
                    wrong.push(format!(
                        "{file}: docs/spec/{name} has no section {number}; it has {sections:?}"
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(found > 60, "only {found} references were found");
}

/// The plain matcher cites rules by letter and section: M6 is matching.md, section 6.
#[test]
fn every_citation_of_the_plain_matcher_names_a_section_that_exists() {
    let letters = [
        ('M', sections("matching.md")),
        ('L', sections("layouts.md")),
        ('V', sections("verification.md")),
    ];
    let text = std::fs::read_to_string(root().join("tests/plain_matcher/plain.rs")).unwrap();
    let mut found = 0;
    for comment in text.lines().filter_map(|line| line.split_once("//")) {
        for word in comment.1.split(|c: char| !c.is_alphanumeric()) {
            for (letter, sections) in &letters {
                let number = word
                    .strip_prefix(*letter)
                    .and_then(|rest| rest.parse().ok());
                if let Some(number) = number {
                    assert!(sections.contains(&number), "{word}: no such section");
                    found += 1;
                }
            }
        }
    }
    assert!(found > 40, "only {found} citations were found");
}

/// The lines of a Markdown file that are outside fenced blocks.
fn prose(text: &str) -> Vec<&str> {
    let mut fenced = false;
    text.lines()
        .filter(|line| {
            let fence = line.trim_start().starts_with("```");
            fenced ^= fence;
            !fenced && !fence
        })
        .collect()
}

/// A line in pieces: text, code span, text, …
fn spans(line: &str) -> impl Iterator<Item = (bool, &str)> {
    line.split('`')
        .enumerate()
        .map(|(at, piece)| (at % 2 == 1, piece))
}

/// The anchors of a Markdown file, as GitHub makes them from headings.
fn anchors(path: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut anchors = BTreeSet::new();
    for line in prose(&text) {
        let title = line.trim_start_matches('#');
        let level = line.len() - title.len();
        if !(1..=6).contains(&level) || !title.starts_with(' ') {
            continue;
        }
        let kept = title.trim().chars().filter_map(|c| match c {
            ' ' => Some('-'),
            '-' | '_' => Some(c),
            _ => c.is_alphanumeric().then(|| c.to_ascii_lowercase()),
        });
        let slug: String = kept.collect();
        let again = (1..).map(|n| format!("{slug}-{n}"));
        let free = std::iter::once(slug.clone())
            .chain(again)
            .find(|slug| !anchors.contains(slug));
        anchors.extend(free);
    }
    anchors
}

/// The targets of the links and pictures of a line, code spans left out.
fn targets(line: &str) -> Vec<String> {
    let text: String = spans(line)
        .map(|(code, piece)| if code { "code" } else { piece })
        .collect();
    text.split("](")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once(')')?.0.to_owned()))
        .collect()
}

/// A path without `.` and `..`.
fn plain_path(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(plain.pop()),
            Component::CurDir => {}
            _ => plain.push(part),
        }
    }
    plain
}

#[test]
fn every_relative_link_leads_to_a_file_and_heading() {
    let mut wrong = Vec::new();
    let mut found = 0;
    for path in files(root(), &["md"]) {
        let text = std::fs::read_to_string(&path).unwrap();
        for target in prose(&text).into_iter().flat_map(targets) {
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            found += 1;
            let (file, anchor) = target.split_once('#').unwrap_or((&target, ""));
            let led = match file {
                "" => path.clone(),
                _ => plain_path(&path.parent().unwrap().join(file)),
            };
            let name = name_of(&path);
            if !led.starts_with(root()) || !led.exists() {
                wrong.push(format!("{name}: ({target}) leads to no file"));
            } else if !anchor.is_empty() && !anchors(&led).contains(anchor) {
                wrong.push(format!(
                    "{name}: ({target}) leads to no heading; there are {:?}",
                    anchors(&led)
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(found > 60, "only {found} links were found");
}

/// Paths in code spans, such as `src/error.rs`.
#[test]
fn every_path_that_a_document_names_exists() {
    const FOLDERS: [&str; 8] = [
        "src/",
        "tests/",
        "docs/",
        "benches/",
        "layouts/",
        "testdata/",
        "fuzz/",
        ".ci/",
    ];
    let mut wrong = Vec::new();
    for path in files(root(), &["md"]) {
        let text = std::fs::read_to_string(&path).unwrap();
        let code = prose(&text).into_iter().flat_map(spans);
        for (_, span) in code.filter(|(code, _)| *code) {
            let file = span.split([' ', '#']).next().unwrap_or_default();
            let pattern = file.contains(['*', '<', '{', '…']);
            let named = FOLDERS.iter().any(|folder| file.starts_with(folder));
            if named && !pattern && !root().join(file).exists() {
                wrong.push(format!("{}: there is no `{file}`", name_of(&path)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Number, file name and text of every decision.
fn decisions() -> Vec<(u32, String, String)> {
    files(&root().join("docs/decisions"), &["md"])
        .into_iter()
        .filter(|path| !path.ends_with("README.md"))
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let number = name.get(..4).and_then(|number| number.parse().ok());
            let number = number.unwrap_or_else(|| panic!("{name} begins with no number"));
            (number, name, std::fs::read_to_string(path).unwrap())
        })
        .collect()
}

#[test]
fn decisions_are_numbered_without_a_gap() {
    let numbers: Vec<_> = decisions().iter().map(|(number, ..)| *number).collect();
    let expected: Vec<_> = (1..).take(numbers.len()).collect();
    assert_eq!(numbers, expected);
    assert!(numbers.len() > 30);
}

#[test]
fn decisions_have_one_form_and_are_listed() {
    let list = std::fs::read_to_string(root().join("docs/decisions/README.md")).unwrap();
    let mut wrong = Vec::new();
    for (number, name, text) in decisions() {
        let mut fault = |what: &str| wrong.push(format!("docs/decisions/{name}: {what}"));
        let lines: Vec<_> = text.lines().collect();
        let title = lines
            .first()
            .and_then(|line| line.strip_prefix(&format!("# {number:04}. ")));
        match title {
            None => fault("the first line is not `# NNNN. Title`"),
            Some(title) if !list.contains(&format!("| [{number:04}]({name}) | {title} |")) => {
                fault("not in docs/decisions/README.md under this number and title");
            }
            Some(_) => {}
        }
        let status = lines.get(2).and_then(|line| line.strip_prefix("Status: "));
        let known = ["accepted", "proposed", "rejected", "superseded by "];
        if !status.is_some_and(|status| known.iter().any(|word| status.starts_with(word))) {
            fault(
                "the third line is not `Status: accepted`, proposed, rejected or superseded by NNNN",
            );
        }
        let date = lines.get(3).and_then(|line| line.strip_prefix("Date: "));
        let shape = |date: &str| date.replace(|c: char| c.is_ascii_digit(), "9") == "9999-99-99";
        if !date.is_some_and(shape) {
            fault("the fourth line is not `Date: CCYY-MM-DD`");
        }
        let heads = prose(&text).into_iter();
        let heads: Vec<_> = heads.filter_map(|line| line.strip_prefix("## ")).collect();
        if heads != PARTS {
            fault(&format!("the headings are {heads:?}, not {PARTS:?}"));
        }
        let empty = |part: &str| {
            part.split_once('\n')
                .is_none_or(|(_, body)| body.trim().is_empty())
        };
        if text.split("\n## ").skip(1).any(empty) {
            fault("a part is empty");
        }
        if lines.len() > PAGE {
            fault("longer than a page");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_decision_that_is_named_exists() {
    let last = decisions().len() as u32;
    for (file, text) in texts() {
        for head in ["decision 0", "decisions 0"] {
            for (at, _) in text.match_indices(head) {
                for number in numbers(&text[at + head.len() - 1..]) {
                    assert!(
                        (1..=last).contains(&number),
                        "{file}: there is no decision {number:04}"
                    );
                }
            }
        }
    }
}
