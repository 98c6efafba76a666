//! What speaks for and against a case of the other state being the counterpart of yours.

use std::cell::OnceCell;

use super::evidence::{Evidence, EvidenceSet};
use super::near::{ids_are_near, ssns_are_near};
use crate::engine::extract::{Case, CaseNumber, CaseRows, Row};
use crate::engine::matching::{Side, births_are_near, case_that_names};
use crate::formats::record::{Date, ParticipantClass, ParticipantType, PersonName, Ssn};

/// Of a case with more records so many are compared: the rest cannot change what is known by then, and
/// two large cases would take the time of their product.
const MOST_ROWS: usize = 64;

/// The participants of a case that are compared: those with a class. Of a large case they are the first in
/// the order of what is compared, SSNs before all, so that the order of records decides nothing.
pub(super) fn compared(rows: &[Row]) -> impl Iterator<Item = &Row> + Clone {
    let is_large = rows.len() > MOST_ROWS;
    let (all, mut some) = if is_large {
        (
            &[][..],
            rows.iter().filter(|row| row.class().is_some()).collect(),
        )
    } else {
        (rows, Vec::new())
    };
    some.sort_by_cached_key(|row| {
        let ssn = row.ssn().map(Ssn::number);
        let birth = row.date_of_birth().map(Date::days);
        (
            ssn.is_none(),
            ssn,
            row.name(),
            birth,
            row.participant().code(),
        )
    });
    some.truncate(MOST_ROWS);
    all.iter().filter(|row| row.class().is_some()).chain(some)
}

/// How two people agree; a higher one says more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    #[default]
    Other,
    Birth,
    Name,
    NameNear,
    NameBirthOtherSsn,
    SsnAlone,
    NameBirth,
    SsnNear,
    Ssn,
}

impl Level {
    /// Whether two people who agree so much are taken for one.
    fn is_one_person(self) -> bool {
        match self {
            Level::Ssn
            | Level::SsnNear
            | Level::NameBirth
            | Level::NameBirthOtherSsn
            | Level::NameNear => true,
            Level::SsnAlone | Level::Name | Level::Birth | Level::Other => false,
        }
    }
}

/// A participant, with the name read when it is first asked for.
pub(super) struct Person<'a> {
    rows: CaseRows<'a>,
    row: &'a Row,
    name: OnceCell<PersonName>,
}

impl<'a> Person<'a> {
    /// The participants of a case that have a class.
    pub(super) fn all(side: &'a Side, case: &Case) -> Vec<Person<'a>> {
        let rows = CaseRows {
            extract: &side.extract,
            rows: side.extract.rows_of(case),
        };
        compared(rows.rows)
            .map(|row| Person {
                rows,
                row,
                name: OnceCell::new(),
            })
            .collect()
    }

    fn name(&self) -> &PersonName {
        self.name.get_or_init(|| self.rows.person_name(self.row))
    }

    fn is(&self, role: ParticipantType) -> bool {
        self.row.participant().agrees_with(role)
    }

    /// How two people agree. Only what the match itself may use is looked at: an SSN that is not
    /// usable, a placeholder for a name and a date that is not valid are none.
    fn level(&self, other: &Person<'_>) -> Level {
        let (a, b) = (self.row, other.row);
        let same_name = a.name().is_some() && a.name() == b.name();
        let births = a.date_of_birth().zip(b.date_of_birth());
        let same_birth = births.is_some_and(|(a, b)| a == b);
        let ssns = a.ssn().zip(b.ssn());
        let alike = || a.name().is_some() && b.name().is_some() && alike(self.name(), other.name());
        match ssns {
            Some((a, b)) if a == b => {
                return if same_name || same_birth || alike() {
                    Level::Ssn
                } else {
                    Level::SsnAlone
                };
            }
            Some((a, b)) if (same_name || same_birth) && ssns_are_near(a, b) => {
                return Level::SsnNear;
            }
            _ => {}
        }
        match (same_name, same_birth) {
            (true, true) if ssns.is_some() => Level::NameBirthOtherSsn,
            (true, true) => Level::NameBirth,
            (false, true) if ssns.is_none() && alike() => Level::NameNear,
            (false, true) => Level::Birth,
            _ if ssns.is_some() => Level::Other,
            (true, false) => match births {
                None => Level::Name,
                Some((a, b)) if births_are_near(a, b) => Level::NameNear,
                Some(_) => Level::Other,
            },
            _ => Level::Other,
        }
    }
}

/// Whether names agree but for a slip: the surname is another one, or lacks a part; the first name is
/// another one, or a short form; last and first are exchanged.
fn alike(a: &PersonName, b: &PersonName) -> bool {
    a.first == b.first || a.last == b.last || (a.last == b.first && a.first == b.last)
}

/// The best level of any two people in these roles; none where one of the cases has nobody there.
fn best(yours: &[Person<'_>], mine: ParticipantType, theirs: &[Person<'_>]) -> Option<Level> {
    best_of(yours, mine, theirs, mine)
}

fn best_of(
    yours: &[Person<'_>],
    mine: ParticipantType,
    theirs: &[Person<'_>],
    role: ParticipantType,
) -> Option<Level> {
    let ours = yours.iter().filter(|person| person.is(mine));
    let levels = ours.flat_map(|p| {
        let others = theirs.iter().filter(|q| q.is(role));
        others.map(|q| p.level(q))
    });
    levels.max()
}

/// The piece of evidence of a level.
fn piece(level: Level, first: Evidence) -> Evidence {
    let step = match level {
        Level::Ssn => 0,
        Level::SsnAlone => 1,
        Level::SsnNear => 2,
        Level::NameBirth => 3,
        Level::NameBirthOtherSsn => 4,
        Level::NameNear => 5,
        Level::Name => 6,
        Level::Birth => 7,
        Level::Other => 8,
    };
    Evidence::ALL[first as usize + step]
}

/// Your case, with what is compared of it again and again.
pub(super) struct Asker<'a> {
    pub(super) side: &'a Side,
    pub(super) case: &'a Case,
    people: Vec<Person<'a>>,
}

impl<'a> Asker<'a> {
    pub(super) fn new(side: &'a Side, number: CaseNumber) -> Self {
        let case = &side.extract.cases[number as usize];
        Asker {
            side,
            case,
            people: Person::all(side, case),
        }
    }

    /// What speaks for and against a case of the other state.
    pub(super) fn evidence(&self, theirs: &Side, number: CaseNumber) -> EvidenceSet {
        let case = &theirs.extract.cases[number as usize];
        let mut set = EvidenceSet::default();
        self.their_pointer(theirs, case, &mut set);
        self.your_pointer(theirs, case, &mut set);
        if !case.data.open && self.case.data.open {
            set.add(Evidence::Closed);
        }
        let people = Person::all(theirs, case);
        self.people(&people, &mut set);
        set
    }

    fn their_pointer(&self, theirs: &Side, case: &Case, set: &mut EvidenceSet) {
        // The FCR does not know which case a case names.
        if theirs.fcr_supplied() {
            return;
        }
        let (state, named) = (self.side.extract.state, case.data.other_id);
        let yours = self.case.data.id;
        let piece = if case.data.other_state != Some(state) {
            Evidence::NamesThirdState
        } else if named.is_blank() {
            Evidence::NamesNone
        } else if named == yours {
            Evidence::NamesYours
        } else if named.without_leading_zeroes() == yours.without_leading_zeroes() {
            Evidence::NamesYoursButZeroes
        } else if case_that_names(self.side, named, (theirs.extract.state, case.data.id)).is_some()
        {
            Evidence::CounterpartOfAnother
        } else if ids_are_near(named, yours) {
            Evidence::NamesYoursNear
        } else if self.side.extract.cases_with_id(named).next().is_some() {
            Evidence::NamesAnother
        } else {
            Evidence::NamesUnknown
        };
        set.add(piece);
    }

    fn your_pointer(&self, theirs: &Side, case: &Case, set: &mut EvidenceSet) {
        let (named, id) = (self.case.data.other_id, case.data.id);
        if named.is_blank() {
            return;
        }
        let piece = if named == id {
            Evidence::CaseId
        } else if named.without_leading_zeroes() == id.without_leading_zeroes() {
            Evidence::CaseIdButZeroes
        } else if ids_are_near(named, id) {
            Evidence::CaseIdNear
        } else if theirs.extract.cases_with_id(named).next().is_some() {
            Evidence::YouNameAnother
        } else {
            return;
        };
        set.add(piece);
    }

    fn people(&self, theirs: &[Person<'_>], set: &mut EvidenceSet) {
        use ParticipantType::{Ch, Cp, Np};
        let yours = &self.people;
        let (cp, np) = (best(yours, Cp, theirs), best(yours, Np, theirs));
        if let Some(level) = cp {
            set.add(piece(level, Evidence::CpSsn));
        }
        if let Some(level) = np {
            set.add(piece(level, Evidence::NpSsn));
        }
        self.children(theirs, set);
        let is_same = |mine, role| {
            best_of(yours, mine, theirs, role).is_some_and(|level| level >= Level::NameBirth)
        };
        if is_same(Cp, Np) || is_same(Np, Cp) {
            set.add(Evidence::RolesExchanged);
        }
        let as_child = [Cp, Np]
            .into_iter()
            .any(|role| is_same(role, Ch) || is_same(Ch, role));
        if as_child {
            set.add(Evidence::AdultAsChild);
        }
    }

    fn children(&self, theirs: &[Person<'_>], set: &mut EvidenceSet) {
        let is_child = |person: &&Person<'_>| person.row.class() == Some(ParticipantClass::Child);
        let ours: Vec<&Person<'_>> = self.people.iter().filter(is_child).collect();
        let others: Vec<&Person<'_>> = theirs.iter().filter(is_child).collect();
        if ours.is_empty() || others.is_empty() {
            return;
        }
        let mut best_there = vec![Level::Other; others.len()];
        let mut levels = Vec::with_capacity(ours.len());
        for p in &ours {
            let mut best = Level::Other;
            for (q, there) in others.iter().zip(&mut best_there) {
                let level = p.level(q);
                best = best.max(level);
                *there = level.max(*there);
            }
            levels.push(best);
        }
        let best = levels.iter().copied().max().unwrap_or_default();
        set.add(piece(best, Evidence::ChildSsn));
        let same = levels.iter().filter(|&&level| level >= Level::NameBirth);
        if same.count() > 1 {
            set.add(Evidence::MoreChildren);
        }
        let missing = |levels: &[Level]| levels.iter().any(|&level| level < Level::Name);
        if best >= Level::Name && (missing(&levels) || missing(&best_there)) {
            set.add(Evidence::ChildMissing);
        }
    }
}

/// Whether two cases of one state have the same people, so that one may be taken for the other: a
/// child, or both parents, and the parents have not exchanged their roles. A state has a case twice
/// where it was closed and opened again, or entered again.
pub(super) fn have_the_same_people(side: &Side, a: CaseNumber, b: CaseNumber) -> bool {
    use ParticipantType::{Ch, Cp, Np};
    let case = |number: CaseNumber| &side.extract.cases[number as usize];
    if !may_share_people(side.extract.rows_of(case(a)), side.extract.rows_of(case(b))) {
        return false;
    }
    let (a, b) = (Person::all(side, case(a)), Person::all(side, case(b)));
    let is_same = |mine, role| best_of(&a, mine, &b, role).is_some_and(Level::is_one_person);
    let is_twice = is_same(Ch, Ch) || (is_same(Cp, Cp) && is_same(Np, Np));
    is_twice && !is_same(Cp, Np) && !is_same(Np, Cp)
}

/// Whether any two rows have an SSN, a name or a date of birth in common: if not, nobody is the same.
fn may_share_people(ours: &[Row], theirs: &[Row]) -> bool {
    let is_alike = |a: &Row, b: &Row| {
        (a.ssn().is_some() && a.ssn() == b.ssn())
            || (a.name().is_some() && a.name() == b.name())
            || (a.date_of_birth().is_some() && a.date_of_birth() == b.date_of_birth())
    };
    let theirs = compared(theirs);
    compared(ours).any(|a| theirs.clone().any(|b| is_alike(a, b)))
}

/// What speaks for and against a case of the other state being the counterpart of a case of yours.
pub fn evidence_of(
    (yours, number): (&Side, CaseNumber),
    (theirs, other): (&Side, CaseNumber),
) -> EvidenceSet {
    Asker::new(yours, number).evidence(theirs, other)
}
