//! What is told of a file as a whole: what was done to it on its way, or by the program that wrote it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::text::count_of;

/// Something that was done to a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Told {
    /// What it is, in a word that stays.
    pub kind: String,
    /// How many records have it; 0 where it is not a record's.
    pub records: u64,
    /// The numbers of the first of them, from 1.
    pub first_records: Vec<u64>,
    /// What it is and what to do, in words.
    pub what: String,
}

impl Told {
    /// The finding on a line: `3 records (first 1, 2, 3): …`.
    pub fn line(&self) -> String {
        if self.records == 0 {
            return self.what.clone();
        }
        let count = count_of(self.records, "record");
        if self.first_records.is_empty() {
            return format!("{count}: {}", self.what);
        }
        let numbers: Vec<_> = self.first_records.iter().map(u64::to_string).collect();
        let first = if self.records as usize > numbers.len() {
            "first "
        } else {
            ""
        };
        format!("{count} ({first}{}): {}", numbers.join(", "), self.what)
    }
}

/// An error about an input, behind what was done to its file: what is wrong with one record is seldom
/// what is wrong with the file. Where nothing was done to it, the form in which it may be stands behind
/// the error. Other errors stay as they are.
pub fn told_first(told: &[String], form: Option<String>, error: Error) -> Error {
    let Error::Input {
        path,
        record,
        problem,
    } = error
    else {
        return error;
    };
    if told.is_empty() {
        return Error::Input {
            path,
            record,
            problem: form.map_or_else(|| problem.clone(), |form| format!("{problem}; {form}")),
        };
    }
    let at = record.map_or_else(String::new, |record| format!("record {record}: "));
    let told = told.join("; ");
    Error::input(&path, format!("{told}; read as it is, {at}{problem}"))
}
