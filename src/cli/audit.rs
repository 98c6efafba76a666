//! `--audit`, an option of every command that reads personal data.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::error::Result;
use crate::exit::Exit;
use crate::run::audit::{Audit, Session};
use crate::stop::Stop;

/// `--audit`.
#[derive(Args, Clone, Debug, Default)]
pub struct AuditArgs {
    /// Append who ran what, when, and what came of it to the audit trail FILE
    #[arg(long, value_name = "FILE", env = "ICR_AUDIT")]
    pub audit: Option<PathBuf>,
}

impl AuditArgs {
    /// The trail, if the option is given.
    pub fn path(&self) -> Option<&Path> {
        self.audit.as_deref()
    }

    /// Runs a command under audit, with the options of this process in the start line.
    ///
    /// # Errors
    /// As [`Audit::run`].
    pub fn run(
        &self,
        command: &str,
        purpose: Option<&str>,
        stop: &Stop,
        work: impl FnOnce(&Session) -> Result<Exit>,
    ) -> Result<Exit> {
        // Bytes of an argument that are not UTF-8 are replaced.
        let options = std::env::args_os()
            .skip(1)
            .map(|argument| argument.to_string_lossy().into_owned());
        let audit = Audit {
            trail: self.audit.clone(),
            options: options.collect(),
            stop: stop.clone(),
        };
        audit.run(command, purpose, work)
    }
}
