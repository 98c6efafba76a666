//! `worklist.csv`: the items for a person, by worker, the most urgent first.

use super::ResponseCase;
use super::wording::Advice;
use crate::engine::matching::{ReasonCode, ReasonCodes};
use crate::error::{Error, Result};
use crate::formats::record::text;
use crate::text::cell;

/// The header of worklist.csv.
pub const WORKLIST_HEAD: [&str; 9] = [
    "worker",
    "priority",
    "case_id",
    "other_state",
    "other_case_id",
    "member_id",
    "reason_codes",
    "finding",
    "next_action",
];

/// The order in which codes are worked: 01, 02, 04 first [public: ICR Desk Aid], then 07, 08, 06, 03.
pub(crate) const ORDER: [ReasonCode; 7] = [
    ReasonCode::R01,
    ReasonCode::R02,
    ReasonCode::R04,
    ReasonCode::R07,
    ReasonCode::R08,
    ReasonCode::R06,
    ReasonCode::R03,
];

/// One item: a row with its sort key.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Item {
    worker: String,
    priority: u8,
    /// The list of a 03; 0 for all others.
    list: u8,
    case_id: String,
    other_state: &'static str,
    other_case_id: String,
    member_id: String,
    reason_codes: String,
    finding: String,
    next_action: String,
}

/// The rank of the most urgent of the codes, from 1.
fn priority(codes: ReasonCodes) -> u8 {
    (1..)
        .zip(ORDER)
        .find(|(_, code)| codes.holds(*code))
        .map_or(ORDER.len() as u8, |(n, _)| n)
}

/// The items so far.
#[derive(Default)]
pub struct Worklist {
    items: Vec<Item>,
    by_code: [u64; 9],
    in_doubt: u64,
}

impl Worklist {
    /// Adds an item about a case, or about the participant with this Member ID.
    pub(super) fn add(
        &mut self,
        case: &ResponseCase<'_>,
        codes: ReasonCodes,
        list: u8,
        member_id: &[u8],
        advice: Advice,
    ) {
        let priority = priority(codes);
        self.by_code[ORDER[usize::from(priority) - 1].index()] += 1;
        self.push(case, (priority, list), codes, member_id, advice);
    }

    /// Adds an item about a participant that was found in doubt. It has no leading code: it is
    /// worked with 07, and shows the codes of the record.
    pub(super) fn add_in_doubt(
        &mut self,
        case: &ResponseCase<'_>,
        codes: ReasonCodes,
        member_id: &[u8],
        advice: Advice,
    ) {
        self.in_doubt += 1;
        let priority = priority(ReasonCodes::default().with(ReasonCode::R07));
        self.push(case, (priority, 0), codes, member_id, advice);
    }

    fn push(
        &mut self,
        case: &ResponseCase<'_>,
        (priority, list): (u8, u8),
        codes: ReasonCodes,
        member_id: &[u8],
        advice: Advice,
    ) {
        let codes: Vec<_> = codes.iter().map(ReasonCode::code).collect();
        self.items.push(Item {
            worker: text(case.worker()),
            priority,
            list,
            case_id: text(case.id()),
            other_state: case.other_state().usps(),
            other_case_id: text(case.other_id()),
            member_id: text(member_id),
            reason_codes: codes.join(" "),
            finding: advice.finding,
            next_action: advice.next_action,
        });
    }

    /// The number of items.
    pub fn len(&self) -> u64 {
        self.items.len() as u64
    }

    /// Whether there are no items.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The number of items by leading code, in the order in which codes are worked, and of items
    /// about participants that were found in doubt.
    pub fn by_code(&self) -> impl Iterator<Item = (&'static str, u64)> {
        ORDER
            .into_iter()
            .map(|code| (code.code(), self.by_code[code.index()]))
            .chain([("in_doubt", self.in_doubt)])
    }

    /// The contents of the file: by worker, then priority, then case and participant. People open
    /// it in a spreadsheet, so no cell may be a formula to one (decision 0034).
    ///
    /// # Errors
    /// [`Error::Row`] if a row cannot be made.
    pub fn csv(&mut self) -> Result<Vec<u8>> {
        self.items.sort();
        let mut writer = csv::Writer::from_writer(Vec::new());
        let unwritable = Error::row("worklist.csv");
        writer.write_record(WORKLIST_HEAD).map_err(&unwritable)?;
        for item in &self.items {
            writer
                .write_record([
                    &*cell(&item.worker),
                    &item.priority.to_string(),
                    &cell(&item.case_id),
                    item.other_state,
                    &cell(&item.other_case_id),
                    &cell(&item.member_id),
                    &item.reason_codes,
                    &cell(&item.finding),
                    &cell(&item.next_action),
                ])
                .map_err(&unwritable)?;
        }
        writer
            .into_inner()
            .map_err(|e| unwritable(e.into_error().into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_worked_in_the_order_of_the_specification() {
        let places: Vec<_> = ReasonCode::ALL
            .iter()
            .map(|code| priority(ReasonCodes::default().with(*code)))
            .collect();
        // 00 and 05 are never listed.
        assert_eq!(places, [7, 1, 2, 7, 3, 7, 6, 4, 5]);
        let both = ReasonCodes::default()
            .with(ReasonCode::R06)
            .with(ReasonCode::R02);
        assert_eq!(priority(both), 2);
    }
}
