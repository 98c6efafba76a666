//! The policy: thresholds and switches, read from TOML.

use std::ops::RangeInclusive;
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use crate::error::{Error, Result};

/// The default policy as commented TOML: every key with its reason and source.
pub const DEFAULT_POLICY: &str = include_str!("policy.toml");

/// What to do with the other state's SSN under 08.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerTo08 {
    /// Add it as an additional SSN, also on the FCR.
    Add,
    /// Put it in the place of yours.
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
    /// 02: FCR-Supplied Y is for a worker.
    pub caution_fcr_supplied: bool,
    /// 02: a CP or NP Match Indicator N is for a worker.
    pub caution_match_indicators: bool,
    /// 02: Multiple Case Y is for a worker.
    pub caution_multiple_case: bool,
    /// 06: years from which a missing child needs no action.
    pub age_of_majority: u8,
    /// Days in which no second FRINF is sent.
    pub request_again_after_days: u16,
    /// 04: send a GSC14 as the responding state.
    pub notice_of_closure: bool,
    /// 08: add or replace.
    pub ssn_08: AnswerTo08,
}

impl Default for Policy {
    /// What [`DEFAULT_POLICY`] says.
    fn default() -> Self {
        Policy {
            min_adults_percent: 100,
            min_children_percent: 75,
            caution_fcr_supplied: true,
            caution_match_indicators: true,
            caution_multiple_case: true,
            age_of_majority: 18,
            request_again_after_days: 30,
            notice_of_closure: false,
            ssn_08: AnswerTo08::Add,
        }
    }
}

/// The file, key by key.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyFile {
    min_adults_percent: Option<Spanned<i64>>,
    min_children_percent: Option<Spanned<i64>>,
    caution_fcr_supplied: Option<bool>,
    caution_match_indicators: Option<bool>,
    caution_multiple_case: Option<bool>,
    age_of_majority: Option<Spanned<i64>>,
    request_again_after_days: Option<Spanned<i64>>,
    notice_of_closure: Option<bool>,
    ssn_08: Option<Spanned<String>>,
}

impl Policy {
    /// Reads a policy file.
    ///
    /// # Errors
    /// [`Error::Configuration`] where it cannot be read, or has an unknown key, a wrong type or a
    /// value out of range, with the line.
    pub fn load(path: &Path) -> Result<Policy> {
        let refuse = |line: Option<usize>, problem: String| Error::Configuration {
            file: path.to_owned(),
            line,
            problem,
        };
        let bytes =
            std::fs::read(path).map_err(|e| refuse(None, format!("cannot be read ({e})")))?;
        let text = String::from_utf8(bytes)
            .map_err(|_| refuse(None, "is not UTF-8 text; save it as UTF-8".to_owned()))?;
        Self::parse(&text).map_err(|(line, problem)| refuse(line, problem))
    }

    /// Reads a policy's text; on failure gives the line, from 1, and the problem.
    fn parse(text: &str) -> std::result::Result<Policy, (Option<usize>, String)> {
        let line = |byte: usize| 1 + memchr::memchr_iter(b'\n', &text.as_bytes()[..byte]).count();
        let file: PolicyFile = toml::from_str(text).map_err(|error| {
            let problem = format!(
                "{}; `icr respond --print-policy` shows every key",
                error.message().replace('\n', " ")
            );
            (error.span().map(|span| line(span.start)), problem)
        })?;
        let number =
            |key: &str, value: Option<Spanned<i64>>, range: RangeInclusive<u16>, default| {
                let Some(value) = value else {
                    return Ok(default);
                };
                let at = line(value.span().start);
                u16::try_from(value.into_inner())
                    .ok()
                    .filter(|number| range.contains(number))
                    .ok_or_else(|| {
                        let (first, last) = (range.start(), range.end());
                        let problem = format!(
                            "`{key}` is out of range; give a number from {first} to {last}"
                        );
                        (Some(at), problem)
                    })
            };
        let standard = Policy::default();
        let percent = |key, value, default: u8| {
            number(key, value, 0..=100, default.into()).map(|percent| percent as u8)
        };
        let ssn_08 = match file.ssn_08 {
            None => standard.ssn_08,
            Some(value) => match value.as_ref().as_str() {
                "add" => AnswerTo08::Add,
                "replace" => AnswerTo08::Replace,
                _ => {
                    let problem = "`ssn_08` is out of range; give \"add\" or \"replace\"";
                    return Err((Some(line(value.span().start)), problem.to_owned()));
                }
            },
        };
        Ok(Policy {
            min_adults_percent: percent(
                "min_adults_percent",
                file.min_adults_percent,
                standard.min_adults_percent,
            )?,
            min_children_percent: percent(
                "min_children_percent",
                file.min_children_percent,
                standard.min_children_percent,
            )?,
            caution_fcr_supplied: file
                .caution_fcr_supplied
                .unwrap_or(standard.caution_fcr_supplied),
            caution_match_indicators: file
                .caution_match_indicators
                .unwrap_or(standard.caution_match_indicators),
            caution_multiple_case: file
                .caution_multiple_case
                .unwrap_or(standard.caution_multiple_case),
            age_of_majority: number(
                "age_of_majority",
                file.age_of_majority,
                1..=30,
                standard.age_of_majority.into(),
            )? as u8,
            request_again_after_days: number(
                "request_again_after_days",
                file.request_again_after_days,
                30..=366,
                standard.request_again_after_days,
            )?,
            notice_of_closure: file.notice_of_closure.unwrap_or(standard.notice_of_closure),
            ssn_08,
        })
    }
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
        assert_eq!(keys, 9);
    }

    #[test]
    fn a_value_is_taken() {
        let policy =
            Policy::parse("ssn_08 = \"replace\"\nnotice_of_closure = true\nage_of_majority = 21\n");
        let policy = policy.unwrap();
        assert_eq!(policy.ssn_08, AnswerTo08::Replace);
        assert!(policy.notice_of_closure && policy.caution_multiple_case);
        assert_eq!(policy.age_of_majority, 21);
    }

    #[test]
    fn what_cannot_be_used_is_refused_with_its_line() {
        for (text, line, words) in [
            ("\nage = 3\n", 2, "unknown field `age`"),
            ("# x\n\nage_of_majority = \"18\"\n", 3, "invalid type"),
            ("age_of_majority = 200\n", 1, "1 to 30"),
            ("age_of_majority = -1\n", 1, "1 to 30"),
            ("min_adults_percent = 101\n", 1, "0 to 100"),
            ("min_children_percent = 75.5\n", 1, "invalid type"),
            ("request_again_after_days = 29\n", 1, "30 to 366"),
            ("\n\nssn_08 = \"both\"\n", 3, "\"add\" or \"replace\""),
            ("caution_multiple_case = 1\n", 1, "invalid type"),
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
        }
    }
}
