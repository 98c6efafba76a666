//! One output file that appears complete or not at all.

use std::fs::{File, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::place::{FileMode, require_parent};
use crate::error::{Action, Error, Result};

/// A file in the making, hidden beside where it will be. Dropped before
/// [`OutputSingle::publish`], it leaves nothing behind; one that a killed run left is overwritten
/// by the next run with the same target.
pub struct OutputSingle {
    target: PathBuf,
    partial: PathBuf,
    file: File,
    published: bool,
}

impl OutputSingle {
    /// Begins the file. An earlier regular file in its place is replaced when it is published, but
    /// never one of `inputs`.
    ///
    /// # Errors
    /// [`Error::Output`] where the target is an input, is something else than a regular file, or
    /// another run writes it, and [`Error::Io`] where the file cannot be made.
    pub fn create(target: &Path, mode: FileMode, inputs: &[&Path]) -> Result<Self> {
        let refuse = |problem: &str| {
            Err(Error::Output {
                path: target.to_owned(),
                problem: problem.to_owned(),
            })
        };
        let (Some(name), Some(folder)) = (target.file_name(), target.parent()) else {
            return refuse("cannot be an output file; name a new one");
        };
        require_parent(target)?;
        if let Ok(metadata) = std::fs::symlink_metadata(target) {
            if !metadata.is_file() {
                return refuse("exists and is not a regular file; name another file");
            }
            let same = |input: &&Path| {
                std::fs::metadata(input)
                    .is_ok_and(|m| (m.dev(), m.ino()) == (metadata.dev(), metadata.ino()))
            };
            if inputs.iter().any(same) {
                return refuse("is the input; name another output file");
            }
        }
        let partial = folder.join(format!(".{}.icr-partial", name.to_string_lossy()));
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&partial)
            .map_err(Error::io(Action::Create, target))?;
        if file.try_lock().is_err() {
            return refuse("another run of icr is writing this file; wait for it");
        }
        let single = OutputSingle {
            target: target.to_owned(),
            partial,
            file,
            published: false,
        };
        single
            .file
            .set_len(0)
            .and_then(|()| {
                let permissions = Permissions::from_mode(mode.of_file());
                single.file.set_permissions(permissions)
            })
            .map_err(Error::io(Action::Create, target))?;
        Ok(single)
    }

    /// Appends bytes.
    ///
    /// # Errors
    /// [`Error::Io`] where they cannot be written.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file
            .write_all(bytes)
            .map_err(Error::io(Action::Write, &self.target))
    }

    /// Makes the file appear at its place, by one rename.
    ///
    /// # Errors
    /// [`Error::Io`] where it cannot be synced or renamed; then it has not appeared.
    pub fn publish(mut self) -> Result<()> {
        self.file
            .sync_all()
            .map_err(Error::io(Action::Write, &self.target))?;
        std::fs::rename(&self.partial, &self.target)
            .map_err(Error::io(Action::Create, &self.target))?;
        self.published = true;
        Ok(())
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
            // Nothing more can be done about a file that cannot be removed; the next run
            // overwrites it.
            drop(std::fs::remove_file(&self.partial));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_when_it_is_published_and_not_before() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("out.csv");
        let create =
            |inputs: &[&Path]| OutputSingle::create(&target, "0640".parse().unwrap(), inputs);
        let mut file = create(&[]).unwrap();
        OutputSingle::write(&mut file, b"abc").unwrap();
        assert!(!target.exists());
        assert!(
            create(&[])
                .err()
                .unwrap()
                .to_string()
                .contains("another run")
        );
        file.publish().unwrap();
        assert_eq!(std::fs::read(&target).unwrap(), b"abc");
        let mode = std::fs::metadata(&target).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
        assert!(
            create(&[&target])
                .err()
                .unwrap()
                .to_string()
                .contains("is the input")
        );
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
}
