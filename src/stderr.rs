//! stderr: talk for people, never data.

use std::io::Write;

/// Prints a warning about the run.
pub fn warn(message: &str) {
    // Where stderr is closed there is nobody to tell.
    drop(writeln!(
        std::io::stderr().lock(),
        "icr: warning: {message}"
    ));
}
