//! A case that was read from a response file.

use super::{ResponseFields, ResponseRecord};
use crate::engine::matching::ReasonCodes;
use crate::formats::record::is_blank;

/// The largest value of Number of Records from Your State; it means this many or more.
pub(super) const MOST_STATED: usize = 99_999;

/// A case that was read: at least one record, in file order.
#[derive(Clone)]
pub struct ReadCase<'s> {
    records: Vec<ResponseRecord<'s>>,
    /// The number of lines among its records that are not response records.
    pub(super) lost: usize,
    /// The index of the record that has the case's Other State Case ID.
    naming: usize,
    /// The number of records that the first record says the case has.
    stated: Option<usize>,
}

impl<'s> ReadCase<'s> {
    /// A case with its first record.
    pub(super) fn new(fields: &ResponseFields, first: ResponseRecord<'s>) -> Self {
        ReadCase {
            lost: 0,
            naming: 0,
            stated: stated(fields, &first.bytes),
            records: vec![first],
        }
    }

    /// Adds a record.
    pub(super) fn push(&mut self, fields: &ResponseFields, record: ResponseRecord<'s>) {
        let columns = fields.extract.other_case_id;
        if is_blank(self.other_case_id(fields))
            && !is_blank(fields.submitted(&record.bytes, columns))
        {
            self.naming = self.records.len();
        }
        self.records.push(record);
    }

    /// Its records.
    #[inline]
    pub fn records(&self) -> &[ResponseRecord<'s>] {
        &self.records
    }

    /// The first record, whose case-level fields are those of the case.
    #[inline]
    pub fn first(&self) -> &ResponseRecord<'s> {
        &self.records[0]
    }

    /// The Other State Case ID of the case's key, as in the file: the one that its records have, or
    /// blank (matching.md, section 1).
    #[inline]
    pub fn other_case_id(&self, fields: &ResponseFields) -> &[u8] {
        let named = &self.records[self.naming];
        fields.submitted(&named.bytes, fields.extract.other_case_id)
    }

    /// The codes of all its records.
    pub fn codes(&self) -> ReasonCodes {
        let all = self.records.iter();
        all.fold(ReasonCodes::default(), |all, record| {
            all.union(record.codes)
        })
    }

    /// The number of records that the first record says the case has; `None` if the field is not a
    /// number above zero, or is not in the layout.
    #[inline]
    pub(super) fn stated(&self) -> Option<usize> {
        self.stated
    }

    /// The number of records and lost lines that were read.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.records.len() + self.lost
    }

    /// Whether it has all the records that it says it has, so that the next record belongs to
    /// another case.
    #[inline]
    pub(super) fn is_full(&self) -> bool {
        self.stated
            .is_some_and(|stated| stated < MOST_STATED && self.len() >= stated)
    }
}

fn stated(fields: &ResponseFields, record: &[u8]) -> Option<usize> {
    let digits = fields.response.records_yours?.of(record);
    let count = digits.iter().try_fold(0_usize, |count, digit| {
        let digit = digit.is_ascii_digit().then(|| usize::from(digit - b'0'));
        digit.map(|digit| count * 10 + digit)
    });
    count.filter(|count| *count > 0)
}
