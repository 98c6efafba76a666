//! `icr completions`: completions of the command line for a shell.

use clap::Args as ClapArgs;
use clap_complete::Shell;
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::OutputFormatArg;
use crate::error::Result;
use crate::exit::Exit;
use crate::run::output::Stdout;
use crate::text::json_text;

/// Print completions for a shell
#[derive(ClapArgs, Debug)]
#[command(after_help = "Example:
  icr completions bash > /etc/bash_completion.d/icr")]
pub struct Args {
    /// The shell
    shell: Shell,
    /// What to print; json holds the script as one text
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: OutputFormatArg,
}

/// Completions as JSON.
#[derive(Serialize, JsonSchema)]
pub struct CompletionsDocument {
    /// The form of this value.
    #[schemars(extend("const" = "icr.completions/1"))]
    schema: &'static str,
    /// The shell.
    shell: String,
    /// The script.
    text: String,
}

/// Runs the command; `root` is the whole command line.
///
/// # Errors
/// [`crate::Error::Stdout`].
pub fn run(args: &Args, mut root: clap::Command, stdout: &mut Stdout<'_>) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut root, "icr", &mut script);
    match args.format {
        OutputFormatArg::Text => stdout.bytes(&script)?,
        OutputFormatArg::Json => stdout.print(&json_text(&CompletionsDocument {
            schema: "icr.completions/1",
            shell: args.shell.to_string(),
            text: String::from_utf8_lossy(&script).into_owned(),
        }))?,
    }
    Ok(Exit::Success)
}
