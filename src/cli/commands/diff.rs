//! `icr diff`: compares two runs, or two response files.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use crate::cli::AuditArgs;
use crate::cli::{CommonArgs, InputArgs, ThreadsArgs};
use crate::desk::diff::{DiffFields, DiffReport, compare_files, pair_files};
use crate::error::Result;
use crate::exit::Exit;
use crate::open::look;
use crate::run::output::Stdout;
use crate::run::{find_match_manifest, other_layouts};
use crate::stderr::warn;
use crate::stop::Stop;

/// Compare two runs, or two response files, by case and participant
///
/// Lists which cases are new, gone and changed, by state and by change of codes, with the names of
/// the fields that changed. The order of records does not matter. Damaged and hand-edited folders are
/// read as they are. Exit status: 0 the same, 1 different.
#[derive(ClapArgs, Debug)]
#[command(after_help = "Examples:
  icr diff monday tuesday
  icr diff --format csv monday/responses/TX.icr tuesday/responses/TX.icr")]
pub struct Args {
    /// The old run folder or response file
    old: PathBuf,
    /// The new run folder or response file
    new: PathBuf,
    #[command(flatten)]
    form: InputArgs,
    #[command(flatten)]
    threads: ThreadsArgs,
    #[command(flatten)]
    audit: AuditArgs,
    /// What to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: DiffFormat,
}

/// The output formats of `diff`.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum DiffFormat {
    /// For people.
    Text,
    /// For programs, complete.
    Json,
    /// One row for every participant that differs, and for what is not a record or not a response.
    Csv,
}

/// Runs the command.
///
/// # Errors
/// [`crate::Error::Io`], [`crate::Error::Input`] and [`crate::Error::Inputs`] if a side cannot be
/// read or there is nothing to compare, and an interruption.
pub fn run(args: &Args, common: &CommonArgs, stdout: &mut Stdout<'_>, stop: &Stop) -> Result<Exit> {
    args.audit.run("diff", None, stop, |session| {
        for path in [&args.old, &args.new] {
            if look(path)?.is_some_and(|found| found.is_file()) {
                session.read_files([path.as_path()], stop)?;
            }
        }
        diff_audited(args, common, stdout, stop)
    })
}

fn diff_audited(
    args: &Args,
    common: &CommonArgs,
    stdout: &mut Stdout<'_>,
    stop: &Stop,
) -> Result<Exit> {
    let layouts = common.layouts()?;
    let fields = DiffFields::new(&layouts)?;
    let compared = pair_files(&args.old, &args.new)?;
    let forms = args.form.forms();
    let files = args.threads.run(|| {
        let pairs = compared.pairs.iter();
        pairs
            .map(|pair| compare_files(pair, &forms, &fields, stop))
            .collect::<Result<Vec<_>>>()
    })?;
    let others = |side: &PathBuf| {
        let manifest = find_match_manifest(side)?;
        Ok(manifest.map_or_else(Vec::new, |manifest| other_layouts(&manifest, &layouts)))
    };
    let report = DiffReport {
        files,
        strays: compared.strays,
        other_layouts: (others(&args.old)?, others(&args.new)?),
        cases_checked: fields.has_record_counts(),
    };
    if !common.quiet {
        report.warnings().iter().for_each(|words| warn(words));
    }
    common.note_unchecked_cases(&layouts)?;
    match args.format {
        DiffFormat::Text => stdout.print(&report.text())?,
        DiffFormat::Json => stdout.json(&report)?,
        DiffFormat::Csv => stdout.bytes(&report.csv()?)?,
    }
    Ok(if report.is_same() {
        Exit::Success
    } else {
        Exit::Findings
    })
}
