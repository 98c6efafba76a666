//! One state's own page: what to do first, where, and what changed; two sheets of paper.

use serde::Serialize;

use super::nation::{CodeBar, Segment, Tile, code_bars, segments, tiers, tiles};
use super::sides::Sides;
use crate::desk::report::Counted;
use crate::desk::report::numbers::{change, grouped, known, percent};
use crate::desk::report::state::{StateView, Work};
use crate::engine::matching::ReasonCode;
use crate::formats::reference::State;

/// So many rows of a queue are on paper; the screen shows all.
const ON_PAPER: usize = 24;

/// The page.
#[derive(Serialize)]
pub(super) struct StatePage<'a> {
    style: &'a str,
    script: &'a str,
    usps: &'static str,
    name: String,
    date: String,
    run: String,
    since: Option<String>,
    since_run: Option<String>,
    lead: String,
    tiles: Vec<Tile>,
    tiers: Vec<Segment>,
    codes: Vec<CodeBar>,
    steps: Vec<StepRow>,
    code_heads: Vec<&'static str>,
    counties: Vec<QueueRow>,
    counties_left: usize,
    workers: Option<Vec<QueueRow>>,
    others: Vec<OtherRow>,
    others_left: usize,
    edits: Vec<(String, String, String)>,
}

#[derive(Serialize)]
struct StepRow {
    code: &'static str,
    title: String,
    cases: String,
    change: String,
    action: String,
}

#[derive(Serialize)]
struct QueueRow {
    label: String,
    cases: String,
    to_work: String,
    by_code: Vec<String>,
    on_paper: bool,
}

#[derive(Serialize)]
struct OtherRow {
    name: &'static str,
    label: String,
    returned: String,
    change: String,
    found: String,
    in_sync: String,
    by_code: Vec<String>,
    on_paper: bool,
}

impl<'a> StatePage<'a> {
    pub(super) fn new(state: &StateView<'a>, style: &'a str, script: &'a str) -> Self {
        let view = state.view;
        let sides = Sides {
            new: state.report(),
            old: state.earlier(),
        };
        let total = &state.report().total;
        let returned = total.of(Counted::Returned.cases());
        let counties = queue(&state.queue.counties());
        let others = others(state);
        StatePage {
            style,
            script,
            usps: state.usps,
            name: State::from_usps(state.usps)
                .map_or("", State::name)
                .to_owned(),
            date: view.new.date(),
            run: view.new.run.short(),
            since: view.old.map(crate::desk::report::Report::date),
            since_run: view.old.map(|old| old.run.short()),
            lead: format!(
                "{} cases were returned; {} % were found in the other state, {} % are in sync.",
                grouped(returned),
                percent(total.found(), returned),
                percent(total.of(Counted::InSync.cases()), returned)
            ),
            tiles: tiles(sides),
            tiers: segments(sides, Counted::Returned.cases(), &tiers(view.is_pooled())),
            codes: code_bars(view, sides),
            steps: steps(state),
            code_heads: ReasonCode::ALL.map(ReasonCode::code).to_vec(),
            counties_left: counties.len().saturating_sub(ON_PAPER),
            counties,
            workers: state
                .queue
                .by_worker
                .as_ref()
                .map(|_| queue(&state.queue.workers())),
            others_left: others.len().saturating_sub(ON_PAPER),
            others,
            edits: edits(state),
        }
    }
}

fn steps(state: &StateView<'_>) -> Vec<StepRow> {
    let steps = state.steps().into_iter();
    steps
        .filter(|step| step.cases > 0 || step.before.is_some_and(|before| before > 0))
        .map(|step| {
            let (title, action) = state.code(step.code);
            StepRow {
                code: step.code.code(),
                title: title.to_owned(),
                cases: grouped(step.cases),
                change: step
                    .before
                    .map_or_else(String::new, |before| change(Some(step.cases), Some(before))),
                action: action.to_owned(),
            }
        })
        .collect()
}

fn queue(works: &[(&str, &Work)]) -> Vec<QueueRow> {
    let row = |(place, (key, work)): (usize, &(&str, &Work))| QueueRow {
        label: match (key.is_empty(), work.name.is_empty()) {
            (true, _) => "(none given)".to_owned(),
            (false, true) => (*key).to_owned(),
            (false, false) => format!("{} {key}", work.name),
        },
        cases: grouped(work.cases),
        to_work: grouped(work.to_work),
        by_code: ReasonCode::ALL
            .map(|code| known(work.by_code.get(code.code()).copied().or(Some(0))))
            .to_vec(),
        on_paper: place < ON_PAPER,
    };
    works.iter().enumerate().map(row).collect()
}

/// The other states, those with most cases that are not in sync first.
fn others(state: &StateView<'_>) -> Vec<OtherRow> {
    let mut others: Vec<_> = state.report().by_other_state.iter().collect();
    others.retain(|(_, figures)| figures.of(Counted::Returned.cases()) > 0);
    others.sort_by_key(|(_, figures)| {
        std::cmp::Reverse(
            figures.of(Counted::Returned.cases()) - figures.of(Counted::InSync.cases()),
        )
    });
    let row =
        |(place, (name, figures)): (usize, (&&'static str, &crate::desk::report::Figures))| {
            let returned = figures.of(Counted::Returned.cases());
            let before = state.earlier().map(|old| {
                let figures = old.by_other_state.get(name);
                figures.map_or(0, |figures| figures.of(Counted::Returned.cases()))
            });
            OtherRow {
                name,
                label: State::from_usps(name).map_or("", State::name).to_owned(),
                returned: grouped(returned),
                change: before
                    .map_or_else(String::new, |before| change(Some(returned), Some(before))),
                found: percent(figures.found(), returned),
                in_sync: percent(figures.of(Counted::InSync.cases()), returned),
                by_code: ReasonCode::ALL
                    .map(|code| grouped(figures.of(Counted::Code(code).cases())))
                    .to_vec(),
                on_paper: place < ON_PAPER,
            }
        };
    others.into_iter().enumerate().map(row).collect()
}

fn edits(state: &StateView<'_>) -> Vec<(String, String, String)> {
    let old = state.earlier().map(|old| &old.findings);
    let new = state.report().findings.iter();
    new.map(|(code, count)| {
        let moved = old.map_or_else(String::new, |old| change(Some(count), Some(old.of(code))));
        (code.to_owned(), grouped(count), moved)
    })
    .collect()
}
