//! Comparing the participants of two cases (matching.md, section 6) [ours, as no public text gives
//! the rule].
//!
//! Adults are compared with adults, children with children. Two ways give the same answer: every
//! pair is looked at where the cases are small, and keys are looked up where they are large.

use super::lookup::Keys;
use crate::case::LargeCase;
use crate::extract::{Extract, Row};
use crate::record::{ParticipantClass, ParticipantType, PersonName, Ssn};

/// The rule by which a participant has its counterpart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// The usable SSNs are equal.
    S,
    /// The name keys are equal, and so are both valid dates of birth.
    N1,
    /// The name keys are equal, a date of birth is blank or invalid, and the roles agree.
    N2,
}

/// A participant's counterpart in the other case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counterpart {
    /// Its place among the rows of the other case, from 0.
    pub place: u32,
    /// The rule that found it.
    pub rule: Rule,
}

/// How many participants matched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Records of your children that have a counterpart.
    pub children: u32,
    /// Records of your adults that have a counterpart.
    pub adults: u32,
    /// A CP of yours has a CP as its counterpart.
    pub cp: bool,
    /// An NP or PF of yours has an NP or PF as its counterpart.
    pub np: bool,
}

impl Comparison {
    /// How many of the two indicators are Y.
    pub fn indicators(&self) -> u32 {
        u32::from(self.cp) + u32::from(self.np)
    }

    fn add(&mut self, yours: &Row, theirs: &Row) {
        match yours.class() {
            Some(ParticipantClass::Child) => self.children += 1,
            Some(ParticipantClass::Adult) => self.adults += 1,
            None => {}
        }
        let (yours, theirs) = (yours.participant(), theirs.participant());
        let is_np = |t| matches!(t, ParticipantType::Np | ParticipantType::Pf);
        self.cp |= yours == ParticipantType::Cp && theirs == ParticipantType::Cp;
        self.np |= is_np(yours) && is_np(theirs);
    }
}

/// Above this many pairs, and with more rows than [`FEW_ROWS`] on both sides, keys are looked up.
const MANY_PAIRS: usize = 4096;
const FEW_ROWS: usize = 16;
/// How many rows of the other case have a bit in [`Pairs::shared`].
const SHARED_ROWS: usize = 64;

/// Compares your case's participants with the other case's, and tells `found` each of yours in
/// turn, with its place and its counterpart.
pub fn compare(
    yours: (&Extract, &[Row]),
    theirs: (&Extract, &[Row]),
    found: impl FnMut(usize, Option<Counterpart>),
) -> Comparison {
    let (ours, others) = (yours.1.len(), theirs.1.len());
    let pairs = Pairs::new(yours, theirs);
    if ours * others > MANY_PAIRS && ours.min(others) > FEW_ROWS {
        let keys = Keys::new(&pairs);
        tally(&pairs, |row| keys.counterpart(&pairs, row), found)
    } else {
        tally(&pairs, |row| pairs.counterpart(row), found)
    }
}

/// How two cases compare, where nobody asks who is whose counterpart.
pub(super) fn score(yours: (&Extract, &[Row]), theirs: (&Extract, &[Row])) -> Comparison {
    let pairs = Pairs::new(yours, theirs);
    let Some(large) = pairs.our_large.filter(|_| theirs.1.len() <= SHARED_ROWS) else {
        return compare(yours, theirs, |_, _| {});
    };
    // Only rows that share a key with one of theirs can have a counterpart.
    let mut places = Vec::new();
    for (place, other) in theirs.1.iter().enumerate() {
        let Some(class) = other.class() else { continue };
        places.extend(
            other
                .ssn()
                .into_iter()
                .flat_map(|ssn| large.with_ssn(class, ssn)),
        );
        if let Some(name) = other.name().filter(|_| !pairs.is_shared(place, class)) {
            places.extend(large.with_name(class, name));
        }
    }
    places.sort_unstable();
    places.dedup();
    let mut comparison = Comparison::default();
    for row in places.into_iter().map(|place| &pairs.ours[place as usize]) {
        if let Some(counterpart) = pairs.counterpart(row) {
            comparison.add(row, &pairs.theirs[counterpart.place as usize]);
        }
    }
    comparison
}

fn tally(
    pairs: &Pairs<'_>,
    counterpart: impl Fn(&Row) -> Option<Counterpart>,
    mut found: impl FnMut(usize, Option<Counterpart>),
) -> Comparison {
    let mut comparison = Comparison::default();
    for (place, row) in pairs.ours.iter().enumerate() {
        let counterpart = counterpart(row);
        if let Some(counterpart) = counterpart {
            comparison.add(row, &pairs.theirs[counterpart.place as usize]);
        }
        found(place, counterpart);
    }
    comparison
}

/// Whether two rows have the same normalised names: digests alone could agree by chance.
pub(crate) fn same_names(yours: (&Extract, &Row), theirs: (&Extract, &Row)) -> bool {
    let name = |(extract, row): (&Extract, &Row)| {
        PersonName::new(
            extract.field(row, extract.layout.last_name),
            extract.field(row, extract.layout.first_name),
        )
    };
    name(yours) == name(theirs)
}

/// Two cases whose participants are compared.
pub(super) struct Pairs<'a> {
    our_extract: &'a Extract,
    pub(super) ours: &'a [Row],
    their_extract: &'a Extract,
    pub(super) theirs: &'a [Row],
    our_large: Option<&'a LargeCase>,
    their_large: Option<&'a LargeCase>,
    /// For the first rows of theirs a bit: some of ours of the same class has its usable SSN.
    shared: std::cell::OnceCell<u64>,
}

impl<'a> Pairs<'a> {
    pub(super) fn new(yours: (&'a Extract, &'a [Row]), theirs: (&'a Extract, &'a [Row])) -> Self {
        Pairs {
            our_extract: yours.0,
            ours: yours.1,
            their_extract: theirs.0,
            theirs: theirs.1,
            our_large: yours.0.large_case(yours.1),
            their_large: theirs.0.large_case(theirs.1),
            shared: std::cell::OnceCell::new(),
        }
    }

    /// Looks at every row of theirs.
    #[inline]
    pub(super) fn counterpart(&self, row: &Row) -> Option<Counterpart> {
        let class = row.class()?;
        self.by_ssn(row, class).or_else(|| self.by_name(row, class))
    }

    /// S: the usable SSNs are equal. Among several: the same type first, then their record order.
    #[inline]
    fn by_ssn(&self, row: &Row, class: ParticipantClass) -> Option<Counterpart> {
        let ssn = row.ssn()?;
        match self.their_large {
            Some(large) => self.by_ssn_among(row, ssn, class, large.with_ssn(class, ssn)),
            None => self.by_ssn_among(row, ssn, class, 0..self.theirs.len() as u32),
        }
    }

    #[inline]
    fn by_ssn_among(
        &self,
        row: &Row,
        ssn: Ssn,
        class: ParticipantClass,
        places: impl Iterator<Item = u32>,
    ) -> Option<Counterpart> {
        let mut first = None;
        for place in places {
            let other = &self.theirs[place as usize];
            if other.ssn() == Some(ssn) && other.class() == Some(class) {
                let counterpart = Counterpart {
                    place,
                    rule: Rule::S,
                };
                if other.participant() == row.participant() {
                    return Some(counterpart);
                }
                first.get_or_insert(counterpart);
            }
        }
        first
    }

    /// Among those with the same name key that none of ours of the class shares a usable SSN with:
    /// N1 before N2; then the same type; then a usable SSN; then their record order.
    pub(super) fn by_name(&self, row: &Row, class: ParticipantClass) -> Option<Counterpart> {
        let name = row.name()?;
        match self.their_large {
            Some(large) => self.by_name_among(row, name, class, large.with_name(class, name)),
            None => self.by_name_among(row, name, class, 0..self.theirs.len() as u32),
        }
    }

    fn by_name_among(
        &self,
        row: &Row,
        name: u64,
        class: ParticipantClass,
        places: impl Iterator<Item = u32>,
    ) -> Option<Counterpart> {
        let mut best: Option<((Rule, bool, bool), u32)> = None;
        for place in places {
            let other = &self.theirs[place as usize];
            if other.name() != Some(name)
                || other.class() != Some(class)
                || self.is_shared(place as usize, class)
            {
                continue;
            }
            let Some(rule) = name_rule(row, other) else {
                continue;
            };
            let rank = (
                rule,
                other.participant() != row.participant(),
                other.ssn().is_none(),
            );
            if best.is_none_or(|(other, _)| rank < other) && self.same_names(row, other) {
                best = Some((rank, place));
            }
        }
        best.map(|((rule, ..), place)| Counterpart { place, rule })
    }

    pub(super) fn same_names(&self, row: &Row, other: &Row) -> bool {
        same_names((self.our_extract, row), (self.their_extract, other))
    }

    #[inline]
    fn is_shared(&self, place: usize, class: ParticipantClass) -> bool {
        let shared = |other: &Row, class| {
            other.ssn().is_some_and(|ssn| match self.our_large {
                Some(large) => large.with_ssn(class, ssn).len() > 0,
                None => self
                    .ours
                    .iter()
                    .any(|row| row.ssn() == Some(ssn) && row.class() == Some(class)),
            })
        };
        if self.theirs.len() > SHARED_ROWS {
            return shared(&self.theirs[place], class);
        }
        let bits = self.shared.get_or_init(|| {
            let bit = |(place, other): (usize, &Row)| {
                u64::from(other.class().is_some_and(|class| shared(other, class))) << place
            };
            self.theirs.iter().enumerate().map(bit).sum()
        });
        bits >> place & 1 == 1
    }
}

/// N1 or N2, for two rows of one class with one name key.
#[inline]
pub(super) fn name_rule(row: &Row, other: &Row) -> Option<Rule> {
    match (row.date_of_birth(), other.date_of_birth()) {
        (Some(ours), Some(theirs)) => (ours == theirs).then_some(Rule::N1),
        _ => row
            .participant()
            .agrees_with(other.participant())
            .then_some(Rule::N2),
    }
}
