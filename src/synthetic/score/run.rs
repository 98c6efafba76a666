//! Reads the response files of a run folder, and compares each case with the truth.

use std::collections::BTreeSet;
use std::path::Path;

use rayon::prelude::*;

use super::classes::{self, Pending};
use super::participants::{Participants, rejected};
use super::tally::{Answer, Tally, Verdict};
use super::truth::{CaseKey, Truth};
use crate::engine::confidence::{ClaimCounts, Facts};
use crate::engine::response::{CaseReader, CutBy, OnFault, Read, ReadCase, ResponseFields};
use crate::error::{Attempt, Error, Result};
use crate::formats::input::{InputForm, Source, input_files};
use crate::formats::layout::{Columns, LayoutSet, RESPONSE_BYTES};
use crate::formats::record::CaseId;
use crate::formats::reference::State;
use crate::open::look;
use crate::progress::{Progress, Unit};
use crate::run::{find_match_manifest, refuse_other_layouts};
use crate::stop::Stop;

/// Compares every case in `folder/responses` with the truth.
///
/// # Errors
/// [`Error::Io`] and [`Error::Input`] if the folder has no responses, was made with other response
/// layouts than `layouts`, or has a record or case that was altered; [`Error::Interrupted`].
pub fn score(
    folder: &Path,
    (truth, people): (&Truth, Option<&Participants>),
    layouts: &LayoutSet,
    progress: &Progress,
    stop: &Stop,
) -> Result<Tally> {
    let fields = ResponseFields::new(layouts)?;
    let responses = folder.join("responses");
    if !look(&responses)?.is_some_and(|found| found.is_dir()) {
        return Err(Error::input(
            folder,
            "holds no folder `responses`; give the folder that icr match wrote",
        ));
    }
    if let Some(manifest) = find_match_manifest(folder)? {
        refuse_other_layouts(folder, &manifest, layouts)?;
    }
    let mut files = Vec::new();
    let mut total = 0;
    for path in input_files(&[responses], "responses")? {
        total += std::fs::metadata(&path)
            .map_err(Error::io(Attempt::Open, &path))?
            .len();
        files.push(path);
    }
    let stage = progress.stage("scoring", total, Unit::Bytes);
    let tallies = files
        .par_iter()
        .with_max_len(1)
        .map(|path| {
            let source = Source::open(path, RESPONSE_BYTES, InputForm::default(), stop)?;
            // A response has the name of its state.
            let state = path.file_stem().unwrap_or_default().to_string_lossy();
            let people = people.map(|people| Ok((people, rejected(folder, &state)?)));
            let people = people.transpose()?;
            let tally = score_file(&source, (truth, people.as_ref()), &fields, stop)?;
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

fn score_file(
    source: &Source,
    (truth, people): (&Truth, Option<&(&Participants, BTreeSet<u64>)>),
    fields: &ResponseFields,
    stop: &Stop,
) -> Result<Tally> {
    let mut tally = Tally::default();
    let (mut pending, mut claims) = (Vec::new(), ClaimCounts::default());
    let mut reader = CaseReader::new(source, fields, OnFault::Refuse, CutBy::Count);
    while let Some(read) = reader.next(stop)? {
        let Read::Case(case) = read else { continue };
        tally.records += case.records().len() as u64;
        let key = key_of(fields, &case);
        let answer = answer_of(fields, &case).map_err(|problem| {
            let number = case.first().place.number;
            Error::record(&source.path, number, problem)
        })?;
        if let Some((other, case, _)) = answer.found {
            claims.add(key.case_id, (other, case));
        }
        match truth.find(&key) {
            Some(place) => {
                let truth = &truth.cases[place as usize];
                tally.add(place, truth, &answer);
                if let Some((people, rejected)) = people
                    && answer.verdict(truth) == Verdict::Right
                {
                    people.count(place, rejected, (fields, &case), &mut tally.people);
                }
                let found = answer.found.zip(Facts::read(fields, &case, answer.codes));
                pending.extend(found.map(|((other, case, _), facts)| Pending {
                    facts,
                    other,
                    case,
                    right: answer.verdict(truth) == Verdict::Right,
                }));
            }
            None => tally.unknown += 1,
        }
    }
    classes::count(pending, &claims, &mut tally.by_class);
    Ok(tally)
}

fn key_of(fields: &ResponseFields, case: &ReadCase<'_>) -> CaseKey {
    let first = case.first();
    CaseKey {
        state: first.state,
        case_id: CaseId::new(fields.submitted(&first.bytes, fields.extract.case_id)),
        other_state: first.other_state,
        other_case_id: CaseId::new(case.other_case_id(fields)),
    }
}

/// The answer of a case. The error names the malformed field.
fn answer_of(
    fields: &ResponseFields,
    case: &ReadCase<'_>,
) -> std::result::Result<Answer, &'static str> {
    let (r, record) = (&fields.response, &case.first().bytes);
    let found = match r.match_tier.of(record) {
        [tier @ b'1'..=b'7'] => {
            let state = State::from_fips(r.fips_code.of(record))
                .ok_or("FIPS Code (from Other State) names no jurisdiction")?;
            Some((state, CaseId::new(r.case_id.of(record)), tier - b'0'))
        }
        _ => None,
    };
    // The record is valid, so this has two digits.
    let count = |columns: Columns| {
        let digits = columns.of(record).iter();
        digits.fold(0, |count, digit| count * 10 + u32::from(digit - b'0'))
    };
    Ok(Answer {
        found,
        matched: count(r.adults_matched) + count(r.children_matched),
        codes: case.codes(),
    })
}
