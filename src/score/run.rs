//! Reads the response files of a run folder and holds each case against the truth.

use std::path::Path;

use rayon::prelude::*;

use super::tally::{Answer, Tally};
use super::truth::{CaseKey, Truth};
use crate::error::{Error, Result};
use crate::input::{InputForm, Source, input_files};
use crate::layout::{Columns, ExtractLayout, LayoutSet, RESPONSE_BYTES, ResponseLayout};
use crate::matching::{ReasonCode, ReasonCodes};
use crate::progress::{Progress, Unit};
use crate::record::CaseId;
use crate::reference::State;
use crate::stop::Stop;

/// Where a response record holds what is compared.
struct Positions {
    submitted: ExtractLayout,
    response: ResponseLayout,
}

/// Holds every case that `folder/responses` returns against the truth.
///
/// # Errors
/// [`Error::Io`] and [`Error::Input`] where the folder holds no responses, or a record is not of the
/// layout; [`Error::Interrupted`].
pub fn score(
    folder: &Path,
    truth: &Truth,
    layouts: &LayoutSet,
    progress: &Progress,
    stop: &Stop,
) -> Result<Tally> {
    let positions = Positions {
        submitted: layouts.extract()?,
        response: layouts.response()?,
    };
    let responses = folder.join("responses");
    if !responses.is_dir() {
        return Err(Error::input(
            folder,
            "holds no folder `responses`; give the folder that icr match wrote",
        ));
    }
    let mut files = Vec::new();
    let mut total = 0;
    for path in input_files(&[responses], "responses")? {
        total += std::fs::metadata(&path)
            .map_err(Error::io("open", &path))?
            .len();
        files.push(path);
    }
    let stage = progress.stage("scoring", total, Unit::Bytes);
    let tallies = files
        .par_iter()
        .with_max_len(1)
        .map(|path| {
            let source = Source::open_until(path, RESPONSE_BYTES, InputForm::default(), stop)?;
            let tally = score_file(&source, truth, &positions, stop)?;
            source.check_intact()?;
            stage.advance(source.bytes().len() as u64);
            Ok(tally)
        })
        .collect::<Result<Vec<Tally>>>()?;
    let mut all = Tally::default();
    for tally in tallies {
        all.merge(tally);
    }
    Ok(all)
}

fn score_file(source: &Source, truth: &Truth, positions: &Positions, stop: &Stop) -> Result<Tally> {
    let mut tally = Tally::default();
    let mut current: Option<(CaseKey, Answer)> = None;
    for record in source.records() {
        tally.records += 1;
        stop.check_at(tally.records)?;
        let refuse = |problem: &str| Error::record(&source.path, tally.records, problem);
        if record.bytes.len() != RESPONSE_BYTES {
            return Err(refuse(&format!(
                "has {} bytes; a response record has {RESPONSE_BYTES}",
                record.bytes.len()
            )));
        }
        let (key, answer) = positions.read(record.bytes).map_err(refuse)?;
        match &mut current {
            Some((case, sum)) if *case == key => sum.codes = sum.codes.union(answer.codes),
            _ => {
                if let Some((case, sum)) = current.replace((key, answer)) {
                    count(&mut tally, truth, &case, &sum);
                }
            }
        }
    }
    if let Some((case, sum)) = current {
        count(&mut tally, truth, &case, &sum);
    }
    Ok(tally)
}

fn count(tally: &mut Tally, truth: &Truth, key: &CaseKey, answer: &Answer) {
    match truth.find(key) {
        Some(place) => tally.add(place, &truth.cases[place as usize], answer),
        None => tally.unknown += 1,
    }
}

impl Positions {
    /// The case that a record is of, and what it says; the error names the field that is not of the
    /// form.
    fn read(&self, record: &[u8]) -> std::result::Result<(CaseKey, Answer), &'static str> {
        let (from, to) = (&self.submitted, &self.response);
        let submitted = to.submitted.of(record);
        let state = |columns: Columns, bytes| State::from_fips(columns.of_trimmed(bytes));
        let key = CaseKey {
            state: state(from.fips_code, submitted).ok_or("FIPS Code names no jurisdiction")?,
            case_id: CaseId::new(from.case_id.of_trimmed(submitted)),
            other_state: state(from.other_fips_code, submitted)
                .ok_or("Other State FIPS Code names no jurisdiction")?,
            other_case_id: CaseId::new(from.other_case_id.of_trimmed(submitted)),
        };
        let mut codes = ReasonCodes::default();
        for columns in to.reason_codes {
            let field = columns.of(record);
            if field != b"  " {
                let known = ReasonCode::ALL
                    .into_iter()
                    .find(|code| code.code().as_bytes() == field);
                codes = codes.with(known.ok_or("Reason Codes hold an unknown code")?);
            }
        }
        let found = match to.match_tier.of(record) {
            b" " => None,
            [tier @ b'1'..=b'3'] => {
                let state = state(to.fips_code, record)
                    .ok_or("FIPS Code (from Other State) names no jurisdiction")?;
                Some((state, CaseId::new(to.case_id.of(record)), tier - b'0'))
            }
            _ => return Err("Match Tier is not 1, 2, 3 or blank"),
        };
        let count = |columns: Columns| match columns.of(record) {
            [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => {
                Ok(u32::from(tens - b'0') * 10 + u32::from(ones - b'0'))
            }
            _ => Err("a number of matched participants is not two digits"),
        };
        let matched = count(to.adults_matched)? + count(to.children_matched)?;
        Ok((
            key,
            Answer {
                found,
                matched,
                codes,
            },
        ))
    }
}
