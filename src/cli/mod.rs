//! The command line: one `Args` per command, and the options that they share. It translates arguments into
//! requests and results into exit statuses; no rule is decided here.

mod audit;
pub mod commands;
mod common;
mod match_inputs;
mod root;
pub mod schemas;
mod unused;

pub use audit::AuditArgs;
pub use common::{
    CommonArgs, FailOn, InputArgs, LogFormatArg, OutFolderArgs, OutputEncodingArg, OutputFormatArg,
    ResponseFormArgs, RunDate, ThreadsArgs, UnpackArgs, by_name, named_encoding, named_word, tell,
    whole_number,
};
pub(crate) use match_inputs::one_of;
pub use match_inputs::{MatchInputArgs, percent};
pub use root::{Cli, Command};
