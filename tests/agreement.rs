//! The engine agrees with the plain matcher on random worlds: every byte of every response, every
//! finding, every number of the summary.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skips"
)]

mod plain_matcher;
mod support;

use std::collections::BTreeMap;
use std::sync::Mutex;

use plain_matcher::worlds::{consistent_world, random_world};
use support::{THREADS, Written, disagreement, for_seeds};

const WORLDS: u64 = 2400;
const CONSISTENT_WORLDS: u64 = 300;

/// What has to occur in the worlds, else the agreement proves less than it says.
const MUST_OCCUR: &str = "tier-1 tier-2 tier-3 tier-none rule-S rule-N1 rule-N2 \
    choice-step-1 choice-step-2 choice-step-3 choice-step-4 choice-step-5 choice-step-6 choice-step-7 choice-step-8 choice-step-9 \
    E01 E02 E03 E04 E05 E06 E07 E08 E09 \
    W01 W02 W03 W04 W05 W06 W07 W08 W09 W10 W11 W12 W13 W14 W15 \
    code-00 code-01 code-02 code-03 code-04 code-05 code-06 code-07 code-08 \
    suppressed-closed-closed suppressed-closed-not-found \
    blank-other-id-joined blank-other-id-own-case blank-other-id-alone records-apart same-counterpart-twice \
    not-evaluated absent-unmatched directed-dropped-some \
    fcr-file-not-used fcr-supplied fcr-supplied-01 fcr-without-county multiple-case nobody-matched \
    name-test-key name-test-four name-test-one-byte name-test-exchanged name-test-extra-byte \
    name-test-alternate name-test-failed name-test-no-record long-line-accepted case-with-rejected-records";

#[test]
fn the_engine_agrees_with_the_plain_matcher_on_random_worlds() {
    let occurred: Mutex<BTreeMap<String, u64>> = Mutex::default();
    for_seeds(0..WORLDS, |seed| {
        let world = random_world(seed);
        let answer = plain_matcher::answer(&world);
        let run = Written::new(&world).run(THREADS[seed as usize % 3]);
        if let Some(what) = disagreement(&run, &answer) {
            panic!("random world {seed}: {what}");
        }
        let mut occurred = occurred.lock().unwrap();
        for rule in answer.coverage.into_keys() {
            *occurred.entry(rule).or_default() += 1;
        }
    });
    let occurred = occurred.into_inner().unwrap();
    let seldom: Vec<_> = MUST_OCCUR
        .split_whitespace()
        .filter(|&rule| occurred.get(rule).is_none_or(|&worlds| worlds < 20))
        .collect();
    assert!(seldom.is_empty(), "in under 20 worlds: {seldom:?}");
}

#[test]
fn the_engine_agrees_on_worlds_whose_cases_do_not_contradict_themselves() {
    for_seeds(0..CONSISTENT_WORLDS, |seed| {
        let world = consistent_world(seed);
        let run = Written::new(&world).run(THREADS[seed as usize % 3]);
        if let Some(what) = disagreement(&run, &plain_matcher::answer(&world)) {
            panic!("consistent world {seed}: {what}");
        }
    });
}

#[test]
fn the_number_of_threads_changes_nothing() {
    for_seeds(0..100, |seed| {
        let written = Written::new(&random_world(seed));
        let runs = THREADS.map(|threads| written.run(threads));
        assert!(runs[0] == runs[1] && runs[0] == runs[2], "world {seed}");
    });
}
