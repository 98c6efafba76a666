//! Validates one extract that is in memory: how many records each edit found.
//!
//! `cargo run --example validate_extract < testdata/sample/extracts/CA.txt`

#![expect(clippy::print_stdout, reason = "an example prints what it found")]

use std::io::Read;

use icr::engine::extract::{Loaded, Loader, Provenance};
use icr::engine::ssn_check::Misidentified;
use icr::formats::input::{InputForm, InputForms, Source};
use icr::formats::layout::{LayoutSet, RECORD_BYTES};
use icr::formats::record::Date;
use icr::formats::reference::Counties;
use icr::progress::Stage;
use icr::stop::Stop;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes)?;
    let (layouts, stop) = (LayoutSet::load(None)?, Stop::default());
    let loader = Loader {
        submitted_layout: layouts.extract()?,
        fcr_layout: layouts.fcr_extract()?,
        form: InputForms::default(),
        run_date: Date::from_ccyymmdd(20_261_122).ok_or("no date")?,
        counties: &Counties::default(),
        misidentified: &Misidentified::default(),
        master: None,
        max_rejects_percent: 100.0,
        max_warnings: 10,
        digests: false,
        progress: &Stage::hidden(),
        stop: &stop,
    };
    let source = Source::of_bytes("extract", &bytes, RECORD_BYTES, InputForm::default(), &stop)?;
    let findings = match loader.load_source(source, Provenance::Submitted)? {
        Loaded::Usable(extract) => {
            println!("{}: {} records", extract.state.usps(), extract.records);
            extract.findings
        }
        Loaded::Unusable(file) => {
            println!("cannot be used: {}", file.problem);
            file.findings
        }
    };
    for (edit, count) in findings.iter().filter(|&(_, count)| count > 0) {
        println!("{} {count}", edit.code());
    }
    Ok(())
}
