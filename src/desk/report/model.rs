//! The report that all four renderings show.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::figures::figures;
use super::{Counted, Figure, Figures};
use crate::engine::extract::Severity;
use crate::engine::response::Volume;
use crate::formats::layout::CodeTable;
use crate::run::{ExcludedFile, FileKind};

/// The reconciliation report of a run.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Report {
    /// The form of the report.
    #[schemars(extend("const" = "icr.report/1"))]
    pub schema: &'static str,
    /// CCYYMMDD.
    pub run_date: String,
    /// Which run of that date it is.
    pub run: RunIdentity,
    /// The nation: the sums over the submitting states.
    pub national: StateReport,
    /// The submitting states, by USPS code.
    pub states: BTreeMap<&'static str, StateReport>,
    /// By submitting state and other state.
    pub matrix: BTreeMap<&'static str, BTreeMap<&'static str, Cell>>,
    /// States that cases name but that sent nothing.
    pub absent: BTreeMap<&'static str, Volume>,
    /// Files that were left out.
    pub excluded: Vec<Excluded>,
    /// The states that were answered, where others were only read.
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    pub only: Option<Vec<String>>,
    /// Whether it could be checked that the cases of the responses are complete.
    pub cases_checked: bool,
    /// Whether the summary has errors, for `--fail-on`.
    #[serde(skip)]
    pub has_errors: bool,
    /// Whether it has warnings.
    #[serde(skip)]
    pub has_warnings: bool,
}

impl Report {
    /// Whether the run has a finding of this severity or above.
    pub fn has(&self, severity: Severity) -> bool {
        let errors = self.has_errors || !self.excluded.is_empty();
        errors || severity == Severity::Warning && self.has_warnings
    }
}

/// What distinguishes a run from another one of the same date.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RunIdentity {
    /// The name of its folder.
    pub folder: String,
    /// The SHA-256 of its manifest, which holds the digests of everything that it read and wrote.
    pub manifest_sha256: String,
}

impl RunIdentity {
    /// The folder's name and the first digits of the digest, for people.
    pub fn short(&self) -> String {
        let digits = self.manifest_sha256.len().min(12);
        format!(
            "{}, manifest {}",
            self.folder,
            &self.manifest_sha256[..digits]
        )
    }
}

/// What the edits found in extracts, by code: records with an error, warnings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Findings {
    /// Errors: each rejected a record.
    pub errors: BTreeMap<String, u64>,
    /// Warnings: the records were kept.
    pub warnings: BTreeMap<String, u64>,
}

impl Findings {
    /// Adds those of another state.
    fn add(&mut self, other: &Findings) {
        for (mine, theirs) in [
            (&mut self.errors, &other.errors),
            (&mut self.warnings, &other.warnings),
        ] {
            for (code, count) in theirs {
                *mine.entry(code.clone()).or_default() += count;
            }
        }
    }

    /// Errors and warnings together, by code.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        let all = self.errors.iter().chain(&self.warnings);
        all.map(|(code, count)| (code.as_str(), *count))
    }

    /// How often a code occurred.
    pub fn of(&self, code: &str) -> u64 {
        let found = self.errors.get(code).or_else(|| self.warnings.get(code));
        found.copied().unwrap_or_default()
    }
}

/// The figures of one submitting state, or of the nation.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct StateReport {
    /// The state's name.
    pub name: String,
    /// Everything.
    pub total: Figures,
    /// The returned cases that are answered with FCR-derived data.
    pub fcr_supplied: Figures,
    /// By the other state.
    pub by_other_state: BTreeMap<&'static str, Figures>,
    /// What the edits found in its extract.
    pub findings: Findings,
}

/// A state that did not submit.
static NO_STATE: StateReport = StateReport {
    name: String::new(),
    total: Figures(BTreeMap::new()),
    fcr_supplied: Figures(BTreeMap::new()),
    by_other_state: BTreeMap::new(),
    findings: Findings {
        errors: BTreeMap::new(),
        warnings: BTreeMap::new(),
    },
};

/// A pair of states in the matrix: cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Cell {
    /// Returned.
    pub returned: u64,
    /// Of these, found by a tier.
    pub found: u64,
    /// Of these, in sync.
    pub in_sync: u64,
}

/// A file that was left out of the run.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Excluded {
    /// Its state, if known.
    pub state: Option<String>,
    /// What it was given as.
    pub kind: FileKind,
    /// The file's name.
    pub file: String,
    /// Why it was left out.
    pub reason: String,
    /// How many records it has.
    pub records: u64,
}

impl Excluded {
    /// The entry of a file in a summary.
    pub(super) fn of(file: &ExcludedFile) -> Self {
        Excluded {
            state: file.state.clone(),
            kind: file.kind,
            file: file.file.clone(),
            reason: file.told(),
            records: file.records,
        }
    }
}

/// What is rendered: a report, optionally an earlier one to compare it with, and the meanings of
/// codes.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The report.
    pub new: &'a Report,
    /// The earlier report.
    pub old: Option<&'a Report>,
    /// The table of reason codes.
    pub codes: &'a CodeTable,
}

impl View<'_> {
    /// Whether one of the runs used the pooled routine, judged by the tiers that found cases.
    pub fn is_pooled(&self) -> bool {
        let both = [Some(self.new), self.old];
        both.into_iter()
            .flatten()
            .any(|report| report.national.total.has_pooled_tiers())
    }

    /// The figures with fixed keys, in report order.
    pub fn figures(&self) -> impl Iterator<Item = &'static Figure> + use<> {
        figures(self.is_pooled())
    }
}

impl StateReport {
    /// Makes the tiers of the pooled routine known in every scope.
    pub(super) fn with_pooled_tiers(&mut self) {
        let parts = [&mut self.total, &mut self.fcr_supplied];
        let parts = parts.into_iter().chain(self.by_other_state.values_mut());
        parts.for_each(Figures::with_pooled_tiers);
    }
}

impl Report {
    /// A report of these states.
    pub fn of_states(run_date: String, states: BTreeMap<&'static str, StateReport>) -> Self {
        let mut national = StateReport {
            name: "All submitting states".to_owned(),
            ..StateReport::default()
        };
        for state in states.values() {
            national.total += &state.total;
            national.fcr_supplied += &state.fcr_supplied;
            national.findings.add(&state.findings);
            for (other, figures) in &state.by_other_state {
                *national.by_other_state.entry(other).or_default() += figures;
            }
        }
        let cell = |figures: &Figures| Cell {
            returned: figures.of(Counted::Returned.cases()),
            found: figures.found(),
            in_sync: figures.of(Counted::InSync.cases()),
        };
        let row = |state: &StateReport| {
            let cells = state.by_other_state.iter();
            cells
                .map(|(other, figures)| (*other, cell(figures)))
                .collect()
        };
        Report {
            schema: "icr.report/1",
            run_date,
            run: RunIdentity::default(),
            matrix: states
                .iter()
                .map(|(usps, state)| (*usps, row(state)))
                .collect(),
            national,
            states,
            absent: BTreeMap::new(),
            excluded: Vec::new(),
            only: None,
            cases_checked: true,
            has_errors: false,
            has_warnings: false,
        }
    }

    /// States that cases name and of which nothing came: not those whose file came and was left out.
    pub fn sent_nothing(&self) -> impl Iterator<Item = (&'static str, Volume)> {
        let came = |usps: &str| {
            let mut files = self.excluded.iter();
            files.any(|file| file.state.as_deref() == Some(usps))
        };
        let absent = self.absent.iter().map(|(usps, volume)| (*usps, *volume));
        absent.filter(move |(usps, _)| !came(usps))
    }

    /// The cases that name a state whose file was left out, and were not evaluated.
    pub fn named(&self, file: &Excluded) -> Option<Volume> {
        self.absent.get(file.state.as_deref()?).copied()
    }

    /// The run date as CCYY-MM-DD.
    pub fn date(&self) -> String {
        let part = |range| self.run_date.get(range).unwrap_or_default();
        format!("{}-{}-{}", part(0..4), part(4..6), part(6..8))
    }

    /// The nation as `all`, and the submitting states.
    pub fn scopes(&self) -> impl Iterator<Item = (&'static str, &StateReport)> {
        let states = self.states.iter().map(|(usps, state)| (*usps, state));
        std::iter::once(("all", &self.national)).chain(states)
    }

    /// The report of `all` or of a state. For a state that did not submit, every figure is unknown.
    pub fn scope(&self, name: &str) -> &StateReport {
        if name == "all" {
            &self.national
        } else {
            self.states.get(name).unwrap_or(&NO_STATE)
        }
    }
}
