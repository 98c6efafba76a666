//! `icr history`: what became of every state over the nights.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use crate::cli::{AuditArgs, CommonArgs, ThreadsArgs};
use crate::desk::history::{csv, history, html, text};
use crate::error::Result;
use crate::exit::Exit;
use crate::run::output::Stdout;
use crate::stop::Stop;
use crate::text::json_text;

/// Show what became of every state over the nights, and what changed suddenly
///
/// For the nation and each state, by night: records, rejects, tiers, codes, cases in sync and what was
/// corrected after a response (02, then 00). A figure is marked that is far from the median of the
/// nights before. Pruned runs count with their summaries.
#[derive(ClapArgs, Debug)]
#[command(after_help = "Examples:
  icr history runs
  icr history --format html runs > history.html
  icr history --summaries-only --format csv runs/20261120 runs/20261121")]
pub struct Args {
    /// Finished runs of match, or folders that hold them
    #[arg(required = true, value_name = "DIR")]
    folders: Vec<PathBuf>,
    /// Read the summaries alone: faster, and without what was corrected
    #[arg(long)]
    summaries_only: bool,
    #[command(flatten)]
    threads: ThreadsArgs,
    #[command(flatten)]
    audit: AuditArgs,
    /// What to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// Tables.
    Text,
    /// Everything, for programs.
    Json,
    /// One figure per row.
    Csv,
    /// A page that draws the lines.
    Html,
}

/// Runs the command.
///
/// # Errors
/// As [`history`].
pub fn run(args: &Args, common: &CommonArgs, stdout: &mut Stdout<'_>, stop: &Stop) -> Result<Exit> {
    args.audit.run("history", None, stop, |session| {
        let layouts = common.layouts()?;
        let read = || history(&args.folders, !args.summaries_only, &layouts, stop);
        let found = args.threads.run(read)?;
        let text = match args.format {
            Format::Text => text(&found),
            Format::Json => json_text(&found),
            Format::Csv => csv(&found)?,
            Format::Html => html(&found)?,
        };
        stop.check()?;
        session.end(Exit::Success)?;
        stdout.print(&text)?;
        Ok(Exit::Success)
    })
}
