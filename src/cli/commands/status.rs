//! `icr status`: lists each state's extract and response over several runs.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use crate::cli::OutputFormatArg;
use crate::desk::status::Status;
use crate::error::Result;
use crate::exit::Exit;
use crate::run::output::Stdout;
use crate::stop::Stop;

/// Show how each state's extract and response fared over several runs
#[derive(ClapArgs, Debug)]
#[command(after_help = "Example:
  icr status runs/20261120 runs/20261121 runs/20261122")]
pub struct Args {
    /// Folders of finished runs of match
    #[arg(required = true, value_name = "DIR")]
    folders: Vec<PathBuf>,
    /// What to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: OutputFormatArg,
}

/// Runs the command.
///
/// # Errors
/// [`crate::Error::Io`] and [`crate::Error::Input`] if a folder is not a finished run of match, and an interruption.
pub fn run(args: &Args, stdout: &mut Stdout<'_>, stop: &Stop) -> Result<Exit> {
    let status = Status::of_runs(&args.folders, stop)?;
    stop.check()?;
    stdout.print(&match args.format {
        OutputFormatArg::Json => status.json(),
        OutputFormatArg::Text => status.text(),
    })?;
    Ok(Exit::Success)
}
