//! A case of a response, with the accessors that the rules use.

use super::{ReadCase, ResponseFields, ResponseRecord};
use crate::engine::confidence::{ClaimCounts, Class, Facts};
use crate::engine::matching::ReasonCodes;
use crate::formats::layout::Columns;
use crate::formats::record::{CaseId, trim_end};
use crate::formats::reference::State;

/// A case of a response.
///
/// Its records are in file order. Case-level values are read from the record with the lowest bytes,
/// so that the order of records never decides (decision 0023).
pub struct ResponseCase<'r> {
    fields: &'r ResponseFields,
    read: &'r ReadCase<'r>,
    /// The records.
    pub records: Vec<&'r ResponseRecord<'r>>,
    lead: &'r ResponseRecord<'r>,
    /// What decides the class of the answer; none where the case was not found.
    facts: Option<Facts>,
}

/// The counts of a case; 99 means 99 or more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseCounts {
    /// Adults of your case.
    pub adults_yours: u8,
    /// Children of your case.
    pub children_yours: u8,
    /// Those of the adults that matched.
    pub adults_matched: u8,
    /// Those of the children that matched.
    pub children_matched: u8,
}

impl CaseCounts {
    /// Whether a count is 99. It then means 99 or more, and cannot be compared with a threshold.
    pub fn beyond(self) -> bool {
        let all = [
            self.adults_yours,
            self.children_yours,
            self.adults_matched,
            self.children_matched,
        ];
        all.contains(&99)
    }

    /// Participants of yours that matched.
    pub fn matched(self) -> u8 {
        // Both have two digits, so the sum cannot overflow.
        self.adults_matched + self.children_matched
    }
}

impl<'r> ResponseCase<'r> {
    fn new(fields: &'r ResponseFields, read: &'r ReadCase<'r>, claims: &ClaimCounts) -> Self {
        let records: Vec<_> = read.records().iter().collect();
        let lowest = records.iter().min_by(|a, b| a.bytes.cmp(&b.bytes));
        let mut case = ResponseCase {
            fields,
            read,
            lead: lowest.copied().unwrap_or(read.first()),
            records,
            facts: Facts::read(fields, read, read.codes()),
        };
        let theirs = (case.other_state(), CaseId::new(case.their_id()));
        if let Some(facts) = &mut case.facts {
            facts.claimed_twice = claims.is_claimed_twice(theirs.0, theirs.1);
        }
        case
    }

    /// A field of the case's submitted data, untrimmed.
    pub fn yours(&self, columns: Columns) -> &'r [u8] {
        self.fields.submitted(&self.lead.bytes, columns)
    }

    /// A field of the case-level answer, untrimmed.
    pub fn theirs(&self, columns: Columns) -> &'r [u8] {
        columns.of(&self.lead.bytes)
    }

    /// The columns of the fields.
    pub fn fields(&self) -> &'r ResponseFields {
        self.fields
    }

    /// Your Case ID, trimmed.
    pub fn id(&self) -> &'r [u8] {
        trim_end(self.yours(self.fields.extract.case_id))
    }

    /// The other state.
    pub fn other_state(&self) -> State {
        self.lead.other_state
    }

    /// The Other State Case ID that you submitted, trimmed; blank if you submitted none.
    pub fn other_id(&self) -> &'r [u8] {
        trim_end(self.read.other_case_id(self.fields))
    }

    /// Case ID (from Other State), trimmed; blank if there is none.
    pub fn their_id(&self) -> &'r [u8] {
        trim_end(self.theirs(self.fields.response.case_id))
    }

    /// The Member ID of one of its records, untrimmed.
    pub fn member_id(&self, record: &'r ResponseRecord<'r>) -> &'r [u8] {
        let columns = self.fields.extract.member_id;
        self.fields.submitted(&record.bytes, columns)
    }

    /// The worker: the Contact Name that you submitted, trimmed.
    pub fn worker(&self) -> &'r [u8] {
        trim_end(self.yours(self.fields.extract.contact_name))
    }

    /// Whether your status is O on every record.
    pub fn is_open(&self) -> bool {
        let status = self.fields.extract.case_status;
        let open = |r: &&ResponseRecord<'_>| self.fields.submitted(&r.bytes, status) == b"O";
        self.records.iter().all(open)
    }

    /// Whether an indicator of the answer is Y.
    pub fn says_yes(&self, columns: Columns) -> bool {
        self.theirs(columns) == b"Y"
    }

    /// The counts.
    pub fn counts(&self) -> CaseCounts {
        let r = &self.fields.response;
        let count = |columns: Columns| {
            let digits = self.theirs(columns).iter();
            digits.fold(0, |count: u8, digit| count * 10 + (digit - b'0'))
        };
        CaseCounts {
            adults_yours: count(r.adults_yours),
            children_yours: count(r.children_yours),
            adults_matched: count(r.adults_matched),
            children_matched: count(r.children_matched),
        }
    }

    /// The class of the answer; none where the case was not found.
    pub fn class(&self) -> Option<Class> {
        self.facts.map(|facts| facts.class())
    }

    /// Whether another case of yours was answered with the same case.
    pub fn is_claimed_twice(&self) -> bool {
        self.facts.is_some_and(|facts| facts.claimed_twice)
    }

    /// The codes of all its records.
    pub fn codes(&self) -> ReasonCodes {
        self.read.codes()
    }
}

/// The cases, sorted by Case ID, other state and Other State Case ID, so that their order in the
/// files does not matter.
pub fn sorted_cases<'r>(
    fields: &'r ResponseFields,
    read: &'r [ReadCase<'r>],
) -> Vec<ResponseCase<'r>> {
    let mut claims = ClaimCounts::default();
    for case in read {
        let record = &case.first().bytes;
        if fields.response.match_tier.of(record) != b" " {
            let yours = CaseId::new(fields.submitted(record, fields.extract.case_id));
            let theirs = CaseId::new(fields.response.case_id.of(record));
            claims.add(yours, (case.first().other_state, theirs));
        }
    }
    let mut cases: Vec<_> = read
        .iter()
        .map(|case| ResponseCase::new(fields, case, &claims))
        .collect();
    let key = |case: &ResponseCase<'r>| {
        // Two files may have an answer to the same case.
        let lowest = &case.lead.bytes[..];
        (case.id(), case.other_state(), case.other_id(), lowest)
    };
    cases.sort_by(|a, b| key(a).cmp(&key(b)));
    cases
}
