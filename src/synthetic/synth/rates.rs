//! The rates of a profile as they hold for one record: higher where it was filled in carelessly, or
//! where its state is careless, so that errors come together in records, states and sides.

use super::draws::Draws;
use super::kinds::Kind;
use super::profile::Profile;

/// How many times as frequent errors are in a careless record.
pub(super) const CARELESS_RECORD: f64 = 5.0;
/// … and in the records of a careless state.
pub(super) const CARELESS_STATE: f64 = 3.0;
/// Exclusive kinds together befall no more of a hundred things, however careless somebody is.
const MOST: f64 = 90.0;

/// A profile's rates, times a factor.
#[derive(Clone, Copy)]
pub(super) struct Rates<'a> {
    pub(super) profile: &'a Profile,
    pub(super) factor: f64,
}

impl Rates<'_> {
    /// How often a kind occurs, in percent.
    #[inline]
    pub(super) fn rate(&self, kind: Kind) -> f64 {
        self.profile.rate(kind) * self.factor
    }

    /// Which of some exclusive kinds happens, if one does.
    #[inline]
    pub(super) fn draw<const N: usize>(&self, draws: &mut Draws, kinds: [Kind; N]) -> Option<Kind> {
        let mut rates = kinds.map(|kind| self.rate(kind));
        let sum: f64 = rates.iter().sum();
        // A profile alone may go up to 100.
        if self.factor > 1.0 && sum > MOST {
            rates = rates.map(|rate| rate * MOST / sum);
        }
        draws.one_of(&rates).map(|place| kinds[place])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_factor_raises_rates_and_never_beyond_what_can_be() {
        let profile = Profile::named("harsh").unwrap();
        let kinds = [Kind::OtherIdBlank, Kind::OtherIdZeroes, Kind::OtherIdDigit];
        let share = |factor| {
            let rates = Rates {
                profile: &profile,
                factor,
            };
            let mut draws = Draws::of(1, 0, 0, 0);
            let happened = (0..20_000).filter(|_| rates.draw(&mut draws, kinds).is_some());
            happened.count() as f64 / 200.0
        };
        assert!((share(1.0) - 32.0).abs() < 1.5, "{}", share(1.0));
        assert!((share(2.0) - 64.0).abs() < 1.5, "{}", share(2.0));
        assert!((share(9.0) - MOST).abs() < 1.5, "{}", share(9.0));
    }
}
