//! Reason codes and edits: the meaning of a code, and why a case got it.

use schemars::JsonSchema;
use serde::Serialize;

use super::asked::Pair;
use super::model::CodeReason;
use crate::engine::matching::{ReasonCode, ReasonCodes, Tier};
use crate::error::{Error, Result};
use crate::formats::layout::{CodeTable, LayoutSet};

/// A code of a table, as `icr explain --code` prints it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct CodeEntry {
    /// The form of this value.
    #[schemars(extend("const" = "icr.explain.code/1"))]
    pub schema: &'static str,
    /// `reason code` or `edit`.
    pub kind: &'static str,
    /// The code.
    pub code: String,
    /// `error` or `warning`, for an edit.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub severity: String,
    /// Its name.
    pub title: String,
    /// The key of the field that an edit looks at.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub field: String,
    /// What it means.
    pub meaning: String,
    /// What to do.
    pub next_action: String,
    /// The source of the rule.
    pub source: String,
}

/// The tables of the layouts in use.
pub(super) fn tables(layouts: &LayoutSet) -> Result<(&CodeTable, &CodeTable)> {
    let table = |name: &str| {
        let missing = || Error::Usage(format!("there is no table {name}"));
        layouts.table(name).ok_or_else(missing)
    };
    Ok((table("reason-codes")?, table("edits")?))
}

/// Looks up a reason code or an edit; case does not matter.
///
/// # Errors
/// [`Error::Usage`] naming the existing codes, if there is no such code.
pub fn code_entry(layouts: &LayoutSet, code: &str) -> Result<CodeEntry> {
    let (reasons, edits) = tables(layouts)?;
    let wanted = code.trim().to_ascii_uppercase();
    let kinds = [("reason code", reasons), ("edit", edits)];
    for (kind, table) in kinds {
        if let Some(found) = table.get(&wanted) {
            let found = found.clone();
            return Ok(CodeEntry {
                schema: "icr.explain.code/1",
                kind,
                code: found.code,
                severity: found.severity,
                title: found.title,
                field: found.field,
                meaning: found.meaning,
                next_action: found.next_action,
                source: found.source,
            });
        }
    }
    let names: Vec<_> = kinds
        .iter()
        .flat_map(|(_, table)| &table.codes)
        .map(|code| code.code.as_str())
        .collect();
    Err(Error::Usage(format!(
        "there is no such code; the codes are {}",
        names.join(", ")
    )))
}

/// The rule that gives a code, in one line.
fn rule(code: ReasonCode) -> &'static str {
    match code {
        ReasonCode::R00 => {
            "the participant has a counterpart, and none of 02, 03, 04, 05 was given"
        }
        ReasonCode::R01 => "every record of a case for which no tier found a case",
        ReasonCode::R02 => "every record of a case that tier 2 or tier 3 found",
        ReasonCode::R03 => {
            "every record, where positions 3-5 of your Other State FIPS Code are not those of the other case's FIPS Code (FCR-derived data without a county are not compared)"
        }
        ReasonCode::R04 => "every record, where yours is open and theirs is closed",
        ReasonCode::R05 => "every record, where yours is closed and theirs is open",
        ReasonCode::R06 => "the record whose participant has no counterpart",
        ReasonCode::R07 => {
            "the record whose participant has a counterpart with a usable SSN, and no SSN of its own"
        }
        ReasonCode::R08 => {
            "the record whose participant has a counterpart with a usable SSN, where the two fields differ"
        }
    }
}

/// For each code of the records, why it was given.
pub(super) fn reasons(
    table: &CodeTable,
    records: &[ReasonCodes],
    pair: Option<(Tier, Pair<'_>)>,
) -> Vec<CodeReason> {
    let all = records
        .iter()
        .fold(ReasonCodes::default(), |all, codes| all.union(*codes));
    all.iter()
        .map(|code| {
            let count = records.iter().filter(|codes| codes.holds(code)).count();
            let row = table.get(code.code());
            let text = |of: fn(&crate::formats::layout::Code) -> &String| {
                row.map(of).cloned().unwrap_or_default()
            };
            CodeReason {
                code: code.code(),
                title: text(|row| &row.title),
                because: because(code, count, records.len(), pair),
                rule: rule(code),
                meaning: text(|row| &row.meaning),
                next_action: text(|row| &row.next_action),
                source: text(|row| &row.source),
                records: count,
            }
        })
        .collect()
}

/// The facts behind a code.
fn because(code: ReasonCode, count: usize, all: usize, pair: Option<(Tier, Pair<'_>)>) -> String {
    let records = format!("{count} of {all} records");
    let Some((tier, pair)) = pair else {
        return "no tier found a case".to_owned();
    };
    let county = |county: [u8; 3]| {
        let text = super::person::latin1(&county);
        if text.trim().is_empty() {
            "blank".to_owned()
        } else {
            text
        }
    };
    let status = |open| if open { "open" } else { "closed" };
    let (yours, theirs) = (&pair.yours.data, &pair.theirs.data);
    match code {
        ReasonCode::R00 => format!(
            "{records} have a counterpart, and ID, county and status of the two cases agree"
        ),
        ReasonCode::R01 => "no tier found a case".to_owned(),
        ReasonCode::R02 => format!(
            "tier {} found the case, not your Other State Case ID",
            tier.number()
        ),
        ReasonCode::R03 => format!(
            "your Other State FIPS Code has county {}, their FIPS Code has county {}",
            county(yours.other_county),
            county(theirs.county)
        ),
        ReasonCode::R04 | ReasonCode::R05 => format!(
            "yours is {}, theirs is {}",
            status(yours.open),
            status(theirs.open)
        ),
        ReasonCode::R06 => format!("{records} have no counterpart; see the participants"),
        ReasonCode::R07 => {
            format!("{records} came without an SSN, and the counterpart has a usable one")
        }
        ReasonCode::R08 => {
            format!("{records} have an SSN that is not the usable one of the counterpart")
        }
    }
}
