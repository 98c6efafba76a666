//! The program's commands.

use clap::{Parser, Subcommand};

use super::CommonArgs;
use crate::commands::{audit, layout, r#match, report, status, verify};

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

/// One command of the program.
#[derive(Subcommand, Debug)]
#[expect(missing_docs, reason = "the commands' own comments are their help")]
pub enum Command {
    Match(r#match::Args),
    Layout(layout::Args),
    Verify(verify::Args),
    Report(report::Args),
    Status(status::Args),
    Audit(audit::Args),
}

impl Command {
    /// Whether the command reads people's data.
    pub fn reads_people(&self) -> bool {
        match self {
            Command::Match(_) | Command::Report(_) | Command::Verify(_) => true,
            Command::Layout(_) | Command::Status(_) | Command::Audit(_) => false,
        }
    }
}
