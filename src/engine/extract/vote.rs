//! Decides which state a file belongs to: the one that most of its records name.

use crate::formats::input::{Record, Source};
use crate::formats::layout::ExtractLayout;
use crate::formats::reference::{STATE_COUNT, State};

/// The share of records that must name the state of the file [ours: a few wrong records must not
/// assign a file to another state].
const STATE_SHARE_PERCENT: u64 = 90;

/// The state that the first record with a valid jurisdiction names. Usually it is the state of the
/// file, so the file is edited for it before the vote.
pub(super) fn presumed_state(source: &Source, layout: &ExtractLayout) -> State {
    let named = |record: Record<'_>| State::from_fips(layout.fips_code.of_trimmed(record.bytes));
    source
        .records()
        .take(10_000)
        .find_map(named)
        .or_else(|| State::from_index(0))
        .unwrap_or_else(|| unreachable!("there are 54 jurisdictions"))
}

/// The state of a file: the one that most of its records with a valid jurisdiction name; otherwise,
/// why there is none.
pub(super) fn vote(votes: &[u64; STATE_COUNT]) -> std::result::Result<State, String> {
    let all: u64 = votes.iter().sum();
    let most = State::all().max_by_key(|state| (votes[state.index()], std::cmp::Reverse(*state)));
    match most {
        Some(state) if all > 0 && votes[state.index()] * 100 >= all * STATE_SHARE_PERCENT => Ok(state),
        Some(state) if all > 0 => Err(format!(
            "its records name several states in FIPS Code (columns 17-18): {} of {all} name {}, which is less than {STATE_SHARE_PERCENT} %; send one file for each state",
            votes[state.index()], state.usps()
        )),
        _ => Err("no record of it names a jurisdiction in FIPS Code (columns 17-18), so it is not an extract".to_owned()),
    }
}
