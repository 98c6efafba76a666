//! Replays the records of a file, group by group, in file order. The result is the records and the
//! family violence marks that are in force at the end.

use std::collections::{BTreeMap, btree_map};

use super::edits::RegistryEdit;
use super::file::RegistryFile;
use super::held::Held;
use super::joined::JoinedIds;
use super::record::{Action, FcRecord, FpRecord, Kind};
use super::scan::{Entry, ReadCounts, Reject, Scanned};
use crate::error::Result;
use crate::formats::layout::RegistryLayout;
use crate::formats::record::CaseId;
use crate::progress::Stage;
use crate::stop::Stop;

/// A case at the end of its file, or the persons of a case that does not exist. 16 bytes.
#[derive(Clone, Copy)]
pub struct CurrentCase {
    /// The first byte of its current FC times 4, plus [`THERE`] and [`CLOSED`].
    place: u64,
    first_person: u32,
    person_count: u32,
}

const THERE: u64 = 1;
const CLOSED: u64 = 2;

impl CurrentCase {
    /// The first byte of its current FC; `None` if the case does not exist.
    #[inline]
    pub fn offset(&self) -> Option<u64> {
        (self.place & THERE != 0).then_some(self.place >> 2)
    }

    /// Whether it was deleted. A deleted case counts as closed.
    #[inline]
    pub fn is_closed(&self) -> bool {
        self.place & CLOSED != 0
    }
}

/// The numbers of records that are no longer current, because of a delete or because they were
/// replaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// Deletes, and the records that they deleted.
    pub deleted: u64,
    /// Records that later ones replaced.
    pub replaced: u64,
}

/// The records and marks that are in force at the end of a file.
pub struct CurrentRecords {
    /// The cases in order of Case ID, and the persons of each in order of Member ID.
    pub cases: Vec<CurrentCase>,
    /// The first byte of each person's current FP.
    pub persons: Vec<u64>,
    /// Rejected records, unordered. Persons whose case does not exist are not here, but among
    /// `cases`.
    pub rejects: Vec<Reject>,
    /// The SSNs marked by this file.
    pub marks: Vec<u32>,
    /// The Case IDs that are marked because a marked record has no usable SSN, in order.
    pub own_marks: Vec<CaseId>,
    /// The Case IDs that rejected records mark, with all IDs that renames link to them, in order.
    pub lasting_marks: Vec<CaseId>,
    /// The IDs linked by renames.
    pub joined: JoinedIds,
    /// Records read.
    pub read: ReadCounts,
    /// Case records that are no longer current.
    pub fc: Ended,
    /// Person records that are no longer current.
    pub fp: Ended,
    /// The start of each piece of the file, and the number of records before it.
    pub starts: Vec<(u64, u64)>,
}

impl CurrentRecords {
    /// Reads and replays a file.
    ///
    /// # Errors
    /// [`crate::Error::Input`] if the file cannot be used; [`crate::Error::Interrupted`].
    pub fn of(
        file: &RegistryFile,
        layout: &RegistryLayout,
        progress: &Stage,
        stop: &Stop,
    ) -> Result<Self> {
        let scanned = Scanned::read(file, layout, progress, stop)?;
        let mut replay = Replay::new(file, layout, &scanned.read);
        for (number, group) in scanned
            .entries
            .chunk_by(|a, b| a.group() == b.group())
            .enumerate()
        {
            if number % 4096 == 0 {
                stop.check()?;
            }
            replay.group(group, stop)?;
        }
        drop(scanned.entries);
        let Replay {
            mut current_cases,
            mut current_persons,
            mut rejects,
            mut ssns,
            mut own_marks,
            ended_fc,
            ended_fp,
            ..
        } = replay;
        rejects.extend_from_slice(&scanned.rejects);
        ssns.extend_from_slice(&scanned.marks);
        ssns.sort_unstable();
        ssns.dedup();
        own_marks.sort_unstable();
        current_cases.shrink_to_fit();
        current_persons.shrink_to_fit();
        let mut current = CurrentRecords {
            cases: current_cases,
            persons: current_persons,
            rejects,
            marks: ssns,
            own_marks,
            lasting_marks: scanned.marked_ids,
            joined: scanned.joined,
            read: scanned.read,
            fc: ended_fc,
            fp: ended_fp,
            starts: scanned.starts,
        };
        if !current.joined.is_empty() {
            // The order of the groups is that of their smallest IDs, so the cases must be sorted.
            let mut cases = std::mem::take(&mut current.cases);
            cases.sort_by_cached_key(|case| current.id_of(case, file, layout));
            current.cases = cases;
        }
        Ok(current)
    }

    /// The persons of a case: the first bytes of their records.
    #[inline]
    pub fn persons_of(&self, case: &CurrentCase) -> &[u64] {
        let first = case.first_person as usize;
        &self.persons[first..first + case.person_count as usize]
    }

    /// The Case ID of a case. It can be read from the record: a rename is an FC with the new ID,
    /// and the persons of a case that does not exist were never renamed.
    #[inline]
    pub fn id_of(
        &self,
        case: &CurrentCase,
        file: &RegistryFile,
        layout: &RegistryLayout,
    ) -> CaseId {
        if let Some(offset) = case.offset() {
            let bytes = file.record(offset);
            return FcRecord { layout, bytes }.case_id();
        }
        let first = self.persons_of(case).first();
        first.map_or(CaseId::BLANK, |&offset| {
            let bytes = file.record(offset);
            FpRecord { layout, bytes }.case_id()
        })
    }
}

struct Replay<'a> {
    file: &'a RegistryFile,
    layout: &'a RegistryLayout,
    /// Of the current group.
    held: BTreeMap<CaseId, Held>,
    current_cases: Vec<CurrentCase>,
    current_persons: Vec<u64>,
    rejects: Vec<Reject>,
    ssns: Vec<u32>,
    own_marks: Vec<CaseId>,
    ended_fc: Ended,
    ended_fp: Ended,
}

impl<'a> Replay<'a> {
    fn new(file: &'a RegistryFile, layout: &'a RegistryLayout, read: &ReadCounts) -> Self {
        Replay {
            file,
            layout,
            held: BTreeMap::new(),
            current_cases: Vec::with_capacity(read.fc as usize),
            current_persons: Vec::with_capacity(read.fp as usize),
            rejects: Vec::new(),
            ssns: Vec::new(),
            own_marks: Vec::new(),
            ended_fc: Ended::default(),
            ended_fp: Ended::default(),
        }
    }

    fn fp(&self, offset: u64) -> FpRecord<'a> {
        FpRecord {
            layout: self.layout,
            bytes: self.file.record(offset),
        }
    }

    /// Replays the records of one group in file order.
    fn group(&mut self, entries: &[Entry], stop: &Stop) -> Result<()> {
        for (number, entry) in entries.iter().enumerate() {
            if number % 4096 == 4095 {
                stop.check()?;
            }
            let offset = entry.offset();
            match entry.kind() {
                Kind::Fc => {
                    let fc = FcRecord {
                        layout: self.layout,
                        bytes: self.file.record(offset),
                    };
                    self.apply_case(fc, offset);
                }
                Kind::Fp => self.apply_person(self.fp(offset), offset),
            }
        }
        self.settle();
        Ok(())
    }

    fn apply_case(&mut self, fc: FcRecord<'_>, offset: u64) {
        let id = fc.case_id();
        if fc.action() == Some(Action::Delete) {
            match self.held.get_mut(&id).and_then(|held| held.case.as_mut()) {
                Some((_, closed)) => {
                    *closed = true;
                    self.ended_fc.deleted += 1;
                }
                None => self.reject(offset, RegistryEdit::R10, Kind::Fc),
            }
            return;
        }
        if let Some(previous) = fc.previous_case_id()
            && let btree_map::Entry::Occupied(old) = self.held.entry(previous)
            && old.get().case.is_some()
        {
            self.ended_fc.replaced += 1;
            let old = old.remove();
            let (file, layout) = (self.file, self.layout);
            let fp = |offset| FpRecord {
                layout,
                bytes: file.record(offset),
            };
            self.ended_fp.replaced += self.held.entry(id).or_default().join(old, fp);
        }
        let held = self.held.entry(id).or_default();
        if held.case.replace((offset, false)).is_some() {
            self.ended_fc.replaced += 1;
        }
    }

    fn apply_person(&mut self, fp: FpRecord<'_>, offset: u64) {
        let mut member = fp.member_id();
        let is_marked = fp.is_marked();
        let held = self.held.entry(fp.case_id()).or_default();
        if fp.action() == Some(Action::Delete) {
            if is_marked {
                held.marks.entry(member).or_default().take(fp);
            }
            match held.persons.remove(&member) {
                Some(_) => self.ended_fp.deleted += 2,
                None => self.reject(offset, RegistryEdit::R11, Kind::Fp),
            }
            return;
        }
        if fp.action() == Some(Action::Change) && !is_marked {
            held.marks.remove(&member);
        }
        if let Some(to) = fp.new_member_id() {
            if let Some(mark) = held.marks.remove(&member) {
                held.marks.entry(to).or_default().join(mark);
            }
            self.ended_fp.replaced += u64::from(held.persons.remove(&member).is_some());
            member = to;
        }
        if is_marked {
            held.marks.entry(member).or_default();
        }
        if let Some(mark) = held.marks.get_mut(&member) {
            mark.take(fp);
        }
        self.ended_fp.replaced += u64::from(held.persons.insert(member, offset).is_some());
    }

    fn reject(&mut self, offset: u64, edit: RegistryEdit, kind: Kind) {
        self.rejects.push(Reject {
            offset,
            edit,
            kind: Some(kind),
        });
    }

    /// Stores the records that are current at the end of a group.
    fn settle(&mut self) {
        for (id, held) in std::mem::take(&mut self.held) {
            for mark in held.marks.into_values() {
                self.ssns.extend(mark.ssns);
                if mark.own_case {
                    self.own_marks.push(id);
                }
            }
            if held.case.is_none() && held.persons.is_empty() {
                continue;
            }
            let place = held.case.map_or(0, |(offset, closed)| {
                offset << 2 | THERE | if closed { CLOSED } else { 0 }
            });
            let first = self.current_persons.len();
            self.current_persons.extend(held.persons.into_values());
            self.current_cases.push(CurrentCase {
                place,
                first_person: first as u32,
                person_count: (self.current_persons.len() - first) as u32,
            });
        }
    }
}
