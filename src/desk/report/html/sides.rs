//! Figures of the report next to those of an earlier one, as text.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use serde::Serialize;

use crate::desk::report::numbers::{change, known};
use crate::desk::report::{Counted, Figures, Key, StateReport, Unit};
use crate::engine::matching::ReasonCode;

#[derive(Serialize)]
pub(super) struct Combination {
    pub(super) codes: Vec<&'static str>,
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
pub(super) fn id(key: Key) -> String {
    match key.counted {
        Counted::Code(code) => format!("code-{}", code.code()),
        _ => format!("m-{}", key.to_string().replace('.', "-")),
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
        key: Key,
        part: impl Fn(&StateReport) -> Option<&Figures>,
    ) -> Number {
        let count = |scope: &'a StateReport| -> Option<u64> {
            let figures = part(scope);
            if matches!(key.counted, Counted::Combination(_)) {
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

    pub(super) fn total(self, key: Key) -> Number {
        self.number(key, |scope| Some(&scope.total))
    }

    pub(super) fn combinations(self) -> Vec<Combination> {
        let sides = [Some(self.new), self.old];
        let mut all: Vec<Counted> = sides
            .into_iter()
            .flatten()
            .flat_map(|scope| {
                [Unit::Cases, Unit::Records].map(|unit| scope.total.combinations(unit))
            })
            .flatten()
            .map(|(key, _)| key.counted.cases())
            .collect::<BTreeSet<Key>>()
            .into_iter()
            .map(|key| key.counted)
            .collect();
        // The sort is stable: of equally frequent ones, the codes in order.
        all.sort_by_key(|counted| Reverse(self.new.total.of(counted.cases())));
        all.into_iter()
            .map(|counted| Combination {
                cases: self.total(counted.cases()),
                records: self.total(counted.records()),
                codes: counted.codes().map(ReasonCode::code).collect(),
            })
            .collect()
    }
}
