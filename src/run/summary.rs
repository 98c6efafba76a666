//! The summary of `match`, as `summary.json` and as text.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write;

use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::roster::{Attendance, disagreements};
use crate::engine::extract::{Edit, Extract, Findings, Provenance, Severity, Unusable};
use crate::engine::matching::Routine;
use crate::engine::response::{StateTotals, Volume};
use crate::error::{Error, Result};
use crate::formats::input::Told;
use crate::formats::reference::State;
use crate::text::shown;

/// Counts by code.
pub type FindingCounts = BTreeMap<Cow<'static, str>, u64>;

/// The findings of one severity, by code.
pub(super) fn counts_of(findings: &Findings, severity: Severity) -> FindingCounts {
    let of_severity = |edit: &Edit| edit.severity() == severity;
    findings
        .iter()
        .filter(|(edit, _)| of_severity(edit))
        .map(|(edit, n)| (edit.code().into(), n))
        .collect()
}

/// The name of the file.
pub const SUMMARY: &str = "summary.json";
/// The schema that this program writes and reads.
const SCHEMA: &str = "icr.match.summary/1";

/// A state that submitted an extract.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
#[serde(default)]
pub struct StateSummary {
    /// The file's name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// The form of the delivered file.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub form: String,
    /// What was done to the file as a whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<Told>,
    /// What became of its records and cases.
    #[serde(flatten)]
    pub totals: StateTotals,
    /// Errors by code.
    pub errors: FindingCounts,
    /// Warnings by code.
    pub warnings: FindingCounts,
    /// Cases by the state that they name.
    #[serde(
        skip_serializing_if = "BTreeMap::is_empty",
        deserialize_with = "by_state"
    )]
    pub cases_by_other_state: BTreeMap<&'static str, u64>,
    /// That the extract is of an earlier run, in the place of a file that cannot be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stood_in: Option<StoodIn>,
    /// What is new in its response (`--changes`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<Changes>,
}

/// The extract of an earlier run that stands in for a file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StoodIn {
    /// The date of the run that accepted it, CCYYMMDD.
    pub accepted: String,
    /// The name of the file that the state sent and that cannot be used.
    pub sent: String,
    /// Why not.
    pub reason: String,
}

/// What is new in a state's response (`--changes`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Changes {
    /// The date of the run whose response the state was given last, CCYYMMDD; none before the first.
    pub since: Option<String>,
    /// The last response was pruned, so that no changes are written: the state is to be given its
    /// whole response.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub whole: bool,
    /// Cases that were not in it.
    pub new: u64,
    /// Cases whose answer differs from it in a byte.
    pub changed: u64,
    /// Cases of it that are no longer returned.
    pub gone: u64,
    /// The records of the new and the changed cases.
    pub records: u64,
}

/// A state that submitted an extract and is not answered in this run (`--for`).
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ReadOnlyState {
    /// The file's name.
    pub file: String,
    /// The form in which it was delivered.
    pub form: String,
    /// Its records.
    pub records: FcrRecords,
    /// Errors by code.
    pub errors: FindingCounts,
    /// Warnings by code.
    pub warnings: FindingCounts,
    /// Cases by the state that they name.
    #[serde(deserialize_with = "by_state")]
    pub cases_by_other_state: BTreeMap<&'static str, u64>,
    /// That the extract is of an earlier run, in the place of a file that cannot be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stood_in: Option<StoodIn>,
}

/// An FCR-derived file.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct FcrFile {
    /// The file's name.
    pub file: String,
    /// The form of the delivered file.
    pub form: String,
    /// What was done to the file as a whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<Told>,
    /// Whether it was used for its state; else the state submitted an extract.
    pub used: bool,
    /// Its records.
    pub records: FcrRecords,
    /// Errors by code.
    pub errors: FindingCounts,
    /// Warnings by code.
    pub warnings: FindingCounts,
}

/// The records of an FCR-derived file.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct FcrRecords {
    /// Records in the file.
    pub read: u64,
    /// Records that an edit rejected.
    pub rejected: u64,
}

/// What a file was given as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
#[serde(rename_all = "lowercase")]
pub enum FileKind {
    /// A state's extract.
    Extract,
    /// An FCR-derived file.
    Fcr,
}

impl std::fmt::Display for FileKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            FileKind::Extract => "extract",
            FileKind::Fcr => "fcr",
        })
    }
}

/// A file that was left out (`--on-bad-file exclude`).
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct ExcludedFile {
    /// The file's name.
    pub file: String,
    /// Its provenance.
    pub kind: FileKind,
    /// Its state, if known.
    pub state: Option<String>,
    /// The reason.
    pub reason: String,
    /// The number of its records.
    pub records: u64,
    /// Errors by code.
    pub errors: FindingCounts,
    /// The date of the run whose extract of the state stands in for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stood_in: Option<String>,
}

impl ExcludedFile {
    /// Why it was left out, and what stands in.
    pub fn told(&self) -> String {
        self.reason.clone() + &self.stands()
    }

    /// What an operator must not overlook.
    pub fn warning(&self) -> String {
        format!(
            "{} was left out: {}{}",
            shown(&self.file),
            self.reason,
            self.stands()
        )
    }

    /// What stands in for the file, as the end of a message.
    fn stands(&self) -> String {
        self.stood_in.as_ref().map_or_else(String::new, |date| {
            format!("; the state's extract accepted on {date} stands in for it")
        })
    }
}

/// `summary.json` of `match`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct MatchSummary {
    /// The form of this file.
    #[schemars(extend("const" = "icr.match.summary/1"))]
    pub schema: Cow<'static, str>,
    /// CCYYMMDD.
    pub run_date: String,
    /// The routine. A summary of an early version does not have it; then it is `published`.
    #[serde(default)]
    pub routine: Routine,
    /// The states that are answered, where that was asked of some alone (`--for`).
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    pub only: Option<Vec<String>>,
    /// Those that submitted and are answered, by USPS code.
    #[serde(deserialize_with = "by_state")]
    pub states: BTreeMap<&'static str, StateSummary>,
    /// Those that submitted and were only read (`--for`).
    #[serde(
        default,
        skip_serializing_if = "BTreeMap::is_empty",
        deserialize_with = "by_state"
    )]
    pub read_only: BTreeMap<&'static str, ReadOnlyState>,
    /// The sums over the states.
    #[serde(default)]
    pub run: StateSummary,
    /// The FCR-derived files, by USPS code.
    #[serde(default, deserialize_with = "by_state")]
    pub fcr: BTreeMap<&'static str, FcrFile>,
    /// Absent states that cases name, by USPS code, with these cases.
    #[serde(default, deserialize_with = "by_state")]
    pub absent: BTreeMap<&'static str, Volume>,
    /// Files that were left out.
    #[serde(default)]
    pub excluded: Vec<ExcludedFile>,
    /// The attendance of the states, if a roster was given, by USPS code.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "by_state_if_given"
    )]
    pub roster: Option<BTreeMap<&'static str, Attendance>>,
}

/// A state's cases by other state.
pub(super) fn cases_by_other_state(extract: &Extract) -> BTreeMap<&'static str, u64> {
    let mut counts = BTreeMap::new();
    for state in extract
        .cases
        .iter()
        .filter_map(|case| case.data.other_state)
    {
        *counts.entry(State::usps(state)).or_default() += 1;
    }
    counts
}

/// A map by USPS code; other keys are refused.
fn by_state<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> std::result::Result<BTreeMap<&'static str, T>, D::Error> {
    let named = BTreeMap::<String, T>::deserialize(deserializer)?.into_iter();
    let known = |(usps, value): (String, T)| {
        let state = State::from_usps(&usps).ok_or_else(|| D::Error::custom("no such state"))?;
        Ok((state.usps(), value))
    };
    named.map(known).collect()
}

fn by_state_if_given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> std::result::Result<Option<BTreeMap<&'static str, T>>, D::Error> {
    by_state(deserializer).map(Some)
}

impl MatchSummary {
    /// Parses a summary; `None` if the text is not a summary of match.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let summary: MatchSummary = serde_json::from_slice(text).ok()?;
        (summary.schema == SCHEMA).then_some(summary)
    }

    /// An empty summary for a run date and a routine.
    pub fn new(run_date: String, routine: Routine) -> Self {
        MatchSummary {
            schema: SCHEMA.into(),
            run_date,
            routine,
            only: None,
            states: BTreeMap::new(),
            read_only: BTreeMap::new(),
            run: StateSummary {
                totals: StateTotals::of(routine),
                ..StateSummary::default()
            },
            fcr: BTreeMap::new(),
            absent: BTreeMap::new(),
            excluded: Vec::new(),
            roster: None,
        }
    }

    /// Adds a submitting state, also to the run's sums.
    pub fn add_state(&mut self, extract: &Extract, totals: StateTotals, stood_in: Option<StoodIn>) {
        let errors = counts_of(&extract.findings, Severity::Error);
        let warnings = counts_of(&extract.findings, Severity::Warning);
        self.run.totals += &totals;
        for (sums, counts) in [
            (&mut self.run.errors, &errors),
            (&mut self.run.warnings, &warnings),
        ] {
            for (code, count) in counts {
                *sums.entry(code.clone()).or_default() += count;
            }
        }
        let state = StateSummary {
            file: extract.source.name(),
            form: extract.source.form_words(),
            told: extract.told.clone(),
            totals,
            errors,
            warnings,
            cases_by_other_state: cases_by_other_state(extract),
            stood_in,
            changes: None,
        };
        self.states.insert(extract.state.usps(), state);
    }

    /// Adds a submitting state that is not answered.
    pub fn add_read_only(&mut self, extract: &Extract, stood_in: Option<StoodIn>) {
        let state = ReadOnlyState {
            file: extract.source.name(),
            form: extract.source.form_words(),
            records: FcrRecords {
                read: extract.records,
                rejected: extract.rejected.len() as u64,
            },
            errors: counts_of(&extract.findings, Severity::Error),
            warnings: counts_of(&extract.findings, Severity::Warning),
            cases_by_other_state: cases_by_other_state(extract),
            stood_in,
        };
        self.read_only.insert(extract.state.usps(), state);
    }

    /// Adds an FCR-derived file.
    pub fn add_fcr(&mut self, extract: &Extract, used: bool) {
        let file = FcrFile {
            file: extract.source.name(),
            form: extract.source.form_words(),
            told: extract.told.clone(),
            used,
            records: FcrRecords {
                read: extract.records,
                rejected: extract.rejected.len() as u64,
            },
            errors: counts_of(&extract.findings, Severity::Error),
            warnings: counts_of(&extract.findings, Severity::Warning),
        };
        self.fcr.insert(extract.state.usps(), file);
    }

    /// Adds a file that was left out; `stood_in` is the date of the run whose extract stands in.
    pub fn add_excluded(&mut self, file: &Unusable, stood_in: Option<String>) {
        self.excluded.push(ExcludedFile {
            file: file
                .path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            kind: if file.provenance == Provenance::Submitted {
                FileKind::Extract
            } else {
                FileKind::Fcr
            },
            state: file.state.map(|state| state.usps().to_owned()),
            reason: file.problem.clone(),
            records: file.records,
            errors: counts_of(&file.findings, Severity::Error),
            stood_in,
        });
    }

    /// Counts the cases that name states for which there are no data; those of answered states.
    pub fn count_absent(&mut self, standing: &[Extract]) {
        let present: Vec<State> = standing.iter().map(|extract| extract.state).collect();
        let only = self.only.clone();
        let answered = |e: &&Extract| {
            only.as_ref()
                .is_none_or(|only| only.iter().any(|usps| usps == e.state.usps()))
        };
        for extract in standing
            .iter()
            .filter(|e| e.provenance == Provenance::Submitted)
            .filter(answered)
        {
            for case in &extract.cases {
                if let Some(state) = case
                    .data
                    .other_state
                    .filter(|state| !present.contains(state))
                {
                    let counts = self.absent.entry(state.usps()).or_default();
                    counts.cases += 1;
                    counts.records += u64::from(case.row_count);
                }
            }
        }
    }

    /// Stops a run with cases that name absent states (`--absent-state error`).
    ///
    /// # Errors
    /// [`Error::Inputs`] naming the states.
    pub fn refuse_absent(&self) -> Result<()> {
        if self.absent.is_empty() {
            return Ok(());
        }
        let states: Vec<_> = self.absent.keys().copied().collect();
        Err(Error::Inputs(format!(
            "cases name states that sent nothing: {}; give their extracts or FCR-derived files, or choose another --absent-state",
            states.join(", ")
        )))
    }

    /// Whether a state sent an extract that was left out: it is absent, but it did send.
    fn left_out(&self, state: &str) -> bool {
        let is_its = |file: &ExcludedFile| file.state.as_deref() == Some(state);
        self.excluded
            .iter()
            .any(|file| is_its(file) && file.kind == FileKind::Extract)
    }

    /// Who did not do as the roster says, which an operator must not overlook.
    pub fn roster_warnings(&self) -> Vec<String> {
        self.roster.iter().flat_map(disagreements).collect()
    }

    /// What is wrong with files as a whole, by file, which an operator must not overlook.
    pub fn file_warnings(&self) -> Vec<(&str, String)> {
        let states = self.states.values().map(|state| (&state.file, &state.told));
        let fcr = self.fcr.values().map(|file| (&file.file, &file.told));
        let all = states.chain(fcr);
        all.flat_map(|(file, told)| told.iter().map(move |told| (file.as_str(), told.line())))
            .collect()
    }

    /// Whether the run has a finding of this severity or above.
    pub fn has(&self, severity: Severity) -> bool {
        let fcr =
            |of: fn(&FcrFile) -> &FindingCounts| self.fcr.values().any(|file| !of(file).is_empty());
        let errors =
            !self.run.errors.is_empty() || fcr(|file| &file.errors) || !self.excluded.is_empty();
        let warnings = !self.run.warnings.is_empty() || fcr(|file| &file.warnings);
        errors || (severity == Severity::Warning && warnings)
    }

    /// The contents of the file.
    pub fn json(&self) -> String {
        crate::text::json_text(self)
    }

    /// The summary as a table.
    pub fn text(&self) -> String {
        let tiers = self.run.totals.cases_by_tier.routine.tiers();
        let mut text = format!("Interstate case reconciliation, run date {}", self.run_date);
        if self.run.totals.cases_by_tier.routine == Routine::Pooled {
            text += ", pooled routine";
        }
        text += "\n\n";
        let first = [
            "",
            "read",
            "rejected",
            "returned",
            "suppressed",
            "not eval.",
            "cases",
        ];
        let tier_heads = tiers.iter().map(|tier| format!("tier {}", tier.number()));
        let heads = first
            .map(str::to_owned)
            .into_iter()
            .chain(tier_heads)
            .chain(["not found", "nobody"].map(str::to_owned));
        let mut row = |cells: Vec<String>| {
            let mut line = format!("{:<4}", cells[0]);
            for cell in &cells[1..] {
                line += &format!("{cell:>12}");
            }
            text += line.trim_end();
            text.push('\n');
        };
        row(heads.collect());
        for (name, state) in self
            .states
            .iter()
            .map(|(usps, state)| (*usps, state))
            .chain([("all", &self.run)])
        {
            let totals = &state.totals;
            let (r, c, t) = (&totals.records, &totals.cases, &totals.cases_by_tier);
            let numbers = [
                r.read,
                r.rejected,
                r.returned,
                r.suppressed,
                r.not_evaluated,
                c.returned,
            ]
            .into_iter()
            .chain(t.found.into_iter().take(tiers.len()))
            .chain([t.none, totals.cases_nobody_matched]);
            let numbers = numbers.map(|number| number.to_string());
            row([name.to_owned()].into_iter().chain(numbers).collect());
        }
        let codes: Vec<_> = crate::engine::matching::ReasonCode::ALL
            .iter()
            .map(|code| (code.code(), self.run.totals.records_by_code.0[code.index()]))
            .collect();
        text += "\nrecords by reason code:";
        for (code, count) in codes {
            let _ = write!(text, "  {code} {count}");
        }
        text.push('\n');
        for (what, counts) in [
            ("errors", &self.run.errors),
            ("warnings", &self.run.warnings),
        ] {
            if !counts.is_empty() {
                let _ = write!(text, "{what}:");
                for (code, count) in counts {
                    let _ = write!(text, "  {code} {count}");
                }
                text.push('\n');
            }
        }
        if let Some(only) = &self.only {
            let _ = writeln!(
                text,
                "answered: {}; all others were only read",
                only.join(", ")
            );
        }
        for (state, file) in &self.fcr {
            let stands = if file.used {
                "stands for the state"
            } else {
                "not used, the state submitted an extract"
            };
            let _ = writeln!(
                text,
                "FCR-derived {state}: {} records, {} rejected, {stands}",
                file.records.read, file.records.rejected
            );
        }
        for (state, counts) in &self.absent {
            let _ = writeln!(
                text,
                "{} {state}: {}, {} name it",
                if self.left_out(state) {
                    "left out"
                } else {
                    "absent"
                },
                crate::text::count_of(counts.cases, "case"),
                crate::text::count_of(counts.records, "record")
            );
        }
        for file in &self.excluded {
            let state = file.state.as_deref().unwrap_or("unknown");
            let _ = writeln!(
                text,
                "EXCLUDED {} (state {state}): {}{}",
                shown(&file.file),
                shown(&file.reason),
                file.stands()
            );
        }
        text
    }
}
