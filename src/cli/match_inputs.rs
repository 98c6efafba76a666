//! The input options that `match` and `explain` share.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use super::{InputArgs, whole_number};
use crate::engine::matching::{AbsentState, CounterpartRule, Routine};
use crate::error::{Error, Result};
use crate::run::{MatchInputs, MatchOptions, OnBadFile};

/// The inputs of a match besides the extracts, and its options.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Input and rules")]
pub struct MatchInputArgs {
    /// FCR-derived extracts: a file or a folder; may be given again
    #[arg(long, value_name = "PATH")]
    pub fcr: Vec<PathBuf>,
    /// The SSN and name pairs on record
    #[arg(long, value_name = "FILE")]
    pub ssn_master: Option<PathBuf>,
    /// SSNs that states reported as misidentified
    #[arg(long, value_name = "FILE")]
    pub misidentified: Option<PathBuf>,
    /// Which cases of a participating state can be the counterpart
    #[arg(long, value_name = "RULE", default_value = "any", value_parser = counterpart())]
    pub counterpart: CounterpartRule,
    /// How a case's counterpart is searched for: the tiers in turn, or every way of finding a case at
    /// once, and people decide
    #[arg(long, value_name = "ROUTINE", default_value = "published", value_parser = routine())]
    pub routine: Routine,
    /// The largest share of rejected records of a file that can be used; 100 allows any
    #[arg(long, value_name = "PERCENT", default_value = "25", value_parser = percent)]
    pub max_rejects: f64,
    /// What becomes of a case whose other state sent nothing
    #[arg(long, value_name = "POLICY", default_value = "skip", value_parser = absent_state())]
    pub absent_state: AbsentState,
    /// What becomes of a run with a file that cannot be used
    #[arg(long, value_name = "POLICY", default_value = "stop", value_parser = on_bad_file())]
    pub on_bad_file: OnBadFile,
    /// A finished run of match, or a folder that holds such runs; may be given again. Each state is
    /// compared with the last one in which its extract was accepted
    #[arg(long, value_name = "DIR")]
    pub previous: Vec<PathBuf>,
    /// How far a state's volume may move against --previous before its file is unusable
    #[arg(long, value_name = "PERCENT", value_parser = change)]
    pub max_volume_change: Option<f64>,
    /// How many days old an extract may be that replaces an unusable file (--on-bad-file previous)
    /// [default: 30]
    #[arg(long, value_name = "DAYS", value_parser = whole_number(0..=36_500_u32))]
    pub max_age: Option<u32>,
    /// How the files are read
    #[command(flatten)]
    pub form: InputArgs,
}

impl MatchInputArgs {
    /// The inputs as a request.
    pub fn inputs(&self, extracts: &[PathBuf]) -> MatchInputs {
        MatchInputs {
            extracts: extracts.to_vec(),
            fcr: self.fcr.clone(),
            ssn_master: self.ssn_master.clone(),
            misidentified: self.misidentified.clone(),
            options: MatchOptions {
                counterpart: self.counterpart,
                routine: self.routine,
                max_rejects_percent: self.max_rejects,
                absent_state: self.absent_state,
                on_bad_file: self.on_bad_file,
                form: self.form.forms(),
            },
            previous: self.previous.clone(),
            not_previous: None,
            max_volume_change: self.max_volume_change,
            max_age_days: self.max_age,
        }
    }

    /// Refuses options that were given and that nothing uses; `others` says whether another option
    /// uses the earlier runs.
    ///
    /// # Errors
    /// [`Error::Usage`] naming the option.
    pub fn refuse_unused(&self, others: bool) -> Result<()> {
        let previous = self.on_bad_file == OnBadFile::Previous;
        if self.max_age.is_some() && !previous {
            return Err(Error::Usage(
                "--max-age is only used with --on-bad-file previous; give that too, or leave it out"
                    .to_owned(),
            ));
        }
        if self.max_volume_change.is_some() && self.previous.is_empty() {
            return Err(Error::Usage(
                "--max-volume-change needs --previous: the runs that volumes are compared with"
                    .to_owned(),
            ));
        }
        let used = previous || self.max_volume_change.is_some() || others;
        if !self.previous.is_empty() && !used {
            return Err(Error::Usage(
                "--previous is only used with --max-volume-change, --on-bad-file previous or --changes; give one of them too, or leave it out"
                    .to_owned(),
            ));
        }
        Ok(())
    }
}

fn change(text: &str) -> std::result::Result<f64, String> {
    let percent: Option<f64> = text
        .parse()
        .ok()
        .filter(|p: &f64| *p >= 0.0 && p.is_finite());
    percent.ok_or_else(|| "expected a number of percent, 0 or more".to_owned())
}

/// Parses a percentage.
///
/// # Errors
/// What is expected, if the text is not a percentage.
pub fn percent(text: &str) -> std::result::Result<f64, String> {
    let percent: Option<f64> = text.parse().ok().filter(|p| (0.0..=100.0).contains(p));
    percent.ok_or_else(|| "expected a number from 0 to 100".to_owned())
}

/// Parses one of several words. Each has a value and, for the long help, a meaning.
pub(crate) fn one_of<T: Copy + Send + Sync + 'static, const N: usize>(
    values: [(T, &'static str, &'static str); N],
) -> impl TypedValueParser<Value = T> {
    let words = values.map(|(_, word, meaning)| PossibleValue::new(word).help(meaning));
    PossibleValuesParser::new(words).try_map(move |given| {
        let found = values.iter().find(|(_, word, _)| *word == given);
        found
            .map(|&(value, ..)| value)
            .ok_or("is no word of this option")
    })
}

fn counterpart() -> impl TypedValueParser<Value = CounterpartRule> {
    one_of([
        (CounterpartRule::Any, "any", "Any case of the other state"),
        (
            CounterpartRule::Directed,
            "directed",
            "Only cases that name your state as their other state",
        ),
    ])
}

fn routine() -> impl TypedValueParser<Value = Routine> {
    PossibleValuesParser::new(Routine::ALL.map(Routine::word))
        .map(|word| Routine::from_word(&word).unwrap_or_default())
}

fn absent_state() -> impl TypedValueParser<Value = AbsentState> {
    one_of([
        (
            AbsentState::Skip,
            "skip",
            "It is not evaluated (ours: 01 would accuse a state that was never asked)",
        ),
        (
            AbsentState::Unmatched,
            "unmatched",
            "It is a case that was not found",
        ),
        (AbsentState::Error, "error", "It is an error of the run"),
    ])
}

fn on_bad_file() -> impl TypedValueParser<Value = OnBadFile> {
    one_of([
        (
            OnBadFile::Stop,
            "stop",
            "The run stops; nothing is published",
        ),
        (
            OnBadFile::Exclude,
            "exclude",
            "The run goes on as if the file had not come",
        ),
        (
            OnBadFile::Previous,
            "previous",
            "Use the extract of the state's last accepted run instead (--previous, --max-age)",
        ),
    ])
}
