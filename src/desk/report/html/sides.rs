//! Figures of the report next to those of an earlier one, as text.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::desk::report::numbers::{change, known};
use crate::desk::report::{Figures, StateReport, Unit};

#[derive(Serialize)]
pub(super) struct Combination {
    pub(super) codes: Vec<String>,
    pub(super) cases: Number,
    pub(super) records: Number,
}

/// A count, and how it changed.
#[derive(Serialize)]
pub(super) struct Number {
    pub(super) value: String,
    pub(super) before: String,
    pub(super) change: String,
}

/// The anchor of a figure's meaning.
pub(super) fn id(key: &str) -> String {
    match key.split_once(".code.") {
        Some((_, code)) => format!("code-{code}"),
        None => format!("m-{}", key.replace('.', "-")),
    }
}

/// A scope of the report next to the same scope of the earlier report.
#[derive(Clone, Copy)]
pub(super) struct Sides<'a> {
    pub(super) new: &'a StateReport,
    pub(super) old: Option<&'a StateReport>,
}

impl<'a> Sides<'a> {
    pub(super) fn number(
        self,
        key: &str,
        part: impl Fn(&StateReport) -> Option<&Figures>,
    ) -> Number {
        let count = |scope: &'a StateReport| -> Option<u64> {
            let figures = part(scope);
            if key.contains(".combination.") {
                return Some(figures.map_or(0, |figures| figures.of(key)));
            }
            figures?.get(key)
        };
        let new = count(self.new);
        let old = self.old.map(count);
        Number {
            value: known(new),
            before: old.map(known).unwrap_or_default(),
            change: old.map(|old| change(new, old)).unwrap_or_default(),
        }
    }

    pub(super) fn total(self, key: &str) -> Number {
        self.number(key, |scope| Some(&scope.total))
    }

    pub(super) fn combinations(self) -> Vec<Combination> {
        let sides = [Some(self.new), self.old];
        let mut all: Vec<(u64, String)> = sides
            .into_iter()
            .flatten()
            .flat_map(|scope| {
                [Unit::Cases, Unit::Records].map(|unit| scope.total.combinations(unit))
            })
            .flatten()
            .map(|(codes, _)| codes)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .map(|codes| {
                let cases = self.new.total.of(&format!("cases.combination.{codes}"));
                (cases, codes.to_owned())
            })
            .collect();
        all.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        all.into_iter()
            .map(|(_, codes)| Combination {
                cases: self.total(&format!("cases.combination.{codes}")),
                records: self.total(&format!("records.combination.{codes}")),
                codes: codes.split('+').map(str::to_owned).collect(),
            })
            .collect()
    }
}
