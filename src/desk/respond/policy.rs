//! The policy: thresholds and switches, read from TOML.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::Path;

use toml::Spanned;

use crate::error::{Error, Result};
use crate::formats::input::InputEntry;
use crate::open::{read_whole, utf8_text};
use crate::stop::Stop;

/// The default policy as commented TOML: every key with its reason and source.
pub const DEFAULT_POLICY: &str = include_str!("policy.toml");

/// What is done with the other state's SSN under 08.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerTo08 {
    /// It is added as an additional SSN, also on the FCR.
    Add,
    /// It replaces yours.
    Replace,
}

/// Thresholds and switches of the Reconciliation Response program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Policy {
    /// 02: percent of your adults that must have matched.
    pub min_adults_percent: u8,
    /// 02: percent of your children that must have matched.
    pub min_children_percent: u8,
    /// 02: FCR-Supplied Y goes to a worker.
    pub caution_fcr_supplied: bool,
    /// 02: a CP or NP Match Indicator N goes to a worker.
    pub caution_match_indicators: bool,
    /// 02: Multiple Case Y goes to a worker.
    pub caution_multiple_case: bool,
    /// 02: another case of yours was answered with the same one: goes to a worker.
    pub caution_claimed_twice: bool,
    /// 02: in hundred-thousandths, the share of right answers, by its lower bound, from which a class of
    /// answers is taken over; 0 if the thresholds and indicators decide.
    pub min_share_right: u32,
    /// 06: the age in years from which a missing child needs no action.
    pub age_of_majority: u8,
    /// The number of days in which no second FRINF is sent.
    pub request_again_after_days: u16,
    /// 04: send a GSC14 as the responding state.
    pub notice_of_closure: bool,
    /// 08: add or replace.
    pub ssn_08: AnswerTo08,
}

impl Default for Policy {
    /// The values of [`DEFAULT_POLICY`].
    fn default() -> Self {
        Policy {
            min_adults_percent: 100,
            min_children_percent: 75,
            caution_fcr_supplied: true,
            caution_match_indicators: true,
            caution_multiple_case: true,
            caution_claimed_twice: true,
            min_share_right: 0,
            age_of_majority: 18,
            request_again_after_days: 30,
            notice_of_closure: false,
            ssn_08: AnswerTo08::Add,
        }
    }
}

/// The keys of a policy file, each with its value and position.
type Entries = BTreeMap<String, Spanned<toml::Value>>;

/// A problem: the line, from 1, and what is wrong. It must not contain a value of the file, which
/// could be anything.
type Problem = (Option<usize>, String);

/// Takes the keys out of a policy file one by one.
struct PolicyFile<'t> {
    text: &'t str,
    entries: Entries,
}

impl PolicyFile<'_> {
    fn line(&self, byte: usize) -> usize {
        1 + memchr::memchr_iter(b'\n', &self.text.as_bytes()[..byte]).count()
    }

    /// The value of a key, or `standard` if the file does not have it.
    fn take<T>(
        &mut self,
        key: &str,
        standard: T,
        read: impl Fn(&toml::Value) -> std::result::Result<T, String>,
    ) -> std::result::Result<T, Problem> {
        let Some(value) = self.entries.remove(key) else {
            return Ok(standard);
        };
        read(value.as_ref()).map_err(|problem| {
            (
                Some(self.line(value.span().start)),
                format!("`{key}` {problem}"),
            )
        })
    }

    fn switch(&mut self, key: &str, standard: bool) -> std::result::Result<bool, Problem> {
        self.take(key, standard, |value| {
            let expected = "is not a switch; give true or false, without quotes";
            value.as_bool().ok_or_else(|| expected.to_owned())
        })
    }

    fn number(
        &mut self,
        key: &str,
        standard: u16,
        range: RangeInclusive<u16>,
    ) -> std::result::Result<u16, Problem> {
        self.take(key, standard, |value| {
            let (first, last) = (range.start(), range.end());
            let number = value.as_integer().ok_or_else(|| {
                format!("is not a whole number; give one from {first} to {last}, without quotes")
            })?;
            u16::try_from(number)
                .ok()
                .filter(|number| range.contains(number))
                .ok_or_else(|| format!("is out of range; give a number from {first} to {last}"))
        })
    }

    /// Refuses the remaining keys, which a policy does not have.
    fn refuse_rest(&self) -> std::result::Result<(), Problem> {
        let first = self
            .entries
            .iter()
            .min_by_key(|(_, value)| value.span().start);
        let Some((key, value)) = first else {
            return Ok(());
        };
        let problem =
            format!("unknown field `{key}`; `icr respond --print-policy` shows every key");
        Err((Some(self.line(value.span().start)), problem))
    }
}

impl Policy {
    /// Reads a policy file.
    ///
    /// # Errors
    /// [`Error::Configuration`] with the line, if the file cannot be read or has an unknown key, a
    /// wrong type or a value out of range.
    pub fn load(path: &Path, stop: &Stop) -> Result<(Policy, InputEntry)> {
        let refuse = |line: Option<usize>, problem: String| Error::Configuration {
            file: path.to_owned(),
            line,
            problem,
        };
        let file = read_whole(path, stop).map_err(|error| match error {
            Error::Io { source, .. } => refuse(None, format!("cannot be read ({source})")),
            other => other,
        })?;
        let text = utf8_text(&file.bytes)
            .map_err(|no_text| refuse(no_text.line, no_text.problem.to_owned()))?;
        let policy = Self::parse(text).map_err(|(line, problem)| refuse(line, problem))?;
        Ok((policy, InputEntry::of_whole("policy", path, &file)))
    }

    /// Parses the text of a policy. An error has the line, from 1, and the problem.
    fn parse(text: &str) -> std::result::Result<Policy, Problem> {
        let entries = toml::from_str(text).map_err(|error| {
            let before = |at: usize| &text.as_bytes()[..at];
            let line = error
                .span()
                .map(|span| 1 + memchr::memchr_iter(b'\n', before(span.start)).count());
            // The library would show an integer that is too large, so its message is replaced.
            let message = match error.message() {
                message if message.contains("invalid type") => "a value cannot be read".to_owned(),
                message => message.replace('\n', " "),
            };
            let problem = format!(
                "this is no policy file ({message}); `icr respond --print-policy` shows every key"
            );
            (line, problem)
        })?;
        let mut file = PolicyFile { text, entries };
        let standard = Policy::default();
        let mut percent = |key, standard: u8| file.number(key, standard.into(), 0..=100);
        let policy = Policy {
            min_adults_percent: percent("min_adults_percent", standard.min_adults_percent)? as u8,
            min_children_percent: percent("min_children_percent", standard.min_children_percent)?
                as u8,
            caution_fcr_supplied: file
                .switch("caution_fcr_supplied", standard.caution_fcr_supplied)?,
            caution_match_indicators: file.switch(
                "caution_match_indicators",
                standard.caution_match_indicators,
            )?,
            caution_multiple_case: file
                .switch("caution_multiple_case", standard.caution_multiple_case)?,
            caution_claimed_twice: file
                .switch("caution_claimed_twice", standard.caution_claimed_twice)?,
            min_share_right: file.take("min_share_right", standard.min_share_right, share)?,
            age_of_majority: file.number(
                "age_of_majority",
                standard.age_of_majority.into(),
                1..=30,
            )? as u8,
            request_again_after_days: file.number(
                "request_again_after_days",
                standard.request_again_after_days,
                30..=366,
            )?,
            notice_of_closure: file.switch("notice_of_closure", standard.notice_of_closure)?,
            ssn_08: file.take("ssn_08", standard.ssn_08, |value| match value.as_str() {
                Some("add") => Ok(AnswerTo08::Add),
                Some("replace") => Ok(AnswerTo08::Replace),
                _ => Err("is out of range; give \"add\" or \"replace\", in quotes".to_owned()),
            })?,
        };
        file.refuse_rest()?;
        Ok(policy)
    }
}

/// A share from 0 to 1, in hundred-thousandths.
fn share(value: &toml::Value) -> std::result::Result<u32, String> {
    let number = match value {
        toml::Value::Integer(number) => Some(*number as f64),
        toml::Value::Float(number) => Some(*number),
        _ => None,
    };
    let number =
        number.ok_or_else(|| "is not a number; give one from 0 to 1, without quotes".to_owned())?;
    if !(0.0..=1.0).contains(&number) {
        return Err("is out of range; give a number from 0 to 1".to_owned());
    }
    // To five decimals: from 0 to 100,000.
    let text = format!("{:.0}", number * 100_000.0);
    text.parse()
        .map_err(|_| "is out of range; give a number from 0 to 1".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_printed_policy_is_the_default_and_names_every_key_with_its_source() {
        assert_eq!(Policy::parse(DEFAULT_POLICY), Ok(Policy::default()));
        assert_eq!(Policy::parse(""), Ok(Policy::default()));
        let mut comment = String::new();
        let mut keys = 0;
        for line in DEFAULT_POLICY.lines() {
            if let Some(text) = line.strip_prefix('#') {
                comment += text;
            } else if line.contains(" = ") {
                keys += 1;
                let sourced = ["(seed", "(public", "(ours"]
                    .iter()
                    .any(|s| comment.contains(s));
                assert!(sourced, "{line}");
            } else {
                comment.clear();
            }
        }
        assert_eq!(keys, 11);
    }

    #[test]
    fn a_value_is_taken() {
        let policy =
            Policy::parse("ssn_08 = \"replace\"\nnotice_of_closure = true\nage_of_majority = 21\n");
        let policy = policy.unwrap();
        assert_eq!(policy.ssn_08, AnswerTo08::Replace);
        assert!(policy.notice_of_closure && policy.caution_multiple_case);
        assert_eq!(policy.age_of_majority, 21);
        let policy = Policy::parse("min_share_right = 0.9999\n").unwrap();
        assert_eq!(policy.min_share_right, 99_990);
    }

    #[test]
    fn what_cannot_be_used_is_refused_with_its_line() {
        for (text, line, words) in [
            ("\nage = 3\n", 2, "unknown field `age`"),
            (
                "# x\n\nage_of_majority = \"18\"\n",
                3,
                "`age_of_majority` is not a whole number; give one from 1 to 30",
            ),
            ("age_of_majority = 200\n", 1, "1 to 30"),
            ("age_of_majority = -1\n", 1, "1 to 30"),
            ("min_adults_percent = 101\n", 1, "0 to 100"),
            ("min_children_percent = 75.5\n", 1, "not a whole number"),
            ("request_again_after_days = 29\n", 1, "30 to 366"),
            ("\n\nssn_08 = \"both\"\n", 3, "\"add\" or \"replace\""),
            ("caution_multiple_case = 1\n", 1, "give true or false"),
            ("min_share_right = 99.9\n", 1, "from 0 to 1"),
            ("min_share_right = nan\n", 1, "from 0 to 1"),
            ("min_share_right = \"SECRET\"\n", 1, "not a number"),
            ("notice_of_closure = \"SECRET\"\n", 1, "give true or false"),
            ("ssn_08 = [\"SECRET\"]\n", 1, "\"add\" or \"replace\""),
            ("age_of_majority = 99999999999999999999\n", 1, ""),
            ("notice_of_closure = yes\n", 1, ""),
            ("a.b = 1\n", 1, "unknown field `a`"),
            ("[policy]\n", 1, "unknown field"),
            (
                "notice_of_closure = true\nnotice_of_closure = true\n",
                2,
                "duplicate key",
            ),
            ("notice_of_closure = \n", 1, ""),
        ] {
            let (at, problem) = Policy::parse(text).unwrap_err();
            assert_eq!(at, Some(line), "{text}: {problem}");
            assert!(problem.contains(words), "{text}: {problem}");
            for word in ["SECRET", "i64", "u16", "boolean", "999"] {
                assert!(!problem.contains(word), "{text}: {problem}");
            }
        }
    }
}
