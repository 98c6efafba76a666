//! What a match reads: extracts, FCR-derived files and side files, and what earlier runs say of them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::options::{MatchOptions, OnBadFile};
use super::previous::EarlierRuns;
use super::stand_in::{MAX_AGE_DAYS, presume_states, stand_in};
use super::summary::StoodIn;
use super::volume::volume_problem;
use crate::engine::extract::{
    Collected, Extract, Loader, Provenance, collect, files_of, refuse_two_for_one_state,
    total_bytes,
};
use crate::engine::ssn_check::{Misidentified, SsnMaster};
use crate::error::Result;
use crate::formats::input::InputEntry;
use crate::formats::layout::LayoutSet;
use crate::formats::record::Date;
use crate::formats::reference::{Counties, State};
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
    /// Earlier runs, or folders that hold them.
    pub previous: Vec<PathBuf>,
    /// A run that is none of the earlier ones, though it lies in such a folder: the one to be
    /// written or explained.
    pub not_previous: Option<PathBuf>,
    /// How far a state's volume may move against the last run that accepted its extract, in percent.
    pub max_volume_change: Option<f64>,
    /// How old an extract may be that stands in, in days; 30 where nothing is said.
    pub max_age_days: Option<u32>,
}

/// What was read.
pub struct Gathered {
    /// The extracts and FCR-derived files, usable or not.
    pub collected: Collected,
    /// The states whose last accepted extract stands in for a file that cannot be used.
    pub stood_in: BTreeMap<State, StoodIn>,
    /// The earlier runs.
    pub earlier: EarlierRuns,
    /// What the manifest says of the side files.
    pub side_files: Vec<InputEntry>,
}

impl Gathered {
    /// What the manifest says of what was read: side files, files that were left out, extracts.
    ///
    /// # Errors
    /// As [`InputEntry::digested`].
    pub fn entries(&self, stop: &Stop) -> Result<Vec<InputEntry>> {
        let mut entries = self.side_files.clone();
        for file in &self.collected.unusable {
            entries.push(file.entry.clone().digested(&file.path, stop)?);
        }
        entries.extend(self.collected.extracts.iter().map(|extract| {
            let mut entry = extract.entry();
            if extract.provenance == Provenance::Submitted
                && self.stood_in.contains_key(&extract.state)
            {
                "previous".clone_into(&mut entry.kind);
            }
            entry
        }));
        Ok(entries)
    }
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

    /// Reads the side files, and with them the extracts and FCR-derived files. `left_out` says why
    /// a file that could be used is not to be; then the volumes are compared with the earlier runs, and
    /// with `--on-bad-file previous` the last accepted extracts stand in.
    ///
    /// # Errors
    /// As [`MatchInputs::side_files`], [`files_of`], [`collect`] and [`EarlierRuns::find`].
    pub fn read(
        &self,
        reading: &Reading<'_>,
        left_out: &dyn Fn(&Extract) -> Option<String>,
    ) -> Result<Gathered> {
        let layouts = reading.layouts;
        let earlier = EarlierRuns::find(
            &self.previous,
            reading.run_date,
            self.not_previous.as_deref(),
        )?;
        let side_files = self.side_files(layouts, reading.stop)?;
        let files = files_of(&self.extracts, &self.fcr)?;
        let total_bytes = total_bytes(&files)?;
        let loader = Loader {
            submitted_layout: layouts.extract()?,
            fcr_layout: layouts.fcr_extract()?,
            form: self.options.form.clone(),
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
        let read = collect(&loader, &files)?;
        let mut collected = Collected {
            unusable: read.unusable,
            ..Collected::default()
        };
        for extract in read.extracts {
            let moved = || {
                let percent = self.max_volume_change?;
                volume_problem(&earlier, &extract, percent)
            };
            match left_out(&extract).or_else(moved) {
                Some(problem) => collected.unusable.push(extract.into_unusable(problem)),
                None => collected.extracts.push(extract),
            }
        }
        presume_states(&mut collected, &earlier);
        let stood_in = if self.options.on_bad_file == OnBadFile::Previous {
            let max_age = self.max_age_days.unwrap_or(MAX_AGE_DAYS);
            stand_in(&loader, &mut collected, &earlier, max_age)?
        } else {
            BTreeMap::new()
        };
        if let Some(master) = &side_files.master {
            master.check_intact()?;
        }
        Ok(Gathered {
            side_files: side_files.entries(),
            collected,
            stood_in,
            earlier,
        })
    }

    /// Stops the run if files cannot be used and `--on-bad-file` does not allow it, or if they
    /// cannot be used together.
    ///
    /// # Errors
    /// As [`Collected::refuse_unusable`], [`Collected::refuse_none_left`] and
    /// [`refuse_two_for_one_state`].
    pub fn refuse(&self, gathered: &Gathered) -> Result<()> {
        let collected = &gathered.collected;
        match self.options.on_bad_file {
            OnBadFile::Stop => collected.refuse_unusable(|_| true)?,
            OnBadFile::Exclude => {}
            OnBadFile::Previous => collected.refuse_unusable(|file| {
                let replaced = |state| gathered.stood_in.contains_key(&state);
                file.provenance != Provenance::Submitted || !file.state.is_some_and(replaced)
            })?,
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
