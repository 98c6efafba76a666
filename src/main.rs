//! The `icr` program: parses, dispatches, reports, exits.

use std::io::Write;
use std::process::ExitCode;

use icr::cli::Cli;
use icr::run::output::Stdout;
use icr::stop::Stop;
use icr::{Error, Exit, Result, guard};

fn main() -> ExitCode {
    let exit = match Cli::read(std::env::args_os()) {
        Ok(cli) => run(&cli).unwrap_or_else(|error| {
            report(&error);
            error.exit()
        }),
        Err(error) => {
            // A closed pipe is no failure, and where else would the message go?
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

/// Prints an error and what caused it, one a line.
fn report(error: &Error) {
    let mut stderr = std::io::stderr().lock();
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    let mut head = "icr: error: ";
    while let Some(error) = cause {
        // Where stderr is closed there is nobody to tell.
        drop(writeln!(stderr, "{head}{error}"));
        head = "  caused by: ";
        cause = error.source();
    }
}
