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
use crate::formats::input::{Encoding, InputForm, MAX_UNPACKED_BYTES, set_max_unpacked};
use crate::formats::layout::LayoutSet;
use crate::formats::record::Date;
use crate::run::output::{FileMode, OutputFolder, refuse_used};
use crate::stderr::{LogFormat, warn};

/// Options of every command.
#[derive(Args, Clone, Debug)]
pub struct CommonArgs {
    /// Print nothing on stderr but errors
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// The form of what goes to stderr
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    pub log_format: LogFormatArg,
    /// The date of the run, CCYYMMDD [default: today, UTC]
    #[arg(long, global = true, value_name = "CCYYMMDD")]
    pub run_date: Option<RunDate>,
    /// Read record layouts and code tables from the .csv files in DIR, in place of the compiled-in ones
    #[arg(long, global = true, value_name = "DIR")]
    pub layouts: Option<PathBuf>,
}

impl CommonArgs {
    /// The date of the run: the one given, or today.
    pub fn run_date(&self) -> Date {
        self.run_date.map_or_else(Date::today, |date| date.0)
    }

    /// What a command that writes files prints of them: nothing where `--quiet` was given, unless it
    /// was asked for as JSON. What nobody reads, cron would mail every night.
    pub fn printed(&self, format: OutputFormatArg, text: String) -> String {
        if self.quiet && format == OutputFormatArg::Text {
            String::new()
        } else {
            text
        }
    }

    /// The layouts in use.
    ///
    /// # Errors
    /// As [`LayoutSet::load`].
    pub fn layouts(&self) -> Result<LayoutSet> {
        LayoutSet::load(self.layouts.as_deref())
    }

    /// Says on stderr that whether cases are whole cannot be checked, where the layouts in use do not
    /// let a reader of responses see it.
    ///
    /// # Errors
    /// [`Error::Layout`] where a field of the response is missing.
    pub fn note_unchecked_cases(&self, layouts: &LayoutSet) -> Result<()> {
        if !self.quiet && !ResponseFields::new(layouts)?.has_record_counts() {
            warn(UNCHECKED_CASES);
        }
        Ok(())
    }
}

/// A run date, as the command line takes it.
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

/// Reads a whole number of a range.
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
    /// Runs `work` on a pool of its own.
    ///
    /// # Errors
    /// [`Error::Usage`] where so many threads cannot be started, and what `work` gives.
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

/// `--log-format`.
#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormatArg {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line: time, level, event, file, state, figures.
    Json,
}

impl LogFormatArg {
    /// The form that was asked for.
    pub fn format(self) -> LogFormat {
        match self {
            LogFormatArg::Text => LogFormat::Text,
            LogFormatArg::Json => LogFormat::Json,
        }
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

/// `--fail-on`: findings that make the exit status 1, when all is published or printed. What they
/// are is told at the option of each command.
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
    #[command(flatten)]
    limit: UnpackArgs,
}

/// `--max-unpacked`.
#[derive(Args, Clone, Copy, Debug)]
pub struct UnpackArgs {
    /// The most bytes that a file may unpack or translate to; one that would need more cannot be used
    #[arg(long, value_name = "BYTES", default_value_t = MAX_UNPACKED_BYTES, value_parser = whole_number(1..=u64::MAX))]
    max_unpacked: u64,
}

impl Default for UnpackArgs {
    fn default() -> Self {
        UnpackArgs {
            max_unpacked: MAX_UNPACKED_BYTES,
        }
    }
}

impl UnpackArgs {
    /// Makes it the limit of this process.
    pub fn apply(self) {
        set_max_unpacked(self.max_unpacked);
    }
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
    /// How a run ends that is asked to fail on such findings, or on none; `has` tells whether there
    /// is one so grave, or graver.
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
    /// The code page that was asked for.
    pub fn encoding(self) -> Option<Encoding> {
        match self {
            InputEncodingArg::Auto => None,
            InputEncodingArg::Ascii => Some(Encoding::Ascii),
            InputEncodingArg::Cp037 => Some(Encoding::Cp037),
        }
    }
}

impl InputArgs {
    /// The form that was asked for; the limit of unpacking holds from now on.
    pub fn form(self) -> InputForm {
        self.limit.apply();
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
    /// The form that was asked for.
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

/// Where a command writes its folder.
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
    /// Refuses to replace a folder that holds the audit trail, before its start line is written.
    ///
    /// # Errors
    /// [`Error::Output`] where it does.
    pub fn spare_trail(&self, audit: &AuditArgs) -> Result<()> {
        self.spare("the audit trail", audit.paths())
    }

    fn spare<'p>(&self, what: &str, used: impl IntoIterator<Item = &'p Path>) -> Result<()> {
        if !self.force {
            // Then nothing is replaced but an empty folder.
            return Ok(());
        }
        refuse_used(&self.out, what, used)
    }

    /// Begins the folder of a run that reads these files and folders, beside its layouts.
    ///
    /// # Errors
    /// [`Error::Output`] where the folder would replace one of them: the run's own input would be
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
