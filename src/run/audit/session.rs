//! Runs a command under audit: its start line, and the end line with its outcome.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{AskedCase, AuditKey, FileFact, Outcome, Start, Trail};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::formats::input::InputEntry;
use crate::formats::input::{delivered, digest_until};
use crate::formats::reference::State;
use crate::run::output::{Publish, Stdout, WrittenFile};
use crate::stderr::warn;
use crate::stop::Stop;
use crate::text::hex;

/// The trail of a command, if it has one.
#[derive(Clone, Debug, Default)]
pub struct Audit {
    /// The trail's file.
    pub trail: Option<PathBuf>,
    /// The file of its key.
    pub key: Option<PathBuf>,
    /// The options that its start line names.
    pub options: Vec<String>,
    /// The request to stop.
    pub stop: Stop,
}

/// The contents of the end line. Without `--audit`, they are collected but not written.
#[derive(Default)]
pub struct Session {
    trail: Option<Trail>,
    stop: Stop,
    outcome: RefCell<Outcome>,
    ended: std::cell::Cell<bool>,
}

impl Audit {
    /// Runs a command under audit: a start line before it, and an end line after it, even if it
    /// fails.
    ///
    /// # Errors
    /// [`Error::Io`] if the trail cannot be written, and any error of `work`.
    pub fn run(
        &self,
        command: &str,
        purpose: Option<&str>,
        work: impl FnOnce(&Session) -> Result<Exit>,
    ) -> Result<Exit> {
        let start = || Start {
            command: command.to_owned(),
            options: self.options.clone(),
            purpose: purpose.map(str::to_owned),
        };
        let key = self.key.as_deref().filter(|_| self.trail.is_some());
        let key = key
            .map(|path| AuditKey::load(path, &self.stop))
            .transpose()?;
        let trail = self
            .trail
            .as_ref()
            .map(|path| Trail::start(path, key, &start(), &self.stop))
            .transpose()?;
        let session = Session {
            trail,
            stop: self.stop.clone(),
            ..Session::default()
        };
        let result = work(&session);
        match &result {
            Ok(exit) if !session.ended.get() => session.end(*exit)?,
            Ok(_) => {}
            Err(error) => session.failed(error),
        }
        result
    }
}

impl Session {
    /// Adds files that were read.
    pub fn read(&self, inputs: &[InputEntry]) {
        let facts = inputs.iter().map(|input| FileFact {
            name: input.name.clone(),
            state: input.state.clone(),
            bytes: input.bytes,
            sha256: input.sha256.clone(),
        });
        self.outcome.borrow_mut().inputs.extend(facts);
    }

    /// Adds files that were read, and hashes them, if there is a trail. A file named after a state
    /// is from that state.
    ///
    /// # Errors
    /// [`Error::Io`] if one cannot be read, [`Error::Interrupted`] if a stop was requested.
    pub fn read_files<'p>(
        &self,
        paths: impl IntoIterator<Item = &'p Path>,
        stop: &Stop,
    ) -> Result<()> {
        if self.trail.is_none() {
            return Ok(());
        }
        for path in paths {
            let bytes = delivered(path, stop)?;
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let mut digest = Sha256::new();
            digest_until(&mut digest, &bytes, stop)?;
            self.outcome.borrow_mut().inputs.push(FileFact {
                state: state_of(&name),
                name,
                bytes: bytes.len() as u64,
                sha256: hex(&digest.finalize().into()),
            });
        }
        Ok(())
    }

    /// Adds files that were written. A file named after a state is for that state.
    fn wrote(&self, files: Vec<WrittenFile>) {
        let facts = files.into_iter().map(|file| FileFact {
            state: state_of(&file.name),
            name: file.name,
            bytes: file.bytes,
            sha256: hex(&file.sha256),
        });
        self.outcome.borrow_mut().outputs.extend(facts);
    }

    /// Adds a case that was viewed.
    pub fn asked(&self, case: AskedCase) {
        self.outcome.borrow_mut().cases.push(case);
    }

    /// Adds the totals.
    pub fn totals(&self, totals: Value) {
        self.outcome.borrow_mut().totals = totals;
    }

    /// Publishes under audit, in this order: prints the command's output, writes a line that says
    /// what is about to appear, publishes, and writes the end line. If any of the first steps
    /// fails, nothing is published; a closed pipe is not a failure. If a trail ends with the first
    /// of these lines, the output may or may not have been published.
    ///
    /// # Errors
    /// [`Error::Interrupted`] if a signal was received, [`Error::Stdout`], and [`Error::Io`] if the
    /// trail or the output cannot be written; then nothing was published. [`Error::Published`] if
    /// the output was published, but may not be durable or has no end line.
    pub fn publish(
        &self,
        output: impl Publish,
        (text, stdout): (&str, &mut Stdout<'_>),
        exit: Exit,
        stop: &Stop,
    ) -> Result<()> {
        stop.check()?;
        stdout.print(text)?;
        stdout.flush()?;
        // A signal may have been received while a slow reader was served.
        stop.check()?;
        self.wrote(output.written());
        let path = output.target().to_owned();
        self.write("prepared", exit, Trail::prepared)?;
        output.publish()?;
        self.outcome.borrow_mut().published = true;
        self.end(exit).map_err(|error| Error::Published {
            path,
            problem: "the audit trail does not say so: do not run again, but make room for the trail; its last line of this command says `prepared`",
            source: Box::new(error),
        })
    }

    /// Writes the end line of a command that did everything, except perhaps printing.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be written; then nothing may be printed.
    pub fn end(&self, exit: Exit) -> Result<()> {
        self.write("finished", exit, Trail::end)?;
        self.ended.set(true);
        Ok(())
    }

    /// Writes the end line of a failed command. If that fails too, the first error is the one to
    /// report.
    fn failed(&self, error: &Error) {
        let outcome = match error.exit() {
            Exit::Interrupted(_) => "interrupted",
            _ => "failed",
        };
        {
            let mut line = self.outcome.borrow_mut();
            line.reason = Some(error.with_causes("; caused by: "));
            line.published = matches!(error, Error::Published { .. });
            if !line.published {
                // What was written has been removed.
                line.outputs.clear();
            }
        }
        if let Err(untold) = self.write(outcome, error.exit(), Trail::end) {
            warn(&format!(
                "that the command {outcome} is not in the audit trail: {untold}"
            ));
        }
    }

    fn write(
        &self,
        outcome: &str,
        exit: Exit,
        append: fn(&Trail, &Outcome, &Stop) -> Result<()>,
    ) -> Result<()> {
        let Some(trail) = &self.trail else {
            return Ok(());
        };
        let mut line = self.outcome.borrow_mut();
        outcome.clone_into(&mut line.outcome);
        line.exit = exit.status();
        append(trail, &line, &self.stop)
    }
}

/// `responses/TX.icr` is for Texas.
fn state_of(name: &str) -> Option<String> {
    let file = name.rsplit('/').next()?;
    let (stem, _) = file.split_once('.')?;
    let state = State::from_usps(stem)?;
    (state.usps() == stem).then(|| stem.to_owned())
}
