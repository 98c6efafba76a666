//! Any bytes: every byte is in exactly one record or line end, however the file is cut.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[allow(dead_code)]
#[path = "../../tests/hostile/fuzz/library.rs"]
mod library;

fuzz_target!(|bytes: &[u8]| library::framing(bytes));
