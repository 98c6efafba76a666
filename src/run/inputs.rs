//! The inputs of a match: extracts, FCR-derived files and side files.

use std::path::{Path, PathBuf};

use super::options::{MatchOptions, OnBadFile};
use crate::engine::extract::{
    Collected, Loader, collect, files_of, refuse_two_for_one_state, total_bytes,
};
use crate::engine::ssn_check::{Misidentified, SsnMaster};
use crate::error::Result;
use crate::formats::input::InputEntry;
use crate::formats::layout::LayoutSet;
use crate::formats::record::Date;
use crate::formats::reference::Counties;
use crate::progress::{Progress, Unit};
use crate::stop::Stop;

/// The inputs of a match, with the options that change answers.
#[derive(Clone, Debug, Default)]
pub struct MatchInputs {
    /// The states' extracts: files or folders.
    pub extracts: Vec<PathBuf>,
    /// FCR-derived extracts: files or folders.
    pub fcr: Vec<PathBuf>,
    /// The SSN and name pairs on record.
    pub ssn_master: Option<PathBuf>,
    /// SSNs that states reported as misidentified.
    pub misidentified: Option<PathBuf>,
    /// The options that change answers.
    pub options: MatchOptions,
}

/// The side files of a run.
pub struct SideFiles {
    /// SSNs that states reported as misidentified.
    pub misidentified: Misidentified,
    /// The pairs of SSN and name on record, if they were given.
    pub master: Option<SsnMaster>,
}

impl SideFiles {
    /// Their entries in the manifest.
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

/// The settings for reading, besides the inputs.
pub struct Reading<'a> {
    /// The layouts in use.
    pub layouts: &'a LayoutSet,
    /// The county table.
    pub counties: &'a Counties,
    /// The date of the run.
    pub run_date: Date,
    /// The number of warnings per code and file that are listed.
    pub max_warnings: usize,
    /// Counts the bytes read.
    pub progress: &'a Progress,
    /// The request to stop.
    pub stop: &'a Stop,
}

impl MatchInputs {
    /// The files and folders in the arguments.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        let side_files = self.ssn_master.iter().chain(&self.misidentified);
        let extracts = self.extracts.iter().chain(&self.fcr);
        extracts.chain(side_files).map(PathBuf::as_path)
    }

    /// Reads the side files, then the extracts and FCR-derived files. Returns these, usable or not,
    /// and the manifest entries of the side files.
    ///
    /// # Errors
    /// As [`MatchInputs::side_files`], [`files_of`] and [`collect`].
    pub fn read(&self, reading: &Reading<'_>) -> Result<(Collected, Vec<InputEntry>)> {
        let layouts = reading.layouts;
        let side_files = self.side_files(layouts, reading.stop)?;
        let files = files_of(&self.extracts, &self.fcr)?;
        let total_bytes = total_bytes(&files)?;
        let loader = Loader {
            submitted_layout: layouts.extract()?,
            fcr_layout: layouts.fcr_extract()?,
            form: self.options.form,
            run_date: reading.run_date,
            counties: reading.counties,
            misidentified: &side_files.misidentified,
            master: side_files.master.as_ref(),
            max_rejects_percent: self.options.max_rejects_percent,
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

    /// Stops the run if files cannot be used and `--on-bad-file` does not allow it, or if they
    /// cannot be used together.
    ///
    /// # Errors
    /// As [`Collected::refuse_unusable`], [`Collected::refuse_none_left`] and
    /// [`refuse_two_for_one_state`].
    pub fn refuse(&self, collected: &Collected) -> Result<()> {
        if self.options.on_bad_file == OnBadFile::Stop {
            collected.refuse_unusable()?;
        }
        collected.refuse_none_left()?;
        refuse_two_for_one_state(&collected.extracts)
    }

    /// Reads the side files.
    ///
    /// # Errors
    /// [`crate::Error::Io`] and [`crate::Error::Input`] if one cannot be used.
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
}
