//! Any file: it can be used or it cannot, and every record read is accepted or rejected.
#![no_main]

use std::sync::LazyLock;

use icr::engine::extract::{Loaded, Loader, Provenance};
use icr::engine::ssn_check::Misidentified;
use icr::formats::input::{InputForm, InputForms, Source};
use icr::formats::layout::{LayoutSet, RECORD_BYTES};
use icr::formats::record::Date;
use icr::formats::reference::Counties;
use icr::progress::Stage;
use icr::stop::Stop;
use libfuzzer_sys::fuzz_target;

static LAYOUTS: LazyLock<LayoutSet> =
    LazyLock::new(|| LayoutSet::load(None).expect("the layouts that are compiled in can be read"));
static COUNTIES: LazyLock<Counties> = LazyLock::new(Counties::default);
static NONE: LazyLock<Misidentified> = LazyLock::new(Misidentified::default);

fuzz_target!(|file: &[u8]| {
    let (Ok(submitted_layout), Ok(fcr_layout), Some(run_date)) =
        (LAYOUTS.extract(), LAYOUTS.fcr_extract(), Date::from_ccyymmdd(20_261_122))
    else {
        return;
    };
    let stop = Stop::default();
    let loader = Loader {
        submitted_layout,
        fcr_layout,
        form: InputForms::default(),
        run_date,
        counties: &COUNTIES,
        misidentified: &NONE,
        master: None,
        max_rejects_percent: 100.0,
        max_warnings: 10,
        digests: false,
        progress: &Stage::hidden(),
        stop: &stop,
    };
    for provenance in [Provenance::Submitted, Provenance::FcrDerived] {
        // What cannot be opened or unpacked is refused; that is an answer, not a fault.
        let Ok(source) = Source::of_bytes("fuzz", file, RECORD_BYTES, InputForm::default(), &stop)
        else {
            continue;
        };
        if let Ok(Loaded::Usable(extract)) = loader.load_source(source, provenance) {
            let accounted = extract.rows.len() + extract.rejected.len();
            assert_eq!(accounted as u64, extract.records);
            let in_cases: usize = extract.cases.iter().map(|case| case.rows().len()).sum();
            assert_eq!(in_cases, extract.rows.len());
        }
    }
});
