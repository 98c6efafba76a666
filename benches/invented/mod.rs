//! Extracts of invented people for the benches, and how they are loaded.

#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "each bench uses a part, and stops where something fails"
)]

use std::path::Path;

use icr::engine::extract::{Extract, Loaded, Loader, Provenance};
use icr::engine::ssn_check::Misidentified;
use icr::formats::input::InputForms;
use icr::formats::layout::LayoutSet;
use icr::formats::record::Date;
use icr::formats::reference::Counties;
use icr::progress::Stage;
use icr::stop::Stop;

pub fn run_date() -> Date {
    Date::from_ccyymmdd(20_261_122).unwrap()
}

/// An extract of `records` participants, four to a case: an NP, a CP and two children. The states
/// are given as USPS code and FIPS code with a county; both states' extracts hold the same people.
pub fn extract_text(mine: (&str, &str), theirs: (&str, &str), records: usize) -> Vec<u8> {
    let record = |number: usize| {
        format!(
            "{:<15}I{}  {:<9}{:<15}{}O{:<30}{:<16}{:<16}19850610F{:<15} {}  {:<17}{:<40}{:<10}{:<30}\n",
            format!("{}{:08}", mine.0, number / 4),
            mine.1,
            412_010_001 + number,
            format!("M{number}"),
            ["NP", "CP", "CH", "CH"][number % 4],
            format!("ALVAREZ{}", number % 977),
            format!("LUIS{}", number % 331),
            "",
            format!("{}{:08}", theirs.0, number / 4),
            theirs.1,
            "",
            "PAT WORKER",
            "5555550100",
            "pat@example.test"
        )
    };
    (0..records).map(record).collect::<String>().into_bytes()
}

pub fn load(path: &Path, layouts: &LayoutSet) -> Extract {
    let (counties, misidentified) = (Counties::default(), Misidentified::default());
    let loader = Loader {
        submitted_layout: layouts.extract().unwrap(),
        fcr_layout: layouts.fcr_extract().unwrap(),
        form: InputForms::default(),
        run_date: run_date(),
        counties: &counties,
        misidentified: &misidentified,
        master: None,
        max_rejects_percent: 25.0,
        max_warnings: 5,
        digests: false,
        progress: &Stage::hidden(),
        stop: &Stop::default(),
    };
    match loader.load(path, Provenance::Submitted).unwrap() {
        Loaded::Usable(extract) => *extract,
        Loaded::Unusable(_) => panic!("the benchmark's extract cannot be used"),
    }
}
