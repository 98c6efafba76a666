//! The program's commands.

use std::ffi::OsString;

use clap::error::{ContextKind, ErrorKind};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use super::CommonArgs;
use super::unused::refuse_unused;
use crate::cli::commands::{
    audit, completions, convert, derive, diff, explain, history, layout, man, r#match,
    misidentified, prune, report, respond, schema, status, topic, validate, verify,
};
#[cfg(feature = "synth")]
use crate::cli::commands::{score, synth};

/// Interstate Case Reconciliation: matches states' child support cases and writes their response files.
///
/// Data goes to stdout, messages to stderr. Exit status: 0 finished, 1 found what it looks for, 2 wrong
/// usage, 3 an input or output cannot be used (nothing was published), 129, 130 or 143 interrupted.
#[derive(Parser, Debug)]
#[command(
    name = "icr",
    version,
    disable_help_flag = true,
    max_term_width = 100,
    arg_required_else_help = true
)]
#[command(after_help = "Example:
  icr match --fcr fcr --out run extracts

Topics, each with `icr help TOPIC`: layouts, codes, forms, exit")]
pub struct Cli {
    #[command(flatten)]
    #[expect(missing_docs, reason = "clap would take the comment for help")]
    pub common: CommonArgs,
    #[command(subcommand)]
    #[expect(missing_docs, reason = "clap would take the comment for help")]
    pub command: Command,
}

impl Cli {
    /// Parses a command line, which begins with the program's name.
    ///
    /// # Errors
    /// clap's error if it is wrong, or asks for help or the version.
    pub fn read<I, T>(line: I) -> Result<Self, clap::Error>
    where
        I: IntoIterator<Item = T>,
        T: Into<OsString> + Clone,
    {
        let mut root = Cli::command();
        let line: Vec<OsString> = line.into_iter().map(Into::into).collect();
        let matches = root
            .try_get_matches_from_mut(with_topics(line))
            .map_err(without_escape)?;
        refuse_unused(&mut root, &matches)?;
        Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut root))
    }
}

/// `icr help TOPIC` as the command that prints it: clap's own `help` knows commands alone.
fn with_topics(mut line: Vec<OsString>) -> Vec<OsString> {
    let is_topic = line.get(1).is_some_and(|word| word == "help")
        && line
            .get(2)
            .and_then(|word| word.to_str())
            .is_some_and(topic::Topic::is_one);
    if is_topic {
        line[1] = "topic".into();
    }
    line
}

/// Without clap's tip to pass an unknown option as a value: nobody means a file of that name.
fn without_escape(mut error: clap::Error) -> clap::Error {
    if error.kind() == ErrorKind::UnknownArgument {
        error.remove(ContextKind::Suggested);
    }
    error
}

/// One command of the program.
#[derive(Subcommand, Debug)]
#[expect(missing_docs, reason = "the commands' own comments are their help")]
pub enum Command {
    Match(r#match::Args),
    Validate(validate::Args),
    Derive(derive::Args),
    Convert(convert::Args),
    Report(report::Args),
    Explain(explain::Args),
    Diff(diff::Args),
    Verify(verify::Args),
    Respond(respond::Args),
    #[cfg(feature = "synth")]
    Synth(synth::Args),
    #[cfg(feature = "synth")]
    Score(score::Args),
    Status(status::Args),
    History(history::Args),
    Misidentified(misidentified::Args),
    Prune(prune::Args),
    Layout(layout::Args),
    Schema(schema::Args),
    Audit(audit::Args),
    Completions(completions::Args),
    Man(man::Args),
    Topic(topic::Args),
}

impl Command {
    /// The command's name.
    pub fn name(&self) -> &'static str {
        match self {
            Command::Match(_) => "match",
            Command::Validate(_) => "validate",
            Command::Derive(_) => "derive",
            Command::Convert(_) => "convert",
            Command::Report(_) => "report",
            Command::Explain(_) => "explain",
            Command::Diff(_) => "diff",
            Command::Verify(_) => "verify",
            Command::Respond(_) => "respond",
            #[cfg(feature = "synth")]
            Command::Synth(_) => "synth",
            #[cfg(feature = "synth")]
            Command::Score(_) => "score",
            Command::Status(_) => "status",
            Command::History(_) => "history",
            Command::Misidentified(_) => "misidentified",
            Command::Prune(_) => "prune",
            Command::Layout(_) => "layout",
            Command::Schema(_) => "schema",
            Command::Audit(_) => "audit",
            Command::Completions(_) => "completions",
            Command::Man(_) => "man",
            Command::Topic(_) => "help",
        }
    }

    /// Whether the command reads people's data.
    pub fn reads_people(&self) -> bool {
        match self {
            Command::Explain(args) => args.reads_people(),
            Command::Match(_)
            | Command::Validate(_)
            | Command::Derive(_)
            | Command::Convert(_)
            | Command::Report(_)
            | Command::Diff(_)
            | Command::Verify(_)
            | Command::Respond(_)
            | Command::History(_)
            | Command::Misidentified(_) => true,
            #[cfg(feature = "synth")]
            Command::Score(_) => true,
            #[cfg(feature = "synth")]
            Command::Synth(_) => false,
            Command::Status(_)
            | Command::Prune(_)
            | Command::Layout(_)
            | Command::Schema(_)
            | Command::Audit(_)
            | Command::Completions(_)
            | Command::Man(_)
            | Command::Topic(_) => false,
        }
    }
}
