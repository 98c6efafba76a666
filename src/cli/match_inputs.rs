//! The input options that `match` and `explain` share.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::TypedValueParser as _;

use super::InputArgs;
use crate::engine::extract::{
    Collected, Loader, collect, files_of, refuse_two_for_one_state, total_bytes,
};
use crate::engine::matching::{AbsentState, CounterpartRule, Routine};
use crate::engine::ssn_check::{Misidentified, SsnMaster};
use crate::error::Result;
use crate::formats::input::InputEntry;
use crate::formats::layout::LayoutSet;
use crate::formats::record::Date;
use crate::formats::reference::Counties;
use crate::progress::{Progress, Unit};
use crate::run::Manifest;
use crate::stop::Stop;

/// What a match reads beside the extracts, and how.
#[derive(Args, Clone, Debug)]
pub struct MatchInputs {
    /// FCR-derived extracts: a file or a folder; may be given again
    #[arg(long, value_name = "PATH")]
    pub fcr: Vec<PathBuf>,
    /// The SSN and name pairs on record
    #[arg(long, value_name = "FILE")]
    pub ssn_master: Option<PathBuf>,
    /// SSNs that states reported as misidentified
    #[arg(long, value_name = "FILE")]
    pub misidentified: Option<PathBuf>,
    /// Which cases of a participating state can be the counterpart
    #[arg(long, value_name = "RULE", default_value = "any")]
    pub counterpart: CounterpartRule,
    /// How a case's counterpart is searched for: the tiers in turn, or every way of finding a case at
    /// once, and people decide
    #[arg(long, value_name = "ROUTINE", default_value = "published", value_parser = routine())]
    pub routine: Routine,
    /// The largest share of rejected records of a file that can be used; 100 allows any
    #[arg(long, value_name = "PERCENT", default_value = "25", value_parser = percent)]
    pub max_rejects: f64,
    /// What becomes of a case whose other state sent nothing
    #[arg(long, value_name = "POLICY", default_value = "skip")]
    pub absent_state: AbsentState,
    /// What becomes of a run with a file that cannot be used
    #[arg(long, value_name = "POLICY", default_value = "stop")]
    pub on_bad_file: OnBadFile,
    /// How the files are read
    #[command(flatten)]
    pub form: InputArgs,
}

/// `--on-bad-file`.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnBadFile {
    /// The run stops; nothing is published.
    Stop,
    /// The run goes on as if the file had not come.
    Exclude,
}

fn routine() -> impl clap::builder::TypedValueParser<Value = Routine> {
    let words = Routine::ALL.map(Routine::word);
    clap::builder::PossibleValuesParser::new(words)
        .map(|word| Routine::from_word(&word).unwrap_or_default())
}

/// Reads a percentage.
///
/// # Errors
/// What is expected, where the text is none.
pub fn percent(text: &str) -> std::result::Result<f64, String> {
    let percent: Option<f64> = text.parse().ok().filter(|p| (0.0..=100.0).contains(p));
    percent.ok_or_else(|| "expected a number from 0 to 100".to_owned())
}

/// The side files of a run.
pub struct SideFiles {
    /// SSNs that states reported as misidentified.
    pub misidentified: Misidentified,
    /// The pairs of SSN and name on record, if they were given.
    pub master: Option<SsnMaster>,
}

impl SideFiles {
    /// What the manifest says of them.
    pub fn entries(&self) -> Vec<InputEntry> {
        let master = self.master.as_ref().map(SsnMaster::entry);
        self.misidentified
            .entry
            .iter()
            .cloned()
            .chain(master)
            .collect()
    }
}

/// What reading needs beside the options of the inputs.
pub struct Reading<'a> {
    /// The layouts in use.
    pub layouts: &'a LayoutSet,
    /// The county table.
    pub counties: &'a Counties,
    /// The date of the run.
    pub run_date: Date,
    /// How many of each warning of a file are listed.
    pub max_warnings: usize,
    /// Where bytes read are reported.
    pub progress: &'a Progress,
    /// Whether the run is to stop.
    pub stop: &'a Stop,
}

impl MatchInputs {
    /// The files and folders that are named.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        let side_files = self.ssn_master.iter().chain(&self.misidentified);
        self.fcr.iter().chain(side_files).map(PathBuf::as_path)
    }

    /// Reads the side files, and with them the extracts and FCR-derived files; gives the latter,
    /// usable or not, and what the manifest says of the side files.
    ///
    /// # Errors
    /// As [`MatchInputs::side_files`], [`files_of`] and [`collect`].
    pub fn read(
        &self,
        extracts: &[PathBuf],
        reading: &Reading<'_>,
    ) -> Result<(Collected, Vec<InputEntry>)> {
        let layouts = reading.layouts;
        let side_files = self.side_files(layouts, reading.stop)?;
        let files = files_of(extracts, &self.fcr)?;
        let total_bytes = total_bytes(&files)?;
        let loader = Loader {
            submitted_layout: layouts.extract()?,
            fcr_layout: layouts.fcr_extract()?,
            form: self.form.form(),
            run_date: reading.run_date,
            counties: reading.counties,
            misidentified: &side_files.misidentified,
            master: side_files.master.as_ref(),
            max_rejects_percent: self.max_rejects,
            max_warnings: reading.max_warnings,
            digests: true,
            progress: &reading.progress.stage("reading", total_bytes, Unit::Bytes),
            stop: reading.stop,
        };
        let collected = collect(&loader, &files)?;
        if let Some(master) = &side_files.master {
            master.check_intact()?;
        }
        Ok((collected, side_files.entries()))
    }

    /// Stops where files cannot be used, as far as `--on-bad-file` says so, or cannot stand
    /// together.
    ///
    /// # Errors
    /// As [`Collected::refuse_unusable`], [`Collected::refuse_none_left`] and
    /// [`refuse_two_for_one_state`].
    pub fn refuse(&self, collected: &Collected) -> Result<()> {
        if self.on_bad_file == OnBadFile::Stop {
            collected.refuse_unusable()?;
        }
        collected.refuse_none_left()?;
        refuse_two_for_one_state(&collected.extracts)
    }

    /// Reads the side files.
    ///
    /// # Errors
    /// [`crate::Error::Io`] and [`crate::Error::Input`] where one cannot be used.
    pub fn side_files(&self, layouts: &LayoutSet, stop: &Stop) -> Result<SideFiles> {
        let misidentified = match &self.misidentified {
            Some(path) => Misidentified::load(path, layouts.require("misidentified")?, stop)?,
            None => Misidentified::default(),
        };
        let master = self.ssn_master.as_ref();
        let master = master
            .map(|path| SsnMaster::load(path, layouts.require("ssn-master")?, stop))
            .transpose()?;
        Ok(SideFiles {
            misidentified,
            master,
        })
    }

    /// Notes in the manifest the options that change answers.
    pub fn note(&self, manifest: Manifest) -> Manifest {
        let counterpart = match self.counterpart {
            CounterpartRule::Any => "any",
            CounterpartRule::Directed => "directed",
        };
        let manifest = manifest
            .option("counterpart", counterpart)
            .option("routine", self.routine.word())
            .option("max_rejects", self.max_rejects)
            .option("absent_state", self.absent_state.word())
            .option(
                "on_bad_file",
                match self.on_bad_file {
                    OnBadFile::Stop => "stop",
                    OnBadFile::Exclude => "exclude",
                },
            );
        self.form.note(manifest)
    }

    /// The options that a manifest notes, with the paths that are given here.
    ///
    /// # Errors
    /// The name of an option that the manifest does not hold, or of which it holds no known value.
    pub fn noted(&self, manifest: &Manifest) -> std::result::Result<Self, &'static str> {
        fn word<T: clap::ValueEnum>(
            manifest: &Manifest,
            name: &'static str,
        ) -> std::result::Result<T, &'static str> {
            let word = manifest.options.get(name).and_then(|value| value.as_str());
            word.and_then(|word| T::from_str(word, false).ok())
                .ok_or(name)
        }
        let max_rejects = manifest.options.get("max_rejects");
        let routine = manifest
            .options
            .get("routine")
            .and_then(|value| value.as_str());
        Ok(MatchInputs {
            counterpart: word(manifest, "counterpart")?,
            // A run of an earlier version does not say so: there was one routine.
            routine: Routine::from_word(routine.unwrap_or("published")).ok_or("routine")?,
            absent_state: word(manifest, "absent_state")?,
            on_bad_file: word(manifest, "on_bad_file")?,
            max_rejects: max_rejects
                .and_then(serde_json::Value::as_f64)
                .ok_or("max_rejects")?,
            form: InputArgs::noted(manifest)?,
            ..self.clone()
        })
    }
}
