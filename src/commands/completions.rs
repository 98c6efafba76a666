//! `icr completions`: completions of the command line for a shell.

use clap::{Args as ClapArgs, CommandFactory};
use clap_complete::Shell;

use crate::cli::Cli;
use crate::error::Result;
use crate::exit::Exit;
use crate::output::Stdout;

/// Print completions for a shell
#[derive(ClapArgs, Debug)]
#[command(after_help = "Example:
  icr completions bash > /etc/bash_completion.d/icr")]
pub struct Args {
    /// The shell
    shell: Shell,
    /// What to print: completions have one form
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = ["text"], hide = true)]
    format: String,
}

/// Runs the command.
///
/// # Errors
/// [`crate::Error::Stdout`].
pub fn run(args: &Args, stdout: &mut Stdout<'_>) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "icr", &mut script);
    stdout.bytes(&script)?;
    Ok(Exit::Success)
}
