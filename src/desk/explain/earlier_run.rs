//! `--from-run`: takes the options from a finished run, and checks that the inputs are still the
//! same. A different input could give a different answer, so it must be refused.

use std::path::{Path, PathBuf};

use crate::engine::extract::Extract;
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
            not_previous: self.path.parent().map(Path::to_owned),
            max_volume_change: None,
            max_age_days: self.noted_max_age(),
            ..given.clone()
        })
    }

    /// `--max-age` of the run, where it had one.
    fn noted_max_age(&self) -> Option<u32> {
        let noted = self.manifest.options.get("max_age")?.as_u64()?;
        u32::try_from(noted).ok()
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

    /// Why a file is not used, where the run left it out, for whatever reason.
    pub(super) fn left_out(&self, extract: &Extract) -> Option<String> {
        let digest = hex(&extract.source.sha256());
        let excluded = |entry: &InputEntry| entry.kind == "excluded" && entry.sha256 == digest;
        let was = self.manifest.inputs.iter().any(excluded);
        was.then(|| "was left out of the run".to_owned())
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
        // The roster decides who takes part, not what is answered.
        let mut read = self.manifest.inputs.clone();
        read.retain(|entry| entry.kind != "roster");
        let lacking = only_in(&read, inputs);
        let added = only_in(inputs, &read);
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
