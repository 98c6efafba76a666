//! The SSNs that are marked for family violence in any file of the run.

/// Upper bound of usable SSNs, whose areas are below 900.
const SSN_COUNT: usize = 900_000_000;

/// A set of SSNs as a bitmap: 108 MiB at most, of which only pages with marks use memory.
#[derive(Default)]
pub struct MarkedSsns {
    bits: Vec<u64>,
}

impl MarkedSsns {
    /// The set of the SSNs in these lists.
    pub fn new<'a>(lists: impl IntoIterator<Item = &'a [u32]>) -> Self {
        let mut marked = MarkedSsns::default();
        for &ssn in lists.into_iter().flatten() {
            if marked.bits.is_empty() {
                marked.bits = vec![0; SSN_COUNT.div_ceil(64)];
            }
            marked.bits[ssn as usize / 64] |= 1 << (ssn % 64);
        }
        marked
    }

    /// Whether this SSN is marked.
    #[inline]
    pub fn holds(&self, ssn: u32) -> bool {
        let word = self.bits.get(ssn as usize / 64);
        word.is_some_and(|word| word >> (ssn % 64) & 1 == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marked_ssn_is_held_and_its_neighbours_are_not() {
        let marked = MarkedSsns::new([&[412_660_001, 899_999_999][..], &[1_010_001]]);
        for ssn in [412_660_001, 899_999_999, 1_010_001] {
            assert!(marked.holds(ssn));
            assert!(!marked.holds(ssn - 1) && !marked.holds(ssn + 1));
        }
        assert!(!MarkedSsns::new([]).holds(412_660_001));
    }
}
