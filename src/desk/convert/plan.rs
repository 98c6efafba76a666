//! The plan of a conversion: the layout, the selected fields, and their masks.

use std::sync::atomic::{AtomicU64, Ordering};

use super::mask::{Beside, Mask};
use super::refused::Refused;
use super::shown::Shown;
use crate::engine::extract::edit_whole;
use crate::error::{Error, Result};
use crate::formats::input::{Framing, Records, Source};
use crate::formats::layout::{Field, Layout, LayoutSet};
use crate::formats::record::trim_end;
use crate::formats::reference::State;

/// The number of bytes of a file that are used to guess its layout.
const LOOK_BYTES: usize = 64 * 1024;

/// A response record is no shorter where its trailing blanks were trimmed (layouts.md, section 3).
const LEAST_RESPONSE_BYTES: usize = 391;

/// The plan of a conversion.
pub struct Plan {
    /// The layout's name.
    pub layout: String,
    /// The record's length in bytes.
    pub length: usize,
    /// The selected fields in the order in which they were named, or all fields.
    pub fields: Vec<Field>,
    /// The masks of the layout's fields; empty without `--mask`.
    masks: Vec<(std::ops::Range<usize>, Mask)>,
    /// The ranges that are blanked in a fixed record: the fields that were not selected.
    unpicked: Vec<std::ops::Range<usize>>,
    rejects: Option<Rejects>,
    /// With `--mask`: what a record must hold to be shown at all.
    shown: Option<Shown>,
    /// How many records were blanked since one did not.
    blanked: AtomicU64,
}

/// Counts records that a match would reject as a whole.
struct Rejects {
    min_bytes: usize,
    count: AtomicU64,
}

impl Plan {
    /// A plan for a layout with an expanded submitted record (see [`LayoutSet::expanded`]).
    ///
    /// # Errors
    /// [`Error::Usage`] if a selected field is not in the layout, or is named twice.
    pub fn new(layout: &Layout, picked: &[String], mask: bool) -> Result<Self> {
        let mut fields = Vec::new();
        for (place, key) in picked.iter().enumerate() {
            let Some(field) = layout.fields.iter().find(|f| f.key == *key) else {
                let keys: Vec<_> = layout.fields.iter().map(|f| f.key.as_str()).collect();
                return Err(Error::Usage(format!(
                    "--fields: the layout `{}` has no field `{key}`; its fields are {}",
                    layout.name,
                    keys.join(", ")
                )));
            };
            if picked[..place].contains(key) {
                return Err(Error::Usage(format!("--fields: `{key}` is named twice")));
            }
            fields.push(field.clone());
        }
        let unpicked = layout
            .fields
            .iter()
            .filter(|field| !picked.is_empty() && !picked.contains(&field.key))
            .map(|field| field.columns.range())
            .collect();
        if picked.is_empty() {
            fields.clone_from(&layout.fields);
        }
        let masks = layout
            .fields
            .iter()
            .map(|field| (field.columns.range(), Mask::of(field)))
            .filter(|(_, how)| mask && *how != Mask::Open)
            .collect();
        Ok(Plan {
            layout: layout.name.clone(),
            length: layout.length,
            fields,
            masks,
            unpicked,
            rejects: None,
            shown: mask.then(|| Shown::new(layout)),
            blanked: AtomicU64::new(0),
        })
    }

    /// Makes the plan count the records that E01 or E02 would reject; `min_bytes` is the shortest
    /// accepted length.
    pub fn count_rejects(&mut self, min_bytes: usize) {
        let count = AtomicU64::new(0);
        self.rejects = Some(Rejects { min_bytes, count });
    }

    /// The number of such records; `None` if they were not counted.
    pub fn rejects(&self) -> Option<u64> {
        let rejects = self.rejects.as_ref();
        rejects.map(|rejects| rejects.count.load(Ordering::Relaxed))
    }

    /// How many records were blanked since a coded field did not hold what it must; none without a
    /// mask.
    pub fn blanked(&self) -> Option<u64> {
        self.shown
            .as_ref()
            .map(|_| self.blanked.load(Ordering::Relaxed))
    }

    /// Copies a record into `record`, which has the full length: padded and masked.
    ///
    /// # Errors
    /// The reason why the record does not fit the layout.
    #[inline]
    pub(super) fn take(&self, bytes: &[u8], record: &mut [u8]) -> std::result::Result<(), String> {
        let length = bytes.len().min(self.length);
        if !crate::formats::record::is_blank(&bytes[length..]) {
            return Err(format!(
                "has {} bytes, and those beyond {} are not blank: it is not a record of the layout `{}`; name another with --layout",
                bytes.len(),
                self.length,
                self.layout
            ));
        }
        if let Some(rejects) = &self.rejects
            && edit_whole(bytes, rejects.min_bytes).is_err()
        {
            rejects.count.fetch_add(1, Ordering::Relaxed);
        }
        record[..length].copy_from_slice(&bytes[..length]);
        record[length..].fill(b' ');
        let Some(shown) = &self.shown else {
            return Ok(());
        };
        let beside = shown.of(record);
        if beside == Beside::Moved {
            self.blanked.fetch_add(1, Ordering::Relaxed);
            record.fill(b' ');
        }
        if beside == Beside::Doubtful {
            shown.hide_ssn(record);
        }
        for (columns, mask) in &self.masks {
            mask.apply(&mut record[columns.clone()]);
        }
        Ok(())
    }

    /// Blanks the fields that were not selected.
    #[inline]
    pub(super) fn blank_unpicked(&self, record: &mut [u8]) {
        for columns in &self.unpicked {
            record[columns.clone()].fill(b' ');
        }
    }

    /// The error for a record, counted from 1.
    pub(super) fn refuse(record: u64, problem: String) -> Refused {
        Refused { record, problem }
    }
}

/// The layout that most records at the start of a file fit, by their length and the digits that
/// they must have (ours). `None` if that is not certain, because a mask for the wrong layout would
/// leave values unmasked.
pub fn guess_layout(source: &Source) -> Option<&'static str> {
    type Fits = fn(&[u8]) -> bool;
    fn digits(cell: Option<&[u8]>) -> bool {
        cell.is_some_and(|cell| cell.iter().all(u8::is_ascii_digit))
    }
    let candidates: [(&str, usize, Fits); 4] = [
        ("misidentified", 26, |r| {
            r.len() == 26 && State::from_fips(r).is_some() && r[17..].iter().all(u8::is_ascii_digit)
        }),
        ("ssn-master", 55, |r| (10..=55).contains(&r.len())),
        ("extract", 241, |r| {
            r.len() >= 50 && r.len() <= 241 && State::from_fips(&r[16..]).is_some()
        }),
        ("response", 500, |r| {
            // Something else than an answer may stand behind an extract's record.
            let answers = || matches!(r.get(241), Some(b'Y' | b'N')) && digits(r.get(242..244));
            (242..=500).contains(&r.len())
                && State::from_fips(&r[16..]).is_some()
                && (r.len() >= LEAST_RESPONSE_BYTES || answers())
        }),
    ];
    let bytes = source.bytes();
    let head = &bytes[..bytes.len().min(LOOK_BYTES)];
    let has_lines = source.framing == Framing::Text && head.contains(&b'\n');
    candidates.into_iter().find_map(|(name, length, fits)| {
        let framing = if has_lines {
            Framing::Text
        } else {
            Framing::Fixed(length)
        };
        if !has_lines && !bytes.len().is_multiple_of(length) && head.len() > length {
            return None;
        }
        let (mut records, mut fitting) = (0, 0);
        for record in Records::new(framing, head) {
            records += 1;
            let record = record.bytes.strip_suffix(b"\r").unwrap_or(record.bytes);
            let trimmed = match framing {
                Framing::Text => trim_end(record),
                Framing::Fixed(_) => record,
            };
            let side_file = name == "ssn-master" && !digits(trimmed.get(..9));
            fitting += usize::from(fits(trimmed) && !side_file);
        }
        (records > 0 && fitting * 2 > records).then_some(name)
    })
}

/// The layout whose fields are exactly those in the header of a CSV file; otherwise the first one
/// that has all of them.
pub fn layout_of_header(header: &[String], layouts: &LayoutSet) -> Option<String> {
    let has_all = |layout: &&Layout| {
        let fields = layouts.expanded(layout).fields;
        header
            .iter()
            .all(|key| fields.iter().any(|f| f.key == *key))
    };
    let is_whole =
        |layout: &&Layout| has_all(layout) && layouts.expanded(layout).fields.len() == header.len();
    let layout = layouts.layouts.iter().find(is_whole);
    layout
        .or_else(|| layouts.layouts.iter().find(has_all))
        .map(|layout| layout.name.clone())
}
