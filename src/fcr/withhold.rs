//! Decides which cases are withheld for family violence (verification.md, section 3).

use super::file::RegistryFile;
use super::marks::MarkedSsns;
use super::record::{FcRecord, FpRecord, Kind};
use super::replay::{CurrentCase, CurrentRecords};
use super::scan::Reject;
use crate::formats::layout::RegistryLayout;
use crate::formats::record::CaseId;

/// Decides for one file, and collects the IDs that were withheld.
pub(super) struct Withholder<'a> {
    pub(super) file: &'a RegistryFile,
    pub(super) current: &'a CurrentRecords,
    pub(super) layout: &'a RegistryLayout,
    marked: &'a MarkedSsns,
    /// Sets of linked IDs that a rejected record marks.
    lasting_sets: Vec<u32>,
    withheld_ids: Vec<CaseId>,
    withheld_sets: Vec<u32>,
}

impl<'a> Withholder<'a> {
    pub(super) fn new(
        file: &'a RegistryFile,
        current: &'a CurrentRecords,
        layout: &'a RegistryLayout,
        marked: &'a MarkedSsns,
    ) -> Self {
        let sets = |ids: &[CaseId]| {
            let set_of = |&id: &CaseId| current.joined.set_of(id);
            let mut sets: Vec<u32> = ids.iter().filter_map(set_of).collect();
            sets.sort_unstable();
            sets
        };
        Withholder {
            file,
            current,
            layout,
            marked,
            lasting_sets: sets(&current.lasting_marks),
            withheld_ids: current.own_marks.clone(),
            withheld_sets: sets(&current.own_marks),
        }
    }

    /// Whether a case, even one without an FC, is withheld. Must be called for every case of the
    /// file, in order, before [`Withholder::finish`].
    pub(super) fn is_withheld(&mut self, case: &CurrentCase, id: CaseId) -> bool {
        let own = self.current.own_marks.binary_search(&id).is_ok() || self.lasts(id);
        let withheld = own
            || self.current.persons_of(case).iter().any(|&offset| {
                self.has_marked_ssn(FpRecord {
                    layout: self.layout,
                    bytes: self.file.record(offset),
                })
            });
        if withheld {
            self.withheld_ids.push(id);
            self.withheld_sets.extend(self.current.joined.set_of(id));
        }
        withheld
    }

    fn lasts(&self, id: CaseId) -> bool {
        self.current.lasting_marks.binary_search(&id).is_ok()
            || (!self.lasting_sets.is_empty()
                && self
                    .current
                    .joined
                    .set_of(id)
                    .is_some_and(|set| self.lasting_sets.binary_search(&set).is_ok()))
    }

    fn has_marked_ssn(&self, fp: FpRecord<'_>) -> bool {
        fp.usable_ssns().any(|ssn| self.marked.holds(ssn))
    }

    /// Must be called after the last case.
    pub(super) fn finish(&mut self) {
        self.withheld_ids.sort_unstable();
        self.withheld_sets.sort_unstable();
    }

    /// Whether a rejected record must not be listed: it belongs to a withheld case under any ID
    /// that the case ever had, or has a marked SSN.
    pub(super) fn hides(&self, reject: &Reject) -> bool {
        let (layout, bytes) = (self.layout, self.file.record(reject.offset));
        let (fc, fp) = (FcRecord { layout, bytes }, FpRecord { layout, bytes });
        let id = match reject.kind {
            None => return false,
            Some(Kind::Fc) => fc.case_id(),
            Some(Kind::Fp) if self.has_marked_ssn(fp) => return true,
            Some(Kind::Fp) => fp.case_id(),
        };
        let set = self.current.joined.set_of(id);
        self.withheld_ids.binary_search(&id).is_ok()
            || set.is_some_and(|set| self.withheld_sets.binary_search(&set).is_ok())
            || self.lasts(id)
    }
}
