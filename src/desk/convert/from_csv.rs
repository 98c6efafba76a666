//! Converts CSV back into fixed-width records.

use std::path::Path;

use super::layout_of_header;
use crate::error::{Error, Result};
use crate::formats::layout::{Columns, Layout, LayoutSet};

/// The byte-order mark that spreadsheets write.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Records of a CSV file, padded to the layout's length.
pub struct FromCsv<'a> {
    path: &'a Path,
    reader: csv::Reader<&'a [u8]>,
    cells: csv::ByteRecord,
    columns: Vec<(String, Columns)>,
    length: usize,
    records: u64,
}

impl<'a> FromCsv<'a> {
    /// Reads the header of a CSV file. Returns the records with the name of their layout: the named
    /// one, or the first one that has all columns.
    ///
    /// # Errors
    /// [`Error::Input`] if there is no header, or it has a column twice, or one that the layout
    /// does not have; [`Error::Usage`] if there is no such layout.
    pub fn open(
        path: &'a Path,
        bytes: &'a [u8],
        layout: Option<&str>,
        layouts: &LayoutSet,
    ) -> Result<(Self, Layout)> {
        let bytes = bytes.strip_prefix(MARK).unwrap_or(bytes);
        let mut reader = csv::ReaderBuilder::new().from_reader(bytes);
        let header = reader.byte_headers().map_err(|e| refuse(path, 0, &e))?;
        let header: Vec<String> = header
            .iter()
            .map(|cell| String::from_utf8_lossy(cell).into_owned())
            .collect();
        if header.is_empty() {
            return Err(Error::input(
                path,
                "is empty; a CSV file begins with a line of column names",
            ));
        }
        let name = match layout {
            Some(name) => name.to_owned(),
            None => layout_of_header(&header, layouts).ok_or_else(|| {
                Error::input(
                    path,
                    "its first line is not the column names of one layout; `icr layout show NAME --format json` lists them as `key`",
                )
            })?,
        };
        let expanded = layouts.expanded(layouts.require(&name)?);
        let mut columns: Vec<(String, Columns)> = Vec::new();
        for (place, key) in header.into_iter().enumerate() {
            let Some(field) = expanded.fields.iter().find(|f| f.key == key) else {
                // The first line could be a record, so its cells are not shown.
                let problem = format!(
                    "column {} of its first line is no field of the layout `{name}`; `icr layout show {name} --format json` lists them as `key`",
                    place + 1
                );
                return Err(Error::input(path, problem));
            };
            if columns.iter().any(|(other, _)| *other == key) {
                return Err(Error::input(path, format!("has the column `{key}` twice")));
            }
            columns.push((key, field.columns));
        }
        let csv = FromCsv {
            path,
            reader,
            cells: csv::ByteRecord::new(),
            columns,
            length: expanded.length,
            records: 0,
        };
        Ok((csv, expanded))
    }

    /// Appends up to `most` records to `out`. Returns their number.
    ///
    /// # Errors
    /// [`Error::Input`] naming the record, if it has a different number of cells, is not UTF-8, or
    /// has a cell that is too wide or has a character beyond ISO 8859-1.
    pub fn next_records(&mut self, most: usize, out: &mut Vec<u8>) -> Result<usize> {
        for count in 0..most {
            let more = self
                .reader
                .read_byte_record(&mut self.cells)
                .map_err(|e| refuse(self.path, self.records + 1, &e))?;
            if !more {
                return Ok(count);
            }
            self.records += 1;
            let first = out.len();
            out.resize(first + self.length, b' ');
            for ((key, columns), cell) in self.columns.iter().zip(&self.cells) {
                let field = &mut out[first..][columns.range()];
                put(field, cell).map_err(|problem| {
                    Error::record(self.path, self.records, format!("`{key}` {problem}"))
                })?;
            }
        }
        Ok(most)
    }
}

/// Copies a cell into a blank field.
fn put(field: &mut [u8], cell: &[u8]) -> std::result::Result<(), String> {
    let wide = |count: usize, width: usize| format!("has {count} characters; it can have {width}");
    if cell.is_ascii() {
        let value = crate::formats::record::trim_end(cell);
        let width = field.len();
        let place = field
            .get_mut(..value.len())
            .ok_or_else(|| wide(value.len(), width))?;
        place.copy_from_slice(value);
        return Ok(());
    }
    let text = std::str::from_utf8(cell).map_err(|_| "is not UTF-8; save the file as UTF-8")?;
    let text = text.trim_end_matches(' ');
    let count = text.chars().count();
    if count > field.len() {
        return Err(wide(count, field.len()));
    }
    for (place, character) in field.iter_mut().zip(text.chars()) {
        *place = u8::try_from(u32::from(character))
            .map_err(|_| "holds a character that ISO 8859-1 does not have")?;
    }
    Ok(())
}

/// A CSV error, in words that do not quote the line.
fn refuse(path: &Path, record: u64, error: &csv::Error) -> Error {
    let problem = match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => format!("has {len} cells; the first line names {expected_len} columns"),
        _ => "cannot be read as CSV".to_owned(),
    };
    if record == 0 {
        return Error::input(path, problem);
    }
    Error::record(path, record, problem)
}
