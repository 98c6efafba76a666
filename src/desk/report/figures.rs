//! The figures of a report: what each counts, what it means, and what a worker should do about it.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use schemars::JsonSchema;
use serde::Serialize;

use crate::engine::response::TIERS;

/// Figures by their keys. A key that is missing is not known, or does not exist there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Figures(pub BTreeMap<String, u64>);

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Interstate cases.
    Cases,
    /// Records, each of which is a participant.
    Records,
}

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
    pub key: &'static str,
    /// Its name.
    pub title: &'static str,
    /// What it counts.
    pub unit: Unit,
    /// The part of the report.
    pub group: Group,
    /// What it means.
    pub meaning: &'static str,
    /// What to do about it.
    pub action: &'static str,
}

const fn figure(
    group: Group,
    unit: Unit,
    key: &'static str,
    title: &'static str,
    meaning: &'static str,
    action: &'static str,
) -> Figure {
    Figure {
        key,
        title,
        unit,
        group,
        meaning,
        action,
    }
}

use Group::{Action, Match, Verification, Volume};
use Unit::{Cases, Records};

/// Figures of the pooled routine alone.
pub(super) const POOLED_TIERS: [&str; 4] = [
    "cases.tier.4",
    "cases.tier.5",
    "cases.tier.6",
    "cases.tier.7",
];

/// The figures with fixed keys, in report order. There are also `code.NN` and `combination.NN+NN`,
/// for cases and for records.
#[rustfmt::skip]
const FIGURES: &[Figure] = &[
    figure(Volume, Cases, "cases.submitted", "Submitted", "Interstate cases among the accepted records of the extract: one Case ID, other state and Other State Case ID.", "None."),
    figure(Volume, Cases, "cases.with_rejected_records", "With rejected records", "Cases of which some records were accepted and others rejected by an edit. Their counts of adults and children may be too low.", "Correct the rejected records, listed in the state's rejects file, and send them with the next extract."),
    figure(Volume, Cases, "cases.not_evaluated", "Not evaluated", "The other state sent no extract and no FCR-derived file stood for it, so nobody was asked.", "None on the case. The operator asks the other state for its extract."),
    figure(Volume, Cases, "cases.suppressed.closed_with_closed", "Suppressed: closed with closed", "Both states have the case, and both have closed it. It is counted and not returned.", "None."),
    figure(Volume, Cases, "cases.suppressed.closed_not_found", "Suppressed: closed and not found", "Your case is closed, and the other state has none. It is counted and not returned.", "None."),
    figure(Volume, Cases, "cases.returned", "Returned", "Cases in the state's response file.", "Work the reason codes."),
    figure(Volume, Records, "records.submitted", "Submitted", "Records in the extract; each is a participant of a case.", "None."),
    figure(Volume, Records, "records.rejected", "Rejected", "Records that an edit rejected. They cannot be told by other state, for that code may be what is wrong with them.", "Correct them: the rejects file names record, field and edit."),
    figure(Volume, Records, "records.not_evaluated", "Not evaluated", "Records of the cases that were not evaluated.", "None on the case. The operator asks the other state for its extract."),
    figure(Volume, Records, "records.suppressed.closed_with_closed", "Suppressed: closed with closed", "Records of cases that both states have closed.", "None."),
    figure(Volume, Records, "records.suppressed.closed_not_found", "Suppressed: closed and not found", "Records of closed cases that were not found.", "None."),
    figure(Volume, Records, "records.returned", "Returned", "Records in the state's response file.", "Work the reason codes."),
    figure(Match, Cases, "cases.tier.1", "Tier 1: by Case ID", "The Other State Case ID led to a case of the other state.", "None where the case is in sync."),
    figure(Match, Cases, "cases.tier.2", "Tier 2: by a child's SSN", "The Case ID led nowhere; a child's usable SSN did. Every record bears 02.", "See reason code 02: take over the other state's Case ID where no caution stands."),
    figure(Match, Cases, "cases.tier.3", "Tier 3: by an adult's SSN and a child's name", "Case ID and children's SSNs led nowhere; an adult's SSN and type together with a child's name did. Every record bears 02.", "See reason code 02, and look twice: this is the weakest of the three ways."),
    figure(Match, Cases, "cases.tier.4", "Tier 4: by the other state's pointer", "Pooled routine: the other state's case names yours. Every record bears 02.", "See reason code 02: take over the other state's Case ID where no caution stands."),
    figure(Match, Cases, "cases.tier.5", "Tier 5: by two adults' SSNs", "Pooled routine: the SSNs of the CP and of the NP or PF stand in both cases, if need be in exchanged roles. Every record bears 02.", "See reason code 02."),
    figure(Match, Cases, "cases.tier.6", "Tier 6: by a child's name and date of birth", "Pooled routine: a child of both cases has the same name and date of birth. Every record bears 02.", "See reason code 02, and look twice: no number supports it."),
    figure(Match, Cases, "cases.tier.7", "Tier 7: by Case ID without zeroes", "Pooled routine: the two Case IDs are the same but for zeroes. Every record bears 02.", "See reason code 02: write the other state's Case ID as it writes it."),
    figure(Match, Cases, "cases.tier.none", "Not found", "No tier led to a case of the other state. Every record bears 01.", "See reason code 01."),
    figure(Match, Cases, "cases.in_sync", "In sync", "Both states hold the same: 00 was given, and the adults and the children from your state are as many as matched.", "None."),
    figure(Match, Cases, "cases.nobody_matched", "Found, but nobody matched", "The Case ID led to a case that holds none of your participants. It may be a stranger's case.", "Have a worker compare before anything is taken over."),
    figure(Match, Cases, "cases.multiple_case", "Multiple Case Indicator Y", "The tier that decided had candidates with two or more Case IDs; one was chosen.", "Do not update automatically: ask the other state which case is meant."),
    figure(Match, Cases, "cases.fcr_supplied", "FCR-supplied", "The other state sent no extract; its data come from the FCR, where a case need not be an interstate one.", "Trust less what these answers say."),
    figure(Action, Cases, "cases.open", "Open with you", "Returned cases whose interstate action is open in the submitting state.", "None."),
    figure(Action, Cases, "cases.closed", "Closed with you", "Returned cases whose interstate action is closed in the submitting state. They are returned only where the other state's is open.", "See reason code 05."),
    figure(Action, Cases, "cases.initiating", "Initiating", "Returned cases in which the submitting state asked the other one for help.", "The next actions of 01 and 04 differ for initiating and responding cases."),
    figure(Action, Cases, "cases.responding", "Responding", "Returned cases in which the submitting state was asked for help.", "The next actions of 01 and 04 differ for initiating and responding cases."),
    figure(Action, Cases, "cases.neither", "Indicator missing", "Returned cases whose Initiating/Responding Indicator is neither I nor R.", "Send I or R (edit W10)."),
    figure(Verification, Records, "records.ssn.verified", "Your SSN: verified", "The SSN that you sent stands on record with this name.", "None."),
    figure(Verification, Records, "records.ssn.not_verified", "Your SSN: not verified", "The SSN that you sent is invalid, misidentified, or not on record with this name.", "Look the SSN up; where the record bears 08, see there."),
    figure(Verification, Records, "records.ssn.none", "Your SSN: no answer", "You sent no SSN, or no SSN master was given to the run.", "None; where the record bears 07, see there."),
    figure(Verification, Records, "records.other_ssn.verified", "Their SSN: verified", "The counterpart's SSN stands on record with its name.", "See reason codes 07 and 08: such an SSN may be taken over."),
    figure(Verification, Records, "records.other_ssn.not_verified", "Their SSN: not verified", "The counterpart's SSN is invalid, misidentified, or not on record with its name.", "Do not take it over; have a worker look."),
    figure(Verification, Records, "records.other_ssn.none", "Their SSN: no answer", "There is no counterpart, it has no SSN, or no SSN master was given to the run.", "None."),
    figure(Verification, Cases, "cases.other_fips.verified", "Your Other State FIPS Code: exists", "The county that you hold for the other state is in the table of counties, or is 000.", "None."),
    figure(Verification, Cases, "cases.other_fips.not_verified", "Your Other State FIPS Code: does not exist", "The county that you hold for the other state is blank or in no table.", "Fill it from FIPS Code (from Other State), if that exists (reason code 03)."),
    figure(Verification, Cases, "cases.fips.verified", "Their FIPS Code: exists", "The county that the other state gives for itself is in the table of counties, or is 000.", "None."),
    figure(Verification, Cases, "cases.fips.not_verified", "Their FIPS Code: does not exist", "The county that the other state gives for itself is blank or in no table.", "Do not take it over."),
    figure(Verification, Cases, "cases.fips.none", "Their FIPS Code: no match", "Without a match there is none.", "See reason code 01."),
];

/// The figures of a report; `pooled` adds those of the pooled routine.
pub(super) fn figures(pooled: bool) -> impl Iterator<Item = &'static Figure> {
    FIGURES
        .iter()
        .filter(move |figure| pooled || !POOLED_TIERS.contains(&figure.key))
}

impl Figures {
    /// A figure, or `None` if it is unknown.
    pub fn get(&self, key: &str) -> Option<u64> {
        self.0.get(key).copied()
    }

    /// A figure, or 0 if it is unknown.
    pub fn of(&self, key: &str) -> u64 {
        self.get(key).unwrap_or_default()
    }

    /// Sets a figure.
    pub fn set(&mut self, key: impl Into<String>, value: u64) {
        self.0.insert(key.into(), value);
    }

    /// Whether they have a tier of the pooled routine.
    pub fn tell_pooled_tiers(&self) -> bool {
        POOLED_TIERS.iter().any(|key| self.get(key).is_some())
    }

    /// Makes the tiers of the pooled routine known, with 0 if they found nothing.
    pub(super) fn with_pooled_tiers(&mut self) {
        for key in POOLED_TIERS {
            self.0.entry(key.to_owned()).or_default();
        }
    }

    /// The number of cases that a tier found.
    pub fn found(&self) -> u64 {
        let tiers = TIERS.iter().filter(|tier| **tier != "none");
        tiers
            .map(|tier| self.of(&format!("cases.tier.{tier}")))
            .sum()
    }

    /// The combinations of reason codes that occur in cases or in records, by code.
    pub fn combinations(&self, unit: Unit) -> impl Iterator<Item = (&str, u64)> {
        let prefix = match unit {
            Unit::Cases => "cases.combination.",
            Unit::Records => "records.combination.",
        };
        self.0
            .iter()
            .filter_map(move |(key, &count)| Some((key.strip_prefix(prefix)?, count)))
    }
}

impl AddAssign<&Figures> for Figures {
    fn add_assign(&mut self, other: &Figures) {
        for (key, count) in &other.0 {
            match self.0.get_mut(key) {
                Some(sum) => *sum += count,
                None => self.set(key.clone(), *count),
            }
        }
    }
}
