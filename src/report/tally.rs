//! Counts the records of one response file, by other state.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use crate::error::Result;
use crate::input::Source;
use crate::layout::{ExtractLayout, RESPONSE_BYTES, ResponseLayout};
use crate::matching::{ReasonCode, ReasonCodes};
use crate::reference::State;
use crate::response::{CaseSplit, StateTotals};
use crate::stop::Stop;

use super::Figures;

/// What was counted of the records that name one other state.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// The figures that the summary has too.
    pub(super) totals: StateTotals,
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

    fn put(self, figures: &mut Figures, key: &str) {
        for (name, count) in ["verified", "not_verified", "none"].iter().zip(self.0) {
            figures.set(format!("{key}.{name}"), count);
        }
    }
}

/// Which data stood for an other state, and which state it is.
pub(super) type Part = (State, FcrSupplied);

/// The FCR-Supplied Indicator.
pub(super) type FcrSupplied = bool;

/// Counts a response file by other state and FCR-Supplied Indicator. Records that are none, or name
/// no state, are passed over: the totals then differ from the summary's.
///
/// # Errors
/// [`crate::Error::Interrupted`] where the run is to stop.
pub(super) fn tally(
    source: &Source,
    layout: &ResponseLayout,
    extract: &ExtractLayout,
    stop: &Stop,
) -> Result<BTreeMap<Part, Tally>> {
    let mut tallies: BTreeMap<Part, Tally> = BTreeMap::new();
    let mut split = CaseSplit::new(layout, extract);
    let mut case: Option<(Part, CaseTally)> = None;
    let end = |case: &mut Option<(Part, CaseTally)>, tallies: &mut BTreeMap<Part, Tally>| {
        if let Some((part, case)) = case.take() {
            tallies.entry(part).or_default().count_case(&case);
        }
    };
    for (number, record) in (1..).zip(source.records()) {
        stop.check_at(number)?;
        let record = record.bytes;
        let state = extract.other_fips_code.of_trimmed(record);
        let (RESPONSE_BYTES, Some(state)) = (record.len(), State::from_fips(state)) else {
            continue;
        };
        let part = (state, layout.fcr_supplied.of(record) == b"Y");
        if !split.continues(record) {
            end(&mut case, &mut tallies);
            split.begin(record);
            let tally = tallies.entry(part).or_default();
            tally.begin_case(layout, extract, record);
            let equal = layout.adults_yours.of(record) == layout.adults_matched.of(record)
                && layout.children_yours.of(record) == layout.children_matched.of(record);
            let codes = ReasonCodes::default();
            case = Some((part, CaseTally { codes, equal }));
        }
        split.join(record);
        let codes = codes_of(layout, record);
        if let Some((_, case)) = &mut case {
            case.codes = case.codes.union(codes);
        }
        let tally = tallies.entry(part).or_default();
        tally.count_record(layout, record, codes);
    }
    end(&mut case, &mut tallies);
    Ok(tallies)
}

/// What is noted of a case until its last record was read.
struct CaseTally {
    codes: ReasonCodes,
    /// As many adults and children matched as there are.
    equal: bool,
}

fn codes_of(layout: &ResponseLayout, record: &[u8]) -> ReasonCodes {
    let mut codes = ReasonCodes::default();
    for columns in layout.reason_codes {
        if let [b'0', digit @ b'0'..=b'8'] = columns.of(record) {
            codes = codes.with(ReasonCode::ALL[usize::from(digit - b'0')]);
        }
    }
    codes
}

impl Tally {
    fn begin_case(&mut self, layout: &ResponseLayout, extract: &ExtractLayout, record: &[u8]) {
        self.totals.count_returned_case(layout, record);
        self.other_fips
            .count(layout.other_fips_verification.of(record));
        self.fips.count(layout.fips_verification.of(record));
        match extract.case_status.of(record) {
            b"O" => self.open += 1,
            _ => self.closed += 1,
        }
        match extract.initiating_responding.of(record) {
            b"I" => self.initiating += 1,
            b"R" => self.responding += 1,
            _ => self.neither += 1,
        }
    }

    #[inline]
    fn count_record(&mut self, layout: &ResponseLayout, record: &[u8], codes: ReasonCodes) {
        self.totals.records.returned += 1;
        self.totals.count_record_codes(codes);
        *self.record_combinations.entry(codes).or_default() += 1;
        self.ssn
            .count(layout.submitting_ssn_verification.of(record));
        self.other_ssn
            .count(layout.other_ssn_verification.of(record));
    }

    fn count_case(&mut self, case: &CaseTally) {
        self.totals.count_case_codes(case.codes);
        *self.case_combinations.entry(case.codes).or_default() += 1;
        // 00 and all counts equal.
        self.in_sync += u64::from(case.equal && case.codes.holds(ReasonCode::R00));
    }

    /// The figures that can be told from a response.
    pub(super) fn figures(&self) -> Figures {
        let mut figures = Figures::default();
        let totals = &self.totals;
        for (tier, count) in totals.cases_by_tier.named() {
            figures.set(format!("cases.tier.{tier}"), count);
        }
        for code in ReasonCode::ALL {
            let (name, index) = (code.code(), code.index());
            figures.set(format!("cases.code.{name}"), totals.cases_by_code.0[index]);
            figures.set(
                format!("records.code.{name}"),
                totals.records_by_code.0[index],
            );
        }
        for (key, count) in [
            ("cases.returned", totals.cases.returned),
            ("records.returned", totals.records.returned),
            ("cases.in_sync", self.in_sync),
            ("cases.nobody_matched", totals.cases_nobody_matched),
            ("cases.multiple_case", totals.multiple_case),
            ("cases.fcr_supplied", totals.fcr_supplied),
            ("cases.open", self.open),
            ("cases.closed", self.closed),
            ("cases.initiating", self.initiating),
            ("cases.responding", self.responding),
            ("cases.neither", self.neither),
        ] {
            figures.set(key, count);
        }
        self.ssn.put(&mut figures, "records.ssn");
        self.other_ssn.put(&mut figures, "records.other_ssn");
        self.other_fips.put(&mut figures, "cases.other_fips");
        // The code that you submitted is always verified.
        figures.0.remove("cases.other_fips.none");
        self.fips.put(&mut figures, "cases.fips");
        for (unit, combinations) in [
            ("cases", &self.case_combinations),
            ("records", &self.record_combinations),
        ] {
            for (codes, count) in combinations {
                let codes: Vec<_> = codes.iter().map(ReasonCode::code).collect();
                figures.set(format!("{unit}.combination.{}", codes.join("+")), *count);
            }
        }
        figures
    }
}

impl AddAssign<&Tally> for Tally {
    fn add_assign(&mut self, other: &Tally) {
        self.totals += &other.totals;
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
