//! The plan of `src`: which room may import which, and that no file imports itself through others.
//!
//! It reads the `use` lines and the `crate::` and `super::` paths of every file, follows re-exports
//! of `mod.rs` to the file that defines the item, and leaves unit tests out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The rooms, in the order in which the data flow. A room imports only from the rooms before it; the
/// files beside them stand before all rooms.
const ROOMS: [&str; 7] = [
    "formats",
    "engine",
    "run",
    "desk",
    "fcr",
    "synthetic",
    "cli",
];

/// Rooms that stand side by side: none of them imports another of them.
const SIDE_BY_SIDE: [&str; 3] = ["desk", "fcr", "synthetic"];

/// A module path below the crate, `["engine", "matching"]`.
type Module = Vec<String>;

struct Source {
    /// By path below `src`.
    text: BTreeMap<String, String>,
    /// The file of each module.
    files: BTreeMap<Module, String>,
    /// What each file uses, as absolute paths; true where it is exported again.
    uses: BTreeMap<String, Vec<(bool, Module)>>,
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// The code without comments, string contents that could look like paths, and unit tests.
fn code_of(text: &str) -> String {
    let end = text.find("#[cfg(test)]\nmod tests").unwrap_or(text.len());
    text[..end]
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}

fn module_of(file: &str) -> Module {
    let mut parts: Module = file
        .trim_end_matches(".rs")
        .split('/')
        .map(str::to_owned)
        .collect();
    if parts
        .last()
        .is_some_and(|last| last == "mod" || last == "lib")
    {
        parts.pop();
    }
    parts
}

/// The paths of a `use` tree: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn paths(prefix: &[String], tree: &str, out: &mut Vec<Module>) {
    let tree = tree.trim();
    if let Some(list) = tree.strip_prefix('{') {
        let list = list.trim_end().trim_end_matches('}');
        let (mut depth, mut first) = (0_i32, 0);
        for (at, c) in list.char_indices().chain([(list.len(), ',')]) {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    paths(prefix, &list[first..at], out);
                    first = at + 1;
                }
                _ => {}
            }
        }
        return;
    }
    let mut here = prefix.to_vec();
    if let Some((head, rest)) = tree.split_once("::") {
        here.push(head.trim().to_owned());
        return paths(&here, rest, out);
    }
    let name = tree.split(" as ").next().unwrap_or_default().trim();
    if !name.is_empty() && name != "self" {
        here.push(name.to_owned());
    }
    if !here.is_empty() && !tree.is_empty() {
        out.push(here);
    }
}

impl Source {
    fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut found = Vec::new();
        rust_files(&root, &mut found);
        let text: BTreeMap<String, String> = found
            .iter()
            .map(|path| {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
                (
                    name.to_owned(),
                    code_of(&std::fs::read_to_string(path).unwrap()),
                )
            })
            .filter(|(name, _)| name != "main.rs")
            .collect();
        let files = text
            .keys()
            .map(|file| (module_of(file), file.clone()))
            .collect();
        let mut source = Source {
            text,
            files,
            uses: BTreeMap::new(),
        };
        source.uses = source
            .text
            .iter()
            .map(|(file, code)| (file.clone(), source.uses_of(file, code)))
            .collect();
        source
    }

    fn uses_of(&self, file: &str, code: &str) -> Vec<(bool, Module)> {
        let mut uses = Vec::new();
        let mut rest = String::new();
        let mut statements = code.split_inclusive(';');
        for statement in &mut statements {
            let start = statement.trim_start();
            let at = ["pub use ", "pub(crate) use ", "pub(super) use ", "use "]
                .iter()
                .find_map(|word| {
                    let at = start.find(word)?;
                    (at == 0 || start[..at].ends_with(['\n', ' ', '}'])).then_some((at, word))
                });
            let Some((at, word)) = at.filter(|(at, _)| !start[*at..].contains('=')) else {
                rest += statement;
                continue;
            };
            rest += &start[..at];
            let tree = start[at + word.len()..].trim_end_matches(';');
            let mut all = Vec::new();
            paths(&[], tree, &mut all);
            let again = word.starts_with("pub");
            uses.extend(
                all.into_iter()
                    .filter_map(|path| Some((again, self.absolute(file, path)?))),
            );
        }
        for head in ["crate::", "super::"] {
            for (at, _) in rest.match_indices(head) {
                let before = rest[..at].chars().next_back();
                if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
                    continue;
                }
                let path: String = rest[at..]
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || matches!(c, '_' | ':'))
                    .collect();
                let path = path.split("::").filter(|part| !part.is_empty());
                let path: Module = path.map(str::to_owned).collect();
                uses.extend(self.absolute(file, path).map(|path| (false, path)));
            }
        }
        uses
    }

    /// A path from the crate's root; none where it leads out of the crate.
    fn absolute(&self, file: &str, path: Module) -> Option<Module> {
        let mut here = module_of(file);
        match path.first()?.as_str() {
            "crate" => Some(path[1..].to_vec()),
            "super" | "self" => {
                let mut parts = path.as_slice();
                while let Some(part) = parts.first() {
                    match part.as_str() {
                        "super" => drop(here.pop()),
                        "self" => {}
                        _ => break,
                    }
                    parts = &parts[1..];
                }
                here.extend_from_slice(parts);
                Some(here)
            }
            child => {
                let mut module = here.clone();
                module.push(child.to_owned());
                self.files.contains_key(&module).then(|| {
                    here.extend(path);
                    here
                })
            }
        }
    }

    /// The file that defines what a path names.
    fn file_of(&self, path: &[String], depth: usize) -> Option<&String> {
        let length = (0..=path.len())
            .rev()
            .find(|&n| self.files.contains_key(&path[..n]))?;
        let file = &self.files[&path[..length]];
        if let Some(name) = path.get(length).filter(|_| depth < 6) {
            for (again, other) in &self.uses[file] {
                if *again && other.last() == Some(name) && other[..] != path[..=length] {
                    let mut other = other.clone();
                    other.extend_from_slice(&path[length + 1..]);
                    let found = self.file_of(&other, depth + 1);
                    if found.is_some_and(|found| found != file) {
                        return found;
                    }
                }
            }
        }
        Some(file)
    }

    /// For each file those that it imports; `mod.rs` only gathers, so it has no part in circles.
    fn imports(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let has_part = |file: &str| !file.ends_with("mod.rs") && file != "lib.rs";
        let files = self.uses.iter().filter(|(file, _)| has_part(file));
        files
            .map(|(file, uses)| {
                let imported = uses.iter().filter_map(|(_, path)| self.file_of(path, 0));
                let imported = imported.map(String::as_str);
                let others = imported.filter(|&other| other != file && has_part(other));
                (file.as_str(), others.collect())
            })
            .collect()
    }
}

fn room_of(file: &str) -> Option<usize> {
    let room = file.split('/').next()?;
    ROOMS.iter().position(|&other| other == room)
}

#[test]
fn every_room_is_in_the_plan() {
    let source = Source::read();
    let folders = source.text.keys().filter(|file| file.contains('/'));
    let strangers: BTreeSet<_> = folders.filter(|file| room_of(file).is_none()).collect();
    assert!(
        strangers.is_empty(),
        "{strangers:?}: put them into a room, or add the room to ROOMS in tests/house/layers.rs and to ARCHITECTURE.md"
    );
}

#[test]
fn a_room_imports_only_from_the_rooms_before_it() {
    let source = Source::read();
    let mut upward = Vec::new();
    for (file, imports) in source.imports() {
        for import in imports {
            let allowed = match (room_of(file), room_of(import)) {
                (_, None) => true,
                (None, Some(_)) => false,
                (Some(mine), Some(theirs)) => {
                    let side = |room: usize| SIDE_BY_SIDE.contains(&ROOMS[room]);
                    theirs == mine || (theirs < mine && !(side(mine) && side(theirs)))
                }
            };
            if !allowed {
                upward.push(format!("src/{file} imports src/{import}"));
            }
        }
    }
    assert!(
        upward.is_empty(),
        "{}\nA room imports only from those before it ({}). Move what is shared down, or hand it in from above.",
        upward.join("\n"),
        ROOMS.join(" < ")
    );
}

#[test]
fn no_file_imports_itself_through_others() {
    let source = Source::read();
    let imports = source.imports();
    // Files that import nothing that is left, or that nothing left imports, are taken away until
    // none is: what stays is in a circle, or between two.
    let mut left = imports.clone();
    loop {
        let imported: BTreeSet<&str> = left.values().flatten().copied().collect();
        let free: BTreeSet<&str> = left
            .iter()
            .filter(|(file, imports)| {
                !imported.contains(*file) || !imports.iter().any(|file| left.contains_key(file))
            })
            .map(|(&file, _)| file)
            .collect();
        if free.is_empty() {
            break;
        }
        left.retain(|file, _| !free.contains(file));
    }
    let circle: Vec<String> = left
        .iter()
        .map(|(file, imports)| {
            let back: Vec<_> = imports
                .iter()
                .filter(|file| left.contains_key(*file))
                .collect();
            format!("src/{file} -> {back:?}")
        })
        .collect();
    assert!(
        circle.is_empty(),
        "{}\nThese files import each other in a circle. Put what both need into a file of its own.",
        circle.join("\n")
    );
    assert!(imports.len() > 150 && imports.values().map(BTreeSet::len).sum::<usize>() > 600);
}
