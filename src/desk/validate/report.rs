//! The report on one file, and on all.

use schemars::JsonSchema;
use serde::Serialize;

use super::formats::Formats;
use super::listing::Listing;
use super::{
    CodeCount, FIRST_RECORDS, FieldCount, FormatCount, Limits, OtherCaseIds, SharedSsn,
    ToldFinding, codes, completeness, shared,
};
use crate::engine::extract::{Extract, Provenance, Severity, Unusable};
use crate::formats::input::Framing;
use crate::formats::layout::{ExtractLayout, LayoutSet, RECORD_BYTES};
use crate::formats::record::ParticipantType;
use crate::formats::reference::State;

/// What is wrong with the files that were given.
#[derive(Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Report {
    /// The report's form: `icr.validate/1`.
    #[schemars(extend("const" = "icr.validate/1"))]
    pub schema: &'static str,
    /// The date of the run, CCYYMMDD.
    pub run_date: String,
    /// The files, extracts first, each kind in the order of the arguments.
    pub files: Vec<FileReport>,
}

/// What is wrong with one file.
#[derive(Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct FileReport {
    /// The file's name without its folder.
    pub file: String,
    /// `extract` or `fcr`.
    pub kind: &'static str,
    /// The USPS code of its state, if known.
    pub state: Option<&'static str>,
    /// Why the file cannot be used, if it cannot.
    pub unusable: Option<String>,
    /// What was done to the file as a whole.
    pub told: Vec<ToldFinding>,
    /// The number of records read.
    pub records: u64,
    /// The number of records rejected.
    pub rejected: u64,
    /// The number of cases of the accepted records.
    pub cases: u64,
    /// The number of open cases.
    pub open_cases: u64,
    /// The number of closed cases.
    pub closed_cases: u64,
    /// What the edits found, the most harmful first.
    pub codes: Vec<CodeCount>,
    /// Completeness by value.
    pub completeness: Vec<FieldCount>,
    /// The cases by other state, in order of FIPS code; empty for an FCR-derived file.
    pub other_states: Vec<OtherStateCount>,
    /// The accepted records by Participant Type.
    pub participant_types: Vec<TypeCount>,
    /// The number of usable SSNs that five or more different name keys share.
    pub shared_ssns: u64,
    /// The first of them.
    pub most_shared_ssns: Vec<SharedSsn>,
    /// The formats of the file's own Case IDs, the most common first.
    pub case_id_formats: Vec<FormatCount>,
    /// The Other State Case IDs by other state, next to that state's own Case IDs.
    pub other_case_ids: Vec<OtherCaseIds>,
    #[serde(skip)]
    pub(super) listing: Listing,
    #[serde(skip)]
    pub(super) formats: Option<Formats>,
}

/// The cases that name one other state.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct OtherStateCount {
    /// Its USPS code.
    pub other_state: &'static str,
    /// The number of cases that name it.
    pub cases: u64,
    /// The number of open ones.
    pub open: u64,
    /// The number of closed ones.
    pub closed: u64,
}

/// The accepted records with one Participant Type.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct TypeCount {
    /// The type; empty if blank.
    pub participant_type: &'static str,
    /// The number of records.
    pub records: u64,
}

/// At most this many shared SSNs are listed.
const MOST_SHARED: usize = 10;

impl Report {
    /// Combines the reports on all files, and compares each file's Other State Case IDs with the
    /// Case IDs of the states whose files were given. `files` are the reports, with the extracts
    /// that could be read.
    pub fn new(run_date: String, files: Vec<(FileReport, Option<&Extract>)>) -> Self {
        let own = |state: State| {
            // A state's extract is preferred to its FCR-derived file.
            let formats = |kind: &str| {
                let file = files
                    .iter()
                    .find(|(report, _)| report.kind == kind && report.state == Some(state.usps()));
                file.and_then(|(report, _)| report.formats.as_ref())
            };
            formats("extract").or_else(|| formats("fcr"))
        };
        let other_case_ids: Vec<_> = files
            .iter()
            .map(|(report, extract)| match (&report.formats, extract) {
                (Some(formats), Some(extract)) => formats.beside(extract, own),
                _ => Vec::new(),
            })
            .collect();
        let mut reports: Vec<FileReport> = files.into_iter().map(|(report, _)| report).collect();
        for (report, ids) in reports.iter_mut().zip(other_case_ids) {
            report.other_case_ids = ids;
        }
        Report {
            schema: "icr.validate/1",
            run_date,
            files: reports,
        }
    }

    /// Whether a file has a finding of this severity or a worse one; with a baseline, a new one. What
    /// was done to a file as a whole can be an error though each record passes.
    pub fn has(&self, severity: Severity) -> bool {
        let mut told = self.files.iter().flat_map(|file| &file.told);
        if told.any(ToldFinding::fails) {
            return true;
        }
        let codes = self.files.iter().flat_map(|file| &file.codes);
        codes
            .filter(|code| code.severity >= severity)
            .any(|code| code.new.unwrap_or(code.records) > 0)
    }

    /// The report as JSON.
    pub fn json(&self) -> String {
        crate::text::json_text(self)
    }
}

impl FileReport {
    fn empty(name: String, provenance: Provenance, state: Option<State>) -> Self {
        FileReport {
            file: name,
            kind: match provenance {
                Provenance::Submitted => "extract",
                Provenance::FcrDerived => "fcr",
            },
            state: state.map(State::usps),
            unusable: None,
            told: Vec::new(),
            records: 0,
            rejected: 0,
            cases: 0,
            open_cases: 0,
            closed_cases: 0,
            codes: Vec::new(),
            completeness: Vec::new(),
            other_states: Vec::new(),
            participant_types: Vec::new(),
            shared_ssns: 0,
            most_shared_ssns: Vec::new(),
            case_id_formats: Vec::new(),
            other_case_ids: Vec::new(),
            listing: Listing::default(),
            formats: None,
        }
    }

    /// The report on an extract; `unusable` is the reason if it cannot be used.
    pub fn of_extract(
        extract: &Extract,
        unusable: Option<String>,
        limits: Limits,
        layouts: &LayoutSet,
    ) -> Self {
        let formats = Formats::count(extract);
        let mut shared = shared::find(extract);
        let shared_ssns = shared.len() as u64;
        shared.truncate(MOST_SHARED);
        let open = extract.cases.iter().filter(|case| case.data.open).count() as u64;
        let cases = extract.cases.len() as u64;
        let completeness = completeness::count(extract);
        let accepted = extract.rows.len() as u64;
        let mut told = limits.told(&extract.findings, &completeness, accepted);
        told.extend(extract.told.iter().cloned());
        FileReport {
            unusable,
            told: told.into_iter().map(ToldFinding::from).collect(),
            records: extract.records,
            rejected: extract.rejected.len() as u64,
            cases,
            open_cases: open,
            closed_cases: cases - open,
            codes: codes::count(
                (&extract.findings, &extract.explained),
                &extract.rejected,
                &extract.warnings,
                &first_short_lines(extract),
                extract.records,
                layouts,
            ),
            completeness,
            other_states: other_states(extract),
            participant_types: participant_types(extract),
            shared_ssns,
            most_shared_ssns: shared,
            case_id_formats: formats.own(),
            listing: Listing::new(
                extract.source.path.clone(),
                extract.source.framing == Framing::Text,
                &extract.rejected,
                &extract.warnings,
                &extract.layout,
                extract.provenance,
                layouts,
            ),
            formats: Some(formats),
            ..Self::empty(
                extract.source.name(),
                extract.provenance,
                Some(extract.state),
            )
        }
    }

    /// The report on a file of which only the edits are known; `layout` is that of its kind.
    pub fn of_unusable(file: &Unusable, layout: &ExtractLayout, layouts: &LayoutSet) -> Self {
        let name = file.path.file_name().unwrap_or_default();
        FileReport {
            listing: Listing::new(
                file.path.clone(),
                file.framing == Framing::Text,
                &file.rejected,
                &file.warnings,
                layout,
                file.provenance,
                layouts,
            ),
            unusable: Some(file.problem.clone()),
            told: file.told.iter().cloned().map(ToldFinding::from).collect(),
            records: file.records,
            rejected: file.rejected.len() as u64,
            codes: codes::count(
                (&file.findings, &file.explained),
                &file.rejected,
                &file.warnings,
                &[],
                file.records,
                layouts,
            ),
            ..Self::empty(
                name.to_string_lossy().into_owned(),
                file.provenance,
                file.state,
            )
        }
    }
}

/// The numbers of the first records with W01.
fn first_short_lines(extract: &Extract) -> Vec<u64> {
    let mut first: Vec<u64> = Vec::new();
    for row in extract.rows.iter().filter(|r| r.length() < RECORD_BYTES) {
        // Rows are grouped by case, so they are not in file order.
        let offset = row.offset();
        if first.len() == FIRST_RECORDS && first.last().is_some_and(|&last| last < offset) {
            continue;
        }
        let place = first.partition_point(|&other| other < offset);
        first.insert(place, offset);
        first.truncate(FIRST_RECORDS);
    }
    first
        .into_iter()
        .map(|offset| extract.record_number(offset))
        .collect()
}

fn other_states(extract: &Extract) -> Vec<OtherStateCount> {
    let mut counts: Vec<_> = State::all()
        .map(|state| OtherStateCount {
            other_state: state.usps(),
            cases: 0,
            open: 0,
            closed: 0,
        })
        .collect();
    for case in &extract.cases {
        if let Some(state) = case.data.other_state {
            let count = &mut counts[state.index()];
            count.cases += 1;
            count.open += u64::from(case.data.open);
            count.closed += u64::from(!case.data.open);
        }
    }
    counts.retain(|count| count.cases > 0);
    counts
}

fn participant_types(extract: &Extract) -> Vec<TypeCount> {
    let types = [1, 2, 3, 4, 0].map(ParticipantType::from_number);
    let mut counts = [0_u64; 5];
    for row in &extract.rows {
        counts[row.participant().number() as usize] += 1;
    }
    types
        .into_iter()
        .map(|participant| TypeCount {
            participant_type: participant.code().trim_end(),
            records: counts[participant.number() as usize],
        })
        .collect()
}
