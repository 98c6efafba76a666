//! Applies the rules of the comparison (matching.md, section 6) to single pairs of participants,
//! for an explanation: the comparison itself stops at the best counterpart and does not keep why
//! others failed.

use ahash::AHashMap;

use super::strict::{is_n1, is_n2};
use super::{Counterpart, Rule};
use crate::engine::extract::{CaseRows, Row};
use crate::formats::record::MiddleAgreement;

/// What the rules find for one pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is what one rule asks of a pair"
)]
pub struct Trial {
    /// The index of the other case's participant among its rows, from 0.
    pub place: u32,
    /// Both are adults, or both are children.
    pub same_class: bool,
    /// Both have the same usable SSN.
    pub same_ssn: bool,
    /// Both have the same name key.
    pub same_name: bool,
    /// The middle names contradict each other.
    pub middles_contradict: bool,
    /// It is the counterpart of another person of your case.
    pub held: bool,
    /// The name rule, N1 or N2, that dates of birth, SSNs and roles allow.
    pub by_name: Option<Rule>,
}

/// Two compared cases, whose participants are tried pair by pair.
pub struct Trials<'a> {
    yours: CaseRows<'a>,
    theirs: CaseRows<'a>,
    /// Your participants by the place of their counterpart.
    holders: AHashMap<u32, Vec<&'a Row>>,
}

impl<'a> Trials<'a> {
    /// Prepares the trials of two cases that were compared with this result.
    pub fn new(
        yours: CaseRows<'a>,
        theirs: CaseRows<'a>,
        counterparts: &[Option<Counterpart>],
    ) -> Self {
        let mut holders: AHashMap<u32, Vec<&'a Row>> = AHashMap::new();
        for (row, counterpart) in yours.rows.iter().zip(counterparts) {
            if let Some(counterpart) = counterpart {
                holders.entry(counterpart.place).or_default().push(row);
            }
        }
        Trials {
            yours,
            theirs,
            holders,
        }
    }

    /// Tries one of your participants with one of the other case's, by its index among its rows.
    pub fn of(&self, row: &Row, place: u32) -> Trial {
        let other = &self.theirs.rows[place as usize];
        let same_name = self.yours.same_name_key(row, self.theirs, other);
        Trial {
            place,
            same_class: row.class().is_some() && row.class() == other.class(),
            same_ssn: row.ssn().is_some() && row.ssn() == other.ssn(),
            same_name,
            middles_contradict: same_name && {
                let middle = self.yours.middle_name(row);
                let agreement = middle.agreement(&self.theirs.middle_name(other));
                agreement == MiddleAgreement::Contradict
            },
            held: self.is_held(row, place),
            by_name: if is_n1(row, other) {
                Some(Rule::N1)
            } else {
                is_n2(row, other).then_some(Rule::N2)
            },
        }
    }

    fn is_held(&self, row: &Row, place: u32) -> bool {
        let holders = self.holders.get(&place).into_iter().flatten();
        holders
            .copied()
            .any(|holder| !self.yours.same_person(row, holder))
    }
}
