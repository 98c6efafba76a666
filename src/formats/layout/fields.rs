//! A layout: the fields of one kind of record. It is checked when it is loaded, so that slicing
//! records cannot fail later.

use serde::Deserialize;

use super::Columns;
use crate::error::{Error, Result};

/// The origin of a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// Stated by the Technical Data Guide.
    Seed,
    /// Stated by another public document.
    Public,
    /// Decided by this product, because no public document does.
    Ours,
}

impl Origin {
    /// The word in layouts and tables.
    pub fn word(self) -> &'static str {
        match self {
            Origin::Seed => "seed",
            Origin::Public => "public",
            Origin::Ours => "ours",
        }
    }
}

/// One field of a record.
#[derive(Clone, Debug)]
pub struct Field {
    /// The published name.
    pub name: String,
    /// The name in CSV, JSON and Parquet: lower case, unique in its layout.
    pub key: String,
    /// The field's columns.
    pub columns: Columns,
    /// `an`, `n`, `date`, `filler`, or `extract` for a whole submitted record.
    pub kind: String,
    /// `yes`, `no`, `case` (for at least one participant of a case) or `first 2` (bytes).
    pub required: String,
    /// The origin of the position.
    pub origin: Origin,
    /// The document that states it.
    pub document: String,
    /// The values or the form.
    pub values: String,
}

/// The fields of one kind of record, in column order and without overlaps.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The layout's name, as in `--layout`.
    pub name: String,
    /// The record's length in bytes.
    pub length: usize,
    /// What the record is.
    pub title: String,
    /// The fields, in column order.
    pub fields: Vec<Field>,
    /// The file that it was read from, for messages.
    pub file: String,
    /// The contents of that file, for its digest.
    pub text: Vec<u8>,
}

#[derive(Deserialize)]
struct Row {
    field: String,
    key: String,
    first: usize,
    last: usize,
    kind: String,
    required: String,
    source: Origin,
    document: String,
    values: String,
}

impl Layout {
    /// Parses a layout from CSV.
    ///
    /// # Errors
    /// [`Error::Layout`] if a line is malformed, or a field is repeated, overlaps another, exceeds
    /// the record, or is out of order.
    pub fn parse(name: &str, title: &str, length: usize, file: &str, text: &[u8]) -> Result<Self> {
        let mut fields: Vec<Field> = Vec::new();
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_reader(text);
        for (index, row) in reader.deserialize::<Row>().enumerate() {
            let line = index + 2;
            let refuse = |field: Option<&str>, problem: String| Error::Layout {
                file: file.to_owned(),
                line,
                field: field.map(str::to_owned),
                problem,
            };
            let row = row.map_err(|e| {
                refuse(None, format!("is not a line of the form field,key,first,last,kind,required,source,document,values ({})", csv_problem(&e)))
            })?;
            let columns = Columns {
                first: row.first,
                last: row.last,
            };
            let problem = if row.first == 0 || row.last < row.first {
                Some(format!(
                    "columns {}-{} are not a range that starts at 1 or later",
                    row.first, row.last
                ))
            } else if row.last > length {
                Some(format!(
                    "columns {}-{} leave the record, which has {length} bytes",
                    row.first, row.last
                ))
            } else if let Some(other) = fields.iter().find(|f| f.key == row.key) {
                Some(format!(
                    "repeats the key `{}`, which columns {}-{} have",
                    row.key, other.columns.first, other.columns.last
                ))
            } else if let Some(other) = fields
                .iter()
                .find(|f| f.columns.first <= row.last && row.first <= f.columns.last)
            {
                Some(format!(
                    "columns {}-{} overlap \"{}\" at {}-{}",
                    row.first, row.last, other.name, other.columns.first, other.columns.last
                ))
            } else if !["an", "n", "date", "filler", "extract"].contains(&row.kind.as_str()) {
                Some(format!(
                    "kind `{}` is not one of an, n, date, filler, extract",
                    row.kind
                ))
            } else {
                None
            };
            if let Some(problem) = problem {
                return Err(refuse(Some(&row.field), problem));
            }
            fields.push(Field {
                name: row.field,
                key: row.key,
                columns,
                kind: row.kind,
                required: row.required,
                origin: row.source,
                document: row.document,
                values: row.values,
            });
        }
        fields.sort_by_key(|f| f.columns.first);
        Ok(Layout {
            name: name.to_owned(),
            length,
            title: title.to_owned(),
            fields,
            file: file.to_owned(),
            text: text.to_owned(),
        })
    }

    /// Refuses a layout that lacks a field of the built-in one or has a different width for it. A
    /// position may be corrected, but not a width, because the program packs keys by width.
    ///
    /// # Errors
    /// [`Error::Layout`] for the first such field, or for a field that the program does not know.
    pub fn check_against(&self, builtin: &Layout) -> Result<()> {
        let refuse = |line: usize, field: &Field, problem: String| Error::Layout {
            file: self.file.clone(),
            line,
            field: Some(field.name.clone()),
            problem,
        };
        for wanted in builtin.fields.iter().filter(|f| f.kind != "filler") {
            let width = wanted.columns.width();
            match self.fields.iter().find(|f| f.key == wanted.key) {
                None if OPTIONAL_FIELDS.contains(&wanted.key.as_str()) => {}
                None => {
                    let problem = format!(
                        "is missing (key `{}`); the layout `{}` needs it",
                        wanted.key, self.name
                    );
                    return Err(refuse(1, wanted, problem));
                }
                Some(found) if found.columns.width() != width => {
                    let problem = format!(
                        "is {} wide; it must have {width} columns",
                        found.columns.width()
                    );
                    return Err(refuse(self.line_of(&found.key), found, problem));
                }
                Some(_) => {}
            }
        }
        for field in self.fields.iter().filter(|f| f.kind != "filler") {
            if !builtin.fields.iter().any(|f| f.key == field.key) {
                let problem = format!(
                    "key `{}` is not one of the layout `{}`",
                    field.key, self.name
                );
                return Err(refuse(self.line_of(&field.key), field, problem));
            }
        }
        Ok(())
    }

    /// The columns of the field with this key.
    ///
    /// # Errors
    /// [`Error::Layout`] if the layout does not have the field.
    pub fn columns(&self, key: &str) -> Result<Columns> {
        self.find(key).ok_or_else(|| Error::Layout {
            file: self.file.clone(),
            line: 1,
            field: Some(key.to_owned()),
            problem: format!("is missing; the layout `{}` needs it", self.name),
        })
    }

    /// The columns of the field with this key, if the layout has it.
    pub fn find(&self, key: &str) -> Option<Columns> {
        self.fields.iter().find(|f| f.key == key).map(|f| f.columns)
    }

    fn line_of(&self, key: &str) -> usize {
        let text = String::from_utf8_lossy(&self.text);
        let named = |line: &str| line.split(',').any(|cell| cell.trim() == key);
        text.lines().position(named).map_or(1, |index| index + 1)
    }
}

/// A CSV error in words that do not quote the line.
fn csv_problem(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => {
            format!("{len} columns instead of {expected_len}")
        }
        csv::ErrorKind::Deserialize { err, .. } => err.to_string(),
        _ => "not readable as CSV".to_owned(),
    }
}

/// Fields that were added after the first release. A layout set may omit them; then they are not
/// written, and readers do without them (state-side.md).
pub(super) const OPTIONAL_FIELDS: [&str; 2] = [
    "number_of_records_from_your_state",
    "participant_match_basis",
];

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "field,key,first,last,kind,required,source,document,values\n";

    fn parse(rows: &str) -> Result<Layout> {
        Layout::parse(
            "extract",
            "",
            20,
            "x.csv",
            format!("{HEAD}{rows}").as_bytes(),
        )
    }

    fn message(rows: &str) -> String {
        parse(rows).unwrap_err().to_string()
    }

    #[test]
    fn broken_layouts_are_refused_with_file_line_and_field() {
        let good = "A,a,1,5,an,yes,public,d,\n";
        assert!(parse(good).is_ok());
        let overlap = message(&format!("{good}B,b,5,6,an,no,ours,d,\n"));
        assert_eq!(
            overlap,
            "layout x.csv, line 3, field \"B\": columns 5-6 overlap \"A\" at 1-5"
        );
        assert!(
            message(&format!("{good}B,b,19,21,an,no,ours,d,\n"))
                .contains("leave the record, which has 20 bytes")
        );
        assert!(message(&format!("{good}B,a,7,8,an,no,ours,d,\n")).contains("repeats the key `a`"));
        assert!(message("A,a,0,5,an,yes,public,d,\n").contains("not a range"));
        assert!(message("A,a,1,5,an,yes,hearsay,d,\n").contains("line 2"));
        assert!(message("A,a,1,5\n").contains("4 columns instead of 9"));
    }

    #[test]
    fn a_missing_field_and_a_changed_width_are_refused() {
        let builtin = parse("A,a,1,5,an,yes,public,d,\nB,b,6,8,an,no,ours,d,\n").unwrap();
        let moved = parse("A,a,4,8,an,yes,public,d,\nB,b,1,3,an,no,ours,d,\n").unwrap();
        assert!(moved.check_against(&builtin).is_ok());
        let missing = parse("A,a,1,5,an,yes,public,d,\n").unwrap();
        assert!(
            missing
                .check_against(&builtin)
                .unwrap_err()
                .to_string()
                .contains("field \"B\": is missing")
        );
        let wide = parse("A,a,1,5,an,yes,public,d,\nB,b,6,9,an,no,ours,d,\n").unwrap();
        let message = wide.check_against(&builtin).unwrap_err().to_string();
        assert_eq!(
            message,
            "layout x.csv, line 3, field \"B\": is 4 wide; it must have 3 columns"
        );
    }
}
