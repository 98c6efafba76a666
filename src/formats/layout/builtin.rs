//! The compiled-in layouts and tables, and their replacement by `--layouts DIR`.

use std::path::Path;

use super::{CodeTable, ExtractLayout, Layout, RegistryLayout, ResponseLayout};
use crate::error::{Error, Result};
use crate::open::{read_regular, utf8_text};
use crate::text::shown_path;

/// A compiled-in layout: name, record length in bytes, title, CSV text.
pub(super) type BuiltinLayout = (&'static str, usize, &'static str, &'static str);

/// Every layout, in the order in which `icr layout list` shows them.
pub const LAYOUTS: &[BuiltinLayout] = &[
    (
        "extract",
        241,
        "State extract record",
        include_str!("../../../layouts/extract.csv"),
    ),
    (
        "fcr-extract",
        241,
        "FCR-derived extract record",
        include_str!("../../../layouts/fcr-extract.csv"),
    ),
    (
        "response",
        500,
        "Reconciliation response record",
        include_str!("../../../layouts/response.csv"),
    ),
    (
        "ssn-master",
        55,
        "SSN master: SSN and name pairs on record",
        include_str!("../../../layouts/ssn-master.csv"),
    ),
    (
        "misidentified",
        26,
        "Misidentified SSNs",
        include_str!("../../../layouts/misidentified.csv"),
    ),
    (
        "fcr-fa",
        4,
        "Registry file header record",
        include_str!("../../../layouts/fcr-fa.csv"),
    ),
    (
        "fcr-fc",
        55,
        "Registry case record",
        include_str!("../../../layouts/fcr-fc.csv"),
    ),
    (
        "fcr-fp",
        552,
        "Registry person record",
        include_str!("../../../layouts/fcr-fp.csv"),
    ),
    (
        "csenet-header",
        127,
        "CSENet transaction header",
        include_str!("../../../layouts/csenet-header.csv"),
    ),
    (
        "csenet-case",
        351,
        "CSENet Case block",
        include_str!("../../../layouts/csenet-case.csv"),
    ),
    (
        "csenet-ncp",
        181,
        "CSENet NCP Identification block",
        include_str!("../../../layouts/csenet-ncp.csv"),
    ),
    (
        "csenet-participant",
        341,
        "CSENet Participant block",
        include_str!("../../../layouts/csenet-participant.csv"),
    ),
];

/// Every table of codes: name, title, CSV text.
pub const TABLES: &[(&str, &str, &str)] = &[
    (
        "reason-codes",
        "Reason codes 00-08",
        include_str!("../../../layouts/reason-codes.csv"),
    ),
    (
        "edits",
        "Edits on extract records",
        include_str!("../../../layouts/edits.csv"),
    ),
    (
        "registry-edits",
        "Edits on registry records",
        include_str!("../../../layouts/registry-edits.csv"),
    ),
];

/// The layouts and tables in use: compiled in, or from a folder.
#[derive(Clone, Debug)]
pub struct LayoutSet {
    /// The layouts, in the order of [`LAYOUTS`].
    pub layouts: Vec<Layout>,
    /// The tables, in the order of [`TABLES`].
    pub tables: Vec<CodeTable>,
}

impl LayoutSet {
    /// The layouts in use; with `folder`, a file `NAME.csv` in it replaces the layout or table NAME.
    ///
    /// # Errors
    /// [`Error::Layout`] if a file has an unknown name or cannot be used, and [`Error::Usage`]
    /// where the folder cannot be read or replaces nothing.
    pub fn load(folder: Option<&Path>) -> Result<Self> {
        let mut set = Self::builtin()?;
        let Some(folder) = folder else { return Ok(set) };
        let unusable = |what: &str| {
            Error::Usage(format!(
                "--layouts {}: {what}; give a folder with files such as extract.csv",
                shown_path(folder)
            ))
        };
        let entries =
            std::fs::read_dir(folder).map_err(|e| unusable(&format!("cannot be read ({e})")))?;
        let mut paths: Vec<_> = entries
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<std::io::Result<_>>()
            .map_err(|e| unusable(&format!("cannot be read ({e})")))?;
        paths.retain(|p| p.extension().is_some_and(|e| e == "csv"));
        paths.sort();
        if paths.is_empty() {
            return Err(unusable("holds no .csv file"));
        }
        for path in paths {
            let text = read_regular(&path)
                .map_err(|e| unusable(&format!("{} cannot be read ({e})", shown_path(&path))))?;
            utf8_text(&text).map_err(|no_text| Error::Layout {
                file: shown_path(&path),
                line: no_text.line.unwrap_or(1),
                field: None,
                problem: no_text.problem.to_owned(),
            })?;
            set.replace(&path, &text)?;
        }
        set.check_positions()?;
        Ok(set)
    }

    fn builtin() -> Result<Self> {
        let layout = |&(name, length, title, text): &BuiltinLayout| {
            Layout::parse(name, title, length, &format!("{name}.csv"), text.as_bytes())
        };
        let table = |&(name, title, text): &(&str, &str, &str)| {
            CodeTable::parse(name, title, &format!("{name}.csv"), text.as_bytes())
        };
        Ok(LayoutSet {
            layouts: LAYOUTS.iter().map(layout).collect::<Result<_>>()?,
            tables: TABLES.iter().map(table).collect::<Result<_>>()?,
        })
    }

    fn replace(&mut self, path: &Path, text: &[u8]) -> Result<()> {
        let file = shown_path(path);
        let stem = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if let Some(builtin) = self.layouts.iter_mut().find(|l| l.name == stem) {
            let layout = Layout::parse(&stem, &builtin.title, builtin.length, &file, text)?;
            layout.check_against(builtin)?;
            *builtin = layout;
        } else if let Some(builtin) = self.tables.iter_mut().find(|t| t.name == stem) {
            let table = CodeTable::parse(&stem, &builtin.title, &file, text)?;
            table.check_against(builtin, &file)?;
            *builtin = table;
        } else {
            let known: Vec<_> = LAYOUTS
                .iter()
                .map(|l| l.0)
                .chain(TABLES.iter().map(|t| t.0))
                .collect();
            return Err(Error::Layout {
                file,
                line: 1,
                field: None,
                problem: format!(
                    "is not a known layout or table; the names are {}",
                    known.join(", ")
                ),
            });
        }
        Ok(())
    }

    /// Resolves the layouts that the engine reads by position, so that a faulty one is refused at
    /// once.
    fn check_positions(&self) -> Result<()> {
        self.extract()?;
        self.fcr_extract()?;
        self.response()?;
        self.registry().map(drop)
    }

    /// The layout with this name.
    pub fn get(&self, name: &str) -> Option<&Layout> {
        self.layouts.iter().find(|l| l.name == name)
    }

    /// The table with this name.
    pub fn table(&self, name: &str) -> Option<&CodeTable> {
        self.tables.iter().find(|t| t.name == name)
    }

    /// The layout with this name.
    ///
    /// # Errors
    /// [`Error::Usage`] naming the existing layouts.
    pub fn require(&self, name: &str) -> Result<&Layout> {
        self.get(name).ok_or_else(|| {
            let names: Vec<_> = self.layouts.iter().map(|l| l.name.as_str()).collect();
            Error::Usage(format!(
                "there is no layout `{name}`; the layouts are {}",
                names.join(", ")
            ))
        })
    }

    /// A layout in which the fields of the submitted record replace the field for the whole record.
    pub fn expanded(&self, layout: &Layout) -> Layout {
        let mut expanded = layout.clone();
        expanded.fields = Vec::new();
        for field in &layout.fields {
            match self.get("extract").filter(|_| field.kind == "extract") {
                Some(extract) => expanded.fields.extend(extract.fields.iter().cloned()),
                None => expanded.fields.push(field.clone()),
            }
        }
        expanded
    }

    /// The positions of a state extract record.
    ///
    /// # Errors
    /// [`Error::Layout`] if a field is missing.
    pub fn extract(&self) -> Result<ExtractLayout> {
        ExtractLayout::new(self.require("extract")?)
    }

    /// The positions of an FCR-derived extract record.
    ///
    /// # Errors
    /// [`Error::Layout`] if a field is missing.
    pub fn fcr_extract(&self) -> Result<ExtractLayout> {
        ExtractLayout::new(self.require("fcr-extract")?)
    }

    /// The positions of a response record.
    ///
    /// # Errors
    /// [`Error::Layout`] if a field is missing.
    pub fn response(&self) -> Result<ResponseLayout> {
        ResponseLayout::new(self.require("response")?)
    }

    /// The positions of registry records: FA, FC and FP.
    ///
    /// # Errors
    /// [`Error::Layout`] if a field is missing.
    pub fn registry(&self) -> Result<RegistryLayout> {
        let (fa, fc) = (self.require("fcr-fa")?, self.require("fcr-fc")?);
        RegistryLayout::new(fa, fc, self.require("fcr-fp")?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builtin_layouts_have_no_gap_and_end_at_their_length() {
        let set = LayoutSet::load(None).unwrap();
        for layout in &set.layouts {
            let mut next = 1;
            for field in &layout.fields {
                assert_eq!(field.columns.first, next, "{} {}", layout.name, field.name);
                next = field.columns.last + 1;
            }
            assert_eq!(next, layout.length + 1, "{}", layout.name);
        }
        set.check_positions().unwrap();
    }
}
