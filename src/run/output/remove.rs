//! Removes folders through descriptors only, so that a folder that is replaced by a link is not
//! followed and nothing outside is removed.

use std::ffi::OsStr;
use std::io::{Error, Result};

use rustix::io::Errno;

use super::open_folder::{Identity, OpenFolder, changed};

/// Deletes a folder with its contents, if it is still the one that is meant. The names in `last`
/// are deleted last: they mark the folder as a run's, so that an interrupted delete can resume.
pub(super) fn remove_folder(
    parent: &OpenFolder,
    name: &OsStr,
    meant: Identity,
    last: &[&str],
) -> Result<()> {
    let folder = parent.child(name)?;
    if folder.identity()? != meant {
        return Err(changed());
    }
    empty(&folder, last)?;
    parent.remove_folder(name)
}

/// Removes what has a name, a folder with all that is in it.
pub(super) fn remove_entry(folder: &OpenFolder, name: &OsStr) -> Result<()> {
    let Err(refused) = folder.remove_file(name) else {
        return Ok(());
    };
    let is = |errno: Errno| refused.raw_os_error() == Some(errno.raw_os_error());
    if !is(Errno::ISDIR) && !is(Errno::PERM) {
        return Err(refused);
    }
    let Ok(inner) = folder.child(name) else {
        return Err(refused);
    };
    // A mounted file system is not part of the run.
    if folder.is_mount_point(name)? {
        return Err(Error::from(Errno::BUSY));
    }
    empty(&inner, &[])?;
    folder.remove_folder(name)
}

fn empty(folder: &OpenFolder, last: &[&str]) -> Result<()> {
    let names = folder.names()?;
    let is_last = |name: &OsStr| last.iter().any(|last| name == *last);
    for name in names.iter().filter(|name| !is_last(name)) {
        remove_entry(folder, name)?;
    }
    for name in names.iter().filter(|name| is_last(name)) {
        remove_entry(folder, name)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn links_are_removed_and_not_followed() {
        let parent = tempfile::tempdir().unwrap();
        let precious = parent.path().join("precious");
        std::fs::create_dir(&precious).unwrap();
        std::fs::write(precious.join("thesis"), "x").unwrap();
        let run = parent.path().join("run");
        std::fs::create_dir_all(run.join("responses/deep")).unwrap();
        std::fs::write(run.join("responses/deep/TX.icr"), "x").unwrap();
        symlink(&precious, run.join("link")).unwrap();
        symlink(precious.join("thesis"), run.join("responses/link")).unwrap();
        let open = OpenFolder::open(parent.path()).unwrap();
        let name = OsStr::new("run");
        let meant = open.child(name).unwrap().identity().unwrap();
        remove_folder(&open, name, meant, &[]).unwrap();
        assert!(!run.exists() && precious.join("thesis").exists());
    }

    #[test]
    fn a_folder_that_was_swapped_is_left_alone() {
        let parent = tempfile::tempdir().unwrap();
        let (run, precious) = (parent.path().join("run"), parent.path().join("precious"));
        for folder in [&run, &precious] {
            std::fs::create_dir(folder).unwrap();
            std::fs::write(folder.join("file"), "x").unwrap();
        }
        let open = OpenFolder::open(parent.path()).unwrap();
        let name = OsStr::new("run");
        let meant = open.child(name).unwrap().identity().unwrap();
        std::fs::rename(&run, parent.path().join("moved")).unwrap();
        // Another folder, then a link to one.
        std::fs::rename(&precious, &run).unwrap();
        assert!(remove_folder(&open, name, meant, &[]).is_err());
        std::fs::rename(&run, &precious).unwrap();
        symlink(&precious, &run).unwrap();
        assert!(remove_folder(&open, name, meant, &[]).is_err());
        assert!(precious.join("file").exists());
    }
}
