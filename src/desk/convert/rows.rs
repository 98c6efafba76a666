//! Renders records in the forms that are written record by record.

use super::refused::Refused;
use super::{Plan, push_utf8};
use crate::formats::input::{Encoding, Records};
use crate::formats::record::trim_end;

/// A form that is written record by record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// One record per line, LF after every record.
    Text(Encoding),
    /// RECFM=FB.
    Fixed(Encoding),
    /// CSV in UTF-8 with a header.
    Csv,
    /// One JSON object per line, in UTF-8.
    Jsonl,
}

/// Renders records.
pub struct Rows<'a> {
    plan: &'a Plan,
    target: Target,
    /// The bytes before each value of a JSON object.
    names: Vec<Vec<u8>>,
}

impl<'a> Rows<'a> {
    /// A renderer for a plan.
    pub fn new(plan: &'a Plan, target: Target) -> Self {
        let name = |(place, field): (usize, &crate::formats::layout::Field)| {
            let head = if place == 0 { "{" } else { "," };
            format!("{head}\"{}\":\"", field.key).into_bytes()
        };
        Rows {
            plan,
            target,
            names: plan.fields.iter().enumerate().map(name).collect(),
        }
    }

    /// The bytes before all records.
    pub fn header(&self) -> Vec<u8> {
        let keys: Vec<_> = self.plan.fields.iter().map(|f| f.key.as_str()).collect();
        match self.target {
            Target::Csv => (keys.join(",") + "\n").into_bytes(),
            Target::Text(_) | Target::Fixed(_) | Target::Jsonl => Vec::new(),
        }
    }

    /// Renders records. Returns their number.
    ///
    /// # Errors
    /// [`Refused`] for the first record that does not fit the layout, or that the form cannot hold.
    pub fn render(
        &self,
        records: Records<'_>,
        out: &mut Vec<u8>,
    ) -> std::result::Result<u64, Refused> {
        let mut record = vec![b' '; self.plan.length];
        let mut count = 0;
        for came in records {
            count += 1;
            self.plan
                .take(came.bytes, &mut record)
                .and_then(|()| self.one(&mut record, out))
                .map_err(|problem| Plan::refuse(count, problem))?;
        }
        Ok(count)
    }

    #[inline]
    fn one(&self, record: &mut [u8], out: &mut Vec<u8>) -> std::result::Result<(), String> {
        match self.target {
            Target::Text(encoding) => {
                self.plan.blank_unpicked(record);
                check_line(record, encoding)?;
                let first = out.len();
                out.extend_from_slice(record);
                out.push(b'\n');
                encoding.encode(&mut out[first..]);
            }
            Target::Fixed(encoding) => {
                self.plan.blank_unpicked(record);
                let first = out.len();
                out.extend_from_slice(record);
                encoding.encode(&mut out[first..]);
            }
            Target::Csv => self.csv_row(record, out),
            Target::Jsonl => {
                for (name, field) in self.names.iter().zip(&self.plan.fields) {
                    out.extend_from_slice(name);
                    push_json(out, trim_end(field.columns.of(record)));
                    out.push(b'"');
                }
                out.extend_from_slice(b"}\n");
            }
        }
        Ok(())
    }

    fn csv_row(&self, record: &[u8], out: &mut Vec<u8>) {
        let first = out.len();
        for (place, field) in self.plan.fields.iter().enumerate() {
            if place > 0 {
                out.push(b',');
            }
            let value = trim_end(field.columns.of(record));
            if value
                .iter()
                .any(|b| matches!(b, b',' | b'"' | b'\n' | b'\r'))
            {
                out.push(b'"');
                for part in value.split_inclusive(|&b| b == b'"') {
                    push_utf8(out, part);
                    if part.ends_with(b"\"") {
                        out.push(b'"');
                    }
                }
                out.push(b'"');
            } else {
                push_utf8(out, value);
            }
        }
        if out.len() == first {
            // A single empty cell must be quoted, or the line would be empty and skipped.
            out.extend_from_slice(b"\"\"");
        }
        out.push(b'\n');
    }
}

/// Whether a line can hold the record.
fn check_line(record: &[u8], encoding: Encoding) -> std::result::Result<(), String> {
    if encoding.line_end_in(record).is_some() || record.ends_with(b"\r") {
        return Err(
            "holds a line end, which a line cannot carry; convert to fb, csv or jsonl".to_owned(),
        );
    }
    Ok(())
}

fn push_json(out: &mut Vec<u8>, value: &[u8]) {
    let plain = |b: &u8| (0x20..0x80).contains(b) && !matches!(b, b'"' | b'\\');
    if value.iter().all(plain) {
        out.extend_from_slice(value);
        return;
    }
    for byte in value {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', *byte]),
            0..0x20 => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => push_utf8(out, std::slice::from_ref(byte)),
        }
    }
}
