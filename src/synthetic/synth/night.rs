//! The same world some nights later: what states correct, enter anew, close and add.
//!
//! Night 0 is the world itself. Everything of a later night is drawn from the seed, the family and the
//! nights before it, so that any night can be made without the ones between.

use super::draws::Draws;
use super::family::purpose;
use super::setting::Setting;

/// The latest night.
pub const LAST_NIGHT: u32 = 365;
/// Of a hundred cases so many are entered anew each night: mistakes come and go at the noise's rates.
const CASE_ENTERED_ANEW: f64 = 0.5;
/// … of their participants.
const PARTICIPANT_ENTERED_ANEW: f64 = 0.3;
/// Of a hundred cases with a mistake about the other state's case so many are corrected each night.
const CASE_CORRECTED: f64 = 5.0;
/// … of participants with a mistake.
const PARTICIPANT_CORRECTED: f64 = 2.0;
/// Of a hundred open actions so many are closed each night, half of them on one side alone.
const ACTION_CLOSED: f64 = 0.3;
/// For a hundred families so many come each night, at least one.
const FAMILIES_NEW: u64 = 1;

/// Keeps the streams of nights apart from those of the world.
const NIGHTLY: u64 = 1000;

/// What holds tonight of something that a state enters.
pub(super) struct Entered {
    /// What is drawn for it.
    pub(super) draws: Draws,
    /// Whether its mistakes were corrected since it was entered.
    pub(super) corrected: bool,
    /// The night in which it was entered.
    since: u64,
}

impl Entered {
    /// What is drawn for it for another purpose: anew where it was entered anew.
    pub(super) fn further(
        &self,
        setting: &Setting<'_>,
        family: u64,
        (purpose, slot): (u64, u64),
    ) -> Draws {
        setting.draws(family, purpose, self.since << 32 | slot)
    }
}

/// How many families there are on a night.
pub fn families_on(first: u64, night: u32) -> u64 {
    first + (first * FAMILIES_NEW / 100).max(1) * u64::from(night)
}

impl Setting<'_> {
    /// What holds tonight of a case's header.
    pub(super) fn case_tonight(&self, family: u64, slot: u64) -> Entered {
        let rates = (CASE_ENTERED_ANEW, CASE_CORRECTED);
        self.tonight(family, (purpose::CASE, slot), rates)
    }

    /// What holds tonight of a participant's record.
    pub(super) fn record_tonight(&self, family: u64, slot: u64) -> Entered {
        let rates = (PARTICIPANT_ENTERED_ANEW, PARTICIPANT_CORRECTED);
        self.tonight(family, (purpose::RECORD, slot), rates)
    }

    fn tonight(
        &self,
        family: u64,
        (purpose, slot): (u64, u64),
        (anew, corrected): (f64, f64),
    ) -> Entered {
        let (mut since, mut is_corrected) = (0, false);
        for night in 1..=u64::from(self.night) {
            let mut draws = self.draws(family, NIGHTLY + purpose, slot << 16 | night);
            if draws.happens(anew) {
                (since, is_corrected) = (night, false);
            } else if draws.happens(corrected) {
                is_corrected = true;
            }
        }
        Entered {
            draws: self.draws(family, purpose, since << 32 | slot),
            corrected: is_corrected,
            since,
        }
    }

    /// Whether an action that was open at first was closed in a night since; gives whether on both
    /// sides, and what is drawn next.
    pub(super) fn closed_since(&self, family: u64, slot: u64) -> Option<(bool, Draws)> {
        (1..=u64::from(self.night)).find_map(|night| {
            let mut draws = self.draws(family, NIGHTLY + purpose::STATUS, slot << 16 | night);
            let closed = draws.happens(ACTION_CLOSED);
            closed.then(|| (draws.happens(50.0), draws))
        })
    }
}
