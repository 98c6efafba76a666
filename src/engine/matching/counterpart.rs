//! A participant's counterpart, and the numbers of participants of two cases that have one.

use super::MatchBasis;
use crate::engine::extract::Row;
use crate::formats::record::{ParticipantClass, ParticipantType};

/// The rule that found a counterpart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// The usable SSNs are equal.
    S,
    /// The name keys and the valid dates of birth are equal.
    N1,
    /// The name keys are equal, a date of birth is missing, and the roles agree; another
    /// participant of the case was found by S or N1.
    N2,
    /// Second look: the name keys are equal; either the dates of birth are similar, or they are
    /// equal and the middle names contradict each other.
    N3,
    /// Second look: the dates of birth are equal, and the names are similar.
    N4,
    /// Second look: the dates of birth and the first names are equal.
    N5,
}

/// A participant's counterpart in the other case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counterpart {
    /// Its index among the rows of the other case, from 0.
    pub place: u32,
    /// The rule that found it.
    pub rule: Rule,
    /// The participants that fit have different usable SSNs, so it is not certain which SSN is the
    /// right one.
    pub in_doubt: bool,
}

impl Counterpart {
    /// The basis in the response.
    #[inline]
    pub fn basis(self) -> MatchBasis {
        match self.rule {
            _ if self.in_doubt => MatchBasis::InDoubt,
            Rule::S => MatchBasis::S,
            Rule::N1 => MatchBasis::N1,
            Rule::N2 => MatchBasis::N2,
            Rule::N3 => MatchBasis::N3,
            Rule::N4 => MatchBasis::N4,
            Rule::N5 => MatchBasis::N5,
        }
    }

    /// Whether the response may show the counterpart's SSN and compare it with the participant's:
    /// only if a strict rule found it without doubt.
    #[inline]
    pub fn hands_out_ssn(self) -> bool {
        self.rule <= Rule::N2 && !self.in_doubt
    }
}

/// The numbers of participants that matched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Records of your children that have a counterpart.
    pub children: u32,
    /// Records of your adults that have a counterpart.
    pub adults: u32,
    /// A CP of yours has a CP as counterpart.
    pub cp: bool,
    /// An NP or PF of yours has an NP or PF as counterpart.
    pub np: bool,
    /// Records of yours that have a counterpart with a role that agrees.
    pub in_role: u32,
}

impl Comparison {
    /// The number of indicators, of the two, that are Y.
    pub fn indicators(&self) -> u32 {
        u32::from(self.cp) + u32::from(self.np)
    }

    /// True if nobody has a counterpart.
    pub fn nobody_matched(&self) -> bool {
        self.children + self.adults == 0
    }

    pub(super) fn of(yours: &[Row], theirs: &[Row], counterparts: &[Option<Counterpart>]) -> Self {
        let mut comparison = Comparison::default();
        for (row, counterpart) in yours.iter().zip(counterparts) {
            if let Some(counterpart) = counterpart {
                comparison.add(row, &theirs[counterpart.place as usize]);
            }
        }
        comparison
    }

    fn add(&mut self, yours: &Row, theirs: &Row) {
        match yours.class() {
            Some(ParticipantClass::Child) => self.children += 1,
            Some(ParticipantClass::Adult) => self.adults += 1,
            None => {}
        }
        let (yours, theirs) = (yours.participant(), theirs.participant());
        let is_np = |t| matches!(t, ParticipantType::Np | ParticipantType::Pf);
        self.cp |= yours == ParticipantType::Cp && theirs == ParticipantType::Cp;
        self.np |= is_np(yours) && is_np(theirs);
        self.in_role += u32::from(yours.agrees_with(theirs));
    }
}
