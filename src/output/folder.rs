//! An output folder that appears by one rename when all of it is written.

use std::fs::{File, OpenOptions, Permissions};
use std::io::Write;
use std::num::NonZeroU64;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use rustix::fs::{Advice, fadvise};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// The mark of a staging folder of this program.
const STAGING_MARK: &str = ".icr-staging";
/// After how many bytes of a file the system is told to write them out: the disk works while the
/// rest is rendered, and the sync at the end finds little left.
const WRITE_OUT_BYTES: u64 = 1 << 20;
/// What says that a folder is a finished run.
const FINISHED_MARKS: [&str; 1] = ["manifest.json"];

/// `--file-mode`: the permissions of files; folders get the search bits that go with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileMode(u32);

impl Default for FileMode {
    /// Read and write for the owner alone.
    fn default() -> Self {
        FileMode(0o600)
    }
}

impl std::str::FromStr for FileMode {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        match u32::from_str_radix(text, 8) {
            Ok(mode) if mode & !0o777 == 0 && mode & 0o600 == 0o600 => Ok(FileMode(mode & 0o666)),
            _ => Err(
                "expected an octal mode with read and write for the owner, such as 0640".to_owned(),
            ),
        }
    }
}

impl FileMode {
    pub(super) fn of_file(self) -> u32 {
        self.0
    }

    /// Whoever may read a file may search its folder.
    fn of_folder(self) -> u32 {
        self.0 | (self.0 & 0o444) >> 2
    }
}

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
        let replace = check_target(target, force)?;
        let staging = parent.join(format!(".{name}.icr-staging"));
        if staging.exists() {
            remove_abandoned(&staging, target)?;
        }
        std::fs::DirBuilder::new()
            .mode(0o700)
            .create(&staging)
            .map_err(Error::io("create the folder", &staging))?;
        let mark_path = staging.join(STAGING_MARK);
        let mark = create_file(&mark_path, FileMode::default())?;
        mark.try_lock().map_err(|_| busy(target))?;
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
        if let Some(folder) = path.parent()
            && !folder.exists()
        {
            std::fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder)
                .map_err(Error::io("create the folder", folder))?;
        }
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

    /// Writes a whole file.
    ///
    /// # Errors
    /// As [`OutputFile`].
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let mut file = self.file(name)?;
        file.write(bytes)?;
        file.finish()
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

    /// Makes the folder appear at its place, by one rename.
    ///
    /// # Errors
    /// [`Error::Io`] where a folder cannot be synced or renamed; then nothing has appeared.
    pub fn publish(mut self) -> Result<()> {
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
            drop(std::fs::remove_dir_all(&self.staging));
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

impl crate::response::ResponseSink for OutputFile<'_> {
    fn take(&mut self, bytes: &[u8]) -> Result<()> {
        self.write(bytes)
    }
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

/// Whether the target is to be replaced; an error where it must not be.
fn check_target(target: &Path, force: bool) -> Result<bool> {
    let refuse = |problem: &str| {
        Err(Error::Output {
            path: target.to_owned(),
            problem: problem.to_owned(),
        })
    };
    let metadata = match std::fs::symlink_metadata(target) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        other => other.map_err(Error::io("open", target))?,
    };
    if !metadata.is_dir() {
        return refuse("exists and is not a folder; name a new folder");
    }
    let mut entries = std::fs::read_dir(target).map_err(Error::io("read", target))?;
    if entries.next().is_none() {
        return Ok(false);
    }
    let is_ours = FINISHED_MARKS
        .iter()
        .chain([&STAGING_MARK])
        .any(|mark| target.join(mark).is_file());
    match (force, is_ours) {
        (true, true) => Ok(true),
        (true, false) => refuse(
            "is not empty and is no run of icr, so --force does not replace it; name another folder",
        ),
        (false, _) => {
            refuse("is not empty; name a new folder, or give --force to replace an earlier run")
        }
    }
}

/// Removes the staging folder of a run that was killed.
fn remove_abandoned(staging: &Path, target: &Path) -> Result<()> {
    if let Ok(mark) = File::open(staging.join(STAGING_MARK))
        && mark.try_lock().is_err()
    {
        return Err(busy(target));
    }
    std::fs::remove_dir_all(staging).map_err(Error::io("remove", staging))
}

fn busy(target: &Path) -> Error {
    let problem = "another run of icr is writing this folder; wait for it, or name another folder";
    Error::Output {
        path: target.to_owned(),
        problem: problem.to_owned(),
    }
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
    fn only_a_run_is_replaced_and_only_when_told() {
        let parent = tempfile::tempdir().unwrap();
        let target = parent.path().join("run");
        std::fs::create_dir(&target).unwrap();
        std::fs::write(target.join("thesis.txt"), "x").unwrap();
        let create = |force| OutputFolder::create(&target, force, "0640".parse().unwrap());
        assert!(
            create(true)
                .err()
                .unwrap()
                .to_string()
                .contains("no run of icr")
        );
        std::fs::write(target.join("manifest.json"), "x").unwrap();
        assert!(create(false).err().unwrap().to_string().contains("--force"));
        let folder = create(true).unwrap();
        folder.write("new", b"").unwrap();
        folder.publish().unwrap();
        assert!(!target.join("thesis.txt").exists() && target.join("new").exists());
        assert_eq!((mode(&target), mode(&target.join("new"))), (0o750, 0o640));
        assert_eq!(std::fs::read_dir(parent.path()).unwrap().count(), 1);
    }

    #[test]
    fn an_abandoned_staging_folder_is_removed_and_a_live_one_respected() {
        let parent = tempfile::tempdir().unwrap();
        let target = parent.path().join("run");
        let live = OutputFolder::create(&target, false, FileMode::default()).unwrap();
        let refused = OutputFolder::create(&target, false, FileMode::default())
            .err()
            .unwrap();
        assert!(refused.to_string().contains("another run"), "{refused}");
        let staging = live.staging.clone();
        drop(live);
        std::fs::create_dir(&staging).unwrap();
        std::fs::write(staging.join(STAGING_MARK), "").unwrap();
        std::fs::write(staging.join("half"), "x").unwrap();
        let folder = OutputFolder::create(&target, false, FileMode::default()).unwrap();
        folder.publish().unwrap();
        assert!(target.exists() && !target.join("half").exists());
    }

    #[test]
    fn modes_need_the_owner_to_read_and_write() {
        assert!("0640".parse::<FileMode>().is_ok());
        for wrong in ["0440", "640x", "1777", ""] {
            assert!(wrong.parse::<FileMode>().is_err(), "{wrong}");
        }
    }
}
