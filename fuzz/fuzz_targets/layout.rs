//! Any text as a layout: refused, or fields in order that stay within the record.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[allow(dead_code)]
#[path = "../../tests/hostile/fuzz/library.rs"]
mod library;

fuzz_target!(|bytes: &[u8]| library::layout(bytes));
