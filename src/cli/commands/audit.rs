//! `icr audit`: checks an audit trail, and reports a state's month from it.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, Subcommand};
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::OutputFormatArg;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::formats::input::{Mapped, delivered};
use crate::formats::reference::State;
use crate::run::audit::{AuditKey, Broken, Check, MonthReport, check, is_trail, report};
use crate::run::output::Stdout;
use crate::stop::Stop;
use crate::text::{count_of, json_text, shown};

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
    ///
    /// Every line is compared with the digest of itself and of the line before. That lines were removed
    /// from the end shows only to who noted the digest of the last line elsewhere: --expect looks for
    /// it. With --audit-key every line must be signed with the key, from the first that is signed.
    #[command(after_help = "Examples:
  icr audit verify audit.jsonl
  icr audit verify --audit-key /secure/audit.key audit.jsonl
  icr audit verify --expect \"$(cat /secure/last-line)\" audit.jsonl")]
    Verify {
        /// A digest that was noted as that of the last line: some line must have it
        #[arg(long, value_name = "SHA256", value_parser = sha256)]
        expect: Option<String>,
        /// The key with which the lines were signed: every line from the first that is signed must be
        #[arg(long, value_name = "FILE", env = "ICR_AUDIT_KEY")]
        audit_key: Option<PathBuf>,
        /// The trail
        file: PathBuf,
    },
    /// List the requests and responses of a month that concern a state
    ///
    /// The trail is checked as `icr audit verify` does; where it is broken, the report says so and the
    /// exit status is 1.
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

fn sha256(text: &str) -> std::result::Result<String, String> {
    if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(text.to_ascii_lowercase())
    } else {
        Err("expected a SHA-256 of 64 hexadecimal digits, as `icr audit verify` prints".to_owned())
    }
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
/// [`Error::Io`] if the trail cannot be read, and an interruption.
pub fn run(args: &Args, stdout: &mut Stdout<'_>, stop: &Stop) -> Result<Exit> {
    let json = args.format == OutputFormatArg::Json;
    match &args.action {
        Action::Verify {
            expect,
            audit_key,
            file,
        } => {
            let key = audit_key.as_deref();
            let key = key.map(|path| AuditKey::load(path, stop)).transpose()?;
            let trail = open(file, stop)?;
            let found = check(&trail, expect.as_deref(), key.as_ref(), stop)?;
            trail.check_intact()?;
            let lost = expect.is_some() && found.expected.is_none();
            stdout.print(&if json {
                found_json(&found)
            } else {
                found_text(&found, lost, key.is_some())
            })?;
            Ok(if found.broken.is_some() || lost {
                Exit::Findings
            } else {
                Exit::Success
            })
        }
        Action::Report { state, month, file } => {
            let trail = open(file, stop)?;
            let report = report(&trail, state.usps(), month, stop)?;
            trail.check_intact()?;
            stdout.print(&if json {
                json_text(&report)
            } else {
                report_text(&report)
            })?;
            Ok(if report.broken.is_some() {
                Exit::Findings
            } else {
                Exit::Success
            })
        }
    }
}

/// Opens a trail. Refuses a file that is not one.
fn open(file: &Path, stop: &Stop) -> Result<Mapped> {
    let trail = delivered(file, stop)?;
    if trail.is_empty() {
        return Err(Error::input(
            file,
            "is empty; a trail has at least one line",
        ));
    }
    if !is_trail(&trail) {
        let problem =
            "is not an audit trail: it has no line that icr wrote; give the FILE of --audit";
        return Err(Error::input(file, problem));
    }
    Ok(trail)
}

/// What a check of a trail found, as JSON.
#[derive(Serialize, JsonSchema)]
pub struct TrailDocument<'a> {
    /// The first broken link, if there is one.
    broken: Option<&'a Broken>,
    /// How many commands began.
    commands: u64,
    /// The line, from 1, that has the digest that was looked for.
    expected: Option<u64>,
    /// The SHA-256 of the last line, in hexadecimal.
    last: &'a str,
    /// How many lines there are.
    lines: u64,
    /// How many commands have no end line.
    open: u64,
    /// The lines, from 1, of those among them that were about to publish.
    prepared: &'a [u64],
    /// The form of this value.
    #[schemars(extend("const" = "icr.audit.verify/1"))]
    schema: &'static str,
    /// How many lines have a seal made with the key that was given.
    signed: u64,
    /// Lines, from 1, that a killed process left half written.
    torn: &'a [u64],
    /// How many lines have no seal: an earlier version of the program wrote them.
    unsealed: u64,
}

fn found_json(found: &Check) -> String {
    json_text(&TrailDocument {
        broken: found.broken.as_ref(),
        commands: found.starts,
        expected: found.expected,
        last: &found.last,
        lines: found.lines,
        open: found.open,
        prepared: &found.prepared,
        schema: "icr.audit.verify/1",
        signed: found.signed,
        torn: &found.torn,
        unsealed: found.unsealed,
    })
}

fn found_text(found: &Check, lost: bool, has_key: bool) -> String {
    let mut text = String::new();
    for line in &found.torn {
        let _ = writeln!(
            text,
            "line {line}: torn; a process was killed while it wrote it"
        );
    }
    if let Some(broken) = &found.broken {
        let _ = writeln!(text, "line {}: BROKEN: it {}", broken.line, broken.problem);
    } else {
        let _ = writeln!(
            text,
            "the chain holds: {} lines, {} commands, {} without an end line",
            found.lines, found.starts, found.open
        );
        for line in &found.prepared {
            let _ = writeln!(
                text,
                "line {line}: prepared, and no end line: the command was killed while it published; see whether its output is there"
            );
        }
        if has_key {
            let _ = writeln!(
                text,
                "{} signed with this key, {} before the first of them",
                count_of(found.signed, "line"),
                found.lines - found.torn.len() as u64 - found.signed
            );
        } else if found.signed > 0 {
            let _ = writeln!(
                text,
                "{} signed; only --audit-key shows with which key",
                count_of(found.signed, "line")
            );
        }
        if found.unsealed > 0 {
            let _ = writeln!(
                text,
                "{} of an earlier version of icr: a change of the last of them does not show",
                count_of(found.unsealed, "line")
            );
        }
        let _ = writeln!(text, "last line {}: {}", found.lines, found.last);
    }
    if let Some(line) = found.expected {
        let _ = writeln!(text, "line {line} has the expected digest");
    } else if lost {
        text += "NO LINE has the expected digest: lines were changed, or removed from the end\n";
    }
    text
}

fn report_text(report: &MonthReport) -> String {
    let mut text = format!(
        "Audit report, {} {}: {} commands\n",
        report.state,
        report.month,
        report.entries.len()
    );
    if let Some(broken) = &report.broken {
        let _ = writeln!(
            text,
            "\nTHE TRAIL IS BROKEN at line {}: it {}; what is listed may not be what was",
            broken.line, broken.problem
        );
    }
    for entry in &report.entries {
        let _ = writeln!(
            text,
            "\n{} to {}  {}  by {} on {}  {}",
            shown(&entry.started),
            shown(&entry.ended),
            shown(&entry.command),
            shown(&entry.user),
            shown(&entry.host),
            shown(&entry.outcome)
        );
        for line in entry.reason.iter().flat_map(|reason| reason.lines()) {
            let _ = writeln!(text, "  because: {}", shown(line.trim()));
        }
        if let Some(purpose) = &entry.purpose {
            let _ = writeln!(text, "  purpose: {}", shown(purpose));
        }
        for (what, files) in [("read", &entry.inputs), ("wrote", &entry.outputs)] {
            for file in files {
                let _ = writeln!(
                    text,
                    "  {what} {} ({} bytes, sha256 {})",
                    shown(&file.name),
                    file.bytes,
                    shown(&file.sha256)
                );
            }
        }
        for case in &entry.cases {
            let other = case.other_state.as_deref().unwrap_or("--");
            let other_case = case.other_case_id.as_deref().unwrap_or("none");
            let _ = writeln!(
                text,
                "  looked at {} case {}, {} case {}",
                shown(&case.state),
                shown(&case.case_id),
                shown(other),
                shown(other_case)
            );
        }
    }
    text
}
