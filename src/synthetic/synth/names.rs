//! Names with their frequencies in the population.
//!
//! The tables are the commonest names of the U.S. Census Bureau's "Frequently Occurring Surnames
//! from the Census 1990" and its first names by sex, files `dist.all.last`, `dist.female.first` and
//! `dist.male.first` (works of the United States government, in the public domain): the name, and
//! how many of 100,000 people have it. Placeholders that the match would not take for a name are
//! left out.

use std::sync::LazyLock;

use super::draws::Draws;
use super::text::Text;

/// A table of names, drawn by frequency.
pub struct Names {
    names: Vec<&'static str>,
    /// For each name the sum of the frequencies up to it.
    sums: Vec<u32>,
}

/// Last names.
pub static SURNAMES: LazyLock<Names> =
    LazyLock::new(|| Names::read(include_str!("names/surnames.csv")));
/// First names of women and girls.
pub static FEMALE: LazyLock<Names> =
    LazyLock::new(|| Names::read(include_str!("names/female.csv")));
/// First names of men and boys.
pub static MALE: LazyLock<Names> = LazyLock::new(|| Names::read(include_str!("names/male.csv")));

static NICKNAMES: LazyLock<Vec<(&'static str, &'static str)>> = LazyLock::new(|| {
    let lines = include_str!("names/nicknames.csv").lines().skip(1);
    let mut pairs: Vec<_> = lines.filter_map(|line| line.split_once(',')).collect();
    pairs.sort_unstable();
    pairs
});

impl Names {
    fn read(text: &'static str) -> Self {
        let (mut names, mut sums, mut sum) = (Vec::new(), Vec::new(), 0);
        for line in text.lines().skip(1) {
            if let Some((name, count)) = line.split_once(',') {
                sum += count.parse::<u32>().unwrap_or_default().max(1);
                names.push(name);
                sums.push(sum);
            }
        }
        Names { names, sums }
    }

    /// The index of a name, drawn by frequency.
    pub fn draw(&self, draws: &mut Draws) -> usize {
        let drawn = draws.below(self.people()) as u32;
        self.sums.partition_point(|&sum| sum <= drawn)
    }

    /// The number of people, of 100,000, with a name of the table.
    pub fn people(&self) -> u64 {
        self.sums.last().copied().unwrap_or_default().into()
    }

    /// The name of one of 100,000 people, numbered from 0 in the table's order; `None` if the table
    /// does not have it.
    pub fn of_person(&self, person: u64) -> Option<&'static str> {
        let place = self.sums.partition_point(|&sum| u64::from(sum) <= person);
        self.names.get(place).copied()
    }

    /// The name at an index; indexes wrap around.
    pub fn at(&self, place: usize) -> &'static str {
        self.names[place % self.names.len()]
    }

    /// The number of names.
    pub fn count(&self) -> usize {
        self.names.len()
    }
}

/// A nickname for a first name, always different from it.
pub fn nickname(first: &Text) -> Text {
    let place = NICKNAMES.binary_search_by(|(name, _)| name.as_bytes().cmp(first.as_bytes()));
    if let Ok(place) = place {
        return Text::new(NICKNAMES[place].1.as_bytes());
    }
    let mut short = first.cut(3);
    short.push(b"Y");
    if short.as_bytes() == first.as_bytes() {
        short = first.cut(3);
        short.push(b"IE");
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::record::PersonName;

    #[test]
    fn every_name_makes_a_name_key_and_has_another_nickname() {
        for (table, rows) in [(&*SURNAMES, 1500), (&*FEMALE, 400), (&*MALE, 300)] {
            assert_eq!(table.count(), rows);
            for place in 0..rows {
                let name = table.at(place).as_bytes();
                assert!(PersonName::new(name, b"X").key().is_some());
                assert!(PersonName::new(b"X", name).key().is_some());
                assert!(nickname(&Text::new(name)).as_bytes() != name);
            }
        }
    }

    #[test]
    fn names_come_as_often_as_the_census_counted_them() {
        // Of 100,000 men, 3,318 are called James; the table's names cover 100,000 * share of them.
        let table = &*MALE;
        let all = f64::from(*table.sums.last().unwrap());
        let mut draws = Draws::of(3, 0, 0, 0);
        let james = (0..100_000)
            .filter(|_| table.at(table.draw(&mut draws)) == "JAMES")
            .count();
        let expected = 3_318.0 / all * 100_000.0;
        assert!(
            (james as f64 - expected).abs() < 5.0 * expected.sqrt(),
            "{james} {expected}"
        );
    }
}
