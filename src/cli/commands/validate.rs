//! `icr validate`: reports what is wrong with an extract, and where.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use crate::cli::AuditArgs;
use crate::cli::{CommonArgs, InputArgs, ThreadsArgs, percent};
use crate::desk::validate::{ValidateRequest, Validated, validate};
use crate::engine::extract::{Severity, files_of};
use crate::error::Result;
use crate::exit::Exit;
use crate::progress::Progress;
use crate::run::output::Stdout;
use crate::stop::Stop;

/// Tell what is wrong with extracts before they are matched, and where
///
/// Counts what the edits find, with the numbers of the first records and what to do; how complete
/// the fields are; cases by other state; SSNs that many names share; and the forms of Case IDs.
/// Never shows a value of a record. Exit status: 0 without errors, 1 with errors, 3 where a file
/// cannot be used (the report is printed all the same).
#[derive(ClapArgs, Debug)]
#[command(after_help = "Examples:
  icr validate extracts/CA.txt
  icr validate --strict --fcr fcr extracts
  icr validate --format csv extracts > report.csv")]
pub struct Args {
    /// The states' extracts: files or folders
    #[arg(required = true, value_name = "EXTRACT")]
    extracts: Vec<PathBuf>,
    /// FCR-derived extracts: a file or a folder; may be given again
    #[arg(long, value_name = "PATH")]
    fcr: Vec<PathBuf>,
    /// SSNs that states reported as misidentified
    #[arg(long, value_name = "FILE")]
    misidentified: Option<PathBuf>,
    /// Exit with 1 for warnings too
    #[arg(long)]
    strict: bool,
    /// The largest share of rejected records of a file that can be used; 100 allows any
    #[arg(long, value_name = "PERCENT", default_value = "25", value_parser = percent)]
    max_rejects: f64,
    #[command(flatten)]
    form: InputArgs,
    #[command(flatten)]
    threads: ThreadsArgs,
    #[command(flatten)]
    audit: AuditArgs,
    /// What to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ReportFormatArg,
}

/// `--format`.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum ReportFormatArg {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// One line a figure.
    Csv,
}

/// Runs the command.
///
/// # Errors
/// Whatever stops the run, and after the report [`crate::Error::Inputs`] if a file cannot be used or
/// two are for one state.
pub fn run(args: &Args, common: &CommonArgs, stdout: &mut Stdout<'_>, stop: &Stop) -> Result<Exit> {
    args.audit.run("validate", None, stop, |session| {
        let files = files_of(&args.extracts, &args.fcr)?;
        session.read_files(files.iter().map(|(path, _)| path.as_path()), stop)?;
        validate_audited(args, common, stdout, stop)
    })
}

fn validate_audited(
    args: &Args,
    common: &CommonArgs,
    stdout: &mut Stdout<'_>,
    stop: &Stop,
) -> Result<Exit> {
    let layouts = common.layouts()?;
    let request = ValidateRequest {
        extracts: args.extracts.clone(),
        fcr: args.fcr.clone(),
        misidentified: args.misidentified.clone(),
        form: args.form.form(),
        run_date: common.run_date(),
        max_rejects_percent: args.max_rejects,
    };
    let progress = Progress::new(common.quiet);
    let Validated { report, refusal } = args
        .threads
        .run(|| validate(&request, &layouts, &progress, stop))?;
    drop(progress);
    match args.format {
        ReportFormatArg::Text => stdout.print(&report.text())?,
        ReportFormatArg::Json => stdout.print(&report.json())?,
        ReportFormatArg::Csv => stdout.bytes(&report.csv()?)?,
    }
    let worst = if args.strict {
        Severity::Warning
    } else {
        Severity::Error
    };
    match refusal {
        Some(refusal) => {
            stdout.flush()?;
            Err(refusal)
        }
        None if report.has(worst) => Ok(Exit::Findings),
        None => Ok(Exit::Success),
    }
}
