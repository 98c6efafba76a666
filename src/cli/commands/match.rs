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
use crate::progress::Progress;
use crate::run::output::Stdout;
use crate::run::{MatchRequest, RosterPolicy, reconcile};
use crate::stderr::warn;
use crate::stop::Stop;

/// Match the states' extracts and write a response file for each state
///
/// Every EXTRACT is a file, or a folder whose files are all taken, one file a state. A state that
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
    /// The folder of an earlier run, to compare volumes with
    #[arg(long, value_name = "DIR", requires = "max_volume_change")]
    previous: Option<PathBuf>,
    /// How far a state's volume may move against --previous before its file is unusable
    #[arg(long, value_name = "PERCENT", requires = "previous", value_parser = change)]
    max_volume_change: Option<f64>,
    /// Write a receipt for each state, without people's data
    #[arg(long)]
    receipts: bool,
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

fn change(text: &str) -> std::result::Result<f64, String> {
    let percent: Option<f64> = text
        .parse()
        .ok()
        .filter(|p: &f64| *p >= 0.0 && p.is_finite());
    percent.ok_or_else(|| "expected a number of percent, 0 or more".to_owned())
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
    let request = args.request(common);
    args.out.spare_trail(&args.audit)?;
    args.audit.run("match", None, stop, |session| {
        let side = request.roster.iter().chain(&request.previous);
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
            summary.warnings().iter().for_each(|message| warn(message));
        }
        let json = args.format == OutputFormatArg::Json;
        let text = if json { summary.json() } else { summary.text() };
        session.publish(folder, (&text, stdout), exit, stop)?;
        Ok(exit)
    })
}

impl Args {
    fn request(&self, common: &CommonArgs) -> MatchRequest {
        MatchRequest {
            inputs: self.inputs.inputs(&self.extracts),
            run_date: common.run_date(),
            max_warnings: self.max_warnings,
            roster: self.roster.clone(),
            roster_policy: self.roster_policy,
            previous: self.previous.clone(),
            max_volume_change: self.max_volume_change,
            receipts: self.receipts,
            response_form: self.response.form(),
        }
    }
}
