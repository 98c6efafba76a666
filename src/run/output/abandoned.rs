//! Finds what killed runs left behind next to the outputs of a folder, and removes it.
//!
//! A scheduler that names output folders after the date never writes to the folder of a killed run
//! again, so its staging folder, which holds personal data, would stay forever. It is removed if
//! nobody holds its lock; a running program and other users' files are never touched.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::io::{Error, Result};
use std::os::unix::ffi::OsStrExt;

use rustix::fs::OFlags;

use super::lock::{LOCK, Lock, beside, try_lock};
use super::open_folder::{Identity, OpenFolder, is_file, is_folder};
use super::remove::remove_folder;
use super::replaceable::{Kind, kind_of};
use super::staging::MARK;

/// The suffix of a staging folder's name.
pub(super) const STAGING: &str = ".icr-staging";
/// The suffix of an unfinished file's name.
pub(super) const PARTIAL: &str = ".icr-partial";

/// Removes what killed runs left in a folder, except for the output `own`. If something cannot be
/// removed, it stays: that must not make tonight's run fail.
pub(super) fn sweep(folder: &OpenFolder, own: &OsStr) {
    let mut outputs = outputs_left(folder);
    outputs.remove(own);
    for output in outputs {
        drop(sweep_one(folder, &output));
    }
}

/// Removes what killed runs left in a folder; gives the outputs of which it could not be removed.
pub(super) fn sweep_and_tell(folder: &OpenFolder) -> Vec<(OsString, Error)> {
    let mut refused = Vec::new();
    for output in outputs_left(folder) {
        if let Err(error) = sweep_one(folder, &output) {
            refused.push((output, error));
        }
    }
    refused
}

/// The outputs beside which this user has temporary files or folders.
fn outputs_left(folder: &OpenFolder) -> BTreeSet<OsString> {
    let user = rustix::process::geteuid().as_raw();
    let mut outputs = BTreeSet::new();
    for name in folder.names().unwrap_or_default() {
        let stat = folder.stat(&name).ok().flatten();
        if let Some(output) = output_of(&name)
            && stat.is_some_and(|stat| stat.st_uid == user)
        {
            outputs.insert(output);
        }
    }
    outputs
}

/// The output that a temporary name belongs to.
fn output_of(name: &OsStr) -> Option<OsString> {
    let name = name.as_bytes().strip_prefix(b".")?;
    let endings = [STAGING, PARTIAL, LOCK];
    let output = endings
        .iter()
        .find_map(|ending| name.strip_suffix(ending.as_bytes()))?;
    (!output.is_empty()).then(|| OsStr::from_bytes(output).to_owned())
}

fn sweep_one(folder: &OpenFolder, output: &OsStr) -> Result<()> {
    // Its file goes with the lock.
    match Lock::take_for_removal(folder, output)? {
        Some(_lock) => remove_left(folder, output),
        None => Ok(()),
    }
}

/// Removes what a killed run left beside an output, be it a folder or a file; whoever calls holds its
/// lock. What is not known as such stays.
pub(super) fn remove_left(folder: &OpenFolder, output: &OsStr) -> Result<()> {
    let name = beside(output, PARTIAL);
    if folder.stat(&name)?.is_some_and(|stat| is_file(&stat)) {
        remove_partial(folder, &name)?;
    }
    let name = beside(output, STAGING);
    let Some(stat) = folder.stat(&name)?.filter(is_folder) else {
        return Ok(());
    };
    match kind_of(&folder.child(&name)?)? {
        Kind::Empty => folder.remove_folder(&name),
        Kind::Begun { .. } | Kind::Lost { .. } => {
            remove_folder(folder, &name, Identity::of(&stat), &[MARK])
        }
        // A finished folder is not abandoned, even with such a name.
        Kind::Finished | Kind::Busy | Kind::Foreign(_) => Ok(()),
    }
}

/// Removes an unfinished file that a killed run left.
fn remove_partial(folder: &OpenFolder, name: &OsStr) -> Result<()> {
    // Versions before 0.2 lock the file itself.
    match folder.file(name, OFlags::RDONLY)? {
        Some(file) if try_lock(&file)? => folder.remove_file(name),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::staging::mark_text;
    use super::super::{FileMode, OutputFolder, OutputSingle};
    use super::*;

    #[test]
    fn what_a_killed_night_left_goes_in_the_next_whatever_its_name() {
        let parent = tempfile::tempdir().unwrap();
        let path = |name: &str| parent.path().join(name);
        let live = OutputFolder::create(&path("live"), false, FileMode::default()).unwrap();
        live.write("file", b"x").unwrap();
        let leave = || {
            for (folder, mark) in [
                (".20261122.icr-staging", mark_text()),
                (".lost.icr-staging", ""),
            ] {
                std::fs::create_dir_all(path(folder).join("content/responses")).unwrap();
                std::fs::write(path(folder).join(MARK), mark).unwrap();
                std::fs::write(path(folder).join("content/responses/TX.icr"), "x").unwrap();
            }
            std::fs::create_dir(path(".empty.icr-staging")).unwrap();
            std::fs::write(path(".20261122.icr-lock"), "").unwrap();
            std::fs::write(path(".gone.icr-lock"), "").unwrap();
            std::fs::write(path(".CA.csv.icr-partial"), "x").unwrap();
        };
        // None is a run of icr: a foreign folder with such a name, a finished run, and a link.
        std::fs::create_dir(path(".mine.icr-staging")).unwrap();
        std::fs::write(path(".mine.icr-staging").join("thesis"), "x").unwrap();
        std::os::unix::fs::symlink("live", path(".link.icr-staging")).unwrap();
        let names = || {
            let folder = OpenFolder::open(parent.path()).unwrap();
            let mut names = folder.names().unwrap();
            names.sort();
            names
        };
        let before = names();
        leave();
        OutputFolder::create(&path("20261123"), false, FileMode::default()).unwrap();
        assert_eq!(names(), before);
        leave();
        drop(OutputSingle::create(&path("TX.csv"), FileMode::default(), &[]).unwrap());
        assert_eq!(names(), before);
        live.publish().unwrap();
        assert!(path("live/file").exists());
    }
}
