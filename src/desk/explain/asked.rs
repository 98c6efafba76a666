//! The case that is explained.

use crate::engine::extract::{Case, CaseNumber, CaseRows, Row};
use crate::engine::matching::{Matcher, Side};
use crate::formats::layout::CodeTable;
use crate::stop::Stop;

/// A case and its counterpart.
#[derive(Clone, Copy)]
pub(super) struct Pair<'a> {
    pub(super) yours: &'a Case,
    pub(super) theirs: &'a Case,
}

/// The case that is explained.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) matcher: &'a Matcher<'a>,
    pub(super) yours: &'a Side,
    pub(super) number: CaseNumber,
    pub(super) case: &'a Case,
    pub(super) edits: &'a CodeTable,
    pub(super) show_pii: bool,
    /// Checked now and then, for a case can have as many participants as a file has records.
    pub(super) stop: &'a Stop,
}

impl<'a> Asked<'a> {
    pub(super) fn rows(&self) -> &'a [Row] {
        self.yours.extract.rows_of(self.case)
    }

    pub(super) fn participants(&self) -> CaseRows<'a> {
        CaseRows {
            extract: &self.yours.extract,
            rows: self.rows(),
        }
    }
}
