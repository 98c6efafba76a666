//! Worlds in which many cases share keys: more than stand under one key before the engine searches
//! by keys and counts instead of comparing each case.

use super::records::{Row, extract, letters};
use crate::plain_matcher::plain::World;
use crate::plain_matcher::worlds::Rng;

/// What a world draws from, each a small pool so that keys are heavy.
struct Pools {
    child_ssns: Vec<String>,
    adult_ssns: Vec<String>,
    lasts: Vec<&'static str>,
    firsts: Vec<&'static str>,
    births: Vec<&'static str>,
    case_ids: Vec<String>,
    /// Chances in percent.
    own_ssn: usize,
    no_ssn: usize,
    /// No child has an SSN, so that tier 3 decides.
    children_without_ssn: bool,
    own_name: usize,
    heavy_case_id: usize,
    names_other_id: usize,
    names_heavy_id: usize,
    closed: usize,
    twin: usize,
    third_state: usize,
    /// Which types occur; fewer make heavier keys of adults.
    kinds: Vec<&'static str>,
    sizes: Vec<usize>,
    /// Cases that name one state have one Case ID.
    one_case_id: bool,
}

fn percent(rng: &mut Rng, chance: usize) -> bool {
    rng.below(100) < chance
}

fn pick<T: Clone>(rng: &mut Rng, from: &[T]) -> T {
    from[rng.below(from.len())].clone()
}

fn pools(rng: &mut Rng) -> Pools {
    let some = |rng: &mut Rng, most: usize, of: &str| -> Vec<String> {
        (0..=rng.below(most))
            .map(|n| format!("41{of}66000{}", n + 1))
            .collect()
    };
    let births = [
        vec![""],
        vec!["", "20120115"],
        vec!["20120115", "20130115"],
        vec!["", "20129999", "20120115", "20130115"],
    ];
    Pools {
        child_ssns: some(rng, 3, "2"),
        adult_ssns: some(rng, 4, "3"),
        lasts: pick(
            rng,
            &[
                vec!["LEE"],
                vec!["LEE", "LEE JR", "ROY"],
                vec!["LEE", "ROY", "UNKNOWN", ""],
            ],
        ),
        firsts: pick(rng, &[vec!["ANN"], vec!["ANN", "BO"]]),
        births: pick(rng, &births),
        case_ids: (0..=rng.below(3)).map(|n| format!("SAME{n}")).collect(),
        own_ssn: pick(rng, &[0, 10, 40]),
        children_without_ssn: rng.below(3) == 0,
        no_ssn: pick(rng, &[5, 30, 60]),
        own_name: pick(rng, &[0, 10, 50]),
        heavy_case_id: pick(rng, &[0, 0, 30, 80]),
        names_other_id: pick(rng, &[0, 10, 50]),
        names_heavy_id: pick(rng, &[0, 30, 80]),
        closed: pick(rng, &[0, 15, 60]),
        twin: pick(rng, &[0, 10, 40]),
        third_state: pick(rng, &[0, 10, 50]),
        kinds: pick(
            rng,
            &[
                vec!["CH", "CH", "NP", "CP", "PF", "CH", "NP", "CP", "  "],
                vec!["CH", "NP"],
                vec!["CH", "CH", "CH", "CP"],
                vec!["NP", "CP", "CH"],
            ],
        ),
        sizes: pick(
            rng,
            &[
                vec![1],
                vec![1, 1, 2, 2, 3, 4, 6],
                vec![2, 3],
                vec![3, 4, 5],
            ],
        ),
        one_case_id: rng.below(8) == 0,
    }
}

const FIPS: [&str; 3] = ["06037", "48453", "36061"];

fn participant(rng: &mut Rng, pools: &Pools, head: &Row) -> Row {
    let kind = pick(rng, &pools.kinds);
    let ssn = if kind == "CH" && pools.children_without_ssn {
        String::new()
    } else if percent(rng, pools.no_ssn) {
        pick(rng, &["", "", "000000000", "123456789"]).to_owned()
    } else if percent(rng, pools.own_ssn) {
        format!("5550{:02}{:03}1", 1 + rng.below(3), rng.below(120))
    } else if (kind == "CH") != percent(rng, 5) {
        pick(rng, &pools.child_ssns)
    } else {
        pick(rng, &pools.adult_ssns)
    };
    let last = if percent(rng, pools.own_name) {
        letters(rng.below(80))
    } else {
        pick(rng, &pools.lasts).to_owned()
    };
    let first = pick(rng, &pools.firsts);
    let birth = pick(rng, &pools.births);
    let member = format!("M{}", rng.below(500));
    head.clone()
        .kind(kind)
        .ssn(ssn)
        .name(last, first)
        .birth(birth)
        .member(member)
}

fn cases(rng: &mut Rng, pools: &Pools, state: usize, count: usize) -> Vec<Vec<Row>> {
    let mut all: Vec<Vec<Row>> = Vec::new();
    let letter = |state: usize| ["C", "T", "N"][state];
    for number in 0..count {
        let other = if percent(rng, pools.third_state) {
            (state + 1 + rng.below(2)) % 3
        } else {
            usize::from(state == 0)
        };
        let case_id = if pools.one_case_id {
            format!("SAME{other}")
        } else if percent(rng, pools.heavy_case_id) {
            pick(rng, &pools.case_ids)
        } else {
            // In no order of their own.
            format!("{}{:03}", letter(state), (number * 7919 + 13) % 997)
        };
        let county = pick(rng, &["", "", "", "000"]);
        let other_fips = if county.is_empty() {
            FIPS[other].to_owned()
        } else {
            format!("{}{county}", &FIPS[other][..2])
        };
        let other_id = if percent(rng, pools.names_heavy_id) {
            pick(rng, &pools.case_ids)
        } else if percent(rng, pools.names_other_id) {
            format!(
                "{}{:03}",
                letter(other),
                (rng.below(count) * 7919 + 13) % 997
            )
        } else if percent(rng, 20) {
            format!("X{}", rng.below(90))
        } else if pools.one_case_id {
            format!("Y{number}")
        } else {
            String::new()
        };
        let mut head = Row::california(case_id)
            .other_id(other_id)
            .other_fips(other_fips);
        head.fips = FIPS[state];
        if percent(rng, pools.closed) {
            head = head.closed();
        }
        if !all.is_empty() && percent(rng, pools.twin) {
            // The same people once more, under another case.
            let from = rng.below(all.len());
            let twin: Vec<Row> = all[from]
                .iter()
                .map(|row| Row {
                    case_id: head.case_id.clone(),
                    other_id: if number % 2 == 0 {
                        row.other_id.clone()
                    } else {
                        head.other_id.clone()
                    },
                    other_fips: if number % 3 == 0 {
                        row.other_fips.clone()
                    } else {
                        head.other_fips.clone()
                    },
                    ..row.clone()
                })
                .collect();
            all.push(twin);
            continue;
        }
        let size = pick(rng, &pools.sizes);
        all.push((0..size).map(|_| participant(rng, pools, &head)).collect());
    }
    all
}

/// A world of two or three states with 100 to 300 cases each.
pub fn crowd_world(seed: u64) -> World {
    let mut rng = Rng::new(seed ^ 0x0C20_3D00);
    let rng = &mut rng;
    let mut pools = pools(rng);
    let states = 2 + usize::from(rng.below(3) == 0);
    let fcr_state = (rng.below(3) == 0).then(|| rng.below(states));
    let oversized = fcr_state.filter(|_| rng.below(2) == 0);
    if oversized.is_some() {
        // Few adults in many cases, and children found by name.
        pools.kinds = vec!["CH", "NP", "NP"];
        pools.sizes = vec![2, 3, 4];
        pools.adult_ssns.truncate(3);
        pools.children_without_ssn = true;
        pools.heavy_case_id = 0;
        pools.one_case_id = false;
    }
    let (mut extracts, mut fcr) = (Vec::new(), Vec::new());
    for (state, &fips) in FIPS.iter().enumerate().take(states) {
        let count = 100 + rng.below(200);
        let mut cases = cases(rng, &pools, state, count);
        if oversized == Some(state) {
            // A case with more pairs of adults and child names than are kept pair by pair. (In an
            // FCR-derived file, as the plain matcher would take long to find its counterpart.)
            let head = Row {
                fips,
                ..Row::california("BIG")
            };
            let adults = pools.adult_ssns.iter().flat_map(|ssn| {
                let kinds = ["NP", "CP", "PF"];
                kinds.map(|kind| head.clone().kind(kind).ssn(ssn))
            });
            let mut children: Vec<Row> = (0..4200)
                .map(|n| head.clone().name(letters(n), pick(rng, &pools.firsts)))
                .collect();
            for _ in 0..rng.below(4) {
                let (last, first) = (pick(rng, &pools.lasts), pick(rng, &pools.firsts));
                children.push(head.clone().name(last, first));
            }
            cases.push(adults.chain(children).collect());
        }
        let rows: Vec<Row> = cases.into_iter().flatten().collect();
        let file = (format!("file{}.txt", (state * 2) % 3), extract(&rows));
        if fcr_state == Some(state) {
            fcr.push(file);
        } else {
            extracts.push(file);
        }
    }
    World {
        extracts,
        fcr,
        ssn_master: None,
        misidentified: None,
        run_date: 20_261_122,
        directed: rng.below(3) == 0,
        absent_unmatched: rng.below(2) == 0,
        pooled: rng.below(2) == 0,
    }
}
