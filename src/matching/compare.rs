//! Comparing the participants of two cases (matching.md, section 6) [ours, as no public text gives
//! the rule].
//!
//! Adults are compared with adults, children with children. Two ways give the same answer: every
//! pair is looked at where the cases are small, and keys are looked up where they are large.

use ahash::{AHashMap, AHashSet};

use crate::case::LargeCase;
use crate::extract::{Extract, Row};
use crate::record::{Date, ParticipantClass, ParticipantType, PersonName, Ssn};

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

struct Pairs<'a> {
    our_extract: &'a Extract,
    ours: &'a [Row],
    their_extract: &'a Extract,
    theirs: &'a [Row],
    our_large: Option<&'a LargeCase>,
    their_large: Option<&'a LargeCase>,
    /// For the first rows of theirs a bit: some of ours of the same class has its usable SSN.
    shared: std::cell::OnceCell<u64>,
}

impl<'a> Pairs<'a> {
    fn new(yours: (&'a Extract, &'a [Row]), theirs: (&'a Extract, &'a [Row])) -> Self {
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
    fn counterpart(&self, row: &Row) -> Option<Counterpart> {
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
    fn by_name(&self, row: &Row, class: ParticipantClass) -> Option<Counterpart> {
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

    fn same_names(&self, row: &Row, other: &Row) -> bool {
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

/// How many participant types there are, the blank one included.
const TYPES: usize = 5;

/// For each type the best row of theirs: usable SSN first, then record order.
#[derive(Clone, Copy, Default)]
struct BestByType([Option<(bool, u32)>; TYPES]);

impl BestByType {
    fn offer(&mut self, row: &Row, place: usize) {
        let best = &mut self.0[row.participant().number() as usize];
        let rank = (row.ssn().is_none(), place as u32);
        if best.is_none_or(|other| rank < other) {
            *best = Some(rank);
        }
    }

    /// The best of the same type; else the best of the types that `allowed` names.
    fn best(
        &self,
        participant: ParticipantType,
        allowed: impl Fn(ParticipantType) -> bool,
    ) -> Option<u32> {
        let same = self.0[participant.number() as usize].filter(|_| allowed(participant));
        let others = || {
            (0..TYPES as u32)
                .filter(|&t| allowed(ParticipantType::from_number(t)))
                .filter_map(|t| self.0[t as usize])
                .min()
        };
        same.or_else(others).map(|(_, place)| place)
    }
}

/// The same answer as [`Pairs::counterpart`], by lookup.
struct Keys {
    /// By class and usable SSN: for each type the first row of theirs.
    by_ssn: AHashMap<(bool, Ssn), [Option<u32>; TYPES]>,
    /// By class, name and date of birth, those of theirs that share no usable SSN with ours.
    by_name_and_date: AHashMap<(bool, u64, Option<Date>), BestByType>,
    /// The same by class and name alone.
    by_name: AHashMap<(bool, u64), BestByType>,
}

impl Keys {
    fn new(pairs: &Pairs<'_>) -> Self {
        let is_child = |row: &Row| row.class().map(|class| class == ParticipantClass::Child);
        let ours: AHashSet<(bool, Ssn)> = pairs
            .ours
            .iter()
            .filter_map(|row| Some((is_child(row)?, row.ssn()?)))
            .collect();
        let mut keys = Keys {
            by_ssn: AHashMap::new(),
            by_name_and_date: AHashMap::new(),
            by_name: AHashMap::new(),
        };
        for (place, row) in pairs.theirs.iter().enumerate() {
            let Some(child) = is_child(row) else { continue };
            if let Some(ssn) = row.ssn() {
                let first = &mut keys.by_ssn.entry((child, ssn)).or_default()
                    [row.participant().number() as usize];
                first.get_or_insert(place as u32);
                if ours.contains(&(child, ssn)) {
                    continue;
                }
            }
            if let Some(name) = row.name() {
                keys.by_name_and_date
                    .entry((child, name, row.date_of_birth()))
                    .or_default()
                    .offer(row, place);
                keys.by_name
                    .entry((child, name))
                    .or_default()
                    .offer(row, place);
            }
        }
        keys
    }

    fn counterpart(&self, pairs: &Pairs<'_>, row: &Row) -> Option<Counterpart> {
        let class = row.class()?;
        let child = class == ParticipantClass::Child;
        if let Some(first) = row.ssn().and_then(|ssn| self.by_ssn.get(&(child, ssn))) {
            let same = first[row.participant().number() as usize];
            let place = same.or_else(|| first.iter().flatten().min().copied())?;
            return Some(Counterpart {
                place,
                rule: Rule::S,
            });
        }
        let name = row.name()?;
        let counterpart = self.name_counterpart(row, child, name)?;
        if pairs.same_names(row, &pairs.theirs[counterpart.place as usize]) {
            Some(counterpart)
        } else {
            // Two names share a digest: look at every row.
            pairs.by_name(row, class)
        }
    }

    fn name_counterpart(&self, row: &Row, child: bool, name: u64) -> Option<Counterpart> {
        let participant = row.participant();
        let dated = |date| self.by_name_and_date.get(&(child, name, date));
        let date = row.date_of_birth();
        if date.is_some()
            && let Some(place) = dated(date).and_then(|best| best.best(participant, |_| true))
        {
            return Some(Counterpart {
                place,
                rule: Rule::N1,
            });
        }
        let best = if date.is_some() {
            dated(None)
        } else {
            self.by_name.get(&(child, name))
        };
        let place = best?.best(participant, |other| participant.agrees_with(other))?;
        Some(Counterpart {
            place,
            rule: Rule::N2,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::{Loaded, Loader, Provenance};
    use crate::input::InputForm;
    use crate::layout::LayoutSet;
    use crate::progress::Stage;
    use crate::record::Date;
    use crate::reference::Counties;
    use crate::stop::Stop;
    use crate::verification::Misidentified;

    /// One case of so many participants whose keys come from small sets, so that all rules and ties
    /// occur.
    fn case_of(state: &str, count: u32, seed: u32) -> Extract {
        let mut text = String::new();
        let mut random = seed;
        let mut next = |below: u32| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (random >> 8) % below
        };
        for member in 0..count {
            let ssn = match next(3) {
                0 => "         ".to_owned(),
                _ => format!("4126600{:02}", next(30) + 1),
            };
            let participant = ["NP", "CP", "PF", "CH", "CH", "CH", "  "][next(7) as usize];
            let name = format!(
                "{:<30}{:<16}",
                ["LEE", "LEE JR", "ROY", ""][next(4) as usize],
                ["ANN", "BO"][next(2) as usize]
            );
            let date = ["        ", "20100101", "20110101", "20129999"][next(4) as usize];
            let other = if state == "06" { "48" } else { "06" };
            let start = format!(
                "{:<15}I{state}000  {ssn}{member:<15}{participant}O{name}{:16}{date}M",
                "CASE", ""
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
            form: InputForm::default(),
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
        let mut rules = [0; 3];
        for seed in 0..300 {
            let ours = case_of("06", 1 + seed % 90, seed);
            let theirs = case_of("48", 1 + seed * 7 % 90, seed + 1000);
            let (ours, theirs) = ((&ours, &ours.rows[..]), (&theirs, &theirs.rows[..]));
            let pairs = Pairs::new(ours, theirs);
            let keys = Keys::new(&pairs);
            let trials = crate::matching::Trials::new(ours, theirs);
            for row in pairs.ours {
                let counterpart = pairs.counterpart(row);
                // What an explanation says of each pair is what the comparison did.
                let allowed = || trials.of(row).filter_map(|trial| trial.rule());
                assert_eq!(allowed().min(), counterpart.map(|c| c.rule), "seed {seed}");
                assert_eq!(keys.counterpart(&pairs, row), counterpart, "seed {seed}");
                if let Some(counterpart) = counterpart {
                    rules[counterpart.rule as usize] += 1;
                }
            }
        }
        assert!(rules.iter().all(|&count| count > 100), "{rules:?}");
    }
}
