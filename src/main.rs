//! The `icr` program: parses, dispatches, reports, exits.

use std::ffi::OsStr;
use std::path::Path;
use std::process::ExitCode;

use icr::cli::Cli;
use icr::run::output::{ProcessOutput, Stdout};
use icr::stderr::{Event, Level, LogFormat, set_format};
use icr::stop::Stop;
use icr::text::shown_path;
use icr::{Error, Exit, Result, guard};

fn main() -> ExitCode {
    let exit = match Cli::read(std::env::args_os()) {
        Ok(cli) => {
            set_format(cli.common.log_format.format());
            run(&cli).unwrap_or_else(|error| {
                icr::stderr::report(cli.command.name(), &error);
                error.exit()
            })
        }
        Err(error) if error.use_stderr() => {
            refuse(&harmless(error));
            Exit::Usage
        }
        Err(help) => {
            // A closed pipe is no failure, and where else would the help go?
            drop(help.print());
            Exit::Success
        }
    };
    ExitCode::from(exit.status())
}

fn run(cli: &Cli) -> Result<Exit> {
    guard::turn_off_core_dumps();
    let log = |event: Event<'_>| {
        if !cli.common.quiet {
            event.command(cli.command.name()).log();
        }
    };
    log(Event::new(Level::Info, "start"));
    guard::outlive_file_size_limit().map_err(Error::Signals)?;
    if cli.command.reads_people() {
        guard::warn_of_root(cli.common.quiet);
    }
    let stop = Stop::on_signals(guard::ignores_hang_up()).map_err(Error::Signals)?;
    let mut out = std::io::BufWriter::new(ProcessOutput::new(&stop));
    let mut stdout = Stdout::new(&mut out);
    let exit = icr::cli::commands::run(cli, &mut stdout, &stop)?;
    stdout.flush()?;
    log(Event::new(Level::Info, "end").figure("exit", exit.status()));
    Ok(exit)
}

/// Prints why a command line is refused, in the form that it asks for as far as it can be read.
fn refuse(error: &clap::Error) {
    let line: Vec<_> = std::env::args_os().collect();
    let asks = |pair: &[std::ffi::OsString]| pair[0] == "--log-format" && pair[1] == "json";
    if !line.windows(2).any(asks)
        && !line
            .iter()
            .any(|word| word == OsStr::new("--log-format=json"))
    {
        drop(error.print());
        return;
    }
    set_format(LogFormat::Json);
    let text = error.to_string();
    let message = text.lines().take_while(|line| !line.is_empty());
    let message = message.collect::<Vec<_>>().join(" ");
    Event::new(Level::Error, "failed")
        .message(message.trim_start_matches("error: "))
        .figure("exit", Exit::Usage.status())
        .log();
}

/// The same error with the arguments as a person may see them: it quotes them, and a name that a shell
/// found may hold anything.
fn harmless(error: clap::Error) -> clap::Error {
    let arguments: Vec<_> = std::env::args_os().collect();
    let shown: Vec<_> = arguments
        .iter()
        .map(|argument| shown_path(Path::new(argument)))
        .collect();
    if arguments
        .iter()
        .zip(&shown)
        .all(|(raw, shown)| raw == OsStr::new(shown))
    {
        return error;
    }
    Cli::read(shown).err().unwrap_or_else(|| {
        clap::Error::raw(
            error.kind(),
            "an argument that holds control characters, or is not text, cannot be used\n",
        )
    })
}
