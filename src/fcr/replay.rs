//! Replays the records of a file, group by group, in file order. The result is the records and the
//! family violence marks that are in force at the end.

use std::collections::BTreeMap;

use super::edits::RegistryEdit;
use super::file::RegistryFile;
use super::joined::JoinedIds;
use super::record::{Action, FcRecord, FpRecord, Kind};
use super::scan::{Entry, ReadCounts, Reject, Scanned};
use crate::error::Result;
use crate::formats::layout::RegistryLayout;
use crate::formats::record::CaseId;
use crate::progress::Stage;
use crate::stop::Stop;

/// A person's key: Case ID and Member ID.
type Key = (CaseId, CaseId);

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
            replay.group(group);
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

/// A family violence mark: the SSNs that its records had while it was in force.
#[derive(Default)]
struct Mark {
    ssns: Vec<u32>,
    own_case: bool,
}

impl Mark {
    fn take(&mut self, fp: FpRecord<'_>) {
        let mut has_none = true;
        for ssn in fp.usable_ssns() {
            has_none = false;
            if !self.ssns.contains(&ssn) {
                self.ssns.push(ssn);
            }
        }
        self.own_case |= has_none;
    }

    fn join(&mut self, other: Mark) {
        self.ssns.extend(other.ssns);
        self.own_case |= other.own_case;
    }
}

struct Replay<'a> {
    file: &'a RegistryFile,
    layout: &'a RegistryLayout,
    /// Of the current group: per case, the first byte of its FC, and whether it is closed.
    cases: BTreeMap<CaseId, (u64, bool)>,
    /// Of the current group: per person, the first byte of the FP.
    persons: BTreeMap<Key, u64>,
    /// Of the current group.
    marks: BTreeMap<Key, Mark>,
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
            cases: BTreeMap::new(),
            persons: BTreeMap::new(),
            marks: BTreeMap::new(),
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
    fn group(&mut self, entries: &[Entry]) {
        for entry in entries {
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
    }

    fn apply_case(&mut self, fc: FcRecord<'_>, offset: u64) {
        let id = fc.case_id();
        if fc.action() == Some(Action::Delete) {
            match self.cases.get_mut(&id) {
                Some(case) => {
                    case.1 = true;
                    self.ended_fc.deleted += 1;
                }
                None => self.reject(offset, RegistryEdit::R10, Kind::Fc),
            }
            return;
        }
        if let Some(previous) = fc.previous_case_id()
            && self.cases.remove(&previous).is_some()
        {
            self.ended_fc.replaced += 1;
            self.move_persons(previous, id);
        }
        if self.cases.insert(id, (offset, false)).is_some() {
            self.ended_fc.replaced += 1;
        }
    }

    /// Moves the persons and marks of a renamed case.
    fn move_persons(&mut self, from: CaseId, to: CaseId) {
        for key in keys_of(&self.marks, from) {
            if let Some(mark) = self.marks.remove(&key) {
                self.marks.entry((to, key.1)).or_default().join(mark);
            }
        }
        for key in keys_of(&self.persons, from) {
            if let Some(offset) = self.persons.remove(&key) {
                let key = (to, key.1);
                let there = self.persons.get(&key).copied();
                self.ended_fp.replaced += u64::from(there.is_some());
                // If two persons end up with one key, the later record is current.
                self.persons
                    .insert(key, there.map_or(offset, |there| there.max(offset)));
            }
        }
        // A mark covers the SSNs of the person who now has its key.
        for key in keys_of(&self.marks, to) {
            if let Some(&offset) = self.persons.get(&key) {
                let fp = self.fp(offset);
                self.marks.entry(key).or_default().take(fp);
            }
        }
    }

    fn apply_person(&mut self, fp: FpRecord<'_>, offset: u64) {
        let mut key = (fp.case_id(), fp.member_id());
        let is_marked = fp.is_marked();
        if fp.action() == Some(Action::Delete) {
            if is_marked {
                self.marks.entry(key).or_default().take(fp);
            }
            match self.persons.remove(&key) {
                Some(_) => self.ended_fp.deleted += 2,
                None => self.reject(offset, RegistryEdit::R11, Kind::Fp),
            }
            return;
        }
        if fp.action() == Some(Action::Change) && !is_marked {
            self.marks.remove(&key);
        }
        if let Some(member) = fp.new_member_id() {
            let to = (key.0, member);
            if let Some(mark) = self.marks.remove(&key) {
                self.marks.entry(to).or_default().join(mark);
            }
            self.ended_fp.replaced += u64::from(self.persons.remove(&key).is_some());
            key = to;
        }
        if is_marked {
            self.marks.entry(key).or_default();
        }
        if let Some(mark) = self.marks.get_mut(&key) {
            mark.take(fp);
        }
        self.ended_fp.replaced += u64::from(self.persons.insert(key, offset).is_some());
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
        let mut cases = std::mem::take(&mut self.cases).into_iter().peekable();
        let mut persons = std::mem::take(&mut self.persons).into_iter().peekable();
        loop {
            let case_id = cases.peek().map(|&(id, _)| id);
            let person_id = persons.peek().map(|&((id, _), _)| id);
            let id = match (case_id, person_id) {
                (Some(a), Some(b)) => a.min(b),
                (Some(id), None) | (None, Some(id)) => id,
                (None, None) => break,
            };
            let place = cases
                .next_if(|case| case.0 == id)
                .map_or(0, |(_, (offset, closed))| {
                    offset << 2 | THERE | if closed { CLOSED } else { 0 }
                });
            let first = self.current_persons.len();
            while let Some((_, offset)) = persons.next_if(|person| person.0.0 == id) {
                self.current_persons.push(offset);
            }
            self.current_cases.push(CurrentCase {
                place,
                first_person: first as u32,
                person_count: (self.current_persons.len() - first) as u32,
            });
        }
        for ((case, _), mark) in std::mem::take(&mut self.marks) {
            self.ssns.extend(mark.ssns);
            if mark.own_case {
                self.own_marks.push(case);
            }
        }
    }
}

fn keys_of<V>(map: &BTreeMap<Key, V>, case: CaseId) -> Vec<Key> {
    let members = (case, CaseId::LOWEST)..=(case, CaseId::HIGHEST);
    map.range(members).map(|(&key, _)| key).collect()
}
