//! `--from-run`: takes the options from a finished run, and checks that the inputs are still the
//! same. A different input could give a different answer, so it must be refused.

use std::path::{Path, PathBuf};

use crate::engine::extract::Collected;
use crate::error::{Error, Result};
use crate::formats::input::InputEntry;
use crate::formats::layout::LayoutSet;
use crate::formats::record::Date;
use crate::run::{MANIFEST, Manifest, match_manifest};
use crate::run::{MatchInputs, MatchOptions};
use crate::text::{hex, shown_path};

/// A finished run of `match`.
pub(super) struct EarlierRun {
    path: PathBuf,
    manifest: Manifest,
}

impl EarlierRun {
    /// Reads the manifest of a run.
    ///
    /// # Errors
    /// [`Error::Io`] and [`Error::Input`] if the folder does not have the manifest of a match.
    pub(super) fn load(folder: &Path) -> Result<Self> {
        Ok(EarlierRun {
            path: folder.join(MANIFEST),
            manifest: match_manifest(folder)?,
        })
    }

    /// The given inputs with the options of the run. Paths are not replaced.
    ///
    /// # Errors
    /// [`Error::Input`] if the manifest has an option that this program does not know.
    pub(super) fn options(&self, given: &MatchInputs) -> Result<MatchInputs> {
        let refuse = |name| {
            let problem = format!(
                "holds no value of the option {name} that this program knows; explain with the version {} that made it",
                self.manifest.version
            );
            Error::input(&self.path, problem)
        };
        Ok(MatchInputs {
            options: MatchOptions::noted(&self.manifest).map_err(refuse)?,
            ..given.clone()
        })
    }

    /// The run date.
    ///
    /// # Errors
    /// [`Error::Input`] if the manifest does not have it.
    pub(super) fn run_date(&self) -> Result<Date> {
        Date::parse(
            self.manifest
                .run_date
                .as_deref()
                .unwrap_or_default()
                .as_bytes(),
        )
        .ok_or_else(|| Error::input(&self.path, "holds no run date"))
    }

    /// Refuses layouts and tables that differ from the run's: like inputs, they change answers.
    ///
    /// # Errors
    /// [`Error::Inputs`] naming those that differ.
    pub(super) fn check_layouts(&self, layouts: &LayoutSet) -> Result<()> {
        let now = Manifest::new("match", self.manifest.run_date.as_deref(), layouts).layouts;
        let same = |name: &str| {
            let of = |entries: &[crate::run::LayoutEntry]| {
                let entry = entries.iter().find(|entry| entry.name == name);
                entry.map(|entry| entry.sha256.clone())
            };
            of(&now) == of(&self.manifest.layouts)
        };
        let differing: Vec<_> = self
            .manifest
            .layouts
            .iter()
            .map(|entry| entry.name.as_str())
            .filter(|name| !same(name))
            .collect();
        if differing.is_empty() {
            return Ok(());
        }
        Err(Error::Inputs(format!(
            "{}: the run had other layouts or tables: {}; give its --layouts",
            shown_path(&self.path),
            differing.join(", ")
        )))
    }

    /// Removes the files that the run left out, whatever the reason.
    #[must_use]
    pub(super) fn leave_out(&self, collected: Collected) -> Collected {
        let mut left = Collected {
            unusable: collected.unusable,
            ..Collected::default()
        };
        for extract in collected.extracts {
            let digest = hex(&extract.source.sha256());
            let excluded = |entry: &InputEntry| entry.kind == "excluded" && entry.sha256 == digest;
            if self.manifest.inputs.iter().any(excluded) {
                let problem = "was left out of the run".to_owned();
                left.unusable.push(extract.into_unusable(problem));
            } else {
                left.extracts.push(extract);
            }
        }
        left
    }

    /// Refuses inputs that differ from those of the run.
    ///
    /// # Errors
    /// [`Error::Inputs`] naming the files of the run that are missing, and those that the run did
    /// not have.
    pub(super) fn check_inputs(&self, inputs: &[InputEntry]) -> Result<()> {
        type Key<'a> = (&'a str, &'a str);
        fn key(entry: &InputEntry) -> Key<'_> {
            (entry.kind.as_str(), entry.sha256.as_str())
        }
        let only_in = |some: &[InputEntry], others: &[InputEntry]| -> Vec<String> {
            let mut others: Vec<Key<'_>> = others.iter().map(key).collect();
            let mut names = Vec::new();
            for entry in some {
                match others.iter().position(|other| *other == key(entry)) {
                    Some(at) => drop(others.swap_remove(at)),
                    None => names.push(format!("{} ({})", entry.name, entry.kind)),
                }
            }
            names
        };
        let lacking = only_in(&self.manifest.inputs, inputs);
        let added = only_in(inputs, &self.manifest.inputs);
        if lacking.is_empty() && added.is_empty() {
            return Ok(());
        }
        let list = |what: &str, names: &[String]| {
            if names.is_empty() {
                String::new()
            } else {
                format!("; {what}: {}", names.join(", "))
            }
        };
        Err(Error::Inputs(format!(
            "{}: the inputs are not those of the run, by their SHA-256{}{}; give the files that the run read",
            shown_path(&self.path),
            list("the run read, and they are not given", &lacking),
            list("given, and the run did not read them", &added)
        )))
    }
}
