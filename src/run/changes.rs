//! `--changes`: of each response only what is new since the last one that the state was given.
//!
//! Applied night after night to the first response, the changes give the last one: a case of
//! `changes/<USPS>.icr` takes the place of the one with its key (matching.md, section 1), a case of
//! `changes/<USPS>.gone.csv` goes. They must never be made against a response that is not the last,
//! or not whole: then a change would be lost.

use std::path::Path;

use ahash::AHashMap;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::finished::{FinishedRun, refuse_other_layouts};
use super::output::OutputFolder;
use super::previous::EarlierRuns;
use super::pruned::Pruned;
use super::summary::Changes;
use crate::engine::response::{
    CaseReader, CutBy, OnFault, OutputForm, Read, ReadCase, ResponseFields,
};
use crate::error::{Error, Result};
use crate::formats::input::{Format, InputForm, Source};
use crate::formats::layout::{LayoutSet, RESPONSE_BYTES};
use crate::formats::record::trim_end;
use crate::formats::reference::State;
use crate::open::look;
use crate::stop::Stop;
use crate::text::hex;

/// After how many bytes what was collected is written.
const WRITE_BYTES: usize = 1 << 20;

/// A case's key: Case ID, other state, Other State Case ID, each with its trailing blanks.
type Key = ([u8; 15], [u8; 2], [u8; 15]);
/// The first half of the SHA-256 of a case's records.
type Answer = [u8; 16];

/// The cases of a response that was given.
#[derive(Default)]
struct Given {
    /// In file order.
    cases: Vec<(Key, Answer)>,
    /// Their places by key.
    places: AHashMap<Key, u32>,
}

/// What stays the same for all states of a run.
pub(super) struct ChangesWriter<'a> {
    pub(super) folder: &'a OutputFolder,
    pub(super) earlier: &'a EarlierRuns,
    pub(super) layouts: &'a LayoutSet,
    pub(super) form: OutputForm,
    pub(super) stop: &'a Stop,
}

impl ChangesWriter<'_> {
    /// Writes the changes of each of these states, whose responses are written.
    ///
    /// # Errors
    /// [`Error::Input`] where the last response of a state was removed, was changed, or was made with
    /// other layouts; [`Error::Io`]; [`Error::Interrupted`].
    pub(super) fn write_all(&self, states: &[State]) -> Result<Vec<(State, Changes)>> {
        let fields = ResponseFields::new(self.layouts)?;
        let write = |&state: &State| Ok((state, self.write(state, &fields)?));
        states.par_iter().with_max_len(1).map(write).collect()
    }

    fn write(&self, state: State, fields: &ResponseFields) -> Result<Changes> {
        let name = format!("responses/{state}.icr");
        let last = self
            .earlier
            .latest_first()
            .find(|run| run.output(&name).is_some());
        let pruned = |run: &FinishedRun| {
            let pruned = Pruned::of(&run.folder)?;
            pruned.map_or(Ok(false), |pruned| pruned.took(&run.folder, &name))
        };
        let given = match last {
            // What it was given is not known any more: it is given its whole response.
            Some(run) if pruned(run)? => {
                return Ok(Changes {
                    whole: true,
                    ..Changes::default()
                });
            }
            Some(run) => self.given(run, &name, fields)?,
            None => Given::default(),
        };
        let mut changes = Changes {
            since: last.map(|run| run.summary.run_date.clone()),
            ..Changes::default()
        };
        let mut returned = vec![false; given.cases.len()];
        let written = self.folder.reopen(&name)?;
        let path = self.folder.target().join(&name);
        let source = Source::of_file(
            written,
            &path,
            RESPONSE_BYTES,
            written_form(self.form),
            self.stop,
        )?;
        let mut file = self.folder.file(&format!("changes/{state}.icr"))?;
        let mut piece = Vec::new();
        each_case(&source, fields, self.stop, |case| {
            let place = given.places.get(&key_of(case, fields));
            if let Some(&place) = place {
                returned[place as usize] = true;
                if given.cases[place as usize].1 == answer_of(case) {
                    return Ok(());
                }
            }
            let count = if place.is_some() {
                &mut changes.changed
            } else {
                &mut changes.new
            };
            *count += 1;
            changes.records += case.records().len() as u64;
            for record in case.records() {
                piece.extend_from_slice(&record.bytes);
                piece.extend_from_slice(self.form.line_end());
            }
            if piece.len() > WRITE_BYTES {
                self.form.encoding.encode(&mut piece);
                file.write(&piece)?;
                piece.clear();
            }
            Ok(())
        })?;
        self.form.encoding.encode(&mut piece);
        file.write(&piece)?;
        file.finish()?;
        let gone = given.cases.iter().zip(&returned);
        let gone = gone.filter(|(_, returned)| !**returned);
        let gone: Vec<&Key> = gone.map(|((key, _), _)| key).collect();
        changes.gone = gone.len() as u64;
        let name = format!("changes/{state}.gone.csv");
        self.folder.write(&name, &gone_csv(&gone)?)?;
        Ok(changes)
    }

    /// The cases of the last response that the state was given, which must be as it was given.
    fn given(&self, run: &FinishedRun, name: &str, fields: &ResponseFields) -> Result<Given> {
        let path = run.folder.join(name);
        let refuse = |problem: &str| {
            let next = "so what changed since is not known; leave --changes out for one night and give the state its whole response";
            Error::input(&path, format!("{problem}, {next}"))
        };
        if !look(&path)?.is_some_and(|found| found.is_file()) {
            return Err(refuse("is the last response of the state and was removed"));
        }
        refuse_other_layouts(&run.folder, &run.manifest, self.layouts)?;
        let source = self.open(&path, run.response_form())?;
        let told = run.output(name).map(|output| output.sha256.as_str());
        if told != Some(hex(&source.sha256_until(self.stop)?).as_str()) {
            return Err(refuse(
                "is the last response of the state and was changed: its SHA-256 is not that of the manifest",
            ));
        }
        let mut given = Given::default();
        each_case(&source, fields, self.stop, |case| {
            let key = key_of(case, fields);
            let place = u32::try_from(given.cases.len())
                .map_err(|_| Error::input(&path, "has more cases than can be counted"))?;
            given.places.insert(key, place);
            given.cases.push((key, answer_of(case)));
            Ok(())
        })?;
        source.check_intact()?;
        Ok(given)
    }

    fn open(&self, path: &Path, form: InputForm) -> Result<Source> {
        Source::open(path, RESPONSE_BYTES, form, self.stop)
    }
}

/// How a response that is being written is to be read.
fn written_form(form: OutputForm) -> InputForm {
    InputForm {
        format: Some(if form.fixed {
            Format::Fixed
        } else {
            Format::Text
        }),
        encoding: Some(form.encoding),
    }
}

fn each_case(
    source: &Source,
    fields: &ResponseFields,
    stop: &Stop,
    mut take: impl FnMut(&ReadCase<'_>) -> Result<()>,
) -> Result<()> {
    let mut reader = CaseReader::new(source, fields, OnFault::Refuse, CutBy::Count);
    while let Some(read) = reader.next(stop)? {
        if let Read::Case(case) = read {
            take(&case)?;
        }
    }
    Ok(())
}

fn key_of(case: &ReadCase<'_>, fields: &ResponseFields) -> Key {
    let (case_id, other_state) = fields.family(&case.first().bytes);
    let mut key = ([b' '; 15], [b' '; 2], [b' '; 15]);
    fill(&mut key.0, case_id);
    fill(&mut key.1, other_state);
    fill(&mut key.2, case.other_case_id(fields));
    key
}

fn fill(to: &mut [u8], from: &[u8]) {
    let bytes = from.len().min(to.len());
    to[..bytes].copy_from_slice(&from[..bytes]);
}

fn answer_of(case: &ReadCase<'_>) -> Answer {
    let mut digest = Sha256::new();
    for record in case.records() {
        digest.update(&record.bytes);
    }
    let mut answer = [0; 16];
    answer.copy_from_slice(&digest.finalize()[..16]);
    answer
}

/// The cases that are no longer returned, as CSV.
fn gone_csv(gone: &[&Key]) -> Result<Vec<u8>> {
    let failed = |e: csv::Error| Error::Unbalanced(format!("a line cannot be made ({e})"));
    let latin =
        |bytes: &[u8]| -> String { trim_end(bytes).iter().copied().map(char::from).collect() };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer
        .write_record(["case_id", "other_state", "other_case_id"])
        .map_err(failed)?;
    for (case_id, other_state, other_case_id) in gone {
        let state = State::from_fips(other_state).map_or("", State::usps);
        writer
            .write_record([latin(case_id).as_str(), state, &latin(other_case_id)])
            .map_err(failed)?;
    }
    writer
        .into_inner()
        .map_err(|e| Error::Unbalanced(format!("a line cannot be made ({e})")))
}
