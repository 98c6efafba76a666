//! One command a file: its arguments, and what it does with them.

pub mod convert;
pub mod layout;
pub mod r#match;
pub mod validate;

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
        Command::Validate(args) => validate::run(args, &cli.common, stdout, stop),
        Command::Convert(args) => convert::run(args, &cli.common, stdout, stop),
        Command::Layout(args) => layout::run(args, &cli.common, stdout),
    }
}
