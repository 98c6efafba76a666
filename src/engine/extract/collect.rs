//! Reads all input files of a run, and decides which extract is used for a state that has two.

use std::path::PathBuf;

use super::load::Loader;
use super::loaded::{Extract, Loaded, Unusable};
use super::provenance::Provenance;
use crate::error::{Error, Result};
use crate::formats::input::{input_bytes, input_files};
use crate::formats::reference::State;
use crate::parallel::largest_first;
use crate::text::shown_path;

/// The input files of a run, in memory.
#[derive(Default)]
pub struct Collected {
    /// The usable files, in the order of the arguments.
    pub extracts: Vec<Extract>,
    /// The unusable files.
    pub unusable: Vec<Unusable>,
}

impl Provenance {
    /// The name that messages use for files of this provenance.
    pub fn files(self) -> &'static str {
        match self {
            Provenance::Submitted => "extracts, one file per state",
            Provenance::FcrDerived => "FCR-derived extracts, one file per state",
        }
    }
}

/// The files that the arguments name, with their provenance.
///
/// # Errors
/// As [`input_files`].
pub fn files_of(extracts: &[PathBuf], fcr: &[PathBuf]) -> Result<Vec<(PathBuf, Provenance)>> {
    let of = |arguments, provenance: Provenance| -> Result<Vec<_>> {
        Ok(input_files(arguments, provenance.files())?
            .into_iter()
            .map(|path| (path, provenance))
            .collect())
    };
    let mut files = of(extracts, Provenance::Submitted)?;
    files.extend(of(fcr, Provenance::FcrDerived)?);
    Ok(files)
}

/// The total size of the files.
///
/// # Errors
/// [`Error::Io`] if a file does not exist.
pub fn total_bytes(files: &[(PathBuf, Provenance)]) -> Result<u64> {
    files.iter().map(|(path, _)| input_bytes(path)).sum()
}

/// Reads the files in parallel, the largest first.
///
/// # Errors
/// As [`Loader::load`] and [`crate::formats::input::InputForms::refuse_unused`].
pub fn collect(loader: &Loader<'_>, files: &[(PathBuf, Provenance)]) -> Result<Collected> {
    let paths = files.iter().map(|(path, _)| path.as_path());
    loader.form.refuse_unused(paths)?;
    let read = largest_first(
        files,
        |(path, _)| input_bytes(path).unwrap_or_default(),
        |(path, provenance)| loader.load(path, *provenance),
    )?;
    let mut collected = Collected::default();
    for file in read {
        match file {
            Loaded::Usable(extract) => collected.extracts.push(*extract),
            Loaded::Unusable(mut file) => {
                if file.needs_validate {
                    file.problem += "; run `icr validate` on it";
                }
                collected.unusable.push(*file);
            }
        }
    }
    Ok(collected)
}

impl Collected {
    /// Splits the extracts into those that are used and those that are not: if a state has a
    /// submitted extract, its FCR-derived one is not used.
    pub fn in_use(self) -> (Vec<Extract>, Vec<Extract>) {
        let submitted: Vec<State> = self
            .extracts
            .iter()
            .filter(|e| e.provenance == Provenance::Submitted)
            .map(|e| e.state)
            .collect();
        let is_used =
            |e: &Extract| e.provenance == Provenance::Submitted || !submitted.contains(&e.state);
        self.extracts.into_iter().partition(is_used)
    }

    /// Stops a run that has files that cannot be used and that `counts` does not pass over.
    ///
    /// # Errors
    /// [`Error::Input`] for one such file, [`Error::Inputs`] naming several.
    pub fn refuse_unusable(&self, counts: impl Fn(&Unusable) -> bool) -> Result<()> {
        let unusable: Vec<&Unusable> = self.unusable.iter().filter(|file| counts(file)).collect();
        match &unusable[..] {
            [] => Ok(()),
            [file] => Err(Error::input(&file.path, &file.problem)),
            files => Err(Error::Inputs(format!(
                "{} files cannot be used:{}",
                files.len(),
                listed(files.iter().copied())
            ))),
        }
    }

    /// Stops a run in which no submitted extract is left. Its responses would say that nobody has a
    /// case.
    ///
    /// # Errors
    /// [`Error::Inputs`] naming the files.
    pub fn refuse_none_left(&self) -> Result<()> {
        let is_extract = |extract: &Extract| extract.provenance == Provenance::Submitted;
        if self.extracts.iter().any(is_extract) {
            return Ok(());
        }
        Err(Error::Inputs(format!(
            "no extract is left; correct one of those that were left out:{}",
            listed(&self.unusable)
        )))
    }
}

/// One line per unusable file.
fn listed<'u>(files: impl IntoIterator<Item = &'u Unusable>) -> String {
    let line = |file: &Unusable| format!("\n  {}: {}", shown_path(&file.path), file.problem);
    files.into_iter().map(line).collect()
}

/// Stops a run with two files of one provenance for one state: nothing says which of them is right.
///
/// # Errors
/// [`Error::Inputs`] naming both.
pub fn refuse_two_for_one_state<'a>(extracts: impl IntoIterator<Item = &'a Extract>) -> Result<()> {
    let extracts: Vec<&Extract> = extracts.into_iter().collect();
    for (at, extract) in extracts.iter().enumerate() {
        let same = |other: &&&Extract| {
            other.state == extract.state && other.provenance == extract.provenance
        };
        if let Some(first) = extracts[..at].iter().find(same) {
            let kind = match extract.provenance {
                Provenance::Submitted => "extracts",
                Provenance::FcrDerived => "FCR-derived files",
            };
            return Err(Error::Inputs(format!(
                "two {kind} for {} ({}): {} and {}; give one",
                extract.state,
                extract.state.name(),
                shown_path(&first.source.path),
                shown_path(&extract.source.path)
            )));
        }
    }
    Ok(())
}
