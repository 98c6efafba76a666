//! The near misses of a case that was not found, in the other state: cases that name yours, Case
//! IDs that differ only in zeroes, SSNs with one digit wrong or two adjacent digits exchanged, and
//! persons who are there in another role.

use std::collections::BTreeMap;

use ahash::AHashMap;

use super::asked::Asked;
use super::likeness::{SsnLikeness, likeness, neighbours, number_of};
use super::model::{NearMiss, NearMissKind, Person};
use super::person::{case_ids, person};
use crate::engine::extract::Case;
use crate::engine::extract::{CaseRows, Extract, Row};
use crate::engine::matching::{Matcher, Outcome, Scratch, Side, Unobserved};
use crate::error::Result;
use crate::formats::record::{CaseId, ParticipantClass};

/// At most this many near misses of a kind are listed; the others are counted.
const MOST_LISTED: usize = 5;

/// Evidence that two participants with similar SSNs are different people.
#[derive(Clone, Copy)]
struct Seems {
    other_name: bool,
    /// `None` unless both have a valid date.
    other_birth: Option<bool>,
    other_type: bool,
}

impl Seems {
    fn text(self) -> String {
        let name = if self.other_name {
            "differ"
        } else {
            "are equal"
        };
        let birth = match self.other_birth {
            None => "cannot be compared",
            Some(true) => "differ",
            Some(false) => "are equal",
        };
        format!("the names {name}, the dates of birth {birth}")
    }
}

/// Whether two Case IDs differ, but only in zeroes.
fn differ_in_zeroes(a: CaseId, b: CaseId) -> bool {
    let (first, second) = (a.bytes(), b.bytes());
    let rest = |bytes: &'_ [u8; 15]| {
        let mut kept = [b' '; 15];
        let others = bytes.iter().filter(|&&byte| byte != b'0' && byte != b' ');
        for (place, &byte) in kept.iter_mut().zip(others) {
            *place = byte;
        }
        kept
    };
    a != b && rest(&first) == rest(&second) && rest(&first) != [b' '; 15]
}

/// The near misses of one case, collected by kind.
pub(super) struct Misses<'a> {
    pub(super) asked: Asked<'a>,
    listed: BTreeMap<NearMissKind, Vec<NearMiss>>,
    left_out: BTreeMap<NearMissKind, usize>,
}

impl<'a> Misses<'a> {
    pub(super) fn new(asked: Asked<'a>) -> Self {
        Misses {
            asked,
            listed: BTreeMap::new(),
            left_out: BTreeMap::new(),
        }
    }

    /// Lists a near miss, or counts it if its kind has enough.
    pub(super) fn add(&mut self, kind: NearMissKind, miss: impl FnOnce() -> NearMiss) {
        let listed = self.listed.entry(kind).or_default();
        if listed.len() < MOST_LISTED {
            listed.push(miss());
        } else {
            *self.left_out.entry(kind).or_default() += 1;
        }
    }

    /// The listed near misses, and per kind the number of those that are not listed.
    pub(super) fn into_parts(self) -> (Vec<NearMiss>, BTreeMap<&'static str, usize>) {
        let left_out = self.left_out.into_iter();
        let left_out = left_out.map(|(kind, count)| (kind.word(), count)).collect();
        (self.listed.into_values().flatten().collect(), left_out)
    }

    /// Your participant at an index of the case.
    pub(super) fn your_person(&self, place: usize) -> Person {
        let extract = &self.asked.yours.extract;
        person(extract, &self.asked.rows()[place], self.asked.show_pii)
    }

    /// Searches the other state's cases.
    ///
    /// # Errors
    /// [`crate::Error::Interrupted`].
    pub(super) fn look_in(&mut self, side: &Side) -> Result<()> {
        self.look_without_direction(side);
        let asked = self.asked;
        let (case, your_state) = (asked.case, asked.yours.extract.state);
        let (exact, near) = self.ssn_keys();
        let extract = &side.extract;
        let mut alike = Vec::new();
        for (number, theirs) in extract.cases.iter().enumerate() {
            if number % 4096 == 0 {
                asked.stop.check()?;
            }
            if theirs.data.other_state == Some(your_state) && theirs.data.other_id == case.data.id {
                self.add(NearMissKind::NamesYourCase, || NearMiss {
                    kind: NearMissKind::NamesYourCase,
                    case: case_ids(extract, theirs),
                    because: "that case names your state and your Case ID, but your Other State Case ID is not its Case ID, and no participant led to it".to_owned(),
                    yours: None,
                    theirs: None,
                    rejected: None,
                });
            }
            if differ_in_zeroes(theirs.data.id, case.data.other_id) {
                self.add(NearMissKind::CaseIdZeroes, || NearMiss {
                    kind: NearMissKind::CaseIdZeroes,
                    case: case_ids(extract, theirs),
                    because: "its Case ID and your Other State Case ID differ only in zeroes, and zeroes count".to_owned(),
                    yours: None,
                    theirs: None,
                    rejected: None,
                });
            }
            for row in extract.rows_of(theirs) {
                let Some(number) = number_of(extract, row) else {
                    continue;
                };
                if let Some(&place) = exact.get(&number).filter(|_| row.ssn().is_some()) {
                    let because = self.why_no_key(place, theirs, row);
                    self.add_person(
                        NearMissKind::SsnRole,
                        (extract, theirs, row),
                        place,
                        because,
                    );
                } else if let Some(&(place, likeness)) = near.get(&number) {
                    alike.push((theirs, row, place, likeness));
                }
            }
        }
        self.add_alike(extract, alike);
        Ok(())
    }

    /// Adds participants with SSNs similar to yours; those who seem to be the same person come
    /// first.
    fn add_alike(&mut self, extract: &Extract, alike: Vec<(&Case, &Row, usize, SsnLikeness)>) {
        let yours = self.asked.participants();
        let rows = yours.rows;
        let theirs_of = |row| CaseRows {
            extract,
            rows: std::slice::from_ref(row),
        };
        let mut ranked: Vec<_> = alike
            .into_iter()
            .map(|(theirs, row, place, likeness)| {
                let ours = &rows[place];
                let born = ours.date_of_birth().zip(row.date_of_birth());
                let seems = Seems {
                    other_name: yours.person_name(ours) != theirs_of(row).person_name(row),
                    other_birth: born.map(|(here, there)| here != there),
                    other_type: ours.participant() != row.participant(),
                };
                (seems, theirs, row, place, likeness)
            })
            .collect();
        ranked.sort_by_key(|&(seems, ..)| {
            (
                seems.other_name,
                seems.other_birth != Some(false),
                seems.other_type,
            )
        });
        for (seems, theirs, row, place, likeness) in ranked {
            let (kind, what) = match likeness {
                SsnLikeness::Digit => (NearMissKind::SsnDigit, "one digit differs"),
                SsnLikeness::Exchanged => (
                    NearMissKind::SsnExchanged,
                    "two neighbouring digits are exchanged",
                ),
            };
            let because = format!("of the two SSNs {what}; {}", seems.text());
            self.add_person(kind, (extract, theirs, row), place, because);
        }
    }

    fn add_person(
        &mut self,
        kind: NearMissKind,
        (extract, theirs, row): (&Extract, &Case, &Row),
        place: usize,
        because: String,
    ) {
        let asked = self.asked;
        let ours = &asked.rows()[place];
        self.add(kind, || NearMiss {
            kind,
            case: case_ids(extract, theirs),
            because,
            yours: Some(person(&asked.yours.extract, ours, asked.show_pii)),
            theirs: Some(person(extract, row, asked.show_pii)),
            rejected: None,
        });
    }

    /// Your usable SSNs, and the numbers similar to them, each with the first participant that has
    /// it.
    fn ssn_keys(&self) -> (AHashMap<u32, usize>, AHashMap<u32, (usize, SsnLikeness)>) {
        let (mut exact, mut near) = (AHashMap::new(), AHashMap::new());
        for (place, row) in self.asked.rows().iter().enumerate() {
            let Some(ssn) = row.ssn() else { continue };
            exact.entry(ssn.number()).or_insert(place);
            for number in neighbours(ssn.number()) {
                if let Some(likeness) = likeness(ssn.number(), number) {
                    near.entry(number).or_insert((place, likeness));
                }
            }
        }
        (exact, near)
    }

    /// Why the same usable SSN did not lead to a match.
    fn why_no_key(&self, place: usize, theirs: &Case, row: &Row) -> String {
        let ours = &self.asked.rows()[place];
        let (here, there) = (ours.participant(), row.participant());
        let text = |code: &'static str| if code == "  " { "no type" } else { code };
        let roles = format!("{} here, {} there", text(here.code()), text(there.code()));
        let elsewhere = theirs.data.other_state != Some(self.asked.yours.extract.state);
        let why = match (ours.class(), row.class()) {
            (None, _) | (_, None) => format!("a participant without a type is not a key ({roles})"),
            (Some(mine), Some(other)) if mine != other => {
                format!("a child is looked for among children, an adult among adults ({roles})")
            }
            _ if self.asked.matcher.directed && elsewhere => {
                "--counterpart directed drops that case, which does not name your state".to_owned()
            }
            (Some(ParticipantClass::Adult), _) if here != there => {
                format!("tier 3 wants the same type ({roles})")
            }
            _ => {
                "no child of that case has the name of a child of yours, as tier 3 wants".to_owned()
            }
        };
        format!("the usable SSN is the same, but {why}")
    }

    /// Adds the case that would be found without `--counterpart directed`.
    fn look_without_direction(&mut self, side: &Side) {
        let asked = self.asked;
        if !asked.matcher.directed {
            return;
        }
        let any = Matcher {
            directed: false,
            ..*asked.matcher
        };
        let mut scratch = Scratch::default();
        let outcome = any.match_case(asked.yours, asked.number, &mut scratch, &mut Unobserved);
        if let Outcome::Matched(found) = outcome {
            let theirs = &side.extract.cases[found.case as usize];
            self.add(NearMissKind::Directed, || NearMiss {
                kind: NearMissKind::Directed,
                case: case_ids(&side.extract, theirs),
                because: format!(
                    "tier {} would find it, but it does not name your state, and --counterpart directed drops it",
                    found.tier.number()
                ),
                yours: None,
                theirs: None,
                rejected: None,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_digit_or_two_neighbours_make_a_likeness() {
        let like = likeness;
        assert_eq!(like(412_660_101, 412_660_102), Some(SsnLikeness::Digit));
        assert_eq!(like(412_660_101, 912_660_101), Some(SsnLikeness::Digit));
        assert_eq!(like(412_660_101, 412_660_110), Some(SsnLikeness::Exchanged));
        assert_eq!(like(412_660_101, 142_660_101), Some(SsnLikeness::Exchanged));
        assert_eq!(like(412_660_101, 412_660_101), None);
        assert_eq!(like(412_660_101, 412_660_123), None);
        assert_eq!(like(412_660_103, 412_630_106), None);
    }

    #[test]
    fn every_neighbour_is_alike_and_there_are_as_many_as_there_must_be() {
        let all: Vec<_> = neighbours(412_660_103).collect();
        // 9 places with 9 other digits each, and 8 adjacent pairs, of which 66 does not change when
        // exchanged.
        assert_eq!(all.len(), 81 + 7);
        assert!(all.iter().all(|&n| likeness(412_660_103, n).is_some()));
    }

    #[test]
    fn ids_that_differ_only_in_zeroes() {
        let differ = |a: &str, b: &str| {
            differ_in_zeroes(CaseId::new(a.as_bytes()), CaseId::new(b.as_bytes()))
        };
        assert!(differ("0012345678", "12345678"));
        assert!(differ("TX0012", "TX12"));
        assert!(!differ("12345678", "12345678"));
        assert!(!differ("12345678", "12345679"));
        assert!(!differ("000", "0"));
        assert!(!differ("", "0"));
    }
}
