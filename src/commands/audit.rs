//! `icr audit`: checks an audit trail, and reports a state's month from it.

use std::fmt::Write;
use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};
use serde_json::json;

use crate::audit::{check, report};
use crate::cli::OutputFormatArg;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::input::Mapped;
use crate::output::{Stdout, json_text};
use crate::reference::State;
use crate::stop::Stop;

/// Check an audit trail, or report a state's month from it
#[derive(ClapArgs, Debug)]
#[command(after_help = "Examples:
  icr audit verify audit.jsonl
  icr audit report --state TX --month 2026-11 audit.jsonl")]
pub struct Args {
    #[command(subcommand)]
    action: Action,
    /// What to print
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    format: OutputFormatArg,
}

#[derive(Subcommand, Debug)]
enum Action {
    /// Name the first broken link of a trail, if there is one
    #[command(after_help = "Example:\n  icr audit verify audit.jsonl")]
    Verify {
        /// The trail
        file: PathBuf,
    },
    /// List the requests and responses of a month that concern a state
    #[command(after_help = "Example:\n  icr audit report --state TX --month 2026-11 audit.jsonl")]
    Report {
        /// The state
        #[arg(long, value_name = "USPS", value_parser = state)]
        state: State,
        /// The month
        #[arg(long, value_name = "CCYY-MM", value_parser = month)]
        month: String,
        /// The trail
        file: PathBuf,
    },
}

fn state(text: &str) -> std::result::Result<State, String> {
    State::from_usps(text)
        .ok_or_else(|| "expected a jurisdiction's USPS code, such as TX".to_owned())
}

fn month(text: &str) -> std::result::Result<String, String> {
    let valid = text.len() == 7
        && text.bytes().enumerate().all(|(at, byte)| {
            if at == 4 {
                byte == b'-'
            } else {
                byte.is_ascii_digit()
            }
        })
        && matches!(
            &text[5..],
            "01" | "02" | "03" | "04" | "05" | "06" | "07" | "08" | "09" | "10" | "11" | "12"
        );
    if valid {
        Ok(text.to_owned())
    } else {
        Err("expected a month as CCYY-MM, such as 2026-11".to_owned())
    }
}

/// Runs the command.
///
/// # Errors
/// [`Error::Io`] where the trail cannot be read, and an interruption.
pub fn run(args: &Args, stdout: &mut Stdout<'_>, stop: &Stop) -> Result<Exit> {
    let json = args.format == OutputFormatArg::Json;
    match &args.action {
        Action::Verify { file } => verify(file, json, stdout, stop),
        Action::Report { state, month, file } => {
            let trail = Mapped::open(file)?;
            let report = report(&trail, state.usps(), month, stop)?;
            stdout.print(&if json {
                json_text(&report)
            } else {
                report_text(&report)
            })?;
            Ok(Exit::Success)
        }
    }
}

fn verify(
    file: &std::path::Path,
    json: bool,
    stdout: &mut Stdout<'_>,
    stop: &Stop,
) -> Result<Exit> {
    let trail = Mapped::open(file)?;
    if trail.is_empty() {
        return Err(Error::input(
            file,
            "is empty; a trail has at least one line",
        ));
    }
    let found = check(&trail, stop)?;
    let text = if json {
        json_text(&json!({
            "schema": "icr.audit.verify/1", "lines": found.lines, "commands": found.starts, "open": found.open,
            "torn": found.torn,
            "broken": found.broken.as_ref().map(|broken| json!({"line": broken.line, "problem": broken.problem})),
        }))
    } else {
        let mut text = String::new();
        for line in &found.torn {
            let _ = writeln!(
                text,
                "line {line}: torn; a process was killed while it wrote it"
            );
        }
        match &found.broken {
            Some(broken) => {
                let _ = writeln!(text, "line {}: BROKEN: it {}", broken.line, broken.problem);
            }
            None => {
                let _ = writeln!(
                    text,
                    "the chain holds: {} lines, {} commands, {} without an end line",
                    found.lines, found.starts, found.open
                );
            }
        }
        text
    };
    stdout.print(&text)?;
    Ok(if found.broken.is_some() {
        Exit::Findings
    } else {
        Exit::Success
    })
}

fn report_text(report: &crate::audit::MonthReport) -> String {
    let mut text = format!(
        "Audit report, {} {}: {} commands\n",
        report.state,
        report.month,
        report.entries.len()
    );
    for entry in &report.entries {
        let _ = writeln!(
            text,
            "\n{} to {}  {}  by {} on {}  {}",
            entry.started, entry.ended, entry.command, entry.user, entry.host, entry.outcome
        );
        if let Some(purpose) = &entry.purpose {
            let _ = writeln!(text, "  purpose: {purpose}");
        }
        for (what, files) in [("read", &entry.inputs), ("wrote", &entry.outputs)] {
            for file in files {
                let _ = writeln!(
                    text,
                    "  {what} {} ({} bytes, sha256 {})",
                    file.name, file.bytes, file.sha256
                );
            }
        }
        for case in &entry.cases {
            let other = case.other_state.as_deref().unwrap_or("--");
            let other_case = case.other_case_id.as_deref().unwrap_or("none");
            let _ = writeln!(
                text,
                "  looked at {} case {}, {other} case {other_case}",
                case.state, case.case_id
            );
        }
    }
    text
}
