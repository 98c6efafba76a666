//! `icr help TOPIC`: a page on what several commands share.

use std::fmt::Write;

use clap::builder::PossibleValue;
use clap::{Args as ClapArgs, ValueEnum};
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::{CommonArgs, OutputFormatArg};
use crate::error::Result;
use crate::exit::Exit;
use crate::formats::layout::LayoutSet;
use crate::run::output::Stdout;
use crate::text::json_text;

/// Print a page on what several commands share: layouts, codes, forms, exit
#[derive(ClapArgs, Debug)]
#[command(
    hide = true,
    after_help = "Examples:
  icr help codes
  icr topic codes --format json"
)]
pub struct Args {
    /// What it is about
    topic: Topic,
    /// What to print; json holds the page as one text
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: OutputFormatArg,
}

/// A page of help as JSON.
#[derive(Serialize, JsonSchema)]
pub struct HelpDocument {
    /// The form of this value.
    #[schemars(extend("const" = "icr.help/1"))]
    schema: &'static str,
    /// The page.
    text: String,
    /// `layouts`, `codes`, `forms` or `exit`.
    topic: &'static str,
}

/// What several commands share.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// Record layouts, and how to replace them.
    Layouts,
    /// Reason codes and edits.
    Codes,
    /// The forms of files that are read and written.
    Forms,
    /// Exit statuses.
    Exit,
}

/// The exit statuses, as the specification's cli.md has them.
const EXIT: &str = "\
Exit statuses

    0  finished; for match, derive, synth, score, report, explain, respond and convert also with
       findings, unless --fail-on errors|warnings is given: then all is published, and the status is 1
    1  validate found errors (with --strict warnings; with --baseline new ones), diff found
       differences, verify or audit verify found damage, explain found no such case; with --fail-on:
       findings
    2  wrong usage, layout, policy or profile file
    3  an input cannot be used or an output cannot be written; nothing was published
  129  interrupted by SIGHUP; nothing was published
  130  interrupted by SIGINT; nothing was published
  143  interrupted by SIGTERM; nothing was published

A reader that closes the pipe ends the program quietly, with the status that it would have had.
";

impl Topic {
    /// The word of the command line.
    fn word(self) -> &'static str {
        match self {
            Topic::Layouts => "layouts",
            Topic::Codes => "codes",
            Topic::Forms => "forms",
            Topic::Exit => "exit",
        }
    }

    /// Whether a word is one.
    pub fn is_one(word: &str) -> bool {
        Topic::value_variants()
            .iter()
            .any(|topic| topic.word() == word)
    }
}

/// Runs the command; `root` is the whole command line.
///
/// # Errors
/// [`Error::Layout`](crate::Error::Layout) where the layouts cannot be used, and
/// [`Error::Stdout`](crate::Error::Stdout).
pub fn run(
    args: &Args,
    common: &CommonArgs,
    root: clap::Command,
    stdout: &mut Stdout<'_>,
) -> Result<Exit> {
    let text = match args.topic {
        Topic::Layouts => layouts_help(&common.layouts()?),
        Topic::Codes => codes_help(&common.layouts()?),
        Topic::Forms => forms_help(root),
        Topic::Exit => EXIT.to_owned(),
    };
    match args.format {
        OutputFormatArg::Text => stdout.print(&text)?,
        OutputFormatArg::Json => stdout.print(&json_text(&HelpDocument {
            schema: "icr.help/1",
            text,
            topic: args.topic.word(),
        }))?,
    }
    Ok(Exit::Success)
}

fn layouts_help(layouts: &LayoutSet) -> String {
    let mut text = String::from("Record layouts\n\n");
    for layout in &layouts.layouts {
        let (name, length, title) = (&layout.name, layout.length, &layout.title);
        let _ = writeln!(text, "  {name:<18} {length:>4} bytes  {title}");
    }
    text + "
`icr layout show NAME` prints the fields of one with columns, values and the source of each position.
A folder of .csv files of the same names replaces them: --layouts DIR, on every command. Read a run
with the layouts that it was made with.
"
}

fn codes_help(layouts: &LayoutSet) -> String {
    let mut text = String::new();
    for table in &layouts.tables {
        let _ = writeln!(text, "{}", table.title);
        for code in &table.codes {
            let _ = writeln!(
                text,
                "  {:<4} {:<8} {}",
                code.code, code.severity, code.title
            );
        }
        text.push('\n');
    }
    text + "`icr explain --code CODE` says what one means, what to do, and where the rule comes from.\n"
}

/// The values of the options that name forms, from the options themselves.
fn forms_help(mut root: clap::Command) -> String {
    root.build();
    let mut text = String::from("Forms of files\n");
    let options = [
        (
            "match",
            "input-format",
            "How the records of an input are separated",
        ),
        ("match", "input-encoding", "The code page of an input"),
        ("match", "output-format", "The form of response files"),
        (
            "match",
            "output-encoding",
            "The code page of response files",
        ),
        ("convert", "to", "What `icr convert` writes"),
    ];
    for (command, option, what) in options {
        let argument = root
            .find_subcommand(command)
            .into_iter()
            .flat_map(clap::Command::get_arguments)
            .find(|argument| argument.get_long() == Some(option));
        let values = argument.map(clap::Arg::get_possible_values);
        let _ = writeln!(text, "\n--{option}: {what}");
        for value in values.unwrap_or_default() {
            let meaning = value.get_help().map(ToString::to_string);
            let _ = write!(text, "  {:<12}", PossibleValue::get_name(&value));
            text += meaning.unwrap_or_default().trim_end_matches('.');
            text.truncate(text.trim_end().len());
            text.push('\n');
        }
    }
    text + "
Inputs may be packed with gzip or zstd. In text, record N is line N; lines may lack trailing blanks.
"
}
