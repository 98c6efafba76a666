//! Decides whether an output would replace something that the run itself reads.
//!
//! Files and folders are compared by identity, not by path, because a link, a second mount or
//! another spelling can lead to the same folder. If a folder is read, all that it lists is read.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::open_folder::{Identity, OpenFolder, is_folder};
use super::place::refuse;
use crate::error::Result;
use crate::text::shown_path;

/// Refuses to replace a folder that contains one of these files and folders, directly or through
/// links in them; `what` describes them. A path that does not exist is reported by its reader.
///
/// # Errors
/// [`crate::Error::Output`] naming the folder and what it holds.
pub fn refuse_used<'p>(
    target: &Path,
    what: &str,
    used: impl IntoIterator<Item = &'p Path>,
) -> Result<()> {
    let mut replaced = BTreeSet::new();
    if let Ok(folder) = OpenFolder::open(target) {
        collect_folders(&folder, &mut replaced);
    }
    let mut known = BTreeMap::new();
    for path in used {
        for resolved in reached(path) {
            if lies_in(&resolved, &replaced, &mut known) {
                let problem = format!(
                    "holds {}, {what} of this run, which --force would remove; name another folder",
                    shown_path(path)
                );
                return Err(refuse(target, &problem));
            }
        }
    }
    Ok(())
}

/// The entry of `used` that is this file or leads to it.
pub(super) fn find_used_file<'p>(file: Identity, used: &[&'p Path]) -> Option<&'p Path> {
    let is_it = |path: &PathBuf| identity(path) == Some(file);
    let found = used.iter().find(|path| reached(path).iter().any(is_it));
    found.copied()
}

/// The folder and its subfolders.
fn collect_folders(folder: &OpenFolder, found: &mut BTreeSet<Identity>) {
    let Ok(own) = folder.identity() else { return };
    found.insert(own);
    for name in folder.names().unwrap_or_default() {
        let stat = folder.stat(&name).ok().flatten();
        if stat.is_some_and(|stat| is_folder(&stat))
            && let Ok(inner) = folder.child(&name)
        {
            collect_folders(&inner, found);
        }
    }
}

/// The targets of a path, and of a folder's entries.
fn reached(path: &Path) -> Vec<PathBuf> {
    let Ok(resolved) = path.canonicalize() else {
        // The run creates this file; its folder must exist.
        let name = path.file_name().unwrap_or(OsStr::new("."));
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new(".")).canonicalize();
        return folder.map_or_else(|_| Vec::new(), |folder| vec![folder.join(name)]);
    };
    let listed = std::fs::read_dir(&resolved).into_iter().flatten().flatten();
    let visible = listed.filter(|entry| !entry.file_name().as_encoded_bytes().starts_with(b"."));
    let mut all: Vec<_> = visible
        .filter_map(|entry| entry.path().canonicalize().ok())
        // Subfolders are not read.
        .filter(|entry| entry.is_file())
        .collect();
    all.push(resolved);
    all
}

/// Whether a resolved path is in one of the folders, or is one.
fn lies_in(path: &Path, folders: &BTreeSet<Identity>, known: &mut BTreeMap<PathBuf, bool>) -> bool {
    if folders.is_empty() {
        return false;
    }
    if let Some(&known) = known.get(path) {
        return known;
    }
    let is_one = identity(path).is_some_and(|identity| folders.contains(&identity));
    let lies = is_one
        || path
            .parent()
            .is_some_and(|above| lies_in(above, folders, known));
    known.insert(path.to_owned(), lies);
    lies
}

fn identity(path: &Path) -> Option<Identity> {
    let stat = rustix::fs::stat(path).ok()?;
    Some(Identity::of(&stat))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn what_is_used_is_found_through_links_and_in_folders() {
        let parent = tempfile::tempdir().unwrap();
        let path = |name: &str| parent.path().join(name);
        std::fs::create_dir_all(path("run/responses")).unwrap();
        std::fs::create_dir_all(path("in/nested")).unwrap();
        for file in ["run/responses/TX.icr", "run/master", "in/CA.txt"] {
            std::fs::write(path(file), "x").unwrap();
        }
        symlink(path("run/master"), path("link")).unwrap();
        symlink("../link", path("in/.hidden")).unwrap();
        symlink(path("run"), path("in/nested/run")).unwrap();
        let refused =
            |used: &str| refuse_used(&path("run"), "an input", [path(used).as_path()]).is_err();
        assert!(!refused("in") && !refused("in/CA.txt") && !refused("gone") && !refused("gone/x"));
        for used in [
            "run",
            "run/responses",
            "run/master",
            "link",
            "in/../run/new",
            "in/nested/run",
        ] {
            assert!(refused(used), "{used}");
        }
        symlink("../link", path("in/TX.txt")).unwrap();
        assert!(refused("in"));
        assert!(refuse_used(&path("not-there"), "an input", [path("in").as_path()]).is_ok());
    }
}
