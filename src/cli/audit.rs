//! `--audit` and its key, options of every command that reads personal data.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::error::Result;
use crate::exit::Exit;
use crate::run::audit::{Audit, Session};
use crate::stop::Stop;

/// `--audit` and `--audit-key`.
#[derive(Args, Clone, Debug, Default)]
pub struct AuditArgs {
    /// Append who ran what, when, and what came of it to the audit trail FILE
    #[arg(long, value_name = "FILE", env = "ICR_AUDIT")]
    pub audit: Option<PathBuf>,
    /// Sign each line of the trail with the key in FILE (HMAC-SHA256); `icr audit verify` checks it
    #[arg(long, value_name = "FILE", env = "ICR_AUDIT_KEY", requires = "audit")]
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
            key: self.audit_key.clone(),
            options: options.collect(),
            stop: stop.clone(),
        };
        audit.run(command, purpose, work)
    }
}
