//! `rejects/<USPS>.csv` of `derive`: the rejected records. It must not contain a value of a record.

use super::derive::Derived;
use super::edits::RegistryEdit;
use super::record::Kind;
use crate::engine::extract::Severity;
use crate::error::{Error, Result};
use crate::formats::layout::{LayoutSet, RegistryLayout};
use crate::run::output::OutputFolder;

/// Writes the rejects file of a state.
///
/// # Errors
/// [`Error::Io`] if it cannot be written.
pub fn write_registry_rejects(
    folder: &OutputFolder,
    name: &str,
    derived: &Derived,
    layouts: &LayoutSet,
    layout: &RegistryLayout,
) -> Result<()> {
    let mut file = folder.file(name)?;
    let mut buffer = String::from("record,severity,code,field,first,last,message\n");
    let mut lines = Vec::new();
    for edit in RegistryEdit::ALL {
        for kind in [None, Some(Kind::Fc), Some(Kind::Fp)] {
            lines.push((edit, kind, line(edit, kind, layouts, layout)?));
        }
    }
    for &(number, edit, kind) in &derived.rejected {
        let line = lines.iter().find(|line| (line.0, line.1) == (edit, kind));
        buffer.push_str(&number.to_string());
        buffer.push_str(line.map_or("\n", |line| line.2.as_str()));
        if buffer.len() > 1 << 16 {
            file.write(buffer.as_bytes())?;
            buffer.clear();
        }
    }
    file.write(buffer.as_bytes())?;
    file.finish()
}

/// The line of an edit, from the first comma; the record number goes before it.
fn line(
    edit: RegistryEdit,
    kind: Option<Kind>,
    layouts: &LayoutSet,
    layout: &RegistryLayout,
) -> Result<String> {
    let columns = edit.columns(kind, layout);
    let code = layouts
        .table("registry-edits")
        .and_then(|table| table.get(edit.code()));
    let (key, title) = code.map_or(("", ""), |code| (code.field.as_str(), code.title.as_str()));
    let fields = match kind {
        Some(Kind::Fc) => layouts.get("fcr-fc"),
        Some(Kind::Fp) | None => layouts.get("fcr-fp"),
    };
    let field = fields.and_then(|layout| layout.fields.iter().find(|field| field.key == key));
    let unwritable = Error::row("the rejects file");
    let mut writer = csv::Writer::from_writer(Vec::new());
    let cells = [
        "-",
        Severity::Error.word(),
        edit.code(),
        field.map_or("", |field| field.name.as_str()),
        &columns.first.to_string(),
        &columns.last.to_string(),
        title,
    ];
    writer.write_record(cells).map_err(&unwritable)?;
    let bytes = writer
        .into_inner()
        .map_err(|e| unwritable(e.into_error().into()))?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Ok(text.strip_prefix('-').unwrap_or(&text).to_owned())
}
