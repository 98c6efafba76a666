//! The comparison of large cases: counterparts are looked up by key, with the same answer as where
//! every pair is looked at.

use ahash::{AHashMap, AHashSet};

use super::compare::{Counterpart, Pairs, Rule};
use crate::extract::Row;
use crate::record::{Date, ParticipantClass, ParticipantType, Ssn};

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
pub(super) struct Keys {
    /// By class and usable SSN: for each type the first row of theirs.
    by_ssn: AHashMap<(bool, Ssn), [Option<u32>; TYPES]>,
    /// By class, name and date of birth, those of theirs that share no usable SSN with ours.
    by_name_and_date: AHashMap<(bool, u64, Option<Date>), BestByType>,
    /// The same by class and name alone.
    by_name: AHashMap<(bool, u64), BestByType>,
}

impl Keys {
    pub(super) fn new(pairs: &Pairs<'_>) -> Self {
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

    pub(super) fn counterpart(&self, pairs: &Pairs<'_>, row: &Row) -> Option<Counterpart> {
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
    use crate::extract::{Extract, Loaded, Loader, Provenance};
    use crate::input::InputForm;
    use crate::layout::LayoutSet;
    use crate::progress::Stage;
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
