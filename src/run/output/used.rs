//! Decides whether an output would replace something that the run itself reads.
//!
//! Files and folders are compared by identity, not by path, because a link, a second mount or
//! another spelling can lead to the same folder. If a folder is read, all that it lists is read.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::open_folder::{Identity, OpenFolder, is_folder};
use super::place::refuse;
use crate::error::{Attempt, Error, Result};
use crate::open::is_missing;
use crate::text::shown_path;

/// Refuses to replace a folder that contains one of these files and folders, directly or through
/// links in them; `what` describes them. A path that does not exist is reported by its reader.
///
/// # Errors
/// [`crate::Error::Output`] naming the folder and what it holds, and [`Error::Io`] where something cannot
/// be looked at: it could be what must not go.
pub fn refuse_used<'p>(
    target: &Path,
    what: &str,
    used: impl IntoIterator<Item = &'p Path>,
) -> Result<()> {
    let mut replaced = BTreeSet::new();
    match OpenFolder::open(target) {
        Ok(folder) => {
            collect_folders(&folder, &mut replaced).map_err(Error::io(Attempt::Open, target))?;
        }
        // Whoever makes it refuses what is no folder.
        Err(error) if is_missing(&error) => {}
        Err(error) => return Err(Error::io(Attempt::Open, target)(error)),
    }
    let mut known = BTreeMap::new();
    for path in used {
        let io = || Error::io(Attempt::Open, path);
        for resolved in reached(path).map_err(io())? {
            if lies_in(&resolved, &replaced, &mut known).map_err(io())? {
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
///
/// # Errors
/// [`Error::Io`] where something cannot be looked at.
pub(super) fn find_used_file<'p>(file: Identity, used: &[&'p Path]) -> Result<Option<&'p Path>> {
    for path in used {
        let io = || Error::io(Attempt::Open, path);
        for resolved in reached(path).map_err(io())? {
            if identity(&resolved).map_err(io())? == Some(file) {
                return Ok(Some(path));
            }
        }
    }
    Ok(None)
}

/// The folder and its subfolders.
fn collect_folders(folder: &OpenFolder, found: &mut BTreeSet<Identity>) -> std::io::Result<()> {
    found.insert(folder.identity()?);
    for name in folder.names()? {
        if folder.stat(&name)?.is_some_and(|stat| is_folder(&stat)) {
            collect_folders(&folder.child(&name)?, found)?;
        }
    }
    Ok(())
}

/// The targets of a path, and of a folder's entries.
fn reached(path: &Path) -> std::io::Result<Vec<PathBuf>> {
    let resolved = match path.canonicalize() {
        Ok(resolved) => resolved,
        Err(error) if is_missing(&error) => {
            // The run creates this file; its folder must exist.
            let name = path.file_name().unwrap_or(OsStr::new("."));
            let folder = path
                .parent()
                .filter(|folder| !folder.as_os_str().is_empty());
            let folder = folder.unwrap_or(Path::new(".")).canonicalize();
            return Ok(folder.map_or_else(|_| Vec::new(), |folder| vec![folder.join(name)]));
        }
        Err(error) => return Err(error),
    };
    let mut all = Vec::new();
    if std::fs::metadata(&resolved)?.is_dir() {
        for entry in std::fs::read_dir(&resolved)? {
            let entry = entry?;
            if entry.file_name().as_encoded_bytes().starts_with(b".") {
                continue;
            }
            match entry.path().canonicalize() {
                // Subfolders are not read.
                Ok(entry) if std::fs::metadata(&entry)?.is_file() => all.push(entry),
                Ok(_) => {}
                // A link that leads nowhere is reported by its reader.
                Err(error) if is_missing(&error) => {}
                Err(error) => return Err(error),
            }
        }
    }
    all.push(resolved);
    Ok(all)
}

/// Whether a resolved path is in one of the folders, or is one.
fn lies_in(
    path: &Path,
    folders: &BTreeSet<Identity>,
    known: &mut BTreeMap<PathBuf, bool>,
) -> std::io::Result<bool> {
    if folders.is_empty() {
        return Ok(false);
    }
    if let Some(&known) = known.get(path) {
        return Ok(known);
    }
    let is_one = identity(path)?.is_some_and(|identity| folders.contains(&identity));
    let lies = is_one
        || match path.parent() {
            Some(above) => lies_in(above, folders, known)?,
            None => false,
        };
    known.insert(path.to_owned(), lies);
    Ok(lies)
}

/// What a path leads to; none where nothing is there.
fn identity(path: &Path) -> std::io::Result<Option<Identity>> {
    match std::fs::metadata(path) {
        Ok(found) => Ok(Some(Identity::of_found(&found))),
        Err(error) if is_missing(&error) => Ok(None),
        Err(error) => Err(error),
    }
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
