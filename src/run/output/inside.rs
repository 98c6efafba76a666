//! An output folder that exists and cannot be replaced by a rename: a mount point, the working
//! directory, or a folder whose parent cannot be written.
//!
//! Its staging folder is inside it. To publish, each entry is moved to its place, `manifest.json`
//! last, so that a folder with a manifest is complete. An earlier run loses its manifest first;
//! until the end the folder has none.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::io::Result as IoResult;
use std::path::Path;

use super::open_folder::{OpenFolder, is_folder};
use super::place::{Place, refuse};
use super::remove::remove_entry;
use super::replaceable::{Kind, Standing, kind_of, manifest_of, settle};
use super::staging::{CONTENT, MARK, Staging};
use crate::error::{Attempt, Error, Result};
use crate::run::manifest::MANIFEST;

/// The folder, within the staging folder, for the run that is replaced.
const OLD: &str = "old";

/// The folder at a place, if it must be filled in place.
pub(super) fn to_fill(place: &Place) -> Result<Option<OpenFolder>> {
    let io = || Error::io(Attempt::Open, &place.target);
    let stat = place.parent.stat(&place.name).map_err(io())?;
    if !stat.is_some_and(|stat| is_folder(&stat)) {
        return Ok(None);
    }
    let folder = place.parent.child(&place.name).map_err(io())?;
    let here = OpenFolder::open(Path::new("."))
        .and_then(|here| here.identity())
        .ok();
    let stays = !place.parent.is_writable()
        || place.parent.is_mount_point(&place.name).map_err(io())?
        || here == Some(folder.identity().map_err(io())?)
        || has_staging(&folder).map_err(io())?;
    Ok(stays.then_some(folder))
}

fn has_staging(folder: &OpenFolder) -> IoResult<bool> {
    let stat = folder.stat(OsStr::new(MARK))?;
    Ok(stat.is_some_and(|stat| is_folder(&stat)))
}

/// The contents of the folder, if they may be replaced. What a killed run left there is removed.
/// The caller must hold the folder's lock.
pub(super) fn standing_inside(folder: &OpenFolder, target: &Path, force: bool) -> Result<Standing> {
    if has_staging(folder).map_err(Error::io(Attempt::Read, target))? {
        clear(folder, target)?;
    }
    let kind = kind_of(folder).map_err(Error::io(Attempt::Read, target))?;
    settle(target, folder, kind, force)
}

/// Removes what a killed run left: its staging folder and, as far as manifests prove that they
/// belong to a run, the entries that it had moved out.
fn clear(folder: &OpenFolder, target: &Path) -> Result<()> {
    let io = |action| Error::io(action, target);
    let staging = folder.child(OsStr::new(MARK)).map_err(io(Attempt::Open))?;
    match kind_of(&staging).map_err(io(Attempt::Read))? {
        Kind::Empty | Kind::Begun { .. } | Kind::Lost { .. } => {}
        Kind::Busy | Kind::Finished | Kind::Foreign(_) => {
            let problem = "holds a folder .icr-staging that icr did not make; name another folder";
            return Err(refuse(target, problem));
        }
    }
    let finished = manifest_of(folder).map_err(io(Attempt::Read))?.is_ok();
    if !finished {
        let mut known = BTreeSet::from([OsString::from(MARK)]);
        for part in [CONTENT, OLD] {
            if let Ok(part) = staging.child(OsStr::new(part)) {
                known.extend(entries_of_run(&part).map_err(io(Attempt::Read))?);
            }
        }
        let names = folder.names().map_err(io(Attempt::Read))?;
        if !names.iter().all(|name| known.contains(name)) {
            let problem = "holds what a killed run of icr left, and files that are not of that run; move those away, or name another folder";
            return Err(refuse(target, problem));
        }
        for name in names.iter().filter(|name| *name != MARK) {
            remove_entry(folder, name).map_err(io(Attempt::RemoveRemains))?;
        }
    }
    remove_entry(folder, OsStr::new(MARK)).map_err(io(Attempt::RemoveRemains))
}

/// The top-level names of a run's folder, by its manifest; empty if it has none.
fn entries_of_run(folder: &OpenFolder) -> IoResult<BTreeSet<OsString>> {
    let Ok(manifest) = manifest_of(folder)? else {
        return Ok(BTreeSet::new());
    };
    let outputs = manifest.outputs.iter();
    let top = |name: &str| OsString::from(name.split('/').next().unwrap_or(name));
    let names = outputs.map(|output| top(&output.name));
    Ok(names.chain([OsString::from(MANIFEST)]).collect())
}

/// Moves the content to its place, the manifest last.
pub(super) fn publish_inside(
    folder: &OpenFolder,
    staging: &Staging,
    replaces: bool,
) -> IoResult<()> {
    let mut moves = Moves::default();
    let published = move_all(folder, staging, replaces, &mut moves);
    if published.is_err() {
        moves.undo();
    }
    published
}

fn move_all<'f>(
    folder: &'f OpenFolder,
    staging: &'f Staging,
    replaces: bool,
    moves: &mut Moves<'f>,
) -> IoResult<()> {
    let manifest = OsString::from(MANIFEST);
    if replaces {
        let old = staging.folder.make(OsStr::new(OLD))?;
        let mut names = folder.names()?;
        names.retain(|name| name != MARK);
        names.sort_by_key(|name| *name != manifest);
        for name in names {
            moves.make(folder, name, Kept::Own(old.again()?))?;
        }
    }
    let mut names = staging.content.names()?;
    names.retain(|name| *name != manifest);
    for name in names {
        moves.make(&staging.content, name, Kept::Shared(folder))?;
    }
    folder.sync()?;
    if staging.content.stat(&manifest)?.is_some() {
        moves.make(&staging.content, manifest, Kept::Shared(folder))?;
    }
    Ok(())
}

/// The moves so far, so that they can be undone.
#[derive(Default)]
struct Moves<'f>(Vec<(&'f OpenFolder, OsString, Kept<'f>)>);

/// The folder that something was moved to.
enum Kept<'f> {
    Own(OpenFolder),
    Shared(&'f OpenFolder),
}

impl Kept<'_> {
    fn get(&self) -> &OpenFolder {
        match self {
            Kept::Own(folder) => folder,
            Kept::Shared(folder) => folder,
        }
    }
}

impl<'f> Moves<'f> {
    fn make(&mut self, from: &'f OpenFolder, name: OsString, to: Kept<'f>) -> IoResult<()> {
        from.rename(&name, to.get(), &name)?;
        self.0.push((from, name, to));
        Ok(())
    }

    /// Undoes all moves, last first, so that the manifest of the old run comes back last.
    fn undo(self) {
        for (from, name, to) in self.0.into_iter().rev() {
            // If even this fails, the folder has no manifest, which marks it as that of a killed
            // run.
            drop(to.get().rename(&name, from, &name));
        }
    }
}
