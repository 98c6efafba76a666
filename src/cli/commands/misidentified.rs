//! `icr misidentified`: keeps the list of misidentified SSNs.

use std::collections::{BTreeMap, BTreeSet};
use std::io::IsTerminal;
use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use crate::cli::{AuditArgs, CommonArgs};
use crate::desk::misidentified::{
    Change, Changed, FormFaults, List, Participant, change, member_id, parse_entries,
};
use crate::engine::ssn_check::MisidentifiedEntry;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::formats::input::{delivered, is_stdin};
use crate::formats::layout::Layout;
use crate::formats::record::trim_end;
use crate::formats::reference::State;
use crate::run::audit::Session;
use crate::run::output::Stdout;
use crate::stop::Stop;
use crate::text::{cell, count_of, json_text};

/// Keep the list of misidentified SSNs: the SSNs that states reported as not being their participant's
///
/// FILE is what `icr match --misidentified` reads. It stays sorted and without duplicates, and is
/// replaced whole. SSNs come from a file or from stdin, never from the command line, where every user
/// of the machine can read them.
#[derive(ClapArgs, Debug)]
#[command(after_help = "Examples:
  icr misidentified add --file misidentified.txt --entries reported.csv
  icr misidentified remove --file misidentified.txt --state TX --member-id 0000000017
  icr misidentified list --file misidentified.txt
  icr misidentified check --file misidentified.txt")]
pub struct Args {
    #[command(subcommand)]
    action: Action,
    /// What to print
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// One entry a row.
    Csv,
}

#[derive(Subcommand, Debug)]
enum Action {
    /// Add entries; FILE is made if it is not there
    #[command(after_help = "Example:
  icr misidentified add --file misidentified.txt --entries reported.csv")]
    Add {
        #[command(flatten)]
        list: ListArgs,
        #[command(flatten)]
        entries: EntriesArgs,
    },
    /// Remove entries, or all entries of a participant
    #[command(after_help = "Examples:
  icr misidentified remove --file misidentified.txt --entries corrected.csv
  icr misidentified remove --file misidentified.txt --state TX --member-id 0000000017")]
    Remove {
        #[command(flatten)]
        list: ListArgs,
        #[command(flatten)]
        entries: EntriesArgs,
        /// The state of the participant whose entries go
        #[arg(long, value_name = "USPS", value_parser = state, requires = "member_id", conflicts_with = "entries")]
        state: Option<State>,
        /// The Member ID of the participant in that state
        #[arg(long, value_name = "ID", requires = "state")]
        member_id: Option<String>,
    },
    /// List the participants, and how many SSNs each has; with --show-pii which
    #[command(after_help = "Examples:
  icr misidentified list --file misidentified.txt
  icr misidentified list --show-pii --purpose \"ticket 17\" --audit audit.jsonl --file misidentified.txt")]
    List {
        #[command(flatten)]
        list: ListArgs,
        /// Show the SSNs; needs --purpose and --audit
        #[arg(long)]
        show_pii: bool,
        /// Why the SSNs are looked at, for the audit trail
        #[arg(long, value_name = "TEXT")]
        purpose: Option<String>,
    },
    /// Check that FILE can be read, is sorted and has no duplicates: else the exit status is 1
    #[command(after_help = "Example:
  icr misidentified check --file misidentified.txt")]
    Check {
        #[command(flatten)]
        list: ListArgs,
    },
}

#[derive(ClapArgs, Debug)]
struct ListArgs {
    /// The list
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    audit: AuditArgs,
}

#[derive(ClapArgs, Debug)]
struct EntriesArgs {
    /// The entries: lines as the list has them, or CSV with the head `state,member_id,ssn`; - is stdin
    #[arg(long, value_name = "PATH", default_value = "-")]
    entries: PathBuf,
}

fn state(text: &str) -> std::result::Result<State, String> {
    State::from_usps(text).ok_or_else(|| "expected a USPS code such as CA".to_owned())
}

impl EntriesArgs {
    fn read(&self, layout: &Layout, stop: &Stop) -> Result<BTreeSet<MisidentifiedEntry>> {
        let path = self.entries.as_path();
        if is_stdin(path) && std::io::stdin().is_terminal() {
            return Err(Error::Usage(
                "give the entries in a file (--entries PATH) or through a pipe: what is typed stays on the screen"
                    .to_owned(),
            ));
        }
        let bytes = delivered(path, stop)?;
        let entries = parse_entries(path, &bytes, layout)?;
        bytes.check_intact()?;
        Ok(entries)
    }
}

/// Runs the command.
///
/// # Errors
/// [`Error::Usage`] where SSNs are to be shown without a purpose or a trail; as reading and writing
/// the list.
pub fn run(args: &Args, common: &CommonArgs, stdout: &mut Stdout<'_>, stop: &Stop) -> Result<Exit> {
    let layouts = common.layouts()?;
    let layout = layouts.require("misidentified")?;
    let run_change =
        |list: &ListArgs, what: &dyn Fn() -> Result<Change>, stdout: &mut Stdout<'_>| {
            list.audit.run("misidentified", None, stop, |session| {
                let what = what()?;
                let used: Vec<_> = common.layouts.as_deref().into_iter().collect();
                let used = [used, list.audit.paths().collect()].concat();
                let written = change(&list.file, &what, layout, &used, stop)?;
                session.read(written.before.as_slice());
                session.totals(json!(written.changed));
                let text = changed_text(args.format, written.changed);
                let printed = if common.quiet && args.format == Format::Text {
                    ""
                } else {
                    &text
                };
                session.publish(written.file, (printed, stdout), Exit::Success, stop)?;
                Ok(Exit::Success)
            })
        };
    match &args.action {
        Action::Add { list, entries } => run_change(
            list,
            &|| Ok(Change::Add(entries.read(layout, stop)?)),
            stdout,
        ),
        Action::Remove {
            list,
            entries,
            state,
            member_id,
        } => {
            let what = || match participant(*state, member_id.as_deref())? {
                Some(participant) => Ok(Change::RemoveParticipant(participant)),
                None => Ok(Change::Remove(entries.read(layout, stop)?)),
            };
            run_change(list, &what, stdout)
        }
        Action::List {
            list,
            show_pii,
            purpose,
        } => {
            check_purpose(*show_pii, purpose.as_deref(), &list.audit)?;
            list.audit
                .run("misidentified", purpose.as_deref(), stop, |session| {
                    let found = load(list, layout, session, stop)?;
                    session.end(Exit::Success)?;
                    stdout.print(&list_text(args.format, &found, *show_pii))?;
                    Ok(Exit::Success)
                })
        }
        Action::Check { list } => list.audit.run("misidentified", None, stop, |session| {
            let found = load(list, layout, session, stop)?;
            let faults = found.faults();
            let good = faults == crate::desk::misidentified::FormFaults::default();
            let exit = if good { Exit::Success } else { Exit::Findings };
            session.end(exit)?;
            let entries = found.entries().len() as u64;
            stdout.print(&match args.format {
                Format::Json => json_text(&CheckDocument {
                    entries,
                    faults,
                    schema: "icr.misidentified.check/1",
                }),
                Format::Text | Format::Csv => format!(
                    "{}; {} out of order, {} repeated, {} of no state\n",
                    count_of(entries, "misidentified SSN"),
                    faults.unsorted,
                    faults.repeated,
                    faults.of_no_state
                ),
            })?;
            Ok(exit)
        }),
    }
}

fn load(list: &ListArgs, layout: &Layout, session: &Session, stop: &Stop) -> Result<List> {
    let found = List::load(&list.file, layout, stop)?;
    session.read(found.entry.as_slice());
    Ok(found)
}

fn participant(state: Option<State>, member: Option<&str>) -> Result<Option<Participant>> {
    let (Some(state), Some(member)) = (state, member) else {
        return Ok(None);
    };
    let latin: Option<Vec<u8>> = member
        .chars()
        .map(|c| u8::try_from(u32::from(c)).ok())
        .collect();
    let member = member_id(&latin.unwrap_or_default())
        .map_err(|_| Error::Usage("--member-id is not 1 to 15 characters".to_owned()))?;
    Ok(Some((state, member)))
}

/// SSNs are shown only to whom the trail names, and for a purpose.
fn check_purpose(show_pii: bool, purpose: Option<&str>, audit: &AuditArgs) -> Result<()> {
    if show_pii && purpose.is_none_or(|purpose| purpose.trim().is_empty()) {
        return Err(Error::Usage(
            "--show-pii needs --purpose TEXT: why the SSNs are looked at".to_owned(),
        ));
    }
    if (show_pii || purpose.is_some()) && audit.audit.is_none() {
        let needs = if show_pii { "--show-pii" } else { "--purpose" };
        return Err(Error::Usage(format!(
            "{needs} needs --audit FILE: who looks, when and why is kept there"
        )));
    }
    Ok(())
}

fn changed_text(format: Format, changed: Changed) -> String {
    match format {
        Format::Json => json_text(&ChangeDocument {
            changed,
            schema: "icr.misidentified.change/1",
        }),
        Format::Text | Format::Csv => format!(
            "{} added, {} removed, {} without effect; the list has {}\n",
            changed.added,
            changed.removed,
            changed.without_effect,
            count_of(changed.entries, "misidentified SSN")
        ),
    }
}

/// What is wrong with the form of a list, as JSON.
#[derive(Serialize, JsonSchema)]
pub struct CheckDocument {
    /// How many entries it has.
    entries: u64,
    /// What is wrong.
    faults: FormFaults,
    /// The form of this value.
    #[schemars(extend("const" = "icr.misidentified.check/1"))]
    schema: &'static str,
}

/// What a change of a list did, as JSON.
#[derive(Serialize, JsonSchema)]
pub struct ChangeDocument {
    /// What it did.
    changed: Changed,
    /// The form of this value.
    #[schemars(extend("const" = "icr.misidentified.change/1"))]
    schema: &'static str,
}

/// A list, as JSON.
#[derive(Serialize, JsonSchema)]
pub struct ListDocument<'a> {
    /// The participants, by state and Member ID.
    participants: Vec<ParticipantDocument<'a>>,
    /// The form of this value.
    #[schemars(extend("const" = "icr.misidentified.list/1"))]
    schema: &'static str,
}

/// A participant of a list.
#[derive(Serialize, JsonSchema)]
struct ParticipantDocument<'a> {
    /// How many SSNs were reported.
    count: usize,
    /// The Member ID.
    member_id: &'a str,
    /// The SSNs, with `--show-pii`.
    #[serde(skip_serializing_if = "Option::is_none")]
    ssns: Option<&'a [String]>,
    /// The USPS code; blank where there is no such state.
    state: &'a str,
}

fn list_text(format: Format, list: &List, show_pii: bool) -> String {
    let mut participants: BTreeMap<(&str, String), Vec<String>> = BTreeMap::new();
    for entry in list.entries() {
        let usps = State::from_fips(&entry.state_fips).map_or("", State::usps);
        let member = trim_end(&entry.member_id).iter().copied().map(char::from);
        let ssns = participants.entry((usps, member.collect())).or_default();
        ssns.push(format!("{:09}", entry.ssn));
    }
    let shown = |ssns: &[String]| {
        if show_pii {
            ssns.join(" ")
        } else {
            String::new()
        }
    };
    match format {
        Format::Json => {
            let participants =
                participants
                    .iter()
                    .map(|((state, member), ssns)| ParticipantDocument {
                        count: ssns.len(),
                        member_id: member,
                        ssns: show_pii.then_some(ssns.as_slice()),
                        state,
                    });
            json_text(&ListDocument {
                participants: participants.collect(),
                schema: "icr.misidentified.list/1",
            })
        }
        Format::Csv => {
            let mut text = String::from("state,member_id,count,ssns\n");
            for ((state, member), ssns) in &participants {
                let member = cell(member);
                let member = if member.contains([',', '"']) {
                    format!("\"{}\"", member.replace('"', "\"\""))
                } else {
                    member.into_owned()
                };
                text += &format!("{state},{member},{},{}\n", ssns.len(), shown(ssns));
            }
            text
        }
        Format::Text => {
            let mut text = String::new();
            for ((state, member), ssns) in &participants {
                let line = format!("{state:<6}{member:<17}{:>4}  {}", ssns.len(), shown(ssns));
                text += line.trim_end();
                text.push('\n');
            }
            text
        }
    }
}
