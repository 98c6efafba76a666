//! `icr validate`: what is wrong with an extract, and where.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};
use rayon::prelude::*;

use crate::cli::AuditArgs;
use crate::cli::{CommonArgs, InputArgs, ThreadsArgs, percent};
use crate::desk::validate::{FIRST_RECORDS, FileReport, Report};
use crate::engine::extract::{
    Extract, Loaded, Loader, Provenance, Severity, Unusable, refuse_two_for_one_state,
};
use crate::engine::ssn_check::Misidentified;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::formats::input::{input_bytes, input_files};
use crate::formats::layout::LayoutSet;
use crate::formats::reference::Counties;
use crate::progress::{Progress, Unit};
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

/// A file, as far as it could be read.
enum File {
    /// With why it cannot be used, if it cannot.
    Read(Box<Extract>, Option<String>),
    Unreadable(Box<Unusable>),
}

/// Runs the command.
///
/// # Errors
/// Whatever stops the run, and after the report [`Error::Inputs`] where a file cannot be used or
/// two are for one state.
pub fn run(args: &Args, common: &CommonArgs, stdout: &mut Stdout<'_>, stop: &Stop) -> Result<Exit> {
    args.audit.run("validate", None, |session| {
        let files = input_files(&args.extracts, Provenance::Submitted.files())?
            .into_iter()
            .chain(input_files(&args.fcr, Provenance::FcrDerived.files())?);
        let files: Vec<_> = files.collect();
        session.read_files(files.iter().map(PathBuf::as_path), stop)?;
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
    let (report, refusal) = args
        .threads
        .run(|| validate(args, common, &layouts, stop))?;
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

/// The report, and why the files cannot be used as they are.
fn validate(
    args: &Args,
    common: &CommonArgs,
    layouts: &LayoutSet,
    stop: &Stop,
) -> Result<(Report, Option<Error>)> {
    let progress = Progress::new(common.quiet);
    let files = load(args, common, layouts, &progress, stop)?;
    let mut reports = Vec::new();
    for file in &files {
        stop.check()?;
        reports.push(match file {
            File::Read(extract, problem) => {
                let report = FileReport::of_extract(extract, problem.clone(), layouts);
                (report, Some(&**extract))
            }
            File::Unreadable(file) => (FileReport::of_unusable(file, layouts), None),
        });
    }
    let run_date = common.run_date().ccyymmdd().to_string();
    let report = Report::new(run_date, reports);
    stop.check()?;
    for file in &files {
        if let File::Read(extract, _) = file {
            extract.source.check_intact()?;
        }
    }
    Ok((report, refusal(files)))
}

fn refusal(files: Vec<File>) -> Option<Error> {
    let mut problems = Vec::new();
    let mut extracts = Vec::new();
    for file in files {
        match file {
            File::Unreadable(file) => problems.push((file.path, file.problem)),
            File::Read(extract, problem) => {
                if let Some(problem) = problem {
                    problems.push((extract.source.path.clone(), problem));
                }
                extracts.push(*extract);
            }
        }
    }
    match problems.as_slice() {
        [] => refuse_two_for_one_state(&extracts).err(),
        [(path, problem)] => Some(Error::input(path, problem)),
        problems => {
            let lines: Vec<_> = problems
                .iter()
                .map(|(path, problem)| format!("\n  {}: {problem}", path.display()))
                .collect();
            Some(Error::Inputs(format!(
                "{} files cannot be used:{}",
                lines.len(),
                lines.concat()
            )))
        }
    }
}

/// Reads every file, the largest first; gives them in the order of the arguments, extracts first.
fn load(
    args: &Args,
    common: &CommonArgs,
    layouts: &LayoutSet,
    progress: &Progress,
    stop: &Stop,
) -> Result<Vec<File>> {
    let mut files: Vec<(PathBuf, Provenance, u64)> = Vec::new();
    for (arguments, provenance) in [
        (&args.extracts, Provenance::Submitted),
        (&args.fcr, Provenance::FcrDerived),
    ] {
        for path in input_files(arguments, provenance.files())? {
            let bytes = input_bytes(&path)?;
            files.push((path, provenance, bytes));
        }
    }
    let forms = args.form.forms();
    forms.refuse_unused(files.iter().map(|(path, ..)| path.as_path()))?;
    let misidentified = match &args.misidentified {
        Some(path) => Misidentified::load(path, layouts.require("misidentified")?, stop)?,
        None => Misidentified::default(),
    };
    let total = files.iter().map(|(_, _, bytes)| bytes).sum();
    let stage = progress.stage("reading", total, Unit::Bytes);
    let counties = Counties::default();
    let mut loader = Loader {
        submitted_layout: layouts.extract()?,
        fcr_layout: layouts.fcr_extract()?,
        form: args.form.forms(),
        run_date: common.run_date(),
        counties: &counties,
        misidentified: &misidentified,
        master: None,
        max_rejects_percent: args.max_rejects,
        max_warnings: FIRST_RECORDS,
        // A report holds none; an audit trail asks for them.
        digests: false,
        progress: &stage,
        stop,
    };
    let mut order: Vec<usize> = (0..files.len()).collect();
    order.sort_by_key(|&file| std::cmp::Reverse(files[file].2));
    let read = |&file: &usize| Ok((file, loader.load(&files[file].0, files[file].1)?));
    let mut loaded = order
        .par_iter()
        .with_max_len(1)
        .map(read)
        .collect::<Result<Vec<_>>>()?;
    loaded.sort_by_key(|&(file, _)| file);
    // A file with too many rejected records is one that its sender wants to know all about.
    loader.max_rejects_percent = 100.0;
    let as_far_as_can_be = |(file, loaded): (usize, Loaded)| {
        let unusable = match loaded {
            Loaded::Usable(extract) => return Ok(File::Read(extract, None)),
            Loaded::Unusable(unusable) => unusable,
        };
        Ok(match loader.load(&files[file].0, files[file].1)? {
            Loaded::Usable(extract) => File::Read(extract, Some(unusable.problem)),
            Loaded::Unusable(unusable) => File::Unreadable(unusable),
        })
    };
    loaded.into_iter().map(as_far_as_can_be).collect()
}
