//! Counts the records of one response file, by other state.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use crate::engine::confidence::{ClaimCounts, Class, Facts};
use crate::engine::matching::{ReasonCode, ReasonCodes};
use crate::engine::response::{
    CaseReader, CutBy, OnFault, Read, ReadCase, ResponseFields, ResponseTotals, TIERS,
};
use crate::error::Result;
use crate::formats::input::Source;
use crate::formats::record::CaseId;
use crate::formats::reference::State;
use crate::stop::Stop;

use super::{Counted, Figures, Key, Outcome, Unit};

/// Counts for the records that name one other state.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// The figures that the summary also has.
    pub(super) totals: ResponseTotals,
    in_sync: u64,
    open: u64,
    closed: u64,
    initiating: u64,
    responding: u64,
    neither: u64,
    ssn: Outcomes,
    other_ssn: Outcomes,
    other_fips: Outcomes,
    fips: Outcomes,
    case_combinations: BTreeMap<ReasonCodes, u64>,
    record_combinations: BTreeMap<ReasonCodes, u64>,
    by_class: [u64; Class::COUNT],
}

/// A verification indicator's values: Y, N, blank.
#[derive(Clone, Copy, Debug, Default)]
struct Outcomes([u64; 3]);

impl Outcomes {
    #[inline]
    fn count(&mut self, indicator: &[u8]) {
        self.0[match indicator {
            b"Y" => 0,
            b"N" => 1,
            _ => 2,
        }] += 1;
    }

    fn put(self, figures: &mut Figures, key: impl Fn(Outcome) -> Key) {
        for (outcome, count) in Outcome::ALL.into_iter().zip(self.0) {
            figures.set(key(outcome), count);
        }
    }
}

/// The other state, and whether its data are FCR-derived.
pub(super) type Part = (State, FcrSupplied);

/// The FCR-Supplied Indicator.
pub(super) type FcrSupplied = bool;

/// Counts a response file by other state and FCR-Supplied Indicator.
///
/// # Errors
/// [`crate::Error::Input`] for the first record or case that was altered: people would believe the
/// figures of a damaged response. [`crate::Error::Interrupted`] if a stop was requested.
pub(super) fn tally(
    source: &Source,
    fields: &ResponseFields,
    stop: &Stop,
) -> Result<BTreeMap<Part, Tally>> {
    let mut tallies: BTreeMap<Part, Tally> = BTreeMap::new();
    // Whether an answer is claimed twice is known when all are read.
    let (mut claims, mut answers) = (ClaimCounts::default(), Vec::new());
    let mut reader = CaseReader::new(source, fields, OnFault::Refuse, CutBy::Count);
    while let Some(read) = reader.next(stop)? {
        if let Read::Case(case) = read {
            let fcr_supplied = fields.response.fcr_supplied.of(&case.first().bytes) == b"Y";
            let part = (case.first().other_state, fcr_supplied);
            tallies.entry(part).or_default().add(fields, &case);
            if let Some(facts) = Facts::read(fields, &case, case.codes()) {
                let record = &case.first().bytes;
                let yours = CaseId::new(fields.submitted(record, fields.extract.case_id));
                let theirs = CaseId::new(fields.response.case_id.of(record));
                claims.add(yours, (part.0, theirs));
                answers.push((part, theirs, facts));
            }
        }
    }
    for (part, theirs, mut facts) in answers {
        facts.claimed_twice = claims.is_claimed_twice(part.0, theirs);
        tallies.entry(part).or_default().by_class[facts.class() as usize] += 1;
    }
    Ok(tallies)
}

impl Tally {
    fn add(&mut self, fields: &ResponseFields, case: &ReadCase<'_>) {
        let (r, first) = (&fields.response, &case.first().bytes);
        self.totals.add(fields, case);
        self.other_fips.count(r.other_fips_verification.of(first));
        self.fips.count(r.fips_verification.of(first));
        match fields.submitted(first, fields.extract.case_status) {
            b"O" => self.open += 1,
            _ => self.closed += 1,
        }
        match fields.submitted(first, fields.extract.initiating_responding) {
            b"I" => self.initiating += 1,
            b"R" => self.responding += 1,
            _ => self.neither += 1,
        }
        let codes = case.codes();
        *self.case_combinations.entry(codes).or_default() += 1;
        // 00, and all counts are equal.
        let equal = r.adults_yours.of(first) == r.adults_matched.of(first)
            && r.children_yours.of(first) == r.children_matched.of(first);
        self.in_sync += u64::from(equal && codes.holds(ReasonCode::R00));
        for record in case.records() {
            *self.record_combinations.entry(record.codes).or_default() += 1;
            self.ssn
                .count(r.submitting_ssn_verification.of(&record.bytes));
            self.other_ssn
                .count(r.other_ssn_verification.of(&record.bytes));
        }
    }

    /// The figures that a response contains.
    pub(super) fn figures(&self) -> Figures {
        let mut figures = Figures::default();
        let totals = &self.totals;
        for (tier, count) in TIERS.iter().zip(totals.cases_by_tier) {
            // For the published routine, a tier of the pooled routine is not a figure, not even 0.
            if count > 0 || !matches!(*tier, "4" | "5" | "6" | "7") {
                figures.set(Counted::Tier(tier).cases(), count);
            }
        }
        for code in ReasonCode::ALL {
            let (counted, index) = (Counted::Code(code), code.index());
            figures.set(counted.cases(), totals.cases_by_code[index]);
            figures.set(counted.records(), totals.records_by_code[index]);
        }
        for (key, count) in [
            (Counted::Returned.cases(), totals.cases),
            (Counted::Returned.records(), totals.records),
            (Counted::InSync.cases(), self.in_sync),
            (Counted::NobodyMatched.cases(), totals.cases_nobody_matched),
            (Counted::MultipleCase.cases(), totals.multiple_case),
            (Counted::FcrSupplied.cases(), totals.fcr_supplied),
            (Counted::Open.cases(), self.open),
            (Counted::Closed.cases(), self.closed),
            (Counted::Initiating.cases(), self.initiating),
            (Counted::Responding.cases(), self.responding),
            (Counted::Neither.cases(), self.neither),
        ] {
            figures.set(key, count);
        }
        self.ssn.put(&mut figures, |o| Counted::Ssn(o).records());
        self.other_ssn
            .put(&mut figures, |o| Counted::OtherSsn(o).records());
        self.other_fips
            .put(&mut figures, |o| Counted::OtherFips(o).cases());
        // The code that you submitted is always verified, so there is no `none`.
        figures.0.remove(&Counted::OtherFips(Outcome::None).cases());
        self.fips.put(&mut figures, |o| Counted::Fips(o).cases());
        for (class, count) in Class::ALL.into_iter().zip(self.by_class) {
            figures.set(Counted::Class(class).cases(), count);
        }
        for (unit, combinations) in [
            (Unit::Cases, &self.case_combinations),
            (Unit::Records, &self.record_combinations),
        ] {
            for (codes, count) in combinations {
                figures.set(Counted::Combination(*codes).of(unit), *count);
            }
        }
        figures
    }
}

impl AddAssign<&Tally> for Tally {
    fn add_assign(&mut self, other: &Tally) {
        self.totals.merge(&other.totals);
        for (mine, theirs) in self.by_class.iter_mut().zip(other.by_class) {
            *mine += theirs;
        }
        for (mine, theirs) in [
            (&mut self.in_sync, other.in_sync),
            (&mut self.open, other.open),
            (&mut self.closed, other.closed),
            (&mut self.initiating, other.initiating),
            (&mut self.responding, other.responding),
            (&mut self.neither, other.neither),
        ] {
            *mine += theirs;
        }
        for (mine, theirs) in [
            (&mut self.ssn, other.ssn),
            (&mut self.other_ssn, other.other_ssn),
            (&mut self.other_fips, other.other_fips),
            (&mut self.fips, other.fips),
        ] {
            for (mine, theirs) in mine.0.iter_mut().zip(theirs.0) {
                *mine += theirs;
            }
        }
        for (mine, theirs) in [
            (&mut self.case_combinations, &other.case_combinations),
            (&mut self.record_combinations, &other.record_combinations),
        ] {
            for (codes, count) in theirs {
                *mine.entry(*codes).or_default() += count;
            }
        }
    }
}
