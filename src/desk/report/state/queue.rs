//! A state's returned cases by county and by worker: the queues in which they are worked.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::desk::respond::WORK_ORDER;
use crate::engine::matching::ReasonCode;
use crate::engine::response::{CaseReader, CutBy, OnFault, Read, ResponseFields};
use crate::error::{Error, Result};
use crate::formats::input::Source;
use crate::formats::layout::{LayoutSet, RESPONSE_BYTES};
use crate::formats::record::{text, trim_end};
use crate::formats::reference::{Counties, State};
use crate::run::FinishedRun;
use crate::stop::Stop;
use std::path::Path;

/// The cases of a county or a worker.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Work {
    /// The county's name; blank for a worker.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Returned cases.
    pub cases: u64,
    /// Cases with a code that somebody works (01, 02, 03, 04, 06, 07, 08).
    pub to_work: u64,
    /// Cases with each code.
    pub by_code: BTreeMap<&'static str, u64>,
}

/// A state's cases by the place where they are worked. Every returned case is in one county, and, where
/// workers were asked for, with one worker.
#[derive(Clone, Debug, Default)]
pub struct Queue {
    /// By the three digits of the county in the case's FIPS Code.
    pub by_county: BTreeMap<String, Work>,
    /// By Contact Name, where that was asked for; the cases without one under a blank name.
    pub by_worker: Option<BTreeMap<String, Work>>,
}

/// Counts the response of a state.
///
/// # Errors
/// [`Error::Input`] where the state submitted no extract to the run, or its response is not as it was
/// sent; [`Error::Io`], [`Error::Interrupted`].
pub fn read_queue(
    folder: &Path,
    state: State,
    with_workers: bool,
    layouts: &LayoutSet,
    stop: &Stop,
) -> Result<Queue> {
    let run = FinishedRun::open(folder)?;
    if !run.summary.states.contains_key(state.usps()) {
        let problem = format!(
            "has no response for {} ({}): it sent no extract that the run used",
            state.usps(),
            state.name()
        );
        return Err(Error::input(folder, problem));
    }
    let path = folder.join(format!("responses/{}.icr", state.usps()));
    let source = Source::open(&path, RESPONSE_BYTES, run.response_form(), stop)?;
    let fields = ResponseFields::new(layouts)?;
    let mut queue = Queue {
        by_county: BTreeMap::new(),
        by_worker: with_workers.then(BTreeMap::new),
    };
    let mut reader = CaseReader::new(&source, &fields, OnFault::Refuse, CutBy::Count);
    while let Some(read) = reader.next(stop)? {
        let Read::Case(case) = read else { continue };
        let first = &case.first().bytes;
        let fips = fields.submitted(first, fields.extract.fips_code);
        let codes = case.codes();
        let county = String::from_utf8_lossy(&fips[2..5]).into_owned();
        count(queue.by_county.entry(county).or_default(), codes.iter());
        if let Some(workers) = &mut queue.by_worker {
            let name = fields.submitted(first, fields.extract.contact_name);
            count(
                workers.entry(text(trim_end(name))).or_default(),
                codes.iter(),
            );
        }
    }
    source.check_intact()?;
    let names = Counties::default();
    for (code, work) in &mut queue.by_county {
        let named = names.of(state).iter();
        let mut named = named.filter(|(number, _)| Some(*number) == code.parse().ok());
        work.name = match named.next() {
            Some((_, name)) => (*name).to_owned(),
            None if code == "000" => "Central office".to_owned(),
            None => "Not in the table of counties".to_owned(),
        };
    }
    Ok(queue)
}

fn count(work: &mut Work, codes: impl Iterator<Item = ReasonCode>) {
    work.cases += 1;
    let mut is_work = false;
    for code in codes {
        *work.by_code.entry(code.code()).or_default() += 1;
        is_work |= WORK_ORDER.contains(&code);
    }
    work.to_work += u64::from(is_work);
}

impl Queue {
    /// The counties, those with most work first.
    pub(in crate::desk::report) fn counties(&self) -> Vec<(&str, &Work)> {
        most_first(&self.by_county)
    }

    /// The workers, those with most work first; none where they were not asked for.
    pub(in crate::desk::report) fn workers(&self) -> Vec<(&str, &Work)> {
        self.by_worker.as_ref().map(most_first).unwrap_or_default()
    }
}

fn most_first(all: &BTreeMap<String, Work>) -> Vec<(&str, &Work)> {
    let mut all: Vec<_> = all.iter().map(|(key, work)| (key.as_str(), work)).collect();
    // Stable: equal counts keep the order of their names.
    all.sort_by_key(|(_, work)| std::cmp::Reverse(work.to_work));
    all
}
