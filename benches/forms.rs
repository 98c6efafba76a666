//! Throughput of framing with edits, of validate's counts, and of convert.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::pedantic,
    reason = "helpers of tests fail as tests do"
)]

mod invented;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use icr::desk::convert::{Plan, Rows, Target};
use icr::desk::validate::{FileReport, Limits};
use icr::formats::input::{Encoding, Framing, Records};
use icr::formats::layout::LayoutSet;
use invented::load;

const RECORDS: usize = 200_000;

fn forms(criterion: &mut Criterion) {
    let layouts = LayoutSet::load(None).unwrap();
    let text = invented::extract_text(("CA", "06037"), ("TX", "48453"), RECORDS);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &text).unwrap();
    let mut group = criterion.benchmark_group("forms");
    group
        .throughput(Throughput::Elements(RECORDS as u64))
        .sample_size(10);
    group.bench_function("framing and edits", |bench| {
        bench.iter(|| black_box(load(file.path(), &layouts).rows.len()));
    });
    let extract = load(file.path(), &layouts);
    group.bench_function("validate, after the edits", |bench| {
        bench.iter(|| {
            black_box(FileReport::of_extract(&extract, None, Limits::default(), &layouts).cases)
        });
    });
    let layout = layouts.expanded(layouts.get("extract").unwrap());
    let plan = Plan::new(&layout, &[], false).unwrap();
    for (name, target) in [
        ("convert to text, one thread", Target::Text(Encoding::Ascii)),
        (
            "convert to EBCDIC FB, one thread",
            Target::Fixed(Encoding::Cp037),
        ),
        ("convert to CSV, one thread", Target::Csv),
        ("convert to JSON Lines, one thread", Target::Jsonl),
    ] {
        let rows = Rows::new(&plan, target);
        group.bench_function(name, |bench| {
            let mut out = Vec::with_capacity(2 * text.len());
            bench.iter(|| {
                out.clear();
                let records = Records::new(Framing::Text, &text);
                black_box(rows.render(records, &mut out).unwrap())
            });
        });
    }
    group.finish();
}

criterion_group!(benches, forms);
criterion_main!(benches);
