//! Refuses options that a command would ignore, because an ignored option misleads.
//!
//! Most conflicts are declared at the options. Here are the two questions that allow almost none of
//! their command's options: each lists the options that it allows, so that an option added to the
//! command later is refused without being named here.

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, Command};

/// A question that allows few of its command's options; names are clap's.
struct Narrow {
    command: &'static str,
    question: &'static str,
    /// Besides the options that every command has.
    takes: &'static [&'static str],
}

const NARROW: [Narrow; 2] = [
    // Asking for the meaning of a code is also recorded in the trail.
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

/// Refuses an option that was given but is not used.
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
    // Options of every command are always allowed.
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
