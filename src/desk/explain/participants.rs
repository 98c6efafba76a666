//! Explains each participant: its counterpart, or the participant that comes closest and why it is
//! not the counterpart.

use super::likeness::{SsnLikeness, ssn_likeness};
use super::model::ParticipantEntry;
use super::near_ones::NearOnes;
use super::person::person;
use crate::engine::extract::{CaseRows, Extract, Row};
use crate::engine::matching::{Counterpart, ReasonCode, ReasonCodes, Rule, Trial, Trials};
use crate::error::Result;
use crate::formats::record::ParticipantClass;
use crate::stop::Stop;

/// The name of a rule, and its text.
fn rule_text(rule: Rule) -> (&'static str, &'static str) {
    match rule {
        Rule::S => ("S", "the usable SSNs are equal"),
        Rule::N1 => ("N1", "the names are equal, and so are the dates of birth"),
        Rule::N2 => (
            "N2",
            "the names are equal, a date of birth is missing or not valid, the roles agree, and somebody else of the case was found",
        ),
        Rule::N3 => (
            "N3",
            "a second look: the names are equal, and the dates of birth but for one part, or for month and day exchanged; or the dates are equal though the middle names differ",
        ),
        Rule::N4 => (
            "N4",
            "a second look: the dates of birth are equal, and the names but for one letter, or for last and first name exchanged",
        ),
        Rule::N5 => (
            "N5",
            "a second look: the dates of birth and the first names are equal",
        ),
    }
}

/// Two compared cases.
pub(super) struct Compared<'a> {
    pub(super) yours: CaseRows<'a>,
    pub(super) theirs: CaseRows<'a>,
    pub(super) counterparts: &'a [Option<Counterpart>],
    /// The codes of each record; empty sets if the case is not returned.
    pub(super) codes: &'a [ReasonCodes],
    pub(super) show_pii: bool,
}

impl Compared<'_> {
    pub(super) fn entries(&self, stop: &Stop) -> Result<Vec<ParticipantEntry>> {
        let trials = Trials::new(self.yours, self.theirs, self.counterparts);
        let near_ones = NearOnes::new(self.theirs);
        let rows = self.yours.rows.iter().enumerate();
        rows.map(|(place, row)| {
            if place % 1024 == 0 {
                stop.check()?;
            }
            let entry = entry_of(self.yours.extract, row, self.codes[place], self.show_pii);
            let their = |place: u32| &self.theirs.rows[place as usize];
            if let Some(counterpart) = self.counterparts[place] {
                let (letter, rule) = rule_text(counterpart.rule);
                let other = their(counterpart.place);
                return Ok(ParticipantEntry {
                    counterpart: Some(person(self.theirs.extract, other, self.show_pii)),
                    rule: Some(letter),
                    basis: Some(counterpart.basis().code()),
                    because: if counterpart.in_doubt {
                        format!("{rule}; in doubt: those whom it fits have different SSNs, so that none is handed out")
                    } else {
                        rule.to_owned()
                    },
                    ..entry
                });
            }
            let near = self.nearest(&trials, &near_ones, row);
            let other = near.as_ref().map(|&(place, _)| their(place));
            Ok(ParticipantEntry {
                nearest: other.map(|row| person(self.theirs.extract, row, self.show_pii)),
                because: near.map_or_else(|| nobody(row), |(_, why)| why),
                ..entry
            })
        })
        .collect()
    }

    /// The participant of theirs that comes closest, and why it is not the counterpart.
    fn nearest(
        &self,
        trials: &Trials<'_>,
        near_ones: &NearOnes,
        row: &Row,
    ) -> Option<(u32, String)> {
        let places = near_ones.of(self.yours.extract, row);
        let near = places.into_iter().filter_map(|place| {
            let trial = trials.of(row, place);
            let other = &self.theirs.rows[place as usize];
            let (rank, why) = self.why_not(row, other, &trial)?;
            // Of several that are equally close, the first.
            Some(((rank, !trial.same_class, trial.place), trial.place, why))
        });
        near.min_by_key(|&(rank, ..)| rank)
            .map(|(_, place, why)| (place, why))
    }

    /// How close a participant comes (smaller is closer), and why it is not the counterpart.
    fn why_not(&self, row: &Row, other: &Row, trial: &Trial) -> Option<(u8, String)> {
        let roles = || format!("{} here, {} there", type_text(row), type_text(other));
        let class = || match (row.class(), other.class()) {
            (None, _) | (_, None) => {
                format!(
                    "a participant without a type is never matched ({})",
                    roles()
                )
            }
            _ => format!("an adult is never compared with a child ({})", roles()),
        };
        if trial.same_ssn {
            let why = if trial.same_class {
                "another participant of your case has this SSN too, and that one's name".to_owned()
            } else {
                class()
            };
            return Some((0, format!("the usable SSNs are equal, but {why}")));
        }
        if trial.same_name {
            let why = if !trial.same_class {
                class()
            } else if trial.held {
                "that one is the counterpart of another participant of your case".to_owned()
            } else if trial.middles_contradict {
                "the middle names contradict each other (N1, N2)".to_owned()
            } else if row.date_of_birth().is_some() && other.date_of_birth().is_some() {
                "both dates of birth are valid, and they differ (N1)".to_owned()
            } else if trial.by_name.is_some() {
                "a date of birth is missing, and nobody else of the case was found by SSN, or by name and date of birth (N2)".to_owned()
            } else if row.ssn().is_some() && other.ssn().is_some() {
                "a date of birth is missing, and the usable SSNs differ (N2)".to_owned()
            } else {
                format!(
                    "there is no pair of dates of birth to compare, and the roles do not agree (N2): {}",
                    roles()
                )
            };
            return Some((1, format!("the names are equal, but {why}")));
        }
        let names = "and the names are not equal";
        match ssn_likeness((self.yours.extract, row), (self.theirs.extract, other)) {
            Some(likeness) => {
                let (what, rank) = match likeness {
                    SsnLikeness::Digit => ("the SSNs differ in one digit", 2),
                    SsnLikeness::Exchanged => {
                        ("the SSNs differ by two neighbouring digits exchanged", 2)
                    }
                };
                Some((rank, format!("{what}, {names}")))
            }
            None if trial.same_class
                && row.date_of_birth().is_some()
                && row.date_of_birth() == other.date_of_birth() =>
            {
                let ssns = if row.ssn().is_some() && other.ssn().is_some() {
                    "the SSNs differ"
                } else {
                    "there is no pair of usable SSNs"
                };
                Some((
                    3,
                    format!("the dates of birth are equal, but {ssns}, {names}"),
                ))
            }
            None => None,
        }
    }
}

fn type_text(row: &Row) -> &'static str {
    match row.participant().code() {
        "  " => "no type",
        code => code,
    }
}

/// Why nobody comes close.
fn nobody(row: &Row) -> String {
    match row.class() {
        None => "a participant without a type is neither adult nor child and is never matched",
        Some(ParticipantClass::Adult) => {
            "no adult of the other case has this SSN, this name, or anything near them"
        }
        Some(ParticipantClass::Child) => {
            "no child of the other case has this SSN, this name, or anything near them"
        }
    }
    .to_owned()
}

/// A participant of a case that was not found.
pub(super) fn entry_of(
    extract: &Extract,
    row: &Row,
    codes: ReasonCodes,
    show_pii: bool,
) -> ParticipantEntry {
    ParticipantEntry {
        yours: person(extract, row, show_pii),
        counterpart: None,
        rule: None,
        basis: None,
        nearest: None,
        because: String::new(),
        codes: codes.iter().map(ReasonCode::code).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::extract::{Loaded, Loader, Provenance};
    use crate::engine::matching::{Work, compare};
    use crate::engine::ssn_check::Misidentified;
    use crate::formats::input::{InputForm, InputForms, Source};
    use crate::formats::layout::{LayoutSet, RECORD_BYTES};
    use crate::formats::record::Date;
    use crate::formats::reference::Counties;
    use crate::progress::Stage;

    /// An extract of one case of people who have much in common.
    fn extract(random: &mut u64, (own, other): (&str, &str)) -> Extract {
        let mut pick = |values: &[&'static str]| {
            *random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            values[(*random >> 33) as usize % values.len()]
        };
        let mut text = Vec::new();
        for number in 0..9 {
            let mut line = [b' '; RECORD_BYTES];
            let mut put = |first: usize, text: &str| {
                line[first - 1..][..text.len()].copy_from_slice(text.as_bytes());
            };
            let ssns = [
                "",
                "",
                "412660101",
                "412660102",
                "412660110",
                "512660101",
                "999660101",
                "000000000",
            ];
            let births = ["", "20120405", "20120406", "19800105"];
            for (first, text) in [
                (1, "C1"),
                (16, "I"),
                (17, own),
                (24, pick(&ssns)),
                (33, &number.to_string()),
                (48, pick(&["CH", "CH", "CP", "NP", ""])),
                (50, "O"),
                (51, pick(&["ALVAREZ", "BYRNE", "CASTRO"])),
                (81, pick(&["LUZ", "ANN"])),
                (97, pick(&["", "MARIA", "JO"])),
                (113, pick(&births)),
                (122, "C1"),
                (138, other),
            ] {
                put(first, text);
            }
            text.extend_from_slice(&line);
            text.push(b'\n');
        }
        let (layouts, stop) = (LayoutSet::load(None).unwrap(), Stop::default());
        let loader = Loader {
            submitted_layout: layouts.extract().unwrap(),
            fcr_layout: layouts.fcr_extract().unwrap(),
            form: InputForms::default(),
            run_date: Date::from_ccyymmdd(20_261_122).unwrap(),
            counties: &Counties::default(),
            misidentified: &Misidentified::default(),
            master: None,
            max_rejects_percent: 100.0,
            max_warnings: 0,
            digests: false,
            progress: &Stage::hidden(),
            stop: &stop,
        };
        let form = InputForm::default();
        let source = Source::of_bytes("x", &text, RECORD_BYTES, form, &stop).unwrap();
        match loader.load_source(source, Provenance::Submitted).unwrap() {
            Loaded::Usable(extract) => *extract,
            Loaded::Unusable(file) => panic!("{}", file.problem),
        }
    }

    #[test]
    fn the_nearest_by_key_is_the_nearest_of_all() {
        let (mut random, mut ranks) = (7, [0; 4]);
        for _ in 0..500 {
            let ours = extract(&mut random, ("48001", "06001"));
            let others = extract(&mut random, ("06001", "48001"));
            let all = |extract| CaseRows {
                extract,
                rows: &extract.rows,
            };
            let (yours, theirs) = (all(&ours), all(&others));
            let mut work = Work::default();
            compare(yours, theirs, &mut work);
            let compared = Compared {
                yours,
                theirs,
                counterparts: &work.counterparts,
                codes: &[],
                show_pii: false,
            };
            let trials = Trials::new(yours, theirs, &work.counterparts);
            let near_ones = NearOnes::new(theirs);
            for row in yours.rows {
                let every = (0..theirs.rows.len() as u32).filter_map(|place| {
                    let trial = trials.of(row, place);
                    let (rank, why) =
                        compared.why_not(row, &theirs.rows[place as usize], &trial)?;
                    Some(((rank, !trial.same_class, place), why))
                });
                let nearest = every.min_by_key(|(rank, _)| *rank);
                if let Some(((rank, ..), _)) = nearest {
                    ranks[usize::from(rank)] += 1;
                }
                let expected = nearest.map(|((.., place), why)| (place, why));
                assert_eq!(compared.nearest(&trials, &near_ones, row), expected);
            }
        }
        assert!(ranks.iter().all(|&rank| rank > 20), "{ranks:?}");
    }
}
