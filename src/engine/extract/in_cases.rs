//! The edits that need all records of a case (W13, W14, W15), and the cases that lost records to
//! the other edits.

use super::edits::Editor;
use super::findings::{Edit, WarningList};
use super::loaded::Extract;
use super::provenance::Provenance;
use super::rejected::Rejected;
use crate::engine::extract::CaseNumber;
use crate::formats::input::{Framing, Records};
use crate::formats::record::CaseId;
use crate::formats::reference::State;

impl Extract {
    /// Counts and lists W13, W14 and W15.
    pub(super) fn find_in_cases(&mut self, editor: &Editor<'_>, mut list: WarningList) {
        let mut found: Vec<(u64, u32)> = Vec::new();
        for case in &self.cases {
            let rows = &self.rows[case.rows()];
            let lacks_keys = editor.lacks_keys(rows);
            for (place, row) in rows.iter().enumerate() {
                let mut bits = 0;
                if row.differs_from_first() {
                    bits |= Edit::W13.bit();
                }
                if lacks_keys && place == 0 {
                    bits |= Edit::W14.bit();
                }
                if row.is_repeated() {
                    bits |= Edit::W15.bit();
                }
                if bits != 0 {
                    self.findings.count_bits(bits);
                    found.push((row.offset(), bits));
                }
            }
        }
        // Cases may interleave in the file, but the list must hold the first records.
        found.sort_unstable();
        let mut known = (0, 0);
        for (offset, bits) in found {
            if !list.is_full_for(bits) {
                list.add_bits(self.number_after(&mut known, offset), bits);
            }
        }
        self.warnings = list.sorted();
    }

    /// The number of cases that also have rejected records: records whose Case ID, other state and
    /// Other State Case ID would have placed them in the case.
    pub(super) fn count_cases_with_rejected_records(&self) -> u64 {
        let mut cases: Vec<CaseNumber> = self
            .rejected
            .iter()
            .filter_map(|r| self.case_of_rejected(r))
            .collect();
        cases.sort_unstable();
        cases.dedup();
        cases.len() as u64
    }

    /// A rejected record, unchanged and of any length.
    pub fn rejected_bytes(&self, rejected: &Rejected) -> &[u8] {
        let bytes = &self.source.bytes()[rejected.offset as usize..];
        Records::within(self.source.framing, bytes, 0, bytes.len())
            .next()
            .map_or(&[], |record| record.bytes)
    }

    /// The case to which a rejected record would belong.
    pub fn case_of_rejected(&self, rejected: &Rejected) -> Option<CaseNumber> {
        let record = self.rejected_bytes(rejected);
        let id = CaseId::new(self.layout.case_id.of_trimmed(record));
        let with_id = self.cases_with_id(id);
        if self.provenance == Provenance::FcrDerived {
            return with_id.clone().next();
        }
        let other_state = State::from_fips(self.layout.other_fips_code.of_trimmed(record))?;
        let other_id = CaseId::new(self.layout.other_case_id.of_trimmed(record));
        let data = |number: CaseNumber| &self.cases[number as usize].data;
        let mut same_state =
            with_id.filter(move |&number| data(number).other_state == Some(other_state));
        if let Some(same) = same_state
            .clone()
            .find(|&number| data(number).other_id == other_id)
        {
            return Some(same);
        }
        let only = same_state.next()?;
        (other_id.is_blank() && same_state.next().is_none()).then_some(only)
    }

    /// The number, from 1, of the record that begins at a byte of the file.
    pub fn record_number(&self, offset: u64) -> u64 {
        self.number_after(&mut (0, 0), offset)
    }

    /// The number, from 1, of the record that begins at `offset`. `known` is an earlier byte at
    /// which a record begins, and the number of records before it; it is moved to this record, so
    /// that a sequence of calls is one pass.
    fn number_after(&self, known: &mut (u64, u64), offset: u64) -> u64 {
        match self.source.framing {
            Framing::Fixed(length) => offset / length as u64 + 1,
            Framing::Text => {
                // Line ends are counted from the known record or from the start of the piece,
                // whichever is later.
                let piece = self.starts.partition_point(|&(first, _)| first <= offset) - 1;
                let from = (*known).max(self.starts[piece]);
                let between = &self.source.bytes()[from.0 as usize..offset as usize];
                *known = (
                    offset,
                    from.1 + memchr::memchr_iter(b'\n', between).count() as u64,
                );
                known.1 + 1
            }
        }
    }
}
