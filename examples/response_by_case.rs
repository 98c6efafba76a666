//! Reads a response file case by case: for each case its Case ID, the other state and the codes.
//!
//! `cargo run --example response_by_case testdata/sample/expected/responses/CA.icr`

#![expect(clippy::print_stdout, reason = "an example prints what it found")]

use std::path::PathBuf;

use icr::engine::matching::ReasonCode;
use icr::engine::response::{CaseReader, CutBy, OnFault, Read, ResponseFields};
use icr::formats::input::{InputForm, Source};
use icr::formats::layout::{LayoutSet, RESPONSE_BYTES};
use icr::formats::record::text;
use icr::stop::Stop;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path: PathBuf = std::env::args_os()
        .nth(1)
        .ok_or("give a response file")?
        .into();
    let stop = Stop::default();
    let fields = ResponseFields::new(&LayoutSet::load(None)?)?;
    let source = Source::open(&path, RESPONSE_BYTES, InputForm::default(), &stop)?;
    // A response that was cut or doubled is an error that names the record.
    let mut cases = CaseReader::new(&source, &fields, OnFault::Refuse, CutBy::Count);
    while let Some(read) = cases.next(&stop)? {
        let Read::Case(case) = read else { continue };
        let first = case.first();
        let id = text(fields.submitted(&first.bytes, fields.extract.case_id));
        let codes: Vec<_> = case.codes().iter().map(ReasonCode::code).collect();
        println!(
            "{id} with {}: {} records, codes {}",
            first.other_state.usps(),
            case.records().len(),
            codes.join(" ")
        );
    }
    Ok(())
}
