//! Whether what stands in the place of an output folder is this program's to remove.
//!
//! Takes the folder that is to be written, or the staging folder beside it; lets go of finished and
//! abandoned runs of icr, and refuses everything else: a folder is nobody's run because a file in it
//! has the right name.

use std::fs::File;
use std::path::Path;

use crate::error::{Error, Result};
use crate::run::manifest::{MANIFEST, Manifest};

/// The name of the file that marks a staging folder of this program.
pub(super) const STAGING_MARK: &str = ".icr-staging";
/// What the mark holds.
pub(super) const MARK_TEXT: &str = "{\"schema\": \"icr.staging/1\"}\n";

/// What a folder is known to be.
enum Kind {
    /// Nothing is in it.
    Empty,
    /// A run that was finished, by its manifest.
    Finished,
    /// A run that was begun, by its mark, which is held locked here.
    Begun(File),
    /// Something else; the words say what is missing.
    Foreign(&'static str),
}

/// Whether the target is to be replaced; an error where it must not be.
pub(super) fn check_target(target: &Path, force: bool) -> Result<bool> {
    let metadata = match std::fs::symlink_metadata(target) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        other => other.map_err(Error::io("open", target))?,
    };
    if !metadata.is_dir() {
        return Err(refuse(
            target,
            "exists and is not a folder; name a new folder",
        ));
    }
    match (kind_of(target, target)?, force) {
        (Kind::Empty, _) => Ok(false),
        (Kind::Finished | Kind::Begun(_), true) => Ok(true),
        (Kind::Foreign(lacks), true) => Err(refuse(
            target,
            &format!(
                "is not empty and is no run of icr, so --force does not replace it: {lacks}; name another folder"
            ),
        )),
        (_, false) => Err(refuse(
            target,
            "is not empty; name a new folder, or give --force to replace an earlier run",
        )),
    }
}

/// Removes the staging folder of a run that was killed, if there is one.
pub(super) fn remove_abandoned(staging: &Path, target: &Path) -> Result<()> {
    let metadata = match std::fs::symlink_metadata(staging) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        other => other.map_err(Error::io("open", staging))?,
    };
    let foreign = |lacks: &str| {
        let problem = format!(
            "stands where icr would write, and is no abandoned run of icr: {lacks}; move it away, or name another folder than {}",
            target.display()
        );
        Err(refuse(staging, &problem))
    };
    if !metadata.is_dir() {
        return foreign("it is not a folder");
    }
    let _locked = match kind_of(staging, target)? {
        // Killed between the folder and its mark. A folder that is no longer empty stays.
        Kind::Empty => {
            return std::fs::remove_dir(staging).map_err(Error::io("remove", staging));
        }
        Kind::Foreign(lacks) => return foreign(lacks),
        Kind::Finished => None,
        Kind::Begun(mark) => Some(mark),
    };
    remove_run(staging).map_err(Error::io("remove", staging))
}

/// Removes a run, what tells that it is one last: a removal that is cut short can be taken up again.
pub(in crate::run) fn remove_run(folder: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if [MANIFEST, STAGING_MARK]
            .iter()
            .any(|mark| entry.file_name() == *mark)
        {
            continue;
        }
        if entry.file_type()?.is_dir() {
            std::fs::remove_dir_all(entry.path())?;
        } else {
            std::fs::remove_file(entry.path())?;
        }
    }
    std::fs::remove_dir_all(folder)
}

/// Another run is at work on the folder.
pub(super) fn busy(target: &Path) -> Error {
    refuse(
        target,
        "another run of icr is writing this folder; wait for it, or name another folder",
    )
}

/// What a folder is; `target` is named where another run is at work on it.
fn kind_of(folder: &Path, target: &Path) -> Result<Kind> {
    let entries = std::fs::read_dir(folder).map_err(Error::io("read", folder))?;
    let entries = entries.take(2).count();
    if entries == 0 {
        return Ok(Kind::Empty);
    }
    let path = folder.join(STAGING_MARK);
    if is_file(&path) {
        let mark = File::open(&path).map_err(Error::io("open", &path))?;
        mark.try_lock().map_err(|_| busy(target))?;
        let text = std::fs::read(&path).map_err(Error::io("read", &path))?;
        // Alone in its folder, a mark may have been cut short: nothing else was written yet.
        let cut = entries == 1 && MARK_TEXT.as_bytes().starts_with(&text);
        return Ok(if cut || text == MARK_TEXT.as_bytes() {
            Kind::Begun(mark)
        } else {
            Kind::Foreign("its .icr-staging does not hold what icr writes into it")
        });
    }
    let manifest = folder.join(MANIFEST);
    if !is_file(&manifest) {
        return Ok(Kind::Foreign(
            "it has neither the manifest.json of a finished run nor the .icr-staging of an abandoned one",
        ));
    }
    let text = std::fs::read(&manifest).map_err(Error::io("read", &manifest))?;
    Ok(match Manifest::parse(&text) {
        Some(_) => Kind::Finished,
        None => Kind::Foreign("its manifest.json is not one that icr wrote"),
    })
}

/// A regular file, not a link to one.
fn is_file(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file())
}

fn refuse(path: &Path, problem: &str) -> Error {
    Error::Output {
        path: path.to_owned(),
        problem: problem.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{FileMode, OutputFolder};
    use super::*;
    use crate::formats::layout::LayoutSet;
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;

    fn create(target: &Path, force: bool) -> Result<OutputFolder> {
        OutputFolder::create(target, force, FileMode::default())
    }

    /// A parent folder, and in it a folder `run` with these files and one of somebody's.
    fn folder(files: &[(&str, &str)]) -> (tempfile::TempDir, PathBuf) {
        let parent = tempfile::tempdir().unwrap();
        let target = parent.path().join("run");
        std::fs::create_dir(&target).unwrap();
        std::fs::write(target.join("thesis.txt"), "x").unwrap();
        for (name, text) in files {
            std::fs::write(target.join(name), text).unwrap();
        }
        (parent, target)
    }

    fn manifest() -> String {
        let layouts = LayoutSet::load(None).unwrap();
        crate::text::json_text(&Manifest::new("match", None, &layouts))
    }

    fn refusal(target: &Path, force: bool) -> String {
        create(target, force).err().unwrap().to_string()
    }

    #[test]
    fn a_run_is_replaced_when_told_finished_or_abandoned() {
        for mark in [(MANIFEST, &*manifest()), (STAGING_MARK, MARK_TEXT)] {
            let (parent, target) = folder(&[mark]);
            assert!(refusal(&target, false).contains("--force"));
            let new = OutputFolder::create(&target, true, "0640".parse().unwrap()).unwrap();
            new.write("new", b"").unwrap();
            new.publish().unwrap();
            assert!(!target.join("thesis.txt").exists() && target.join("new").exists());
            let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode();
            assert_eq!(mode(&target) & 0o777, 0o750);
            assert_eq!(mode(&target.join("new")) & 0o777, 0o640);
            assert_eq!(std::fs::read_dir(parent.path()).unwrap().count(), 1);
        }
    }

    #[test]
    fn a_folder_with_a_file_of_the_right_name_is_nobodys_run() {
        let other_schema = manifest().replace("icr.manifest/1", "icr.summary/1");
        for (name, text, lacks) in [
            ("notes.txt", "x", "it has neither"),
            (MANIFEST, "", "its manifest.json"),
            (MANIFEST, "{}", "its manifest.json"),
            (MANIFEST, "[]", "its manifest.json"),
            (
                MANIFEST,
                "{\"schema\": \"icr.manifest/1\"}",
                "its manifest.json",
            ),
            (MANIFEST, &other_schema, "its manifest.json"),
            (
                MANIFEST,
                "{\"name\": \"My extension\", \"manifest_version\": 3}",
                "its manifest.json",
            ),
            (STAGING_MARK, "", "its .icr-staging"),
            (STAGING_MARK, "mine", "its .icr-staging"),
        ] {
            let (parent, target) = folder(&[(name, text)]);
            let said = refusal(&target, true);
            assert!(
                said.contains("no run of icr") && said.contains(lacks),
                "{name} {text:?}: {said}"
            );
            assert!(target.join("thesis.txt").exists());
            // The same holds for a folder that stands where the staging folder is to be.
            let staging = parent.path().join(".new.icr-staging");
            std::fs::rename(&target, &staging).unwrap();
            let said = refusal(&parent.path().join("new"), true);
            assert!(said.contains(lacks), "{name} {text:?}: {said}");
            assert!(staging.join("thesis.txt").exists());
        }
        let (_parent, target) = folder(&[]);
        std::fs::create_dir(target.join(MANIFEST)).unwrap();
        assert!(refusal(&target, true).contains("it has neither"));
    }

    #[test]
    fn what_became_something_else_during_the_run_is_left_alone() {
        let (_parent, target) = folder(&[(MANIFEST, &manifest())]);
        let new = create(&target, true).unwrap();
        std::fs::remove_file(target.join(MANIFEST)).unwrap();
        assert!(new.publish().is_err());
        assert!(target.join("thesis.txt").exists());
    }

    #[test]
    fn an_abandoned_staging_folder_is_removed_and_a_live_one_respected() {
        let parent = tempfile::tempdir().unwrap();
        let target = parent.path().join("run");
        let staging = parent.path().join(".run.icr-staging");
        let live = create(&target, false).unwrap();
        let refused = refusal(&target, false);
        assert!(
            refused.contains("another run") && !refused.contains(".run.icr-staging"),
            "{refused}"
        );
        drop(live);
        let manifest = manifest();
        let abandoned: [&[(&str, &str)]; 5] = [
            &[],
            &[(STAGING_MARK, "")],
            &[(STAGING_MARK, MARK_TEXT), ("half", "x")],
            // Killed between the mark's removal and the rename.
            &[(MANIFEST, &manifest), ("summary.json", "{}")],
            &[(STAGING_MARK, MARK_TEXT), (MANIFEST, "{\"sch")],
        ];
        for files in abandoned {
            std::fs::create_dir(&staging).unwrap();
            for (name, text) in files {
                std::fs::write(staging.join(name), text).unwrap();
            }
            create(&target, false).unwrap().publish().unwrap();
            assert_eq!(std::fs::read_dir(&target).unwrap().count(), 0);
            assert!(!staging.exists());
            std::fs::remove_dir(&target).unwrap();
        }
    }
}
