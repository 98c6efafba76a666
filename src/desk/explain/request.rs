//! Explains cases from the inputs of a match: request to result.

use std::path::PathBuf;

use super::case::{Explainer, Question};
use super::earlier_run::EarlierRun;
use super::model::Explanation;
use crate::engine::extract::{Extract, Severity, Unusable};
use crate::engine::matching::{AbsentState, CounterpartRule, Matcher, Routine, Sides};
use crate::error::Result;
use crate::formats::input::InputEntry;
use crate::formats::layout::LayoutSet;
use crate::formats::record::Date;
use crate::formats::reference::{Counties, State};
use crate::progress::{Progress, Unit};
use crate::run::{MatchInputs, MatchSummary, Reading};
use crate::stop::Stop;
use crate::text::shown_path;

/// A request for an explanation.
#[derive(Clone, Debug)]
pub struct ExplainRequest {
    /// The inputs of the match. With `from_run`, the options are those of the run.
    pub inputs: MatchInputs,
    /// The folder of the finished run whose answer is explained.
    pub from_run: Option<PathBuf>,
    /// The cases to explain.
    pub question: Question,
    /// The run date. With `from_run`, it is that of the run.
    pub run_date: Date,
    /// Whether persons are shown unmasked.
    pub show_pii: bool,
}

/// An explanation, and the inputs that it is based on.
pub struct Explained {
    /// The answer.
    pub answer: Explanation,
    /// The inputs, as in a manifest.
    pub inputs: Vec<InputEntry>,
    /// The files that were left out, each with the reason.
    pub left_out: Vec<String>,
    /// What was done to files as a whole, each with the file.
    pub told: Vec<String>,
    /// Whether any record was rejected or file left out.
    pub has_errors: bool,
    /// Whether any edit gave a warning.
    pub has_warnings: bool,
}

/// Reads the inputs of a match and explains the selected cases.
///
/// # Errors
/// Any error while reading the inputs; [`crate::Error::Inputs`] if they are not those of the run.
pub fn explain(
    request: &ExplainRequest,
    layouts: &LayoutSet,
    progress: &Progress,
    stop: &Stop,
) -> Result<Explained> {
    let question = &request.question;
    let earlier = request
        .from_run
        .as_deref()
        .map(EarlierRun::load)
        .transpose()?;
    let noted = earlier
        .as_ref()
        .map(|run| run.options(&request.inputs))
        .transpose()?;
    let inputs_of = noted.as_ref().unwrap_or(&request.inputs);
    let options = &inputs_of.options;
    let run_date = match &earlier {
        Some(run) => run.run_date()?,
        None => request.run_date,
    };
    if let Some(run) = &earlier {
        run.check_layouts(layouts)?;
    }
    let counties = Counties::default();
    let reading = Reading {
        layouts,
        counties: &counties,
        run_date,
        max_warnings: 0,
        progress,
        stop,
    };
    let left_out = |extract: &Extract| earlier.as_ref()?.left_out(extract);
    let gathered = inputs_of.read(&reading, &left_out)?;
    inputs_of.refuse(&gathered)?;
    let inputs = gathered.entries(stop)?;
    let collected = gathered.collected;
    if let Some(run) = &earlier {
        run.check_inputs(&inputs)?;
    }
    let left_out = |file: &Unusable| {
        let (path, problem) = (shown_path(&file.path), &file.problem);
        format!("{path} was left out: {problem}")
    };
    let left_out = collected.unusable.iter().map(left_out).collect();
    let told = collected.extracts.iter().flat_map(|extract| {
        let path = extract.source.path.display();
        let told = extract.told.iter();
        told.map(move |told| format!("{path}: {}", told.line()))
    });
    let told = told.collect();
    let finds = |severity| {
        let mut extracts = collected.extracts.iter();
        extracts.any(|extract| extract.findings.total(severity) > 0)
    };
    let has_errors = finds(Severity::Error) || !collected.unusable.is_empty();
    let has_warnings = finds(Severity::Warning);
    let (used, _) = collected.in_use();
    refuse_absent(options.absent_state, &used)?;
    let states = states_that_matter(&used, question);
    let (matter, bystanders): (Vec<_>, Vec<_>) = used
        .into_iter()
        .partition(|extract| states.contains(&extract.state));
    let rows = matter.iter().map(|extract| extract.rows.len() as u64).sum();
    let sides = Sides::index(
        matter,
        options.routine,
        &progress.stage("indexing", rows, Unit::Items),
        stop,
    )?;
    let explainer = Explainer {
        matcher: Matcher {
            sides: &sides,
            directed: options.counterpart == CounterpartRule::Directed,
            absent_is_unmatched: options.absent_state == AbsentState::Unmatched,
            routine: options.routine,
        },
        bystanders: &bystanders,
        layouts,
        show_pii: request.show_pii,
        stop,
    };
    let answer = explainer.explain(question)?;
    let indexed = sides.iter().map(|side| &side.extract);
    for extract in indexed.chain(&bystanders) {
        extract.source.check_intact()?;
    }
    Ok(Explained {
        answer,
        inputs,
        left_out,
        told,
        has_errors,
        has_warnings,
    })
}

/// The submitting state, and the states that its selected cases name. Only these are indexed, which
/// is faster.
fn states_that_matter(used: &[Extract], question: &Question) -> Vec<State> {
    let yours = used.iter().filter(|e| e.state == question.state);
    let named = yours.flat_map(|extract| {
        let data = move |number| extract.cases[number as usize].data.other_state;
        question.cases(extract).into_iter().filter_map(data)
    });
    named.chain([question.state]).collect()
}

/// Refuses absent states under `--absent-state error`, like a run, before any matching.
fn refuse_absent(policy: AbsentState, used: &[Extract]) -> Result<()> {
    if policy != AbsentState::Error {
        return Ok(());
    }
    let mut summary = MatchSummary::new(String::new(), Routine::default());
    summary.count_absent(used);
    summary.refuse_absent()
}
