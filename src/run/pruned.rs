//! `pruned.json`: what was taken out of a run, so that the run stays known for what it was.
//!
//! It is written before anything is removed. It therefore never alone means that something is gone:
//! whoever reads it also looks whether the file is there. One that cannot be read is an error; taken
//! for none, it would make a pruned run a damaged one.

use std::io::ErrorKind;
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::finished::FinishedRun;
use crate::error::{Attempt, Error, Result};
use crate::open::{is_there, read_regular};

/// The name of the file that says that a run was pruned.
pub const PRUNED: &str = "pruned.json";
const SCHEMA: &str = "icr.pruned/1";

/// The folders of a run that hold people's data, or what is listed record by record.
pub(super) const FOLDERS: [&str; 5] = ["responses", "rejects", "extracts", "changes", "leads"];

/// What was taken out of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Pruned {
    /// The form of this file.
    #[schemars(extend("const" = "icr.pruned/1"))]
    schema: String,
    /// When, CCYYMMDD.
    pub date: String,
    /// The folders that were removed.
    pub folders: Vec<String>,
}

impl Pruned {
    pub(super) fn new(date: String, folders: Vec<String>) -> Self {
        Pruned {
            schema: SCHEMA.to_owned(),
            date,
            folders,
        }
    }

    /// What was taken out of the run in this folder, if anything was.
    ///
    /// # Errors
    /// [`Error::Io`] where the file is there and cannot be read, [`Error::Input`] where it is not what
    /// a prune writes.
    pub fn of(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join(PRUNED);
        match read_regular(&path) {
            Ok(text) => Self::parse(&path, &text).map(Some),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::io(Attempt::Read, &path)(error)),
        }
    }

    pub(super) fn parse(path: &Path, text: &[u8]) -> Result<Self> {
        let pruned: Option<Pruned> = serde_json::from_slice(text).ok();
        pruned
            .filter(|pruned| pruned.schema == SCHEMA)
            .ok_or_else(|| {
                let problem = "is not what icr prune writes, so it is not known what was taken out of the run; put the file back as it was, or move the run away";
                Error::input(path, problem)
            })
    }

    /// Whether a file of the manifest was taken out. Nothing but what a prune removes can be said to
    /// be pruned.
    pub fn holds(&self, name: &str) -> bool {
        let folder = name.split('/').next().unwrap_or_default();
        name.contains('/')
            && FOLDERS.contains(&folder)
            && self.folders.iter().any(|pruned| pruned == folder)
    }

    /// Whether a file of the run in this folder was taken out, and is gone.
    ///
    /// # Errors
    /// [`Error::Io`] where that cannot be found out.
    pub fn took(&self, folder: &Path, name: &str) -> Result<bool> {
        let path = folder.join(name);
        Ok(self.holds(name) && !is_there(&path).map_err(Error::io(Attempt::Open, &path))?)
    }
}

/// When responses were taken out of a run, CCYYMMDD; none while all of them are still there.
///
/// # Errors
/// As [`Pruned::of`] and [`Pruned::took`].
pub fn responses_pruned(run: &FinishedRun) -> Result<Option<String>> {
    let Some(pruned) = Pruned::of(&run.folder)? else {
        return Ok(None);
    };
    let outputs = run.manifest.outputs.iter();
    for output in outputs.filter(|output| output.name.starts_with("responses/")) {
        if pruned.took(&run.folder, &output.name)? {
            return Ok(Some(pruned.date));
        }
    }
    Ok(None)
}
