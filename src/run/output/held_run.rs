//! Runs in a folder, which are changed as their writers change them: through descriptors, under the
//! lock of their place.
//!
//! Whoever removes something of a run by its path can meet another run there, which was published a
//! moment ago, or be led elsewhere by a link. Nothing here follows a link, and nothing mounted is
//! removed.

use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use super::abandoned::{PARTIAL, STAGING, remove_left, sweep_and_tell};
use super::lock::{Lock, beside, try_lock};
use super::open_folder::{OpenFolder, changed, is_file, is_folder, is_link};
use super::place::refuse;
use super::remove::remove_folder;
use super::replaceable::refuse_in_the_way;
use super::staging::Staging;
use crate::error::{Attempt, Error, Result};
use crate::run::manifest::MANIFEST;

/// The name in a staging folder of a run that is being removed.
const REMOVED: &str = "old";

/// A folder that holds runs, held open.
pub(in crate::run) struct RunsFolder {
    path: PathBuf,
    folder: OpenFolder,
}

/// What a name in it is.
pub(in crate::run) enum Named {
    /// A folder.
    Folder(RunFolder),
    /// A link.
    Link,
    /// Something else.
    Other,
}

/// A folder in it, held open.
pub(in crate::run) struct RunFolder {
    path: PathBuf,
    folder: OpenFolder,
}

/// A run that no other command writes while this is there.
pub(in crate::run) struct HeldRun<'r> {
    runs: &'r RunsFolder,
    name: OsString,
    run: RunFolder,
    _lock: Option<Lock>,
}

impl RunsFolder {
    /// Opens it.
    pub(in crate::run) fn open(path: &Path) -> Result<Self> {
        Ok(RunsFolder {
            path: path.to_owned(),
            folder: OpenFolder::open(path).map_err(Error::io(Attempt::Open, path))?,
        })
    }

    /// Removes what killed runs and removals left in it; gives what could not be removed.
    pub(in crate::run) fn sweep(&self) -> Vec<Error> {
        let refused = sweep_and_tell(&self.folder).into_iter();
        refused
            .map(|(output, error)| {
                Error::io(Attempt::RemoveRemains, &self.path.join(output))(error)
            })
            .collect()
    }

    /// The visible names in it, in order.
    pub(in crate::run) fn names(&self) -> Result<Vec<OsString>> {
        let names = self.folder.names();
        let mut names = names.map_err(Error::io(Attempt::Read, &self.path))?;
        names.retain(|name| !name.as_encoded_bytes().starts_with(b"."));
        names.sort();
        Ok(names)
    }

    /// The path of a name in it.
    pub(in crate::run) fn path_of(&self, name: &OsStr) -> PathBuf {
        self.path.join(name)
    }

    /// Looks at a name.
    pub(in crate::run) fn look(&self, name: &OsStr) -> Result<Named> {
        let path = self.path.join(name);
        let stat = self
            .folder
            .stat(name)
            .map_err(Error::io(Attempt::Open, &path))?
            .ok_or_else(|| Error::input(&path, "was there and is gone; run again"))?;
        Ok(if is_folder(&stat) {
            Named::Folder(self.child(name)?)
        } else if is_link(&stat) {
            Named::Link
        } else {
            Named::Other
        })
    }

    fn child(&self, name: &OsStr) -> Result<RunFolder> {
        let path = self.path.join(name);
        let folder = self.folder.child(name);
        Ok(RunFolder {
            folder: folder.map_err(Error::io(Attempt::Open, &path))?,
            path,
        })
    }

    /// Holds a run, so that no other command writes or replaces it.
    ///
    /// # Errors
    /// [`Error::Output`] where another command does, and [`Error::Io`].
    pub(in crate::run) fn hold(&self, name: &OsStr) -> Result<HeldRun<'_>> {
        let path = self.path.join(name);
        let busy = || {
            refuse(
                &path,
                "another run of icr is writing there; run again later",
            )
        };
        let io = || Error::io(Attempt::Open, &path);
        // As for whoever fills a folder in a place where it cannot write, the folder itself is locked
        // too.
        let lock = if self.folder.is_writable() {
            let lock = Lock::take(&self.folder, name).map_err(io())?;
            Some(lock.ok_or_else(busy)?)
        } else {
            None
        };
        let run = self.child(name)?;
        match try_lock(&run.folder) {
            Ok(true) => {}
            Ok(false) => return Err(busy()),
            // A file system that locks no folders.
            Err(_) if lock.is_some() => {}
            Err(error) => return Err(io()(error)),
        }
        Ok(HeldRun {
            runs: self,
            name: name.to_owned(),
            run,
            _lock: lock,
        })
    }
}

impl RunFolder {
    /// Its path, as it was given.
    pub(in crate::run) fn path(&self) -> &Path {
        &self.path
    }

    /// The contents of a file in it; `None` where it is not there.
    pub(in crate::run) fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let path = self.path.join(name);
        let io = || Error::io(Attempt::Read, &path);
        let Some(stat) = self.folder.stat(OsStr::new(name)).map_err(io())? else {
            return Ok(None);
        };
        if !is_file(&stat) {
            return Err(Error::input(
                &path,
                "is not a regular file; move the run away",
            ));
        }
        let text = self.folder.read(OsStr::new(name)).map_err(io())?;
        text.ok_or_else(|| io()(changed())).map(Some)
    }

    /// Whether a folder of files is in it.
    ///
    /// # Errors
    /// [`Error::Output`] where removing it would not remove what it seems to hold: it is a link, or
    /// holds one, or is mounted. [`Error::Io`] where it cannot be looked at.
    pub(in crate::run) fn holds_folder(&self, name: &str) -> Result<bool> {
        let path = self.path.join(name);
        let io = || Error::io(Attempt::Open, &path);
        let Some(stat) = self.folder.stat(OsStr::new(name)).map_err(io())? else {
            return Ok(false);
        };
        if !is_folder(&stat) {
            let problem = "is a link or a file, not a folder: what it leads to would stay, so nothing was taken out; put the folder itself in its place, or remove both by hand";
            return Err(refuse(&path, problem));
        }
        if self.folder.is_mount_point(OsStr::new(name)).map_err(io())? {
            return Err(refuse(&path, MOUNTED));
        }
        let inner = self.folder.child(OsStr::new(name)).map_err(io())?;
        for name in inner.names().map_err(Error::io(Attempt::Read, &path))? {
            let stat = inner.stat(&name).map_err(io())?;
            if stat.is_some_and(|stat| is_link(&stat)) {
                let problem = "is a link: what it leads to would stay, so nothing was taken out; remove both by hand";
                return Err(refuse(&path.join(&name), problem));
            }
        }
        Ok(true)
    }
}

const MOUNTED: &str = "is a mount point, which cannot be removed; unmount it";

impl HeldRun<'_> {
    /// The run.
    pub(in crate::run) fn run(&self) -> &RunFolder {
        &self.run
    }

    /// Writes or replaces a file of the run, at once, with the owner and permissions of its manifest:
    /// whoever reads the run reads it too.
    ///
    /// # Errors
    /// [`Error::Io`]; then the earlier file, if any, is as it was.
    pub(in crate::run) fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let folder = &self.run.folder;
        let partial = beside(OsStr::new(name), PARTIAL);
        let written = self.write_partial(&partial, bytes).and_then(|()| {
            folder.rename(&partial, folder, OsStr::new(name))?;
            folder.sync()
        });
        written.map_err(|error| {
            drop(folder.remove_file(&partial));
            Error::io(Attempt::Write, &self.run.path.join(name))(error)
        })
    }

    fn write_partial(&self, partial: &OsStr, bytes: &[u8]) -> std::io::Result<()> {
        let folder = &self.run.folder;
        let like = folder.stat(OsStr::new(MANIFEST))?.ok_or_else(changed)?;
        if folder.stat(partial)?.is_some() {
            folder.remove_file(partial)?;
        }
        let mut file = folder.create(partial, 0o600)?;
        file.write_all(bytes)?;
        let own = rustix::fs::fstat(&file)?;
        if (own.st_uid, own.st_gid) != (like.st_uid, like.st_gid) {
            // Only root may give a file away; whoever else could read the manifest shares it by its
            // permissions.
            let owner = fchown(&file, Some(like.st_uid), Some(like.st_gid));
            if owner.is_err() {
                drop(fchown(&file, None, Some(like.st_gid)));
            }
        }
        file.set_permissions(std::fs::Permissions::from_mode(like.st_mode & 0o777))?;
        file.sync_all()
    }

    /// Removes a folder of the run.
    ///
    /// # Errors
    /// [`Error::Io`]; then it is perhaps removed in part.
    pub(in crate::run) fn remove_inner(&self, name: &str) -> Result<()> {
        let folder = &self.run.folder;
        let removed = folder.stat(OsStr::new(name)).and_then(|stat| {
            if stat.is_none() {
                return Ok(());
            }
            let meant = folder.child(OsStr::new(name))?.identity()?;
            remove_folder(folder, OsStr::new(name), meant, &[])?;
            folder.sync()
        });
        removed.map_err(Error::io(Attempt::Remove, &self.run.path.join(name)))
    }

    /// Takes the run out of the folder of runs by one rename, into a staging folder, which marks it
    /// as something to be removed.
    ///
    /// # Errors
    /// [`Error::Output`] and [`Error::Io`]; then it is still where it was.
    pub(in crate::run) fn take_away(&self) -> Result<TakenAway> {
        let (parent, path) = (&self.runs.folder, &self.run.path);
        let io = || Error::io(Attempt::Remove, path);
        if parent.is_mount_point(&self.name).map_err(io())? {
            return Err(refuse(path, MOUNTED));
        }
        for name in self.run.folder.names().map_err(io())? {
            if self.run.folder.is_mount_point(&name).map_err(io())? {
                return Err(refuse(&path.join(name), MOUNTED));
            }
        }
        let staged = beside(&self.name, STAGING);
        remove_left(parent, &self.name).map_err(io())?;
        refuse_in_the_way(parent, &staged, path)?;
        let staging = Staging::make(parent, &staged).map_err(io())?;
        let old = OsStr::new(REMOVED);
        let moved = || {
            let meant = self.run.folder.identity()?;
            parent.rename(&self.name, &staging.folder, old)?;
            if staging.folder.child(old)?.identity()? == meant {
                return Ok(());
            }
            staging.folder.rename(old, parent, &self.name)?;
            Err(changed())
        };
        moved().map_err(io())?;
        Ok(TakenAway {
            staging,
            parent: parent.again().map_err(io())?,
            path: path.clone(),
        })
    }
}

/// A run that is no longer among the runs, and is to be removed.
pub(in crate::run) struct TakenAway {
    staging: Staging,
    parent: OpenFolder,
    path: PathBuf,
}

impl TakenAway {
    /// Removes it.
    ///
    /// # Errors
    /// [`Error::Io`]; then the next run in this folder that can removes the rest.
    pub(in crate::run) fn remove(self) -> Result<()> {
        let removed = self.parent.sync().and_then(|()| {
            self.staging.remove()?;
            self.parent.sync()
        });
        removed.map_err(Error::io(Attempt::Remove, &self.path))
    }
}
