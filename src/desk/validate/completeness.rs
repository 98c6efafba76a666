//! Completeness: the numbers of records and cases that have a value.

use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

use super::percent;
use crate::engine::extract::Case;
use crate::engine::extract::{Extract, Provenance, Row};
use crate::formats::layout::{Columns, ExtractLayout};
use crate::formats::record::is_blank;

/// How many accepted records, and cases, hold something.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct FieldCount {
    /// The value: the key of a field, or of something derived from a field.
    pub field: &'static str,
    /// The number of records that have it.
    pub records: u64,
    /// The share of the accepted records, in percent.
    pub records_percent: f64,
    /// The number of cases with a record that has it.
    pub cases: u64,
    /// The share of the cases, in percent.
    pub cases_percent: f64,
}

/// The number of values that are counted.
const COUNT: usize = 19;
/// Values that the FCR does not have come last.
const FCR_COUNT: usize = 12;
const FIELDS: [&str; COUNT] = [
    "ssn",
    "usable_ssn",
    "member_id",
    "participant_type",
    "last_name",
    "first_name",
    "middle_name",
    "comparable_name",
    "date_of_birth",
    "valid_date_of_birth",
    "sex",
    "county",
    "initiating_responding_indicator",
    "other_state_case_id",
    "other_county",
    "contact",
    "contact_name",
    "contact_phone_number",
    "contact_email",
];

type Tally = ([u64; COUNT], [u64; COUNT]);

/// Counts the values. As in the edits, an SSN of nine zeros and a Date of Birth of eight zeros are
/// absent.
pub(super) fn count(extract: &Extract) -> Vec<FieldCount> {
    let derived = extract.provenance == Provenance::FcrDerived;
    let looked_for = if derived { FCR_COUNT } else { COUNT };
    let of_cases = |cases: &[Case]| {
        let mut tally: Tally = Default::default();
        for case in cases {
            let mut of_case = 0;
            for row in extract.rows_of(case) {
                let held = held(row, extract.bytes(row), &extract.layout, derived);
                add(&mut tally.0, held);
                of_case |= held;
            }
            add(&mut tally.1, of_case);
        }
        tally
    };
    let sum = |mut a: Tally, b: Tally| {
        for place in 0..COUNT {
            a.0[place] += b.0[place];
            a.1[place] += b.1[place];
        }
        a
    };
    let (records, cases) = extract
        .cases
        .par_chunks(4096)
        .map(of_cases)
        .reduce(Tally::default, sum);
    let (all_records, all_cases) = (extract.rows.len() as u64, extract.cases.len() as u64);
    (0..looked_for)
        .map(|place| FieldCount {
            field: FIELDS[place],
            records: records[place],
            records_percent: percent(records[place], all_records),
            cases: cases[place],
            cases_percent: percent(cases[place], all_cases),
        })
        .collect()
}

fn add(counts: &mut [u64; COUNT], mut bits: u32) {
    while bits != 0 {
        counts[bits.trailing_zeros() as usize] += 1;
        bits &= bits - 1;
    }
}

/// The values in a record, as bits in the order of [`FIELDS`].
fn held(row: &Row, record: &[u8], layout: &ExtractLayout, derived: bool) -> u32 {
    let mut bits = 0;
    let mut place = 0;
    let mut take = |holds: bool| {
        bits |= u32::from(holds) << place;
        place += 1;
    };
    let given = |columns: Columns| !is_blank(columns.of_trimmed(record));
    let county = |columns: Columns| {
        let part = Columns {
            first: columns.first + 2,
            last: columns.first + 4,
        };
        given(part)
    };
    take(!row.ssn_is_absent());
    take(row.ssn().is_some());
    take(given(layout.member_id));
    take(given(layout.participant_type));
    take(given(layout.last_name));
    take(given(layout.first_name));
    take(given(layout.middle_name));
    take(row.name().is_some());
    let birth = layout.date_of_birth.of_trimmed(record);
    take(!is_blank(birth) && birth != b"00000000");
    take(row.date_of_birth().is_some());
    take(given(layout.sex));
    take(county(layout.fips_code));
    if derived {
        return bits;
    }
    take(given(layout.initiating_responding));
    take(given(layout.other_case_id));
    take(county(layout.other_fips_code));
    let contact = [
        layout.contact_name,
        layout.contact_phone,
        layout.contact_email,
    ]
    .map(given);
    take(contact.contains(&true));
    contact.into_iter().for_each(take);
    bits
}
