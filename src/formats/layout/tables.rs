//! The tables of reason codes and edits: the meaning of each code, and what to do about it.

use serde::Deserialize;

use crate::error::{Error, Result};

/// One code of a table.
#[derive(Clone, Debug, Deserialize)]
pub struct Code {
    /// The code: `02`, `E06`, `W13`.
    pub code: String,
    /// `error` or `warning` for an edit; blank for a reason code.
    #[serde(default)]
    pub severity: String,
    /// A short name.
    pub title: String,
    /// For an edit, the key of the field that it looks at; blank if it looks at the whole record.
    #[serde(default)]
    pub field: String,
    /// What it means.
    pub meaning: String,
    /// What to do.
    pub next_action: String,
    /// The source of the rule.
    pub source: String,
}

/// A table of codes, in the order of its file.
#[derive(Clone, Debug)]
pub struct CodeTable {
    /// The table's name.
    pub name: String,
    /// The title of the table.
    pub title: String,
    /// The codes.
    pub codes: Vec<Code>,
    /// The contents of the file, for its digest.
    pub text: Vec<u8>,
}

impl CodeTable {
    /// Parses a table from CSV.
    ///
    /// # Errors
    /// [`Error::Layout`] if a line is malformed or a code is repeated.
    pub fn parse(name: &str, title: &str, file: &str, text: &[u8]) -> Result<Self> {
        let mut codes: Vec<Code> = Vec::new();
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_reader(text);
        for (index, row) in reader.deserialize::<Code>().enumerate() {
            let refuse = |problem: String| Error::Layout {
                file: file.to_owned(),
                line: index + 2,
                field: None,
                problem,
            };
            let code = row.map_err(|_| {
                refuse("is not a line of the form that the header names".to_owned())
            })?;
            if codes.iter().any(|c| c.code == code.code) {
                return Err(refuse(format!("repeats the code {}", code.code)));
            }
            codes.push(code);
        }
        Ok(CodeTable {
            name: name.to_owned(),
            title: title.to_owned(),
            codes,
            text: text.to_owned(),
        })
    }

    /// Refuses a table that lacks a code of the built-in one or has an additional one.
    ///
    /// # Errors
    /// [`Error::Layout`] naming the code.
    pub fn check_against(&self, builtin: &CodeTable, file: &str) -> Result<()> {
        let missing = |from: &CodeTable, of: &CodeTable| {
            of.codes
                .iter()
                .find(|c| from.get(&c.code).is_none())
                .map(|c| c.code.clone())
        };
        let refuse = |problem: String| {
            Err(Error::Layout {
                file: file.to_owned(),
                line: 1,
                field: None,
                problem,
            })
        };
        if let Some(code) = missing(self, builtin) {
            return refuse(format!("lacks the code {code}"));
        }
        match missing(builtin, self) {
            Some(code) => refuse(format!(
                "has the code {code}, which the program does not know"
            )),
            None => Ok(()),
        }
    }

    /// The row of a code.
    pub fn get(&self, code: &str) -> Option<&Code> {
        self.codes.iter().find(|c| c.code == code)
    }
}
