//! Finds the runs in a folder, for everything that takes the folder that holds them.
//!
//! A run that was passed over because it could not be looked at would be another answer with status 0:
//! every visible name is looked at, or the error names it. A run counts once, whatever links to it.

use std::collections::BTreeSet;
use std::fs::Metadata;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::finished::{FinishedRun, require_folder};
use super::manifest::{MANIFEST, Manifest};
use crate::error::{Attempt, Error, Result};
use crate::open::{is_there, read_regular};

/// What a message says of a link that leads nowhere.
pub(super) const BROKEN_LINK: &str =
    "is a link that leads nowhere, so it is not known which run it was; mend it, or remove it";

/// The finished runs of match that the paths name, themselves or as folders that hold them, by run
/// date.
///
/// # Errors
/// [`Error::Input`] where a path is neither, or there is no run at all, and [`Error::Io`] where one
/// cannot be looked at.
pub fn runs_of(paths: &[PathBuf]) -> Result<Vec<FinishedRun>> {
    let mut folders = Vec::new();
    for path in paths {
        if is_run(path)? {
            folders.push(path.clone());
        } else {
            folders.extend(runs_below(path)?);
        }
    }
    if let (true, Some(path)) = (folders.is_empty(), paths.first()) {
        return Err(Error::input(path, "holds no run yet"));
    }
    let mut seen = BTreeSet::new();
    let mut runs = Vec::new();
    for folder in folders {
        if seen.insert(identity(&look(&folder)?)) {
            runs.push(FinishedRun::open(&folder)?);
        }
    }
    runs.sort_by(|a, b| {
        let key = |run: &FinishedRun| (run.summary.run_date.clone(), run.name());
        key(a).cmp(&key(b))
    });
    Ok(runs)
}

/// Whether a path is that of a finished run itself.
///
/// # Errors
/// [`Error::Io`] where that cannot be found out.
pub(super) fn is_run(folder: &Path) -> Result<bool> {
    let manifest = folder.join(MANIFEST);
    is_there(&manifest).map_err(Error::io(Attempt::Open, &manifest))
}

/// The finished runs of match in a folder, by name. Folders of other commands and hidden ones are
/// passed over; a link to a run that is in the folder itself is not a second run.
///
/// # Errors
/// [`Error::Input`] where it is not a folder, or one that holds something but no such run, and
/// [`Error::Io`] where it, or a name in it, cannot be looked at. An empty folder holds no run yet.
pub(super) fn runs_below(folder: &Path) -> Result<Vec<PathBuf>> {
    require_folder(
        folder,
        "give a finished run of icr match, or a folder that holds such runs",
    )?;
    let mut visible = 0;
    // Links come last, so that a run is known by its own name.
    let mut folders = BTreeSet::new();
    for entry in std::fs::read_dir(folder).map_err(Error::io(Attempt::Read, folder))? {
        let entry = entry.map_err(Error::io(Attempt::Read, folder))?;
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        visible += 1;
        let path = entry.path();
        let kind = entry.file_type().map_err(Error::io(Attempt::Open, &path))?;
        let metadata = look(&path)?;
        if metadata.is_dir() && is_run_of_match(&path)? {
            folders.insert((kind.is_symlink(), path, identity(&metadata)));
        }
    }
    if folders.is_empty() && visible > 0 {
        return Err(Error::input(folder, NO_RUNS));
    }
    let mut seen = BTreeSet::new();
    let mut runs: Vec<PathBuf> = folders
        .into_iter()
        .filter(|(_, _, identity)| seen.insert(*identity))
        .map(|(_, path, _)| path)
        .collect();
    runs.sort();
    Ok(runs)
}

/// What a message says of a folder that holds something else than runs.
pub(super) const NO_RUNS: &str = "holds no finished run of icr match; give such a run, or the folder that holds the runs (an empty one before the first night)";

/// The metadata of what a name leads to.
fn look(path: &Path) -> Result<Metadata> {
    let is_link = || std::fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink());
    std::fs::metadata(path).map_err(|error| {
        if error.kind() == ErrorKind::NotFound && is_link() {
            return Error::input(path, BROKEN_LINK);
        }
        Error::io(Attempt::Open, path)(error)
    })
}

fn identity(metadata: &Metadata) -> (u64, u64) {
    (metadata.dev(), metadata.ino())
}

/// Whether a folder is of a finished run of match; one whose manifest cannot be read is an error, as
/// it may be the run that counts.
fn is_run_of_match(folder: &Path) -> Result<bool> {
    if !is_run(folder)? {
        return Ok(false);
    }
    let path = folder.join(MANIFEST);
    let text = read_regular(&path).map_err(Error::io(Attempt::Read, &path))?;
    let manifest = Manifest::parse(&text).ok_or_else(|| Error::input(&path, NO_MANIFEST))?;
    Ok(manifest.command == "match")
}

/// What a message says of a manifest that is none.
pub(super) const NO_MANIFEST: &str =
    "is not a manifest of icr: the run was damaged; look at it with icr verify, and move it away";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::layout::LayoutSet;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_run_is_listed_once_under_its_own_name_and_a_broken_link_is_an_error() {
        let runs = tempfile::tempdir().unwrap();
        let path = |name: &str| runs.path().join(name);
        let manifest = Manifest::new("match", None, &LayoutSet::load(None).unwrap());
        let text = crate::text::json_text(&manifest);
        for name in ["b", "c"] {
            std::fs::create_dir(path(name)).unwrap();
            std::fs::write(path(name).join(MANIFEST), &text).unwrap();
        }
        std::fs::create_dir(path("notes")).unwrap();
        symlink("b", path("a")).unwrap();
        assert_eq!(runs_below(runs.path()).unwrap(), [path("b"), path("c")]);
        symlink("gone", path("d")).unwrap();
        let refused = runs_below(runs.path()).unwrap_err().to_string();
        assert!(
            refused.contains("/d: is a link that leads nowhere"),
            "{refused}"
        );
        std::fs::remove_file(path("d")).unwrap();
        // A manifest that leads nowhere does not make its folder one of somebody else.
        std::fs::remove_file(path("c").join(MANIFEST)).unwrap();
        symlink("gone", path("c").join(MANIFEST)).unwrap();
        assert!(runs_below(runs.path()).is_err());
    }
}
