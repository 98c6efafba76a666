//! `icr prune`: takes people's data out of old runs.

use std::path::PathBuf;

use clap::Args as ClapArgs;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use crate::cli::{AuditArgs, CommonArgs, OutputFormatArg, whole_number};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::run::output::Stdout;
use crate::run::{Done, PruneOutcome, PruneRequest, PrunedRun, prune};
use crate::stop::Stop;
use crate::text::json_text;

/// Take responses, rejects and kept extracts out of old runs
///
/// The age of a run is counted from its run date to --run-date, or today. A pruned run keeps its
/// manifest, summary and receipts, and verify, status and history know it. After --keep-summaries
/// days the whole run goes.
#[derive(ClapArgs, Debug)]
#[command(after_help = "Examples:
  icr prune --keep-responses 14 --keep-summaries 2555 runs
  icr prune --dry-run --keep-responses 14 --keep-summaries 2555 runs")]
pub struct Args {
    /// The folder that holds the runs
    #[arg(value_name = "RUNS")]
    runs: PathBuf,
    /// Keep responses, rejects and extracts of runs that are at most so many days old
    #[arg(long, value_name = "DAYS", value_parser = whole_number(0..=100_000_u32))]
    keep_responses: u32,
    /// Keep what is left of runs that are at most so many days old
    #[arg(long, value_name = "DAYS", value_parser = whole_number(0..=100_000_u32))]
    keep_summaries: u32,
    /// Only report what would be done
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    audit: AuditArgs,
    /// What to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: OutputFormatArg,
}

/// Runs the command.
///
/// # Errors
/// [`Error::Usage`] where summaries are to go before responses; as [`prune`] and
/// [`PruneOutcome::check`].
pub fn run(args: &Args, common: &CommonArgs, stdout: &mut Stdout<'_>, stop: &Stop) -> Result<Exit> {
    if args.keep_summaries < args.keep_responses {
        return Err(Error::Usage(
            "--keep-summaries is less than --keep-responses: a run's summary stays at least as long as its responses"
                .to_owned(),
        ));
    }
    args.audit.run("prune", None, stop, |session| {
        let request = PruneRequest {
            runs: args.runs.clone(),
            date: common.run_date(),
            keep_responses_days: args.keep_responses,
            keep_summaries_days: args.keep_summaries,
            dry_run: args.dry_run,
        };
        let outcome = prune(&request, stop)?;
        if !args.dry_run {
            session.totals(totals(&outcome));
        }
        let json = args.format == OutputFormatArg::Json;
        let text = if json {
            json_text(&PruneDocument {
                dry_run: args.dry_run,
                runs: &outcome.runs,
                schema: "icr.prune/1",
            })
        } else {
            text(&outcome.runs)
        };
        // Whoever interrupts does not wait for a reader; the message says what is gone.
        if !outcome.is_interrupted() {
            let text = common.printed(args.format, text);
            let printed = stdout.print(&text).and_then(|()| stdout.flush());
            printed.map_err(|error| told(args, &outcome, error))?;
        }
        if outcome.is_complete() {
            let ended = session.end(Exit::Success);
            ended.map_err(|error| told(args, &outcome, error))?;
        }
        outcome.check(args.dry_run)?;
        Ok(Exit::Success)
    })
}

/// An error after the work: it says what is gone, unless nothing was to be removed.
fn told(args: &Args, outcome: &PruneOutcome, error: Error) -> Error {
    if args.dry_run {
        error
    } else {
        outcome.with_gone(error)
    }
}

/// What the audit trail says of it.
fn totals(outcome: &PruneOutcome) -> serde_json::Value {
    json!({
        "pruned": outcome.count(Done::Pruned),
        "removed": outcome.count(Done::Removed),
        "unfinished": outcome.count(Done::Unfinished),
        "failed": outcome.count(Done::Failed),
        "not_reached": outcome.not_reached(),
    })
}

/// What was pruned, as JSON.
#[derive(Serialize, JsonSchema)]
pub struct PruneDocument<'a> {
    /// Whether it was only reported what would be done.
    dry_run: bool,
    /// The runs, and what became of each.
    runs: &'a [PrunedRun],
    /// The form of this value.
    #[schemars(extend("const" = "icr.prune/1"))]
    schema: &'static str,
}

fn text(done: &[PrunedRun]) -> String {
    let line = |run: &PrunedRun| {
        let date = run.run_date.as_deref().unwrap_or("-");
        format!("{date:<8}  {:<18}{}\n", run.run, run.done.word())
    };
    done.iter().map(line).collect()
}
