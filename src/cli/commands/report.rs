//! `icr report`: what a run found, by state and for the nation.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use crate::cli::AuditArgs;
use crate::cli::{CommonArgs, FailOn, ThreadsArgs};
use crate::desk::report::{View, csv, html, json, read_run, text};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::run::output::Stdout;
use crate::stop::Stop;

/// Report what a run found, by state and for the nation, or what changed since an earlier run
///
/// No person's data, no Case ID and no Member ID is in any form of the report.
#[derive(ClapArgs, Debug)]
#[command(
    allow_missing_positional = true,
    after_help = "Examples:
  icr report run
  icr report --format html run > report.html
  icr report --format csv runs/20261022 runs/20261122"
)]
pub struct Args {
    /// The folder of an earlier run, to show the change since
    #[arg(value_name = "OLD")]
    old: Option<PathBuf>,
    /// The folder of a finished run of match
    #[arg(required = true, value_name = "DIR")]
    folder: PathBuf,
    /// Exit with 1 if the run in DIR has such findings: errors are rejected records and files that
    /// were left out
    #[arg(long, value_name = "FINDINGS")]
    fail_on: Option<FailOn>,
    #[command(flatten)]
    threads: ThreadsArgs,
    #[command(flatten)]
    audit: AuditArgs,
    /// What to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ReportFormat,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum ReportFormat {
    /// Pages of 132 columns.
    Text,
    /// For programs.
    Json,
    /// For spreadsheets: one figure a row.
    Csv,
    /// One file for a browser and for paper.
    Html,
}

/// Runs the command.
///
/// # Errors
/// As [`read_run`].
pub fn run(args: &Args, common: &CommonArgs, stdout: &mut Stdout<'_>, stop: &Stop) -> Result<Exit> {
    args.audit.run("report", None, stop, |session| {
        let layouts = common.layouts()?;
        let (old, new) = args.threads.run(|| {
            let read = |folder: &PathBuf| read_run(folder, &layouts, stop);
            Ok((
                args.old.as_ref().map(read).transpose()?,
                read(&args.folder)?,
            ))
        })?;
        let codes = layouts
            .tables
            .iter()
            .find(|table| table.name == "reason-codes")
            .ok_or_else(|| Error::Usage("there is no table of reason codes".to_owned()))?;
        let view = View {
            new: &new,
            old: old.as_ref(),
            codes,
        };
        let rendered = match args.format {
            ReportFormat::Text => text(view),
            ReportFormat::Json => json(view),
            ReportFormat::Csv => csv(view),
            ReportFormat::Html => html(view)?,
        };
        stop.check()?;
        let exit = FailOn::exit(args.fail_on, |severity| new.has(severity));
        session.end(exit)?;
        common.note_unchecked_cases(&layouts)?;
        stdout.print(&rendered)?;
        Ok(exit)
    })
}
