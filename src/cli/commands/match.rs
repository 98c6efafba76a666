//! `icr match`: from extracts to response files.

use std::path::PathBuf;

use clap::Args as ClapArgs;
use rayon::prelude::*;
use serde_json::{Value, json};

use crate::cli::{
    CommonArgs, FailOn, MatchInputs, OutFolderArgs, OutputFormatArg, Reading, ResponseFormArgs,
    ThreadsArgs, whole_number,
};
use crate::engine::extract::{Collected, Extract, Provenance};
use crate::engine::matching::{AbsentState, CounterpartRule, Matcher, Sides};
use crate::engine::response::Renderer;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::formats::input::InputEntry;
use crate::formats::input::{Encoding, InputForm, Source};
use crate::formats::layout::LayoutSet;
use crate::formats::reference::{Counties, State};
use crate::progress::{Progress, Unit};
use crate::run::audit::AuditArgs;
use crate::run::output::{OutputFolder, Stdout};
use crate::run::write_responses;
use crate::run::{Manifest, MatchSummary, write_rejects};
use crate::run::{PreviousRun, Roster, RosterPolicy, Stood, disagreements, receipt};
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
    inputs: MatchInputs,
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

/// Runs the command.
///
/// # Errors
/// Whatever stops the run; nothing is published then.
pub fn run(args: &Args, common: &CommonArgs, stdout: &mut Stdout<'_>, stop: &Stop) -> Result<Exit> {
    args.audit.run("match", None, |session| {
        // Not --previous: to replace that run is what --force is asked for.
        let others = args.extracts.iter().chain(&args.roster);
        let inputs = args.inputs.paths().chain(others.map(PathBuf::as_path));
        let folder = args.out.create(inputs)?;
        let summary = args
            .threads
            .run(|| match_into(args, common, &folder, stop))?;
        session.read(&summary.inputs);
        let summary = summary.summary;
        let exit = FailOn::exit(args.fail_on, |severity| summary.has(severity));
        session.totals(totals(&summary));
        if !common.quiet {
            summary.warnings().iter().for_each(|message| warn(message));
        }
        let json = args.format == OutputFormatArg::Json;
        let text = if json { summary.json() } else { summary.text() };
        session.publish(folder, (&text, stdout), exit, stop)?;
        Ok(exit)
    })
}

fn totals(summary: &MatchSummary) -> Value {
    json!(summary.run.totals)
}

/// Writes what the edits found in a file.
fn write_rejects_of(folder: &OutputFolder, extract: &Extract, layouts: &LayoutSet) -> Result<()> {
    let derived = match extract.provenance {
        Provenance::FcrDerived => ".fcr",
        Provenance::Submitted => "",
    };
    let name = format!("rejects/{}{derived}.csv", extract.state);
    write_rejects(folder, &name, extract, layouts)
}

/// A run that is written but not published.
struct Matched {
    summary: MatchSummary,
    inputs: Vec<InputEntry>,
}

fn match_into(
    args: &Args,
    common: &CommonArgs,
    folder: &OutputFolder,
    stop: &Stop,
) -> Result<Matched> {
    let layouts = common.layouts()?;
    let counties = Counties::default();
    let progress = Progress::new(common.quiet);
    let run_date = common.run_date();
    let mut summary = MatchSummary::new(run_date.ccyymmdd().to_string(), args.inputs.routine);
    let roster = args
        .roster
        .as_ref()
        .map(|path| Roster::load(path, run_date))
        .transpose()?;
    let reading = Reading {
        layouts: &layouts,
        counties: &counties,
        run_date,
        max_warnings: args.max_warnings,
        progress: &progress,
        stop,
    };
    let (collected, mut inputs) = args.inputs.read(&args.extracts, &reading)?;
    if let Some(path) = &args.roster {
        let text = InputForm {
            fixed: Some(false),
            encoding: Some(Encoding::Ascii),
        };
        inputs.push(InputEntry::of(
            "roster",
            &Source::open(path, 1, text)?,
            None,
        ));
    }
    let collected = check_volumes(args, collected)?;
    args.inputs.refuse(&collected)?;
    for file in &collected.unusable {
        summary.add_excluded(file);
        inputs.push(file.entry.clone());
    }
    // In parallel, since each file waits for its sync.
    collected
        .extracts
        .par_iter()
        .try_for_each(|extract| write_rejects_of(folder, extract, &layouts))?;
    inputs.extend(collected.extracts.iter().map(Extract::entry));
    check_roster(args, roster.as_ref(), &collected, &mut summary)?;

    let (standing, unused) = collected.standing();
    for extract in &unused {
        summary.add_fcr(extract, false);
        extract.source.check_intact()?;
    }
    drop(unused);
    summary.count_absent(&standing);
    if args.inputs.absent_state == AbsentState::Error {
        summary.refuse_absent()?;
    }

    let rows = standing
        .iter()
        .map(|extract| extract.rows.len() as u64)
        .sum();
    let sides = Sides::index(
        standing,
        args.inputs.routine,
        &progress.stage("indexing", rows, Unit::Items),
        stop,
    )?;
    let matcher = Matcher {
        sides: &sides,
        directed: args.inputs.counterpart == CounterpartRule::Directed,
        absent_is_unmatched: args.inputs.absent_state == AbsentState::Unmatched,
        routine: args.inputs.routine,
    };
    let renderer = Renderer::new(&layouts, &counties, args.response.form())?;
    for (extract, totals) in write_responses(folder, &matcher, &renderer, &progress, stop)? {
        summary.add_state(extract, totals);
    }
    for side in sides.iter() {
        side.extract.source.check_intact()?;
        if side.fcr_supplied() {
            summary.add_fcr(&side.extract, true);
        }
    }
    let cases: u64 = sides
        .submitters()
        .map(|side| side.extract.cases.len() as u64)
        .sum();
    summary.run.totals.check_balance("the run", cases)?;
    write_reports(args, folder, &summary, &inputs, &layouts)?;
    Ok(Matched { summary, inputs })
}

/// The receipts, the summary and, last, the manifest.
fn write_reports(
    args: &Args,
    folder: &OutputFolder,
    summary: &MatchSummary,
    inputs: &[InputEntry],
    layouts: &LayoutSet,
) -> Result<()> {
    if args.receipts {
        for input in inputs.iter().filter(|input| input.kind == "extract") {
            if let Some((usps, state)) = input
                .state
                .as_ref()
                .and_then(|usps| summary.states.get_key_value(usps.as_str()))
            {
                let text = receipt(&summary.run_date, usps, input, state);
                folder.write(&format!("receipts/{usps}.receipt"), text.as_bytes())?;
            }
        }
    }
    folder.write("summary.json", summary.json().as_bytes())?;
    let manifest = Manifest::new("match", Some(&summary.run_date), layouts);
    let manifest = args.response.note(args.inputs.note(manifest));
    let mut manifest = manifest
        .option("max_warnings", args.max_warnings)
        .option("max_volume_change", args.max_volume_change)
        .option(
            "roster_policy",
            args.roster.as_ref().map(|_| args.roster_policy.word()),
        )
        .option("receipts", args.receipts);
    manifest.inputs = inputs.to_vec();
    manifest.totals = totals(summary);
    folder.write_manifest(manifest)
}

/// Takes out the extracts whose volume moved too much since the earlier run.
fn check_volumes(args: &Args, collected: Collected) -> Result<Collected> {
    let (Some(folder), Some(percent)) = (&args.previous, args.max_volume_change) else {
        return Ok(collected);
    };
    let previous = PreviousRun::load(folder)?;
    let mut checked = Collected {
        unusable: collected.unusable,
        ..Collected::default()
    };
    for extract in collected.extracts {
        match previous.problem(&extract, percent) {
            Some(problem) => checked.unusable.push(extract.into_unusable(problem)),
            None => checked.extracts.push(extract),
        }
    }
    Ok(checked)
}

/// Holds what came against the roster.
fn check_roster(
    args: &Args,
    roster: Option<&Roster>,
    collected: &Collected,
    summary: &mut MatchSummary,
) -> Result<()> {
    let Some(roster) = roster else { return Ok(()) };
    let came = |state: State, provenance: Provenance| {
        collected
            .extracts
            .iter()
            .any(|extract| extract.state == state && extract.provenance == provenance)
    };
    let stood = |state: State| match (
        came(state, Provenance::Submitted),
        came(state, Provenance::FcrDerived),
    ) {
        (true, _) => Stood::Extract,
        (false, true) => Stood::Fcr,
        (false, false) => Stood::Nothing,
    };
    let left_out = |state: State| {
        collected
            .unusable
            .iter()
            .any(|file| file.state == Some(state) && file.provenance == Provenance::Submitted)
    };
    let standings = roster.standings(stood, |state| {
        came(state, Provenance::Submitted) || left_out(state)
    });
    let disagreements = disagreements(&standings);
    if args.roster_policy == RosterPolicy::Stop && !disagreements.is_empty() {
        return Err(Error::Inputs(format!(
            "the roster was not kept: {}; ask the states, correct the roster, or give --roster-policy report",
            disagreements.join("; ")
        )));
    }
    summary.roster = Some(standings);
    Ok(())
}
