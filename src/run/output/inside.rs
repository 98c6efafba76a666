//! An output folder that is there already and cannot be replaced by a rename: a mount point, the folder
//! in which the program runs, or one in a folder that cannot be written.
//!
//! The staging folder is inside it. To publish is to move each entry to its place, `manifest.json` last:
//! a folder that holds its manifest is complete. An earlier run that is replaced gives up its manifest
//! first. In between the folder has none.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::io::Result as IoResult;
use std::path::Path;

use super::open_folder::{OpenFolder, is_folder};
use super::place::{Place, refuse};
use super::remove::remove_entry;
use super::replaceable::{Kind, Standing, kind_of, manifest_of, settle};
use super::staging::{CONTENT, MARK, Staging};
use crate::error::{Error, Result};
use crate::run::manifest::MANIFEST;

/// Where in the staging folder the run goes that is replaced.
const OLD: &str = "old";

/// The folder at a place, where it has to be filled where it is.
pub(super) fn to_fill(place: &Place) -> Result<Option<OpenFolder>> {
    let io = || Error::io("open", &place.target);
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

/// What stands in the folder, as far as it may be replaced; what a killed run left in it is removed.
/// Whoever calls holds the folder's lock.
pub(super) fn standing_inside(folder: &OpenFolder, target: &Path, force: bool) -> Result<Standing> {
    if has_staging(folder).map_err(Error::io("read", target))? {
        clear(folder, target)?;
    }
    let kind = kind_of(folder).map_err(Error::io("read", target))?;
    settle(target, folder, kind, force)
}

/// Removes what a killed run left: its staging folder, and what it had moved out of it, as far as the
/// manifests tell that it is a run's.
fn clear(folder: &OpenFolder, target: &Path) -> Result<()> {
    let io = |action| Error::io(action, target);
    let staging = folder.child(OsStr::new(MARK)).map_err(io("open"))?;
    match kind_of(&staging).map_err(io("read"))? {
        Kind::Empty | Kind::Begun { .. } | Kind::Lost { .. } => {}
        Kind::Busy | Kind::Finished | Kind::Foreign(_) => {
            let problem = "holds a folder .icr-staging that icr did not make; name another folder";
            return Err(refuse(target, problem));
        }
    }
    let finished = manifest_of(folder).map_err(io("read"))?.is_ok();
    if !finished {
        let mut known = BTreeSet::from([OsString::from(MARK)]);
        for part in [CONTENT, OLD] {
            if let Ok(part) = staging.child(OsStr::new(part)) {
                known.extend(entries_of_run(&part).map_err(io("read"))?);
            }
        }
        let names = folder.names().map_err(io("read"))?;
        if !names.iter().all(|name| known.contains(name)) {
            let problem = "holds what a killed run of icr left, and files that are not of that run; move those away, or name another folder";
            return Err(refuse(target, problem));
        }
        for name in names.iter().filter(|name| *name != MARK) {
            remove_entry(folder, name).map_err(io("remove what a killed run left in"))?;
        }
    }
    remove_entry(folder, OsStr::new(MARK)).map_err(io("remove what a killed run left in"))
}

/// The names at the top of a run's folder, by its manifest; none where it has none.
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

/// What was moved, so that it can be moved back.
#[derive(Default)]
struct Moves<'f>(Vec<(&'f OpenFolder, OsString, Kept<'f>)>);

/// A folder that something was moved to.
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

    /// Moves all back, the last first: what was there keeps its manifest for the end.
    fn undo(self) {
        for (from, name, to) in self.0.into_iter().rev() {
            // Where even this fails, the folder has no manifest and is known as a killed run's.
            drop(to.get().rename(&name, from, &name));
        }
    }
}
