//! What was done to a registry file as a whole.
//!
//! Of some kinds all records are looked at, also withheld ones: of those neither how many they are is
//! told nor which, only that it was done to the file (decision 0046).

use crate::error::{Error, Result};
use crate::formats::input::{Examined, SoundRecord, Source, Told, diagnose_form, told_first};
use crate::formats::layout::RegistryLayout;
use crate::stop::Stop;

/// How much longer the state's record may have become.
const HEADER_MORE_BYTES: usize = 8;

/// The kinds that are found by looking at listed rejected records alone.
const OF_REJECTED: [&str; 11] = [
    "byte-added",
    "byte-missing",
    "byte-order-mark",
    "bytes-before",
    "bytes-behind",
    "cr-cr-lf",
    "header",
    "line-end-missing",
    "quoted",
    "trailer",
    "wrapped",
];

/// What was done to a registry file; of its rejected records only those are looked at that are listed, by
/// their numbers in order.
///
/// # Errors
/// [`Error::Interrupted`].
pub(super) fn told(
    source: &Source,
    layout: &RegistryLayout,
    listed: &[u64],
    stop: &Stop,
) -> Result<Vec<Told>> {
    let mut examined = examined(source, layout, stop)?;
    let is_listed = |number: &u64| listed.binary_search(number).is_ok();
    examined.rejected.retain(|(number, _)| is_listed(number));
    let mut told = examined.told(source, SoundRecord::of_registry(layout));
    for told in &mut told {
        if !OF_REJECTED.contains(&told.kind.as_str()) {
            told.records = 0;
            told.first_records.clear();
        }
    }
    Ok(told)
}

fn examined(source: &Source, layout: &RegistryLayout, stop: &Stop) -> Result<Examined> {
    let kinds = SoundRecord::of_registry(layout);
    // The state's record may be damaged too.
    let header = |bytes: &[u8]| {
        bytes.len() < layout.fa_bytes + HEADER_MORE_BYTES
            && bytes
                .windows(2)
                .take(HEADER_MORE_BYTES)
                .any(|word| word == b"FA")
    };
    Examined::of(source, &kinds, &header, stop)
}

/// The error for a file that is refused, behind what was done to it where that is known. That names no
/// record: one that is withheld may be among them.
pub(super) fn refuse(source: &Source, layout: &RegistryLayout, error: Error, stop: &Stop) -> Error {
    let examined = match examined(source, layout, stop) {
        Ok(examined) => examined,
        Err(error) => return error,
    };
    let told = examined.told(source, SoundRecord::of_registry(layout));
    let told: Vec<_> = told.into_iter().map(|told| told.what).collect();
    told_first(&told, diagnose_form(source, layout.fp.bytes), error)
}
