//! `icr score`: a run held against the truth that `icr synth` wrote.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use crate::cli::AuditArgs;
use crate::cli::{CommonArgs, FailOn, OutputFormatArg, ThreadsArgs};
use crate::engine::response::ResponseFields;
use crate::error::Result;
use crate::exit::Exit;
use crate::progress::Progress;
use crate::run::output::Stdout;
use crate::stderr::warn;
use crate::stop::Stop;
use crate::synthetic::score::report::Score;
use crate::synthetic::score::run::score;
use crate::synthetic::score::truth::Truth;
use crate::text::shown_path;

/// Compare a run of match with the truth about its invented extracts
///
/// DIR is the folder that `icr match` wrote for the extracts of `icr synth`. Precision is the share of
/// true counterparts among those returned, recall, of the returned cases that have a counterpart, the
/// share that got it: cases that were not returned are in neither, and are counted apart.
#[derive(ClapArgs, Debug)]
#[command(after_help = "Example:
  icr synth --cases 20000 --out world
  icr match --misidentified world/misidentified.txt --out run world/extracts
  icr score --truth world/truth.csv run")]
pub struct Args {
    /// The truth.csv that `icr synth` wrote
    #[arg(long, value_name = "FILE")]
    truth: PathBuf,
    /// The run folder
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Exit with 1 if there are such findings: errors are counterparts that are wrong or were missed,
    /// and certain codes that are missing; warnings are cases that the truth does not know
    #[arg(long, value_name = "FINDINGS")]
    fail_on: Option<FailOn>,
    #[command(flatten)]
    threads: ThreadsArgs,
    #[command(flatten)]
    audit: AuditArgs,
    /// What to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: OutputFormatArg,
}

/// Runs the command.
///
/// # Errors
/// Whatever stops it: a truth or a response file that cannot be used, an interruption.
pub fn run(args: &Args, common: &CommonArgs, stdout: &mut Stdout<'_>, stop: &Stop) -> Result<Exit> {
    args.audit.run("score", None, stop, |session| {
        session.read_files([args.truth.as_path()], stop)?;
        score_audited(args, common, stdout, stop)
    })
}

fn score_audited(
    args: &Args,
    common: &CommonArgs,
    stdout: &mut Stdout<'_>,
    stop: &Stop,
) -> Result<Exit> {
    let layouts = common.layouts()?;
    let progress = Progress::new(common.quiet);
    let (text, exit, returned, unknown) = args.threads.run(|| {
        let truth = Truth::load(&args.truth, stop)?;
        stop.check()?;
        let tally = score(&args.folder, &truth, &layouts, &progress, stop)?;
        let cases_checked = ResponseFields::new(&layouts)?.tells_whole_cases();
        let score = Score::new(&tally, &truth, cases_checked);
        let text = match args.format {
            OutputFormatArg::Json => score.json(),
            OutputFormatArg::Text => score.text(),
        };
        let exit = FailOn::exit(args.fail_on, |severity| tally.has(severity));
        Ok((text, exit, tally.cases.all() + tally.unknown, tally.unknown))
    })?;
    stop.check()?;
    drop(progress);
    common.note_unchecked_cases(&layouts)?;
    if unknown > 0 && !common.quiet {
        warn(&format!(
            "{unknown} of {returned} returned cases are not in {}: it is the truth about other extracts, and no figure counts them",
            shown_path(&args.truth)
        ));
    }
    stdout.print(&text)?;
    Ok(exit)
}
