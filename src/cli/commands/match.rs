//! `icr match`: matches extracts and writes response files.

use std::path::PathBuf;

use clap::Args as ClapArgs;
use serde_json::json;

use crate::cli::{
    AuditArgs, CommonArgs, FailOn, MatchInputArgs, OutFolderArgs, OutputFormatArg,
    ResponseFormArgs, ThreadsArgs, one_of, whole_number,
};
use crate::error::Result;
use crate::exit::Exit;
use crate::formats::reference::State;
use crate::open::look;
use crate::progress::Progress;
use crate::run::output::Stdout;
use crate::run::{MANIFEST, MatchInputs, MatchRequest, MatchSummary, RosterPolicy, reconcile};
use crate::stderr::{Event, Level, warn_of};
use crate::stop::Stop;

/// Match the states' extracts and write a response file for each state
///
/// Every EXTRACT is a file, or a folder whose files are all taken, one file per state. A state that
/// sent none is matched through its FCR-derived file (--fcr), if there is one. The folder DIR
/// appears complete or not at all.
#[derive(ClapArgs, Debug)]
#[command(after_help = "Examples:
  icr match --out run extracts
  icr match --fcr fcr --ssn-master ssn-master.txt --run-date 20261122 --out run extracts
  icr match --on-bad-file exclude --fail-on errors --out run extracts/*.txt")]
pub struct Args {
    /// The states' extracts
    #[arg(required = true, value_name = "EXTRACT")]
    extracts: Vec<PathBuf>,
    #[command(flatten)]
    inputs: MatchInputArgs,
    /// List at most N of each warning in a rejects file; all are counted
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = whole_number(0..=usize::MAX))]
    max_warnings: usize,
    /// Exit with 1 after publishing if there are such findings: errors are rejected records and files
    /// that were left out
    #[arg(long, value_name = "FINDINGS")]
    fail_on: Option<FailOn>,
    /// Who takes part: CSV with usps,role,from,to,agreement,contact
    #[arg(long, value_name = "FILE")]
    roster: Option<PathBuf>,
    /// What becomes of a run in which a state did not do as the roster says
    #[arg(
        long,
        value_name = "POLICY",
        default_value = "stop",
        value_parser = roster_policy(),
        requires = "roster"
    )]
    roster_policy: RosterPolicy,
    /// Answer these states alone, all others being only read: USPS codes with commas
    #[arg(long = "for", value_name = "LIST", value_delimiter = ',', value_parser = usps)]
    only: Vec<State>,
    /// Write what is new in each response since the last one that the state was given (--previous)
    #[arg(long)]
    changes: bool,
    /// Write a receipt for each state, without people's data
    #[arg(long)]
    receipts: bool,
    /// Write leads beside the responses: for cases that were not found, in which nobody matched, or whose
    /// match is doubtful, the cases of the other state that may be the counterpart, and why
    #[arg(long)]
    leads: bool,
    #[command(flatten)]
    response: ResponseFormArgs,
    #[command(flatten)]
    out: OutFolderArgs,
    #[command(flatten)]
    threads: ThreadsArgs,
    #[command(flatten)]
    audit: AuditArgs,
    /// What to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: OutputFormatArg,
}

fn usps(text: &str) -> std::result::Result<State, String> {
    State::from_usps(text.trim())
        .ok_or_else(|| "expected USPS codes with commas between, such as TX,CA".to_owned())
}

fn roster_policy() -> impl clap::builder::TypedValueParser<Value = RosterPolicy> {
    one_of([
        (RosterPolicy::Stop, "stop", "The run stops"),
        (
            RosterPolicy::Report,
            "report",
            "The summary and stderr report it",
        ),
    ])
}

/// Runs the command.
///
/// # Errors
/// Whatever stops the run; then nothing is published.
pub fn run(args: &Args, common: &CommonArgs, stdout: &mut Stdout<'_>, stop: &Stop) -> Result<Exit> {
    args.inputs.refuse_unused(args.changes)?;
    let request = args.request(common);
    args.out.spare_trail(&args.audit)?;
    args.audit.run("match", None, stop, |session| {
        // A folder that holds runs is used but for the one that is replaced.
        let mut runs = Vec::new();
        for folder in &request.inputs.previous {
            if look(&folder.join(MANIFEST))?.is_some() {
                runs.push(folder);
            }
        }
        let side = request.roster.iter().chain(runs);
        let used = request.inputs.paths().chain(side.map(PathBuf::as_path));
        let folder = args.out.create(common, used)?;
        let progress = Progress::new(common.quiet);
        let run = args.threads.run(|| {
            let layouts = common.layouts()?;
            reconcile(&request, &layouts, &folder, &progress, stop)
        })?;
        session.read(&run.inputs);
        let summary = run.summary;
        let exit = FailOn::exit(args.fail_on, |severity| summary.has(severity));
        session.totals(json!(summary.run.totals));
        if !common.quiet {
            log_summary(&summary);
        }
        let json = args.format == OutputFormatArg::Json;
        let text = if json { summary.json() } else { summary.text() };
        let text = common.printed(args.format, text);
        session.publish(folder, (&text, stdout), exit, stop)?;
        Ok(exit)
    })
}

/// Tells of each file what became of it, and what an operator must not overlook.
fn log_summary(summary: &MatchSummary) {
    for (usps, state) in &summary.states {
        let (records, cases) = (&state.totals.records, &state.totals.cases);
        Event::new(Level::Info, "answered")
            .file(&state.file)
            .state(Some(usps))
            .figure("records_read", records.read)
            .figure("records_rejected", records.rejected)
            .figure("records_returned", records.returned)
            .figure("cases_returned", cases.returned)
            .figure("cases_not_found", state.totals.cases_by_tier.none)
            .figure("cases_in_sync", state.totals.cases_in_sync)
            .log();
    }
    for (usps, state) in &summary.read_only {
        Event::new(Level::Info, "read")
            .file(&state.file)
            .state(Some(usps))
            .figure("records_read", state.records.read)
            .figure("records_rejected", state.records.rejected)
            .log();
    }
    for (usps, file) in &summary.fcr {
        let event = if file.used {
            "fcr-used"
        } else {
            "fcr-not-used"
        };
        Event::new(Level::Info, event)
            .file(&file.file)
            .state(Some(usps))
            .figure("records_read", file.records.read)
            .figure("records_rejected", file.records.rejected)
            .log();
    }
    for (usps, volume) in &summary.absent {
        Event::new(Level::Info, "without-data")
            .state(Some(usps))
            .figure("cases", volume.cases)
            .figure("records", volume.records)
            .log();
    }
    for file in &summary.excluded {
        let event = match file.stood_in {
            Some(_) => "stood-in",
            None => "excluded",
        };
        warn_of(
            Event::new(Level::Warning, event)
                .file(&file.file)
                .state(file.state.as_deref())
                .message(file.warning())
                .figure("records_read", file.records),
        );
    }
    for (file, what) in summary.file_warnings() {
        let message = format!("{file}: {what}");
        warn_of(
            Event::new(Level::Warning, "file")
                .file(file)
                .message(message),
        );
    }
    for message in summary.roster_warnings() {
        warn_of(Event::new(Level::Warning, "roster").message(message));
    }
}

impl Args {
    fn request(&self, common: &CommonArgs) -> MatchRequest {
        MatchRequest {
            inputs: MatchInputs {
                not_previous: Some(self.out.out.clone()),
                ..self.inputs.inputs(&self.extracts)
            },
            run_date: common.run_date(),
            max_warnings: self.max_warnings,
            roster: self.roster.clone(),
            roster_policy: self.roster_policy,
            only: (!self.only.is_empty()).then(|| self.only.iter().copied().collect()),
            changes: self.changes,
            receipts: self.receipts,
            leads: self.leads,
            response_form: self.response.form(),
        }
    }
}
