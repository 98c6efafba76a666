//! Surnames: those of the census table with their frequencies, and, for people whom the table does
//! not cover, rarer ones, made of first syllables of its names and common endings.

use std::sync::LazyLock;

use super::draws::Draws;
use super::names::SURNAMES;
use super::text::Text;

/// The table's frequencies are per this number of people.
const PEOPLE: u64 = 100_000;
/// Of this many people, this many have a surname of two words …
const TWO_WORDS: u64 = 2_000;
/// … and this many a double one. They are among those whom the table does not cover, so that its
/// names keep their frequencies.
const DOUBLE: u64 = 4_000;
/// The maximum length of a double surname, which leaves room for a suffix in the field.
const MOST_BYTES: usize = 25;

/// The endings of rarer surnames.
const ENDINGS: [&str; 40] = [
    "ANDO", "ANO", "ARD", "BERG", "BAUER", "DALE", "EAUX", "ECKER", "ELLI", "ENKO", "ERO", "ETT",
    "EZ", "FIELD", "FORD", "HAM", "HURST", "IAK", "IER", "INGTON", "INI", "INO", "LAND", "LEY",
    "MAN", "MANN", "MEYER", "OSKI", "OV", "OWSKI", "QUIST", "SEN", "SON", "STAD", "STEIN", "STROM",
    "TON", "WELL", "WOOD", "WORTH",
];

/// Their beginnings: the first syllable of each name of the table, if it has three letters.
static STEMS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let names = (0..SURNAMES.count()).map(|place| SURNAMES.at(place));
    let mut stems: Vec<&str> = names.filter_map(first_syllable).collect();
    stems.sort_unstable();
    stems.dedup();
    stems
});

/// The table's names, sorted for lookups.
static SORTED: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let mut names: Vec<&str> = (0..SURNAMES.count())
        .map(|place| SURNAMES.at(place))
        .collect();
    names.sort_unstable();
    names
});

/// The letters up to and including the first vowels, and one or two consonants after them.
fn first_syllable(name: &'static str) -> Option<&'static str> {
    let is_vowel = |letter: u8| b"AEIOU".contains(&letter);
    let letters = name.as_bytes();
    let vowel = letters.iter().position(|&letter| is_vowel(letter))?;
    let after = vowel
        + letters[vowel..]
            .iter()
            .position(|&letter| !is_vowel(letter))?;
    let consonants = letters[after..]
        .iter()
        .take_while(|&&letter| !is_vowel(letter));
    let end = after + consonants.take(2).count();
    name.get(..end).filter(|stem| stem.len() >= 3)
}

/// A surname.
pub(super) fn draw_surname(draws: &mut Draws) -> Text {
    let drawn = draws.below(PEOPLE);
    if let Some(name) = SURNAMES.of_person(drawn) {
        return Text::new(name.as_bytes());
    }
    let rest = drawn - SURNAMES.people();
    if rest < TWO_WORDS {
        let mut name = Text::new(b"DE ");
        name.push(SURNAMES.at(SURNAMES.draw(draws)).as_bytes());
        return name;
    }
    if rest < TWO_WORDS + DOUBLE {
        let [first, second] = [(); 2].map(|()| SURNAMES.at(SURNAMES.draw(draws)));
        if second != first && first.len() + 1 + second.len() <= MOST_BYTES {
            let mut name = Text::new(first.as_bytes());
            name.push(b"-");
            name.push(second.as_bytes());
            return name;
        }
    }
    draw_rare(draws)
}

/// A surname that is not in the table.
fn draw_rare(draws: &mut Draws) -> Text {
    loop {
        let name = rare(draws.place(STEMS.len()), draws.place(ENDINGS.len()));
        if !is_in_table(&name) {
            return name;
        }
    }
}

fn rare(stem: usize, ending: usize) -> Text {
    let mut name = Text::new(STEMS[stem].as_bytes());
    name.push(ENDINGS[ending].as_bytes());
    name
}

fn is_in_table(name: &Text) -> bool {
    let found = SORTED.binary_search_by(|known| known.as_bytes().cmp(name.as_bytes()));
    found.is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::record::PersonName;

    #[test]
    fn the_commonest_surnames_are_as_frequent_as_the_census_counted_them() {
        let (mut draws, all) = (Draws::of(5, 0, 0, 0), 400_000_u32);
        let mut counts = std::collections::BTreeMap::new();
        let (mut in_table, mut parts) = (0_u32, [0_u32; 2]);
        for _ in 0..all {
            let name = draw_surname(&mut draws);
            in_table += u32::from(is_in_table(&name));
            parts[0] += u32::from(name.as_bytes().starts_with(b"DE "));
            parts[1] += u32::from(name.as_bytes().contains(&b'-'));
            *counts.entry(name.as_bytes().to_vec()).or_insert(0_u32) += 1;
        }
        let is_about = |count: u32, per_100_000: f64| {
            let expected = per_100_000 / 1e5 * f64::from(all);
            (f64::from(count) - expected).abs() < 5.0 * expected.sqrt()
        };
        for (name, per_100_000) in [("SMITH", 1006.0), ("JOHNSON", 810.0), ("WILLIAMS", 699.0)] {
            let count = counts[name.as_bytes()];
            assert!(is_about(count, per_100_000), "{name}: {count}");
        }
        assert!(is_about(in_table, 48_350.0), "{in_table}");
        assert!(is_about(parts[0], 2000.0), "{parts:?}");
        assert!(
            parts[1] < parts[0] * 2 && parts[1] > parts[0] * 3 / 2,
            "{parts:?}"
        );
        // The others are many, and each is rarer than any name of the table, whose last one has 8.
        assert!(counts.len() > 30_000, "{}", counts.len());
        let rare = |name: &[u8]| !is_in_table(&Text::new(name)) && !name.contains(&b' ');
        let most = counts
            .iter()
            .filter(|(name, _)| rare(name))
            .map(|(_, &count)| count)
            .max();
        assert!(most < Some(8 * all / 100_000), "{most:?}");
    }

    #[test]
    fn every_rare_surname_makes_a_name_key_and_leaves_room() {
        for stem in 0..STEMS.len() {
            for ending in 0..ENDINGS.len() {
                let name = rare(stem, ending);
                assert!(name.len() <= MOST_BYTES);
                assert!(PersonName::new(name.as_bytes(), b"X").key().is_some());
            }
        }
    }
}
