//! The lock of an output: a file next to it, which the writer of the output holds locked.
//!
//! It is held from before the first file is created until the output is published and its folder
//! synced, and it is not part of what is published. A staging folder whose lock is not held is
//! abandoned. The file is removed with the lock; one that a killed run left is reused.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{Error, ErrorKind, Read, Result, Seek, Write};
use std::os::fd::AsFd;
use std::time::Duration;

use rustix::fs::{FlockOperation, OFlags, flock};
use rustix::io::Errno;

use super::open_folder::{Identity, OpenFolder};
use crate::text::shown_path;

/// The suffix of a lock file's name.
pub(super) const LOCK: &str = ".icr-lock";
/// The contents of the file while an abandoned output is being removed, which is quick.
const REMOVING: &[u8] = b"removing\n";
/// How long a run waits for the lock before it reports that another run is active.
const PAUSES: u32 = 10;
/// How long it waits while the remains of an earlier run are removed.
const PAUSES_FOR_REMOVAL: u32 = 500;
const PAUSE: Duration = Duration::from_millis(10);

/// A lock that is held.
pub(super) struct Lock {
    folder: OpenFolder,
    name: OsString,
    file: File,
}

/// `.NAME` and an ending: the names of what is beside an output while it is made.
pub(super) fn beside(output: &OsStr, ending: &str) -> OsString {
    let mut name = OsString::from(".");
    name.push(output);
    name.push(ending);
    name
}

/// Whether a file holds what a lock's file holds: nothing, or what a removal, perhaps killed, wrote.
fn is_lock_text(file: &mut File) -> Result<bool> {
    let mut text = Vec::new();
    file.rewind()?;
    file.take(REMOVING.len() as u64 + 1)
        .read_to_end(&mut text)?;
    file.rewind()?;
    Ok(REMOVING.starts_with(&text))
}

/// Locks a file or folder. Returns false if another process holds the lock.
pub(super) fn try_lock(file: impl AsFd) -> Result<bool> {
    match flock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(true),
        Err(Errno::WOULDBLOCK) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

impl Lock {
    /// Takes the lock of an output in `folder` for a run; `None` if another run holds it.
    pub(super) fn take(folder: &OpenFolder, output: &OsStr) -> Result<Option<Lock>> {
        for pause in 0.. {
            match Self::attempt(folder, output)? {
                Attempt::Taken(lock) => {
                    // What a killed removal left.
                    lock.file.set_len(0)?;
                    return Ok(Some(lock));
                }
                Attempt::Held { removing } => {
                    let most = if removing { PAUSES_FOR_REMOVAL } else { PAUSES };
                    if pause >= most {
                        break;
                    }
                }
            }
            std::thread::sleep(PAUSE);
        }
        Ok(None)
    }

    /// Takes the lock to remove what a killed run left; `None` if it is held.
    pub(super) fn take_for_removal(folder: &OpenFolder, output: &OsStr) -> Result<Option<Lock>> {
        let Attempt::Taken(mut lock) = Self::attempt(folder, output)? else {
            return Ok(None);
        };
        lock.file.write_all(REMOVING)?;
        Ok(Some(lock))
    }

    fn attempt(folder: &OpenFolder, output: &OsStr) -> Result<Attempt> {
        let name = beside(output, LOCK);
        // In each round but the last, the lock was released and its file removed between the open
        // and the lock.
        for _ in 0..100 {
            let Some(mut file) = folder.file(&name, OFlags::RDWR | OFlags::CREATE)? else {
                let problem = "its lock is not a regular file";
                return Err(Error::new(ErrorKind::AlreadyExists, problem));
            };
            if !try_lock(&file)? {
                let mut text = Vec::new();
                file.rewind()?;
                file.read_to_end(&mut text)?;
                let removing = text == REMOVING;
                return Ok(Attempt::Held { removing });
            }
            // Another name of somebody's file, or a file that holds something, must not be emptied.
            if rustix::fs::fstat(&file)?.st_nlink > 1 || !is_lock_text(&mut file)? {
                let name = shown_path(name.as_ref());
                let problem = format!(
                    "{name} beside it has the name of its lock, and is not one that icr made; move it away"
                );
                return Err(Error::new(ErrorKind::AlreadyExists, problem));
            }
            let lock = Lock {
                folder: folder.again()?,
                name: name.clone(),
                file,
            };
            if lock.stands()? {
                return Ok(Attempt::Taken(lock));
            }
        }
        Ok(Attempt::Held { removing: false })
    }

    /// Whether the locked file is still the one with that name.
    fn stands(&self) -> Result<bool> {
        let own = Identity::of(&rustix::fs::fstat(&self.file)?);
        let stat = self.folder.stat(&self.name)?;
        Ok(stat.is_some_and(|stat| Identity::of(&stat) == own))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Removed while it is locked, so that nobody can lock a file that is about to be removed.
        // If it cannot be removed, the next run reuses it.
        if self.stands().is_ok_and(|stands| stands) {
            drop(self.folder.remove_file(&self.name));
        }
    }
}

enum Attempt {
    Taken(Lock),
    Held { removing: bool },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holds_the_lock_and_its_file_goes_with_it() {
        let parent = tempfile::tempdir().unwrap();
        let folder = OpenFolder::open(parent.path()).unwrap();
        let name = OsStr::new("run");
        let lock = Lock::take(&folder, name).unwrap().unwrap();
        assert!(Lock::take(&folder, name).unwrap().is_none());
        assert!(Lock::take_for_removal(&folder, name).unwrap().is_none());
        drop(lock);
        assert_eq!(std::fs::read_dir(parent.path()).unwrap().count(), 0);
        // A killed run left its lock's file.
        std::fs::write(parent.path().join(".run.icr-lock"), REMOVING).unwrap();
        assert!(Lock::take(&folder, name).unwrap().is_some());
    }

    #[test]
    fn many_take_turns_and_never_hold_it_together() {
        let parent = tempfile::tempdir().unwrap();
        let inside = std::sync::atomic::AtomicU32::new(0);
        let taken = std::sync::atomic::AtomicU32::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let folder = OpenFolder::open(parent.path()).unwrap();
                    for _ in 0..2000 {
                        let lock = Lock::take_for_removal(&folder, OsStr::new("run")).unwrap();
                        if lock.is_some() {
                            let others = inside.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                            assert_eq!(others, 0);
                            taken.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                            inside.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
                        }
                    }
                });
            }
        });
        assert!(taken.into_inner() > 100);
    }

    #[test]
    fn another_name_of_a_file_is_no_lock_and_keeps_what_it_holds() {
        let parent = tempfile::tempdir().unwrap();
        let folder = OpenFolder::open(parent.path()).unwrap();
        let path = |name: &str| parent.path().join(name);
        for text in ["id=7\n", "", "removing\n"] {
            std::fs::write(path("small"), text).unwrap();
            std::fs::hard_link(path("small"), path(".run.icr-lock")).unwrap();
            let name = OsStr::new("run");
            let refused = Lock::take(&folder, name).err().unwrap().to_string();
            assert!(refused.contains(".run.icr-lock"), "{refused}");
            assert!(Lock::take_for_removal(&folder, name).is_err());
            assert_eq!(std::fs::read_to_string(path("small")).unwrap(), text);
            std::fs::remove_file(path(".run.icr-lock")).unwrap();
        }
        std::fs::write(path(".run.icr-lock"), "id=7\n").unwrap();
        assert!(Lock::take(&folder, OsStr::new("run")).is_err());
        assert_eq!(std::fs::read(path(".run.icr-lock")).unwrap(), b"id=7\n");
    }

    #[test]
    fn a_link_or_a_pipe_is_no_lock() {
        let parent = tempfile::tempdir().unwrap();
        let folder = OpenFolder::open(parent.path()).unwrap();
        let path = parent.path().join(".run.icr-lock");
        let precious = parent.path().join("precious");
        std::fs::write(&precious, "x").unwrap();
        std::os::unix::fs::symlink(&precious, &path).unwrap();
        assert!(Lock::take(&folder, OsStr::new("run")).is_err());
        std::fs::remove_file(&path).unwrap();
        let mode = rustix::fs::Mode::RWXU;
        rustix::fs::mkfifoat(rustix::fs::CWD, &path, mode).unwrap();
        assert!(Lock::take(&folder, OsStr::new("run")).is_err());
        assert_eq!(std::fs::read(&precious).unwrap(), b"x");
    }
}
