//! How each participant of the other case stands to one of yours: what each rule of the comparison
//! (matching.md, section 6) says of the pair. The comparison itself stops at the best; this tells
//! the rest, for an explanation.

use ahash::AHashSet;

use super::Rule;
use super::compare::{name_rule, same_names};
use crate::extract::{Extract, Row};
use crate::record::{ParticipantClass, Ssn};

/// What the rules say of one pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is what one rule asks of a pair"
)]
pub struct Trial {
    /// The place of the other case's participant among its rows, from 0.
    pub place: u32,
    /// Both are adults, or both are children.
    pub same_class: bool,
    /// Both have a usable SSN, and it is the same.
    pub same_ssn: bool,
    /// Both have a name key, and it is the same.
    pub same_name: bool,
    /// Some participant of your case, of the class, has the other one's usable SSN: no counterpart
    /// by name.
    pub taken: bool,
    /// What dates of birth and roles allow, if the names are the same: N1, N2, or nothing.
    pub by_name: Option<Rule>,
}

impl Trial {
    /// The rule by which the two can be counterparts, if there is one.
    pub fn rule(&self) -> Option<Rule> {
        if !self.same_class {
            None
        } else if self.same_ssn {
            Some(Rule::S)
        } else if self.same_name && !self.taken {
            self.by_name
        } else {
            None
        }
    }
}

/// Two cases whose participants are tried against each other.
pub struct Trials<'a> {
    yours: &'a Extract,
    theirs: (&'a Extract, &'a [Row]),
    /// For each row of theirs whether it is taken.
    taken: Vec<bool>,
}

impl<'a> Trials<'a> {
    /// Makes ready for your case's rows and the other case's.
    pub fn new(yours: (&'a Extract, &'a [Row]), theirs: (&'a Extract, &'a [Row])) -> Self {
        let key = |row: &Row| -> Option<(bool, Ssn)> {
            Some((row.class()? == ParticipantClass::Child, row.ssn()?))
        };
        let ours: AHashSet<_> = yours.1.iter().filter_map(key).collect();
        let taken = |row: &Row| key(row).is_some_and(|key| ours.contains(&key));
        Trials {
            yours: yours.0,
            theirs,
            taken: theirs.1.iter().map(taken).collect(),
        }
    }

    /// Tries one of your participants against each of the other case's.
    pub fn of(&self, row: &'a Row) -> impl Iterator<Item = Trial> + '_ {
        let (extract, theirs) = self.theirs;
        let pairs = theirs.iter().zip(&self.taken).zip(0..);
        pairs.map(move |((other, &taken), place)| Trial {
            place,
            same_class: row.class().is_some() && row.class() == other.class(),
            same_ssn: row.ssn().is_some() && row.ssn() == other.ssn(),
            same_name: row.name().is_some()
                && row.name() == other.name()
                && same_names((self.yours, row), (extract, other)),
            taken,
            by_name: name_rule(row, other),
        })
    }
}
