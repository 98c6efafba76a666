//! Throughput of framing with edits, of validate's counts, and of convert.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::pedantic,
    reason = "helpers of tests fail as tests do"
)]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use icr::convert::{Plan, Rows, Target};
use icr::extract::{Extract, Loaded, Loader, Provenance};
use icr::input::{Encoding, Framing, InputForm, Records};
use icr::layout::LayoutSet;
use icr::progress::Stage;
use icr::record::Date;
use icr::reference::Counties;
use icr::stop::Stop;
use icr::validation::FileReport;
use icr::verification::Misidentified;

const RECORDS: usize = 200_000;

/// An extract of invented people, four to a case.
fn extract_text() -> Vec<u8> {
    let record = |number: usize| {
        format!(
            "{:<15}I06037  {:<9}{:<15}{}O{:<30}{:<16}{:<16}19850610F{:<15} 48453  {:<17}{:<40}{:<10}{:<30}\n",
            format!("CA{:08}", number / 4),
            412_010_001 + number,
            format!("M{number}"),
            ["NP", "CP", "CH", "CH"][number % 4],
            format!("ALVAREZ{}", number % 977),
            format!("LUIS{}", number % 331),
            "",
            format!("TX{:08}", number / 4),
            "",
            "PAT WORKER",
            "5555550100",
            "pat@example.test"
        )
    };
    (0..RECORDS).map(record).collect::<String>().into_bytes()
}

fn load(path: &std::path::Path, layouts: &LayoutSet) -> Extract {
    let (counties, misidentified) = (Counties::default(), Misidentified::default());
    let loader = Loader {
        submitted_layout: layouts.extract().unwrap(),
        fcr_layout: layouts.fcr_extract().unwrap(),
        form: InputForm::default(),
        run_date: Date::from_ccyymmdd(20_261_122).unwrap(),
        counties: &counties,
        misidentified: &misidentified,
        master: None,
        max_rejects_percent: 25.0,
        max_warnings: 5,
        progress: &Stage::hidden(),
        stop: &Stop::default(),
    };
    match loader.load(path, Provenance::Submitted).unwrap() {
        Loaded::Usable(extract) => *extract,
        Loaded::Unusable(_) => panic!("the benchmark's extract cannot be used"),
    }
}

fn forms(criterion: &mut Criterion) {
    let layouts = LayoutSet::load(None).unwrap();
    let text = extract_text();
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
        bench.iter(|| black_box(FileReport::of_extract(&extract, None, &layouts).cases));
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
