//! `rejects/*.csv`: the findings of the edits, record by record. They must not contain a value of a
//! record.

use super::output::OutputFolder;
use crate::engine::extract::{Edit, Extract, Listed, Provenance, Rejected, Unusable};
use crate::error::{Error, Result};
use crate::formats::layout::{Columns, ExtractLayout, LayoutSet, RECORD_BYTES};

/// The header of a rejects file.
pub const REJECTS_HEADER: &str = "record,severity,code,field,first,last,message\n";

/// What the edits found in a file.
pub struct Findings<'a> {
    /// The rejected records, in file order.
    pub rejected: &'a [Rejected],
    /// The warnings that are listed, in record order.
    pub warnings: &'a [Listed],
    /// How the file came to be.
    pub provenance: Provenance,
}

impl<'a> From<&'a Extract> for Findings<'a> {
    fn from(extract: &'a Extract) -> Self {
        Findings {
            rejected: &extract.rejected,
            warnings: &extract.warnings,
            provenance: extract.provenance,
        }
    }
}

impl<'a> From<&'a Unusable> for Findings<'a> {
    fn from(file: &'a Unusable) -> Self {
        Findings {
            rejected: &file.rejected,
            warnings: &file.warnings,
            provenance: file.provenance,
        }
    }
}

/// Writes the rejects file of an extract.
///
/// # Errors
/// [`Error::Io`] if it cannot be written.
pub fn write_rejects(
    folder: &OutputFolder,
    name: &str,
    extract: &Extract,
    layouts: &LayoutSet,
) -> Result<()> {
    let mut file = folder.file(name)?;
    file.write(REJECTS_HEADER.as_bytes())?;
    reject_lines(&Findings::from(extract), layouts, |lines| {
        file.write(lines.as_bytes())
    })?;
    file.finish()
}

/// Hands the lines of what the edits found to `sink`, in record order, some at a time.
///
/// # Errors
/// What the sink reports; [`Error::Layout`] where a field is missing.
pub fn reject_lines(
    findings: &Findings<'_>,
    layouts: &LayoutSet,
    mut sink: impl FnMut(&str) -> Result<()>,
) -> Result<()> {
    let derived = findings.provenance == Provenance::FcrDerived;
    let layout = if derived {
        layouts.fcr_extract()?
    } else {
        layouts.extract()?
    };
    let lines = Lines::new(layouts, &layout, derived)?;
    let mut buffer = String::new();
    let mut rejected = findings.rejected.iter().peekable();
    let mut warnings = findings.warnings.iter().peekable();
    loop {
        let error_is_next = match (rejected.peek(), warnings.peek()) {
            (Some(error), Some(warning)) => error.record < warning.record,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (None, None) => break,
        };
        if error_is_next {
            if let Some(error) = rejected.next() {
                buffer.push_str(&error.record.to_string());
                if error.column > 0 {
                    buffer.push_str(&lines.at(error.edit, error.column)?);
                } else {
                    buffer.push_str(lines.of(error.edit));
                }
            }
        } else if let Some(warning) = warnings.next() {
            buffer.push_str(&warning.record.to_string());
            buffer.push_str(lines.of(warning.edit));
        }
        if buffer.len() > 1 << 16 {
            sink(&buffer)?;
            buffer.clear();
        }
    }
    sink(&buffer)
}

/// For each edit the rest of its line.
struct Lines<'a> {
    of_edit: Vec<String>,
    layouts: &'a LayoutSet,
    derived: bool,
}

impl<'a> Lines<'a> {
    fn new(layouts: &'a LayoutSet, layout: &ExtractLayout, derived: bool) -> Result<Self> {
        let line = |edit: Edit| line(layouts, derived, edit, columns_of(edit, layout), None);
        Ok(Lines {
            of_edit: Edit::ALL.into_iter().map(line).collect::<Result<_>>()?,
            layouts,
            derived,
        })
    }

    fn of(&self, edit: Edit) -> &str {
        &self.of_edit[edit.index()]
    }

    /// The line of an error that is about one column; one beyond the record is of no field.
    fn at(&self, edit: Edit, column: u32) -> Result<String> {
        let column = column as usize;
        let columns = Columns {
            first: column,
            last: column,
        };
        let fields = self.layouts.get(fields_of(self.derived));
        let name = fields.and_then(|layout| {
            let holds = |columns: Columns| (columns.first..=columns.last).contains(&column);
            let mut fields = layout.fields.iter();
            fields.find(|field| holds(field.columns))
        });
        let name = name.map(|field| field.name.as_str());
        line(self.layouts, self.derived, edit, columns, name)
    }
}

fn fields_of(derived: bool) -> &'static str {
    if derived { "fcr-extract" } else { "extract" }
}

/// The rest of a line, with the name of the field that the edit is about where none is given.
fn line(
    layouts: &LayoutSet,
    derived: bool,
    edit: Edit,
    columns: Columns,
    name: Option<&str>,
) -> Result<String> {
    let table = layouts.table("edits");
    let field = table
        .and_then(|t| t.get(edit.code()))
        .map(|c| c.field.as_str())
        .unwrap_or_default();
    let fields = layouts.get(fields_of(derived));
    let name = name.or_else(|| {
        fields
            .and_then(|l| l.fields.iter().find(|f| f.key == field))
            .map(|f| f.name.as_str())
    });
    let title = table
        .and_then(|t| t.get(edit.code()))
        .map(|c| c.title.as_str())
        .unwrap_or_default();
    let cells = [
        "",
        edit.severity().word(),
        edit.code(),
        name.unwrap_or_default(),
        &columns.first.to_string(),
        &columns.last.to_string(),
        title,
    ];
    let mut writer = csv::Writer::from_writer(Vec::new());
    let unwritable = Error::row("the rejects file");
    writer.write_record(cells).map_err(&unwritable)?;
    let bytes = writer
        .into_inner()
        .map_err(|e| unwritable(e.into_error().into()))?;
    // The first cell is left to the record number.
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Ok(text.strip_prefix("\"\"").unwrap_or(&text).to_owned())
}

/// The published name of the field that an edit looks at, and the columns; the name is empty where it
/// looks at the whole record.
pub fn field_of_edit<'l>(
    edit: Edit,
    layout: &ExtractLayout,
    provenance: Provenance,
    layouts: &'l LayoutSet,
) -> (&'l str, Columns) {
    let table = layouts.table("edits");
    let field = table
        .and_then(|t| t.get(edit.code()))
        .map(|c| c.field.as_str())
        .unwrap_or_default();
    let fields = layouts.get(match provenance {
        Provenance::Submitted => "extract",
        Provenance::FcrDerived => "fcr-extract",
    });
    let name = fields
        .and_then(|l| l.fields.iter().find(|f| f.key == field))
        .map(|f| f.name.as_str());
    (name.unwrap_or_default(), columns_of(edit, layout))
}

/// The columns that an edit looks at.
fn columns_of(edit: Edit, layout: &ExtractLayout) -> Columns {
    let part = |columns: Columns, first: usize, last: usize| Columns {
        first: columns.first + first - 1,
        last: columns.first + last - 1,
    };
    match edit {
        Edit::E01 | Edit::E02 | Edit::W01 | Edit::W02 | Edit::W13 | Edit::W14 | Edit::W15 => {
            Columns {
                first: 1,
                last: RECORD_BYTES,
            }
        }
        Edit::E03 | Edit::W03 => layout.case_id,
        Edit::E04 => part(layout.fips_code, 1, 2),
        Edit::E05 => layout.case_status,
        Edit::E06 | Edit::E07 | Edit::E08 => part(layout.other_fips_code, 1, 2),
        Edit::E09 | Edit::W09 => layout.participant_type,
        Edit::W04 => part(layout.fips_code, 3, 5),
        Edit::W05 => part(layout.other_fips_code, 3, 5),
        Edit::W06 => layout.ssn,
        Edit::W07 => layout.date_of_birth,
        Edit::W08 => layout.sex,
        Edit::W10 => layout.initiating_responding,
        Edit::W11 | Edit::W12 => layout.other_case_id,
    }
}
