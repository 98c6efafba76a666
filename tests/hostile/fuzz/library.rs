//! What the library holds for any bytes.

use std::sync::LazyLock;

use icr::engine::extract::{Loaded, Loader, Provenance};
use icr::engine::ssn_check::Misidentified;
use icr::formats::input::{Framing, InputForm, InputForms, Records, Source, split_at_records};
use icr::formats::layout::{Layout, LayoutSet, RECORD_BYTES};
use icr::formats::record::Date;
use icr::formats::reference::Counties;
use icr::progress::Stage;
use icr::stop::Stop;

static LAYOUTS: LazyLock<LayoutSet> = LazyLock::new(|| LayoutSet::load(None).unwrap());
static COUNTIES: LazyLock<Counties> = LazyLock::new(Counties::default);

/// A file can be used or it cannot, and every record read is accepted or rejected.
pub(super) fn extract(file: &[u8]) {
    let stop = Stop::default();
    let misidentified = Misidentified::default();
    let loader = Loader {
        submitted_layout: LAYOUTS.extract().unwrap(),
        fcr_layout: LAYOUTS.fcr_extract().unwrap(),
        form: InputForms::default(),
        run_date: Date::from_ccyymmdd(20_261_122).unwrap(),
        counties: &COUNTIES,
        misidentified: &misidentified,
        master: None,
        max_rejects_percent: 100.0,
        max_warnings: 10,
        digests: false,
        progress: &Stage::hidden(),
        stop: &stop,
    };
    for provenance in [Provenance::Submitted, Provenance::FcrDerived] {
        // What cannot be opened or unpacked is refused; that is an answer.
        let source = Source::of_bytes("fuzz", file, RECORD_BYTES, InputForm::default(), &stop);
        let Ok(source) = source else { continue };
        if let Ok(Loaded::Usable(extract)) = loader.load_source(source, provenance) {
            let accounted = extract.rows.len() + extract.rejected.len();
            assert_eq!(accounted as u64, extract.records, "records are lost");
            let in_cases: usize = extract.cases.iter().map(|case| case.rows().len()).sum();
            assert_eq!(in_cases, extract.rows.len(), "rows are in no case");
        }
    }
}

/// Every byte is in exactly one record or line end, however the file is cut. The first two bytes are the
/// width of fixed records and the size of pieces.
pub(super) fn framing(input: &[u8]) {
    let [width, piece, file @ ..] = input else {
        return;
    };
    let (width, piece) = (usize::from(*width) + 1, usize::from(*piece) + 1);
    for framing in [Framing::Text, Framing::Fixed(width)] {
        let whole: Vec<_> = Records::new(framing, file).collect();
        let mut at = 0;
        for record in &whole {
            assert_eq!(record.offset, at);
            at += record.bytes.len();
            if framing == Framing::Text {
                at += match &file[at..] {
                    [b'\r', b'\n', ..] => 2,
                    [b'\n', ..] | [b'\r'] => 1,
                    rest => rest.len(),
                };
            }
        }
        assert_eq!(at, file.len());
        let cuts = split_at_records(framing, file, piece, 0..15);
        let pieces: Vec<_> = cuts
            .windows(2)
            .flat_map(|cut| Records::within(framing, file, cut[0], cut[1]))
            .collect();
        assert_eq!(pieces, whole);
    }
}

/// A layout is refused, or its fields are in order and stay within the record.
pub(super) fn layout(text: &[u8]) {
    if let Ok(layout) = Layout::parse("fuzz", "fuzz", 241, "fuzz.csv", text) {
        let mut last = 0;
        for field in &layout.fields {
            assert!(field.columns.first > last && field.columns.last <= 241);
            assert!(field.columns.first <= field.columns.last);
            last = field.columns.last;
        }
    }
}
