//! The command line: one `Args` a command, and the options that all have.

mod common;
mod root;

pub use common::{
    CommonArgs, FailOn, InputArgs, InputEncodingArg, OutFolderArgs, OutputFormatArg,
    ResponseFormArgs, RunDate, ThreadsArgs,
};
pub use root::{Cli, Command};
