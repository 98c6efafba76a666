//! The summary of `derive`, as `summary.json` and as text.

use std::collections::BTreeMap;
use std::fmt::Write;

use schemars::JsonSchema;
use serde::Serialize;

use super::derive::Derived;
use super::totals::{RegistryCounts, Totals};
use crate::formats::input::Told;
use crate::formats::reference::State;
use crate::run::FindingCounts;

/// What was written for a state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct WrittenCounts {
    /// The number of cases in the extract.
    pub cases: u64,
    /// The number of records in the extract.
    pub records: u64,
}

/// A state whose registry file was given: what was written and what was rejected, and nothing else,
/// so that no withheld case can be found by subtraction.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct DerivedState {
    /// The file's name.
    pub file: String,
    /// What was written.
    pub written: WrittenCounts,
    /// The number of rejected records that are listed.
    pub rejected: u64,
    /// The same by code.
    pub errors: FindingCounts,
    /// What was done to the file as a whole.
    pub told: Vec<Told>,
}

/// `summary.json` of `derive`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct DeriveSummary {
    /// The form of this file.
    #[schemars(extend("const" = "icr.derive.summary/1"))]
    pub schema: &'static str,
    /// Whether non-IV-D cases were included.
    pub include_non_iv_d: bool,
    /// The states whose files were given.
    pub states: BTreeMap<&'static str, DerivedState>,
    /// The outcomes of all records, only for the whole run.
    pub run: Totals,
    /// The states whose files were given.
    pub seen: Vec<&'static str>,
    /// The other states. Marks in their files are unknown.
    pub not_seen: Vec<&'static str>,
    /// The participating states, for which nothing is derived.
    pub participating: Vec<&'static str>,
    /// States whose files were given and that do not participate, but have no records left, and so
    /// no extract.
    pub without_records: Vec<&'static str>,
}

impl DeriveSummary {
    /// An empty summary.
    pub fn new(participating: &[State], include_non_iv_d: bool) -> Self {
        let taking_part = State::all().filter(|state| participating.contains(state));
        DeriveSummary {
            schema: "icr.derive.summary/1",
            include_non_iv_d,
            states: BTreeMap::new(),
            run: Totals::default(),
            seen: Vec::new(),
            not_seen: State::all().map(State::usps).collect(),
            participating: taking_part.map(State::usps).collect(),
            without_records: Vec::new(),
        }
        .ordered()
    }

    /// Adds a state.
    pub fn add(&mut self, state: State, file: String, derived: &Derived, told: Vec<Told>) {
        let mut errors = FindingCounts::new();
        for (_, edit, _) in &derived.rejected {
            *errors.entry(edit.code().into()).or_default() += 1;
        }
        let usps = state.usps();
        self.run += &derived.totals;
        self.seen.push(usps);
        self.not_seen.retain(|&other| other != usps);
        if derived.records == 0 && !self.participating.contains(&usps) {
            self.without_records.push(usps);
        }
        let written = WrittenCounts {
            cases: derived.cases,
            records: derived.records,
        };
        let state = DerivedState {
            file,
            written,
            rejected: derived.rejected.len() as u64,
            errors,
            told,
        };
        self.states.insert(usps, state);
        for list in [&mut self.seen, &mut self.without_records] {
            list.sort_unstable();
        }
    }

    fn ordered(mut self) -> Self {
        self.not_seen.sort_unstable();
        self.participating.sort_unstable();
        self
    }

    /// Whether records were rejected.
    pub fn has_errors(&self) -> bool {
        self.states.values().any(|state| state.rejected > 0)
    }

    /// The contents of the file.
    pub fn json(&self) -> String {
        // A summary has only numbers, codes and file names, so it can always be serialised.
        crate::text::json_text(self)
    }

    /// The summary as a table.
    pub fn text(&self) -> String {
        let mut text = String::from("FCR-derived extracts\n\n");
        let _ = writeln!(
            text,
            "{:<4}{:>14}{:>14}{:>14}",
            "", "cases", "records", "rejected"
        );
        for (usps, state) in &self.states {
            let (written, rejected) = (&state.written, state.rejected);
            let line = format!(
                "{usps:<4}{:>14}{:>14}{rejected:>14}",
                written.cases, written.records
            );
            let note = if self.participating.contains(usps) {
                "  takes part"
            } else if written.records == 0 {
                "  no records: no extract"
            } else {
                ""
            };
            let _ = writeln!(text, "{line}{note}");
        }
        let heads = [
            "read",
            "written",
            "deleted",
            "replaced",
            "withheld",
            "non-IV-D",
            "taking part",
            "rejected",
        ];
        let _ = write!(text, "\n{:<4}", "run");
        for head in heads {
            let _ = write!(text, "{head:>14}");
        }
        text.push('\n');
        for (kind, records) in [("FC", &self.run.fc), ("FP", &self.run.fp)] {
            let _ = write!(text, "{kind:<4}");
            for count in counts(records) {
                let _ = write!(text, "{count:>14}");
            }
            text.push('\n');
        }
        if self.run.unknown_records > 0 {
            let _ = writeln!(
                text,
                "records that are neither FC nor FP, all rejected: {}",
                self.run.unknown_records
            );
        }
        let list = |states: &[&str]| {
            if states.is_empty() {
                "none".to_owned()
            } else {
                states.join(", ")
            }
        };
        let _ = writeln!(text, "\nseen: {}", list(&self.seen));
        let _ = writeln!(
            text,
            "not seen, so that their marks of family violence are not known: {}",
            list(&self.not_seen)
        );
        text
    }
}

fn counts(records: &RegistryCounts) -> [u64; 8] {
    [
        records.read,
        records.written,
        records.deleted,
        records.replaced,
        records.withheld,
        records.non_iv_d,
        records.participating,
        records.rejected,
    ]
}
