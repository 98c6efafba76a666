//! The report: what all four renderings show.

use std::collections::BTreeMap;

use serde::Serialize;

use super::figures::figures;
use super::{Figure, Figures};
use crate::engine::extract::Severity;
use crate::engine::response::Volume;
use crate::formats::layout::CodeTable;
use crate::run::{ExcludedFile, FileKind};

/// The reconciliation report of a run.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The form of the report.
    pub schema: &'static str,
    /// CCYYMMDD.
    pub run_date: String,
    /// The nation: the sums over the submitting states.
    pub national: StateReport,
    /// The submitting states, by USPS code.
    pub states: BTreeMap<&'static str, StateReport>,
    /// By submitting state and other state.
    pub matrix: BTreeMap<&'static str, BTreeMap<&'static str, Cell>>,
    /// States that cases name and that sent nothing.
    pub absent: BTreeMap<&'static str, Volume>,
    /// Files that were left out.
    pub excluded: Vec<Excluded>,
    /// Whether it could be checked that the cases of the responses are whole.
    pub cases_checked: bool,
    /// Whether the summary tells of errors, for `--fail-on`.
    #[serde(skip)]
    pub has_errors: bool,
    /// Likewise of warnings.
    #[serde(skip)]
    pub has_warnings: bool,
}

impl Report {
    /// Whether the run has a finding of this severity, or a graver one.
    pub fn has(&self, severity: Severity) -> bool {
        let errors = self.has_errors || !self.excluded.is_empty();
        errors || severity == Severity::Warning && self.has_warnings
    }
}

/// The figures of one submitting state, or of the nation.
#[derive(Clone, Debug, Default, Serialize)]
pub struct StateReport {
    /// The state's name.
    pub name: String,
    /// Everything.
    pub total: Figures,
    /// The returned cases whose other data are FCR-supplied.
    pub fcr_supplied: Figures,
    /// By the other state.
    pub by_other_state: BTreeMap<&'static str, Figures>,
}

/// A state that did not submit.
static NO_STATE: StateReport = StateReport {
    name: String::new(),
    total: Figures(BTreeMap::new()),
    fcr_supplied: Figures(BTreeMap::new()),
    by_other_state: BTreeMap::new(),
};

/// A pair of states in the matrix: cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// Returned.
    pub returned: u64,
    /// Of these, found by a tier.
    pub found: u64,
    /// Of these, in sync.
    pub in_sync: u64,
}

/// A file that was left out of the run.
#[derive(Clone, Debug, Serialize)]
pub struct Excluded {
    /// Its state, where that is known.
    pub state: Option<String>,
    /// What it was given as.
    pub kind: FileKind,
}

impl Excluded {
    /// What a report shows of a file that a summary lists.
    pub(super) fn of(file: &ExcludedFile) -> Self {
        Excluded {
            state: file.state.clone(),
            kind: file.kind,
        }
    }
}

/// What is rendered: a report, perhaps an earlier one to show the change since, and the meanings.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The report.
    pub new: &'a Report,
    /// The earlier one.
    pub old: Option<&'a Report>,
    /// The table of reason codes.
    pub codes: &'a CodeTable,
}

impl View<'_> {
    /// Whether one of the runs is of the pooled routine, by the tiers that found cases.
    pub fn is_pooled(&self) -> bool {
        let both = [Some(self.new), self.old];
        both.into_iter()
            .flatten()
            .any(|report| report.national.total.tell_pooled_tiers())
    }

    /// The figures with fixed keys, in the order of the report.
    pub fn figures(&self) -> impl Iterator<Item = &'static Figure> + use<> {
        figures(self.is_pooled())
    }
}

impl StateReport {
    /// Makes the tiers of the pooled routine figures that are known throughout.
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
            for (other, figures) in &state.by_other_state {
                *national.by_other_state.entry(other).or_default() += figures;
            }
        }
        let cell = |figures: &Figures| Cell {
            returned: figures.of("cases.returned"),
            found: figures.found(),
            in_sync: figures.of("cases.in_sync"),
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
            matrix: states
                .iter()
                .map(|(usps, state)| (*usps, row(state)))
                .collect(),
            national,
            states,
            absent: BTreeMap::new(),
            excluded: Vec::new(),
            cases_checked: true,
            has_errors: false,
            has_warnings: false,
        }
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

    /// The report of `all` or of a state; that of a state that did not submit knows no figure.
    pub fn scope(&self, name: &str) -> &StateReport {
        if name == "all" {
            &self.national
        } else {
            self.states.get(name).unwrap_or(&NO_STATE)
        }
    }
}
