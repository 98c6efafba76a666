//! `icr match`: from extracts to response files.

use std::path::PathBuf;

use clap::Args as ClapArgs;
use rayon::prelude::*;

use crate::cli::{
    CommonArgs, FailOn, InputArgs, OutFolderArgs, OutputFormatArg, ResponseFormArgs, ThreadsArgs,
};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::extract::{Extract, Loaded, Loader, Provenance, Severity, Unusable};
use crate::input::input_files;
use crate::layout::LayoutSet;
use crate::matching::{AbsentState, CounterpartRule, Matcher, Side, Sides};
use crate::output::{AbsentCounts, MatchSummary, OutputFolder, Stdout, write_rejects};
use crate::progress::{Progress, Unit};
use crate::reference::{Counties, State};
use crate::response::{Renderer, StateTotals, write_response};
use crate::stop::Stop;
use crate::verification::{Misidentified, SsnMaster};

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
    /// What becomes of a case whose other state sent nothing
    #[arg(long, value_name = "POLICY", default_value = "skip")]
    absent_state: AbsentState,
    /// What becomes of a run with a file that cannot be used
    #[arg(long, value_name = "POLICY", default_value = "stop")]
    on_bad_file: OnBadFile,
    /// List at most N of each warning in a rejects file; all are counted
    #[arg(long, value_name = "N", default_value_t = 1000)]
    max_warnings: usize,
    /// Exit with 1 after publishing if there are such findings
    #[arg(long, value_name = "FINDINGS")]
    fail_on: Option<FailOn>,
    #[command(flatten)]
    response: ResponseFormArgs,
    #[command(flatten)]
    out: OutFolderArgs,
    #[command(flatten)]
    threads: ThreadsArgs,
    /// What to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: OutputFormatArg,
}

/// What a match reads beside the extracts.
#[derive(ClapArgs, Debug)]
pub struct MatchInputs {
    /// FCR-derived extracts: a file or a folder; may be given again
    #[arg(long, value_name = "PATH")]
    pub fcr: Vec<PathBuf>,
    /// The SSN and name pairs on record
    #[arg(long, value_name = "FILE")]
    pub ssn_master: Option<PathBuf>,
    /// SSNs that states reported as misidentified
    #[arg(long, value_name = "FILE")]
    pub misidentified: Option<PathBuf>,
    /// Which cases of a participating state can be the counterpart
    #[arg(long, value_name = "RULE", default_value = "any")]
    pub counterpart: CounterpartRule,
    /// The largest share of rejected records of a file that can be used; 100 allows any
    #[arg(long, value_name = "PERCENT", default_value = "25", value_parser = percent)]
    pub max_rejects: f64,
    /// How the files are read
    #[command(flatten)]
    pub form: InputArgs,
}

/// `--on-bad-file`.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum OnBadFile {
    /// The run stops; nothing is published.
    Stop,
    /// The run goes on as if the file had not come.
    Exclude,
}

pub(super) fn percent(text: &str) -> std::result::Result<f64, String> {
    let percent: Option<f64> = text.parse().ok().filter(|p| (0.0..=100.0).contains(p));
    percent.ok_or_else(|| "expected a number from 0 to 100".to_owned())
}

/// Runs the command.
///
/// # Errors
/// Whatever stops the run; nothing is published then.
pub fn run(args: &Args, common: &CommonArgs, stdout: &mut Stdout<'_>, stop: &Stop) -> Result<Exit> {
    let folder = args.out.create()?;
    let summary = args
        .threads
        .run(|| match_into(args, common, &folder, stop))?;
    let json = summary.json();
    folder.write("summary.json", json.as_bytes())?;
    stop.check()?;
    folder.publish()?;
    for file in summary.excluded.iter().filter(|_| !common.quiet) {
        crate::output::warn(&format!("{} was left out: {}", file.file, file.reason));
    }
    stdout.print(&if args.format == OutputFormatArg::Json {
        json
    } else {
        summary.text()
    })?;
    let severity = args.fail_on.map(|fail_on| match fail_on {
        FailOn::Errors => Severity::Error,
        FailOn::Warnings => Severity::Warning,
    });
    Ok(if severity.is_some_and(|severity| summary.has(severity)) {
        Exit::Findings
    } else {
        Exit::Success
    })
}

fn match_into(
    args: &Args,
    common: &CommonArgs,
    folder: &OutputFolder,
    stop: &Stop,
) -> Result<MatchSummary> {
    let layouts = common.layouts()?;
    let counties = Counties::default();
    let progress = Progress::new(common.quiet);
    let run_date = common.run_date();
    let mut summary = MatchSummary::new(run_date.ccyymmdd().to_string());

    let loaded = load(args, &layouts, &counties, run_date, &progress, stop)?;
    let (extracts, unusable) = divide(loaded);
    refuse_unusable(args, &unusable)?;
    for file in &unusable {
        summary.add_excluded(file);
    }
    refuse_two_for_one_state(&extracts)?;
    for extract in &extracts {
        let (state, derived) = (
            extract.state.usps(),
            extract.provenance == Provenance::FcrDerived,
        );
        let name = format!("rejects/{state}{}.csv", if derived { ".fcr" } else { "" });
        write_rejects(folder, &name, extract, &layouts)?;
    }

    let submitted: Vec<State> = extracts
        .iter()
        .filter(|e| e.provenance == Provenance::Submitted)
        .map(|e| e.state)
        .collect();
    let (standing, unused): (Vec<_>, Vec<_>) = extracts
        .into_iter()
        .partition(|e| e.provenance == Provenance::Submitted || !submitted.contains(&e.state));
    for extract in &unused {
        summary.add_fcr(extract, false);
        extract.source.check_intact()?;
    }
    drop(unused);
    count_absent(&standing, &mut summary);
    if args.absent_state == AbsentState::Error && !summary.absent.is_empty() {
        let states: Vec<_> = summary.absent.keys().copied().collect();
        return Err(Error::Inputs(format!(
            "cases name states that sent nothing: {}; give their extracts or FCR-derived files, or choose another --absent-state",
            states.join(", ")
        )));
    }

    let sides = index(standing, &progress, stop)?;
    let matcher = Matcher {
        sides: &sides,
        directed: args.inputs.counterpart == CounterpartRule::Directed,
        absent_is_unmatched: args.absent_state == AbsentState::Unmatched,
    };
    let response_layout = layouts.response()?;
    let renderer = Renderer {
        layout: &response_layout,
        counties: &counties,
        form: args.response.form(),
    };
    for (extract, totals) in respond(folder, &matcher, &renderer, &progress, stop)? {
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
    Ok(summary)
}

/// Reads every file, the largest first; gives them in the order of the arguments.
fn load(
    args: &Args,
    layouts: &LayoutSet,
    counties: &Counties,
    run_date: crate::record::Date,
    progress: &Progress,
    stop: &Stop,
) -> Result<Vec<Loaded>> {
    let mut files: Vec<(PathBuf, Provenance, u64)> = Vec::new();
    for (arguments, provenance) in [
        (&args.extracts, Provenance::Submitted),
        (&args.inputs.fcr, Provenance::FcrDerived),
    ] {
        for path in input_files(arguments)? {
            let bytes = std::fs::metadata(&path)
                .map_err(Error::io("open", &path))?
                .len();
            files.push((path, provenance, bytes));
        }
    }
    let misidentified = match &args.inputs.misidentified {
        Some(path) => Misidentified::load(path, layouts.require("misidentified")?)?,
        None => Misidentified::default(),
    };
    let master = args.inputs.ssn_master.as_ref();
    let master = master
        .map(|path| SsnMaster::load(path, layouts.require("ssn-master")?))
        .transpose()?;
    let total = files.iter().map(|(_, _, bytes)| bytes).sum();
    let loader = Loader {
        submitted_layout: layouts.extract()?,
        fcr_layout: layouts.fcr_extract()?,
        form: args.inputs.form.form(),
        run_date,
        counties,
        misidentified: &misidentified,
        master: master.as_ref(),
        max_rejects_percent: args.inputs.max_rejects,
        max_warnings: args.max_warnings,
        progress: &progress.stage("reading", total, Unit::Bytes),
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
    Ok(loaded.into_iter().map(|(_, loaded)| loaded).collect())
}

fn divide(loaded: Vec<Loaded>) -> (Vec<Extract>, Vec<Unusable>) {
    let (mut extracts, mut unusable) = (Vec::new(), Vec::new());
    for file in loaded {
        match file {
            Loaded::Usable(extract) => extracts.push(*extract),
            Loaded::Unusable(file) => unusable.push(*file),
        }
    }
    unusable.sort_by(|a, b| (a.provenance as u8, &a.path).cmp(&(b.provenance as u8, &b.path)));
    (extracts, unusable)
}

fn refuse_unusable(args: &Args, unusable: &[Unusable]) -> Result<()> {
    match (args.on_bad_file, unusable) {
        (_, []) | (OnBadFile::Exclude, _) => Ok(()),
        (OnBadFile::Stop, [file]) => Err(Error::input(&file.path, &file.problem)),
        (OnBadFile::Stop, files) => {
            let lines: Vec<_> = files
                .iter()
                .map(|file| format!("\n  {}: {}", file.path.display(), file.problem))
                .collect();
            Err(Error::Inputs(format!(
                "{} files cannot be used:{}",
                files.len(),
                lines.concat()
            )))
        }
    }
}

pub(super) fn refuse_two_for_one_state(extracts: &[Extract]) -> Result<()> {
    for (at, extract) in extracts.iter().enumerate() {
        let same = |other: &&Extract| {
            other.state == extract.state && other.provenance == extract.provenance
        };
        if let Some(first) = extracts[..at].iter().find(same) {
            let kind = match extract.provenance {
                Provenance::Submitted => "extracts",
                Provenance::FcrDerived => "FCR-derived files",
            };
            return Err(Error::Inputs(format!(
                "two {kind} for {} ({}): {} and {}; give one",
                extract.state,
                extract.state.name(),
                first.source.path.display(),
                extract.source.path.display()
            )));
        }
    }
    Ok(())
}

/// Counts the cases that name states for which no data stand.
fn count_absent(standing: &[Extract], summary: &mut MatchSummary) {
    let present: Vec<State> = standing.iter().map(|extract| extract.state).collect();
    for extract in standing
        .iter()
        .filter(|e| e.provenance == Provenance::Submitted)
    {
        for case in &extract.cases {
            if let Some(state) = case
                .data
                .other_state
                .filter(|state| !present.contains(state))
            {
                let counts: &mut AbsentCounts = summary.absent.entry(state.usps()).or_default();
                counts.cases += 1;
                counts.records += u64::from(case.row_count);
            }
        }
    }
}

fn index(extracts: Vec<Extract>, progress: &Progress, stop: &Stop) -> Result<Sides> {
    let rows = extracts
        .iter()
        .map(|extract| extract.rows.len() as u64)
        .sum();
    let stage = progress.stage("indexing", rows, Unit::Items);
    let mut extracts = extracts;
    extracts.sort_by_key(|extract| std::cmp::Reverse(extract.rows.len()));
    let indexed = extracts.into_par_iter().with_max_len(1).map(|extract| {
        stop.check()?;
        let rows = extract.rows.len() as u64;
        let side = Side::new(extract);
        stage.advance(rows);
        Ok(side)
    });
    Ok(Sides::new(indexed.collect::<Result<Vec<_>>>()?))
}

/// Writes the response of every submitting state, the largest first.
fn respond<'s>(
    folder: &OutputFolder,
    matcher: &Matcher<'s>,
    renderer: &Renderer<'_>,
    progress: &Progress,
    stop: &Stop,
) -> Result<Vec<(&'s Extract, StateTotals)>> {
    let mut submitters: Vec<&Side> = matcher.sides.submitters().collect();
    submitters.sort_by_key(|side| std::cmp::Reverse(side.extract.rows.len()));
    let rows: u64 = submitters
        .iter()
        .map(|side| side.extract.rows.len() as u64)
        .sum();
    let matching = progress.stage("matching", rows, Unit::Items);
    let writing = progress.stage(
        "writing",
        rows * (crate::layout::RESPONSE_BYTES as u64 + 1),
        Unit::Bytes,
    );
    submitters
        .into_par_iter()
        .with_max_len(1)
        .map(|side| {
            let mut file = folder.file(&format!("responses/{}.icr", side.extract.state))?;
            let totals = write_response(
                matcher,
                renderer,
                side,
                &mut file,
                (&matching, &writing),
                stop,
            )?;
            file.finish()?;
            Ok((&side.extract, totals))
        })
        .collect()
}
