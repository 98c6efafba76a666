//! The control totals of `respond`, as `summary.json` and as text. They must not contain an
//! identifier or personal data.

use std::collections::BTreeMap;
use std::fmt::Write;

use schemars::JsonSchema;
use serde::Serialize;

use crate::engine::matching::ReasonCode;
use crate::engine::response::{ReadCase, ResponseFields, TIERS, UNCHECKED_CASES, tier_of};
use crate::error::{Error, Result};

/// The most important action for a record or its case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fate {
    /// Nothing.
    NoAction,
    /// It is on the worklist.
    Listed,
    /// A CSENet transaction was written for it.
    Requested,
    /// An update was written for it.
    Updated,
}

/// Records or cases, each accounted for once, by its strongest fate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct FateTotals {
    /// All.
    pub read: u64,
    /// An update was written.
    pub updated: u64,
    /// No update, but a CSENet transaction.
    pub requested: u64,
    /// Neither, but it is on the worklist.
    pub listed: u64,
    /// Nothing was done.
    pub no_action: u64,
}

impl FateTotals {
    pub(super) fn count(&mut self, fate: Fate) {
        self.read += 1;
        *match fate {
            Fate::NoAction => &mut self.no_action,
            Fate::Listed => &mut self.listed,
            Fate::Requested => &mut self.requested,
            Fate::Updated => &mut self.updated,
        } += 1;
    }

    fn balances(&self) -> bool {
        self.read == self.updated + self.requested + self.listed + self.no_action
    }
}

/// What was written, and what became of every record and case.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct RespondTotals {
    /// Records.
    pub records: FateTotals,
    /// Cases.
    pub cases: FateTotals,
    /// Cases by the tier that found them, with the tiers of the pooled routine if it was used.
    pub cases_by_tier: BTreeMap<&'static str, u64>,
    /// Cases in sync: everybody matched, and nothing is to be done.
    pub cases_in_sync: u64,
    /// Records by code.
    pub records_by_code: BTreeMap<&'static str, u64>,
    /// Rows of updates.csv by code.
    pub updates: BTreeMap<&'static str, u64>,
    /// CSENet requests.
    pub requests: RequestTotals,
    /// CSENet notices of case closure.
    pub notices: RequestTotals,
    /// FP records for the FCR.
    pub fcr_records: u64,
    /// Worklist items by their leading code.
    pub worklist: BTreeMap<&'static str, u64>,
    /// The items for 03, by list.
    pub counties: CountyTotals,
    /// CSENet and FCR records that could not be built; the worklist says why.
    pub not_built: u64,
}

/// What became of the transactions that were wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct RequestTotals {
    /// Written to csenet.txt.
    pub written: u64,
    /// One was sent recently.
    pub sent_before: u64,
    /// Not allowed; the worklist says why.
    pub not_sent: u64,
}

/// The lists of 03.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct CountyTotals {
    /// The other state's county is 000.
    pub central_000: u64,
    /// No county is recorded on your case.
    pub none_of_yours: u64,
    /// The rest.
    pub other: u64,
}

/// `summary.json` of `respond`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct RespondSummary {
    /// The form of this file.
    #[schemars(extend("const" = "icr.respond.summary/1"))]
    pub schema: &'static str,
    /// CCYYMMDD.
    pub run_date: String,
    /// The submitting state; `None` if the response is empty.
    pub state: Option<&'static str>,
    /// The routine of the run that wrote the response: `pooled` if a Match Tier is from 4 to 7;
    /// otherwise it is unknown.
    pub routine: Option<&'static str>,
    /// Whether it could be checked that the cases of the response are complete.
    pub cases_checked: bool,
    /// The names of the response files.
    pub files: Vec<String>,
    /// All numbers.
    #[serde(flatten)]
    pub totals: RespondTotals,
    /// The first and last serial number of this run; `None` if it wrote no transaction.
    pub serials: Option<(u64, u64)>,
    /// The number of rows from `--sent`.
    pub sent_before: u64,
}

impl RespondTotals {
    /// Counts the cases by tier. Returns the routine, if it is known.
    pub fn count_tiers(
        &mut self,
        fields: &ResponseFields,
        cases: &[ReadCase<'_>],
    ) -> Option<&'static str> {
        let mut counts = [0; TIERS.len()];
        for case in cases {
            counts[tier_of(fields, &case.first().bytes)] += 1;
        }
        let pooled = counts[3..7].iter().any(|count| *count > 0);
        for (place, (tier, count)) in TIERS.into_iter().zip(counts).enumerate() {
            if pooled || !(3..7).contains(&place) {
                self.cases_by_tier.insert(tier, count);
            }
        }
        pooled.then_some("pooled")
    }

    /// Checks that every record and case has an outcome, and every code that needs work was worked.
    ///
    /// # Errors
    /// [`Error::Unbalanced`] with the figures.
    pub fn check_balance(&self, records: u64, cases: u64) -> Result<()> {
        for (what, totals, read) in [
            ("records", &self.records, records),
            ("cases", &self.cases, cases),
        ] {
            if totals.read != read || !totals.balances() {
                return Err(Error::Unbalanced(format!(
                    "{read} {what} read, but {} updated + {} requested + {} listed + {} without action",
                    totals.updated, totals.requested, totals.listed, totals.no_action
                )));
            }
        }
        Ok(())
    }
}

impl RespondSummary {
    /// The contents of the file.
    pub fn json(&self) -> String {
        // A summary has only numbers, codes and file names, so it can always be serialised.
        crate::text::json_text(self)
    }

    /// The summary for people.
    pub fn text(&self) -> String {
        let totals = &self.totals;
        let mut text = format!(
            "Reconciliation response of {}, run date {}\n\n{:8}{:>10}{:>10}{:>11}{:>10}{:>11}\n",
            self.state.unwrap_or("no state (empty)"),
            self.run_date,
            "",
            "read",
            "updated",
            "requested",
            "listed",
            "no action"
        );
        for (what, t) in [("records", &totals.records), ("cases", &totals.cases)] {
            let _ = writeln!(
                text,
                "{what:8}{:>10}{:>10}{:>11}{:>10}{:>11}",
                t.read, t.updated, t.requested, t.listed, t.no_action
            );
        }
        let _ = writeln!(text, "\ncases in sync: {}", totals.cases_in_sync);
        text += "cases by match tier:";
        for (tier, count) in &totals.cases_by_tier {
            let _ = write!(text, "  {tier} {count}");
        }
        text += match self.routine {
            Some(_) => "  (pooled routine)\n",
            None => "\n",
        };
        if !self.cases_checked {
            let _ = writeln!(text, "NOT CHECKED: {UNCHECKED_CASES}");
        }
        text += "records by reason code:";
        for code in ReasonCode::ALL {
            let count = totals
                .records_by_code
                .get(code.code())
                .copied()
                .unwrap_or_default();
            let _ = write!(text, "  {} {count}", code.code());
        }
        text.push('\n');
        for (what, counts) in [("updates", &totals.updates), ("worklist", &totals.worklist)] {
            let sum: u64 = counts.values().sum();
            let _ = write!(text, "{what}: {sum}");
            for (code, count) in counts {
                let _ = write!(text, "  {code} {count}");
            }
            text.push('\n');
        }
        let c = &totals.counties;
        if c.central_000 + c.none_of_yours + c.other > 0 {
            let _ = writeln!(
                text,
                "counties (03): {} where theirs is 000, {} where yours is blank, {} other",
                c.central_000, c.none_of_yours, c.other
            );
        }
        for (what, t) in [
            ("requests (CSI R FRINF)", &totals.requests),
            ("notices (MSC P GSC14)", &totals.notices),
        ] {
            let _ = writeln!(
                text,
                "{what}: {} written, {} sent before, {} not to be sent",
                t.written, t.sent_before, t.not_sent
            );
        }
        let _ = writeln!(text, "records for the FCR: {}", totals.fcr_records);
        if totals.fcr_records > 0 {
            // A change without a mark withdraws a mark that the person has (verification.md,
            // section 3), and a response does not show marks.
            text +=
                "fcr.txt has no family violence marks: fill columns 46-47 before it is loaded\n";
        }
        if totals.not_built > 0 {
            let _ = writeln!(
                text,
                "NOT BUILT: {}; the worklist says why",
                totals.not_built
            );
        }
        match self.serials {
            Some((first, last)) => {
                let _ = writeln!(text, "serial numbers: {first} to {last}");
            }
            None => text += "serial numbers: none used\n",
        }
        text
    }
}
