//! The strict rules for two large cases. Counterparts are looked up by key, which takes time linear
//! in the number of participants. The answer must be the same as that of `strict.rs`, which
//! compares every pair.

use std::hash::Hash;

use ahash::AHashMap;

use super::counterpart::{Counterpart, Rule};
use super::strict::NAME_STEPS;
use crate::engine::extract::{CaseRows, Row};
use crate::formats::record::{
    CaseId, Date, MiddleAgreement, MiddleName, ParticipantClass, ParticipantType, PersonName, Ssn,
};

/// The number of participant types, with the blank one.
const TYPES: usize = 5;

/// A name key: the number of a pair of normalised names, the same in both cases.
type Name = u32;
/// A person of yours: the index of the first row of that person.
type Person = u32;

/// The values of a participant that the rules compare.
struct Participant {
    row: Row,
    child: bool,
    name: Option<Name>,
    middle: MiddleName,
}

/// The participants of theirs under one key: the best of each type (usable SSN first, then record
/// order), and whether they have two or more different usable SSNs.
#[derive(Clone, Copy, Default)]
struct Fits {
    by_type: [Option<(bool, u32)>; TYPES],
    ssn: Option<Ssn>,
    different_ssns: bool,
}

impl Fits {
    fn offer(&mut self, row: &Row, place: u32) {
        let best = &mut self.by_type[row.participant().number() as usize];
        let rank = (row.ssn().is_none(), place);
        if best.is_none_or(|other| rank < other) {
            *best = Some(rank);
        }
        self.note_ssn(row.ssn());
    }

    fn note_ssn(&mut self, ssn: Option<Ssn>) {
        if ssn.is_some() {
            self.different_ssns |= self.ssn.is_some() && self.ssn != ssn;
            self.ssn = ssn;
        }
    }

    fn merge(&mut self, other: &Fits) {
        for (mine, theirs) in self.by_type.iter_mut().zip(other.by_type) {
            if let Some(theirs) = theirs
                && mine.is_none_or(|mine| theirs < mine)
            {
                *mine = Some(theirs);
            }
        }
        self.different_ssns |= other.different_ssns;
        self.note_ssn(other.ssn);
    }

    /// The best of the same type, or else the best of all.
    fn best(&self, participant: ParticipantType) -> Option<u32> {
        let same = self.by_type[participant.number() as usize];
        let others = || self.by_type.iter().flatten().min().copied();
        same.or_else(others).map(|(_, place)| place)
    }
}

/// Fills `counterparts` by the strict rules.
pub(super) fn strict_rules(
    yours: CaseRows<'_>,
    theirs: CaseRows<'_>,
    counterparts: &mut Vec<Option<Counterpart>>,
) {
    let mut names: AHashMap<PersonName, Name> = AHashMap::new();
    let ours = participants(yours, &mut names);
    let others = participants(theirs, &mut names);
    drop(names);
    counterparts.clear();
    counterparts.resize(ours.len(), None);
    by_ssn(&ours, &others, counterparts);
    let persons = persons(yours, &ours);
    for (rule, agreement) in NAME_STEPS {
        if rule == Rule::N2 && counterparts.iter().all(Option::is_none) {
            return;
        }
        by_name(rule, agreement, (&ours, &persons), &others, counterparts);
    }
}

fn participants(case: CaseRows<'_>, names: &mut AHashMap<PersonName, Name>) -> Vec<Participant> {
    let participant = |row: &Row| {
        let next = names.len() as Name;
        let name = row
            .name()
            .map(|_| *names.entry(case.person_name(row)).or_insert(next));
        Participant {
            row: *row,
            child: row.class() == Some(ParticipantClass::Child),
            name,
            middle: case.middle_name(row),
        }
    };
    case.rows.iter().map(participant).collect()
}

/// For each of your participants, the first one that is the same person.
fn persons(yours: CaseRows<'_>, ours: &[Participant]) -> Vec<Person> {
    let mut first: AHashMap<(CaseId, Name), Person> = AHashMap::new();
    let person = |(place, participant): (Person, &Participant)| {
        let member = yours
            .extract
            .field(&participant.row, yours.extract.layout.member_id);
        let is_given = member.iter().any(|byte| !matches!(byte, b'0' | b' '));
        match participant.name.filter(|_| is_given) {
            Some(name) => *first.entry((CaseId::new(member), name)).or_insert(place),
            None => place,
        }
    };
    (0..).zip(ours).map(person).collect()
}

fn by_ssn(ours: &[Participant], others: &[Participant], counterparts: &mut [Option<Counterpart>]) {
    type FirstByType = [Option<u32>; TYPES];
    let key = |p: &Participant| Some((p.row.class()?, p.row.ssn()?));
    let mut by_ssn: AHashMap<(bool, Ssn), FirstByType> = AHashMap::new();
    let mut by_ssn_and_name: AHashMap<(bool, Ssn, Name), FirstByType> = AHashMap::new();
    for (place, q) in (0..).zip(others) {
        let Some((_, ssn)) = key(q) else { continue };
        let participant = q.row.participant().number() as usize;
        let first = &mut by_ssn.entry((q.child, ssn)).or_default()[participant];
        first.get_or_insert(place);
        if let Some(name) = q.name {
            let first = by_ssn_and_name.entry((q.child, ssn, name)).or_default();
            first[participant].get_or_insert(place);
        }
    }
    let namesakes: ahash::AHashSet<(bool, Ssn, Name)> = ours
        .iter()
        .filter_map(|p| Some((p.child, key(p)?.1, p.name?)))
        .collect();
    for (p, counterpart) in ours.iter().zip(counterparts) {
        let Some((_, ssn)) = key(p) else { continue };
        let best = |first: &FirstByType| {
            let same = first[p.row.participant().number() as usize];
            same.or_else(|| first.iter().flatten().min().copied())
        };
        let same_name = p
            .name
            .and_then(|name| by_ssn_and_name.get(&(p.child, ssn, name)))
            .and_then(best);
        let Some(place) = same_name.or_else(|| by_ssn.get(&(p.child, ssn)).and_then(best)) else {
            continue;
        };
        // If two of yours have this SSN, it belongs to the one who has their name.
        let theirs = others[place as usize].name;
        let is_a_namesakes = same_name.is_none()
            && theirs.is_some_and(|name| namesakes.contains(&(p.child, ssn, name)));
        if !is_a_namesakes {
            *counterpart = Some(Counterpart {
                place,
                rule: Rule::S,
                in_doubt: false,
            });
        }
    }
}

/// Who holds a participant of theirs before a step.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Held {
    Free,
    By(Person),
    BySeveral,
}

/// The values that must be equal for a name rule, apart from middle names.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum RuleKey {
    N1(bool, Name, Date),
    /// Role, name, whether the date of birth is valid, whether there is a usable SSN.
    N2(u8, Name, bool, bool),
}

/// The keys by which a participant of theirs is found by middle name.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum MiddleKey {
    /// The middle name is equal to this one, which may be empty.
    Is(MiddleName),
    /// This is a proper prefix of the middle name.
    Continues(MiddleName),
    /// Any.
    Any,
}

fn role(participant: ParticipantType) -> u8 {
    match participant {
        ParticipantType::Blank => 0,
        ParticipantType::Np | ParticipantType::Pf => 1,
        ParticipantType::Cp => 2,
        ParticipantType::Ch => 3,
    }
}

/// The key under which a participant of theirs is entered.
fn their_key(rule: Rule, q: &Participant) -> Option<RuleKey> {
    let (name, birth) = (q.name?, q.row.date_of_birth());
    q.row.class()?;
    Some(match rule {
        Rule::N1 => RuleKey::N1(q.child, name, birth?),
        _ => RuleKey::N2(
            role(q.row.participant()),
            name,
            birth.is_some(),
            q.row.ssn().is_some(),
        ),
    })
}

/// The keys that are looked up for a participant of yours.
fn our_keys(rule: Rule, p: &Participant) -> Vec<RuleKey> {
    let (Some(name), Some(_)) = (p.name, p.row.class()) else {
        return Vec::new();
    };
    let birth = p.row.date_of_birth();
    if rule == Rule::N1 {
        return birth
            .map(|birth| RuleKey::N1(p.child, name, birth))
            .into_iter()
            .collect();
    }
    // At least one date of birth is missing, and at least one of the two has no usable SSN.
    let mut keys = Vec::new();
    for dated in [false, true] {
        for with_ssn in [false, true] {
            let both = (dated && birth.is_some()) || (with_ssn && p.row.ssn().is_some());
            if !both {
                let role = role(p.row.participant());
                keys.push(RuleKey::N2(role, name, dated, with_ssn));
            }
        }
    }
    keys
}

/// The proper prefixes of a middle name, except the empty one.
fn prefixes(middle: &MiddleName) -> impl Iterator<Item = MiddleName> + '_ {
    let bytes = middle.as_bytes();
    (1..bytes.len()).map(|length| MiddleName::exactly(&bytes[..length]))
}

/// One step of N1 or N2.
fn by_name(
    rule: Rule,
    agreement: MiddleAgreement,
    (ours, persons): (&[Participant], &[Person]),
    others: &[Participant],
    counterparts: &mut [Option<Counterpart>],
) {
    let held = held(persons, others.len(), counterparts);
    let mut fits: AHashMap<(RuleKey, MiddleKey, Option<Person>), Fits> = AHashMap::new();
    for (place, q) in (0..).zip(others) {
        let holder = match held[place as usize] {
            Held::Free => None,
            Held::By(person) => Some(person),
            Held::BySeveral => continue,
        };
        let Some(key) = their_key(rule, q) else {
            continue;
        };
        let mut enter = |middle| {
            let fits = fits.entry((key, middle, holder)).or_default();
            fits.offer(&q.row, place);
        };
        match agreement {
            MiddleAgreement::Equal => enter(MiddleKey::Is(q.middle)),
            MiddleAgreement::Prefix => {
                enter(MiddleKey::Is(q.middle));
                prefixes(&q.middle).for_each(|prefix| enter(MiddleKey::Continues(prefix)));
            }
            MiddleAgreement::Silent => {
                enter(MiddleKey::Is(q.middle));
                enter(MiddleKey::Any);
            }
            MiddleAgreement::Contradict => {}
        }
    }
    let found: Vec<Option<Counterpart>> = ours
        .iter()
        .enumerate()
        .map(|(place, p)| {
            if counterparts[place].is_some() {
                return None;
            }
            let is_empty = p.middle.as_bytes().is_empty();
            let middles: Vec<MiddleKey> = match agreement {
                MiddleAgreement::Equal if !is_empty => vec![MiddleKey::Is(p.middle)],
                MiddleAgreement::Prefix if !is_empty => {
                    let shorter = prefixes(&p.middle).map(MiddleKey::Is);
                    shorter.chain([MiddleKey::Continues(p.middle)]).collect()
                }
                MiddleAgreement::Silent if is_empty => vec![MiddleKey::Any],
                MiddleAgreement::Silent => vec![MiddleKey::Is(MiddleName::default())],
                _ => Vec::new(),
            };
            let mut all = Fits::default();
            for key in our_keys(rule, p) {
                for &middle in &middles {
                    for holder in [None, Some(persons[place])] {
                        if let Some(some) = fits.get(&(key, middle, holder)) {
                            all.merge(some);
                        }
                    }
                }
            }
            Some(Counterpart {
                place: all.best(p.row.participant())?,
                rule,
                in_doubt: all.different_ssns,
            })
        })
        .collect();
    for (counterpart, found) in counterparts.iter_mut().zip(found) {
        *counterpart = counterpart.or(found);
    }
}

fn held(persons: &[Person], others: usize, counterparts: &[Option<Counterpart>]) -> Vec<Held> {
    let mut held = vec![Held::Free; others];
    for (&person, counterpart) in persons.iter().zip(counterparts) {
        if let Some(counterpart) = counterpart.filter(|counterpart| !counterpart.in_doubt) {
            let held = &mut held[counterpart.place as usize];
            *held = match *held {
                Held::Free => Held::By(person),
                Held::By(other) if other == person => Held::By(person),
                _ => Held::BySeveral,
            };
        }
    }
    held
}

#[cfg(test)]
mod tests {
    use super::super::compare;
    use super::*;
    use crate::engine::extract::{Extract, Loaded, Loader, Provenance};
    use crate::engine::matching::MatchBasis;
    use crate::engine::matching::strict;
    use crate::engine::matching::strict::Work;
    use crate::engine::ssn_check::Misidentified;
    use crate::formats::input::InputForms;
    use crate::formats::layout::LayoutSet;
    use crate::formats::reference::Counties;
    use crate::progress::Stage;
    use crate::stop::Stop;

    /// One case of so many participants whose keys come from small sets, so that all rules and ties
    /// occur.
    fn case_of(state: &str, count: u32, seed: u32) -> Extract {
        let mut text = String::new();
        let mut random = seed;
        let mut next = |below: u32| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (random >> 8) % below
        };
        for number in 0..count {
            let member = if next(3) == 0 { next(4) } else { number };
            let ssn = match next(3) {
                0 => "         ".to_owned(),
                _ => format!("4126600{:02}", next(30) + 1),
            };
            let participant = ["NP", "CP", "PF", "CH", "CH", "CH", "  "][next(7) as usize];
            let name = format!(
                "{:<30}{:<16}{:<16}",
                ["LEE", "LEE JR", "ROY", ""][next(4) as usize],
                ["ANN", "BO"][next(2) as usize],
                ["", "J", "JAN", "JANE", "KAI", "NMN"][next(6) as usize]
            );
            let date = ["        ", "20100101", "20110101", "20129999"][next(4) as usize];
            let other = if state == "06" { "48" } else { "06" };
            let start = format!(
                "{:<15}I{state}000  {ssn}{member:<15}{participant}O{name}{date}M",
                "CASE"
            );
            text += &format!(
                "{start:<137}{other}000{:99}
",
                ""
            );
        }
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let layouts = LayoutSet::load(None).unwrap();
        let loader = Loader {
            submitted_layout: layouts.extract().unwrap(),
            fcr_layout: layouts.fcr_extract().unwrap(),
            form: InputForms::default(),
            run_date: Date::from_ccyymmdd(20_261_122).unwrap(),
            counties: &Counties::default(),
            misidentified: &Misidentified::default(),
            master: None,
            max_rejects_percent: 0.0,
            max_warnings: 0,
            digests: false,
            progress: &Stage::hidden(),
            stop: &Stop::default(),
        };
        match loader.load(file.path(), Provenance::Submitted).unwrap() {
            Loaded::Usable(extract) => *extract,
            Loaded::Unusable(file) => panic!("{}", file.problem),
        }
    }

    #[test]
    fn looking_at_every_pair_and_looking_up_keys_give_the_same_counterparts() {
        let mut bases = [0; MatchBasis::ALL.len()];
        for seed in 0..400 {
            // Up to 300 rows, so that lookups within a large case are tried as well.
            let ours = case_of("06", 1 + seed * 3 % 300, seed);
            let theirs = case_of("48", 1 + seed * 7 % 290, seed + 1000);
            let case = |extract| CaseRows {
                extract,
                rows: &extract.rows,
            };
            let (ours, theirs) = (case(&ours), case(&theirs));
            let mut work = Work::default();
            strict::strict_rules(ours, theirs, &mut work);
            let mut keyed = Vec::new();
            strict_rules(ours, theirs, &mut keyed);
            assert_eq!(work.counterparts, keyed, "seed {seed}");
            for counterpart in keyed.iter().flatten() {
                bases[counterpart.basis().index()] += 1;
            }
            let by_score = compare::score(ours, theirs, &mut work);
            let plain = compare::with_strict(ours, theirs, &mut work, |rows, counterparts| {
                rows.iter()
                    .zip(counterparts)
                    .filter(|(_, counterpart)| counterpart.is_some())
                    .count()
            });
            let found = keyed.iter().flatten().count();
            assert_eq!(
                (by_score.adults + by_score.children) as usize,
                found,
                "seed {seed}"
            );
            assert_eq!(plain, found, "seed {seed}");
        }
        assert!(bases[..4].iter().all(|&count| count > 100), "{bases:?}");
    }
}
