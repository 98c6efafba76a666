//! What of a returned case decides its class.

use super::Class;
use crate::engine::extract::{Case, Row};
use crate::engine::matching::{Found, Tier};
use crate::formats::record::{CaseId, ParticipantType};

/// What a response says of a case, as far as its class depends on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one thing that a response says"
)]
pub struct Facts {
    /// Found by tier 1.
    pub by_case_id: bool,
    /// Your case holds a CP.
    pub holds_cp: bool,
    /// Your case holds an NP or PF.
    pub holds_np: bool,
    /// CP Match Indicator Y.
    pub cp: bool,
    /// NP Match Indicator Y.
    pub np: bool,
    /// Adults matched.
    pub adults: u32,
    /// Children matched.
    pub children: u32,
    /// Your Other State Case ID and theirs are equal but for zeroes.
    pub id_but_zeroes: bool,
    /// Yours is open, theirs closed (04).
    pub closed_there: bool,
    /// Another case of yours has this counterpart.
    pub claimed_twice: bool,
}

impl Facts {
    /// The facts of a case that was matched, but whether it is claimed twice.
    pub fn of(case: &Case, rows: &[Row], found: &Found<'_>) -> Self {
        let theirs = &found.side.extract.cases[found.case as usize].data;
        let holds = |role| rows.iter().any(|row| row.participant().agrees_with(role));
        let comparison = &found.comparison;
        Facts {
            by_case_id: found.tier == Tier::CaseId,
            holds_cp: holds(ParticipantType::Cp),
            holds_np: holds(ParticipantType::Np),
            cp: comparison.cp,
            np: comparison.np,
            adults: comparison.adults,
            children: comparison.children,
            id_but_zeroes: Facts::equal_but_zeroes(case.data.other_id, theirs.id),
            closed_there: case.data.open && !theirs.open,
            claimed_twice: false,
        }
    }

    /// Whether two Case IDs are equal but for leading zeroes; a blank one equals none.
    pub fn equal_but_zeroes(yours: CaseId, theirs: CaseId) -> bool {
        !yours.is_blank() && yours.without_leading_zeroes() == theirs.without_leading_zeroes()
    }

    /// The class.
    pub fn class(&self) -> Class {
        let each_role = (self.cp || !self.holds_cp) && (self.np || !self.holds_np);
        let child = self.children > 0;
        if self.adults + self.children == 0 {
            return Class::Nobody;
        }
        if self.by_case_id {
            return match (each_role, child) {
                (true, true) if self.closed_there => Class::IdClosedThere,
                (true, true) => Class::IdConfirmed,
                (true, false) => Class::IdNoChild,
                (false, true) => Class::IdOtherRole,
                (false, false) => Class::IdDoubtful,
            };
        }
        if self.claimed_twice {
            Class::PeopleClaimedTwice
        } else if each_role && child && (self.cp || self.np) {
            Class::PeopleConfirmed
        } else if self.id_but_zeroes {
            Class::PeopleZeroes
        } else if self.adults == 0 {
            Class::PeopleNoAdults
        } else if each_role {
            Class::PeopleNoChild
        } else if self.cp || self.np {
            Class::PeopleOneRole
        } else {
            Class::PeopleOtherRoles
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_follow_what_a_response_says() {
        let all = Facts {
            by_case_id: true,
            holds_cp: true,
            holds_np: true,
            cp: true,
            np: true,
            adults: 2,
            children: 1,
            ..Facts::default()
        };
        let people = Facts {
            by_case_id: false,
            ..all
        };
        let one_role = Facts {
            np: false,
            adults: 1,
            ..people
        };
        for (facts, class) in [
            (all, Class::IdConfirmed),
            (
                Facts {
                    closed_there: true,
                    ..all
                },
                Class::IdClosedThere,
            ),
            (Facts { children: 0, ..all }, Class::IdNoChild),
            (Facts { cp: false, ..all }, Class::IdOtherRole),
            (
                Facts {
                    cp: false,
                    children: 0,
                    ..all
                },
                Class::IdDoubtful,
            ),
            (
                Facts {
                    adults: 0,
                    children: 0,
                    ..all
                },
                Class::Nobody,
            ),
            (people, Class::PeopleConfirmed),
            (
                Facts {
                    claimed_twice: true,
                    ..people
                },
                Class::PeopleClaimedTwice,
            ),
            (one_role, Class::PeopleOneRole),
            (
                Facts {
                    id_but_zeroes: true,
                    ..one_role
                },
                Class::PeopleZeroes,
            ),
            // A role that your case does not hold is asked of nobody.
            (
                Facts {
                    holds_np: false,
                    ..one_role
                },
                Class::PeopleConfirmed,
            ),
            (
                Facts {
                    children: 0,
                    ..people
                },
                Class::PeopleNoChild,
            ),
            (
                Facts {
                    cp: false,
                    np: false,
                    adults: 0,
                    ..people
                },
                Class::PeopleNoAdults,
            ),
            (
                Facts {
                    cp: false,
                    np: false,
                    ..people
                },
                Class::PeopleOtherRoles,
            ),
        ] {
            assert_eq!(facts.class(), class);
        }
    }
}
