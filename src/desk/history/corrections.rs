//! What a state corrected after a response: cases that had 02 and have 00 in a later night.
//!
//! 02 says that the case the state named is not the one that was found; the correction is another
//! Other State Case ID. A case is therefore known again by its Case ID and its other state.

use std::collections::BTreeMap;

use ahash::AHashMap;
use schemars::JsonSchema;
use serde::Serialize;

use crate::engine::matching::ReasonCode;
use crate::engine::response::{CaseReader, CutBy, OnFault, Read, ResponseFields};
use crate::error::{Attempt, Error, Result};
use crate::formats::input::Source;
use crate::formats::layout::{LayoutSet, RESPONSE_BYTES};
use crate::formats::record::Date;
use crate::open::is_there;
use crate::run::{FinishedRun, other_layouts};
use crate::stop::Stop;

/// Cases that had 02 and have 00 in a later response.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Corrections {
    /// How many.
    pub cases: u64,
    /// By days from the first response with 02: cases.
    pub by_days: BTreeMap<u32, u64>,
}

impl Corrections {
    pub(super) fn add(&mut self, days: u32) {
        self.cases += 1;
        *self.by_days.entry(days).or_default() += 1;
    }

    pub(super) fn merge(&mut self, other: &Corrections) {
        self.cases += other.cases;
        for (days, cases) in &other.by_days {
            *self.by_days.entry(*days).or_default() += cases;
        }
    }

    /// Half of the cases took at most so many days.
    pub fn median_days(&self) -> Option<u32> {
        let mut passed = 0;
        let half = self.cases.div_ceil(2);
        let reaches = |(days, cases): (&u32, &u64)| {
            passed += cases;
            (passed >= half).then_some(*days)
        };
        self.by_days.iter().find_map(reaches)
    }
}

/// Case ID and other state.
type Family = ([u8; 15], [u8; 2]);

/// Looks through a state's responses in the order of the nights; for each night what was corrected,
/// or nothing where its response is not there, or was made with other layouts.
///
/// # Errors
/// [`Error::Io`] where a response cannot be looked at, as [`Source::open`], and
/// [`Error::Interrupted`].
pub(super) fn corrections(
    runs: &[FinishedRun],
    usps: &str,
    layouts: &LayoutSet,
    stop: &Stop,
) -> Result<Vec<Option<Corrections>>> {
    let fields = ResponseFields::new(layouts)?;
    // Families with 02 in their last response, with the date of the first such response in a row.
    let mut open: AHashMap<Family, u32> = AHashMap::new();
    let mut nights = Vec::with_capacity(runs.len());
    for run in runs {
        let path = run.folder.join(format!("responses/{usps}.icr"));
        let date = Date::parse(run.summary.run_date.as_bytes()).map_or(0, Date::days);
        if run.response(usps).is_none()
            || !is_there(&path).map_err(Error::io(Attempt::Open, &path))?
            || !other_layouts(&run.manifest, layouts).is_empty()
        {
            nights.push(None);
            continue;
        }
        let source = Source::open(&path, RESPONSE_BYTES, run.response_form(), stop)?;
        let mut reader = CaseReader::new(&source, &fields, OnFault::Note, CutBy::Count);
        let mut night = Corrections::default();
        while let Some(read) = reader.next(stop)? {
            let Read::Case(case) = read else { continue };
            let codes = case.codes();
            let family = family_of(fields.family(&case.first().bytes));
            if codes.holds(ReasonCode::R02) {
                open.entry(family).or_insert(date);
            } else if codes.holds(ReasonCode::R00)
                && let Some(since) = open.remove(&family)
            {
                night.add(date.saturating_sub(since));
            }
        }
        source.check_intact()?;
        nights.push(Some(night));
    }
    Ok(nights)
}

fn family_of((case_id, state): (&[u8], &[u8])) -> Family {
    let mut family = ([b' '; 15], [b' '; 2]);
    let bytes = case_id.len().min(15);
    family.0[..bytes].copy_from_slice(&case_id[..bytes]);
    let bytes = state.len().min(2);
    family.1[..bytes].copy_from_slice(&state[..bytes]);
    family
}
