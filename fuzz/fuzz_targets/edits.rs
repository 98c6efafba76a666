//! Any file: it can be used or it cannot, and every record read is accepted or rejected.
#![no_main]

use icr::engine::extract::{Loaded, Loader, Provenance};
use icr::formats::input::InputForms;
use icr::formats::layout::LayoutSet;
use icr::progress::Stage;
use icr::formats::record::Date;
use icr::formats::reference::Counties;
use icr::stop::Stop;
use icr::engine::ssn_check::Misidentified;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| {
    let path = std::env::temp_dir().join(format!("icr-fuzz-{}", std::process::id()));
    std::fs::write(&path, file).unwrap();
    let layouts = LayoutSet::load(None).unwrap();
    let loader = Loader {
        submitted_layout: layouts.extract().unwrap(),
        fcr_layout: layouts.fcr_extract().unwrap(),
        form: InputForms::default(),
        run_date: Date::from_ccyymmdd(20_261_122).unwrap(),
        counties: &Counties::default(),
        misidentified: &Misidentified::default(),
        master: None,
        max_rejects_percent: 100.0,
        max_warnings: 10,
        digests: false,
        progress: &Stage::hidden(),
        stop: &Stop::default(),
    };
    for provenance in [Provenance::Submitted, Provenance::FcrDerived] {
        if let Loaded::Usable(extract) = loader.load(&path, provenance).unwrap() {
            let accounted = extract.rows.len() + extract.rejected.len();
            assert_eq!(accounted as u64, extract.records);
            let in_cases: usize = extract.cases.iter().map(|case| case.rows().len()).sum();
            assert_eq!(in_cases, extract.rows.len());
        }
    }
});
