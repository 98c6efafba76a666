//! `icr score`: compares a run with the truth that `icr synth` wrote.

use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, ValueEnum};

use crate::cli::AuditArgs;
use crate::cli::{CommonArgs, FailOn, ThreadsArgs};
use crate::engine::response::ResponseFields;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::progress::Progress;
use crate::run::find_match_manifest;
use crate::run::output::Stdout;
use crate::stderr::warn;
use crate::stop::Stop;
use crate::synthetic::score::calibrate::Calibration;
use crate::synthetic::score::comparison::{Comparison, ScoredRun};
use crate::synthetic::score::leads::{LeadScore, read_leads};
use crate::synthetic::score::page::page;
use crate::synthetic::score::participants::Participants;
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
    /// The truth.csv that `icr synth` wrote; with --calibrate one for each DIR
    #[arg(long, value_name = "FILE", required = true)]
    truth: Vec<PathBuf>,
    /// The run folder, or two run folders that are to be compared
    #[arg(value_name = "DIR", required = true)]
    folders: Vec<PathBuf>,
    /// Print a table as it is compiled in, measured on runs with leads: weights of the evidence, shares
    /// right of leads, shares right of classes
    #[arg(long, value_name = "TABLE")]
    calibrate: Option<Table>,
    /// Exit with 1 if there are such findings (of two runs, in the second): errors are counterparts that are wrong or were missed,
    /// and certain codes that are missing; warnings are cases that the truth does not know
    #[arg(long, value_name = "FINDINGS")]
    fail_on: Option<FailOn>,
    #[command(flatten)]
    threads: ThreadsArgs,
    #[command(flatten)]
    audit: AuditArgs,
    /// The truth-participants.csv that `icr synth` wrote: participants are scored too
    #[arg(long, value_name = "FILE", conflicts_with = "calibrate")]
    participants: Option<PathBuf>,
    /// What to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ScoreFormat,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum ScoreFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// One file for a browser, with a picture of how reliable leads are.
    Html,
}

/// A table that is compiled in.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum Table {
    /// The weights of the evidence of leads.
    Weights,
    /// The shares right of leads, by what speaks for them.
    Shares,
    /// The shares right of answers, by class.
    Classes,
}

/// Runs the command.
///
/// # Errors
/// Whatever stops it: a truth or a response file that cannot be used, an interruption.
pub fn run(args: &Args, common: &CommonArgs, stdout: &mut Stdout<'_>, stop: &Stop) -> Result<Exit> {
    args.audit.run("score", None, stop, |session| {
        let files = args.truth.iter().chain(&args.participants);
        session.read_files(files.map(PathBuf::as_path), stop)?;
        if let Some(table) = args.calibrate {
            return calibrate(args, table, common, stdout, stop);
        }
        score_audited(args, common, stdout, stop)
    })
}

fn score_audited(
    args: &Args,
    common: &CommonArgs,
    stdout: &mut Stdout<'_>,
    stop: &Stop,
) -> Result<Exit> {
    let [truth_file] = &args.truth[..] else {
        return Err(Error::Usage(
            "--truth is given once; several are for --calibrate, one for each DIR".to_owned(),
        ));
    };
    if args.folders.len() > 2 {
        return Err(Error::Usage(
            "one run is scored, or two are compared; more are for --calibrate".to_owned(),
        ));
    }
    let layouts = common.layouts()?;
    let progress = Progress::new(common.quiet);
    let scored = args.threads.run(|| {
        let truth = Truth::load(truth_file, stop)?;
        stop.check()?;
        let people = args.participants.as_deref();
        let people = people.map(|path| Participants::load(path, &truth, &layouts, stop));
        let people = people.transpose()?;
        let tallies = args
            .folders
            .iter()
            .map(|folder| score(folder, (&truth, people.as_ref()), &layouts, &progress, stop))
            .collect::<Result<Vec<Tally>>>()?;
        let cases_checked = ResponseFields::new(&layouts)?.has_record_counts();
        let mut scores = Vec::with_capacity(tallies.len());
        for (tally, folder) in tallies.iter().zip(&args.folders) {
            let leads = read_leads(folder, &truth, stop)?;
            let leads = leads
                .map(|(cases, unknown)| LeadScore::new(&cases, unknown, &tally.returned, &truth));
            scores.push(ScoredRun {
                score: Score::new(tally, &truth, cases_checked).with_leads(leads),
                routine: routine_of(folder)?,
            });
        }
        let mut scores = scores.into_iter();
        let text = match (scores.next(), scores.next(), args.format) {
            (Some(first), Some(second), format) => {
                let comparison = Comparison::new([first, second], &truth);
                match format {
                    ScoreFormat::Json => comparison.json(),
                    ScoreFormat::Text => comparison.text(),
                    ScoreFormat::Html => page(&comparison.text(), &[]),
                }
            }
            (Some(only), None, ScoreFormat::Json) => only.score.json(),
            (Some(only), None, ScoreFormat::Text) => only.score.text(),
            (Some(only), None, ScoreFormat::Html) => page(&only.score.text(), &only.score.points()),
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
                shown_path(truth_file)
            ));
        }
    }
    stdout.print(&text)?;
    Ok(exit)
}

/// Prints a table measured on all runs together.
fn calibrate(
    args: &Args,
    table: Table,
    common: &CommonArgs,
    stdout: &mut Stdout<'_>,
    stop: &Stop,
) -> Result<Exit> {
    if args.truth.len() != args.folders.len() {
        return Err(Error::Usage(format!(
            "--calibrate needs one --truth for each DIR, in the same order; there are {} for {}",
            args.truth.len(),
            args.folders.len()
        )));
    }
    let layouts = common.layouts()?;
    let progress = Progress::new(common.quiet);
    let calibration = args.threads.run(|| {
        let mut calibration = Calibration::default();
        for (truth, folder) in args.truth.iter().zip(&args.folders) {
            let truth = Truth::load(truth, stop)?;
            let tally = score(folder, (&truth, None), &layouts, &progress, stop)?;
            let Some((cases, _)) = read_leads(folder, &truth, stop)? else {
                return Err(Error::input(
                    folder,
                    "holds no leads; give the folder of a run of icr match --leads",
                ));
            };
            calibration.add(&cases, &tally.by_class, &truth);
        }
        Ok(calibration)
    })?;
    stop.check()?;
    drop(progress);
    stdout.print(&match table {
        Table::Weights => calibration.weights(),
        Table::Shares => calibration.shares(),
        Table::Classes => calibration.classes(),
    })?;
    Ok(Exit::Success)
}

/// The routine that a run's manifest names.
fn routine_of(folder: &Path) -> Result<Option<String>> {
    let manifest = find_match_manifest(folder)?;
    let routine = manifest
        .as_ref()
        .and_then(|manifest| manifest.options.get("routine")?.as_str());
    Ok(routine.map(str::to_owned))
}
