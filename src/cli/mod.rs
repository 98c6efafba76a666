//! The command line: one `Args` a command, and the options that all have.

pub mod commands;
mod common;
mod earlier_run;
mod match_inputs;
mod root;
mod unused;

pub use common::{
    CommonArgs, FailOn, InputArgs, InputEncodingArg, OutFolderArgs, OutputFormatArg,
    ResponseFormArgs, RunDate, ThreadsArgs, whole_number,
};
pub(crate) use earlier_run::EarlierRun;
pub use match_inputs::{MatchInputs, OnBadFile, Reading, SideFiles, percent};
pub use root::{Cli, Command};
