//! A command under audit: its start line, and the end line that tells what came of it.

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

/// Under which trail a command runs, if any.
#[derive(Clone, Debug, Default)]
pub struct Audit {
    /// The trail's file.
    pub trail: Option<PathBuf>,
    /// The file of its key.
    pub key: Option<PathBuf>,
    /// The options that its start line names.
    pub options: Vec<String>,
    /// Whether the run is to stop.
    pub stop: Stop,
}

/// What the end line will tell; a command without `--audit` fills it for nobody.
#[derive(Default)]
pub struct Session {
    trail: Option<Trail>,
    stop: Stop,
    outcome: RefCell<Outcome>,
    ended: std::cell::Cell<bool>,
}

impl Audit {
    /// Runs a command under audit: a start line before, an end line after, whatever happens.
    ///
    /// # Errors
    /// [`Error::Io`] where the trail cannot be written, and whatever `work` gives.
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
    /// Tells which files were read.
    pub fn read(&self, inputs: &[InputEntry]) {
        let facts = inputs.iter().map(|input| FileFact {
            name: input.name.clone(),
            state: input.state.clone(),
            bytes: input.bytes,
            sha256: input.sha256.clone(),
        });
        self.outcome.borrow_mut().inputs.extend(facts);
    }

    /// Tells which files were read, where a trail is kept: their digests are made now. A file named
    /// after a state is of that state.
    ///
    /// # Errors
    /// [`Error::Io`] where one cannot be read, [`Error::Interrupted`] where the run is to stop.
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

    /// Tells which files were written. A file named after a state is for that state.
    fn wrote(&self, files: Vec<WrittenFile>) {
        let facts = files.into_iter().map(|file| FileFact {
            state: state_of(&file.name),
            name: file.name,
            bytes: file.bytes,
            sha256: hex(&file.sha256),
        });
        self.outcome.borrow_mut().outputs.extend(facts);
    }

    /// Tells which single case was looked at.
    pub fn asked(&self, case: AskedCase) {
        self.outcome.borrow_mut().cases.push(case);
    }

    /// Tells the totals.
    pub fn totals(&self, totals: Value) {
        self.outcome.borrow_mut().totals = totals;
    }

    /// Publishes under audit: prints what the command says of its work and hands it on, writes a line
    /// that tells what is about to appear, and only then lets it; then the end line says that it has.
    /// What cannot be told is not published; a reader that has closed the pipe was not to be told. A
    /// trail that ends with the first of these lines leaves open which: the output is there or not.
    ///
    /// # Errors
    /// [`Error::Interrupted`] where a signal came, [`Error::Stdout`], and [`Error::Io`] where the
    /// trail or the output cannot be written; then nothing has appeared. [`Error::Published`] where it
    /// has, but is perhaps not durable, or the end line cannot be written.
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
        // The reader may have been slow.
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

    /// Writes the end line of a command that did all, or all but print.
    ///
    /// # Errors
    /// [`Error::Io`] where it cannot be written: then nothing must be printed.
    pub fn end(&self, exit: Exit) -> Result<()> {
        self.write("finished", exit, Trail::end)?;
        self.ended.set(true);
        Ok(())
    }

    /// Writes the end line of a command that failed. Where that fails too, the first failure is the
    /// one to be told.
    fn failed(&self, error: &Error) {
        let outcome = match error {
            Error::Interrupted(_) => "interrupted",
            _ => "failed",
        };
        {
            let mut line = self.outcome.borrow_mut();
            line.reason = Some(error.with_causes("; caused by: "));
            line.published = matches!(error, Error::Published { .. });
            if !line.published {
                // What was written is gone.
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
