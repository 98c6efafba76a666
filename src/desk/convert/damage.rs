//! What was done to a file that is converted, told as a match would tell it.

use crate::error::Result;
use crate::formats::input::{Examined, SoundRecord, Source, Told, Wanted};
use crate::formats::layout::LayoutSet;
use crate::stop::Stop;

/// What was done to a file of records of this layout; of side files nothing is known but what they hold
/// beside records.
///
/// # Errors
/// [`crate::Error::Layout`] where the layout set has no such records, [`crate::Error::Interrupted`].
pub(super) fn told(
    source: &Source,
    layout: &str,
    layouts: &LayoutSet,
    stop: &Stop,
) -> Result<Vec<Told>> {
    let kinds = || {
        Ok(match layout {
            "extract" => vec![of_extract(layouts, Wanted::Extract)?],
            "fcr-extract" => vec![of_extract(layouts, Wanted::FcrExtract)?],
            "response" => {
                let response = layouts.response()?;
                vec![SoundRecord::of_response(&layouts.extract()?, &response)]
            }
            "fcr-fp" | "fcr-fc" => SoundRecord::of_registry(&layouts.registry()?),
            _ => Vec::new(),
        })
    };
    let sound: Vec<SoundRecord> = kinds()?;
    if sound.is_empty() {
        return Ok(source.told());
    }
    let is_registry = layout.starts_with("fcr-f") && layout != "fcr-extract";
    let header = |bytes: &[u8]| is_registry && bytes.starts_with(b"FA");
    let examined = Examined::of(source, &sound, &header, stop)?;
    Ok(examined.told(source, sound))
}

/// What was done to a file that fits no layout, where that was done to most of its records.
///
/// # Errors
/// As [`told`].
pub(super) fn told_of_most(source: &Source, layouts: &LayoutSet, stop: &Stop) -> Result<Vec<Told>> {
    let records = source.records().count() as u64;
    for layout in ["extract", "response", "fcr-extract", "fcr-fp"] {
        let told = told(source, layout, layouts, stop)?;
        // One that was broken into several lines is several records as the file is.
        let of_most = |told: &Told| told.kind == "out-of-step" || told.records * 4 > records;
        if told.iter().any(of_most) {
            return Ok(told);
        }
    }
    Ok(Vec::new())
}

fn of_extract(layouts: &LayoutSet, wanted: Wanted) -> Result<SoundRecord> {
    let layout = match wanted {
        Wanted::Extract => layouts.extract()?,
        Wanted::FcrExtract => layouts.fcr_extract()?,
    };
    Ok(SoundRecord::of_extract(&layout, wanted, None))
}
