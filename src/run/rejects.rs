//! `rejects/*.csv`: the findings of the edits, record by record. They must not contain a value of a
//! record.

use super::output::OutputFolder;
use crate::engine::extract::{Edit, Extract};
use crate::error::{Error, Result};
use crate::formats::layout::{Columns, ExtractLayout, LayoutSet, RECORD_BYTES};

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
    let mut buffer = String::from("record,severity,code,field,first,last,message\n");
    let lines = Lines::new(
        layouts,
        &extract.layout,
        extract.provenance == crate::engine::extract::Provenance::FcrDerived,
    )?;
    let mut rejected = extract.rejected.iter().peekable();
    let mut warnings = extract.warnings.iter().peekable();
    loop {
        let (record, edit) = match (rejected.peek(), warnings.peek()) {
            (Some(error), Some(warning)) if error.record < warning.record => {
                (error.record, error.edit)
            }
            (_, Some(warning)) => (warning.record, warning.edit),
            (Some(error), None) => (error.record, error.edit),
            (None, None) => break,
        };
        if edit.severity() == crate::engine::extract::Severity::Error {
            rejected.next();
        } else {
            warnings.next();
        }
        buffer.push_str(&record.to_string());
        buffer.push_str(lines.of(edit));
        if buffer.len() > 1 << 16 {
            file.write(buffer.as_bytes())?;
            buffer.clear();
        }
    }
    file.write(buffer.as_bytes())?;
    file.finish()
}

/// For each edit, the part of its line that is the same for all records.
struct Lines(Vec<String>);

impl Lines {
    fn new(layouts: &LayoutSet, layout: &ExtractLayout, derived: bool) -> Result<Self> {
        let table = layouts.table("edits");
        let line = |edit: Edit| -> Result<String> {
            let columns = columns_of(edit, layout);
            let field = table
                .and_then(|t| t.get(edit.code()))
                .map(|c| c.field.as_str())
                .unwrap_or_default();
            let fields = layouts.get(if derived { "fcr-extract" } else { "extract" });
            let name = fields
                .and_then(|l| l.fields.iter().find(|f| f.key == field))
                .map(|f| f.name.as_str());
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
            // The first cell is empty here; the record number goes there.
            let text = String::from_utf8_lossy(&bytes).into_owned();
            Ok(text.strip_prefix("\"\"").unwrap_or(&text).to_owned())
        };
        Ok(Lines(
            Edit::ALL.into_iter().map(line).collect::<Result<_>>()?,
        ))
    }

    fn of(&self, edit: Edit) -> &str {
        &self.0[edit.index()]
    }
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
