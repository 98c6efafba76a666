//! Decides whether an output folder may replace what is at its place.
//!
//! Finished and abandoned runs of icr may be replaced; everything else is refused. A file with the
//! right name does not make one folder per run.

use std::ffi::OsStr;
use std::fs::File;
use std::path::Path;

use super::open_folder::{Identity, OpenFolder, is_folder};
use super::place::{Place, busy, refuse};
use super::staging::{Mark, mark_of};
use crate::error::{Attempt, Error, Result};
use crate::run::manifest::{MANIFEST, Manifest};
use crate::text::shown_path;

/// What is at the place of an output folder, if it may be replaced.
pub(super) enum Standing {
    /// Nothing.
    Nothing,
    /// An empty folder.
    Empty,
    /// A run that `--force` replaces.
    Run(Identity),
}

/// The kinds of folders.
pub(super) enum Kind {
    /// An empty folder.
    Empty,
    /// A finished run, by its manifest.
    Finished,
    /// An unfinished run, by its mark, which is locked here.
    Begun { _mark: File },
    /// The same, by a mark that lost its text.
    Lost { _mark: File },
    /// A run that an earlier version is writing.
    Busy,
    /// Anything else. The words say what is missing.
    Foreign(&'static str),
}

/// What is at the place, or the error if it must not be replaced.
pub(super) fn standing(place: &Place, force: bool) -> Result<Standing> {
    let target = &place.target;
    let stat = place
        .parent
        .stat(&place.name)
        .map_err(Error::io(Attempt::Open, target))?;
    let Some(stat) = stat else {
        return Ok(Standing::Nothing);
    };
    if !is_folder(&stat) {
        return Err(refuse(
            target,
            "exists and is not a folder; name a new folder",
        ));
    }
    let folder = place
        .parent
        .child(&place.name)
        .map_err(Error::io(Attempt::Open, target))?;
    let kind = kind_of(&folder).map_err(Error::io(Attempt::Read, target))?;
    settle(target, &folder, kind, force)
}

/// What may be done with a folder of this kind at the place of an output folder.
pub(super) fn settle(
    target: &Path,
    folder: &OpenFolder,
    kind: Kind,
    force: bool,
) -> Result<Standing> {
    let lacks = match (kind, force) {
        (Kind::Empty, _) => return Ok(Standing::Empty),
        (Kind::Busy, _) => return Err(busy(target)),
        (Kind::Finished | Kind::Begun { .. }, true) => {
            let identity = folder
                .identity()
                .map_err(Error::io(Attempt::Open, target))?;
            return Ok(Standing::Run(identity));
        }
        (Kind::Foreign(lacks), true) => lacks,
        // A folder that was not moved has kept its mark, so without one it belongs to somebody
        // else.
        (Kind::Lost { .. }, true) => FOREIGN_MARK,
        (_, false) => {
            return Err(refuse(
                target,
                "is not empty; name a new folder, or give --force to replace an earlier run",
            ));
        }
    };
    let problem = format!(
        "is not empty and is not a run of icr, so --force does not replace it: {lacks}; name another folder"
    );
    Err(refuse(target, &problem))
}

/// Refuses whatever is still at the staging folder's place after the remains of killed runs were removed.
pub(super) fn refuse_in_the_way(holder: &OpenFolder, name: &OsStr, target: &Path) -> Result<()> {
    let named = target.parent().unwrap_or(target).join(name);
    let Some(stat) = holder
        .stat(name)
        .map_err(Error::io(Attempt::Open, &named))?
    else {
        return Ok(());
    };
    let lacks = if is_folder(&stat) {
        let folder = holder
            .child(name)
            .map_err(Error::io(Attempt::Open, &named))?;
        match kind_of(&folder).map_err(Error::io(Attempt::Read, &named))? {
            Kind::Busy => return Err(busy(target)),
            Kind::Foreign(lacks) => lacks,
            Kind::Finished => "it is a finished run, and only its name is wrong",
            Kind::Empty | Kind::Begun { .. } | Kind::Lost { .. } => "it was made just now",
        }
    } else {
        "it is not a folder"
    };
    let problem = format!(
        "is where icr would write, and is not an abandoned run of icr: {lacks}; move it away, or name another folder than {}",
        shown_path(target)
    );
    Err(refuse(&named, &problem))
}

const FOREIGN_MARK: &str = "its .icr-staging does not hold what icr writes into it";

/// The kind of a folder.
pub(super) fn kind_of(folder: &OpenFolder) -> std::io::Result<Kind> {
    if folder.names()?.is_empty() {
        return Ok(Kind::Empty);
    }
    Ok(match mark_of(folder)? {
        Mark::Ours(mark) => Kind::Begun { _mark: mark },
        Mark::Lost(mark) => Kind::Lost { _mark: mark },
        Mark::Held => Kind::Busy,
        Mark::Foreign => Kind::Foreign(FOREIGN_MARK),
        Mark::Missing => match manifest_of(folder)? {
            Ok(_) => Kind::Finished,
            Err(lacks) => Kind::Foreign(lacks),
        },
    })
}

/// The manifest in a folder, or the words that say what is missing.
pub(super) fn manifest_of(
    folder: &OpenFolder,
) -> std::io::Result<std::result::Result<Manifest, &'static str>> {
    let Some(text) = folder.read(OsStr::new(MANIFEST))? else {
        return Ok(Err(
            "it has neither the manifest.json of a finished run nor the .icr-staging of an abandoned one",
        ));
    };
    Ok(Manifest::parse(&text).ok_or("its manifest.json is not one that icr wrote"))
}

#[cfg(test)]
mod tests {
    use super::super::staging::{MARK, mark_text};
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
        for mark in [(MANIFEST, &*manifest()), (MARK, mark_text())] {
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
        let other_tool = "{\"name\": \"My extension\", \"manifest_version\": 3}";
        let schema_alone = "{\"schema\": \"icr.manifest/1\"}";
        for (name, text, lacks) in [
            ("notes.txt", "x", "it has neither"),
            (MANIFEST, "", "its manifest.json"),
            (MANIFEST, "{}", "its manifest.json"),
            (MANIFEST, "[]", "its manifest.json"),
            (MANIFEST, schema_alone, "its manifest.json"),
            (MANIFEST, &other_schema, "its manifest.json"),
            (MANIFEST, other_tool, "its manifest.json"),
            (MARK, "mine", "its .icr-staging"),
        ] {
            let (parent, target) = folder(&[(name, text)]);
            let said = refusal(&target, true);
            assert!(
                said.contains("not a run of icr") && said.contains(lacks),
                "{name} {text:?}: {said}"
            );
            assert!(target.join("thesis.txt").exists());
            // The same holds for a folder that is where the staging folder is to be.
            let staging = parent.path().join(".new.icr-staging");
            std::fs::rename(&target, &staging).unwrap();
            let said = refusal(&parent.path().join("new"), true);
            assert!(said.contains(lacks), "{name} {text:?}: {said}");
            assert!(staging.join("thesis.txt").exists());
        }
        // A mark without its text identifies, by its name, a staging folder and nothing else.
        let (_parent, target) = folder(&[(MARK, "")]);
        assert!(refusal(&target, true).contains("its .icr-staging"));
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
        let abandoned: [&[(&str, &str)]; 6] = [
            &[],
            // A mark that a power failure cut, or emptied.
            &[(MARK, "")],
            &[(MARK, ""), ("half", "x")],
            &[(MARK, "\0\0\0\0"), ("half", "x")],
            &[(MARK, mark_text()), ("half", "x")],
            &[(MARK, mark_text()), (MANIFEST, &manifest)],
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
        // A finished folder is not abandoned.
        std::fs::create_dir(&staging).unwrap();
        std::fs::write(staging.join(MANIFEST), &manifest).unwrap();
        assert!(refusal(&target, true).contains("it is a finished run"));
        assert!(staging.join(MANIFEST).exists());
    }
}
