//! From response records to cases (state-side.md): the records with the same Case ID, other state
//! and case-level answer, and no two different non-blank Other State Case IDs, wherever they stand.

use std::cmp::Ordering;

use super::{ResponseFields, ResponseRecord};
use crate::layout::Columns;
use crate::matching::ReasonCodes;
use crate::record::{is_blank, trim_end};
use crate::reference::State;

/// A case of a response.
///
/// Its records stand in the order of the files. What the case itself says is read from one of them,
/// the one with the lowest bytes, so that the order of records never decides (decision 0023).
pub struct ResponseCase<'r> {
    fields: &'r ResponseFields,
    /// The records.
    pub records: Vec<&'r ResponseRecord<'r>>,
    lead: &'r ResponseRecord<'r>,
    other_case_id: &'r [u8],
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
    /// Whether a count is 99, which means 99 or more and meets no threshold.
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
        // Two counts of two digits.
        self.adults_matched + self.children_matched
    }
}

impl<'r> ResponseCase<'r> {
    fn new(fields: &'r ResponseFields, mut records: Vec<(u32, &'r ResponseRecord<'r>)>) -> Self {
        records.sort_by_key(|&(place, _)| place);
        let records: Vec<_> = records.into_iter().map(|(_, record)| record).collect();
        // A case has at least one record: it was made of one.
        let lowest = records.iter().min_by(|a, b| a.bytes.cmp(&b.bytes));
        let lead = *lowest.unwrap_or(&records[0]);
        let columns = fields.extract.other_case_id;
        let id = |record: &'r ResponseRecord<'r>| fields.submitted(&record.bytes, columns);
        let named = records
            .iter()
            .map(|record| id(record))
            .find(|id| !is_blank(id));
        let other_case_id = trim_end(named.unwrap_or_else(|| id(lead)));
        ResponseCase {
            fields,
            records,
            lead,
            other_case_id,
        }
    }

    /// A field of the case's submitted data, as it stands.
    pub fn yours(&self, columns: Columns) -> &'r [u8] {
        self.fields.submitted(&self.lead.bytes, columns)
    }

    /// A field of the case-level answer, as it stands.
    pub fn theirs(&self, columns: Columns) -> &'r [u8] {
        columns.of(&self.lead.bytes)
    }

    /// Where the fields are.
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

    /// The Other State Case ID that you submitted, trimmed; blank where there is none.
    pub fn other_id(&self) -> &'r [u8] {
        self.other_case_id
    }

    /// Case ID (from Other State), trimmed; blank where there is none.
    pub fn their_id(&self) -> &'r [u8] {
        trim_end(self.theirs(self.fields.response.case_id))
    }

    /// The Member ID of one of its records, as it stands.
    pub fn member_id(&self, record: &'r ResponseRecord<'r>) -> &'r [u8] {
        let columns = self.fields.extract.member_id;
        self.fields.submitted(&record.bytes, columns)
    }

    /// The worker: the Contact Name that you submitted, trimmed.
    pub fn worker(&self) -> &'r [u8] {
        trim_end(self.yours(self.fields.extract.contact_name))
    }

    /// Whether your status is O, on every record.
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

    /// The codes that any of its records bears.
    pub fn codes(&self) -> ReasonCodes {
        let union = |codes: ReasonCodes, record: &&ResponseRecord<'_>| codes.union(record.codes);
        self.records.iter().fold(ReasonCodes::default(), union)
    }
}

/// The cases of the records, by Case ID, other state and Other State Case ID, whatever the order of
/// the records.
pub fn group<'r>(
    fields: &'r ResponseFields,
    records: &'r [ResponseRecord<'r>],
) -> Vec<ResponseCase<'r>> {
    let answer = fields.answer();
    let submitted =
        |record: &'r ResponseRecord<'r>, columns| fields.submitted(&record.bytes, columns);
    let same_case = |a: &ResponseRecord<'_>, b: &ResponseRecord<'_>| -> Ordering {
        let id = fields.extract.case_id;
        fields
            .submitted(&a.bytes, id)
            .cmp(fields.submitted(&b.bytes, id))
            .then_with(|| a.other_state.cmp(&b.other_state))
            .then_with(|| {
                let differ = answer.iter().find(|c| c.of(&a.bytes) != c.of(&b.bytes));
                differ.map_or(Ordering::Equal, |c| c.of(&a.bytes).cmp(c.of(&b.bytes)))
            })
    };
    let mut order: Vec<(u32, &ResponseRecord<'_>)> = (0..).zip(records).collect();
    order.sort_by(|a, b| same_case(a.1, b.1));
    let mut cases = Vec::new();
    for alike in order.chunk_by(|a, b| same_case(a.1, b.1) == Ordering::Equal) {
        let id = |record: &&(u32, &'r ResponseRecord<'r>)| {
            submitted(record.1, fields.extract.other_case_id)
        };
        let mut by_id: Vec<&(u32, &ResponseRecord<'_>)> = alike.iter().collect();
        by_id.sort_by_key(id);
        let named = by_id
            .chunk_by(|a, b| id(a) == id(b))
            .filter(|run| !is_blank(id(&run[0])));
        if named.count() <= 1 {
            cases.push(ResponseCase::new(fields, alike.to_vec()));
        } else {
            // Those without an ID could belong to either: they are a case of their own.
            for run in by_id.chunk_by(|a, b| id(a) == id(b)) {
                let run = run.iter().map(|&&record| record).collect();
                cases.push(ResponseCase::new(fields, run));
            }
        }
    }
    cases.sort_by(|a, b| {
        (a.id(), a.other_state(), a.other_id()).cmp(&(b.id(), b.other_state(), b.other_id()))
    });
    cases
}
