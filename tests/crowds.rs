//! Cases that share keys in crowds: random ones against the plain matcher, and the shapes in which
//! comparing every pair would take time with the square of their number.

mod plain_matcher;
mod support;

use std::collections::BTreeMap;
use std::sync::Mutex;

use support::crowd_worlds::crowd_world;
use support::{THREADS, Written, disagreement, for_seeds};

const CROWD_WORLDS: u64 = 250;

#[test]
fn crowds_agree_with_the_plain_matcher() {
    let occurred: Mutex<BTreeMap<String, u64>> = Mutex::default();
    for_seeds(0..CROWD_WORLDS, |seed| {
        let world = crowd_world(seed);
        let answer = plain_matcher::answer(&world);
        let run = Written::new(&world).run(THREADS[seed as usize % 3]);
        if let Some(what) = disagreement(&run, &answer) {
            panic!("crowd world {seed}: {what}");
        }
        let mut occurred = occurred.lock().unwrap();
        for rule in answer.coverage.into_keys() {
            *occurred.entry(rule).or_default() += 1;
        }
    });
    let occurred = occurred.into_inner().unwrap();
    let must = "tier-1 tier-2 tier-3 rule-S rule-N1 rule-N2 choice-step-1 choice-step-2 choice-step-3 choice-step-4 \
        choice-step-5 choice-step-6 choice-step-7 choice-step-8 choice-step-9 directed-dropped-some fcr-supplied multiple-case";
    let seldom: Vec<_> = must
        .split_whitespace()
        .filter(|&rule| occurred.get(rule).is_none_or(|&worlds| worlds < 10))
        .collect();
    assert!(
        seldom.is_empty(),
        "in under 10 worlds: {seldom:?} of {occurred:?}"
    );
}
