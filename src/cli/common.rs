//! Options that several commands share.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::{Args, ValueEnum};

use super::AuditArgs;
use crate::engine::extract::Severity;
use crate::engine::response::{OutputForm, ResponseFields, UNCHECKED_CASES};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::formats::input::{Encoding, InputForm};
use crate::formats::layout::LayoutSet;
use crate::formats::record::Date;
use crate::run::output::{FileMode, OutputFolder, refuse_used};
use crate::stderr::warn;

/// Options of every command.
#[derive(Args, Clone, Debug)]
pub struct CommonArgs {
    /// Print nothing on stderr but errors
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// The date of the run, CCYYMMDD [default: today, UTC]
    #[arg(long, global = true, value_name = "CCYYMMDD")]
    pub run_date: Option<RunDate>,
    /// Read record layouts and code tables from the .csv files in DIR, in place of the compiled-in ones
    #[arg(long, global = true, value_name = "DIR")]
    pub layouts: Option<PathBuf>,
}

impl CommonArgs {
    /// The given run date, or today.
    pub fn run_date(&self) -> Date {
        self.run_date.map_or_else(Date::today, |date| date.0)
    }

    /// The layouts in use.
    ///
    /// # Errors
    /// As [`LayoutSet::load`].
    pub fn layouts(&self) -> Result<LayoutSet> {
        LayoutSet::load(self.layouts.as_deref())
    }

    /// Warns on stderr if it cannot be checked that cases are complete, because the layouts in use do
    /// not have the number of records of a case.
    ///
    /// # Errors
    /// [`Error::Layout`] if a field of the response is missing.
    pub fn note_unchecked_cases(&self, layouts: &LayoutSet) -> Result<()> {
        if !self.quiet && !ResponseFields::new(layouts)?.has_record_counts() {
            warn(UNCHECKED_CASES);
        }
        Ok(())
    }
}

/// Parses a run date.
#[derive(Clone, Copy)]
pub struct RunDate(pub Date);

impl std::fmt::Debug for RunDate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0.ccyymmdd())
    }
}

impl std::str::FromStr for RunDate {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let date = Date::parse(text.as_bytes());
        date.map(RunDate)
            .ok_or_else(|| "expected a calendar date as CCYYMMDD, such as 20261122".to_owned())
    }
}

/// Parses a whole number in a range.
pub fn whole_number<N>(
    range: RangeInclusive<N>,
) -> impl Fn(&str) -> std::result::Result<N, String> + Clone
where
    N: Copy + PartialOrd + Display + FromStr,
{
    move |text| {
        let number: Option<N> = text.parse().ok();
        number
            .filter(|number| range.contains(number))
            .ok_or_else(|| {
                let (first, last) = (range.start(), range.end());
                format!("expected a whole number from {first} to {last}")
            })
    }
}

/// `--threads`.
#[derive(Args, Clone, Copy, Debug)]
pub struct ThreadsArgs {
    /// Work with N threads [default: one for each core]
    #[arg(long, value_name = "N", value_parser = whole_number(1..=1024_u16))]
    pub threads: Option<u16>,
}

impl ThreadsArgs {
    /// Runs `work` in a thread pool of its own.
    ///
    /// # Errors
    /// [`Error::Usage`] if the threads cannot be started, and any error of `work`.
    pub fn run<T: Send>(self, work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
        let threads = self.threads.map_or(0, usize::from);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .map_err(|e| {
                Error::Usage(format!("--threads {threads}: {e}; give a smaller number"))
            })?;
        pool.install(work)
    }
}

/// What a command prints on stdout.
#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OutputFormatArg {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// `--fail-on`: findings that make the exit status 1 after everything was published or printed. The help
/// of each command says which they are.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// Errors.
    Errors,
    /// Errors and warnings.
    Warnings,
}

/// How input files are read.
#[derive(Args, Clone, Copy, Debug, Default)]
pub struct InputArgs {
    /// How records are told apart
    #[arg(long, value_name = "FORM", default_value = "auto")]
    input_format: InputFormatArg,
    /// The code page of the input
    #[arg(long, value_name = "CODE", default_value = "auto")]
    input_encoding: InputEncodingArg,
}

#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
enum InputFormatArg {
    /// Found out from the bytes.
    #[default]
    Auto,
    /// One record a line, LF or CRLF.
    Text,
    /// RECFM=FB: fixed records without line ends.
    Fb,
}

/// `--input-encoding`.
#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InputEncodingArg {
    /// Found out from the bytes.
    #[default]
    Auto,
    /// ASCII, or ISO 8859-1.
    Ascii,
    /// EBCDIC code page 037.
    Cp037,
}

impl FailOn {
    /// Exit status for `--fail-on`; `has` reports any finding at or above the severity.
    pub fn exit(asked: Option<FailOn>, has: impl FnOnce(Severity) -> bool) -> Exit {
        let severity = asked.map(|fail_on| match fail_on {
            FailOn::Errors => Severity::Error,
            FailOn::Warnings => Severity::Warning,
        });
        if severity.is_some_and(has) {
            Exit::Findings
        } else {
            Exit::Success
        }
    }
}

impl InputEncodingArg {
    /// The requested code page.
    pub fn encoding(self) -> Option<Encoding> {
        match self {
            InputEncodingArg::Auto => None,
            InputEncodingArg::Ascii => Some(Encoding::Ascii),
            InputEncodingArg::Cp037 => Some(Encoding::Cp037),
        }
    }
}

impl InputArgs {
    /// The requested form.
    pub fn form(self) -> InputForm {
        InputForm {
            fixed: match self.input_format {
                InputFormatArg::Auto => None,
                InputFormatArg::Text => Some(false),
                InputFormatArg::Fb => Some(true),
            },
            encoding: self.input_encoding.encoding(),
        }
    }
}

/// How response files are written.
#[derive(Args, Clone, Copy, Debug)]
pub struct ResponseFormArgs {
    /// The form of response files: text has a line feed after every record, fb has none
    #[arg(long, value_name = "FORM", default_value = "text")]
    output_format: ResponseFormatArg,
    /// The code page of response files
    #[arg(long, value_name = "CODE", default_value = "ascii")]
    output_encoding: ResponseEncodingArg,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum ResponseFormatArg {
    Text,
    Fb,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum ResponseEncodingArg {
    Ascii,
    Cp037,
}

impl ResponseFormArgs {
    /// The requested form.
    pub fn form(self) -> OutputForm {
        OutputForm {
            fixed: self.output_format == ResponseFormatArg::Fb,
            encoding: match self.output_encoding {
                ResponseEncodingArg::Ascii => Encoding::Ascii,
                ResponseEncodingArg::Cp037 => Encoding::Cp037,
            },
        }
    }
}

/// The output folder of a command.
#[derive(Args, Clone, Debug)]
pub struct OutFolderArgs {
    /// The folder to make; it appears when all is written
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Replace DIR if it is an earlier run of icr and holds nothing that this one uses
    #[arg(long)]
    pub force: bool,
    /// Permissions of the files, octal; folders follow
    #[arg(long, value_name = "MODE", default_value = "0600")]
    pub file_mode: FileMode,
}

impl OutFolderArgs {
    /// Refuses to replace a folder that has the audit trail in it. Must be called before the start line is
    /// written.
    ///
    /// # Errors
    /// [`Error::Output`] if it does.
    pub fn spare_trail(&self, audit: &AuditArgs) -> Result<()> {
        self.spare("the audit trail", audit.paths())
    }

    fn spare<'p>(&self, what: &str, used: impl IntoIterator<Item = &'p Path>) -> Result<()> {
        if !self.force {
            // Without --force, only an empty folder is replaced.
            return Ok(());
        }
        refuse_used(&self.out, what, used)
    }

    /// Creates the folder of a run that reads these files and folders, and its layouts.
    ///
    /// # Errors
    /// [`Error::Output`] if the folder would replace one of them: the run's own input would be
    /// gone. As [`OutputFolder::create`].
    pub fn create<'p>(
        &self,
        common: &'p CommonArgs,
        inputs: impl IntoIterator<Item = &'p Path>,
    ) -> Result<OutputFolder> {
        let layouts = common.layouts.as_deref();
        self.spare("an input", layouts.into_iter().chain(inputs))?;
        OutputFolder::create(&self.out, self.force, self.file_mode)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn run_dates_are_calendar_dates() {
        assert!("20261122".parse::<RunDate>().is_ok());
        assert!("20261132".parse::<RunDate>().is_err());
        assert!("2026-11-22".parse::<RunDate>().is_err());
    }

    #[test]
    fn numbers_are_of_their_range() {
        let threads = whole_number(1..=4_u16);
        assert_eq!(threads("4"), Ok(4));
        for wrong in ["0", "5", "-1", "", "two", "99999999999"] {
            let said = threads(wrong).unwrap_err();
            assert_eq!(said, "expected a whole number from 1 to 4");
        }
    }
}
