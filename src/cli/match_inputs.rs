//! The input options that `match` and `explain` share.

use std::path::PathBuf;

use clap::Args;

use super::InputArgs;
use crate::error::Result;
use crate::layout::LayoutSet;
use crate::matching::CounterpartRule;
use crate::output::{InputEntry, Manifest};
use crate::verification::{Misidentified, SsnMaster};

/// What a match reads beside the extracts, and how.
#[derive(Args, Debug)]
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
    /// The largest share of rejected records of a file that can be used; 100 allows any
    #[arg(long, value_name = "PERCENT", default_value = "25", value_parser = percent)]
    pub max_rejects: f64,
    /// How the files are read
    #[command(flatten)]
    pub form: InputArgs,
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

impl MatchInputs {
    /// Reads the side files.
    ///
    /// # Errors
    /// [`crate::Error::Io`] and [`crate::Error::Input`] where one cannot be used.
    pub fn side_files(&self, layouts: &LayoutSet) -> Result<SideFiles> {
        let misidentified = match &self.misidentified {
            Some(path) => Misidentified::load(path, layouts.require("misidentified")?)?,
            None => Misidentified::default(),
        };
        let master = self.ssn_master.as_ref();
        let master = master
            .map(|path| SsnMaster::load(path, layouts.require("ssn-master")?))
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
            .option("max_rejects", self.max_rejects);
        self.form.note(manifest)
    }
}
