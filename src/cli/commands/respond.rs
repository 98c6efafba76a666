//! `icr respond`: from a state's response file to reviewed, loadable work.

use std::path::PathBuf;

use clap::Args as ClapArgs;
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::AuditArgs;
use crate::cli::{
    CommonArgs, FailOn, InputArgs, OutFolderArgs, OutputFormatArg, tell, whole_number,
};
use crate::desk::respond::{
    DEFAULT_POLICY, Desk, Finished, LAST_SERIAL, Leads, Policy, RespondSummary, ResponseFields,
    SentLog, read_responses, response_state, sorted_cases, told_with,
};
use crate::engine::extract::Severity;
use crate::engine::response::UNCHECKED_CASES;
use crate::error::Result;
use crate::exit::Exit;
use crate::formats::input::InputEntry;
use crate::formats::input::{Source, input_files};
use crate::formats::layout::RESPONSE_BYTES;
use crate::run::Manifest;
use crate::run::audit::Session;
use crate::run::note_input_form;
use crate::run::output::{FileMode, OutputFolder, Stdout};
use crate::stderr::warn;
use crate::stop::Stop;
use crate::text::json_text;

/// Turn a state's response file into updates, CSENet transactions, FCR records and a worklist
///
/// The Reconciliation Response program of the Technical Data Guide, section 3.2. It changes no
/// system: the folder DIR, which appears complete or not at all, holds files that the state's system
/// loads, and a worklist for its workers. They hold people's data.
#[derive(ClapArgs, Debug)]
#[command(after_help = "Examples:
  icr respond --serial-start 1 --out work run/responses/TX.icr
  icr respond --sent last/sent.csv --policy policy.toml --out work run/responses/TX.icr
  icr respond --print-policy > policy.toml")]
pub struct Args {
    /// The state's response: a file, or a folder of files
    #[arg(required_unless_present = "print_policy", value_name = "RESPONSE")]
    responses: Vec<PathBuf>,
    /// Print the default policy as commented TOML, and do nothing else
    #[arg(long)]
    print_policy: bool,
    /// Thresholds and switches, as --print-policy shows them
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// The leads/USPS.csv of the run, so that the worklist says where a case that was not found may be
    #[arg(long, value_name = "FILE")]
    leads: Option<PathBuf>,
    /// The sent.csv of the last run: what was asked for lately, and the last serial number
    #[arg(long, value_name = "FILE")]
    sent: Option<PathBuf>,
    /// The serial number of the first transaction; needed unless --sent has the last one, which it
    /// must follow without a gap
    #[arg(long, value_name = "N", value_parser = whole_number(1..=LAST_SERIAL))]
    serial_start: Option<u64>,
    /// The folder to make; it appears when all is written
    #[arg(long, value_name = "DIR", required_unless_present = "print_policy")]
    out: Option<PathBuf>,
    /// Replace DIR if it is an earlier run of icr and holds nothing that this one uses
    #[arg(long)]
    force: bool,
    /// Permissions of the files, octal; folders follow
    #[arg(long, value_name = "MODE", default_value = "0600")]
    file_mode: FileMode,
    #[command(flatten)]
    form: InputArgs,
    /// Exit with 1 after publishing if there are such findings: errors are records that could not be
    /// built, warnings all items of the worklist
    #[arg(long, value_name = "FINDINGS")]
    fail_on: Option<FailOn>,
    #[command(flatten)]
    audit: AuditArgs,
    /// What to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: OutputFormatArg,
}

/// A policy as JSON.
#[derive(Serialize, JsonSchema)]
pub struct PolicyDocument {
    /// The form of this value.
    #[schemars(extend("const" = "icr.respond.policy/1"))]
    schema: &'static str,
    /// The policy, in TOML.
    text: &'static str,
}

/// Runs the command.
///
/// # Errors
/// Whatever stops the run; then nothing is published.
pub fn run(args: &Args, common: &CommonArgs, stdout: &mut Stdout<'_>, stop: &Stop) -> Result<Exit> {
    let Some(out) = args.out.clone().filter(|_| !args.print_policy) else {
        match args.format {
            OutputFormatArg::Text => stdout.print(DEFAULT_POLICY)?,
            OutputFormatArg::Json => stdout.print(&json_text(&PolicyDocument {
                schema: "icr.respond.policy/1",
                text: DEFAULT_POLICY,
            }))?,
        }
        return Ok(Exit::Success);
    };
    let out = OutFolderArgs {
        out,
        force: args.force,
        file_mode: args.file_mode,
    };
    out.spare_trail(&args.audit)?;
    args.audit.run("respond", None, stop, |session| {
        respond_audited(args, common, &out, session, stdout, stop)
    })
}

fn respond_audited(
    args: &Args,
    common: &CommonArgs,
    out: &OutFolderArgs,
    session: &Session,
    stdout: &mut Stdout<'_>,
    stop: &Stop,
) -> Result<Exit> {
    let side_files = args.policy.iter().chain(&args.sent).chain(&args.leads);
    let used = args.responses.iter().chain(side_files);
    let folder = out.create(common, used.map(PathBuf::as_path))?;
    let policy = args
        .policy
        .as_deref()
        .map(|path| Policy::load(path, stop))
        .transpose()?;
    let sent = SentLog::load(args.sent.as_deref(), args.serial_start, stop)?;
    if let Some(problem) = sent.dated_later(common.run_date())
        && !common.quiet
    {
        warn(&problem);
    }
    let (summary, inputs) = respond_into(args, common, policy, sent, &folder, stop)?;
    let totals = &summary.totals;
    let exit = FailOn::exit(args.fail_on, |severity| {
        totals.not_built > 0 || severity == Severity::Warning && !totals.worklist.is_empty()
    });
    session.read(&inputs);
    if !summary.cases_checked && !common.quiet {
        warn(UNCHECKED_CASES);
    }
    let json = args.format == OutputFormatArg::Json;
    let text = if json { summary.json() } else { summary.text() };
    let text = common.printed(args.format, text);
    session.publish(folder, (&text, stdout), exit, stop)?;
    Ok(exit)
}

fn respond_into(
    args: &Args,
    common: &CommonArgs,
    policy: Option<(Policy, InputEntry)>,
    sent: SentLog,
    folder: &OutputFolder,
    stop: &Stop,
) -> Result<(RespondSummary, Vec<InputEntry>)> {
    let layouts = common.layouts()?;
    let fields = ResponseFields::new(&layouts)?;
    let run_date = common.run_date();
    let forms = args.form.forms();
    let files = input_files(&args.responses, "responses")?;
    forms.refuse_unused(files.iter().map(PathBuf::as_path))?;
    let sources = files
        .iter()
        .map(|path| Source::open(path, RESPONSE_BYTES, forms.of(path), stop))
        .collect::<Result<Vec<_>>>()?;
    let read = match read_responses(&sources, &fields, stop) {
        Ok(read) => read,
        Err(error) => return Err(told_with(error, &sources, &fields, stop)?),
    };
    let state = response_state(&read)?;
    let cases = sorted_cases(&fields, &read);
    let (policy, policy_entry) = match policy {
        Some((policy, entry)) => (policy, Some(entry)),
        None => (Policy::default(), None),
    };
    let leads = args.leads.as_deref().map(|path| Leads::load(path, stop));
    let leads = leads.transpose()?.unwrap_or_default();
    let mut desk = Desk::new(&layouts, (&policy, &leads), run_date, sent)?;
    desk.work(&cases, stop)?;
    let Finished {
        files,
        mut totals,
        sent,
    } = desk.finish()?;
    let routine = totals.count_tiers(&fields, &read);
    let records: usize = read.iter().map(|case| case.records().len()).sum();
    totals.check_balance(records as u64, cases.len() as u64)?;
    for (name, bytes) in files {
        folder.write(name, &bytes)?;
    }
    for source in &sources {
        tell(common, &source.path, &source.told());
        source.check_intact()?;
    }
    let summary = RespondSummary {
        schema: "icr.respond.summary/1",
        run_date: run_date.ccyymmdd().to_string(),
        state: state.map(crate::formats::reference::State::usps),
        routine,
        cases_checked: fields.has_record_counts(),
        files: sources.iter().map(Source::name).collect(),
        totals,
        serials: sent.serials(),
        sent_before: sent.carried(),
    };
    folder.write("summary.json", summary.json().as_bytes())?;
    let usps = state.map(crate::formats::reference::State::usps);
    let mut inputs: Vec<_> = sources
        .iter()
        .map(|source| InputEntry::of("response", source, usps))
        .collect();
    inputs.extend(policy_entry.into_iter().chain(sent.entry.clone()));
    inputs.extend(leads.entry.clone());
    let manifest = Manifest::new("respond", Some(&summary.run_date), &layouts);
    let mut manifest = note_input_form(&forms, manifest).option("serial_start", args.serial_start);
    manifest.inputs.clone_from(&inputs);
    manifest.totals = serde_json::to_value(&summary).unwrap_or_default();
    folder.write_manifest(manifest)?;
    Ok((summary, inputs))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command};

    fn parse(line: &str) -> Option<Args> {
        match Cli::read(format!("icr {line}").split(' ')).ok()?.command {
            Command::Respond(args) => Some(args),
            _ => None,
        }
    }

    #[test]
    fn a_run_needs_a_response_and_a_folder_and_printing_the_policy_neither() {
        assert!(parse("respond --print-policy").unwrap().print_policy);
        assert!(parse("respond --out d TX.icr").is_some());
        assert!(parse("respond TX.icr").is_none());
        assert!(parse("respond --out d").is_none());
        assert!(parse("respond --print-policy --out d TX.icr").is_none());
        assert!(parse("respond --serial-start 0 --out d TX.icr").is_none());
        assert!(parse("respond --serial-start 1000000000000 --out d TX.icr").is_none());
    }
}
