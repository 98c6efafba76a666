//! The figures of a state in a run, by name, as its summary has them.

use std::collections::BTreeMap;

use crate::engine::matching::ReasonCode;
use crate::run::StateSummary;

/// The figures that the table and the page show, with their heads.
pub(super) const SHOWN: [(&str, &str); 11] = [
    ("records.read", "records"),
    ("records.rejected", "rejected"),
    ("cases.returned", "cases"),
    ("tier.1", "tier 1"),
    ("tier.2", "tier 2"),
    ("tier.3", "tier 3"),
    ("tier.none", "not found"),
    ("nobody_matched", "nobody"),
    ("in_sync", "in sync"),
    ("code.02", "02"),
    ("corrected", "corrected"),
];

/// The figures of a state, or of the run.
pub(super) fn figures_of(said: &StateSummary) -> BTreeMap<String, u64> {
    let totals = &said.totals;
    let mut figures: BTreeMap<String, u64> = [
        ("records.read", totals.records.read),
        ("records.rejected", totals.records.rejected),
        ("records.returned", totals.records.returned),
        ("records.suppressed", totals.records.suppressed),
        ("records.not_evaluated", totals.records.not_evaluated),
        ("cases.returned", totals.cases.returned),
        ("cases.suppressed", totals.cases.suppressed),
        ("cases.not_evaluated", totals.cases.not_evaluated),
        ("nobody_matched", totals.cases_nobody_matched),
        ("in_sync", totals.cases_in_sync),
    ]
    .into_iter()
    .map(|(name, figure)| (name.to_owned(), figure))
    .collect();
    for (tier, cases) in totals.cases_by_tier.named() {
        figures.insert(format!("tier.{tier}"), cases);
    }
    for code in ReasonCode::ALL {
        let cases = totals.cases_by_code.0[code.index()];
        figures.insert(format!("code.{}", code.code()), cases);
    }
    for (code, records) in &said.errors {
        figures.insert(format!("error.{code}"), *records);
    }
    figures
}
