//! The `icr` program: parses, dispatches, reports, exits.

use std::ffi::OsStr;
use std::path::Path;
use std::process::ExitCode;

use icr::cli::Cli;
use icr::run::output::Stdout;
use icr::stop::Stop;
use icr::text::shown_path;
use icr::{Error, Exit, Result, guard};

fn main() -> ExitCode {
    let exit = match Cli::read(std::env::args_os()) {
        Ok(cli) => run(&cli).unwrap_or_else(|error| {
            icr::stderr::report(&error);
            error.exit()
        }),
        Err(error) => {
            // A closed pipe is not an error, and there is no other place for a message.
            let error = harmless(error);
            drop(error.print());
            if error.use_stderr() {
                Exit::Usage
            } else {
                Exit::Success
            }
        }
    };
    ExitCode::from(exit.status())
}

fn run(cli: &Cli) -> Result<Exit> {
    guard::turn_off_core_dumps();
    guard::outlive_file_size_limit().map_err(Error::Signals)?;
    if cli.command.reads_people() {
        guard::warn_of_root(cli.common.quiet);
    }
    let stop = Stop::on_signals().map_err(Error::Signals)?;
    let mut out = std::io::stdout().lock();
    let mut stdout = Stdout::new(&mut out);
    let exit = icr::cli::commands::run(cli, &mut stdout, &stop)?;
    stdout.flush()?;
    Ok(exit)
}

/// The error with its arguments made safe to show: it quotes them, and a file name from a shell
/// pattern can contain anything.
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
            "an argument that holds control characters, or is no text, cannot be used\n",
        )
    })
}
