//! One output file that appears complete or not at all.

use std::ffi::OsString;
use std::fs::File;
use std::io::Write;
use std::path::Path;

use rustix::fs::{Gid, Stat, Uid};

use super::abandoned::{PARTIAL, remove_left, sweep};
use super::lock::{Lock, beside};
use super::open_folder::{Identity, changed, is_file};
use super::place::{FileMode, Place, busy, refuse};
use super::used::find_used_file;
use crate::error::{Attempt, Error, Result};
use crate::text::shown_path;

/// An unfinished file, hidden next to its final place, under a lock that is held until it is
/// published. If dropped before [`OutputSingle::publish`], it is removed.
pub struct OutputSingle {
    place: Place,
    partial: OsString,
    file: File,
    /// The file that is to be replaced, as it was at the start.
    replaces: Option<Stamp>,
    /// Whether it is replaced only if it is still as it was at the start.
    changes: bool,
    published: bool,
    _lock: Lock,
}

/// What tells a file from another one, and from itself after a change.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stamp {
    identity: Identity,
    bytes: i64,
    changed: (i64, i64),
}

impl Stamp {
    fn of(stat: &Stat) -> Self {
        Stamp {
            identity: Identity::of(stat),
            bytes: stat.st_size,
            changed: (stat.st_ctime, stat.st_ctime_nsec.cast_signed()),
        }
    }
}

impl OutputSingle {
    /// Begins the file. An earlier regular file at its place is replaced when it is published,
    /// unless the run itself reads it: `used` are the files and folders that it opens.
    ///
    /// # Errors
    /// [`Error::Output`] if the target is used, is something else than a regular file, cannot be
    /// replaced, or another run writes it, and [`Error::Io`] if the file cannot be made.
    pub fn create(target: &Path, mode: FileMode, used: &[&Path]) -> Result<Self> {
        Self::begin(target, Some(mode), used)
    }

    /// Begins the next state of a file that is kept, with its permissions and its owner. It is published
    /// only if nobody else changed it meanwhile.
    ///
    /// # Errors
    /// As [`OutputSingle::create`], and [`Error::Output`] if the file belongs to somebody to whom the new
    /// one cannot be given.
    pub fn change(target: &Path, used: &[&Path]) -> Result<Self> {
        Self::begin(target, None, used)
    }

    /// With no permissions, those of the file that is there.
    fn begin(target: &Path, mode: Option<FileMode>, used: &[&Path]) -> Result<Self> {
        let io = || Error::io(Attempt::Create, target);
        let place = Place::of_file(target)?;
        let lock = Lock::take(&place.parent, &place.name)
            .map_err(io())?
            .ok_or_else(|| busy(target))?;
        let there = place.parent.stat(&place.name).map_err(io())?;
        if let Some(stat) = &there {
            let stat = *stat;
            if !is_file(&stat) {
                let problem = "exists and is not a regular file; name another file";
                return Err(refuse(target, problem));
            }
            if place.parent.is_mount_point(&place.name).map_err(io())? {
                let problem = "is a mount point, which no file can replace; mount its folder, and name a file in it";
                return Err(refuse(target, problem));
            }
            if let Some(used) = find_used_file(Identity::of(&stat), used)? {
                let problem = format!(
                    "is {}, which this run uses; name another output file",
                    shown_path(used)
                );
                return Err(refuse(target, &problem));
            }
        }
        sweep(&place.parent, &place.name);
        let partial = beside(&place.name, PARTIAL);
        // Anything but a regular file is not from icr, and stays.
        remove_left(&place.parent, &place.name).map_err(io())?;
        if place.parent.stat(&partial).map_err(io())?.is_some() {
            let problem = format!(
                "cannot be written: {} is where icr would write, and is not a file that icr left; move it away, or name another file",
                shown_path(partial.as_ref())
            );
            return Err(refuse(target, &problem));
        }
        let permissions = match (mode, &there) {
            (Some(mode), _) => mode.of_file(),
            (None, Some(stat)) => stat.st_mode & 0o666,
            (None, None) => FileMode::default().of_file(),
        };
        let file = place.parent.create(&partial, permissions).map_err(io())?;
        let output = OutputSingle {
            place,
            partial,
            file,
            replaces: there.as_ref().map(Stamp::of),
            changes: mode.is_none(),
            published: false,
            _lock: lock,
        };
        if let (None, Some(stat)) = (mode, &there) {
            output.give_to_owner_of(stat)?;
        }
        Ok(output)
    }

    /// Whether a file is there that is to be replaced.
    pub fn replaces_a_file(&self) -> bool {
        self.replaces.is_some()
    }

    fn give_to_owner_of(&self, stat: &Stat) -> Result<()> {
        let own = rustix::fs::fstat(&self.file)
            .map_err(|error| Error::io(Attempt::Create, &self.place.target)(error.into()))?;
        let group = (own.st_gid != stat.st_gid).then(|| Gid::from_raw(stat.st_gid));
        let owner = (own.st_uid != stat.st_uid).then(|| Uid::from_raw(stat.st_uid));
        // Without the right to do so the group stays that of the folder or the user.
        if group.is_some() && owner.is_none() {
            let _ = rustix::fs::fchown(&self.file, None, group);
        }
        if owner.is_some() && rustix::fs::fchown(&self.file, owner, group).is_err() {
            let problem = "belongs to another user, to whom the new one cannot be given; let that user run icr";
            return Err(refuse(&self.place.target, problem));
        }
        Ok(())
    }

    /// The final path, as given.
    pub fn target(&self) -> &Path {
        &self.place.target
    }

    /// Appends bytes.
    ///
    /// # Errors
    /// [`Error::Io`] if they cannot be written.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file
            .write_all(bytes)
            .map_err(Error::io(Attempt::Write, &self.place.target))
    }

    /// Publishes the file by one rename.
    ///
    /// # Errors
    /// [`Error::Output`] if a file that is kept was changed by somebody else.
    /// [`Error::Io`] if it cannot be synced or renamed; then it has not appeared.
    /// [`Error::Published`] if it has, but is perhaps not durable.
    pub fn publish(mut self) -> Result<()> {
        let target = self.place.target.clone();
        self.file
            .sync_all()
            .map_err(Error::io(Attempt::Write, &target))?;
        if self.changes {
            let there = self.place.parent.stat(&self.place.name);
            let there = there.map_err(Error::io(Attempt::Create, &target))?;
            if there.as_ref().map(Stamp::of) != self.replaces {
                let problem = "was changed by another program meanwhile, and was left as it is; run the command again";
                return Err(refuse(&target, problem));
            }
        }
        self.rename().map_err(Error::io(Attempt::Create, &target))?;
        self.published = true;
        let synced = self.place.parent.sync();
        synced.map_err(|error| Error::Published {
            problem: "it is not certain that it outlasts a power failure: look after the disk, then run again",
            source: Box::new(Error::io(Attempt::WriteFolderOf, &target)(error)),
            path: target,
        })
    }

    fn rename(&self) -> std::io::Result<()> {
        let Place { parent, name, .. } = &self.place;
        let own = Identity::of(&rustix::fs::fstat(&self.file)?);
        let is_own = |name| {
            let stat = parent.stat(name).ok().flatten();
            stat.is_some_and(|stat| Identity::of(&stat) == own)
        };
        if !is_own(&self.partial) {
            return Err(changed());
        }
        let renamed = parent.rename(&self.partial, parent, name);
        // The target itself decides, because a rename can succeed although it reports an error.
        if is_own(name) { Ok(()) } else { renamed }
    }
}

impl Write for OutputSingle {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

impl Drop for OutputSingle {
    fn drop(&mut self) {
        if !self.published {
            // If the file cannot be removed, the next run removes it.
            drop(self.place.parent.remove_file(&self.partial));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_file_appears_when_it_is_published_and_not_before() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("out.csv");
        let create =
            |inputs: &[&Path]| OutputSingle::create(&target, "0640".parse().unwrap(), inputs);
        let refusal = |inputs: &[&Path]| create(inputs).err().unwrap().to_string();
        let mut file = create(&[]).unwrap();
        OutputSingle::write(&mut file, b"abc").unwrap();
        assert!(!target.exists());
        assert!(refusal(&[]).contains("another run"));
        file.publish().unwrap();
        assert_eq!(std::fs::read(&target).unwrap(), b"abc");
        let mode = std::fs::metadata(&target).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
        assert!(refusal(&[&target]).contains("which this run uses"));
        assert!(refusal(&[folder.path()]).contains("which this run uses"));
        drop(create(&[]).unwrap());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(
            OutputSingle::create(folder.path(), FileMode::default(), &[])
                .err()
                .unwrap()
                .to_string()
                .contains("not a regular file")
        );
    }

    #[test]
    fn a_kept_file_that_somebody_else_changes_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("list");
        let mode = || std::fs::metadata(&target).unwrap().permissions().mode() & 0o777;
        let publish = |meanwhile: &dyn Fn()| {
            let mut file = OutputSingle::change(&target, &[]).unwrap();
            OutputSingle::write(&mut file, b"ours").unwrap();
            meanwhile();
            file.publish().map_err(|error| error.to_string())
        };
        let theirs = || std::fs::write(&target, "theirs").unwrap();
        for there in [false, true] {
            if there {
                std::fs::write(&target, "before").unwrap();
            }
            let refused = publish(&theirs).unwrap_err();
            assert!(refused.contains("changed by another program"), "{refused}");
            assert_eq!(std::fs::read(&target).unwrap(), b"theirs");
        }
        let gone = publish(&|| std::fs::remove_file(&target).unwrap());
        assert!(gone.is_err() && !target.exists());
        publish(&|| ()).unwrap();
        assert_eq!(mode(), 0o600);
        std::fs::set_permissions(&target, std::fs::Permissions::from_mode(0o640)).unwrap();
        publish(&|| ()).unwrap();
        assert_eq!(
            (std::fs::read(&target).unwrap(), mode()),
            (b"ours".to_vec(), 0o640)
        );
    }

    #[test]
    fn a_link_or_a_pipe_in_the_way_is_neither_written_nor_opened() {
        let folder = tempfile::tempdir().unwrap();
        let (target, input) = (folder.path().join("out.csv"), folder.path().join("input"));
        let partial = folder.path().join(".out.csv.icr-partial");
        std::fs::write(&input, "precious").unwrap();
        let refusal = || {
            let refused = OutputSingle::create(&target, FileMode::default(), &[&input]);
            refused.err().unwrap().to_string()
        };
        std::os::unix::fs::symlink(&input, &partial).unwrap();
        assert!(refusal().contains("is not a file that icr left"));
        std::fs::remove_file(&partial).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, &partial, rustix::fs::Mode::RWXU).unwrap();
        assert!(refusal().contains("is not a file that icr left"));
        std::fs::remove_file(&partial).unwrap();
        // The remains of a killed run are not overwritten but created anew, because they could be a
        // hard link.
        std::fs::hard_link(&input, &partial).unwrap();
        let mut file = OutputSingle::create(&target, FileMode::default(), &[&input]).unwrap();
        OutputSingle::write(&mut file, b"new").unwrap();
        file.publish().unwrap();
        assert_eq!(std::fs::read(&input).unwrap(), b"precious");
        assert_eq!(std::fs::read(&target).unwrap(), b"new");
    }
}
