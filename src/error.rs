//! The errors that stop a run. Findings about single records are data (see
//! [`crate::engine::extract::findings`]), and must not be errors.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::exit::{Exit, Signal};
use crate::text::{shown, shown_path};

/// A fatal error: the run ends, and nothing is published, except for [`Error::Published`];
/// of a prune, [`Error::Pruned`] says what is gone.
///
/// Every message is a lowercase fragment that names its subject and what to do next. It must not
/// contain a value of a record.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Options that contradict each other, or an invalid value of an option.
    #[error("{0}")]
    Usage(String),
    /// An unusable layout or table.
    #[error("layout {}, line {line}{}: {problem}", shown(file), field.as_ref().map(|f| format!(", field \"{}\"", shown(f))).unwrap_or_default())]
    Layout {
        /// The file's name.
        file: String,
        /// The line, from 1; the header is line 1.
        line: usize,
        /// The field that the line is about.
        field: Option<String>,
        /// What is wrong, and what is expected.
        problem: String,
    },
    /// An unusable policy, profile or roster.
    #[error("{}{}: {problem}", shown_path(file), line.map(|l| format!(", line {l}")).unwrap_or_default())]
    Configuration {
        /// The file.
        file: PathBuf,
        /// The line, from 1, if there is one.
        line: Option<usize>,
        /// What is wrong, and what is expected.
        problem: String,
    },
    /// An unusable input.
    #[error("{}{}: {problem}", shown_path(path), record.map(|r| format!(", record {r}")).unwrap_or_default())]
    Input {
        /// The file or folder.
        path: PathBuf,
        /// The record, from 1, if there is one.
        record: Option<u64>,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// A file of which no record can be read: it is over a limit, such as `--max-unpacked`, or packed
    /// in a way that is not read, or damaged. Among a match's files it is one that cannot be used, as far
    /// as `--on-bad-file` allows.
    #[error("{}: {problem}", shown_path(path))]
    Unusable {
        /// The file that was delivered.
        path: PathBuf,
        /// Why, and what to do.
        problem: String,
    },
    /// Several inputs that cannot be used together.
    #[error("{0}")]
    Inputs(String),
    /// The operating system refused something.
    #[error("cannot {} {}{}", attempt.text(), shown_path(path), attempt.remedy(source.kind()))]
    Io {
        /// What was tried.
        attempt: Attempt,
        /// The file or folder.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// Temporary files cannot be kept: their folder is missing, full, or not to be written. That is this
    /// machine's fault and never makes a file of a state unusable.
    #[error(
        "temporary files cannot be kept in {}, as {} needs: {problem}; make room there, or name another folder with TMPDIR",
        shown_path(folder),
        shown_path(path)
    )]
    Temporary {
        /// The folder of temporary files.
        folder: PathBuf,
        /// The file that is unpacked, translated or kept.
        path: PathBuf,
        /// What the system says.
        problem: String,
    },
    /// An output folder or file that must not be written.
    #[error("{}: {problem}", shown_path(path))]
    Output {
        /// The folder or file.
        path: PathBuf,
        /// Why, and what to do.
        problem: String,
    },
    /// The output was published, but a later step failed.
    #[error("{} was published, but {problem}", shown_path(path))]
    Published {
        /// The folder or file.
        path: PathBuf,
        /// What failed, and what to do.
        problem: &'static str,
        /// The cause.
        source: Box<Error>,
    },
    /// A prune did not do all that was asked, or could not tell that it did.
    #[error("{told}")]
    Pruned {
        /// What is gone, what is not, and why.
        told: String,
        /// How it ends the program.
        exit: Exit,
    },
    /// Control totals that do not balance: a fault of this program.
    #[error(
        "control totals do not balance: {0}; nothing was published, please report this as a fault of icr"
    )]
    Unbalanced(String),
    /// A row of an output that the CSV writer cannot make: a fault of this program.
    #[error(
        "a row of {output} cannot be made; nothing was published, please report this as a fault of icr"
    )]
    Row {
        /// The name of the output in messages.
        output: &'static str,
        /// The CSV writer's error.
        source: csv::Error,
    },
    /// stdout could not be written.
    #[error("cannot write to standard output")]
    Stdout(#[source] std::io::Error),
    /// One thread for each core cannot be started, though no number was asked for: this machine's fault.
    #[error(
        "cannot start a thread for each core; give fewer with --threads, or raise the limits of processes and memory (ulimit -u, -v)"
    )]
    Threads(#[source] std::io::Error),
    /// The handlers of SIGINT and SIGTERM cannot be installed.
    #[error("cannot watch for signals")]
    Signals(#[source] std::io::Error),
    /// A signal asked the program to stop.
    #[error("interrupted; nothing was published")]
    Interrupted(Signal),
}

/// What was tried on a file or folder; its text goes on after "cannot".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the text of each is its description")]
pub enum Attempt {
    Create,
    CreateFolder,
    LockTrail,
    Map,
    Open,
    OpenTrail,
    Read,
    ReadTrail,
    Remove,
    RemoveRemains,
    Replace,
    Write,
    WriteFolderOf,
    WriteTrail,
}

impl Attempt {
    /// As a verb, with what it needs before the file's name.
    pub fn text(self) -> &'static str {
        match self {
            Attempt::Create => "create",
            Attempt::CreateFolder => "create the folder",
            Attempt::LockTrail => "lock the audit trail",
            Attempt::Map => "map",
            Attempt::Open => "open",
            Attempt::OpenTrail => "open the audit trail",
            Attempt::Read => "read",
            Attempt::ReadTrail => "read the audit trail",
            Attempt::Remove => "remove",
            Attempt::RemoveRemains => "remove what a killed run left in",
            Attempt::Replace => "replace",
            Attempt::Write => "write",
            Attempt::WriteFolderOf => "write the folder of",
            Attempt::WriteTrail => "write the audit trail",
        }
    }

    /// What the user can do about the system's refusal; empty if that is not known.
    fn remedy(self, kind: ErrorKind) -> &'static str {
        let reads = matches!(self, Attempt::Open | Attempt::Read | Attempt::Map);
        let is_trail = matches!(
            self,
            Attempt::LockTrail | Attempt::OpenTrail | Attempt::ReadTrail | Attempt::WriteTrail
        );
        match kind {
            ErrorKind::NotFound if is_trail => "; make its folder first",
            ErrorKind::NotFound if reads => "; check the path, and whether it has arrived",
            ErrorKind::PermissionDenied if reads => "; let the user that runs icr read it",
            ErrorKind::PermissionDenied => "; let the user that runs icr write there",
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "; make room, then run again",
            ErrorKind::FileTooLarge => {
                "; raise the limit of file sizes (ulimit -f), then run again"
            }
            ErrorKind::ReadOnlyFilesystem => "; name a place that can be written",
            _ => "",
        }
    }
}

/// The result of anything that can stop a run.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// The exit status that this error ends the program with.
    pub fn exit(&self) -> Exit {
        match self {
            Error::Usage(_) | Error::Layout { .. } | Error::Configuration { .. } => Exit::Usage,
            Error::Input { .. }
            | Error::Unusable { .. }
            | Error::Inputs(_)
            | Error::Io { .. }
            | Error::Temporary { .. }
            | Error::Output { .. }
            | Error::Published { .. }
            | Error::Unbalanced(_)
            | Error::Row { .. }
            | Error::Stdout(_)
            | Error::Threads(_)
            | Error::Signals(_) => Exit::Failed,
            Error::Pruned { exit, .. } => *exit,
            Error::Interrupted(signal) => Exit::Interrupted(*signal),
        }
    }

    /// The file or folder that it is about, where it is about one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Error::Configuration { file, .. } => Some(file),
            Error::Input { path, .. }
            | Error::Unusable { path, .. }
            | Error::Io { path, .. }
            | Error::Output { path, .. } => Some(path),
            Error::Temporary { folder, .. } => Some(folder),
            _ => None,
        }
    }

    /// Its message and those of what caused it, with `between` between.
    pub fn with_causes(&self, between: &str) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text += between;
            text += &error.to_string();
            cause = error.source();
        }
        text
    }

    /// An [`Error::Row`]; use as `.map_err(Error::row("updates.csv"))`.
    pub fn row(output: &'static str) -> impl Fn(csv::Error) -> Self {
        move |source| Error::Row { output, source }
    }

    /// An [`Error::Input`] about a whole file.
    pub fn input(path: &Path, problem: impl Into<String>) -> Self {
        Error::Input {
            path: path.to_owned(),
            record: None,
            problem: problem.into(),
        }
    }

    /// An [`Error::Unusable`].
    pub fn unusable(path: &Path, problem: impl Into<String>) -> Self {
        Error::Unusable {
            path: path.to_owned(),
            problem: problem.into(),
        }
    }

    /// An [`Error::Temporary`] for `path`; use as `.map_err(Error::temporary(path))`.
    pub fn temporary(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Error::Temporary {
            folder: std::env::temp_dir(),
            path,
            problem: source.to_string(),
        }
    }

    /// An [`Error::Input`] about one record, counted from 1.
    pub fn record(path: &Path, record: u64, problem: impl Into<String>) -> Self {
        Error::Input {
            path: path.to_owned(),
            record: Some(record),
            problem: problem.into(),
        }
    }

    /// An [`Error::Io`]; use as `.map_err(Error::io(Attempt::Open, path))`.
    pub fn io(attempt: Attempt, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Error::Io {
            attempt,
            path,
            source,
        }
    }
}
