//! Reads a response file again: is every record valid under its layout, and do the records of a
//! case agree?

use std::collections::BTreeMap;

use crate::error::Result;
use crate::input::Source;
use crate::layout::ExtractLayout;
use crate::layout::{Columns, RESPONSE_BYTES, ResponseLayout};
use crate::matching::{ReasonCode, ReasonCodes};

use super::{CaseSplit, StateTotals};
use crate::stop::Stop;

/// How many faults of a file are listed; all are counted.
const MOST_LISTED: usize = 20;

/// What a response file holds.
#[derive(Debug, Default)]
pub struct Recount {
    /// The totals that can be counted from a response.
    pub totals: StateTotals,
    /// How many faults there are.
    pub faults: u64,
    /// The first of them: record number, from 1, and what is wrong.
    pub listed: Vec<(u64, String)>,
}

/// Counts a response file again and looks at each record.
///
/// # Errors
/// [`crate::Error::Interrupted`] where the run is to stop.
pub fn recount(
    source: &Source,
    layout: &ResponseLayout,
    extract: &ExtractLayout,
    stop: &Stop,
) -> Result<Recount> {
    let mut counting = Counting {
        layout,
        split: CaseSplit::new(layout, extract),
        found: Recount::default(),
        case: None,
    };
    for (number, record) in (1..).zip(source.records()) {
        stop.check_at(number)?;
        counting.record(number, record.bytes);
    }
    counting.end_case();
    Ok(counting.found)
}

struct Counting<'a> {
    layout: &'a ResponseLayout,
    split: CaseSplit<'a>,
    found: Recount,
    case: Option<OpenCase>,
}

/// What is noted of the case whose records are being read.
struct OpenCase {
    first_record: u64,
    codes: ReasonCodes,
}

impl Counting<'_> {
    fn fault(&mut self, record: u64, what: String) {
        self.found.faults += 1;
        if self.found.listed.len() < MOST_LISTED {
            self.found.listed.push((record, what));
        }
    }

    fn record(&mut self, number: u64, record: &[u8]) {
        self.found.totals.records.returned += 1;
        if record.len() != RESPONSE_BYTES {
            self.fault(
                number,
                format!("has {} bytes instead of {RESPONSE_BYTES}", record.len()),
            );
            return;
        }
        let codes = self.codes(number, record);
        self.found.totals.count_record_codes(codes);
        self.values(number, record, codes);
        self.join_case(number, record, codes);
    }

    fn codes(&mut self, number: u64, record: &[u8]) -> ReasonCodes {
        let mut codes = ReasonCodes::default();
        let mut previous: Option<&[u8]> = None;
        let mut ended = false;
        for columns in self.layout.reason_codes {
            let field = columns.of(record);
            if field == b"  " {
                ended = true;
                continue;
            }
            let known = ReasonCode::ALL
                .into_iter()
                .find(|code| code.code().as_bytes() == field);
            let what = match known {
                None => Some("is no reason code"),
                Some(_) if ended => Some("stands behind a gap"),
                Some(_) if previous.is_some_and(|previous| previous >= field) => {
                    Some("is not in ascending order")
                }
                Some(_) => None,
            };
            if let Some(what) = what {
                self.fault(
                    number,
                    format!("columns {}-{}: {what}", columns.first, columns.last),
                );
            }
            codes = known.map_or(codes, |code| codes.with(code));
            previous = Some(field);
        }
        if codes.is_empty() {
            self.fault(number, "bears no reason code".to_owned());
        }
        codes
    }

    /// Indicators, counts and the tier are of their kind and fit the codes.
    fn values(&mut self, number: u64, record: &[u8], codes: ReasonCodes) {
        let layout = self.layout;
        let one_of: [(Columns, &[u8]); 10] = [
            (layout.fcr_supplied, b"YN"),
            (layout.case_status, b"OC "),
            (layout.other_fips_verification, b"YN"),
            (layout.fips_verification, b"YN "),
            (layout.submitting_ssn_verification, b"YN "),
            (layout.other_ssn_verification, b"YN "),
            (layout.cp_match, b"YN"),
            (layout.np_match, b"YN"),
            (layout.multiple_case, b"YN"),
            (layout.match_tier, b"123 "),
        ];
        for (columns, allowed) in one_of {
            if !allowed.contains(&columns.of(record)[0]) {
                let allowed = allowed.escape_ascii();
                self.fault(
                    number,
                    format!("column {}: is not one of \"{allowed}\"", columns.first),
                );
            }
        }
        let counts = [
            layout.adults_yours,
            layout.children_yours,
            layout.adults_other,
            layout.children_other,
            layout.adults_matched,
            layout.children_matched,
        ];
        for columns in counts {
            if !columns.of(record).iter().all(u8::is_ascii_digit) {
                self.fault(
                    number,
                    format!(
                        "columns {}-{}: is not two digits",
                        columns.first, columns.last
                    ),
                );
            }
        }
        let without_match = layout.match_tier.of(record) == b" ";
        if codes.holds(ReasonCode::R01) != without_match {
            self.fault(
                number,
                format!(
                    "column {}: a tier stands where 01 does, or is missing where it does not",
                    layout.match_tier.first
                ),
            );
        }
        let rest = Columns {
            first: 473,
            last: RESPONSE_BYTES,
        };
        if layout.contact_email.last < rest.first && !crate::record::is_blank(rest.of(record)) {
            self.fault(
                number,
                "columns 473-500: the filler is not blank".to_owned(),
            );
        }
    }

    fn join_case(&mut self, number: u64, record: &[u8], codes: ReasonCodes) {
        if !self.split.continues(record) {
            self.end_case();
            self.split.begin(record);
            self.case = Some(OpenCase {
                first_record: number,
                codes: ReasonCodes::default(),
            });
            self.found.totals.count_returned_case(self.layout, record);
        }
        if let Some(case) = &mut self.case {
            case.codes = case.codes.union(codes);
        }
        if !self.split.join(record) {
            self.fault(
                number,
                "its case-level fields differ from those of its case's first record".to_owned(),
            );
        }
    }

    fn end_case(&mut self) {
        let Some(case) = self.case.take() else { return };
        self.found.totals.count_case_codes(case.codes);
        let Some((counted, Some(said))) = self.split.end() else {
            return;
        };
        let holds = |said: u32, counted: u32| said == counted.min(99);
        if !holds(said.adults, counted.adults) || !holds(said.children, counted.children) {
            let what =
                "the case that begins here has other numbers of adults and children than it says";
            self.fault(case.first_record, what.to_owned());
        }
    }
}

/// A figure of a recount that differs from what a summary says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The figure's path in the summary of a state, with dots.
    pub figure: String,
    /// What the summary says; none where it says nothing.
    pub said: Option<u64>,
    /// What was counted.
    pub counted: u64,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Difference {
            figure,
            said,
            counted,
        } = self;
        match said {
            Some(said) => write!(
                f,
                "{figure}: the summary says {said}, the file holds {counted}"
            ),
            None => write!(
                f,
                "{figure}: the summary says nothing, the file holds {counted}"
            ),
        }
    }
}

/// The figures of a recount that differ from what a summary says of the state.
pub fn differences(said: &serde_json::Value, counted: &StateTotals) -> Vec<Difference> {
    let counted = serde_json::to_value(counted).unwrap_or_default();
    let mut figures: BTreeMap<String, (Option<u64>, Option<u64>)> = BTreeMap::new();
    let paths = [
        "/records/returned",
        "/cases/returned",
        "/cases_by_tier",
        "/cases_nobody_matched",
        "/records_by_code",
        "/cases_by_code",
        "/multiple_case",
        "/fcr_supplied",
    ];
    let number = |value: Option<&serde_json::Value>| value.and_then(serde_json::Value::as_u64);
    for path in paths {
        let (said, counted) = (said.pointer(path), counted.pointer(path));
        match counted.and_then(serde_json::Value::as_object) {
            Some(counts) => {
                for (key, count) in counts {
                    let said = said.and_then(|said| said.get(key));
                    figures.insert(format!("{path}/{key}"), (number(said), number(Some(count))));
                }
            }
            None => drop(figures.insert(path.to_owned(), (number(said), number(counted)))),
        }
    }
    let differing = figures
        .into_iter()
        .filter(|(_, (said, counted))| said != counted);
    differing
        .map(|(path, (said, counted))| Difference {
            figure: path.trim_start_matches('/').replace('/', "."),
            said,
            // Every figure is counted.
            counted: counted.unwrap_or_default(),
        })
        .collect()
}
