//! The first pass over all families: numbers the states' cases, and finds which states get a file.

use rayon::prelude::*;

use super::copies::draw_shape;
use super::request::Request;
use super::setting::Setting;
use super::submitted::{is_listed, submit};
use super::twins::draw_people;
use crate::error::Result;
use crate::formats::reference::{STATE_COUNT, State};
use crate::stop::Stop;

/// The number of families per task. The files do not depend on it.
const TASK_FAMILIES: u64 = 1024;
/// The number of tasks that are drawn before their results are merged.
pub(super) const WINDOW_TASKS: usize = 16;

/// Families that are drawn together.
pub(super) struct Task {
    pub(super) first: u64,
    pub(super) end: u64,
    /// The number of the next case of each state.
    pub(super) numbers: [u64; STATE_COUNT],
}

/// The result of the first pass.
pub(super) struct Numbered {
    pub(super) tasks: Vec<Task>,
    /// The number of cases of each state.
    pub(super) case_counts: [u64; STATE_COUNT],
    /// Whether a file has a case of the state, or would if none were withheld.
    pub(super) is_listed: [bool; STATE_COUNT],
}

/// Cuts so many families into tasks, and gives each the numbers with which its cases begin.
pub(super) fn number_cases(request: &Request<'_>, families: u64) -> Numbered {
    let firsts: Vec<u64> = (0..families).step_by(TASK_FAMILIES as usize).collect();
    let end_of = |first: u64| (first + TASK_FAMILIES).min(families);
    let drawn: Vec<_> = firsts
        .par_iter()
        .map(|&first| {
            let (mut counts, mut listed) = ([0; STATE_COUNT], [false; STATE_COUNT]);
            for family in first..end_of(first) {
                let shape = draw_shape(request.seed, family, &request.world, request.profile);
                for (at, case) in shape.cases.iter().enumerate() {
                    let state = case.state.index();
                    counts[state] += u64::from(case.shares.is_none());
                    listed[state] = listed[state]
                        || is_listed(
                            request.seed,
                            family,
                            (&shape, at),
                            &request.world,
                            request.profile,
                        );
                }
            }
            (counts, listed)
        })
        .collect();
    let mut numbered = Numbered {
        tasks: Vec::with_capacity(firsts.len()),
        case_counts: [0; STATE_COUNT],
        is_listed: [false; STATE_COUNT],
    };
    for (first, (counts, listed)) in firsts.into_iter().zip(drawn) {
        numbered.tasks.push(Task {
            first,
            end: end_of(first),
            numbers: numbered.case_counts,
        });
        for state in 0..STATE_COUNT {
            numbered.case_counts[state] += counts[state];
            numbered.is_listed[state] |= listed[state];
        }
    }
    numbered
}

/// Whether each state's file has a case for the match; with a registry file, one that is not
/// withheld.
///
/// # Errors
/// [`crate::Error::Interrupted`].
pub(super) fn has_file(
    setting: &Setting<'_>,
    numbered: &Numbered,
    stop: &Stop,
) -> Result<[bool; STATE_COUNT]> {
    let mut has_file = numbered.is_listed;
    if !setting.registry {
        return Ok(has_file);
    }
    let is_sought =
        |state: State| !setting.world.submits(state) && numbered.is_listed[state.index()];
    let mut sought: Vec<State> = State::all().filter(|&state| is_sought(state)).collect();
    for window in numbered.tasks.chunks(WINDOW_TASKS) {
        stop.check()?;
        if sought.is_empty() {
            break;
        }
        let found = window
            .par_iter()
            .map(|task| task.find_listed(setting, &sought));
        let found: Vec<State> = found.flatten_iter().collect();
        sought.retain(|state| !found.contains(state));
    }
    for state in sought {
        has_file[state.index()] = false;
    }
    Ok(has_file)
}

impl Task {
    /// Requested states in which this task's families have a listed case: one that is neither
    /// missing nor withheld.
    fn find_listed(&self, setting: &Setting<'_>, sought: &[State]) -> Vec<State> {
        let mut found = Vec::new();
        for family in self.first..self.end {
            if found.len() == sought.len() {
                break;
            }
            let shape = draw_shape(setting.seed, family, setting.world, setting.profile);
            let is_new =
                |found: &[State], state| sought.contains(&state) && !found.contains(&state);
            if !shape.cases.iter().any(|case| is_new(&found, case.state)) {
                continue;
            }
            // Cases have no numbers yet, but withholding does not depend on them.
            let people = draw_people(setting, family, &shape);
            for case in submit(setting, family, &shape, &people) {
                if case.listed && is_new(&found, case.state) {
                    found.push(case.state);
                }
            }
        }
        found
    }
}
