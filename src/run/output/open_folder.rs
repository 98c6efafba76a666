//! A folder that is held open. Everything in it is created, read, renamed and removed through its
//! descriptor.
//!
//! Anyone who can write in a parent folder can redirect a path between two calls, but not a
//! descriptor. Names given here are never followed if they are links.

use std::ffi::{OsStr, OsString};
use std::fs::{File, Permissions};
use std::io::{Error, ErrorKind, Read, Result};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rustix::fs::{
    Access, AtFlags, CWD, Dir, FileType, Mode, OFlags, RenameFlags, Stat, StatxAttributes,
    StatxFlags,
};
use rustix::io::{Errno, retry_on_intr};

/// The largest file that is read whole here: a mark or a manifest.
const MOST_BYTES: u64 = 256 * 1024 * 1024;

/// The identity of a file or folder, independent of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Identity {
    device: u64,
    inode: u64,
}

impl Identity {
    pub(super) fn of_found(found: &std::fs::Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Identity {
            device: found.dev(),
            inode: found.ino(),
        }
    }

    pub(super) fn of(stat: &Stat) -> Self {
        Identity {
            device: stat.st_dev,
            inode: stat.st_ino,
        }
    }
}

/// An open folder.
pub(super) struct OpenFolder(OwnedFd);

impl AsFd for OpenFolder {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl OpenFolder {
    /// Opens the folder at a path, following links, because the operator gave the path.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let opened = retry_on_intr(|| rustix::fs::openat(CWD, path, flags, Mode::empty()))?;
        Ok(OpenFolder(opened))
    }

    /// Opens it again.
    pub(super) fn again(&self) -> Result<Self> {
        Ok(OpenFolder(self.0.try_clone()?))
    }

    /// Opens a folder in it, but not a link to one.
    pub(super) fn child(&self, name: &OsStr) -> Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let opened = retry_on_intr(|| rustix::fs::openat(self, name, flags, Mode::empty()))?;
        Ok(OpenFolder(opened))
    }

    /// Creates a folder in it that only its owner can use.
    pub(super) fn make(&self, name: &OsStr) -> Result<Self> {
        rustix::fs::mkdirat(self, name, Mode::RWXU)?;
        self.child(name)
    }

    /// Opens a folder in it, and creates it if necessary.
    pub(super) fn child_or_make(&self, name: &OsStr) -> Result<Self> {
        match rustix::fs::mkdirat(self, name, Mode::RWXU) {
            Ok(()) | Err(Errno::EXIST) => self.child(name),
            Err(error) => Err(error.into()),
        }
    }

    /// Creates a file in it that must not exist, with these permissions whatever the umask.
    pub(super) fn create(&self, name: &OsStr, mode: u32) -> Result<File> {
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let own = Mode::RUSR | Mode::WUSR;
        let opened = retry_on_intr(|| rustix::fs::openat(self, name, flags, own))?;
        let file = File::from(opened);
        file.set_permissions(Permissions::from_mode(mode))?;
        Ok(file)
    }

    /// Makes a name in it of a regular file that a path leads to; a link is not followed.
    pub(super) fn link(&self, existing: &Path, name: &OsStr) -> Result<()> {
        let flags = AtFlags::empty();
        Ok(rustix::fs::linkat(CWD, existing, self, name, flags)?)
    }

    /// Opens a regular file in it; `None` where there is none. Nothing else is opened: a pipe would
    /// wait, a link lead elsewhere.
    pub(super) fn file(&self, name: &OsStr, flags: OFlags) -> Result<Option<File>> {
        let flags = flags | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let own = Mode::RUSR | Mode::WUSR;
        let opened = match retry_on_intr(|| rustix::fs::openat(self, name, flags, own)) {
            Err(Errno::NOENT | Errno::LOOP | Errno::NXIO | Errno::ISDIR) => return Ok(None),
            opened => File::from(opened?),
        };
        let regular = opened.metadata()?.is_file();
        Ok(regular.then_some(opened))
    }

    /// The contents of a regular file in it; `None` if it does not exist.
    pub(super) fn read(&self, name: &OsStr) -> Result<Option<Vec<u8>>> {
        let Some(file) = self.file(name, OFlags::RDONLY)? else {
            return Ok(None);
        };
        let mut bytes = Vec::new();
        file.take(MOST_BYTES).read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }

    /// The metadata of a name in it, without following links.
    pub(super) fn stat(&self, name: &OsStr) -> Result<Option<Stat>> {
        match rustix::fs::statat(self, name, AtFlags::SYMLINK_NOFOLLOW) {
            Err(Errno::NOENT) => Ok(None),
            stat => Ok(Some(stat?)),
        }
    }

    /// The names in it.
    pub(super) fn names(&self) -> Result<Vec<OsString>> {
        let mut names = Vec::new();
        for entry in Dir::read_from(self)? {
            let entry = entry?;
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            if name != "." && name != ".." {
                names.push(name.to_owned());
            }
        }
        Ok(names)
    }

    /// Removes a file, link or pipe.
    pub(super) fn remove_file(&self, name: &OsStr) -> Result<()> {
        Ok(rustix::fs::unlinkat(self, name, AtFlags::empty())?)
    }

    /// Removes an empty folder.
    pub(super) fn remove_folder(&self, name: &OsStr) -> Result<()> {
        Ok(rustix::fs::unlinkat(self, name, AtFlags::REMOVEDIR)?)
    }

    /// Moves an entry to another folder, and replaces an empty folder or a file there.
    pub(super) fn rename(&self, name: &OsStr, to: &OpenFolder, new: &OsStr) -> Result<()> {
        Ok(rustix::fs::renameat(self, name, to, new)?)
    }

    /// Exchanges two names.
    pub(super) fn exchange(&self, name: &OsStr, to: &OpenFolder, other: &OsStr) -> Result<()> {
        let swap = RenameFlags::EXCHANGE;
        Ok(rustix::fs::renameat_with(self, name, to, other, swap)?)
    }

    /// Syncs the names in it.
    pub(super) fn sync(&self) -> Result<()> {
        Ok(retry_on_intr(|| rustix::fs::fsync(self))?)
    }

    /// Sets its permissions.
    pub(super) fn set_mode(&self, mode: u32) -> Result<()> {
        Ok(rustix::fs::fchmod(self, Mode::from_raw_mode(mode))?)
    }

    /// Which folder it is.
    pub(super) fn identity(&self) -> Result<Identity> {
        Ok(Identity::of(&rustix::fs::fstat(self)?))
    }

    /// Whether files can be created in it.
    pub(super) fn is_writable(&self) -> bool {
        let make = Access::WRITE_OK | Access::EXEC_OK;
        rustix::fs::accessat(self, ".", make, AtFlags::EACCESS).is_ok()
    }

    /// Whether another file system, or another part of one, is mounted at this name. Such an entry
    /// cannot be renamed or replaced.
    pub(super) fn is_mount_point(&self, name: &OsStr) -> Result<bool> {
        let flags = AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT;
        if let Ok(stat) = rustix::fs::statx(self, name, flags, StatxFlags::TYPE)
            && stat
                .stx_attributes_mask
                .contains(StatxAttributes::MOUNT_ROOT)
        {
            return Ok(stat.stx_attributes.contains(StatxAttributes::MOUNT_ROOT));
        }
        // On older systems, a different device at least shows a different file system.
        let own = rustix::fs::fstat(self)?.st_dev;
        Ok(self.stat(name)?.is_some_and(|stat| stat.st_dev != own))
    }
}

/// Whether it is a folder, not a link to one.
pub(super) fn is_folder(stat: &Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode) == FileType::Directory
}

/// Whether it is a link.
pub(super) fn is_link(stat: &Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode) == FileType::Symlink
}

/// Whether it is a regular file, not a link to one.
pub(super) fn is_file(stat: &Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile
}

/// The error for an entry that was replaced meanwhile.
pub(super) fn changed() -> Error {
    Error::new(
        ErrorKind::ResourceBusy,
        "something else was put in its place during the run",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_folder_is_opened_and_no_link_in_it() {
        let parent = tempfile::tempdir().unwrap();
        let path = |name: &str| parent.path().join(name);
        std::fs::create_dir(path("folder")).unwrap();
        std::fs::write(path("file"), "x").unwrap();
        std::os::unix::fs::symlink("folder", path("link")).unwrap();
        rustix::fs::mkfifoat(CWD, path("pipe"), Mode::RWXU).unwrap();
        // A pipe that is opened as a folder would wait for its writer.
        let (done, ended) = std::sync::mpsc::channel();
        let folder = parent.path().to_owned();
        std::thread::spawn(move || {
            let open = OpenFolder::open(&folder).unwrap();
            let child = |name: &str| open.child(OsStr::new(name)).is_ok();
            let opened = ["folder", "file", "link", "pipe"].map(child);
            let at = |name: &str| OpenFolder::open(&folder.join(name)).is_ok();
            let _ = done.send((opened, ["folder", "file", "link", "pipe"].map(at)));
        });
        let (children, paths) = ended
            .recv_timeout(std::time::Duration::from_secs(20))
            .unwrap();
        assert_eq!(children, [true, false, false, false]);
        // The operator's own path may be a link.
        assert_eq!(paths, [true, false, true, false]);
    }
}
