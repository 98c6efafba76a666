//! What was done to a file that is converted, reported as a match would report it.

use crate::error::Result;
use crate::formats::input::{Examined, SoundRecord, Source, Told, Wanted};
use crate::formats::layout::LayoutSet;
use crate::stop::Stop;

/// Looks at the records of a file while they are converted, when they are in the caches.
pub(super) struct Watch {
    /// What the records are to be; nothing for side files.
    kinds: Vec<SoundRecord>,
    is_registry: bool,
    examined: Examined,
}

impl Watch {
    /// For a file of records of this layout.
    ///
    /// # Errors
    /// [`crate::Error::Layout`] where the layout set has no such records.
    pub(super) fn new(layout: &str, layouts: &LayoutSet) -> Result<Self> {
        let is_registry = ["fcr-fp", "fcr-fc"].contains(&layout);
        let kinds = match layout {
            "extract" => {
                let layout = layouts.extract()?;
                vec![SoundRecord::of_extract(&layout, Wanted::Extract, None)]
            }
            "fcr-extract" => {
                let layout = layouts.fcr_extract()?;
                vec![SoundRecord::of_extract(&layout, Wanted::FcrExtract, None)]
            }
            "response" => {
                let response = layouts.response()?;
                vec![SoundRecord::of_response(&layouts.extract()?, &response)]
            }
            _ if is_registry => SoundRecord::of_registry(&layouts.registry()?),
            _ => Vec::new(),
        };
        Ok(Watch {
            kinds,
            is_registry,
            examined: Examined::default(),
        })
    }

    /// Looks at the next pieces of the file.
    pub(super) fn look_at(&mut self, source: &Source, pieces: &[(usize, usize)]) {
        if !self.kinds.is_empty() {
            let header = header_of(self.is_registry);
            self.examined.look_at(source, &self.kinds, &header, pieces);
        }
    }

    /// What was done to the file, of which all was looked at. Of side files nothing is known but what
    /// they hold beside records.
    pub(super) fn told(self, source: &Source) -> Vec<Told> {
        if self.kinds.is_empty() {
            source.told()
        } else {
            self.examined.told(source, self.kinds)
        }
    }
}

/// Whether a line is the record that a registry file begins with.
fn header_of(is_registry: bool) -> impl Fn(&[u8]) -> bool {
    move |bytes| is_registry && bytes.starts_with(b"FA")
}

/// What was done to a file of records of this layout, of which not all was looked at yet.
///
/// # Errors
/// [`crate::Error::Layout`] where the layout set has no such records, [`crate::Error::Interrupted`].
pub(super) fn told(
    source: &Source,
    layout: &str,
    layouts: &LayoutSet,
    stop: &Stop,
) -> Result<Vec<Told>> {
    let mut watch = Watch::new(layout, layouts)?;
    if !watch.kinds.is_empty() {
        let header = header_of(watch.is_registry);
        watch.examined = Examined::of(source, &watch.kinds, &header, stop)?;
    }
    Ok(watch.told(source))
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
