//! One command a file: its arguments, and what it does with them.

pub mod diff;
pub mod layout;
pub mod r#match;
pub mod respond;

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
        Command::Respond(args) => respond::run(args, &cli.common, stdout, stop),
        Command::Diff(args) => diff::run(args, &cli.common, stdout, stop),
        Command::Layout(args) => layout::run(args, &cli.common, stdout),
    }
}
