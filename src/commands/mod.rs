//! One command a file: its arguments, and what it does with them.

pub mod audit;
pub mod layout;
pub mod r#match;
pub mod report;
pub mod status;
pub mod verify;

use crate::cli::{Cli, Command};
use crate::error::Result;
use crate::exit::Exit;
use crate::output::Stdout;
use crate::stop::Stop;

/// Runs the command that the command line names.
///
/// # Errors
/// Whatever stops it; see [`crate::Error::exit`].
pub fn run(cli: &Cli, stdout: &mut Stdout<'_>, stop: &Stop) -> Result<Exit> {
    match &cli.command {
        Command::Match(args) => r#match::run(args, &cli.common, stdout, stop),
        Command::Audit(args) => audit::run(args, stdout),
        Command::Report(args) => report::run(args, &cli.common, stdout),
        Command::Status(args) => status::run(args, stdout),
        Command::Verify(args) => verify::run(args, &cli.common, stdout),
        Command::Layout(args) => layout::run(args, &cli.common, stdout),
    }
}
