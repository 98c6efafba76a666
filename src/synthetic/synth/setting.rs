//! The parameters that all families share, and what follows from them for each case: its county and
//! Case ID.

use super::draws::Draws;
use super::family::purpose;
use super::kinds::Kind;
use super::places::{CaseIdStyle, World};
use super::profile::Profile;
use super::rates::{CARELESS_STATE, Rates};
use super::ssn::SsnAllotment;
use super::submitted_case::SubmittedCase;
use super::text::Text;
use crate::formats::reference::{Counties, STATE_COUNT, State};

/// The parameters that all families share.
pub struct Setting<'a> {
    /// The seed.
    pub seed: u64,
    /// The states.
    pub world: &'a World,
    /// The rates.
    pub profile: &'a Profile,
    /// The counties.
    pub counties: &'a Counties,
    /// The SSNs.
    pub allotment: SsnAllotment,
    /// Whether FCR states have registry files, with marks of family violence.
    pub registry: bool,
    /// The number of cases of each state.
    pub case_counts: [u64; STATE_COUNT],
    /// How many it numbered on the first night, from which mistyped numbers are drawn.
    pub first_counts: [u64; STATE_COUNT],
    /// Which night it is, from 0.
    pub night: u32,
    /// Whether the match gets a file of each state. A state without one is absent, also where it
    /// takes part, and what names it is not evaluated.
    pub has_file: [bool; STATE_COUNT],
}

impl Setting<'_> {
    pub(super) fn draws(&self, family: u64, purpose: u64, slot: u64) -> Draws {
        Draws::of(self.seed, family, purpose, slot)
    }

    /// The rates for the records of a state.
    pub(super) fn rates(&self, state: State) -> Rates<'_> {
        let factor = if self.is_careless(state) {
            CARELESS_STATE
        } else {
            1.0
        };
        Rates {
            profile: self.profile,
            factor,
        }
    }

    /// Whether a state's records have many errors.
    pub(super) fn is_careless(&self, state: State) -> bool {
        let rate = self.profile.rate(Kind::StateCareless);
        let mut draws = self.draws(state.index() as u64, purpose::CARELESS, 0);
        rate > 0.0 && draws.happens(rate)
    }

    /// Whether a case reaches the match through an extract derived from a registry file.
    pub(super) fn is_derived(&self, case: &SubmittedCase) -> bool {
        self.registry && !self.world.submits(case.state)
    }

    /// Whether a parent of a family has the SSN of the same parent of a neighbouring family.
    /// Families are neighbours in pairs.
    pub(super) fn borrows(&self, family: u64) -> bool {
        let rate = self.profile.rate(Kind::SsnBorrowed);
        let mut draws = self.draws(family, purpose::BORROWED, 0);
        rate > 0.0 && draws.happens(rate)
    }

    /// The county of a state's case. Counties that come first in the table are more frequent.
    pub(super) fn county(&self, state: State, number: u64) -> [u8; 3] {
        let mut draws = self.draws(number, purpose::COUNTY, state.index() as u64);
        let all = self.counties.of(state);
        let place = draws.place(all.len()).min(draws.place(all.len()));
        three_digits(all.get(place).map_or(1, |county| county.0))
    }

    /// The Case ID of a state's case.
    pub(super) fn case_id(&self, state: State, number: u64) -> Text {
        CaseIdStyle::of(state).write(state, &self.county(state, number), number)
    }

    /// Whether the state assigned this ID to a case, even if the case is missing from its file.
    pub fn was_given(&self, state: State, id: &Text) -> bool {
        let number = CaseIdStyle::of(state).number_of(id.as_bytes());
        let given = number.filter(|&n| n < self.case_counts[state.index()]);
        given.is_some_and(|number| self.case_id(state, number) == *id)
    }
}

/// A county's code.
pub(super) fn three_digits(number: u16) -> [u8; 3] {
    let digit = |value: u16| b'0' + (value % 10) as u8;
    [digit(number / 100), digit(number / 10), digit(number)]
}
