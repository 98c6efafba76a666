//! What an earlier report found, so that only what is new fails.
//!
//! A file is known by its kind and state, or by its name where it has no state; a finding by its code
//! and record. A record's number moves when records come or go before it, so the file may be as many
//! records longer or shorter; what cannot be identified better is compared by count (decision 0045). No digest
//! of a record is kept: with few guesses it would give away the record.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use super::told::known_told;
use super::{FileReport, Report};
use crate::error::{Error, Result};
use crate::open::{read_whole, utf8_text};
use crate::stop::Stop;

/// The kind of a file, and its state or name.
type FileKey = (String, String);

/// What an earlier report found.
#[derive(Debug, Default)]
pub struct Baseline {
    files: BTreeMap<FileKey, KnownFile>,
}

#[derive(Debug, Default)]
struct KnownFile {
    records: u64,
    codes: BTreeMap<String, Known>,
    /// What was done to it as a whole, and to how many records.
    told: BTreeMap<String, u64>,
}

/// The findings of one code.
#[derive(Clone, Debug, Default)]
struct Known {
    count: u64,
    /// The records that the report named, from 1.
    listed: BTreeSet<u64>,
}

/// Which findings of one code are new.
#[derive(Debug, PartialEq, Eq)]
struct New {
    count: u64,
    records: BTreeSet<u64>,
}

impl Known {
    /// Which of `count` findings, of which `found` are listed in order, are new in a file that is
    /// `longer` records longer than it was.
    fn new_of(&self, count: u64, found: &[u64], longer: i64) -> New {
        let mut left = self.listed.clone();
        let mut unmatched: Vec<u64> = Vec::new();
        for &record in found {
            if !left.remove(&record) {
                unmatched.push(record);
            }
        }
        // As many records came before them, or went.
        unmatched.retain(|record| {
            let before = record.checked_add_signed(-longer);
            longer == 0 || !before.is_some_and(|before| left.remove(&before))
        });
        // Beyond the last that was listed, numbers say nothing.
        let all_listed = self.listed.len() as u64 == self.count;
        let told =
            |record: &u64| all_listed || self.listed.last().is_some_and(|last| record <= last);
        let more = count.saturating_sub(self.count);
        let new = if longer == 0 {
            let told = unmatched.iter().filter(|record| told(record)).count() as u64;
            told.max(more)
        } else {
            more
        };
        let marked = unmatched
            .len()
            .min(usize::try_from(new).unwrap_or(usize::MAX));
        let records = if longer == 0 && all_listed {
            unmatched.into_iter().take(marked).collect()
        } else {
            // Those at the end are the likelier new ones: a file grows at its end.
            let skipped = unmatched.len() - marked;
            unmatched.into_iter().skip(skipped).collect()
        };
        New {
            count: new,
            records,
        }
    }
}

impl Baseline {
    /// Reads a report that `icr validate` printed with `--format json` or `--format sarif`.
    ///
    /// # Errors
    /// [`Error::Io`] where it cannot be read, [`Error::Input`] where it is neither.
    pub fn load(path: &Path, stop: &Stop) -> Result<Self> {
        let file = read_whole(path, stop)?;
        Self::parse(&file.bytes).ok_or_else(|| {
            Error::input(
                path,
                "is not a report of `icr validate --format json` or `--format sarif`; make one of an accepted extract",
            )
        })
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let report: Value = serde_json::from_str(utf8_text(bytes).ok()?).ok()?;
        if report["schema"] == "icr.validate/1" {
            Self::of_json(&report)
        } else {
            Self::of_sarif(&report)
        }
    }

    fn file(&mut self, about: &Value) -> Option<&mut KnownFile> {
        let name = about["state"].as_str().or(about["file"].as_str())?;
        let kind = about["kind"].as_str()?;
        let known = KnownFile {
            records: about["records"].as_u64()?,
            codes: BTreeMap::new(),
            told: BTreeMap::new(),
        };
        let key = (kind.to_owned(), name.to_owned());
        Some(self.files.entry(key).or_insert(known))
    }

    fn of_json(report: &Value) -> Option<Self> {
        let mut baseline = Baseline::default();
        for about in report["files"].as_array()? {
            let file = baseline.file(about)?;
            // Reports did not always tell it.
            let told = about["told"].as_array().into_iter().flatten();
            file.told.extend(told.filter_map(known_told));
            for code in about["codes"].as_array()? {
                let listed = code["first_records"].as_array()?;
                let known = Known {
                    count: code["records"].as_u64()?,
                    listed: listed.iter().map(Value::as_u64).collect::<Option<_>>()?,
                };
                file.codes.insert(code["code"].as_str()?.to_owned(), known);
            }
        }
        Some(baseline)
    }

    fn of_sarif(log: &Value) -> Option<Self> {
        let run = &log["runs"][0];
        if run["tool"]["driver"]["name"] != "icr" {
            return None;
        }
        let mut baseline = Baseline::default();
        let artifacts = run["artifacts"].as_array()?;
        for artifact in artifacts {
            baseline.file(&artifact["properties"])?;
        }
        for result in run["results"].as_array()? {
            let place = &result["locations"][0]["physicalLocation"]["artifactLocation"];
            let artifact = artifacts.get(usize::try_from(place["index"].as_u64()?).ok()?)?;
            let file = baseline.file(&artifact["properties"])?;
            if let Some(told) = known_told(&result["properties"]["told"]) {
                file.told.extend([told]);
                continue;
            }
            // That a file cannot be used is no finding that a baseline excuses.
            let Some(count) = result["occurrenceCount"].as_u64() else {
                continue;
            };
            let code = result["ruleId"].as_str()?.to_owned();
            let known = file.codes.entry(code).or_default();
            known.count += count;
            known.listed.extend(result["properties"]["record"].as_u64());
        }
        Some(baseline)
    }
}

impl Report {
    /// Tells what is new since the baseline; from then on only that counts (see [`Report::has`]).
    pub fn hold_against(&mut self, baseline: &Baseline) {
        for file in &mut self.files {
            file.hold_against(baseline);
        }
    }
}

impl FileReport {
    fn hold_against(&mut self, baseline: &Baseline) {
        let name = self.state.unwrap_or(&self.file);
        let key = (self.kind.to_owned(), name.to_owned());
        let known = baseline.files.get(&key);
        let longer = known.map_or(0, |known| {
            self.records.wrapping_sub(known.records).cast_signed()
        });
        for told in &mut self.told {
            let before = known.and_then(|known| known.told.get(&told.key()));
            told.new = Some(before.is_none_or(|&records| told.records > records));
        }
        let mut marks: BTreeMap<&str, BTreeSet<u64>> = BTreeMap::new();
        for code in &mut self.codes {
            let of_code = known.and_then(|known| known.codes.get(code.code));
            let listed = self.listing.records_with(code.code);
            // What is listed nowhere one by one is known by its first records alone.
            let found = if listed.is_empty() {
                &code.first_records
            } else {
                &listed
            };
            let new = of_code
                .cloned()
                .unwrap_or_default()
                .new_of(code.records, found, longer);
            code.new = Some(new.count);
            marks.insert(code.code, new.records);
        }
        self.listing.mark(|record, code| {
            marks
                .get(code)
                .is_some_and(|marked| marked.contains(&record))
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(known: &[u64], count: u64, found: &[u64], longer: i64) -> (u64, Vec<u64>) {
        let known = Known {
            count: count.max(known.len() as u64),
            listed: known.iter().copied().collect(),
        };
        let new = known.new_of(found.len() as u64, found, longer);
        (new.count, new.records.into_iter().collect())
    }

    #[test]
    fn the_same_findings_are_known() {
        assert_eq!(new(&[2, 5], 2, &[2, 5], 0), (0, vec![]));
        assert_eq!(new(&[2, 5], 2, &[5], 0), (0, vec![]));
    }

    #[test]
    fn one_more_is_new() {
        assert_eq!(new(&[2, 5], 2, &[2, 3, 5], 0), (1, vec![3]));
        assert_eq!(new(&[], 0, &[1, 9], 4), (2, vec![1, 9]));
    }

    #[test]
    fn one_in_another_record_is_new_in_a_file_of_the_same_length() {
        assert_eq!(new(&[2], 1, &[3], 0), (1, vec![3]));
    }

    #[test]
    fn findings_move_with_the_records_before_them() {
        assert_eq!(new(&[2, 5], 2, &[2, 6], 1), (0, vec![]));
        assert_eq!(new(&[2, 5], 2, &[1, 4], -1), (0, vec![]));
        assert_eq!(new(&[2, 5], 2, &[2, 4, 6], 1), (1, vec![4]));
    }

    #[test]
    fn beyond_what_was_listed_the_count_tells() {
        assert_eq!(new(&[1, 2], 4, &[1, 2, 7, 8], 0), (0, vec![]));
        assert_eq!(new(&[1, 3], 4, &[1, 2, 7, 8], 0).0, 1);
        assert_eq!(new(&[1, 2], 4, &[1, 2, 7, 8, 9], 0), (1, vec![9]));
    }
}
