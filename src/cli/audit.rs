//! `--audit` and its key, options of every command that reads personal data.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::run::audit::{Audit, Session};
use crate::stop::Stop;

/// `--audit` and `--audit-key`.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Running")]
pub struct AuditArgs {
    /// Append who ran what, when, and what came of it to the audit trail FILE
    #[arg(long, value_name = "FILE", env = "ICR_AUDIT")]
    pub audit: Option<PathBuf>,
    /// Sign each line of the trail with the key in FILE (HMAC-SHA256); `icr audit verify` checks it
    #[arg(long, value_name = "FILE", env = "ICR_AUDIT_KEY")]
    pub audit_key: Option<PathBuf>,
}

impl AuditArgs {
    /// The trail and its key, if they are given.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.audit
            .iter()
            .chain(&self.audit_key)
            .map(PathBuf::as_path)
    }

    /// Runs a command under audit, with the options of this process in the start line.
    ///
    /// # Errors
    /// [`Error::Usage`] where there is a key and no trail, and as [`Audit::run`].
    pub fn run(
        &self,
        command: &str,
        purpose: Option<&str>,
        stop: &Stop,
        work: impl FnOnce(&Session) -> Result<Exit>,
    ) -> Result<Exit> {
        if self.audit_key.is_some() && self.audit.is_none() {
            let problem = "--audit-key signs the lines of a trail; give it with --audit FILE";
            return Err(Error::Usage(problem.to_owned()));
        }
        // An argument that is not UTF-8 is recorded as far as it can be.
        let options = std::env::args_os()
            .skip(1)
            .map(|argument| argument.to_string_lossy().into_owned());
        let audit = Audit {
            trail: self.audit.clone(),
            key: self.audit_key.clone(),
            options: options.collect(),
            stop: stop.clone(),
        };
        audit.run(command, purpose, work)
    }
}
