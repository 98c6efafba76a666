//! `icr schema`: the JSON Schemas of what the program writes and reads.

use std::fmt::Write;

use clap::Args as ClapArgs;

use crate::cli::OutputFormatArg;
use crate::cli::schemas::{Described, SCHEMAS, SchemaList};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::run::output::Stdout;
use crate::text::json_text;

/// Print the JSON Schema of a JSON that the program writes or reads, or list them all
///
/// The schemas are JSON Schema 2020-12. They allow further keys: a later version may add some.
#[derive(ClapArgs, Debug)]
#[command(after_help = "Examples:
  icr schema
  icr schema match.summary > summary.schema.json")]
pub struct Args {
    /// The name, as `icr schema` lists it and as the JSON has it in `schema`; `icr.` and the version
    /// may be left out
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// What to print; a schema is JSON in both
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: OutputFormatArg,
}

/// Runs the command.
///
/// # Errors
/// [`Error::Usage`] where there is no such schema, and [`Error::Stdout`].
pub fn run(args: &Args, stdout: &mut Stdout<'_>) -> Result<Exit> {
    let text = match (&args.name, args.format) {
        (Some(name), _) => {
            let found = Described::find(name).ok_or_else(|| {
                let names: Vec<_> = SCHEMAS.iter().map(|schema| schema.name).collect();
                Error::Usage(format!(
                    "there is no schema `{name}`; the names are {}",
                    names.join(", ")
                ))
            })?;
            json_text(&found.schema())
        }
        (None, OutputFormatArg::Json) => json_text(&SchemaList::new()),
        (None, OutputFormatArg::Text) => {
            let mut text = String::new();
            for schema in SCHEMAS {
                let _ = writeln!(text, "{:<24}  {}", schema.full_name(), schema.place);
            }
            text
        }
    };
    stdout.print(&text)?;
    Ok(Exit::Success)
}
