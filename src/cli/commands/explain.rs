//! `icr explain`: why a case got its codes, or 01; and what a code means.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use crate::cli::{AuditArgs, CommonArgs, FailOn, MatchInputArgs, OutputFormatArg, ThreadsArgs};
use crate::desk::explain::{
    ExplainRequest, Explained, Explanation, Question, code_entry, code_text, explain,
    explanation_text,
};
use crate::engine::extract::Severity;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::formats::record::CaseId;
use crate::formats::reference::State;
use crate::progress::Progress;
use crate::run::audit::{AskedCase, Session};
use crate::run::output::Stdout;
use crate::stderr::warn;
use crate::stop::Stop;
use crate::text::json_text;

/// Explain why a case got its codes, or 01; or what a code means
///
/// Searches for the one case with the same code and options as a match, and shows the tiers, keys,
/// candidates, participants, codes and nearest misses. Persons are masked unless --show-pii.
#[derive(ClapArgs, Debug)]
#[command(after_help = "Examples:
  icr explain --state CA --case 0000123456 extracts
  icr explain --from-run run --fcr fcr --state CA --case 0000123456 --other TX extracts
  icr explain --code 02")]
pub struct Args {
    /// The states' extracts, as `icr match` takes them
    #[arg(value_name = "EXTRACT", required_unless_present = "code")]
    extracts: Vec<PathBuf>,
    #[command(flatten)]
    inputs: MatchInputArgs,
    /// The submitting state
    #[arg(long, value_name = "USPS", required_unless_present = "code", value_parser = state)]
    state: Option<State>,
    /// The Case ID in that state
    #[arg(long, value_name = "ID", required_unless_present = "code", value_parser = case_id)]
    case: Option<CaseId>,
    /// Only the case that names this state
    #[arg(long, value_name = "USPS", value_parser = state)]
    other: Option<State>,
    /// Only the case with this Other State Case ID; '' for a blank one
    #[arg(long, value_name = "ID", requires = "other", value_parser = case_id)]
    other_case: Option<CaseId>,
    /// Explain a reason code or an edit, such as 02 or E06
    #[arg(long, value_name = "CODE")]
    code: Option<String>,
    /// Take the options of the finished run DIR, and refuse inputs that are not its own
    #[arg(long, value_name = "DIR", conflicts_with_all = ["counterpart", "routine", "absent_state", "on_bad_file", "max_rejects", "max_volume_change", "max_age", "input_format", "input_encoding"])]
    from_run: Option<PathBuf>,
    /// Show whole names, SSNs and dates of birth; needs --purpose and --audit
    #[arg(long)]
    show_pii: bool,
    /// Why the persons are looked at, for the audit trail
    #[arg(long, value_name = "TEXT")]
    purpose: Option<String>,
    /// Exit with 1 if the files that were read have such findings: errors are rejected records and
    /// files that were left out
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

impl Args {
    /// Whether it explains a case, not a code.
    pub fn reads_people(&self) -> bool {
        self.code.is_none()
    }
}

fn state(text: &str) -> std::result::Result<State, String> {
    State::from_usps(text).ok_or_else(|| "expected a USPS code such as CA".to_owned())
}

/// Parses a Case ID: at most 15 characters of ISO 8859-1.
fn case_id(text: &str) -> std::result::Result<CaseId, String> {
    CaseId::from_text(text).ok_or_else(|| "expected at most 15 characters of ISO 8859-1".to_owned())
}

/// Runs the command.
///
/// # Errors
/// [`Error::Usage`] if persons would be shown without a purpose or an audit trail, and any error
/// while reading the inputs.
pub fn run(args: &Args, common: &CommonArgs, stdout: &mut Stdout<'_>, stop: &Stop) -> Result<Exit> {
    check_purpose(args)?;
    // With --from-run it is the run that says what was used instead.
    args.inputs.refuse_unused(args.from_run.is_some())?;
    if args.from_run.is_some() && common.run_date.is_some() {
        return Err(Error::Usage(
            "--from-run takes the run date of the run; leave --run-date out".to_owned(),
        ));
    }
    args.audit
        .run("explain", args.purpose.as_deref(), stop, |session| {
            let (text, exit) = match (&args.code, args.state, args.case) {
                (Some(code), ..) => (code_answer(args, common, code)?, Exit::Success),
                (None, Some(state), Some(case)) => {
                    let question = Question {
                        state,
                        case,
                        other: args.other,
                        other_case: args.other_case,
                    };
                    let explanation = args
                        .threads
                        .run(|| explained(args, common, question, stop))?;
                    if !common.quiet {
                        let told = explanation.left_out.iter().chain(&explanation.told);
                        told.for_each(|message| warn(message));
                    }
                    session.read(&explanation.inputs);
                    tell_asked(session, &explanation.answer, &question);
                    answer(args, &explanation)
                }
                _ => {
                    return Err(Error::Usage(
                        "give --state and --case, or --code".to_owned(),
                    ));
                }
            };
            stop.check()?;
            session.end(exit)?;
            stdout.print(&text)?;
            Ok(exit)
        })
}

fn explained(
    args: &Args,
    common: &CommonArgs,
    question: Question,
    stop: &Stop,
) -> Result<Explained> {
    let request = ExplainRequest {
        inputs: args.inputs.inputs(&args.extracts),
        from_run: args.from_run.clone(),
        question,
        run_date: common.run_date(),
        show_pii: args.show_pii,
    };
    let progress = Progress::new(common.quiet);
    explain(&request, &common.layouts()?, &progress, stop)
}

/// Refuses to show persons without an audit trail and a purpose.
fn check_purpose(args: &Args) -> Result<()> {
    let purpose = args.purpose.as_deref().map(str::trim);
    if args.show_pii && purpose.is_none_or(str::is_empty) {
        return Err(Error::Usage(
            "--show-pii needs --purpose TEXT: why the persons are looked at".to_owned(),
        ));
    }
    let needs = if args.show_pii {
        "--show-pii"
    } else {
        "--purpose"
    };
    if (args.show_pii || args.purpose.is_some()) && args.audit.audit.is_none() {
        return Err(Error::Usage(format!(
            "{needs} needs --audit FILE: who looks, when and why is kept there"
        )));
    }
    Ok(())
}

fn code_answer(args: &Args, common: &CommonArgs, code: &str) -> Result<String> {
    let entry = code_entry(&common.layouts()?, code)?;
    Ok(match args.format {
        OutputFormatArg::Json => json_text(&entry),
        OutputFormatArg::Text => code_text(&entry),
    })
}

fn answer(args: &Args, explained: &Explained) -> (String, Exit) {
    let explanation = &explained.answer;
    let text = match args.format {
        OutputFormatArg::Json => json_text(explanation),
        OutputFormatArg::Text => explanation_text(explanation),
    };
    let exit = if explanation.found {
        FailOn::exit(args.fail_on, |severity| match severity {
            Severity::Error => explained.has_errors,
            Severity::Warning => explained.has_errors || explained.has_warnings,
        })
    } else {
        Exit::Findings
    };
    (text, exit)
}

/// Every case in the answer, with yours; if there is none, the requested case.
fn tell_asked(session: &Session, explanation: &Explanation, question: &Question) {
    let asked = |other_state: Option<String>, other_case_id: Option<String>| {
        session.asked(AskedCase {
            state: explanation.state.clone(),
            case_id: explanation.case_id.clone(),
            other_state,
            other_case_id: other_case_id.filter(|id| !id.is_empty()),
        });
    };
    if explanation.cases.is_empty() {
        asked(question.other.map(|state| state.usps().to_owned()), None);
    }
    for case in &explanation.cases {
        let chosen = case.chosen.as_ref().map(|chosen| &chosen.case);
        match chosen {
            Some(theirs) => asked(Some(theirs.state.clone()), Some(theirs.case_id.clone())),
            None => asked(
                case.yours.other_state.clone(),
                Some(case.yours.other_case_id.clone()),
            ),
        }
        for miss in case.near_misses.iter().filter(|miss| miss.theirs.is_some()) {
            asked(
                Some(miss.case.state.clone()),
                Some(miss.case.case_id.clone()),
            );
        }
    }
}
