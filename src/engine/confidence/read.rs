//! Facts as a response says them, and which of its cases have one counterpart.

use ahash::AHashMap;

use super::Facts;
use crate::engine::matching::{ReasonCode, ReasonCodes};
use crate::engine::response::{ReadCase, ResponseFields};
use crate::formats::layout::Columns;
use crate::formats::record::{CaseId, ParticipantType};
use crate::formats::reference::State;

impl Facts {
    /// What a response says of a case, but whether it is claimed twice; none where it was not found
    /// (01).
    pub fn read(fields: &ResponseFields, case: &ReadCase<'_>, codes: ReasonCodes) -> Option<Self> {
        let (r, record) = (&fields.response, &case.first().bytes);
        let tier = match r.match_tier.of(record) {
            [tier @ b'1'..=b'7'] => tier - b'0',
            _ => return None,
        };
        let holds = |role| {
            let mut records = case.records().iter();
            records.any(|record| record.participant.agrees_with(role))
        };
        let says_yes = |columns: Columns| columns.of(record) == b"Y";
        let count = |columns: Columns| {
            let digits = columns.of(record).iter();
            digits.fold(0, |count, digit| {
                count * 10 + u32::from(digit.wrapping_sub(b'0'))
            })
        };
        let yours = CaseId::new(case.other_case_id(fields));
        Some(Facts {
            by_case_id: tier == 1,
            holds_cp: holds(ParticipantType::Cp),
            holds_np: holds(ParticipantType::Np),
            cp: says_yes(r.cp_match),
            np: says_yes(r.np_match),
            adults: count(r.adults_matched),
            children: count(r.children_matched),
            id_but_zeroes: Facts::equal_but_zeroes(yours, CaseId::new(r.case_id.of(record))),
            closed_there: codes.holds(ReasonCode::R04),
            claimed_twice: false,
        })
    }
}

/// With which cases of the other states several of a state's cases were answered.
#[derive(Default)]
pub struct ClaimCounts(AHashMap<(State, CaseId), (CaseId, bool)>);

impl ClaimCounts {
    /// Counts the answer to a case of yours. Two answers to one case are one claim.
    pub fn add(&mut self, yours: CaseId, (other, case): (State, CaseId)) {
        let (first, twice) = self.0.entry((other, case)).or_insert((yours, false));
        *twice |= *first != yours;
    }

    /// Whether several cases were answered with this one. A blank Case ID is nobody's.
    pub fn is_claimed_twice(&self, other: State, case: CaseId) -> bool {
        !case.is_blank() && self.0.get(&(other, case)).is_some_and(|&(_, twice)| twice)
    }
}
