//! Writes a comparison as complete JSON. A national run can have millions of changes, so each is
//! serialised directly from the report, without a second copy in memory. Keys are in alphabetical
//! order.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};

use super::fields::code_words;
use super::report::{code_changes, count, field_changes};
use super::{CaseChange, ChangeKind, DiffReport, Direction, FileChanges, RecordChange, StrayFile};
use crate::engine::response::Faults;

/// A comparison.
#[derive(Serialize, JsonSchema)]
pub struct DiffDocument<'a> {
    /// Whether it could be checked that the cases of the responses are whole.
    cases_checked: bool,
    /// The files that differ or were compared, by name.
    files: Each<'a, FileChanges>,
    /// The layouts that are other than those in use, on each side.
    other_layouts: Sides<&'a [&'static str]>,
    /// Whether nothing differs.
    same: bool,
    /// The form of this value.
    #[schemars(extend("const" = "icr.diff/1"))]
    schema: &'static str,
    /// Files that are not responses and are on one side alone, or differ.
    stray_files: Each<'a, StrayFile>,
}

impl Serialize for DiffReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let report = DiffDocument {
            cases_checked: self.cases_checked,
            files: Each(&self.files),
            other_layouts: Sides {
                new: &self.other_layouts.1,
                old: &self.other_layouts.0,
            },
            same: self.is_same(),
            schema: "icr.diff/1",
            stray_files: Each(&self.strays),
        };
        report.serialize(serializer)
    }
}

/// A list whose items are converted one at a time while it is written.
struct Each<'a, T>(&'a [T]);

impl<T: Entry> Serialize for Each<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Entry::entry))
    }
}

impl<T: Entry + 'static> JsonSchema for Each<'_, T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        <Vec<T::Written<'static>>>::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        <Vec<T::Written<'static>>>::json_schema(generator)
    }
}

/// What has an entry in the report.
trait Entry {
    /// Its entry.
    type Written<'a>: Serialize + JsonSchema
    where
        Self: 'a;

    fn entry(&self) -> Self::Written<'_>;
}

/// A figure of both sides.
#[derive(Serialize, JsonSchema)]
struct Sides<T> {
    new: T,
    old: T,
}

/// A file that is not a response.
#[derive(Serialize, JsonSchema)]
struct Stray<'a> {
    file: &'a str,
    new: bool,
    old: bool,
}

impl Entry for StrayFile {
    type Written<'a> = Stray<'a>;

    fn entry(&self) -> Stray<'_> {
        Stray {
            file: &self.name,
            new: self.sides.1,
            old: self.sides.0,
        }
    }
}

#[derive(Serialize, JsonSchema)]
struct Cases {
    changed: u64,
    gone: u64,
    new: u64,
    same: u64,
}

#[derive(Serialize, JsonSchema)]
struct CodeChange {
    direction: &'static str,
    new: String,
    old: String,
    records: u64,
}

#[derive(Serialize, JsonSchema)]
struct NoRecords {
    new: u64,
    old: u64,
    only_new: u64,
    only_old: u64,
}

/// Where cases of a file are not whole.
#[derive(Serialize, JsonSchema)]
struct NotWhole {
    faults: u64,
    /// The record of the first fault.
    record: Option<u64>,
}

impl NotWhole {
    fn of(faults: &Faults) -> Self {
        NotWhole {
            faults: faults.count,
            record: faults.listed.first().map(|fault| fault.record),
        }
    }
}

/// A response file on both sides.
#[derive(Serialize, JsonSchema)]
struct File<'a> {
    cases: Cases,
    changes: Each<'a, CaseChange>,
    code_changes: Vec<CodeChange>,
    field_changes: BTreeMap<&'a str, u64>,
    file: &'a str,
    missing_new: bool,
    missing_old: bool,
    no_response_records: NoRecords,
    not_whole: Sides<NotWhole>,
    records: Sides<u64>,
    state: &'a str,
    unreadable_new: Option<&'a str>,
    unreadable_old: Option<&'a str>,
}

impl Entry for FileChanges {
    type Written<'a> = File<'a>;

    fn entry(&self) -> File<'_> {
        let codes = code_changes(self).into_iter();
        File {
            cases: Cases {
                changed: count(self, ChangeKind::Changed),
                gone: count(self, ChangeKind::Gone),
                new: count(self, ChangeKind::New),
                same: self.same_cases,
            },
            changes: Each(&self.changes),
            code_changes: codes
                .map(|((old, new), records)| CodeChange {
                    direction: Direction::of(old, new).word(),
                    new: code_words(new),
                    old: code_words(old),
                    records,
                })
                .collect(),
            field_changes: field_changes(self),
            file: &self.name,
            missing_new: self.missing.1,
            missing_old: self.missing.0,
            no_response_records: NoRecords {
                new: self.no_records.1,
                old: self.no_records.0,
                only_new: self.no_records_alone.1,
                only_old: self.no_records_alone.0,
            },
            not_whole: Sides {
                new: NotWhole::of(&self.not_whole.1),
                old: NotWhole::of(&self.not_whole.0),
            },
            records: Sides {
                new: self.records.1,
                old: self.records.0,
            },
            state: &self.label,
            unreadable_new: self.unreadable.1.as_deref(),
            unreadable_old: self.unreadable.0.as_deref(),
        }
    }
}

/// A case that differs.
#[derive(Serialize, JsonSchema)]
struct Case<'a> {
    case_id: &'a str,
    change: &'static str,
    other_case_id: &'a str,
    other_state: &'static str,
    participants: Each<'a, RecordChange>,
}

impl Entry for CaseChange {
    type Written<'a> = Case<'a>;

    fn entry(&self) -> Case<'_> {
        Case {
            case_id: &self.case_id,
            change: self.kind.word(),
            other_case_id: &self.other_case_id,
            other_state: self.other_state,
            participants: Each(&self.records),
        }
    }
}

/// A record of a case that differs.
#[derive(Serialize, JsonSchema)]
struct Participant<'a> {
    change: &'static str,
    fields: &'a [String],
    member_id: &'a str,
    new_codes: Option<String>,
    old_codes: Option<String>,
}

impl Entry for RecordChange {
    type Written<'a> = Participant<'a>;

    fn entry(&self) -> Participant<'_> {
        Participant {
            change: self.kind.word(),
            fields: &self.fields,
            member_id: &self.member_id,
            new_codes: self.new_codes.map(code_words),
            old_codes: self.old_codes.map(code_words),
        }
    }
}
