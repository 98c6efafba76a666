//! Recounts a response file, checks each record and case, and compares the figures with a summary.
//! It shares no counter with the code that writes responses, so that a fault in one shows in the
//! other.

use super::{CaseReader, CutBy, Faults, OnFault, Read, ReadCase, ResponseFields, StateTotals};
use super::{contradictions, reader::MOST_LISTED};
use crate::engine::matching::{MatchBasis, ReasonCode};
use crate::error::Result;
use crate::formats::input::Source;
use crate::stop::Stop;

/// The names of the tiers in a summary, in the order of Match Tier; the last is for cases that no
/// tier found.
pub const TIERS: [&str; 8] = ["1", "2", "3", "4", "5", "6", "7", "none"];

/// The figures that can be counted in a response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResponseTotals {
    /// All records, valid or not.
    pub records: u64,
    /// Cases.
    pub cases: u64,
    /// Cases by tier, in the order of [`TIERS`].
    pub cases_by_tier: [u64; 8],
    /// Cases with a counterpart in which no participant matched.
    pub cases_nobody_matched: u64,
    /// Records by code.
    pub records_by_code: [u64; 9],
    /// Cases by each code that at least one of their records has.
    pub cases_by_code: [u64; 9],
    /// Cases with Multiple Case Indicator Y.
    pub multiple_case: u64,
    /// Cases with FCR-Supplied Indicator Y.
    pub fcr_supplied: u64,
    /// Records by Participant Match Basis, in the order of [`MatchBasis::ALL`].
    pub records_by_basis: [u64; 7],
    /// True if the layout does not have this field, so that the figures are unknown.
    basis_unknown: bool,
}

/// The index in [`TIERS`] of the tier that found a record's case.
pub fn tier_of(fields: &ResponseFields, record: &[u8]) -> usize {
    match fields.response.match_tier.of(record) {
        [digit @ b'1'..=b'7'] => usize::from(digit - b'1'),
        _ => TIERS.len() - 1,
    }
}

impl ResponseTotals {
    /// Counts a case and its records.
    pub fn add(&mut self, fields: &ResponseFields, case: &ReadCase<'_>) {
        let (r, first) = (&fields.response, &case.first().bytes);
        let tier = tier_of(fields, first);
        self.cases += 1;
        self.cases_by_tier[tier] += 1;
        let nobody = [r.adults_matched, r.children_matched]
            .iter()
            .all(|columns| columns.of(first) == b"00");
        self.cases_nobody_matched += u64::from(nobody && tier + 1 < TIERS.len());
        self.multiple_case += u64::from(r.multiple_case.of(first) == b"Y");
        self.fcr_supplied += u64::from(r.fcr_supplied.of(first) == b"Y");
        for code in case.codes().iter() {
            self.cases_by_code[code.index()] += 1;
        }
        self.basis_unknown = r.match_basis.is_none();
        self.records += case.records().len() as u64;
        for record in case.records() {
            for code in record.codes.iter() {
                self.records_by_code[code.index()] += 1;
            }
            if let Some(basis) = record.basis {
                self.records_by_basis[basis.index()] += 1;
            }
        }
    }

    /// Adds the totals of another part of the response.
    pub fn merge(&mut self, other: &ResponseTotals) {
        self.basis_unknown |= other.basis_unknown;
        for (mine, theirs) in [
            (&mut self.records, other.records),
            (&mut self.cases, other.cases),
            (&mut self.cases_nobody_matched, other.cases_nobody_matched),
            (&mut self.multiple_case, other.multiple_case),
            (&mut self.fcr_supplied, other.fcr_supplied),
        ] {
            *mine += theirs;
        }
        for (mine, theirs) in [
            (&mut self.cases_by_tier[..], &other.cases_by_tier[..]),
            (&mut self.records_by_code, &other.records_by_code),
            (&mut self.cases_by_code, &other.cases_by_code),
            (&mut self.records_by_basis, &other.records_by_basis),
        ] {
            mine.iter_mut()
                .zip(theirs)
                .for_each(|(mine, theirs)| *mine += theirs);
        }
    }
}

/// The result of a recount.
#[derive(Debug, Default)]
pub struct Recount {
    /// The figures.
    pub totals: ResponseTotals,
    /// What `icr match` never writes.
    pub faults: Faults,
}

/// Recounts a response file and checks each record and case.
///
/// # Errors
/// [`crate::Error::Interrupted`] if a stop was requested.
pub fn recount(source: &Source, fields: &ResponseFields, stop: &Stop) -> Result<Recount> {
    let mut totals = ResponseTotals::default();
    let mut faults = Faults::default();
    let mut reader = CaseReader::new(source, fields, OnFault::Note, CutBy::Count);
    while let Some(read) = reader.next(stop)? {
        let case = match read {
            Read::Case(case) => case,
            Read::NoRecord(_) => {
                totals.records += 1;
                continue;
            }
        };
        totals.add(fields, &case);
        for record in case.records() {
            let number = record.place.number;
            contradictions::of_record(fields, record, |problem| faults.note(number, problem));
        }
        contradictions::of_case(fields, &case, |number, problem| {
            faults.note(number, problem);
        });
    }
    let (of_records, of_cases) = reader.faults();
    faults.merge(of_records);
    faults.merge(of_cases);
    debug_assert!(faults.listed.len() <= MOST_LISTED);
    Ok(Recount { totals, faults })
}

/// A figure of a recount that differs from the summary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The figure's path in the state's summary, with dots.
    pub figure: String,
    /// The figure in the summary.
    pub said: u64,
    /// The recounted figure.
    pub counted: u64,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Difference {
            figure,
            said,
            counted,
        } = self;
        write!(
            f,
            "{figure}: the summary says {said}, the file holds {counted}"
        )
    }
}

/// The figures of a recount that differ from the state's summary.
pub fn differences(said: &StateTotals, counted: &ResponseTotals) -> Vec<Difference> {
    let mut differing = Vec::new();
    let mut compare = |figure: &str, said: u64, counted: u64| {
        if said != counted {
            differing.push(Difference {
                figure: figure.to_owned(),
                said,
                counted,
            });
        }
    };
    for (figure, said, counted) in [
        ("records.returned", said.records.returned, counted.records),
        ("cases.returned", said.cases.returned, counted.cases),
        (
            "cases_nobody_matched",
            said.cases_nobody_matched,
            counted.cases_nobody_matched,
        ),
        ("multiple_case", said.multiple_case, counted.multiple_case),
        ("fcr_supplied", said.fcr_supplied, counted.fcr_supplied),
    ] {
        compare(figure, said, counted);
    }
    let tiers = said.cases_by_tier;
    let tiers: Vec<u64> = tiers.found.into_iter().chain([tiers.none]).collect();
    let codes = ReasonCode::ALL.map(ReasonCode::code);
    let bases = MatchBasis::ALL.map(MatchBasis::code);
    for (figure, names, said, counted) in [
        (
            "cases_by_tier",
            &TIERS[..],
            &tiers[..],
            &counted.cases_by_tier[..],
        ),
        (
            "records_by_code",
            &codes,
            &said.records_by_code.0,
            &counted.records_by_code,
        ),
        (
            "cases_by_code",
            &codes,
            &said.cases_by_code.0,
            &counted.cases_by_code,
        ),
        (
            "records_by_basis",
            // The layout does not have this field, so the figures cannot be compared.
            if counted.basis_unknown {
                &[]
            } else {
                &bases[..]
            },
            &said.records_by_basis.0,
            &counted.records_by_basis,
        ),
    ] {
        for ((name, said), counted) in names.iter().zip(said).zip(counted) {
            compare(&format!("{figure}.{name}"), *said, *counted);
        }
    }
    differing
}
