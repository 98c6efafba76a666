//! What a leads file adds to the worklist: for a case its best lead in words, and for one that is
//! closed there, the open case in which its people are. Nothing is updated or sent on a lead.

use std::collections::BTreeMap;
use std::path::Path;

use super::ResponseCase;
use crate::engine::leads::{Evidence, EvidenceSet};
use crate::error::Result;
use crate::formats::input::InputEntry;
use crate::formats::record::{CaseId, text, trim_end};
use crate::formats::reference::State;
use crate::run::{LeadLine, read_leads_file};
use crate::stop::Stop;

/// The leads of a state's cases.
#[derive(Default)]
pub struct Leads {
    of_cases: BTreeMap<(CaseId, State, CaseId), Vec<LeadLine>>,
    /// What the manifest says of the file.
    pub entry: Option<InputEntry>,
}

impl Leads {
    /// Reads a file of `icr match --leads`.
    ///
    /// # Errors
    /// As [`read_leads_file`].
    pub fn load(path: &Path, stop: &Stop) -> Result<Self> {
        let mut leads = Leads::default();
        let entry = read_leads_file(path, stop, |line| {
            let key = (line.case, line.other, line.other_case);
            leads.of_cases.entry(key).or_default().push(line);
        })?;
        leads.entry = Some(entry);
        for lines in leads.of_cases.values_mut() {
            lines.sort_by_key(|line| line.rank);
        }
        Ok(leads)
    }

    fn of(&self, case: &ResponseCase<'_>) -> &[LeadLine] {
        let id = CaseId::new;
        let key = (id(case.id()), case.other_state(), id(case.other_id()));
        self.of_cases
            .get(&key)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// The best lead of a case that was not found, or in which nobody matched, as a sentence.
    pub(super) fn best(&self, case: &ResponseCase<'_>) -> Option<String> {
        let answer = CaseId::new(case.their_id());
        let best = self.of(case).first()?;
        // That the answer itself is the best there is, is no lead.
        (best.lead != answer).then(|| format!("Lead: {}", sentence(best, case)))
    }

    /// The open case in which the people of a case that is closed there are, as a sentence.
    pub(super) fn open_elsewhere(&self, case: &ResponseCase<'_>) -> Option<String> {
        let lines = self.of(case);
        let answer = CaseId::new(case.their_id());
        let is_left = |line: &&LeadLine| {
            line.lead == answer && line.evidence.holds(Evidence::PeopleInOpenCase)
        };
        lines.iter().find(is_left)?;
        let is_open =
            |line: &&LeadLine| line.lead != answer && !line.evidence.holds(Evidence::Closed);
        let open = lines.iter().find(is_open)?;
        Some(format!(
            "The people of the closed case are in another case there, which is open: {}",
            sentence(open, case)
        ))
    }
}

/// A lead in words.
fn sentence(lead: &LeadLine, case: &ResponseCase<'_>) -> String {
    let side = |against: bool| -> Vec<&'static str> {
        pieces(lead.evidence, against).map(words).collect()
    };
    let (in_favour, against) = (side(false), side(true));
    let mut sentence = format!(
        "{}'s case {}: {}",
        case.other_state().name(),
        text(trim_end(&lead.lead.bytes())),
        in_favour.join("; ")
    );
    if !against.is_empty() {
        sentence += &format!("; but {}", against.join("; "));
    }
    // Cut, so that no share is said to be higher than it was.
    let right = (lead.share * 1000.0 + 1e-6).floor();
    sentence += &format!("; of 1,000 such leads {right} were right.");
    sentence
}

fn pieces(evidence: EvidenceSet, against: bool) -> impl Iterator<Item = Evidence> {
    evidence
        .iter()
        .filter(move |piece| piece.is_against() == against)
}

/// A piece of evidence in words.
fn words(piece: Evidence) -> &'static str {
    use Evidence as E;
    match piece {
        E::NamesYours => "it names your case",
        E::NamesYoursButZeroes => "it names your case but for zeroes",
        E::NamesYoursNear => "it names your case but for one digit, or two exchanged",
        E::NamesAnother => "it names another case of yours",
        E::CounterpartOfAnother => "it and another case of yours name each other",
        E::NamesUnknown => "it names a case ID that you do not have",
        E::NamesNone => "it names no case ID",
        E::NamesThirdState => "it names another state",
        E::CaseId => "your case names it",
        E::CaseIdButZeroes => "your case names it but for zeroes",
        E::CaseIdNear => "your case names it but for one digit, or two exchanged",
        E::YouNameAnother => "your case names another one there",
        E::Closed => "it is closed",
        E::PeopleInOpenCase => "its people are in another, open case there",
        E::PeopleInClosedCase => "its people are in another, closed case there",
        E::PeopleInAnotherCase => "its people are in another case there",
        E::AnotherNamesYours => "another case there names yours",
        E::CpSsn => "its custodial party has the SSN of yours",
        E::CpSsnAlone => {
            "its custodial party has the SSN of yours, under another name and date of birth"
        }
        E::CpSsnNear => {
            "its custodial party's SSN is that of yours but for one digit, or two exchanged"
        }
        E::CpNameBirth => "its custodial party has the name and date of birth of yours",
        E::CpNameBirthOtherSsn => {
            "its custodial party has the name and date of birth of yours, and another SSN"
        }
        E::CpNameNear => {
            "its custodial party has the name and date of birth of yours but for a slip"
        }
        E::CpName => "its custodial party has the name of yours",
        E::CpBirth => "its custodial party has the date of birth of yours",
        E::CpOther => "its custodial party is another person",
        E::NpSsn => "its noncustodial parent has the SSN of yours",
        E::NpSsnAlone => {
            "its noncustodial parent has the SSN of yours, under another name and date of birth"
        }
        E::NpSsnNear => {
            "its noncustodial parent's SSN is that of yours but for one digit, or two exchanged"
        }
        E::NpNameBirth => "its noncustodial parent has the name and date of birth of yours",
        E::NpNameBirthOtherSsn => {
            "its noncustodial parent has the name and date of birth of yours, and another SSN"
        }
        E::NpNameNear => {
            "its noncustodial parent has the name and date of birth of yours but for a slip"
        }
        E::NpName => "its noncustodial parent has the name of yours",
        E::NpBirth => "its noncustodial parent has the date of birth of yours",
        E::NpOther => "its noncustodial parent is another person",
        E::ChildSsn => "a child there has the SSN of a child of yours",
        E::ChildSsnAlone => {
            "a child there has the SSN of a child of yours, under another name and date of birth"
        }
        E::ChildSsnNear => {
            "a child there has the SSN of a child of yours but for one digit, or two exchanged"
        }
        E::ChildNameBirth => "a child there has the name and date of birth of a child of yours",
        E::ChildNameBirthOtherSsn => {
            "a child there has the name and date of birth of a child of yours, and another SSN"
        }
        E::ChildNameNear => {
            "a child there has the name and date of birth of a child of yours but for a slip"
        }
        E::ChildName => "a child there has the name of a child of yours",
        E::ChildBirth => "a child there has the date of birth of a child of yours",
        E::ChildOther => "its children are others",
        E::MoreChildren => "more children agree",
        E::ChildMissing => "a child is missing on one side",
        E::RolesExchanged => "the parents have exchanged roles",
        E::AdultAsChild => "an adult of one case is a child in the other",
    }
}
