//! Profiles: the rate of each kind of noise, by name or from a file.

use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::kinds::Kind;
use crate::error::{Error, Result};
use crate::open::{read_whole, utf8_text};
use crate::stop::Stop;

/// Kinds of which at most one can apply to the same item, so their rates must not exceed 100
/// together.
const EXCLUSIVE: [&[Kind]; 6] = [
    &[
        Kind::OtherIdBlank,
        Kind::OtherIdZeroes,
        Kind::OtherIdDigit,
        Kind::OtherIdStale,
        Kind::OtherIdMisread,
    ],
    &[Kind::CountyWrong, Kind::CountyZero, Kind::CountyBlank],
    &[Kind::ClosedOne, Kind::ClosedBoth],
    &[
        Kind::SsnMissing,
        Kind::SsnDigit,
        Kind::SsnRelative,
        Kind::SsnPlaceholder,
        Kind::SsnMisread,
    ],
    &[
        Kind::NameTypo,
        Kind::NameNickname,
        Kind::NameForm,
        Kind::SurnameChanged,
        Kind::NameAccent,
        Kind::NameSwapped,
    ],
    &[Kind::BirthDefault, Kind::BirthYear],
];

/// The rate of each kind, in percent: of cases, of participants, or of families.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// The profile's name; `custom` for a file.
    pub name: String,
    rates: [f64; Kind::COUNT],
}

/// The rates of `national`, in the order of [`Kind::ALL`]; 0 for the kinds after these.
const NATIONAL: [f64; 26] = [
    6.0, 6.0, 4.0, 2.0, 5.0, 10.0, 3.0, 8.0, 5.0, 8.0, 2.0, // of cases
    5.0, 1.0, 4.0, 0.7, 0.2, 0.4, 0.1, 2.0, 2.0, 3.0, 1.5, 2.0, 0.3, 0.2, // of participants
    1.0, // of families of which a registry file has a case
];

/// The rates that `adverse` has beside one and a half times the national ones; docs/synth.md says
/// where each comes from.
const ADVERSE: [(Kind, f64); 17] = [
    (Kind::OtherIdMisread, 1.5),
    (Kind::OtherIdFamily, 20.0),
    (Kind::Reopened, 3.0),
    (Kind::DuplicateCase, 1.0),
    (Kind::FamilySurname, 2.0),
    (Kind::CarelessRecord, 4.0),
    (Kind::SurnamePart, 25.0),
    (Kind::NameAccent, 2.0),
    (Kind::NameSwapped, 0.7),
    (Kind::BirthDefault, 1.0),
    (Kind::BirthYear, 0.7),
    (Kind::SsnMisread, 0.5),
    (Kind::SecondFamily, 15.0),
    (Kind::MinorParent, 1.0),
    (Kind::TwinsAlike, 3.0),
    (Kind::SsnBorrowed, 0.3),
    (Kind::StateCareless, 20.0),
];
/// The factor between the rates of the national kinds in `adverse` and in `national`.
const ADVERSE_FACTOR: f64 = 1.5;

impl Profile {
    /// The names of the profiles.
    pub const NAMES: [&'static str; 5] = ["none", "light", "national", "harsh", "adverse"];

    /// A profile by name: `light` has a quarter of the national rates, `harsh` twice as much,
    /// `adverse` half as much again and all the kinds that the others do not have.
    pub fn named(name: &str) -> Option<Self> {
        let factor = match name {
            "none" => 0.0,
            "light" => 0.25,
            "national" => 1.0,
            "harsh" => 2.0,
            "adverse" => ADVERSE_FACTOR,
            _ => return None,
        };
        let mut rates = [0.0; Kind::COUNT];
        for (rate, national) in rates.iter_mut().zip(NATIONAL) {
            *rate = national * factor;
        }
        if name == "adverse" {
            for (kind, percent) in ADVERSE {
                rates[kind as usize] = percent;
            }
        }
        Some(Profile {
            name: name.to_owned(),
            rates,
        })
    }

    /// The profile of `--noise`: a name or a file.
    ///
    /// # Errors
    /// [`Error::Configuration`] if it is neither, or the file has a key that profiles do not have.
    pub fn load(argument: &Path, stop: &Stop) -> Result<Self> {
        if let Some(profile) = argument.to_str().and_then(Profile::named) {
            return Ok(profile);
        }
        let refuse = |line, problem| Error::Configuration {
            file: argument.to_owned(),
            line,
            problem,
        };
        let names = Profile::NAMES.join(", ");
        let file = read_whole(argument, stop).map_err(|error| match error {
            Error::Io { source, .. } => refuse(
                None,
                format!(
                    "is neither a noise profile ({names}) nor a file that can be read ({source})"
                ),
            ),
            other => other,
        })?;
        let text = utf8_text(&file.bytes)
            .map_err(|no_text| refuse(no_text.line, no_text.problem.to_owned()))?;
        Profile::parse(text).map_err(|(line, problem)| refuse(Some(line), problem))
    }

    /// Parses a profile: `kind = percent` lines and, optionally, `base = "national"`, which gives
    /// the rates that the file does not; otherwise they are 0.
    fn parse(text: &str) -> std::result::Result<Self, (usize, String)> {
        let line_at = |byte: usize| text.bytes().take(byte).filter(|&b| b == b'\n').count() + 1;
        let table = DeTable::parse(text).map_err(|e| {
            (
                line_at(e.span().map_or(0, |span| span.start)),
                e.message().to_owned(),
            )
        })?;
        let entries = table.get_ref();
        let mut profile = Profile {
            name: "custom".to_owned(),
            rates: [0.0; Kind::COUNT],
        };
        if let Some(base) = entries.get("base") {
            let named = match base.get_ref() {
                DeValue::String(name) => Profile::named(name),
                _ => None,
            };
            let problem = || format!("base is not one of \"{}\"", Profile::NAMES.join("\", \""));
            profile.rates = named
                .ok_or_else(|| (line_at(base.span().start), problem()))?
                .rates;
        }
        let mut lines = [None; Kind::COUNT];
        for (key, value) in entries.iter().filter(|(key, _)| key.get_ref() != "base") {
            let line = line_at(key.span().start);
            let name: &str = key.get_ref();
            let Some(kind) = Kind::from_name(name) else {
                return Err((
                    line,
                    format!("`{name}` is no kind of noise; the kinds are {}", names()),
                ));
            };
            let number: Option<f64> = match value.get_ref() {
                DeValue::Integer(number) => number.to_string().parse().ok(),
                DeValue::Float(number) => number.as_str().parse().ok(),
                _ => None,
            };
            let Some(percent) = number else {
                return Err((
                    line,
                    format!("{name} is not a number; give a percentage from 0 to 100"),
                ));
            };
            if !(0.0..=100.0).contains(&percent) {
                return Err((line, format!("{name} is not a percentage from 0 to 100")));
            }
            profile.rates[kind as usize] = percent;
            lines[kind as usize] = Some(line);
        }
        for group in EXCLUSIVE {
            let sum: f64 = group.iter().map(|&kind| profile.rate(kind)).sum();
            // Allows for rounding: decimal rates that add up to 100 may exceed it slightly as
            // binary fractions.
            let sum = (sum * 1e9).round() / 1e9;
            if sum > 100.0 {
                let names: Vec<_> = group.iter().map(|kind| kind.name()).collect();
                let problem = format!(
                    "{} come to {sum} percent together; at most one befalls a record, so 100 is the most",
                    names.join(", ")
                );
                // No built-in profile exceeds the sum, so the file gives a rate of the group.
                let last_line = group.iter().filter_map(|&kind| lines[kind as usize]).max();
                return Err((last_line.unwrap_or(1), problem));
            }
        }
        Ok(profile)
    }

    /// The rate of a kind, in percent.
    #[inline]
    pub fn rate(&self, kind: Kind) -> f64 {
        self.rates[kind as usize]
    }

    /// The rates by name.
    pub fn rates(&self) -> impl Iterator<Item = (&'static str, f64)> + '_ {
        Kind::ALL
            .into_iter()
            .map(|kind| (kind.name(), self.rate(kind)))
    }
}

fn names() -> String {
    Kind::ALL.map(Kind::name).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn national_has_the_rates_of_the_specification() {
        let national = Profile::named("national").unwrap();
        for (name, percent) in [
            ("other-id-blank", 6.0),
            ("other-id-zeroes", 6.0),
            ("other-id-digit", 4.0),
            ("other-id-stale", 2.0),
            ("county-wrong", 5.0),
            ("county-zero", 10.0),
            ("county-blank", 3.0),
            ("closed-one", 8.0),
            ("closed-both", 5.0),
            ("case-missing", 8.0),
            ("overwritten", 2.0),
            ("participant-missing", 5.0),
            ("listed-twice", 1.0),
            ("ssn-missing", 4.0),
            ("ssn-digit", 0.7),
            ("ssn-relative", 0.2),
            ("ssn-placeholder", 0.4),
            ("name-typo", 2.0),
            ("name-nickname", 2.0),
            ("name-form", 3.0),
            ("surname-changed", 1.5),
            ("birth-missing", 2.0),
            ("birth-swapped", 0.3),
            ("ssn-misidentified", 0.1),
            ("edit-failure", 0.2),
            ("family-violence", 1.0),
        ] {
            assert!(
                (national.rate(Kind::from_name(name).unwrap()) - percent).abs() < 1e-9,
                "{name}"
            );
        }
        assert!(
            Profile::named("none")
                .unwrap()
                .rates()
                .all(|(_, rate)| rate == 0.0)
        );
    }

    #[test]
    fn files_are_refused_with_the_line_that_is_wrong() {
        let profile =
            Profile::parse("base = \"national\"\nssn-missing = 50\n\"name-typo\" = 0.5\n");
        let profile = profile.unwrap();
        assert_eq!(profile.rate(Kind::SsnMissing).to_string(), "50");
        assert_eq!(profile.rate(Kind::NameTypo).to_string(), "0.5");
        assert_eq!(profile.rate(Kind::OtherIdBlank).to_string(), "6");
        let whole = "other-id-blank = 0.1\nother-id-zeroes = 28.1\nother-id-digit = 38.6\nother-id-stale = 33.2\n";
        let sum: f64 = [0.1, 28.1, 38.6, 33.2].iter().sum();
        assert!(sum > 100.0, "of binary fractions");
        Profile::parse(whole).unwrap();
        let alone = Profile::parse("ssn-missing = 1.5").unwrap();
        assert_eq!(alone.rate(Kind::OtherIdBlank).to_string(), "0");
        for (text, line, part) in [
            ("\nssn-lost = 1\n", 2, "no kind of noise"),
            ("ssn-missing = \"1\"\n", 1, "not a number"),
            ("\n\nssn-missing = true\n", 3, "not a number"),
            ("name-typo = 1\nssn-missing = 100.5\n", 2, "from 0 to 100"),
            ("ssn-missing = -1\n", 1, "from 0 to 100"),
            ("ssn-missing = nan\n", 1, "from 0 to 100"),
            ("base = \"wild\"\n", 1, "base is not one of"),
            ("base = 1\n", 1, "base is not one of"),
            ("ssn-missing = 1\nssn-missing = 2\n", 2, ""),
            ("ssn-missing 1\n", 1, ""),
            (
                "closed-one = 60\nclosed-both = 60\nssn-missing = 1\n",
                2,
                "120 percent together",
            ),
            (
                "\nname-typo = 98\nssn-missing = 1\nbase = \"national\"\n",
                2,
                "104.5 percent together",
            ),
            (
                "county-wrong = 50\ncounty-zero = 30.1\n\ncounty-blank = 20\nname-typo = 1\n",
                4,
                "100.1 percent together",
            ),
        ] {
            let (found, problem) = Profile::parse(text).unwrap_err();
            assert_eq!(found, line, "{text}: {problem}");
            assert!(problem.contains(part), "{text}: {problem}");
        }
    }
}
