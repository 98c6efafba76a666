//! `icr report`: what a run found, by state and for the nation.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use crate::cli::AuditArgs;
use crate::cli::{CommonArgs, FailOn, ThreadsArgs};
use crate::desk::report::state::{StateView, read_queue};
use crate::desk::report::{View, csv, html, json, read_run, state_html, text};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::formats::layout::LayoutSet;
use crate::formats::reference::State;
use crate::run::output::Stdout;
use crate::stop::Stop;

/// Report what a run found, by state and for the nation, or what changed since an earlier run
///
/// No participant's data, no Case ID and no Member ID is in any form of the report.
#[derive(ClapArgs, Debug)]
#[command(
    allow_missing_positional = true,
    after_help = "Examples:
  icr report run
  icr report --format html run > report.html
  icr report --format csv runs/20261022 runs/20261122
  icr report --state TX --format html run > TX.html"
)]
pub struct Args {
    /// The folder of an earlier run, to show the change since
    #[arg(value_name = "OLD")]
    old: Option<PathBuf>,
    /// The folder of a finished run of match
    #[arg(required = true, value_name = "DIR")]
    folder: PathBuf,
    /// One state's own report: what to do first, and its cases by county
    #[arg(long, value_name = "USPS", value_parser = state)]
    state: Option<State>,
    /// With --state: its cases by worker too. The names of workers (Contact Name) are then in the report,
    /// which must go to that state alone
    #[arg(long, requires = "state")]
    workers: bool,
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
    /// For spreadsheets: one figure per row.
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
        let rendered = match args.state {
            Some(state) => of_state(args, state, view, &layouts, stop)?,
            None => match args.format {
                ReportFormat::Text => text(view),
                ReportFormat::Json => json(view),
                ReportFormat::Csv => csv(view),
                ReportFormat::Html => html(view)?,
            },
        };
        stop.check()?;
        let exit = FailOn::exit(args.fail_on, |severity| new.has(severity));
        session.end(exit)?;
        common.note_unchecked_cases(&layouts)?;
        stdout.print(&rendered)?;
        Ok(exit)
    })
}

fn of_state(
    args: &Args,
    state: State,
    view: View<'_>,
    layouts: &LayoutSet,
    stop: &Stop,
) -> Result<String> {
    if args.workers && args.format == ReportFormat::Csv {
        let problem = "--workers does not go with --format csv; choose text, json or html";
        return Err(Error::Usage(problem.to_owned()));
    }
    let queue = read_queue(&args.folder, state, args.workers, layouts, stop)?;
    let state = StateView {
        view,
        usps: state.usps(),
        queue: &queue,
    };
    Ok(match args.format {
        ReportFormat::Text => state.text(),
        ReportFormat::Json => state.json(),
        ReportFormat::Csv => state.csv(),
        ReportFormat::Html => state_html(&state)?,
    })
}

fn state(text: &str) -> std::result::Result<State, String> {
    State::from_usps(text).ok_or_else(|| "expected a USPS code such as CA".to_owned())
}
