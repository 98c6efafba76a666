//! One command per file: its arguments, translated into a request to the library.

pub mod audit;
pub mod completions;
pub mod convert;
pub mod derive;
pub mod diff;
pub mod explain;
pub mod history;
pub mod layout;
pub mod man;
pub mod r#match;
pub mod misidentified;
pub mod prune;
pub mod report;
pub mod respond;
pub mod schema;
#[cfg(feature = "synth")]
pub mod score;
pub mod status;
#[cfg(feature = "synth")]
pub mod synth;
pub mod topic;
pub mod validate;
pub mod verify;

use clap::CommandFactory;

use crate::cli::{Cli, Command};
use crate::error::Result;
use crate::exit::Exit;
use crate::run::output::Stdout;
use crate::stop::Stop;

/// Runs the command of a command line.
///
/// # Errors
/// Whatever stops it; see [`crate::Error::exit`].
pub fn run(cli: &Cli, stdout: &mut Stdout<'_>, stop: &Stop) -> Result<Exit> {
    // Even a command that reads no layout refuses a wrong folder, because its user expects it to be read.
    if cli.common.layouts.is_some() {
        cli.common.layouts()?;
    }
    match &cli.command {
        Command::Match(args) => r#match::run(args, &cli.common, stdout, stop),
        Command::Validate(args) => validate::run(args, &cli.common, stdout, stop),
        Command::Derive(args) => derive::run(args, &cli.common, stdout, stop),
        Command::Convert(args) => convert::run(args, &cli.common, stdout, stop),
        Command::Report(args) => report::run(args, &cli.common, stdout, stop),
        Command::Explain(args) => explain::run(args, &cli.common, stdout, stop),
        Command::Diff(args) => diff::run(args, &cli.common, stdout, stop),
        Command::Verify(args) => verify::run(args, &cli.common, stdout, stop),
        Command::Respond(args) => respond::run(args, &cli.common, stdout, stop),
        #[cfg(feature = "synth")]
        Command::Synth(args) => synth::run(args, &cli.common, stdout, stop),
        #[cfg(feature = "synth")]
        Command::Score(args) => score::run(args, &cli.common, stdout, stop),
        Command::History(args) => history::run(args, &cli.common, stdout, stop),
        Command::Misidentified(args) => misidentified::run(args, &cli.common, stdout, stop),
        Command::Prune(args) => prune::run(args, &cli.common, stdout, stop),
        Command::Status(args) => status::run(args, stdout, stop),
        Command::Layout(args) => layout::run(args, &cli.common, stdout),
        Command::Schema(args) => schema::run(args, stdout),
        Command::Audit(args) => audit::run(args, stdout, stop),
        Command::Completions(args) => completions::run(args, Cli::command(), stdout),
        Command::Man(args) => man::run(args, Cli::command(), stdout),
        Command::Topic(args) => topic::run(args, &cli.common, Cli::command(), stdout),
    }
}
