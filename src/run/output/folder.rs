//! An output folder that appears only when it is complete.

use std::ffi::OsStr;
use std::fs::File;
use std::path::Path;
use std::sync::Mutex;

use rustix::fs::OFlags;
use rustix::io::Errno;

use super::abandoned::{STAGING, remove_left, sweep};
use super::file::{OutputFile, WrittenFile};
use super::inside::{publish_inside, standing_inside, to_fill};
use super::lock::{Lock, beside, try_lock};
use super::open_folder::{Identity, OpenFolder, changed, is_folder};
use super::place::{FileMode, Place, busy};
use super::replaceable::{Standing, refuse_in_the_way, standing};
use super::staging::{CONTENT, MARK, Staging};
use crate::error::{Attempt, Error, Result};
use crate::run::manifest::{MANIFEST, Manifest, OutputEntry};
use crate::text::hex;

/// An unfinished folder. If dropped before [`OutputFolder::publish`], it is removed.
///
/// All access is through descriptors of the folders found at the start, under a lock that is
/// outside the published folder and is held until everything is done.
pub struct OutputFolder {
    place: Place,
    form: Form,
    mode: FileMode,
    replaces: bool,
    written: Mutex<Vec<WrittenFile>>,
    // The order matters for drop: the staging folder must be removed before the lock.
    staging: Staging,
    _lock: Option<Lock>,
}

/// How the folder is published.
enum Form {
    /// By one rename of the staging folder next to it.
    Beside,
    /// Entry by entry, from the staging folder inside it, which is locked.
    Inside(OpenFolder),
}

impl OutputFolder {
    /// Creates the staging folder of `target`. `force` allows to replace an earlier run of this
    /// program.
    ///
    /// # Errors
    /// [`Error::Output`] if the target exists and must not be replaced or another run is at work
    /// on it, and [`Error::Io`] if the folder cannot be made.
    pub fn create(target: &Path, force: bool, mode: FileMode) -> Result<Self> {
        let io = || Error::io(Attempt::CreateFolder, target);
        let place = Place::of_folder(target)?;
        let to_fill = to_fill(&place)?;
        let take = || {
            let lock = Lock::take(&place.parent, &place.name).map_err(io())?;
            lock.ok_or_else(|| busy(target)).map(Some)
        };
        // A program that cannot write next to the folder cannot conflict with one that can.
        let lock = match &to_fill {
            Some(_) if !place.parent.is_writable() => None,
            _ => take()?,
        };
        if lock.is_some() {
            sweep(&place.parent, &place.name);
            remove_left(&place.parent, &place.name).map_err(io())?;
        }
        let (form, found, staging) = if let Some(folder) = to_fill {
            if !try_lock(&folder).map_err(io())? {
                return Err(busy(target));
            }
            let found = standing_inside(&folder, target, force)?;
            let staging = Staging::make(&folder, OsStr::new(MARK)).map_err(io())?;
            (Form::Inside(folder), found, staging)
        } else {
            let found = standing(&place, force)?;
            let name = beside(&place.name, STAGING);
            refuse_in_the_way(&place.parent, &name, target)?;
            let staging = Staging::make(&place.parent, &name).map_err(io())?;
            (Form::Beside, found, staging)
        };
        Ok(OutputFolder {
            place,
            form,
            mode,
            replaces: matches!(found, Standing::Run(_)),
            written: Mutex::default(),
            staging,
            _lock: lock,
        })
    }

    /// Creates a file below the folder, with the folders in `name`.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be made.
    pub fn file(&self, name: &str) -> Result<OutputFile<'_>> {
        let path = self.place.target.join(name);
        let made = || {
            let (folder, last) = self.folder_of(name)?;
            folder.create(OsStr::new(last), self.mode.of_file())
        };
        let file = made().map_err(Error::io(Attempt::Create, &path))?;
        Ok(OutputFile::new(file, (name, path), &self.written))
    }

    /// Writes a complete file.
    ///
    /// # Errors
    /// As [`OutputFile`].
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let mut file = self.file(name)?;
        file.write(bytes)?;
        file.finish()
    }

    /// Takes a file that exists elsewhere and will not change into the folder, as another name of
    /// it. Gives false where the file system cannot: then it is to be copied.
    ///
    /// # Errors
    /// [`Error::Io`] where the folder for it cannot be made.
    pub fn link(&self, existing: &Path, written: WrittenFile) -> Result<bool> {
        let path = self.place.target.join(&written.name);
        let io = Error::io(Attempt::Create, &path);
        let (folder, last) = match self.folder_of(&written.name) {
            Ok(found) => found,
            Err(error) => return Err(io(error)),
        };
        if folder.link(existing, OsStr::new(last)).is_err() {
            return Ok(false);
        }
        self.written
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .push(written);
        Ok(true)
    }

    /// Opens a file that was written below the folder, which has not appeared yet, to read it.
    ///
    /// # Errors
    /// [`Error::Io`] where it cannot be opened.
    pub fn reopen(&self, name: &str) -> Result<File> {
        let opened = self.folder_of(name).and_then(|(folder, last)| {
            let file = folder.file(OsStr::new(last), OFlags::RDONLY)?;
            file.ok_or_else(|| std::io::ErrorKind::NotFound.into())
        });
        opened.map_err(Error::io(Attempt::Open, &self.place.target.join(name)))
    }

    /// The folder in which a file is to be, made where it is not there, and the file's name in it.
    fn folder_of<'n>(&self, name: &'n str) -> std::io::Result<(OpenFolder, &'n str)> {
        let mut folder = self.staging.content.again()?;
        let mut parts: Vec<&str> = name.split('/').collect();
        let last = parts.pop().unwrap_or(name);
        for part in parts {
            folder = folder.child_or_make(OsStr::new(part))?;
        }
        Ok((folder, last))
    }

    /// Where the folder is to appear, as it was given.
    pub fn target(&self) -> &Path {
        &self.place.target
    }

    /// The finished files, by name.
    pub fn written(&self) -> Vec<WrittenFile> {
        let mut written = self
            .written
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone();
        written.sort_by(|a, b| a.name.cmp(&b.name));
        written
    }

    /// Writes the manifest, which must be the last file. Its outputs are the files written so far.
    ///
    /// # Errors
    /// [`crate::Error::Io`] if it cannot be written.
    pub fn write_manifest(&self, manifest: Manifest) -> Result<()> {
        let entry = |file: WrittenFile| OutputEntry {
            name: file.name,
            bytes: file.bytes,
            sha256: hex(&file.sha256),
        };
        let outputs = self.written().into_iter().map(entry).collect();
        self.write(MANIFEST, manifest.text(outputs).as_bytes())
    }

    /// Publishes the folder.
    ///
    /// # Errors
    /// [`Error::Io`] and [`Error::Output`] if a folder cannot be synced or renamed; then nothing
    /// has appeared. [`Error::Published`] if it has, but is perhaps not durable.
    pub fn publish(self) -> Result<()> {
        let target = &self.place.target;
        sync_folders(&self.staging.content, self.mode)
            .map_err(Error::io(Attempt::Write, target))?;
        match &self.form {
            Form::Inside(folder) => {
                let moved = publish_inside(folder, &self.staging, self.replaces);
                moved.map_err(Error::io(Attempt::Create, target))?;
                self.confirm(folder)
            }
            Form::Beside => {
                // A run can take hours, so the target is checked again: it may have changed since
                // the start.
                match standing(&self.place, self.replaces)? {
                    Standing::Run(old) => {
                        self.replace(old)?;
                    }
                    Standing::Nothing | Standing::Empty => {
                        self.rename().map_err(Error::io(Attempt::Create, target))?;
                    }
                }
                self.confirm(&self.place.parent)
            }
        }
    }

    /// Moves the content to a target that does not exist or is an empty folder.
    fn rename(&self) -> std::io::Result<()> {
        let (staging, place) = (&self.staging, &self.place);
        let content = OsStr::new(CONTENT);
        let renamed = staging.folder.rename(content, &place.parent, &place.name);
        if renamed.is_err() {
            // The target itself decides: on a network file system, a rename can succeed although it
            // reports an error.
            let now = place.parent.stat(&place.name).ok().flatten();
            let own = staging.content.identity()?;
            if now.is_some_and(|stat| Identity::of(&stat) == own) {
                return Ok(());
            }
        }
        renamed
    }

    /// Exchanges the content with the old run, which is then removed with the staging folder.
    fn replace(&self, old: Identity) -> Result<()> {
        let (staging, place) = (&self.staging, &self.place);
        let content = OsStr::new(CONTENT);
        let swap = || staging.folder.exchange(content, &place.parent, &place.name);
        let refuse = |error| Error::io(Attempt::Replace, &place.target)(error);
        match swap() {
            Ok(()) => {}
            Err(error) if cannot_exchange(&error) => {
                let aside = OsStr::new("old");
                let set_aside = place.parent.rename(&place.name, &staging.folder, aside);
                set_aside.map_err(refuse)?;
                let renamed = self.rename();
                if renamed.is_err() {
                    drop(staging.folder.rename(aside, &place.parent, &place.name));
                }
                return renamed.map_err(refuse);
            }
            Err(error) => return Err(refuse(error)),
        }
        let taken = staging.folder.stat(content);
        match taken {
            Ok(Some(stat)) if Identity::of(&stat) == old => Ok(()),
            // What was taken is something else, or it is not known what: it goes back.
            taken => {
                let why = refuse(taken.err().unwrap_or_else(changed));
                match swap() {
                    Ok(()) => Err(why),
                    Err(_) => Err(Error::Published {
                        path: place.target.clone(),
                        problem: "what it replaced is perhaps not the earlier run, and could not be put back",
                        source: Box::new(why),
                    }),
                }
            }
        }
    }

    /// Syncs the folders in which publishing changed names.
    fn confirm(&self, folder: &OpenFolder) -> Result<()> {
        let synced = self.staging.folder.sync().and_then(|()| folder.sync());
        synced.map_err(|error| {
            let target = &self.place.target;
            Error::Published {
                path: target.clone(),
                problem: "it is not certain that it outlasts a power failure: do not run again (`respond` would give its serial numbers twice), but look after the disk, and hold the folder against its manifest with `icr verify`",
                source: Box::new(Error::io(Attempt::WriteFolderOf, target)(error)),
            }
        })
    }
}

/// Whether the file system cannot exchange names.
fn cannot_exchange(error: &std::io::Error) -> bool {
    [Errno::INVAL, Errno::NOSYS, Errno::OPNOTSUPP]
        .iter()
        .any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
}

/// Sets the permissions of each folder and syncs it, innermost first.
fn sync_folders(folder: &OpenFolder, mode: FileMode) -> std::io::Result<()> {
    for name in folder.names()? {
        if folder.stat(&name)?.is_some_and(|stat| is_folder(&stat)) {
            sync_folders(&folder.child(&name)?, mode)?;
        }
    }
    folder.set_mode(mode.of_folder())?;
    folder.sync()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::layout::LayoutSet;
    use std::os::unix::fs::PermissionsExt;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn create(target: &Path) -> OutputFolder {
        OutputFolder::create(target, false, FileMode::default()).unwrap()
    }

    fn count(folder: &Path) -> usize {
        std::fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn a_folder_appears_when_it_is_published_and_not_before() {
        let parent = tempfile::tempdir().unwrap();
        let target = parent.path().join("run");
        let folder = create(&target);
        folder.write("responses/TX.icr", b"abc").unwrap();
        folder.write("summary.json", b"{}").unwrap();
        assert!(!target.exists());
        assert_eq!(folder.written()[0].bytes, 3);
        folder.publish().unwrap();
        assert_eq!(
            std::fs::read(target.join("responses/TX.icr")).unwrap(),
            b"abc"
        );
        assert_eq!(
            (
                mode(&target),
                mode(&target.join("responses")),
                mode(&target.join("summary.json"))
            ),
            (0o700, 0o700, 0o600)
        );
        assert_eq!(count(parent.path()), 1);
    }

    #[test]
    fn a_dropped_folder_leaves_nothing() {
        let parent = tempfile::tempdir().unwrap();
        let folder = create(&parent.path().join("run"));
        folder.write("a", b"abc").unwrap();
        drop(folder);
        assert_eq!(count(parent.path()), 0);
    }

    #[test]
    fn a_staging_folder_swapped_for_a_link_leads_nowhere() {
        let parent = tempfile::tempdir().unwrap();
        let path = |name: &str| parent.path().join(name);
        std::fs::create_dir(path("precious")).unwrap();
        std::fs::write(path("precious/thesis"), "x").unwrap();
        for publish in [false, true] {
            let folder = create(&path("run"));
            std::fs::rename(path(".run.icr-staging"), path("moved")).unwrap();
            std::os::unix::fs::symlink("precious", path(".run.icr-staging")).unwrap();
            folder.write("responses/TX.icr", b"abc").unwrap();
            if publish {
                folder.publish().unwrap();
                assert!(path("run/responses/TX.icr").exists());
            } else {
                drop(folder);
            }
            let left = std::fs::read_dir(path("precious")).unwrap();
            let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
            assert_eq!(left, ["thesis"]);
            std::fs::remove_file(path(".run.icr-staging")).unwrap();
            std::fs::remove_dir_all(path("moved")).unwrap();
        }
    }

    /// A folder that has to be filled where it is: that of the program, or one with a staging folder in
    /// it, as here.
    fn stays(target: &Path) {
        std::fs::create_dir_all(target.join(MARK)).unwrap();
    }

    #[test]
    fn a_folder_that_cannot_be_replaced_is_filled_and_its_manifest_comes_last() {
        let parent = tempfile::tempdir().unwrap();
        let target = parent.path().join("run");
        let inode = |path: &Path| std::os::unix::fs::MetadataExt::ino(&path.metadata().unwrap());
        stays(&target);
        let before = inode(&target);
        let fill = |force, text: &[u8]| {
            let folder = OutputFolder::create(&target, force, FileMode::default())?;
            folder.write("responses/TX.icr", text)?;
            let layouts = LayoutSet::load(None)?;
            folder.write_manifest(Manifest::new("match", None, &layouts))?;
            assert!(OutputFolder::create(&target, force, FileMode::default()).is_err());
            folder.publish()
        };
        fill(false, b"first").unwrap();
        assert_eq!((inode(&target), count(&target)), (before, 2));
        let again = fill(false, b"second").unwrap_err().to_string();
        assert!(again.contains("--force"), "{again}");
        stays(&target);
        fill(true, b"second").unwrap();
        assert_eq!((inode(&target), count(&target)), (before, 2));
        let text = || std::fs::read(target.join("responses/TX.icr")).unwrap();
        assert_eq!(text(), b"second");
        assert_eq!(count(parent.path()), 1);
        // Killed when the old run had moved out, and the new not all in.
        std::fs::create_dir_all(target.join(".icr-staging/content")).unwrap();
        let mark = super::super::staging::mark_text();
        std::fs::write(target.join(".icr-staging/.icr-staging"), mark).unwrap();
        let manifest = target.join(".icr-staging/content/manifest.json");
        std::fs::rename(target.join(MANIFEST), manifest).unwrap();
        std::fs::write(target.join("thesis"), "x").unwrap();
        let refused = fill(false, b"third").unwrap_err().to_string();
        assert!(refused.contains("not of that run"), "{refused}");
        std::fs::remove_file(target.join("thesis")).unwrap();
        fill(false, b"third").unwrap();
        assert_eq!((text(), count(&target)), (b"third".to_vec(), 2));
    }
}
