//! An output folder that appears by one rename when all of it is written.

use std::fs::{File, OpenOptions, Permissions};
use std::io::Write;
use std::num::NonZeroU64;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use rustix::fs::{Advice, fadvise};
use sha2::{Digest, Sha256};

use super::place::{FileMode, require_parent};
use super::replaceable::{
    MARK_TEXT, STAGING_MARK, busy, check_target, remove_abandoned, remove_run,
};
use crate::error::{Error, Result};
use crate::run::manifest::{MANIFEST, Manifest, OutputEntry};
use crate::text::hex;

/// After how many bytes of a file the system is told to write them out: the disk works while the
/// rest is rendered, and the sync at the end finds little left.
const WRITE_OUT_BYTES: u64 = 1 << 20;

/// A file that was written whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenFile {
    /// Its path below the folder, with `/`.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: [u8; 32],
}

/// A folder in the making, beside where it will be. Dropped before [`OutputFolder::publish`], it
/// leaves nothing behind.
pub struct OutputFolder {
    target: PathBuf,
    staging: PathBuf,
    mode: FileMode,
    replace: bool,
    /// Held locked while the run lives.
    _mark: File,
    written: Mutex<Vec<WrittenFile>>,
    published: bool,
}

impl OutputFolder {
    /// Makes the staging folder beside `target`; `force` lets it replace a run of this program.
    ///
    /// # Errors
    /// [`Error::Output`] where the target exists and must not be replaced or another run is at work
    /// on it, and [`Error::Io`] where the folder cannot be made.
    pub fn create(target: &Path, force: bool, mode: FileMode) -> Result<Self> {
        let (parent, name) = parent_and_name(target)?;
        require_parent(target)?;
        let replace = check_target(target, force)?;
        let staging = parent.join(format!(".{name}.icr-staging"));
        remove_abandoned(&staging, target)?;
        std::fs::DirBuilder::new()
            .mode(0o700)
            .create(&staging)
            .map_err(Error::io("create the folder", target))?;
        let mark = put_mark(&staging, target)?;
        Ok(OutputFolder {
            target: target.to_owned(),
            staging,
            mode,
            replace,
            _mark: mark,
            written: Mutex::default(),
            published: false,
        })
    }

    /// Begins a file below the folder; folders in `name` are made.
    ///
    /// # Errors
    /// [`Error::Io`] where it cannot be made.
    pub fn file(&self, name: &str) -> Result<OutputFile<'_>> {
        let path = self.staging.join(name);
        make_parent(&path)?;
        let file = create_file(&path, self.mode)?;
        Ok(OutputFile {
            folder: self,
            name: name.to_owned(),
            path,
            file,
            digest: Sha256::new(),
            bytes: 0,
            written_out: 0,
        })
    }

    /// Takes a file that exists elsewhere and will not change into the folder, as another name of
    /// it. Gives false where the file system cannot: then it is to be copied.
    ///
    /// # Errors
    /// [`Error::Io`] where the folder for it cannot be made.
    pub fn link(&self, existing: &Path, written: WrittenFile) -> Result<bool> {
        let path = self.staging.join(&written.name);
        make_parent(&path)?;
        if std::fs::hard_link(existing, &path).is_err() {
            return Ok(false);
        }
        self.written
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .push(written);
        Ok(true)
    }

    /// Writes a whole file.
    ///
    /// # Errors
    /// As [`OutputFile`].
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let mut file = self.file(name)?;
        file.write(bytes)?;
        file.finish()
    }

    /// Where a file below the folder is before the folder appears.
    pub fn path_of(&self, name: &str) -> PathBuf {
        self.staging.join(name)
    }

    /// The files finished so far, by name.
    pub fn written(&self) -> Vec<WrittenFile> {
        let mut written = self
            .written
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone();
        written.sort_by(|a, b| a.name.cmp(&b.name));
        written
    }

    /// Writes the manifest, the folder's last file; its outputs are the files written so far.
    ///
    /// # Errors
    /// [`crate::Error::Io`] where it cannot be written.
    pub fn write_manifest(&self, manifest: Manifest) -> Result<()> {
        let entry = |file: WrittenFile| OutputEntry {
            name: file.name,
            bytes: file.bytes,
            sha256: hex(&file.sha256),
        };
        let outputs = self.written().into_iter().map(entry).collect();
        self.write(MANIFEST, manifest.text(outputs).as_bytes())
    }

    /// Makes the folder appear at its place, by one rename.
    ///
    /// # Errors
    /// [`Error::Io`] where a folder cannot be synced or renamed; then nothing has appeared.
    pub fn publish(mut self) -> Result<()> {
        // A run takes hours; what stands there now may be something else than at its beginning.
        self.replace = check_target(&self.target, self.replace)?;
        let mark = self.staging.join(STAGING_MARK);
        std::fs::remove_file(&mark).map_err(Error::io("remove", &mark))?;
        sync_folders(&self.staging, self.mode)?;
        if self.replace {
            // The old folder and the new change places, then the old one goes.
            rustix::fs::renameat_with(
                rustix::fs::CWD,
                &self.staging,
                rustix::fs::CWD,
                &self.target,
                rustix::fs::RenameFlags::EXCHANGE,
            )
            .map_err(|e| Error::io("replace", &self.target)(e.into()))?;
        } else {
            std::fs::rename(&self.staging, &self.target)
                .map_err(Error::io("create", &self.target))?;
            self.published = true;
        }
        if let Ok((parent, _)) = parent_and_name(&self.target) {
            sync_folder(&parent)?;
        }
        Ok(())
    }
}

impl Drop for OutputFolder {
    /// Removes the staging folder: that of a run that failed, or the old folder that was replaced.
    fn drop(&mut self) {
        if !self.published {
            // Nothing more can be done about a folder that cannot be removed; its mark says what
            // it is, and the next run removes it.
            drop(remove_run(&self.staging));
        }
    }
}

/// A file in the making.
pub struct OutputFile<'a> {
    folder: &'a OutputFolder,
    name: String,
    path: PathBuf,
    file: File,
    digest: Sha256,
    bytes: u64,
    /// Up to which byte, from 0, the system was told to write the file out.
    written_out: u64,
}

impl OutputFile<'_> {
    /// Appends bytes, and takes them into the file's digest.
    ///
    /// # Errors
    /// [`Error::Io`] where they cannot be written.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file
            .write_all(bytes)
            .map_err(Error::io("write", &self.path))?;
        self.digest.update(bytes);
        self.bytes += bytes.len() as u64;
        self.write_out();
        Ok(())
    }

    /// Lets the system begin to write out what it holds of the file.
    fn write_out(&mut self) {
        let from = self.written_out;
        if let Some(length) = NonZeroU64::new(self.bytes - from)
            && length.get() >= WRITE_OUT_BYTES
        {
            // Advice only: where it is not taken nothing is lost but time.
            let _ = fadvise(&self.file, from, Some(length), Advice::DontNeed);
            self.written_out = self.bytes;
        }
    }

    /// Syncs the file.
    ///
    /// # Errors
    /// [`Error::Io`] where it cannot be synced.
    pub fn finish(self) -> Result<()> {
        self.file
            .sync_all()
            .map_err(Error::io("write", &self.path))?;
        let written = WrittenFile {
            name: self.name,
            bytes: self.bytes,
            sha256: self.digest.finalize().into(),
        };
        self.folder
            .written
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .push(written);
        Ok(())
    }
}

impl crate::engine::response::ResponseSink for OutputFile<'_> {
    fn take(&mut self, bytes: &[u8]) -> Result<()> {
        self.write(bytes)
    }
}

/// Makes the folder of a file, if it is not there.
fn make_parent(path: &Path) -> Result<()> {
    if let Some(folder) = path.parent()
        && !folder.exists()
    {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(Error::io("create the folder", folder))?;
    }
    Ok(())
}

/// Makes a new file with these permissions, whatever the umask.
fn create_file(path: &Path, mode: FileMode) -> Result<File> {
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(Error::io("create", path))?;
    file.set_permissions(Permissions::from_mode(mode.of_file()))
        .map_err(Error::io("create", path))?;
    Ok(file)
}

fn parent_and_name(target: &Path) -> Result<(PathBuf, String)> {
    let absolute = std::path::absolute(target).map_err(Error::io("create", target))?;
    match (absolute.parent(), absolute.file_name()) {
        (Some(parent), Some(name)) => Ok((parent.to_owned(), name.to_string_lossy().into_owned())),
        _ => Err(Error::Output {
            path: target.to_owned(),
            problem: "cannot be an output folder; name a new one".to_owned(),
        }),
    }
}

/// Marks the staging folder as one of this program that is at work.
fn put_mark(staging: &Path, target: &Path) -> Result<File> {
    let path = staging.join(STAGING_MARK);
    let mut mark = create_file(&path, FileMode::default())?;
    mark.try_lock().map_err(|_| busy(target))?;
    // Another run may have taken the folder for an abandoned one before the mark was locked.
    let inode = |metadata: std::io::Result<std::fs::Metadata>| metadata.map(|m| m.ino()).ok();
    if inode(std::fs::symlink_metadata(&path)) != inode(mark.metadata()) {
        return Err(busy(target));
    }
    mark.write_all(MARK_TEXT.as_bytes())
        .map_err(Error::io("write", &path))?;
    Ok(mark)
}

/// Gives each folder its permissions and syncs it, the innermost first.
fn sync_folders(folder: &Path, mode: FileMode) -> Result<()> {
    for entry in std::fs::read_dir(folder).map_err(Error::io("read", folder))? {
        let path = entry.map_err(Error::io("read", folder))?.path();
        if path.is_dir() {
            sync_folders(&path, mode)?;
        }
    }
    let permissions = Permissions::from_mode(mode.of_folder());
    std::fs::set_permissions(folder, permissions)
        .map_err(Error::io("create the folder", folder))?;
    sync_folder(folder)
}

fn sync_folder(folder: &Path) -> Result<()> {
    File::open(folder)
        .and_then(|f| f.sync_all())
        .map_err(Error::io("write", folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_folder_appears_when_it_is_published_and_not_before() {
        let parent = tempfile::tempdir().unwrap();
        let target = parent.path().join("run");
        let folder = OutputFolder::create(&target, false, FileMode::default()).unwrap();
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
        assert_eq!(std::fs::read_dir(parent.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_dropped_folder_leaves_nothing() {
        let parent = tempfile::tempdir().unwrap();
        let folder =
            OutputFolder::create(&parent.path().join("run"), false, FileMode::default()).unwrap();
        folder.write("a", b"abc").unwrap();
        drop(folder);
        assert_eq!(std::fs::read_dir(parent.path()).unwrap().count(), 0);
    }

    #[test]
    fn modes_need_the_owner_to_read_and_write() {
        assert!("0640".parse::<FileMode>().is_ok());
        for wrong in ["0440", "640x", "1777", ""] {
            assert!(wrong.parse::<FileMode>().is_err(), "{wrong}");
        }
    }
}
