//! What is converted: the layout, the fields that were picked, and whether they are masked.

use super::mask::Mask;
use super::rows::Refused;
use crate::error::{Error, Result};
use crate::input::{Framing, Source};
use crate::layout::{Field, Layout, LayoutSet};

/// How much of a file tells its layout.
const LOOK_BYTES: usize = 64 * 1024;

/// What is converted.
pub struct Plan {
    /// The layout's name.
    pub layout: String,
    /// The record's length in bytes.
    pub length: usize,
    /// The fields that were picked, in the order in which they were named; else all.
    pub fields: Vec<Field>,
    /// How each field of the layout is masked; none without `--mask`.
    masks: Vec<(std::ops::Range<usize>, Mask)>,
    /// What is blanked in a fixed record: the fields that were not picked.
    unpicked: Vec<std::ops::Range<usize>>,
}

impl Plan {
    /// A plan for a layout whose submitted record was expanded (see [`LayoutSet::expanded`]).
    ///
    /// # Errors
    /// [`Error::Usage`] where a picked field is none of the layout's, or is named twice.
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
        })
    }

    /// Puts a record as it came into `record`, which has its full length: padded and masked.
    ///
    /// # Errors
    /// Why the record does not fit the layout.
    #[inline]
    pub(super) fn take(&self, bytes: &[u8], record: &mut [u8]) -> std::result::Result<(), String> {
        let length = bytes.len().min(self.length);
        if !crate::record::is_blank(&bytes[length..]) {
            return Err(format!(
                "has {} bytes, and those beyond {} are not blank: it is no record of the layout `{}`; name another with --layout",
                bytes.len(),
                self.length,
                self.layout
            ));
        }
        record[..length].copy_from_slice(&bytes[..length]);
        record[length..].fill(b' ');
        for (columns, mask) in &self.masks {
            mask.apply(&mut record[columns.clone()]);
        }
        Ok(())
    }

    /// Blanks what was not picked.
    #[inline]
    pub(super) fn blank_unpicked(&self, record: &mut [u8]) {
        for columns in &self.unpicked {
            record[columns.clone()].fill(b' ');
        }
    }

    /// The refusal of a record, counted from 1.
    pub(super) fn refuse(record: u64, problem: String) -> Refused {
        Refused { record, problem }
    }
}

/// The layout whose records a file most likely holds: by the length of its longest line, or by the
/// record length that its size is a multiple of (ours).
pub fn guess_layout(source: &Source) -> &'static str {
    let bytes = source.bytes();
    let lengths = [
        (26, "misidentified"),
        (55, "ssn-master"),
        (241, "extract"),
        (500, "response"),
    ];
    let head = &bytes[..bytes.len().min(LOOK_BYTES)];
    if head.contains(&b'\n') && source.framing == Framing::Text {
        let trimmed = |line: &[u8]| {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            crate::record::trim_end(line).len()
        };
        let longest = head
            .split(|&b| b == b'\n')
            .map(trimmed)
            .max()
            .unwrap_or_default();
        let fitting = lengths.iter().find(|(length, _)| longest <= *length);
        return fitting.map_or("extract", |(_, name)| name);
    }
    let multiple = |(length, _): &&(usize, &str)| bytes.len().is_multiple_of(*length);
    // An extract first: it is what files mostly hold.
    [lengths[2], lengths[3], lengths[1], lengths[0]]
        .iter()
        .find(multiple)
        .map_or("extract", |(_, name)| name)
}

/// The first layout that has all fields that the header of a CSV file names.
pub fn layout_of_header(header: &[String], layouts: &LayoutSet) -> Option<String> {
    let has_all = |layout: &&Layout| {
        let expanded = layouts.expanded(layout);
        header
            .iter()
            .all(|key| expanded.fields.iter().any(|f| f.key == *key))
    };
    layouts
        .layouts
        .iter()
        .find(has_all)
        .map(|layout| layout.name.clone())
}
