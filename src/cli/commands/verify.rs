//! `icr verify`: checks that a finished folder is complete and unchanged.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args as ClapArgs;
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::AuditArgs;
use crate::cli::{CommonArgs, OutputFormatArg, ThreadsArgs};
use crate::error::Result;
use crate::exit::Exit;
use crate::run::output::Stdout;
use crate::run::{Verification, verify_folder};
use crate::stop::Stop;
use crate::text::{json_text, shown};

/// Verify a finished folder: files, digests, totals, and every response record
#[derive(ClapArgs, Debug)]
#[command(after_help = "Example:
  icr verify run")]
pub struct Args {
    /// The folder of a finished run
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    #[command(flatten)]
    threads: ThreadsArgs,
    #[command(flatten)]
    audit: AuditArgs,
    /// What to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: OutputFormatArg,
}

/// What was verified, as JSON.
#[derive(Serialize, JsonSchema)]
pub struct VerifyDocument<'a> {
    /// Whether nothing is wrong.
    intact: bool,
    /// The form of this value.
    #[schemars(extend("const" = "icr.verify/1"))]
    schema: &'static str,
    #[serde(flatten)]
    found: &'a Verification,
}

/// Runs the command.
///
/// # Errors
/// [`crate::Error::Io`] and [`crate::Error::Input`] if the folder cannot be read at all, and an
/// interruption.
pub fn run(args: &Args, common: &CommonArgs, stdout: &mut Stdout<'_>, stop: &Stop) -> Result<Exit> {
    args.audit.run("verify", None, stop, |session| {
        let layouts = common.layouts()?;
        let found = args
            .threads
            .run(|| verify_folder(&args.folder, &layouts, stop))?;
        stop.check()?;
        let exit = if found.damage.is_empty() {
            Exit::Success
        } else {
            Exit::Findings
        };
        session.end(exit)?;
        common.note_unchecked_cases(&layouts)?;
        let text = match args.format {
            OutputFormatArg::Json => json_text(&VerifyDocument {
                intact: found.damage.is_empty(),
                schema: "icr.verify/1",
                found: &found,
            }),
            OutputFormatArg::Text => {
                let mut text = String::new();
                for damage in &found.damage {
                    let record = damage
                        .record
                        .map(|record| format!(", record {record}"))
                        .unwrap_or_default();
                    let _ = writeln!(
                        text,
                        "{}{record}: {}",
                        shown(&damage.file),
                        shown(&damage.problem)
                    );
                }
                let verdict = if found.damage.is_empty() {
                    "intact"
                } else {
                    "DAMAGED"
                };
                if let Some(date) = &found.pruned {
                    let _ = writeln!(
                        text,
                        "pruned on {date}: people's data were taken out by icr prune; this is the rest:"
                    );
                }
                let _ = writeln!(
                    text,
                    "{verdict}: {} files, {} bytes, {} response records",
                    found.files, found.bytes, found.response_records
                );
                text
            }
        };
        stdout.print(&text)?;
        Ok(exit)
    })
}
