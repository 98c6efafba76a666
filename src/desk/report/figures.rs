//! The figures of a report: what each counts, what it means, and what a worker should do about it.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use schemars::JsonSchema;
use serde::Serialize;

use super::key::{Counted, Key, Outcome, Unit};
use crate::engine::response::TIERS;

/// Figures by their keys. A key that is missing is not known, or does not exist there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Figures(pub(super) BTreeMap<Key, u64>);

/// The part of a report that has a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// The outcomes of what was submitted.
    Volume,
    /// How the returned cases were found.
    Match,
    /// Open and closed, initiating and responding.
    Action,
    /// Verification of SSNs and FIPS codes.
    Verification,
}

/// A figure.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    /// Its key, in JSON and CSV.
    pub key: Key,
    /// Its name.
    pub title: &'static str,
    /// The part of the report.
    pub group: Group,
    /// What it means.
    pub meaning: &'static str,
    /// What to do about it.
    pub action: &'static str,
}

const fn figure(
    group: Group,
    key: Key,
    title: &'static str,
    meaning: &'static str,
    action: &'static str,
) -> Figure {
    Figure {
        key,
        title,
        group,
        meaning,
        action,
    }
}

use Group::{Action, Match, Verification, Volume};

/// Figures of the pooled routine alone.
const POOLED_TIERS: [Key; 4] = [
    Counted::Tier("4").cases(),
    Counted::Tier("5").cases(),
    Counted::Tier("6").cases(),
    Counted::Tier("7").cases(),
];

/// The figures with fixed keys, in report order. Those of codes, combinations of codes
/// and classes are not among them.
#[rustfmt::skip]
const FIGURES: &[Figure] = &[
    figure(Volume, Counted::Submitted.cases(), "Submitted", "Interstate cases among the accepted records of the extract: one Case ID, other state and Other State Case ID.", "None."),
    figure(Volume, Counted::WithRejectedRecords.cases(), "With rejected records", "Cases of which some records were accepted and others rejected by an edit. Their counts of adults and children may be too low.", "Correct the rejected records, listed in the state's rejects file, and send them with the next extract."),
    figure(Volume, Counted::NotEvaluated.cases(), "Not evaluated", "The other state sent no extract and no FCR-derived file was used for it, so nobody was asked.", "None on the case. The operator asks the other state for its extract."),
    figure(Volume, Counted::ClosedWithClosed.cases(), "Suppressed: closed with closed", "Both states have the case, and both have closed it. It is counted and not returned.", "None."),
    figure(Volume, Counted::ClosedNotFound.cases(), "Suppressed: closed and not found", "Your case is closed, and the other state has none. It is counted and not returned.", "None."),
    figure(Volume, Counted::Returned.cases(), "Returned", "Cases in the state's response file.", "Work the reason codes."),
    figure(Volume, Counted::Submitted.records(), "Submitted", "Records in the extract; each is a participant of a case.", "None."),
    figure(Volume, Counted::Rejected.records(), "Rejected", "Records that an edit rejected. They cannot be counted by other state: that code may be what is wrong with them.", "Correct them: the rejects file names record, field and edit."),
    figure(Volume, Counted::NotEvaluated.records(), "Not evaluated", "Records of the cases that were not evaluated.", "None on the case. The operator asks the other state for its extract."),
    figure(Volume, Counted::ClosedWithClosed.records(), "Suppressed: closed with closed", "Records of cases that both states have closed.", "None."),
    figure(Volume, Counted::ClosedNotFound.records(), "Suppressed: closed and not found", "Records of closed cases that were not found.", "None."),
    figure(Volume, Counted::Returned.records(), "Returned", "Records in the state's response file.", "Work the reason codes."),
    figure(Match, Counted::Tier("1").cases(), "Tier 1: by Case ID", "The Other State Case ID led to a case of the other state.", "None where the case is in sync."),
    figure(Match, Counted::Tier("2").cases(), "Tier 2: by a child's SSN", "The Case ID led nowhere; a child's usable SSN did. Every record has 02.", "See reason code 02: take over the other state's Case ID where no caution applies."),
    figure(Match, Counted::Tier("3").cases(), "Tier 3: by an adult's SSN and a child's name", "Case ID and children's SSNs led nowhere; an adult's SSN and type together with a child's name did. Every record has 02.", "See reason code 02, and look twice: this is the weakest of the three ways."),
    figure(Match, Counted::Tier("4").cases(), "Tier 4: by the other state's pointer", "Pooled routine: the other state's case names yours. Every record has 02.", "See reason code 02: take over the other state's Case ID where no caution applies."),
    figure(Match, Counted::Tier("5").cases(), "Tier 5: by two adults' SSNs", "Pooled routine: the SSNs of the CP and of the NP or PF are in both cases, roles exchanged if need be. Every record has 02.", "See reason code 02."),
    figure(Match, Counted::Tier("6").cases(), "Tier 6: by a child's name and date of birth", "Pooled routine: a child of both cases has the same name and date of birth. Every record has 02.", "See reason code 02, and look twice: no number supports it."),
    figure(Match, Counted::Tier("7").cases(), "Tier 7: by Case ID without zeroes", "Pooled routine: the two Case IDs are the same but for zeroes. Every record has 02.", "See reason code 02: write the other state's Case ID as it writes it."),
    figure(Match, Counted::Tier("none").cases(), "Not found", "No tier led to a case of the other state. Every record has 01.", "See reason code 01."),
    figure(Match, Counted::InSync.cases(), "In sync", "Both states hold the same: 00 was given, and the adults and the children from your state are as many as matched.", "None."),
    figure(Match, Counted::NobodyMatched.cases(), "Found, but nobody matched", "The Case ID led to a case that holds none of your participants. It may be a stranger's case.", "Have a worker compare before anything is taken over."),
    figure(Match, Counted::MultipleCase.cases(), "Multiple Case Indicator Y", "The tier that decided had candidates with two or more Case IDs; one was chosen.", "Do not update automatically: ask the other state which case is meant."),
    figure(Match, Counted::FcrSupplied.cases(), "FCR-supplied", "The other state sent no extract; its data come from the FCR, where a case need not be an interstate one.", "Trust less what these answers say."),
    figure(Action, Counted::Open.cases(), "Open with you", "Returned cases whose interstate action is open in the submitting state.", "None."),
    figure(Action, Counted::Closed.cases(), "Closed with you", "Returned cases whose interstate action is closed in the submitting state. They are returned only where the other state's is open.", "See reason code 05."),
    figure(Action, Counted::Initiating.cases(), "Initiating", "Returned cases in which the submitting state asked the other one for help.", "The next actions of 01 and 04 differ for initiating and responding cases."),
    figure(Action, Counted::Responding.cases(), "Responding", "Returned cases in which the submitting state was asked for help.", "The next actions of 01 and 04 differ for initiating and responding cases."),
    figure(Action, Counted::Neither.cases(), "Indicator missing", "Returned cases whose Initiating/Responding Indicator is neither I nor R.", "Send I or R (edit W10)."),
    figure(Verification, Counted::Ssn(Outcome::Verified).records(), "Your SSN: verified", "The SSN that you sent is on record with this name.", "None."),
    figure(Verification, Counted::Ssn(Outcome::NotVerified).records(), "Your SSN: not verified", "The SSN that you sent is invalid, misidentified, or not on record with this name.", "Look the SSN up; where the record has 08, see there."),
    figure(Verification, Counted::Ssn(Outcome::None).records(), "Your SSN: no answer", "You sent no SSN, or no SSN master was given to the run.", "None; where the record has 07, see there."),
    figure(Verification, Counted::OtherSsn(Outcome::Verified).records(), "Their SSN: verified", "The counterpart's SSN is on record with its name.", "See reason codes 07 and 08: such an SSN may be taken over."),
    figure(Verification, Counted::OtherSsn(Outcome::NotVerified).records(), "Their SSN: not verified", "The counterpart's SSN is invalid, misidentified, or not on record with its name.", "Do not take it over; have a worker look."),
    figure(Verification, Counted::OtherSsn(Outcome::None).records(), "Their SSN: no answer", "There is no counterpart, it has no SSN, or no SSN master was given to the run.", "None."),
    figure(Verification, Counted::OtherFips(Outcome::Verified).cases(), "Your Other State FIPS Code: exists", "The county that you hold for the other state is in the table of counties, or is 000.", "None."),
    figure(Verification, Counted::OtherFips(Outcome::NotVerified).cases(), "Your Other State FIPS Code: does not exist", "The county that you hold for the other state is blank or in no table.", "Fill it from FIPS Code (from Other State), if that exists (reason code 03)."),
    figure(Verification, Counted::Fips(Outcome::Verified).cases(), "Their FIPS Code: exists", "The county that the other state gives for itself is in the table of counties, or is 000.", "None."),
    figure(Verification, Counted::Fips(Outcome::NotVerified).cases(), "Their FIPS Code: does not exist", "The county that the other state gives for itself is blank or in no table.", "Do not take it over."),
    figure(Verification, Counted::Fips(Outcome::None).cases(), "Their FIPS Code: no match", "Without a match there is none.", "See reason code 01."),
];

/// The figures of a report; `pooled` adds those of the pooled routine.
pub(super) fn figures(pooled: bool) -> impl Iterator<Item = &'static Figure> {
    FIGURES
        .iter()
        .filter(move |figure| pooled || !POOLED_TIERS.contains(&figure.key))
}

impl Figures {
    /// A figure, or `None` if it is unknown.
    pub fn get(&self, key: Key) -> Option<u64> {
        self.0.get(&key).copied()
    }

    /// A figure, or 0 if it is unknown.
    pub fn of(&self, key: Key) -> u64 {
        self.get(key).unwrap_or_default()
    }

    /// Sets a figure.
    pub fn set(&mut self, key: Key, value: u64) {
        self.0.insert(key, value);
    }

    /// Whether they have a tier of the pooled routine.
    pub fn has_pooled_tiers(&self) -> bool {
        POOLED_TIERS.iter().any(|key| self.get(*key).is_some())
    }

    /// Makes the tiers of the pooled routine known, with 0 if they found nothing.
    pub(super) fn with_pooled_tiers(&mut self) {
        for key in POOLED_TIERS {
            self.0.entry(key).or_default();
        }
    }

    /// The number of cases that a tier found.
    pub fn found(&self) -> u64 {
        let tiers = TIERS.iter().filter(|tier| **tier != "none");
        tiers.map(|tier| self.of(Counted::Tier(tier).cases())).sum()
    }

    /// The combinations of reason codes that occur in cases or in records, by code.
    pub fn combinations(&self, unit: Unit) -> impl Iterator<Item = (Key, u64)> {
        let is_one =
            move |key: &Key| key.unit == unit && matches!(key.counted, Counted::Combination(_));
        let all = self.0.iter().map(|(key, count)| (*key, *count));
        all.filter(move |(key, _)| is_one(key))
    }
}

impl AddAssign<&Figures> for Figures {
    fn add_assign(&mut self, other: &Figures) {
        for (key, count) in &other.0 {
            *self.0.entry(*key).or_default() += count;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::confidence::Class;
    use crate::engine::matching::{ReasonCode, ReasonCodes};

    #[test]
    fn keys_are_ordered_as_their_texts() {
        let mut codes = vec![ReasonCodes::default()];
        for code in ReasonCode::ALL {
            codes.extend(codes.clone().into_iter().map(|codes| codes.with(code)));
        }
        let mut keys: Vec<Key> = figures(true)
            .map(|figure| figure.key)
            .chain(ReasonCode::ALL.map(|code| Counted::Code(code).cases()))
            .chain(Class::ALL.map(|class| Counted::Class(class).cases()))
            .chain(
                codes
                    .into_iter()
                    .map(|codes| Counted::Combination(codes).records()),
            )
            .collect();
        keys.sort();
        let texts: Vec<String> = keys.iter().map(Key::to_string).collect();
        assert!(texts.is_sorted(), "{texts:?}");
        assert!(texts.len() > 500);
    }
}
