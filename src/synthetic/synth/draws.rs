//! Random draws that depend only on the seed and their purpose.
//!
//! Each family, person, case and record has its own stream, so that the same people result whatever
//! the thread and the draws before. `SplitMix64` (public domain, Steele, Lea and Flood 2014) is
//! small, fast and good enough for invented people; it protects no secret.

/// A stream of draws.
#[derive(Clone, Debug)]
pub struct Draws(u64);

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

#[inline]
fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

impl Draws {
    /// The stream for one purpose of one family: `purpose` and `slot` keep streams apart.
    #[inline]
    pub fn of(seed: u64, family: u64, purpose: u64, slot: u64) -> Self {
        let mut state = mix(seed.wrapping_add(STEP));
        for part in [family, purpose, slot] {
            state = mix(state ^ part.wrapping_mul(STEP).rotate_left(23)).wrapping_add(STEP);
        }
        Draws(state)
    }

    /// The next 64 bits.
    #[inline]
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mix(self.0)
    }

    /// A whole number below `end`, uniformly distributed; 0 if `end` is 0.
    #[inline]
    pub fn below(&mut self, end: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(end)) >> 64) as u64
    }

    /// An index into a collection of `count` items.
    #[inline]
    pub fn place(&mut self, count: usize) -> usize {
        self.below(count as u64) as usize
    }

    /// A number from 0 to 100, exclusive.
    #[inline]
    pub fn percent(&mut self) -> f64 {
        // A double represents 53 bits exactly.
        (self.bits() >> 11) as f64 * (100.0 / (1_u64 << 53) as f64)
    }

    /// True in `percent` of a hundred draws.
    #[inline]
    pub fn happens(&mut self, percent: f64) -> bool {
        self.percent() < percent
    }

    /// Which of several mutually exclusive events occurs, if any; each has a rate in percent.
    #[inline]
    pub fn one_of(&mut self, percents: &[f64]) -> Option<usize> {
        let mut drawn = self.percent();
        percents.iter().position(|percent| {
            drawn -= percent;
            drawn < 0.0
        })
    }

    /// An index into a table of weights.
    #[inline]
    pub fn weighted(&mut self, weights: &[u64]) -> usize {
        let mut drawn = self.below(weights.iter().sum());
        let place = weights.iter().position(|&weight| {
            let here = drawn < weight;
            drawn = drawn.wrapping_sub(weight);
            here
        });
        place.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_differ_by_each_part_of_their_key_and_by_nothing_else() {
        let first = |seed, family, purpose, slot| Draws::of(seed, family, purpose, slot).bits();
        let all = [
            first(1, 2, 3, 4),
            first(2, 2, 3, 4),
            first(1, 3, 3, 4),
            first(1, 2, 4, 4),
            first(1, 2, 3, 5),
            first(1, 3, 2, 4),
        ];
        for (at, value) in all.iter().enumerate() {
            assert!(!all[..at].contains(value));
        }
        assert_eq!(first(1, 2, 3, 4), all[0]);
    }

    #[test]
    fn draws_are_even_and_exclusive_things_come_at_their_rates() {
        let mut counts = [0_u32; 10];
        let mut kinds = [0_u32; 3];
        let mut draws = Draws::of(7, 0, 0, 0);
        for _ in 0..100_000 {
            counts[draws.place(10)] += 1;
            kinds[draws.one_of(&[20.0, 5.0]).unwrap_or(2)] += 1;
        }
        assert!(
            counts.iter().all(|&n| n.abs_diff(10_000) < 500),
            "{counts:?}"
        );
        assert!(
            kinds[0].abs_diff(20_000) < 700 && kinds[1].abs_diff(5_000) < 400,
            "{kinds:?}"
        );
        assert_eq!(draws.below(0), 0);
        assert_eq!(draws.weighted(&[0, 3, 0]), 1);
    }
}
