//! Where the findings of a file are, as a report keeps them: record, code and the field's columns.

use std::path::PathBuf;

use crate::engine::extract::{Edit, Listed, Provenance, Rejected};
use crate::formats::layout::{Columns, ExtractLayout, LayoutSet};
use crate::run::field_of_edit;

/// Where the findings of a file are.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// The file, as it was named.
    pub path: PathBuf,
    /// Whether its records are lines, so that an editor finds a record by its number.
    pub lines: bool,
    /// Every error, and the first warnings of each code, by record.
    pub(super) found: Vec<Listed>,
    /// With a baseline: whether each of them is new.
    pub(super) new: Option<Vec<bool>>,
    /// Of each edit the field and its columns.
    pub(super) fields: Vec<(String, Columns)>,
}

impl Listing {
    pub(super) fn new(
        path: PathBuf,
        lines: bool,
        rejected: &[Rejected],
        warnings: &[Listed],
        layout: &ExtractLayout,
        provenance: Provenance,
        layouts: &LayoutSet,
    ) -> Self {
        let errors = rejected.iter().map(|rejected| Listed {
            record: rejected.record,
            edit: rejected.edit,
        });
        let mut found: Vec<_> = errors.chain(warnings.iter().copied()).collect();
        found.sort_unstable();
        let field = |edit| {
            let (name, columns) = field_of_edit(edit, layout, provenance, layouts);
            (name.to_owned(), columns)
        };
        Listing {
            path,
            lines,
            found,
            new: None,
            fields: Edit::ALL.into_iter().map(field).collect(),
        }
    }

    /// The listed records that have a code, in order.
    pub(super) fn records_with(&self, code: &str) -> Vec<u64> {
        let with = self.found.iter().filter(|found| found.edit.code() == code);
        with.map(|found| found.record).collect()
    }

    /// Whether it was compared with a baseline.
    pub(super) fn has_baseline(&self) -> bool {
        self.new.is_some()
    }

    /// Marks those as new that `is_new` says are, by record and code.
    pub(super) fn mark(&mut self, is_new: impl Fn(u64, &str) -> bool) {
        let new = |found: &Listed| is_new(found.record, found.edit.code());
        self.new = Some(self.found.iter().map(new).collect());
    }
}
