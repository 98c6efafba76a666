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
use crate::formats::input::{
    Encoding, Format, InputForm, InputForms, MAX_UNPACKED_BYTES, Named, Told, set_max_unpacked,
};
use crate::formats::layout::LayoutSet;
use crate::formats::record::Date;
use crate::run::output::{FileMode, OutputFolder, refuse_used};
use crate::stderr::{LogFormat, warn};

/// Options of every command.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Every command")]
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
    /// Print help; -h a summary of it
    #[arg(long, short, global = true, action = clap::ArgAction::Help)]
    help: Option<bool>,
}

impl CommonArgs {
    /// The given run date, or today.
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

/// The years of run dates: before 1990 nobody had a system to make an extract, and a date beyond 2100
/// is a slip (ours).
const RUN_YEARS: RangeInclusive<u32> = 1990..=2100;

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
        let date = Date::parse(text.as_bytes()).filter(|date| RUN_YEARS.contains(&date.year()));
        date.map(RunDate).ok_or_else(|| {
            format!(
                "expected a calendar date as CCYYMMDD from {} to {}, such as 20261122",
                RUN_YEARS.start(),
                RUN_YEARS.end()
            )
        })
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
#[command(next_help_heading = "Running")]
pub struct ThreadsArgs {
    /// Work with N threads [default: one for each core]
    #[arg(long, value_name = "N", value_parser = whole_number(1..=1024_u16))]
    pub threads: Option<u16>,
}

impl ThreadsArgs {
    /// Runs `work` in a thread pool of its own.
    ///
    /// # Errors
    /// [`Error::Threads`] if the threads cannot be started, [`Error::Usage`] if that many were asked for
    /// and cannot, and any error of `work`.
    pub fn run<T: Send>(self, work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
        let threads = self.threads.map_or(0, usize::from);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .map_err(|error| match self.threads {
                Some(asked) => {
                    Error::Usage(format!("--threads {asked}: {error}; give a smaller number"))
                }
                None => Error::Threads(std::io::Error::other(error)),
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
    /// One JSON object per line: time, level, event, file, state, figures.
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
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Form of the input")]
pub struct InputArgs {
    /// How records are separated: auto, text, fb or vb; of one file NAME=FORM, where * and ? fit any bytes; may be given again
    #[arg(long, value_name = "[NAME=]FORM", default_value = "auto", value_parser = named_format)]
    input_format: Vec<(Option<String>, Option<Format>)>,
    /// The code page of the input: auto, ascii, utf8, cp037, cp1047, cp1140 or cp500; of one file NAME=CODE; may be given again
    #[arg(long, value_name = "[NAME=]CODE", default_value = "auto", value_parser = named_encoding)]
    input_encoding: Vec<(Option<String>, Option<Encoding>)>,
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

/// Reads `[NAME=]WORD`; `auto` is no value.
///
/// # Errors
/// What is expected, where the word is none of all.
pub fn named_word<T: Copy>(
    text: &str,
    all: &[T],
    word: impl Fn(T) -> &'static str,
) -> std::result::Result<(Option<String>, Option<T>), String> {
    let (name, given) = match text.rsplit_once('=') {
        Some((name, given)) => (Some(name.to_owned()), given),
        None => (None, text),
    };
    let value = all.iter().copied().find(|&value| word(value) == given);
    if value.is_some() || given == "auto" {
        return Ok((name, value));
    }
    let words: Vec<_> = all.iter().map(|&value| word(value)).collect();
    Err(format!(
        "expected auto, {}, or NAME= and one of these",
        words.join(", ")
    ))
}

fn named_format(text: &str) -> std::result::Result<(Option<String>, Option<Format>), String> {
    named_word(text, &Format::ALL, Format::word)
}

/// Reads a value of `--input-encoding`.
///
/// # Errors
/// What is expected, where the text is none.
pub fn named_encoding(
    text: &str,
) -> std::result::Result<(Option<String>, Option<Encoding>), String> {
    named_word(text, &Encoding::ALL, Encoding::word)
}

/// What is for all files (the last that was given), and what for files by their names.
pub fn by_name<T: Copy>(given: &[(Option<String>, Option<T>)]) -> (Option<T>, Vec<Named<T>>) {
    let all = given.iter().rfind(|(name, _)| name.is_none());
    let named = given.iter().filter_map(|(name, value)| {
        Some(Named {
            name: name.clone()?,
            value: *value,
        })
    });
    (all.and_then(|(_, value)| *value), named.collect())
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

impl InputArgs {
    /// The forms that were asked for; the limit of unpacking holds from now on.
    pub fn forms(&self) -> InputForms {
        self.limit.apply();
        let (format, formats) = by_name(&self.input_format);
        let (encoding, encodings) = by_name(&self.input_encoding);
        InputForms {
            all: InputForm { format, encoding },
            formats,
            encodings,
        }
    }
}

/// How response files are written.
#[derive(Args, Clone, Copy, Debug)]
#[command(next_help_heading = "Form of the output")]
pub struct ResponseFormArgs {
    /// The form of response files: text has a line feed after every record, fb has none
    #[arg(long, value_name = "FORM", default_value = "text")]
    output_format: ResponseFormatArg,
    /// The code page of response files
    #[arg(long, value_name = "CODE", default_value = "ascii")]
    output_encoding: OutputEncodingArg,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum ResponseFormatArg {
    Text,
    Fb,
}

/// Says on stderr what a file holds beside records, and what was done to it.
pub fn tell(common: &CommonArgs, path: &Path, told: &[Told]) {
    if !common.quiet {
        for told in told {
            warn(&format!("{}: {}", path.display(), told.line()));
        }
    }
}

/// `--output-encoding`.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputEncodingArg {
    /// ASCII, or ISO 8859-1.
    Ascii,
    /// EBCDIC code page 037.
    Cp037,
    /// EBCDIC code page 1047.
    Cp1047,
    /// EBCDIC code page 1140.
    Cp1140,
    /// EBCDIC code page 500.
    Cp500,
}

impl OutputEncodingArg {
    /// The code page.
    pub fn encoding(self) -> Encoding {
        match self {
            OutputEncodingArg::Ascii => Encoding::Ascii,
            OutputEncodingArg::Cp037 => Encoding::Cp037,
            OutputEncodingArg::Cp1047 => Encoding::Cp1047,
            OutputEncodingArg::Cp1140 => Encoding::Cp1140,
            OutputEncodingArg::Cp500 => Encoding::Cp500,
        }
    }
}

impl ResponseFormArgs {
    /// The requested form.
    pub fn form(self) -> OutputForm {
        OutputForm {
            fixed: self.output_format == ResponseFormatArg::Fb,
            encoding: self.output_encoding.encoding(),
        }
    }
}

/// The output folder of a command.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Output folder")]
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
        for (date, taken) in [
            ("19891231", false),
            ("19900101", true),
            ("21001231", true),
            ("21010101", false),
        ] {
            assert_eq!(date.parse::<RunDate>().is_ok(), taken, "{date}");
        }
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
