//! `icr man`: the manual page, of the program or of one command.

use clap::Args as ClapArgs;
use schemars::JsonSchema;
use serde::Serialize;

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

/// A manual page as JSON.
#[derive(Serialize, JsonSchema)]
pub struct ManDocument {
    /// The command; null is the whole program.
    command: Option<String>,
    /// The form of this value.
    #[schemars(extend("const" = "icr.man/1"))]
    schema: &'static str,
    /// The page, in roff.
    text: String,
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
        OutputFormatArg::Json => stdout.print(&json_text(&ManDocument {
            command: args.command.clone(),
            schema: "icr.man/1",
            text: String::from_utf8_lossy(&page).into_owned(),
        }))?,
    }
    Ok(Exit::Success)
}
