//! The counties of each jurisdiction, as three-digit FIPS codes.

use super::{STATE_COUNT, State};

/// The number of three-digit county codes.
const COUNTY_CODES: usize = 1000;

/// A set of (state, county) pairs.
pub struct Counties {
    listed: Vec<bool>,
    names: Vec<(u16, &'static str)>,
    first_name: [u32; STATE_COUNT + 1],
}

impl Default for Counties {
    fn default() -> Self {
        let mut listed = vec![false; STATE_COUNT * COUNTY_CODES];
        let mut names = Vec::new();
        let mut first_name = [0; STATE_COUNT + 1];
        for line in include_str!("counties.csv").lines().skip(1) {
            let mut cells = line.splitn(3, ',');
            let (Some(fips), Some(county), Some(rest)) = (cells.next(), cells.next(), cells.next())
            else {
                continue;
            };
            let (Some(state), Ok(code)) =
                (State::from_fips(fips.as_bytes()), county.parse::<usize>())
            else {
                continue;
            };
            listed[state.index() * COUNTY_CODES + code] = true;
            // The name may contain a comma; the last two cells are years.
            let name = rest
                .rsplitn(3, ',')
                .last()
                .unwrap_or(rest)
                .trim_matches('"');
            names.push((code as u16, name));
            first_name[state.index() + 1] = names.len() as u32;
        }
        for place in 1..=STATE_COUNT {
            first_name[place] = first_name[place].max(first_name[place - 1]);
        }
        Counties {
            listed,
            names,
            first_name,
        }
    }
}

impl Counties {
    /// True if the three bytes are `000` (a central office (seed, reason 03)) or a county of the
    /// state.
    #[inline]
    pub fn holds(&self, state: State, county: &[u8]) -> bool {
        county == b"000"
            || county_code(county)
                .is_some_and(|code| self.listed[state.index() * COUNTY_CODES + code])
    }

    /// FIPS verification (verification.md, section 1): true if the first five bytes are a
    /// jurisdiction followed by `000` or by one of its counties.
    #[inline]
    pub fn verify(&self, fips: &[u8]) -> bool {
        fips.len() >= 5
            && State::from_fips(fips).is_some_and(|state| self.holds(state, &fips[2..5]))
    }

    /// The counties of a state: three-digit code and name.
    pub fn of(&self, state: State) -> &[(u16, &'static str)] {
        let first = self.first_name[state.index()] as usize;
        &self.names[first..self.first_name[state.index() + 1] as usize]
    }
}

#[inline]
fn county_code(county: &[u8]) -> Option<usize> {
    let digits: [u8; 3] = *county.first_chunk()?;
    digits.iter().all(u8::is_ascii_digit).then(|| {
        digits
            .iter()
            .fold(0, |code, digit| code * 10 + usize::from(digit - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fips_code_is_verified_by_state_and_county() {
        let counties = Counties::default();
        for (code, expected) in [
            (&b"06037"[..], true),
            (b"06000", true),
            (b"06999", false),
            (b"03000", false),
            (b"06   ", false),
            (b"0603", false),
            (b"78010  ", true),
            (b"060 7", false),
        ] {
            assert_eq!(counties.verify(code), expected, "{}", code.escape_ascii());
        }
    }

    #[test]
    fn each_state_has_its_counties_by_name() {
        let counties = Counties::default();
        let total: usize = State::all().map(|s| counties.of(s).len()).sum();
        assert_eq!(total, 3242);
        let california = State::from_usps("CA").unwrap();
        assert!(
            counties
                .of(california)
                .contains(&(37, "Los Angeles County"))
        );
    }
}
