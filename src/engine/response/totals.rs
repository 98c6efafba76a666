//! Control totals: the outcome of every record and case of a state. They must balance, or nothing
//! is published.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::engine::matching::{
    Found, MatchBasis, Outcome, ReasonCode, ReasonCodes, Routine, Suppressed, Tier,
};
use crate::error::{Error, Result};
use crate::formats::reference::{STATE_COUNT, State};

/// The outcomes of a state's records. They add up to the records read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
#[serde(default)]
pub struct RecordTotals {
    /// Records in the file.
    pub read: u64,
    /// Records that an edit rejected.
    pub rejected: u64,
    /// Records returned in the response.
    pub returned: u64,
    /// Records of suppressed cases.
    pub suppressed: u64,
    /// Records of cases that were not evaluated.
    pub not_evaluated: u64,
}

/// The outcomes of a state's cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
#[serde(default)]
pub struct CaseTotals {
    /// Cases returned.
    pub returned: u64,
    /// Cases suppressed: both closed, or closed and not found.
    pub suppressed: u64,
    /// Cases whose other state is absent.
    pub not_evaluated: u64,
    /// Cases with accepted and rejected records.
    pub with_rejected_records: u64,
}

/// The totals of one state, or of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
#[serde(default)]
pub struct StateTotals {
    /// Records.
    pub records: RecordTotals,
    /// Cases.
    pub cases: CaseTotals,
    /// Cases returned, by the tier that found them; `none` is 01.
    pub cases_by_tier: TierCounts,
    /// Cases returned with a counterpart in which no participant matched.
    pub cases_nobody_matched: u64,
    /// Cases returned that are in sync: a record has 00, and all adults and children matched.
    pub cases_in_sync: u64,
    /// Records returned, by code.
    pub records_by_code: CodeCounts,
    /// Cases returned, by each code that at least one of their records has.
    pub cases_by_code: CodeCounts,
    /// Records returned, by Participant Match Basis.
    pub records_by_basis: BasisCounts,
    /// Cases answered, by tier 2 or higher, with a case that also answers another case of the
    /// state.
    pub cases_counterpart_shared: u64,
    /// Cases returned with Multiple Case Indicator Y.
    pub multiple_case: u64,
    /// Cases returned with FCR-Supplied Indicator Y.
    pub fcr_supplied: u64,
    /// The outcomes of the accepted records and cases, by the state that they name.
    pub by_other_state: FatesByState,
}

/// Cases and their records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Volume {
    /// Cases.
    pub cases: u64,
    /// Records.
    pub records: u64,
}

/// The outcomes of the accepted records and cases that name one state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Fates {
    /// Returned in the response.
    pub returned: Volume,
    /// Suppressed: a match between two closed cases.
    pub closed_with_closed: Volume,
    /// Suppressed: a closed case that was not found.
    pub closed_not_found: Volume,
    /// Not evaluated: the state is absent.
    pub not_evaluated: Volume,
}

/// [`Fates`] by state; empty, or one for each state of the table.
#[derive(Clone, Debug, Default, PartialEq, Eq, JsonSchema)]
#[non_exhaustive]
#[schemars(with = "BTreeMap<String, Fates>")]
pub struct FatesByState(Vec<Fates>);

/// Cases by the tier that found them, and those that no tier found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema)]
#[non_exhaustive]
#[schemars(with = "BTreeMap<String, u64>")]
pub struct TierCounts {
    /// By tier, from 1.
    pub found: [u64; Tier::ALL.len()],
    /// Returned with 01.
    pub none: u64,
    /// The routine, which decides the tiers that exist.
    pub routine: Routine,
}

/// Records or cases by reason code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema)]
#[non_exhaustive]
#[schemars(with = "BTreeMap<String, u64>")]
pub struct CodeCounts(pub [u64; ReasonCode::ALL.len()]);

/// Records by Participant Match Basis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema)]
#[non_exhaustive]
#[schemars(with = "BTreeMap<String, u64>")]
pub struct BasisCounts(pub [u64; MatchBasis::ALL.len()]);

impl TierCounts {
    /// The counts of the routine's tiers by name, and `none`.
    pub fn named(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let tiers = ["1", "2", "3", "4", "5", "6", "7"]
            .into_iter()
            .zip(self.found);
        let tiers = tiers.take(self.routine.tiers().len());
        tiers.chain([("none", self.none)])
    }
}

impl Serialize for TierCounts {
    fn serialize<S: serde::Serializer>(
        &self,
        serializer: S,
    ) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_map(self.named())
    }
}

impl<'de> Deserialize<'de> for TierCounts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let counts = named_counts(deserializer)?;
        let mut tiers = TierCounts::default();
        for (name, count) in counts {
            match name.as_bytes() {
                b"none" => tiers.none = count,
                [digit @ b'1'..=b'7'] => {
                    tiers.found[usize::from(digit - b'1')] = count;
                    if *digit > b'3' {
                        tiers.routine = Routine::Pooled;
                    }
                }
                _ => return Err(D::Error::custom("no such tier")),
            }
        }
        Ok(tiers)
    }
}

impl Serialize for CodeCounts {
    fn serialize<S: serde::Serializer>(
        &self,
        serializer: S,
    ) -> std::result::Result<S::Ok, S::Error> {
        let codes = ReasonCode::ALL.map(ReasonCode::code);
        serializer.collect_map(codes.into_iter().zip(self.0))
    }
}

impl<'de> Deserialize<'de> for CodeCounts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        by_name(deserializer, &ReasonCode::ALL.map(ReasonCode::code)).map(CodeCounts)
    }
}

impl Serialize for BasisCounts {
    fn serialize<S: serde::Serializer>(
        &self,
        serializer: S,
    ) -> std::result::Result<S::Ok, S::Error> {
        let bases = MatchBasis::ALL.map(MatchBasis::code);
        serializer.collect_map(bases.into_iter().zip(self.0))
    }
}

impl<'de> Deserialize<'de> for BasisCounts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        by_name(deserializer, &MatchBasis::ALL.map(MatchBasis::code)).map(BasisCounts)
    }
}

/// Counts by name, as in a summary.
fn named_counts<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<BTreeMap<String, u64>, D::Error> {
    BTreeMap::deserialize(deserializer)
}

/// Counts in the order of their names; a missing one is 0.
fn by_name<'de, D: Deserializer<'de>, const N: usize>(
    deserializer: D,
    names: &[&str; N],
) -> std::result::Result<[u64; N], D::Error> {
    let mut counts = [0; N];
    for (name, count) in named_counts(deserializer)? {
        let place = names.iter().position(|other| *other == name);
        counts[place.ok_or_else(|| D::Error::custom("no such code"))?] = count;
    }
    Ok(counts)
}

fn add_each<const N: usize>(mine: &mut [u64; N], theirs: &[u64; N]) {
    for (mine, theirs) in mine.iter_mut().zip(theirs) {
        *mine += theirs;
    }
}

impl Serialize for FatesByState {
    fn serialize<S: serde::Serializer>(
        &self,
        serializer: S,
    ) -> std::result::Result<S::Ok, S::Error> {
        let named = self.iter().map(|(state, fates)| (state.usps(), fates));
        let map: BTreeMap<_, _> = named.collect();
        map.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for FatesByState {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let named = BTreeMap::<String, Fates>::deserialize(deserializer)?;
        let mut all = FatesByState::default();
        for (usps, fates) in named {
            let state = State::from_usps(&usps).ok_or_else(|| D::Error::custom("no such state"))?;
            *all.of(state) = fates;
        }
        Ok(all)
    }
}

impl FatesByState {
    /// The states that cases name, with the outcomes of these cases.
    pub fn iter(&self) -> impl Iterator<Item = (State, &Fates)> {
        let all = State::all().zip(&self.0);
        all.filter(|(_, fates)| **fates != Fates::default())
    }

    fn of(&mut self, state: State) -> &mut Fates {
        if self.0.is_empty() {
            self.0.resize(STATE_COUNT, Fates::default());
        }
        &mut self.0[state.index()]
    }
}

impl AddAssign for Volume {
    fn add_assign(&mut self, other: Self) {
        self.cases += other.cases;
        self.records += other.records;
    }
}

impl AddAssign for Fates {
    fn add_assign(&mut self, other: Self) {
        self.returned += other.returned;
        self.closed_with_closed += other.closed_with_closed;
        self.closed_not_found += other.closed_not_found;
        self.not_evaluated += other.not_evaluated;
    }
}

impl AddAssign<&FatesByState> for FatesByState {
    fn add_assign(&mut self, other: &FatesByState) {
        for (state, fates) in State::all().zip(&other.0) {
            *self.of(state) += *fates;
        }
    }
}

impl StateTotals {
    /// Empty totals for a run by this routine.
    pub fn of(routine: Routine) -> Self {
        let mut totals = StateTotals::default();
        totals.cases_by_tier.routine = routine;
        totals
    }

    /// Counts a case with this many records that names `other_state`.
    pub fn count(&mut self, outcome: &Outcome<'_>, records: u64, other_state: Option<State>) {
        if let Some(state) = other_state {
            let fates = self.by_other_state.of(state);
            let fate = match outcome {
                Outcome::NotEvaluated => &mut fates.not_evaluated,
                Outcome::Suppressed(Suppressed::BothClosed) => &mut fates.closed_with_closed,
                Outcome::Suppressed(Suppressed::ClosedNotFound) => &mut fates.closed_not_found,
                Outcome::NotFound { .. } | Outcome::Matched(_) => &mut fates.returned,
            };
            *fate += Volume { cases: 1, records };
        }
        match outcome {
            Outcome::NotEvaluated => {
                self.cases.not_evaluated += 1;
                self.records.not_evaluated += records;
            }
            Outcome::Suppressed(_) => {
                self.cases.suppressed += 1;
                self.records.suppressed += records;
            }
            Outcome::NotFound { fcr_supplied } => {
                self.cases.returned += 1;
                self.records.returned += records;
                self.cases_by_tier.none += 1;
                self.fcr_supplied += u64::from(*fcr_supplied);
            }
            Outcome::Matched(found) => self.count_match(found, records),
        }
    }

    fn count_match(&mut self, found: &Found<'_>, records: u64) {
        self.cases.returned += 1;
        self.records.returned += records;
        self.cases_by_tier.found[usize::from(found.tier.number()) - 1] += 1;
        self.cases_nobody_matched += u64::from(found.comparison.nobody_matched());
        self.multiple_case += u64::from(found.multiple_case);
        self.fcr_supplied += u64::from(found.side.fcr_supplied());
    }

    /// Counts the codes of a returned record.
    #[inline]
    pub fn count_record_codes(&mut self, codes: ReasonCodes) {
        for code in codes.iter() {
            self.records_by_code.0[code.index()] += 1;
        }
    }

    /// Counts how a returned record's counterpart was found.
    #[inline]
    pub fn count_basis(&mut self, basis: MatchBasis) {
        self.records_by_basis.0[basis.index()] += 1;
    }

    /// Counts the codes of a returned case.
    pub fn count_case_codes(&mut self, codes: ReasonCodes) {
        for code in codes.iter() {
            self.cases_by_code.0[code.index()] += 1;
        }
    }

    /// Checks that every record and case read has exactly one outcome.
    ///
    /// # Errors
    /// [`Error::Unbalanced`] with the figures.
    pub fn check_balance(&self, whose: &str, cases: u64) -> Result<()> {
        let r = &self.records;
        let records = r.rejected + r.returned + r.suppressed + r.not_evaluated;
        if records != r.read {
            return Err(Error::Unbalanced(format!(
                "{whose}: {} records read, but {} rejected + {} returned + {} suppressed + {} not evaluated = {records}",
                r.read, r.rejected, r.returned, r.suppressed, r.not_evaluated
            )));
        }
        let c = &self.cases;
        let accounted = c.returned + c.suppressed + c.not_evaluated;
        if accounted != cases {
            return Err(Error::Unbalanced(format!(
                "{whose}: {cases} cases, but {} returned + {} suppressed + {} not evaluated = {accounted}",
                c.returned, c.suppressed, c.not_evaluated
            )));
        }
        Ok(())
    }
}

impl AddAssign<&StateTotals> for StateTotals {
    fn add_assign(&mut self, other: &StateTotals) {
        let (mine, theirs) = (&mut self.records, &other.records);
        mine.read += theirs.read;
        mine.rejected += theirs.rejected;
        mine.returned += theirs.returned;
        mine.suppressed += theirs.suppressed;
        mine.not_evaluated += theirs.not_evaluated;
        let (mine, theirs) = (&mut self.cases, &other.cases);
        mine.returned += theirs.returned;
        mine.suppressed += theirs.suppressed;
        mine.not_evaluated += theirs.not_evaluated;
        mine.with_rejected_records += theirs.with_rejected_records;
        let (mine, theirs) = (&mut self.cases_by_tier, &other.cases_by_tier);
        add_each(&mut mine.found, &theirs.found);
        mine.none += theirs.none;
        if theirs.routine == Routine::Pooled {
            mine.routine = Routine::Pooled;
        }
        add_each(&mut self.records_by_basis.0, &other.records_by_basis.0);
        self.cases_counterpart_shared += other.cases_counterpart_shared;
        self.cases_nobody_matched += other.cases_nobody_matched;
        self.cases_in_sync += other.cases_in_sync;
        add_each(&mut self.records_by_code.0, &other.records_by_code.0);
        add_each(&mut self.cases_by_code.0, &other.cases_by_code.0);
        self.multiple_case += other.multiple_case;
        self.fcr_supplied += other.fcr_supplied;
        self.by_other_state += &other.by_other_state;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_that_do_not_balance_are_an_error() {
        let mut totals = StateTotals::default();
        totals.records.read = 3;
        totals.records.rejected = 1;
        totals.count(&Outcome::NotEvaluated, 2, State::from_usps("CA"));
        assert!(totals.check_balance("TX", 1).is_ok());
        assert!(totals.check_balance("TX", 2).is_err());
        totals.records.read = 4;
        let message = totals.check_balance("TX", 1).unwrap_err().to_string();
        assert!(message.contains("TX: 4 records read"), "{message}");
    }
}
