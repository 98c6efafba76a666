//! Where families live: the states by caseload, and how each numbers its cases.

use super::draws::Draws;
use super::text::Text;
use crate::formats::reference::{STATE_COUNT, State};

/// The approximate number of IV-D cases of each jurisdiction, in thousands, in order of FIPS code
/// (ours: rounded guesses, good only for the shape; Texas, California and Ohio have a quarter of
/// all).
const CASELOADS: [u64; STATE_COUNT] = [
    200, 45, 180, 120, 1150, 160, 140, 55, 45, 700, 380, 60, 30, 480, 270, 180, 135, 290, 280, 60,
    210, 230, 800, 340, 280, 350, 40, 105, 110, 35, 330, 60, 760, 410, 38, 900, 190, 220, 400, 45,
    200, 75, 330, 1600, 100, 20, 310, 350, 120, 370, 35, 8, 210, 9,
];

/// The participating states, and those of them that submit an extract.
#[derive(Clone, Debug)]
pub struct World {
    participates: [bool; STATE_COUNT],
    submits: [bool; STATE_COUNT],
}

impl World {
    /// The states that submit, and those with FCR-derived files.
    pub fn new(submitting: &[State], fcr: &[State]) -> Self {
        let mut world = World {
            participates: [false; STATE_COUNT],
            submits: [false; STATE_COUNT],
        };
        for state in submitting {
            world.participates[state.index()] = true;
            world.submits[state.index()] = true;
        }
        for state in fcr {
            world.participates[state.index()] = true;
            world.submits[state.index()] = false;
        }
        world
    }

    /// Whether the state has a file of either kind.
    #[inline]
    pub fn participates(&self, state: State) -> bool {
        self.participates[state.index()]
    }

    /// Whether the state submits an extract.
    #[inline]
    pub fn submits(&self, state: State) -> bool {
        self.submits[state.index()]
    }

    /// The states that submit, in order.
    pub fn submitters(&self) -> impl Iterator<Item = State> + '_ {
        State::all().filter(|&state| self.submits(state))
    }

    /// The states with FCR-derived files, in order.
    pub fn fcr_states(&self) -> impl Iterator<Item = State> + '_ {
        State::all().filter(|&state| self.participates(state) && !self.submits(state))
    }

    /// A submitting state, drawn by caseload.
    pub fn draw_submitter(&self, draws: &mut Draws) -> Option<State> {
        draw(draws, |state| self.submits(state))
    }

    /// A participating state that is none of these, drawn by caseload.
    pub fn draw_participant(&self, draws: &mut Draws, none_of: &[State]) -> Option<State> {
        draw(draws, |state| {
            self.participates(state) && !none_of.contains(&state)
        })
    }

    /// A state that is none of these; a participating one, unless only two states participate.
    pub fn draw_any(&self, draws: &mut Draws, none_of: &[State]) -> Option<State> {
        self.draw_participant(draws, none_of)
            .or_else(|| draw(draws, |state| !none_of.contains(&state)))
    }
}

fn draw(draws: &mut Draws, fits: impl Fn(State) -> bool) -> Option<State> {
    let mut weights = [0; STATE_COUNT];
    for state in State::all().filter(|&state| fits(state)) {
        weights[state.index()] = CASELOADS[state.index()];
    }
    let any = weights.iter().any(|&weight| weight > 0);
    any.then(|| State::from_index(draws.weighted(&weights)))
        .flatten()
}

/// How a state writes its Case IDs. All except `Scrambled` are sequential, so that an ID with a
/// wrong digit is usually that of another case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaseIdStyle {
    /// Ten digits with leading zeroes.
    Padded,
    /// A letter and nine digits.
    Lettered,
    /// Digits without leading zeroes.
    Plain,
    /// All fifteen digits.
    Full,
    /// Three digits of the county, then seven.
    County,
    /// Nine digits in random order.
    Scrambled,
}

/// The numbers of [`CaseIdStyle::Plain`] begin here.
const PLAIN_FIRST: u64 = 100_000_000;
/// Nine digits without a leading zero.
const SCRAMBLED_FIRST: u64 = 100_000_000;
const SCRAMBLED_COUNT: u64 = 900_000_000;
/// Coprime to [`SCRAMBLED_COUNT`], so that no two numbers collide.
const SCRAMBLED_STEP: u64 = 618_033_989;
/// The inverse, from a place to its number.
const SCRAMBLED_BACK: u64 = super::ssn::inverse(SCRAMBLED_STEP, SCRAMBLED_COUNT);

impl CaseIdStyle {
    /// The style of a state.
    pub fn of(state: State) -> Self {
        use CaseIdStyle::{County, Full, Lettered, Padded, Plain, Scrambled};
        [
            Padded, Lettered, Scrambled, Plain, Full, County, Padded, Lettered,
        ][state.index() % 8]
    }

    /// Whether numbers are consecutive, so that a neighbouring ID exists.
    pub fn is_dense(self) -> bool {
        !matches!(self, CaseIdStyle::Scrambled | CaseIdStyle::County)
    }

    /// The Case ID of a state's case with this number, from 0.
    pub fn write(self, state: State, county: &[u8; 3], number: u64) -> Text {
        let text = match self {
            CaseIdStyle::Padded => format!("{:010}", number + 1),
            CaseIdStyle::Lettered => format!("{}{:09}", &state.usps()[..1], number + 1),
            CaseIdStyle::Plain => format!("{}", PLAIN_FIRST + number),
            CaseIdStyle::Full => format!("{:015}", number + 1),
            CaseIdStyle::County => format!("{}{:07}", county.escape_ascii(), number + 1),
            CaseIdStyle::Scrambled => {
                let place = u128::from(number) * u128::from(SCRAMBLED_STEP);
                format!(
                    "{}",
                    SCRAMBLED_FIRST + (place % u128::from(SCRAMBLED_COUNT)) as u64
                )
            }
        };
        Text::new(text.as_bytes())
    }

    /// The number of the state's case that could have this Case ID; [`CaseIdStyle::write`] shows
    /// whether it has.
    pub fn number_of(self, id: &[u8]) -> Option<u64> {
        let number = |digits: &[u8]| -> Option<u64> {
            (!digits.is_empty() && digits.iter().all(u8::is_ascii_digit)).then(|| {
                digits.iter().fold(0_u64, |n, digit| {
                    n.wrapping_mul(10) + u64::from(digit - b'0')
                })
            })
        };
        match self {
            CaseIdStyle::Padded | CaseIdStyle::Full => number(id)?.checked_sub(1),
            CaseIdStyle::Lettered => number(id.get(1..)?)?.checked_sub(1),
            CaseIdStyle::Plain => number(id)?.checked_sub(PLAIN_FIRST),
            CaseIdStyle::County => number(id.get(3..)?)?.checked_sub(1),
            CaseIdStyle::Scrambled => {
                let place = number(id)?.checked_sub(SCRAMBLED_FIRST)?;
                let number =
                    u128::from(place) * u128::from(SCRAMBLED_BACK) % u128::from(SCRAMBLED_COUNT);
                Some(number as u64)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_states_number_densely_and_a_few_hold_a_fifth() {
        let dense = State::all()
            .filter(|&s| CaseIdStyle::of(s).is_dense())
            .count();
        assert!(dense * 2 >= STATE_COUNT, "{dense}");
        let mut sorted = CASELOADS;
        sorted.sort_unstable();
        let all: u64 = sorted.iter().sum();
        let largest: u64 = sorted[STATE_COUNT - 3..].iter().sum();
        assert!(largest * 5 > all && largest * 3 < all);
        assert_eq!(State::from_index(43).unwrap().usps(), "TX");
        assert_eq!(State::from_index(4).unwrap().usps(), "CA");
    }

    #[test]
    fn every_style_tells_its_own_ids_and_repeats_none() {
        for state in State::all().take(8) {
            let style = CaseIdStyle::of(state);
            let mut seen = std::collections::BTreeSet::new();
            for number in 0..5000 {
                let id = style.write(state, b"001", number);
                assert!(id.len() <= 15);
                assert!(crate::formats::record::case_id_is_valid(id.as_bytes()));
                assert_eq!(style.number_of(id.as_bytes()), Some(number));
                assert!(seen.insert(id.as_bytes().to_vec()));
            }
        }
    }
}
