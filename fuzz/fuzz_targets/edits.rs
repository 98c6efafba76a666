//! Any file: it can be used or it cannot, and every record read is accepted or rejected.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[allow(dead_code)]
#[path = "../../tests/hostile/fuzz/library.rs"]
mod library;

fuzz_target!(|bytes: &[u8]| library::extract(bytes));
