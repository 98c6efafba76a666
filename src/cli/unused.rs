//! Refuses options that a question does not use: an option that is taken and not heeded misleads.
//!
//! What clap knows of conflicts is written at each option. Here are the two questions that take
//! almost none of their command's options: a list of those that they take, so that an option that
//! the command gets later is refused beside them without being named.

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, Command};

/// A question that takes few of its command's options; names are clap's.
struct Narrow {
    command: &'static str,
    question: &'static str,
    /// Beside the options that every command takes.
    takes: &'static [&'static str],
}

const NARROW: [Narrow; 2] = [
    // Who asks what a code means is written to the trail too, if there is one.
    Narrow {
        command: "explain",
        question: "code",
        takes: &["format", "audit", "audit_key"],
    },
    Narrow {
        command: "respond",
        question: "print_policy",
        takes: &["format"],
    },
];

/// Refuses an option that was given and is not used.
///
/// # Errors
/// clap's error, naming the option and the question.
pub(super) fn refuse_unused(root: &mut Command, matches: &ArgMatches) -> Result<(), clap::Error> {
    match unused(root, matches) {
        Some(problem) => Err(root.error(ErrorKind::ArgumentConflict, problem)),
        None => Ok(()),
    }
}

fn unused(root: &Command, matches: &ArgMatches) -> Option<String> {
    let (name, given) = matches.subcommand()?;
    let is_given = |id: &str| given.value_source(id) == Some(ValueSource::CommandLine);
    let narrow = NARROW
        .iter()
        .find(|narrow| narrow.command == name && is_given(narrow.question))?;
    // What every command takes is no option of this one.
    let arguments = || {
        let command = root.find_subcommand(name).into_iter();
        let arguments = command.flat_map(Command::get_arguments);
        arguments.filter(|argument| !argument.is_global_set())
    };
    let question = arguments().find(|argument| argument.get_id() == narrow.question)?;
    let unused = arguments().find(|argument| {
        let id = argument.get_id().as_str();
        is_given(id) && id != narrow.question && !narrow.takes.contains(&id)
    })?;
    Some(format!(
        "the argument '{unused}' cannot be used with '{question}': it has no part in the answer"
    ))
}
