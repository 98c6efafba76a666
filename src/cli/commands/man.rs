//! `icr man`: the manual page, of the program or of one command.

use clap::Args as ClapArgs;
use serde_json::json;

use crate::cli::OutputFormatArg;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::run::output::Stdout;
use crate::text::json_text;

/// Print the manual page of the program, or of one command
#[derive(ClapArgs, Debug)]
#[command(after_help = "Example:
  icr man match | man -l -")]
pub struct Args {
    /// The command
    command: Option<String>,
    /// What to print; json holds the page as one text
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: OutputFormatArg,
}

/// Runs the command; `root` is the whole command line.
///
/// # Errors
/// [`Error::Usage`] if there is no such command, and [`Error::Stdout`].
pub fn run(args: &Args, mut root: clap::Command, stdout: &mut Stdout<'_>) -> Result<Exit> {
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
    match args.format {
        OutputFormatArg::Text => stdout.bytes(&page)?,
        OutputFormatArg::Json => stdout.print(&json_text(&json!({
            "schema": "icr.man/1", "command": args.command,
            "text": String::from_utf8_lossy(&page),
        })))?,
    }
    Ok(Exit::Success)
}
