//! Matches a folder of extracts and reads the answers: how many cases each state got back, by reason
//! code.
//!
//! `cargo run --example match_folders testdata/sample/extracts`

#![expect(clippy::print_stdout, reason = "an example prints what it found")]

use std::path::PathBuf;

use icr::engine::matching::ReasonCode;
use icr::engine::response::OutputForm;
use icr::formats::layout::LayoutSet;
use icr::formats::record::Date;
use icr::progress::Progress;
use icr::run::output::{FileMode, OutputFolder};
use icr::run::{MatchInputs, MatchRequest, RosterPolicy, reconcile};
use icr::stop::Stop;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let extracts: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let request = MatchRequest {
        inputs: MatchInputs {
            extracts,
            ..MatchInputs::default()
        },
        run_date: Date::from_ccyymmdd(20_261_122).ok_or("no date")?,
        max_warnings: 1000,
        roster: None,
        roster_policy: RosterPolicy::Stop,
        only: None,
        changes: false,
        receipts: false,
        leads: false,
        response_form: OutputForm::default(),
    };
    let place = std::env::temp_dir().join(format!("icr-example-{}", std::process::id()));
    let folder = OutputFolder::create(&place, false, FileMode::default())?;
    let (layouts, stop) = (LayoutSet::load(None)?, Stop::default());
    let run = reconcile(&request, &layouts, &folder, &Progress::new(true), &stop)?;
    // Until it is published, the folder is not there; dropped, it leaves nothing behind.
    folder.publish()?;
    for (usps, state) in &run.summary.states {
        let cases = &state.totals.cases_by_code;
        let codes =
            ReasonCode::ALL.map(|code| format!("{} {}", code.code(), cases.0[code.index()]));
        println!(
            "{usps}: {} cases returned: {}",
            state.totals.cases.returned,
            codes.join(", ")
        );
    }
    std::fs::remove_dir_all(place)?;
    Ok(())
}
