//! The engine agrees with the plain matcher on random worlds: every byte of every response, every
//! finding, every number of the summary.

use crate::plain_matcher;

use std::collections::BTreeMap;
use std::sync::Mutex;

use crate::plain_matcher::worlds::{consistent_world, random_world};
use crate::support::{THREADS, Written, disagreement, for_seeds};

const WORLDS: u64 = 2400;
const CONSISTENT_WORLDS: u64 = 300;

/// What has to occur in a few of the worlds, else the agreement proves less than it says.
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
    name-test-alternate name-test-failed name-test-no-record long-line-accepted case-with-rejected-records \
    more-than-99 N2-anchor-in-doubt doubt-holds-nobody second-look-at-99 second-look-too-large second-look-not-birth \
    pooled-not-taken-lines pooled-not-taken-roles";

/// What has to occur in hundreds of worlds: these rules lean on one another.
const MUST_OCCUR_OFTEN: &str = "fold-changed-name fold-joins-names name-test-folded placeholder-name \
    rule-S rule-N1 rule-N2 rule-N3 rule-N4 rule-N5 \
    basis-S basis-1 basis-2 basis-D basis-3 basis-4 basis-5 \
    S-chosen-by-name S-left-to-names S-left-found-by-name S-left-though-several \
    middle-agrees-2 middle-agrees-1 middle-agrees-0 middle-contradicts middle-tells-apart \
    N2-refused-no-anchor N2-birth-1900 held other-person-same-member in-doubt in-doubt-N1 in-doubt-N2 no-ssn-handed-out \
    second-look-N3 second-look-N3-date-part second-look-N3-exchanged second-look-N3-middle \
    second-look-N4 second-look-N4-first-near second-look-N4-last-near second-look-N4-swapped second-look-N5 \
    second-look-near-other second-look-near-missing second-look-near-exchanged \
    second-look-two-fit second-look-two-q second-look-two-p second-look-same-member second-look-no-anchor \
    second-look-not-roles second-look-not-both-ssn second-look-not-sexes \
    pooled-key-1 pooled-key-2 pooled-key-3 pooled-key-4 pooled-key-5 pooled-key-6 pooled-key-7 \
    pooled-step-1 pooled-step-2 pooled-step-3 pooled-step-4 pooled-step-5 pooled-step-6 \
    pooled-step-7 pooled-step-8 pooled-step-9 pooled-step-10 pooled-step-11 \
    pooled-taken-dropped pooled-not-taken-closed pooled-not-taken-named pooled-not-taken-people \
    pooled-nobody-dropped pooled-nobody-kept pooled-multiple pooled-02 counterpart-shared";

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
    for (rules, least) in [(MUST_OCCUR, 20), (MUST_OCCUR_OFTEN, 200)] {
        let seldom: Vec<_> = rules
            .split_whitespace()
            .filter(|&rule| occurred.get(rule).is_none_or(|&worlds| worlds < least))
            .collect();
        assert!(seldom.is_empty(), "in under {least} worlds: {seldom:?}");
    }
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
