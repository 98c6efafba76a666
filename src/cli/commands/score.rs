//! `icr score`: compares a run with the truth that `icr synth` wrote.

use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;

use crate::cli::AuditArgs;
use crate::cli::{CommonArgs, FailOn, OutputFormatArg, ThreadsArgs};
use crate::engine::response::ResponseFields;
use crate::error::Result;
use crate::exit::Exit;
use crate::progress::Progress;
use crate::run::find_match_manifest;
use crate::run::output::Stdout;
use crate::stderr::warn;
use crate::stop::Stop;
use crate::synthetic::score::comparison::{Comparison, ScoredRun};
use crate::synthetic::score::report::Score;
use crate::synthetic::score::run::score;
use crate::synthetic::score::tally::Tally;
use crate::synthetic::score::truth::Truth;
use crate::text::shown_path;

/// Compare a run of match with the truth about its invented extracts
///
/// DIR is the folder that `icr match` wrote for the extracts of `icr synth`. Precision is the share of
/// true counterparts among those returned, recall, of the returned cases that have a counterpart, the
/// share that got it: cases that were not returned are in neither, and are counted apart. With a
/// second DIR the answers of both runs are compared: which became right, and which became wrong.
#[derive(ClapArgs, Debug)]
#[command(after_help = "Example:
  icr synth --cases 20000 --out world
  icr match --misidentified world/misidentified.txt --out run world/extracts
  icr score --truth world/truth.csv run
  icr match --routine pooled --misidentified world/misidentified.txt --out pooled world/extracts
  icr score --truth world/truth.csv run pooled")]
pub struct Args {
    /// The truth.csv that `icr synth` wrote
    #[arg(long, value_name = "FILE")]
    truth: PathBuf,
    /// The run folder, or two run folders that are to be compared
    #[arg(value_name = "DIR", required = true, num_args = 1..=2)]
    folders: Vec<PathBuf>,
    /// Exit with 1 if there are such findings (of two runs, in the second): errors are counterparts that are wrong or were missed,
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
    let scored = args.threads.run(|| {
        let truth = Truth::load(&args.truth, stop)?;
        stop.check()?;
        let tallies = args
            .folders
            .iter()
            .map(|folder| score(folder, &truth, &layouts, &progress, stop))
            .collect::<Result<Vec<Tally>>>()?;
        let cases_checked = ResponseFields::new(&layouts)?.has_record_counts();
        let mut scores = tallies
            .iter()
            .zip(&args.folders)
            .map(|(tally, folder)| ScoredRun {
                score: Score::new(tally, &truth, cases_checked),
                routine: routine_of(folder),
            });
        let text = match (scores.next(), scores.next(), args.format) {
            (Some(first), Some(second), format) => {
                let comparison = Comparison::new([first, second], &truth);
                match format {
                    OutputFormatArg::Json => comparison.json(),
                    OutputFormatArg::Text => comparison.text(),
                }
            }
            (Some(only), None, OutputFormatArg::Json) => only.score.json(),
            (Some(only), None, OutputFormatArg::Text) => only.score.text(),
            (None, ..) => String::new(),
        };
        let exit = tallies.last().map_or(Exit::Success, |tally| {
            FailOn::exit(args.fail_on, |severity| tally.has(severity))
        });
        let known = tallies
            .iter()
            .map(|tally| (tally.cases.all(), tally.unknown));
        Ok((text, exit, known.collect::<Vec<_>>()))
    });
    let (text, exit, known) = scored?;
    stop.check()?;
    drop(progress);
    common.note_unchecked_cases(&layouts)?;
    for ((known, unknown), folder) in known.into_iter().zip(&args.folders) {
        if unknown > 0 && !common.quiet {
            let returned = known + unknown;
            let of = match args.folders.len() {
                1 => String::new(),
                _ => format!(" of {}", shown_path(folder)),
            };
            warn(&format!(
                "{unknown} of {returned} returned cases{of} are not in {}: it is the truth about other extracts, and no figure counts them",
                shown_path(&args.truth)
            ));
        }
    }
    stdout.print(&text)?;
    Ok(exit)
}

/// The routine in a run's manifest.
fn routine_of(folder: &Path) -> Option<String> {
    let manifest = find_match_manifest(folder)?;
    let routine = manifest.options.get("routine")?.as_str()?;
    Some(routine.to_owned())
}
