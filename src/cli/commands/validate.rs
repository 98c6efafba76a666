//! `icr validate`: reports what is wrong with an extract, and where.

use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, ValueEnum};

use crate::cli::AuditArgs;
use crate::cli::{CommonArgs, FailOn, InputArgs, ThreadsArgs, percent};
use crate::desk::validate::{Baseline, Limit, Limits, ValidateRequest, validate};
use crate::engine::extract::{Severity, files_of};
use crate::error::Result;
use crate::exit::Exit;
use crate::progress::Progress;
use crate::run::output::{FileMode, OutputSingle, Stdout};
use crate::stop::Stop;

/// Report what is wrong with extracts before they are matched, and where
///
/// Counts what the edits find, with the numbers of the first records and what to do; how complete
/// the fields are; cases by other state; SSNs that many names share; and the forms of Case IDs.
/// Never shows a value of a record. Exit status: 0 without errors, 1 with errors, among which are
/// files that hold the same cases twice, are cut, are named after another state, or have a share of
/// unusable values that no sound extract has; 3 where a file cannot be used (the report is printed
/// all the same).
#[derive(ClapArgs, Debug)]
#[command(after_help = "Examples:
  icr validate extracts/CA.txt
  icr validate --strict --fcr fcr extracts
  icr validate --format csv extracts > report.csv
  icr validate --format sarif --baseline accepted.sarif extracts > found.sarif")]
pub struct Args {
    /// The states' extracts: files or folders; - is standard input
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
    /// Exit with 1 if there are such findings; errors always do, warnings are what --strict adds
    #[arg(long, value_name = "FINDINGS")]
    fail_on: Option<FailOn>,
    /// Write all findings to FILE, one per line, as match does its rejects
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// The largest plausible share of unusable values of a field: `ssn`, `date_of_birth` and
    /// `other_state_case_id` (20), `participant_type` (50); may be given again
    #[arg(long, value_name = "FIELD=PERCENT")]
    max_unusable: Vec<Limit>,
    /// The largest share of rejected records of a file that can be used; 100 allows any
    #[arg(long, value_name = "PERCENT", default_value = "25", value_parser = percent)]
    max_rejects: f64,
    /// Fail only for what this report does not hold: one that `icr validate` printed earlier with
    /// --format json or sarif
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
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
    /// One line per figure.
    Csv,
    /// SARIF 2.1.0: one result per finding, for code scanning.
    Sarif,
    /// JUnit XML: one suite per file, one test case per finding.
    Junit,
    /// Annotations of GitHub Actions: one workflow command per finding.
    Github,
}

impl ReportFormatArg {
    /// Of each warning so many are listed one by one; the rejects files of a match hold as many.
    fn max_warnings(self) -> usize {
        match self {
            ReportFormatArg::Text | ReportFormatArg::Json | ReportFormatArg::Csv => 0,
            ReportFormatArg::Sarif | ReportFormatArg::Junit | ReportFormatArg::Github => 1_000,
        }
    }
}

/// Runs the command.
///
/// # Errors
/// Whatever stops the run, and after the report [`crate::Error::Inputs`] if a file cannot be used or
/// two are for one state.
pub fn run(args: &Args, common: &CommonArgs, stdout: &mut Stdout<'_>, stop: &Stop) -> Result<Exit> {
    args.audit.run("validate", None, stop, |session| {
        let rejects = args.rejects.as_deref();
        let rejects = rejects
            .map(|path| OutputSingle::create(path, FileMode::default(), &args.used(common)))
            .transpose()?;
        let files = files_of(&args.extracts, &args.fcr)?;
        session.read_files(files.iter().map(|(path, _)| path.as_path()), stop)?;
        validate_audited(args, common, rejects, stdout, stop)
    })
}

impl Args {
    /// The files and folders that the command opens, none of which the list of findings may replace.
    fn used<'p>(&'p self, common: &'p CommonArgs) -> Vec<&'p Path> {
        let inputs = self.extracts.iter().chain(&self.fcr);
        let side = [&self.misidentified, &self.baseline, &common.layouts];
        let paths = inputs.chain(side.into_iter().flatten());
        paths
            .map(PathBuf::as_path)
            .chain(self.audit.paths())
            .collect()
    }
}

fn validate_audited(
    args: &Args,
    common: &CommonArgs,
    rejects: Option<OutputSingle>,
    stdout: &mut Stdout<'_>,
    stop: &Stop,
) -> Result<Exit> {
    let layouts = common.layouts()?;
    let baseline = args.baseline.as_deref();
    let baseline = baseline
        .map(|path| Baseline::load(path, stop))
        .transpose()?;
    let request = ValidateRequest {
        extracts: args.extracts.clone(),
        fcr: args.fcr.clone(),
        misidentified: args.misidentified.clone(),
        form: args.form.forms(),
        run_date: common.run_date(),
        max_warnings: args.format.max_warnings(),
        max_rejects_percent: args.max_rejects,
        limits: Limits::with(&args.max_unusable),
        list_all: args.rejects.is_some(),
    };
    let progress = Progress::new(common.quiet);
    let validated = args
        .threads
        .run(|| validate(&request, &layouts, &progress, stop))?;
    drop(progress);
    let rejects = match rejects {
        Some(mut file) => {
            validated.rejects(&layouts, |lines| file.write(lines.as_bytes()))?;
            Some(file)
        }
        None => None,
    };
    let (mut report, refusal) = (validated.report, validated.refusal);
    if let Some(baseline) = &baseline {
        report.hold_against(baseline);
    }
    let worst = if args.strict || args.fail_on == Some(FailOn::Warnings) {
        Severity::Warning
    } else {
        Severity::Error
    };
    let said = refusal.as_ref().map(ToString::to_string);
    let said = said.as_deref();
    match args.format {
        ReportFormatArg::Text => stdout.print(&report.text())?,
        ReportFormatArg::Json => stdout.print(&report.json())?,
        ReportFormatArg::Csv => stdout.bytes(&report.csv()?)?,
        ReportFormatArg::Sarif => stdout.print(&report.sarif(said))?,
        ReportFormatArg::Junit => stdout.print(&report.junit(worst, said))?,
        ReportFormatArg::Github => stdout.print(&report.github(said))?,
    }
    if let Some(file) = rejects {
        // What cannot be printed or is stopped publishes nothing.
        stdout.flush()?;
        stop.check()?;
        file.publish()?;
    }
    match refusal {
        Some(refusal) => {
            stdout.flush()?;
            Err(refusal)
        }
        None if report.has(worst) => Ok(Exit::Findings),
        None => Ok(Exit::Success),
    }
}
