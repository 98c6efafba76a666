//! Any text as a layout: refused, or fields in order that stay within the record.
#![no_main]

use icr::formats::layout::Layout;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    if let Ok(layout) = Layout::parse("fuzz", "fuzz", 241, "fuzz.csv", text) {
        let mut last = 0;
        for field in &layout.fields {
            assert!(field.columns.first > last && field.columns.last <= 241);
            assert!(field.columns.first <= field.columns.last);
            last = field.columns.last;
        }
    }
});
