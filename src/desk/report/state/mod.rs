//! One state's own report: for its director, and for the people who work its response.
//!
//! The figures are those of the run's report. Added is what only a state needs: what to do first, and
//! the cases by county and, on request, by worker. A worker's name is a contact, so it appears only
//! where it was asked for, in a report that goes to that state.

mod json;
mod queue;
mod text;

pub use json::StateDocument;
pub use queue::{Queue, Work, read_queue};

use super::{StateReport, View};
use crate::desk::report::Counted;
use crate::desk::respond::WORK_ORDER;
use crate::engine::matching::ReasonCode;

/// One state's report.
#[derive(Clone, Copy)]
pub struct StateView<'a> {
    /// The run, and an earlier one to compare with.
    pub view: View<'a>,
    /// The state's USPS code.
    pub usps: &'static str,
    /// Its cases by county and worker.
    pub queue: &'a Queue,
}

/// A kind of work: the cases with a reason code.
pub(super) struct Step {
    /// The code.
    pub(super) code: ReasonCode,
    /// Returned cases with it.
    pub(super) cases: u64,
    /// So many in the earlier run.
    pub(super) before: Option<u64>,
}

impl<'a> StateView<'a> {
    /// The state's figures.
    pub(super) fn report(&self) -> &'a StateReport {
        self.view.new.scope(self.usps)
    }

    /// Those of the earlier run.
    pub(super) fn earlier(&self) -> Option<&'a StateReport> {
        self.view.old.map(|old| old.scope(self.usps))
    }

    /// What there is to do, in the order in which codes are worked.
    pub(super) fn steps(&self) -> Vec<Step> {
        let step = |&code: &ReasonCode| {
            let key = Counted::Code(code).cases();
            Step {
                code,
                cases: self.report().total.of(key),
                before: self.earlier().map(|old| old.total.of(key)),
            }
        };
        WORK_ORDER.iter().map(step).collect()
    }

    /// What it means and what to do next, by the table of reason codes.
    pub(super) fn code(&self, code: ReasonCode) -> (&'a str, &'a str) {
        let row = self.view.codes.get(code.code());
        row.map_or(("", ""), |row| (&row.title, &row.next_action))
    }

    /// As pages of 132 columns.
    pub fn text(&self) -> String {
        text::text(self)
    }

    /// As JSON.
    pub fn json(&self) -> String {
        json::json(self)
    }

    /// As CSV: the rows of this state in the run's report, and those of its counties.
    pub fn csv(&self) -> String {
        json::csv(self)
    }
}
