//! Any bytes: every byte is in exactly one record or line end, however the file is cut.
#![no_main]

use icr::formats::input::{Framing, Records, split_at_records};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, u8, &[u8])| {
    let (width, piece, file) = input;
    let (width, piece) = (usize::from(width) + 1, usize::from(piece) + 1);
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
});
