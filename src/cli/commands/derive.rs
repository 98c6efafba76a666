//! `icr derive`: derives extracts from registry records for the states that sent none.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use crate::cli::AuditArgs;
use crate::cli::{
    CommonArgs, FailOn, InputArgs, OutFolderArgs, OutputFormatArg, ThreadsArgs, percent, tell,
};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::fcr::{
    CurrentRecords, DeriveSummary, Derived, Deriver, MarkedSsns, RegistryFile,
    write_registry_rejects,
};
use crate::formats::input::{InputEntry, Told, input_files};
use crate::formats::layout::RegistryLayout;
use crate::formats::reference::State;
use crate::parallel::largest_first;
use crate::progress::{Progress, Unit};
use crate::run::Manifest;
use crate::run::note_input_form;
use crate::run::output::{OutputFolder, Stdout};
use crate::stop::Stop;
use crate::text::shown_path;

/// Derive extracts from the Federal Case Registry's records for states that sent none
///
/// Every REGISTRY is a file, or a folder whose files are all taken, one file per state: an FA record
/// that names the state, then FC and FP records. Give the files of participating states too: their
/// marks of family violence withhold cases everywhere. DIR/extracts is what `icr match --fcr`
/// takes.
#[derive(ClapArgs, Debug)]
#[command(after_help = "Examples:
  icr derive --participating CA,TX --out derived registry
  icr match --fcr derived/extracts --out run extracts")]
pub struct Args {
    /// The registry's files
    #[arg(required = true, value_name = "REGISTRY")]
    registry: Vec<PathBuf>,
    /// The states that submit extracts, for which nothing is derived: USPS codes with commas
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = usps)]
    participating: Vec<State>,
    /// Derive records of non-IV-D cases too
    #[arg(long)]
    include_non_iv_d: bool,
    /// The largest share of rejected records of a file that can be used; 100 allows any
    #[arg(long, value_name = "PERCENT", default_value = "25", value_parser = percent)]
    max_rejects: f64,
    /// Exit with 1 after publishing if there are such findings: errors are rejected records; there
    /// are no warnings
    #[arg(long, value_name = "FINDINGS")]
    fail_on: Option<FailOn>,
    #[command(flatten)]
    form: InputArgs,
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

fn usps(text: &str) -> std::result::Result<State, String> {
    State::from_usps(text.trim())
        .ok_or_else(|| "expected USPS codes of the 54 jurisdictions, such as CA,TX".to_owned())
}

/// Runs the command.
///
/// # Errors
/// Whatever stops the run; then nothing is published.
pub fn run(args: &Args, common: &CommonArgs, stdout: &mut Stdout<'_>, stop: &Stop) -> Result<Exit> {
    args.out.spare_trail(&args.audit)?;
    args.audit.run("derive", None, stop, |session| {
        let inputs = args.registry.iter().map(PathBuf::as_path);
        let folder = args.out.create(common, inputs)?;
        let (summary, inputs) = args
            .threads
            .run(|| derive_into(args, common, &folder, stop))?;
        let exit = FailOn::exit(args.fail_on, |_| summary.has_errors());
        session.read(&inputs);
        let json = args.format == OutputFormatArg::Json;
        let text = if json { summary.json() } else { summary.text() };
        let text = common.printed(args.format, text);
        session.publish(folder, (&text, stdout), exit, stop)?;
        Ok(exit)
    })
}

fn derive_into(
    args: &Args,
    common: &CommonArgs,
    folder: &OutputFolder,
    stop: &Stop,
) -> Result<(DeriveSummary, Vec<InputEntry>)> {
    let layouts = common.layouts()?;
    let (layout, extract) = (layouts.registry()?, layouts.fcr_extract()?);
    let progress = Progress::new(common.quiet);
    let files = open(args, &layout, stop)?;

    let bytes = files
        .iter()
        .map(|file| file.source.bytes().len() as u64)
        .sum();
    let reading = progress.stage("reading", bytes, Unit::Bytes);
    let bytes_of = |file: &RegistryFile| file.source.bytes().len() as u64;
    let current = largest_first(&files, bytes_of, |file| {
        CurrentRecords::of(file, &layout, &reading, stop)
    })?;
    drop(reading);
    let marked = MarkedSsns::new(current.iter().map(|current| current.marks.as_slice()));

    let persons = current
        .iter()
        .map(|current| current.persons.len() as u64)
        .sum();
    let writing = progress.stage("writing", persons, Unit::Items);
    let deriver = Deriver {
        layout: &layout,
        extract: &extract,
        marked: &marked,
        include_non_iv_d: args.include_non_iv_d,
        stop,
    };
    let current: Vec<_> = files.iter().zip(&current).collect();
    let derived = largest_first(
        &current,
        |(file, _)| bytes_of(file),
        |&(file, current)| {
            let derived = if args.participating.contains(&file.state) {
                deriver.pass_over(file, current)?
            } else {
                let begin = || folder.file(&format!("extracts/{}.txt", file.state));
                let (derived, sink) = deriver.derive(file, current, begin, &writing)?;
                if let Some(sink) = sink {
                    sink.finish()?;
                }
                derived
            };
            let name = format!("rejects/{}.csv", file.state);
            write_registry_rejects(folder, &name, &derived, &layouts, &layout)?;
            Ok(derived)
        },
    )?;

    let mut summary = DeriveSummary::new(&args.participating, args.include_non_iv_d);
    for (file, derived) in files.iter().zip(&derived) {
        let told = derived.told(file, &layout, stop)?;
        file.source.check_intact()?;
        refuse_too_many_rejects(args, file, derived, &told)?;
        tell(common, &file.source.path, &told);
        summary.add(file.state, file.source.name(), derived, told);
    }
    summary.run.check_balance()?;
    folder.write("summary.json", summary.json().as_bytes())?;
    let entry =
        |file: &RegistryFile| InputEntry::of("registry", &file.source, Some(file.state.usps()));
    let inputs: Vec<_> = files.iter().map(entry).collect();
    let participating: Vec<_> = args
        .participating
        .iter()
        .map(|state| state.usps())
        .collect();
    // Derive does not use the date; its results are the same on any day.
    let mut manifest = Manifest::new("derive", None, &layouts)
        .option("participating", participating)
        .option("include_non_iv_d", args.include_non_iv_d)
        .option("max_rejects", args.max_rejects);
    manifest = note_input_form(&args.form.forms(), manifest);
    manifest.inputs.clone_from(&inputs);
    manifest.totals = serde_json::to_value(summary.run).unwrap_or_default();
    folder.write_manifest(manifest)?;
    Ok((summary, inputs))
}

/// Opens the files. Refuses two for one state.
fn open(args: &Args, layout: &RegistryLayout, stop: &Stop) -> Result<Vec<RegistryFile>> {
    let mut files: Vec<RegistryFile> = Vec::new();
    let forms = args.form.forms();
    let paths = input_files(&args.registry, "registry files, one a state")?;
    forms.refuse_unused(paths.iter().map(PathBuf::as_path))?;
    for path in paths {
        let file = RegistryFile::open(&path, layout, forms.of(&path), stop)?;
        if let Some(first) = files.iter().find(|other| other.state == file.state) {
            return Err(Error::Inputs(format!(
                "two registry files for {} ({}): {} and {}; give one",
                file.state,
                file.state.name(),
                shown_path(&first.source.path),
                shown_path(&file.source.path)
            )));
        }
        files.push(file);
    }
    files.sort_by_key(|file| file.state);
    Ok(files)
}

/// Refuses a file with too many rejected records. Only listed ones count, and the message has no
/// number: with the number of all records, the number of withheld ones could be computed.
fn refuse_too_many_rejects(
    args: &Args,
    file: &RegistryFile,
    derived: &Derived,
    told: &[Told],
) -> Result<()> {
    let totals = &derived.totals;
    let records = totals.fc.read + totals.fp.read + totals.unknown_records;
    let rejected = derived.rejected.len() as u64;
    let share = rejected as f64 * 100.0 / records.max(1) as f64;
    let (too_many, or_allow) = if rejected == 0 {
        return Ok(());
    } else if rejected == records {
        ("every one of its records is rejected".to_owned(), "")
    } else if args.max_rejects < 100.0 && share > args.max_rejects {
        let most = args.max_rejects;
        let too_many = format!("more than {most} % of its records are rejected");
        (too_many, ", or allow more with --max-rejects")
    } else {
        return Ok(());
    };
    let mut codes: Vec<_> = derived
        .rejected
        .iter()
        .map(|(_, edit, _)| edit.code())
        .collect();
    codes.sort_unstable();
    codes.dedup();
    let told: String = told.iter().map(|told| told.line() + "; ").collect();
    let problem = format!(
        "{told}{too_many} ({}); look them up with `icr layout show registry-edits`{or_allow}",
        codes.join(", ")
    );
    Err(Error::input(&file.source.path, problem))
}
