//! The program's commands.

use std::ffi::OsString;

use clap::error::{ContextKind, ErrorKind};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use super::CommonArgs;
use super::unused::refuse_unused;
use crate::cli::commands::{
    audit, completions, convert, derive, diff, explain, layout, man, r#match, report, respond,
    score, status, synth, validate, verify,
};

/// Interstate Case Reconciliation: matches states' child support cases and writes their response files.
///
/// Data go to stdout, talk to stderr. Exit status: 0 finished, 1 found what it looks for, 2 wrong
/// usage, 3 an input or output cannot be used (nothing was published), 130 or 143 interrupted.
#[derive(Parser, Debug)]
#[command(
    name = "icr",
    version,
    max_term_width = 100,
    arg_required_else_help = true
)]
#[command(after_help = "Example:\n  icr match --fcr fcr --out run extracts")]
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
        let matches = root
            .try_get_matches_from_mut(line)
            .map_err(without_escape)?;
        refuse_unused(&mut root, &matches)?;
        Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut root))
    }
}

/// Removes clap's tip to pass an unknown option as a value, because nobody means a file with that name.
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
    Synth(synth::Args),
    Score(score::Args),
    Status(status::Args),
    Layout(layout::Args),
    Audit(audit::Args),
    Completions(completions::Args),
    Man(man::Args),
}

impl Command {
    /// Whether the command reads personal data.
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
            | Command::Score(_) => true,
            Command::Synth(_)
            | Command::Status(_)
            | Command::Layout(_)
            | Command::Audit(_)
            | Command::Completions(_)
            | Command::Man(_) => false,
        }
    }
}
