//! `icr man`: the manual page, of the program or of one command.

use clap::{Args as ClapArgs, CommandFactory};

use crate::cli::Cli;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::output::Stdout;

/// Print the manual page of the program, or of one command
#[derive(ClapArgs, Debug)]
#[command(after_help = "Example:
  icr man match | man -l -")]
pub struct Args {
    /// The command
    command: Option<String>,
    /// What to print: a manual page has one form
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = ["text"], hide = true)]
    format: String,
}

/// Runs the command.
///
/// # Errors
/// [`Error::Usage`] where there is no such command, and [`Error::Stdout`].
pub fn run(args: &Args, stdout: &mut Stdout<'_>) -> Result<Exit> {
    let mut root = Cli::command();
    root.build();
    let command = match &args.command {
        None => root,
        Some(name) => {
            let found = root.find_subcommand(name).cloned();
            found.ok_or_else(|| {
                Error::Usage(format!("there is no command `{name}`; see `icr --help`"))
            })?
        }
    };
    let mut page = Vec::new();
    clap_mangen::Man::new(command)
        .render(&mut page)
        .map_err(Error::Stdout)?;
    stdout.bytes(&page)?;
    Ok(Exit::Success)
}
