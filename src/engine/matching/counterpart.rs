//! A participant's counterpart, and how many participants of two cases have one.

use super::MatchBasis;
use crate::engine::extract::Row;
use crate::formats::record::{ParticipantClass, ParticipantType};

/// The rule by which a participant has its counterpart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// The usable SSNs are equal.
    S,
    /// The name keys and the valid dates of birth are equal.
    N1,
    /// The name keys are equal, a date of birth is missing, and the roles agree; somebody else of
    /// the case was found by S or N1.
    N2,
    /// Second look: the name keys are equal, and the dates of birth nearly, or the dates are equal
    /// and the middle names contradict.
    N3,
    /// Second look: the dates of birth are equal, and the names nearly.
    N4,
    /// Second look: the dates of birth and the first names are equal.
    N5,
}

/// A participant's counterpart in the other case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counterpart {
    /// Its place among the rows of the other case, from 0.
    pub place: u32,
    /// The rule that found it.
    pub rule: Rule,
    /// Those that fit have different usable SSNs: nobody can tell whose SSN is whose.
    pub in_doubt: bool,
}

impl Counterpart {
    /// What a response says of how it was found.
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

    /// Whether the counterpart's SSN is shown, and compared with the participant's: only where a
    /// strict rule found it without doubt.
    #[inline]
    pub fn hands_out_ssn(self) -> bool {
        self.rule <= Rule::N2 && !self.in_doubt
    }
}

/// How many participants matched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Records of your children that have a counterpart.
    pub children: u32,
    /// Records of your adults that have a counterpart.
    pub adults: u32,
    /// A CP of yours has a CP as its counterpart.
    pub cp: bool,
    /// An NP or PF of yours has an NP or PF as its counterpart.
    pub np: bool,
    /// Records of yours that have a counterpart whose role agrees.
    pub in_role: u32,
}

impl Comparison {
    /// How many of the two indicators are Y.
    pub fn indicators(&self) -> u32 {
        u32::from(self.cp) + u32::from(self.np)
    }

    /// True where nobody has a counterpart.
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
