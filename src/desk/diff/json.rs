//! Writes a comparison as complete JSON. A national run can have millions of changes, so each is
//! serialised directly from the report, without a second copy in memory. Keys are in alphabetical
//! order.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::fields::code_words;
use super::report::{code_changes, count, field_changes};
use super::{CaseChange, ChangeKind, DiffReport, Direction, FileChanges, RecordChange, StrayFile};
use crate::engine::response::Faults;

impl Serialize for DiffReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Report<'a> {
            cases_checked: bool,
            files: Each<'a, FileChanges>,
            other_layouts: Sides<&'a [&'static str]>,
            same: bool,
            schema: &'static str,
            stray_files: Each<'a, StrayFile>,
        }
        let report = Report {
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

/// Something that has an entry in the report.
trait Entry {
    fn entry(&self) -> impl Serialize;
}

/// A figure for both sides.
#[derive(Serialize)]
struct Sides<T> {
    new: T,
    old: T,
}

impl Entry for StrayFile {
    fn entry(&self) -> impl Serialize {
        #[derive(Serialize)]
        struct Stray<'a> {
            file: &'a str,
            new: bool,
            old: bool,
        }
        Stray {
            file: &self.name,
            new: self.sides.1,
            old: self.sides.0,
        }
    }
}

#[derive(Serialize)]
struct Cases {
    changed: u64,
    gone: u64,
    new: u64,
    same: u64,
}

#[derive(Serialize)]
struct CodeChange {
    direction: &'static str,
    new: String,
    old: String,
    records: u64,
}

#[derive(Serialize)]
struct NoRecords {
    new: u64,
    old: u64,
    only_new: u64,
    only_old: u64,
}

/// The incomplete cases of a file.
#[derive(Serialize)]
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

impl Entry for FileChanges {
    fn entry(&self) -> impl Serialize {
        #[derive(Serialize)]
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

impl Entry for CaseChange {
    fn entry(&self) -> impl Serialize {
        #[derive(Serialize)]
        struct Case<'a> {
            case_id: &'a str,
            change: &'static str,
            other_case_id: &'a str,
            other_state: &'static str,
            participants: Each<'a, RecordChange>,
        }
        Case {
            case_id: &self.case_id,
            change: self.kind.word(),
            other_case_id: &self.other_case_id,
            other_state: self.other_state,
            participants: Each(&self.records),
        }
    }
}

impl Entry for RecordChange {
    fn entry(&self) -> impl Serialize {
        #[derive(Serialize)]
        struct Participant<'a> {
            change: &'static str,
            fields: &'a [String],
            member_id: &'a str,
            new_codes: Option<String>,
            old_codes: Option<String>,
        }
        Participant {
            change: self.kind.word(),
            fields: &self.fields,
            member_id: &self.member_id,
            new_codes: self.new_codes.map(code_words),
            old_codes: self.old_codes.map(code_words),
        }
    }
}
