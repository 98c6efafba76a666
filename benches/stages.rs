//! The stages of a match one by one: framing, edits, index, comparison, rendering.
//!
//! ```text
//! cargo bench --bench stages
//! ```

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::pedantic,
    reason = "a bench stops where something fails"
)]

mod invented;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use icr::Result;
use icr::engine::Postings;
use icr::engine::extract::{CaseRows, Editor, Extract, Provenance};
use icr::engine::matching::{Matcher, Routine, Side, Sides, Work, compare};
use icr::engine::response::{OutputForm, Renderer, ResponseSink, write_response};
use icr::engine::ssn_check::Misidentified;
use icr::formats::input::{Framing, Records};
use icr::formats::layout::{LayoutSet, RECORD_BYTES};
use icr::formats::reference::{Counties, State};
use icr::progress::Stage;
use icr::stop::Stop;

const RECORDS: usize = 200_000;
const CA: (&str, &str) = ("CA", "06037");
const TX: (&str, &str) = ("TX", "48201");

fn extract_of(text: &[u8], layouts: &LayoutSet) -> Extract {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    // The file stays mapped when its name is gone.
    invented::load(file.path(), layouts)
}

fn reading(criterion: &mut Criterion) {
    let layouts = LayoutSet::load(None).unwrap();
    let text = invented::extract_text(CA, TX, RECORDS);
    let mut group = criterion.benchmark_group("reading");
    group.throughput(Throughput::Elements(RECORDS as u64));
    group.bench_function("framing", |bench| {
        bench.iter(|| {
            let lengths = Records::new(Framing::Text, &text).map(|record| record.bytes.len());
            black_box(lengths.sum::<usize>())
        });
    });
    let (counties, misidentified) = (Counties::default(), Misidentified::default());
    let layout = layouts.extract().unwrap();
    let editor = Editor {
        layout: &layout,
        provenance: Provenance::Submitted,
        state: State::from_usps("CA").unwrap(),
        run_date: invented::run_date(),
        counties: &counties,
        misidentified: &misidentified,
        master: None,
    };
    group.bench_function("framing and edits", |bench| {
        bench.iter(|| {
            let mut padded = [0; RECORD_BYTES];
            let accepted = Records::new(Framing::Text, &text).filter(|record| {
                let offset = record.offset as u64;
                editor.edit(record.bytes, offset, &mut padded).is_ok()
            });
            black_box(accepted.count())
        });
    });
    group.finish();
}

type Key = fn(u32) -> u32;

/// Keys as they could come: spread evenly; SSNs as they cluster by area and group; and a tenth of
/// all under one key, the rest in runs of neighbours.
const SHAPES: [(&str, Key); 3] = [
    ("even", |n| n.wrapping_mul(0x9e37_79b9)),
    ("clustered", |n| {
        let (area, group) = (1 + n % 13 * 50, 10 + n / 13 % 4 * 2);
        area * 1_000_000 + group * 10_000 + n / 52 % 9999
    }),
    ("adversarial", |n| if n % 10 == 0 { 412_010_001 } else { n }),
];

fn index(criterion: &mut Criterion) {
    const KEYS: u32 = 1_000_000;
    let mut group = criterion.benchmark_group("index");
    group
        .throughput(Throughput::Elements(u64::from(KEYS)))
        .sample_size(20);
    for (name, key) in SHAPES {
        let build = || {
            Postings::build(KEYS as usize, |post| {
                for number in 0..KEYS {
                    post(key(number), number);
                }
            })
        };
        group.bench_function(format!("build, {name} keys"), |bench| bench.iter(build));
        let postings = build();
        group.bench_function(format!("probe, {name} keys"), |bench| {
            bench.iter(|| {
                // In an order of its own, so that the lookups wait for memory as a match does.
                let probes = (0..KEYS).map(|n| n.wrapping_mul(7919) % KEYS);
                let first = |number| postings.rows(key(number)).next().unwrap_or_default();
                black_box(probes.map(first).fold(0, u32::wrapping_add))
            });
        });
    }
    group.finish();
}

struct Nowhere;

impl ResponseSink for Nowhere {
    fn take(&mut self, bytes: &[u8]) -> Result<()> {
        black_box(bytes);
        Ok(())
    }
}

fn matching(criterion: &mut Criterion) {
    let layouts = LayoutSet::load(None).unwrap();
    let ours = extract_of(&invented::extract_text(CA, TX, RECORDS), &layouts);
    let theirs = extract_of(&invented::extract_text(TX, CA, RECORDS), &layouts);
    let mut group = criterion.benchmark_group("matching");
    group
        .throughput(Throughput::Elements(RECORDS as u64))
        .sample_size(20);
    group.bench_function("comparison, four participants", |bench| {
        let mut work = Work::default();
        let rows = |extract, case| CaseRows {
            extract,
            rows: Extract::rows_of(extract, case),
        };
        bench.iter(|| {
            let matched = ours.cases.iter().zip(&theirs.cases).map(|(mine, other)| {
                compare(rows(&ours, mine), rows(&theirs, other), &mut work).children
            });
            black_box(matched.sum::<u32>())
        });
    });
    let sides = Sides::new([
        Side::new(ours, Routine::Published),
        Side::new(theirs, Routine::Published),
    ]);
    let matcher = Matcher {
        sides: &sides,
        directed: false,
        absent_is_unmatched: false,
        routine: Routine::Published,
    };
    let counties = Counties::default();
    let renderer = Renderer::new(&layouts, &counties, OutputForm::default()).unwrap();
    let side = sides.of(State::from_usps("CA").unwrap()).unwrap();
    let hidden = Stage::hidden();
    let one = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap();
    group.bench_function("matching and rendering, one thread", |bench| {
        bench.iter(|| {
            let stages = (&hidden, &hidden);
            one.install(|| {
                write_response(
                    &matcher,
                    &renderer,
                    side,
                    &mut Nowhere,
                    stages,
                    false,
                    &Stop::default(),
                )
            })
            .unwrap()
            .0
            .records
            .returned
        });
    });
    group.finish();
}

criterion_group!(benches, reading, index, matching);
criterion_main!(benches);
