//! Cases that share keys in crowds: random ones against the plain matcher, and the shapes in which
//! comparing every pair would take time with the square of their number.

use crate::plain_matcher;

use std::collections::BTreeMap;
use std::sync::Mutex;

use crate::plain_matcher::plain::World;
use crate::support::crowd_worlds::crowd_world;
use crate::support::records::{Row, extract, letters, ssn};
use crate::support::{Published, THREADS, Written, disagreement, for_seeds};

const CROWD_WORLDS: u64 = 400;

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
    let must = "pooled-key-1 pooled-key-2 pooled-key-4 pooled-key-6 pooled-multiple pooled-taken-dropped in-doubt held \
        tier-1 tier-2 tier-3 rule-S rule-N1 rule-N2 choice-step-1 choice-step-2 choice-step-3 choice-step-4 \
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

// ---------------------------------------------------------------------------------------------
// Shapes: small against the plain matcher, at full size against what must come out by reasoning
// ---------------------------------------------------------------------------------------------

fn world(california: &[Row], texas: &[Row]) -> World {
    World {
        extracts: vec![
            ("ca.txt".to_owned(), extract(california)),
            ("tx.txt".to_owned(), extract(texas)),
        ],
        fcr: Vec::new(),
        ssn_master: None,
        misidentified: None,
        run_date: 20_261_122,
        directed: false,
        absent_unmatched: false,
        pooled: false,
    }
}

/// What a response record says of the match: codes, case, counterpart's Member ID, adults and
/// children matched, Multiple Case Indicator and tier.
fn said(record: &[u8]) -> String {
    let at = |first: usize, last: usize| {
        std::str::from_utf8(&record[first - 1..last])
            .unwrap()
            .trim_end()
    };
    format!(
        "{} {} {} {}+{} {}{}",
        at(243, 252),
        at(253, 267),
        at(289, 303),
        at(385, 386),
        at(387, 388),
        at(391, 391),
        at(392, 392)
    )
}

type Expected<'a> = &'a dyn Fn(usize, usize) -> String;

/// Runs a shape at a small size, where the plain matcher's word counts too, and at full size.
/// `expected` tells for a size and a record's place, from 0, what must be said in each state.
fn check_shape(full: usize, shape: impl Fn(usize) -> World, california: Expected, texas: Expected) {
    for size in [9, 150, full] {
        let world = shape(size);
        let run = Written::new(&world).run(2);
        if size < 1000
            && let Some(what) = disagreement(&run, &plain_matcher::answer(&world))
        {
            panic!("size {size}: {what}");
        }
        check_state(&run, "CA", size, california);
        check_state(&run, "TX", size, texas);
        // The pooled routine: agreement where the plain matcher can follow, and at full size that it
        // comes to an end and loses nothing.
        let pooled = World {
            pooled: true,
            ..world
        };
        let run = Written::new(&pooled).run(2);
        if size < 1000
            && let Some(what) = disagreement(&run, &plain_matcher::answer(&pooled))
        {
            panic!("pooled, size {size}: {what}");
        }
        for usps in ["CA", "TX"] {
            let totals = &run.summary["states"][usps]["records"];
            assert_eq!(totals["read"], totals["returned"], "{usps}, size {size}");
            assert_eq!(totals["read"], run.response(usps).len() / 501);
        }
    }
}

fn check_state(run: &Published, usps: &str, size: usize, expected: Expected) {
    let totals = &run.summary["states"][usps]["records"];
    assert_eq!(totals["read"], totals["returned"], "{usps}, size {size}");
    let response = run.response(usps);
    assert_eq!(totals["read"], response.len() / 501);
    for (place, record) in response.chunks(501).enumerate() {
        let expected = expected(size, place);
        assert_eq!(
            said(record),
            expected,
            "{usps}, size {size}, record {place} from 0"
        );
    }
}

/// A count as a response has it.
fn count(number: usize) -> String {
    format!("{:02}", number.min(99))
}

fn c(number: usize) -> String {
    format!("C{number:06}")
}

fn t(number: usize) -> String {
    format!("T{number:06}")
}

/// One-participant cases in numbered order; Member IDs are m and the number.
fn ones(size: usize, row: impl Fn(usize) -> Row) -> Vec<Row> {
    (0..size).map(|n| row(n).member(format!("m{n}"))).collect()
}

fn dates() -> Vec<String> {
    (18_800_101..=20_261_122)
        // 1900-01-01 stands for an unknown date.
        .filter(|&date| {
            date != 19_000_101 && icr::formats::record::Date::from_ccyymmdd(date).is_some()
        })
        .map(|date| date.to_string())
        .collect()
}

const MANY: usize = 100_000;
const BIG: usize = 50_000;
const SQUARE: usize = 10_000;
/// One large case against many small ones still takes time with the product of both: minutes at
/// 50,000 in a debug build. `BIG` here once each small case is looked up in the large one.
const BIG_AGAINST_MANY: usize = BIG;

#[test]
fn a_hundred_thousand_cases_with_one_ssn() {
    let shape = |size| {
        let one = ssn(1);
        world(
            &ones(size, |n| Row::california(c(n)).ssn(&one)),
            &ones(size, |n| Row::texas(t(n)).ssn(&one)),
        )
    };
    // Nothing tells the candidates apart but their Case IDs.
    check_shape(
        MANY,
        shape,
        &|_, _| format!("02 {} m0 00+01 Y2", t(0)),
        &|_, _| format!("02 {} m0 00+01 Y2", c(0)),
    );
}

#[test]
fn a_hundred_thousand_cases_with_one_ssn_that_name_each_other() {
    let shape = |size| {
        let one = ssn(1);
        let texas = |n| Row::texas(t(n)).other_id(c(size - 1 - n)).ssn(&one);
        world(
            &ones(size, |n| Row::california(c(n)).ssn(&one)),
            &ones(size, texas),
        )
    };
    check_shape(
        MANY,
        shape,
        &|size, n| format!("02 {} m{} 00+01 Y2", t(size - 1 - n), size - 1 - n),
        &|size, n| format!("00 {} m{} 00+01 N1", c(size - 1 - n), size - 1 - n),
    );
}

#[test]
fn a_hundred_thousand_adults_with_one_ssn_find_nothing() {
    let shape = |size| {
        let one = ssn(1);
        world(
            &ones(size, |n| Row::california(c(n)).kind("NP").ssn(&one)),
            &ones(size, |n| Row::texas(t(n)).kind("NP").ssn(&one)),
        )
    };
    check_shape(MANY, shape, &|_, _| "01   00+00 N".to_owned(), &|_, _| {
        "01   00+00 N".to_owned()
    });
}

#[test]
fn two_cases_of_fifty_thousand_ssns() {
    let shape = |size| {
        let texas = |n| Row::texas("HUGE").ssn(ssn(size - 1 - n));
        world(
            &ones(size, |n| Row::california("BIG").ssn(ssn(n))),
            &ones(size, texas),
        )
    };
    check_shape(
        BIG,
        shape,
        &|size, n| format!("02 HUGE m{} 00+{} N2", size - 1 - n, count(size)),
        &|size, n| format!("02 BIG m{} 00+{} N2", size - 1 - n, count(size)),
    );
}

#[test]
fn two_cases_of_fifty_thousand_times_one_ssn() {
    let shape = |size| {
        let one = ssn(1);
        world(
            &ones(size, |_| Row::california("BIG").ssn(&one)),
            &ones(size, |_| Row::texas("HUGE").ssn(&one)),
        )
    };
    check_shape(
        BIG,
        shape,
        &|size, _| format!("02 HUGE m0 00+{} N2", count(size)),
        &|size, _| format!("02 BIG m0 00+{} N2", count(size)),
    );
}

#[test]
fn two_cases_of_fifty_thousand_times_one_name() {
    for birth in ["", "20120115"] {
        let shape = |size| {
            let row = |row: Row| row.name("LEE", "ANN").birth(birth);
            world(
                &ones(size, |_| row(Row::california("BIG").other_id("HUGE"))),
                &ones(size, |_| row(Row::texas("HUGE").other_id("BIG"))),
            )
        };
        let expected = |other: &str, size: usize| match birth {
            // A name without a date of birth is no ground among strangers.
            "" => format!("06 {other}  00+00 N1"),
            _ => format!("00 {other} m0 00+{} N1", count(size)),
        };
        check_shape(BIG, shape, &|size, _| expected("HUGE", size), &|size, _| {
            expected("BIG", size)
        });
    }
}

#[test]
fn two_cases_of_fifty_thousand_times_one_name_with_dates_of_birth() {
    let dates = dates();
    let shape = |size| {
        // Every other date of birth is blank, and these take the first without a date: those with
        // one are held by their own counterparts.
        let row = |row: Row, n: usize| {
            let birth = if n % 2 == 1 { "" } else { &dates[n] };
            row.name("LEE", "ANN").birth(birth)
        };
        let texas = |n| row(Row::texas("HUGE").other_id("BIG"), size - 1 - n);
        world(
            &ones(size, |n| row(Row::california("BIG").other_id("HUGE"), n)),
            &ones(size, texas),
        )
    };
    let expected = |other: &str, size: usize, dated: bool, undated: usize, n: usize| {
        let counterpart = if dated { size - 1 - n } else { undated };
        format!("00 {other} m{counterpart} 00+{} N1", count(size))
    };
    check_shape(
        BIG,
        shape,
        &|size, n| expected("HUGE", size, n % 2 == 0, size % 2, n),
        &|size, n| expected("BIG", size, (size - 1 - n) % 2 == 0, 1, n),
    );
}

#[test]
fn a_large_case_of_ssns_against_as_many_cases() {
    let shape = |size| {
        world(
            &ones(size, |n| Row::california("BIG").ssn(ssn(n))),
            &ones(size, |n| Row::texas(t(n)).ssn(ssn(n))),
        )
    };
    check_shape(
        BIG_AGAINST_MANY,
        shape,
        &|_, n| match n {
            0 => format!("02 {} m0 00+01 Y2", t(0)),
            _ => format!("0206 {}  00+01 Y2", t(0)),
        },
        &|_, n| format!("02 BIG m{n} 00+01 N2"),
    );
}

#[test]
fn a_case_of_fifty_thousand_times_one_ssn_against_fifty_thousand_cases() {
    let shape = |size| {
        let one = ssn(1);
        world(
            &ones(size, |_| Row::california("BIG").ssn(&one)),
            &ones(size, |n| Row::texas(t(n)).ssn(&one)),
        )
    };
    check_shape(
        BIG,
        shape,
        &|size, _| format!("02 {} m0 00+{} Y2", t(0), count(size)),
        &|_, _| "02 BIG m0 00+01 N2".to_owned(),
    );
}

#[test]
fn a_large_case_of_one_name_against_as_many_cases() {
    let dates = dates();
    for dated in [false, true] {
        let shape = |size| {
            let row = |row: Row, n: usize| {
                row.name("LEE", "ANN")
                    .birth(if dated { &dates[n] } else { "" })
            };
            let california = |n| row(Row::california("BIG").other_id(t(7)), n);
            world(
                &ones(size, california),
                &ones(size, |n| row(Row::texas(t(n)).other_id("BIG"), n)),
            )
        };
        check_shape(
            BIG_AGAINST_MANY,
            shape,
            &|_, n| match (dated, n) {
                (false, _) => format!("06 {}  00+00 N1", t(7)),
                (true, 7) => format!("00 {} m7 00+01 N1", t(7)),
                (true, _) => format!("06 {}  00+01 N1", t(7)),
            },
            &|_, n| {
                if dated {
                    format!("00 BIG m{n} 00+01 N1")
                } else {
                    "06 BIG  00+00 N1".to_owned()
                }
            },
        );
    }
}

#[test]
fn a_large_case_of_names_against_as_many_cases_by_tier_3() {
    let shape = |size| {
        let adult = |row: Row| row.kind("NP").ssn(ssn(1)).member("np");
        let mut california = vec![adult(Row::california("BIG"))];
        california.extend(ones(size, |n| {
            Row::california("BIG").name(letters(n), "ANN")
        }));
        let texas: Vec<Row> = (0..size)
            .flat_map(|n| {
                let child = Row::texas(t(n)).name(letters(n), "ANN");
                [adult(Row::texas(t(n))), child.member(format!("m{n}"))]
            })
            .collect();
        world(&california, &texas)
    };
    check_shape(
        BIG_AGAINST_MANY,
        shape,
        &|_, n| match n {
            0 => format!("02 {} np 01+01 Y3", t(0)),
            1 => format!("02 {} m0 01+01 Y3", t(0)),
            _ => format!("0206 {}  01+01 Y3", t(0)),
        },
        &|_, n| {
            let member = if n % 2 == 0 {
                "np".to_owned()
            } else {
                format!("m{}", n / 2)
            };
            format!("02 BIG {member} 01+01 N3")
        },
    );
}

#[test]
fn ten_thousand_candidates_for_each_of_ten_thousand_by_case_id_that_name_your_case() {
    let shape = |size| {
        let row = |row: Row| row.name("LEE", "ANN").birth("20120115");
        let texas = |n| row(Row::texas("SAME").other_id(c(size - 1 - n)));
        world(
            &ones(size, |n| row(Row::california(c(n)).other_id("SAME"))),
            &ones(size, texas),
        )
    };
    check_shape(
        SQUARE,
        shape,
        &|size, n| format!("00 SAME m{} 00+01 N1", size - 1 - n),
        &|size, n| format!("00 {} m{} 00+01 N1", c(size - 1 - n), size - 1 - n),
    );
}

#[test]
fn ten_thousand_candidates_for_each_of_ten_thousand_by_case_id_told_apart_by_a_child() {
    let shape = |size| {
        let texas = |n| {
            Row::texas("SAME")
                .other_id(format!("X{n}"))
                .ssn(ssn(size - 1 - n))
        };
        world(
            &ones(size, |n| Row::california(c(n)).other_id("SAME").ssn(ssn(n))),
            &ones(size, texas),
        )
    };
    check_shape(
        SQUARE,
        shape,
        &|size, n| format!("00 SAME m{} 00+01 N1", size - 1 - n),
        &|size, n| format!("02 {} m{} 00+01 N2", c(size - 1 - n), size - 1 - n),
    );
}

/// Cases of a child and an adult each, one after the other; Member IDs are k and a with the number.
fn twos(size: usize, child: impl Fn(usize) -> Row, adult: impl Fn(usize) -> Row) -> Vec<Row> {
    let both = |n| {
        let (child, adult) = (child(n), adult(n));
        [child.member(format!("k{n}")), adult.member(format!("a{n}"))]
    };
    (0..size).flat_map(both).collect()
}

/// `k` or `a` for a record of [`twos`].
fn letter(place: usize) -> char {
    if place.is_multiple_of(2) { 'k' } else { 'a' }
}

#[test]
fn ten_thousand_candidates_for_each_of_ten_thousand_by_child_ssn_told_apart_by_an_adult() {
    let one = ssn(500_000);
    for by_name in [false, true] {
        let adult = |row: Row, n: usize| {
            let row = row.kind("CP");
            if by_name {
                row.name(letters(n), "BO")
            } else {
                row.ssn(ssn(n))
            }
        };
        let shape = |size| {
            world(
                &twos(
                    size,
                    |n| Row::california(c(n)).ssn(&one),
                    |n| adult(Row::california(c(n)), n),
                ),
                &twos(
                    size,
                    |n| Row::texas(t(n)).ssn(&one),
                    |n| adult(Row::texas(t(n)), size - 1 - n),
                ),
            )
        };
        let expected = |case: fn(usize) -> String, size: usize, place: usize| {
            let other = size - 1 - place / 2;
            format!("02 {} {}{other} 01+01 Y2", case(other), letter(place))
        };
        check_shape(
            SQUARE,
            shape,
            &|size, place| expected(t, size, place),
            &|size, place| expected(c, size, place),
        );
    }
}

#[test]
fn ten_thousand_candidates_for_each_of_ten_thousand_by_adult_and_child_name() {
    let one = ssn(500_000);
    let shape = |size| {
        let state = |row: fn(usize) -> Row, turned: bool| {
            let rows: Vec<Row> = (0..size)
                .flat_map(|n| {
                    let key = if turned { size - 1 - n } else { n };
                    [
                        row(n).kind("NP").ssn(&one).member(format!("n{n}")),
                        row(n).name("LEE", "ANN").member(format!("k{n}")),
                        row(n).kind("CP").ssn(ssn(key)).member(format!("a{n}")),
                    ]
                })
                .collect();
            rows
        };
        world(
            &state(|n| Row::california(c(n)), false),
            &state(|n| Row::texas(t(n)), true),
        )
    };
    let expected = |case: fn(usize) -> String, size: usize, place: usize| {
        let other = size - 1 - place / 3;
        let letter = ["n", "k", "a"][place % 3];
        format!("02 {} {letter}{other} 02+01 Y3", case(other))
    };
    check_shape(
        SQUARE,
        shape,
        &|size, place| expected(t, size, place),
        &|size, place| expected(c, size, place),
    );
}

/// Every child matches, and an adult of the same name is in every case, but in a role that does
/// not agree: nobody can match both, though both keys are everywhere.
#[test]
fn ten_thousand_candidates_none_of_which_reaches_what_the_keys_promise() {
    let one = ssn(1);
    let shape = |size| {
        world(
            &twos(
                size,
                |n| Row::california(c(n)).ssn(&one),
                |n| Row::california(c(n)).kind("CP").name("LEE", "ANN"),
            ),
            &twos(
                size,
                |n| Row::texas(t(n)).ssn(&one),
                |n| Row::texas(t(n)).kind("NP").name("LEE", "ANN"),
            ),
        )
    };
    let expected = |case: String, place: usize| match place % 2 {
        0 => format!("02 {case} k0 00+01 Y2"),
        _ => format!("0206 {case}  00+01 Y2"),
    };
    check_shape(
        SQUARE,
        shape,
        &|_, place| expected(t(0), place),
        &|_, place| expected(c(0), place),
    );
}

/// Two children everywhere on one side; on the other each case has one of them.
#[test]
fn ten_thousand_candidates_with_one_of_two_children_each() {
    let (one, two) = (ssn(1), ssn(2));
    let shape = |size| {
        let california: Vec<Row> = (0..size)
            .flat_map(|n| {
                let row = || Row::california(c(n));
                [
                    row().ssn(&one).member(format!("x{n}")),
                    row().ssn(&two).member(format!("y{n}")),
                ]
            })
            .collect();
        let texas = |n| Row::texas(t(n)).ssn(if n % 2 == 0 { &one } else { &two });
        world(&california, &ones(size, texas))
    };
    check_shape(
        SQUARE,
        shape,
        &|_, place| match place % 2 {
            0 => format!("02 {} m0 00+01 Y2", t(0)),
            _ => format!("0206 {}  00+01 Y2", t(0)),
        },
        &|_, n| {
            format!(
                "02 {} {}0 00+01 Y2",
                c(0),
                if n % 2 == 0 { 'x' } else { 'y' }
            )
        },
    );
}
