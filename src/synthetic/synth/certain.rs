//! The reason codes that are certain for a case of a family.
//!
//! The rules of matching.md, applied to one family. Nobody else has its SSNs or Case IDs, so
//! strangers matter only if an Other State Case ID is that of another case; then nothing is
//! certain. This must not share code with the engine, because it is compared with it, for a run
//! with the default rules and all files of the folder.
//! rules, and with all files of the folder given.

use super::setting::Setting;
use super::submitted_case::{Entry, SubmittedCase};
use crate::engine::matching::{ReasonCode, ReasonCodes};
use crate::formats::record::{
    Date, MiddleAgreement, MiddleName, NameKey, ParticipantClass, ParticipantType, PersonName, Ssn,
    SsnField,
};

/// The union of the codes of the returned case's records; `None` if they are not certain, or if the
/// case is not returned. They are the same with and without misidentified SSNs.
pub fn certain_codes(
    setting: &Setting<'_>,
    cases: &[SubmittedCase],
    at: usize,
) -> Option<ReasonCodes> {
    let codes = codes_if(setting, cases, at, true)?;
    let any_misidentified = cases
        .iter()
        .flat_map(|case| &case.entries)
        .any(|e| e.misidentified);
    if any_misidentified && codes_if(setting, cases, at, false)? != codes {
        return None;
    }
    Some(codes)
}

/// An accepted record, as the rules see it.
struct Seen {
    participant: ParticipantType,
    class: Option<ParticipantClass>,
    field: [u8; 9],
    absent: bool,
    usable: Option<Ssn>,
    name: Option<NameKey>,
    birth: Option<Date>,
    middle: MiddleName,
}

fn see(case: &SubmittedCase, misidentified_given: bool) -> Vec<Seen> {
    let seen = |entry: &Entry| {
        let field = SsnField::parse(&entry.ssn);
        Seen {
            participant: entry.participant,
            class: entry.participant.class(),
            field: entry.ssn,
            absent: field == SsnField::Absent,
            usable: field
                .usable()
                .filter(|_| !(misidentified_given && entry.misidentified)),
            name: PersonName::new(entry.last.as_bytes(), entry.first.as_bytes()).key(),
            // 1900-01-01 means an unknown date.
            birth: Date::parse(&entry.birth).filter(|_| entry.birth != *b"19000101"),
            middle: MiddleName::new(entry.middle.as_bytes()),
        }
    };
    case.entries
        .iter()
        .filter(|entry| entry.spoilt.is_none())
        .map(seen)
        .collect()
}

/// A case of the other state, with its accepted records.
type OtherCase<'a> = (&'a SubmittedCase, Vec<Seen>);

fn codes_if(
    setting: &Setting<'_>,
    cases: &[SubmittedCase],
    at: usize,
    misidentified_given: bool,
) -> Option<ReasonCodes> {
    let ours = &cases[at];
    // The other state is absent, so the case is not evaluated.
    if !setting.has_file[ours.other_state.index()] {
        return None;
    }
    let mine = see(ours, misidentified_given);
    let others: Vec<OtherCase<'_>> = cases
        .iter()
        .filter(|case| case.listed && case.state == ours.other_state)
        .map(|case| (case, see(case, misidentified_given)))
        .collect();
    let matching = |finds: &dyn Fn(&OtherCase<'_>) -> bool| -> Vec<usize> {
        (0..others.len())
            .filter(|&place| finds(&others[place]))
            .collect()
    };
    let mut by_case_id = true;
    let mut found = Vec::new();
    if !ours.other_id.is_empty() {
        found = matching(&|(case, _)| case.id == ours.other_id);
        if found.is_empty() && may_be_strangers(setting, cases, ours) {
            return None;
        }
    }
    if found.is_empty() {
        by_case_id = false;
        found = matching(&|(_, theirs)| shares_child_ssn(&mine, theirs));
    }
    if found.is_empty() {
        found = matching(&|(_, theirs)| {
            shares_adult_ssn(&mine, theirs) && shares_child_name(&mine, theirs)
        });
    }
    if found.is_empty() {
        return ours
            .open
            .then(|| ReasonCodes::default().with(ReasonCode::R01));
    }
    let names_ours = |&&place: &&usize| {
        let case = others[place].0;
        setting.world.submits(case.state)
            && case.other_state == ours.state
            && case.other_id == ours.id
    };
    let named: Vec<&usize> = found.iter().filter(names_ours).collect();
    let chosen = match (named.as_slice(), found.as_slice()) {
        ([only], _) => **only,
        ([], [only]) => *only,
        // Later steps of the choice are not computed here.
        _ => return None,
    };
    let (theirs, their_records) = &others[chosen];
    if !ours.open && !theirs.open {
        return None;
    }
    let no_county = !setting.world.submits(theirs.state) && theirs.county == *b"   ";
    let of_case = ReasonCodes::default()
        .with_if(!by_case_id, ReasonCode::R02)
        .with_if(
            !no_county && ours.other_county != theirs.county,
            ReasonCode::R03,
        )
        .with_if(ours.open && !theirs.open, ReasonCode::R04)
        .with_if(!ours.open && theirs.open, ReasonCode::R05);
    let mut all = of_case;
    let counterparts = counterparts(&mine, their_records)?;
    for (record, counterpart) in mine.iter().zip(counterparts) {
        all = all.union(codes_of(of_case, record, counterpart));
    }
    Some(all)
}

/// Whether the Other State Case ID may be that of a case of another family.
fn may_be_strangers(setting: &Setting<'_>, cases: &[SubmittedCase], ours: &SubmittedCase) -> bool {
    let is_familys = cases
        .iter()
        .any(|case| case.state == ours.other_state && case.id == ours.other_id);
    !is_familys && setting.was_given(ours.other_state, &ours.other_id)
}

fn is_child(record: &Seen) -> bool {
    record.class == Some(ParticipantClass::Child)
}

fn shares_child_ssn(mine: &[Seen], theirs: &[Seen]) -> bool {
    let children = |all: &'_ [Seen]| -> Vec<Ssn> {
        all.iter()
            .filter(|r| is_child(r))
            .filter_map(|r| r.usable)
            .collect()
    };
    let theirs = children(theirs);
    children(mine).iter().any(|ssn| theirs.contains(ssn))
}

fn shares_adult_ssn(mine: &[Seen], theirs: &[Seen]) -> bool {
    let is_adult = |r: &&Seen| r.class == Some(ParticipantClass::Adult) && r.usable.is_some();
    mine.iter().filter(is_adult).any(|m| {
        theirs
            .iter()
            .filter(is_adult)
            .any(|t| t.usable == m.usable && t.participant == m.participant)
    })
}

fn shares_child_name(mine: &[Seen], theirs: &[Seen]) -> bool {
    mine.iter()
        .filter(|r| is_child(r) && r.name.is_some())
        .any(|m| theirs.iter().any(|t| is_child(t) && t.name == m.name))
}

/// The codes of one record, with those of its case (matching.md, sections 6 and 7).
fn codes_of(of_case: ReasonCodes, record: &Seen, counterpart: Option<&Seen>) -> ReasonCodes {
    let Some(counterpart) = counterpart else {
        return ReasonCodes::default().with(ReasonCode::R06);
    };
    let codes = ReasonCodes::default().with_if(of_case.is_empty(), ReasonCode::R00);
    let differs = counterpart.usable.is_some() && record.field != counterpart.field;
    codes
        .with_if(differs && record.absent, ReasonCode::R07)
        .with_if(differs && !record.absent, ReasonCode::R08)
}

/// The counterpart of each of mine, if the rules are unambiguous; `None` if an SSN or name occurs
/// twice, or a second look could find somebody.
fn counterparts<'a>(mine: &[Seen], theirs: &'a [Seen]) -> Option<Vec<Option<&'a Seen>>> {
    let twice = |all: &[Seen]| {
        all.iter().enumerate().any(|(at, a)| {
            all[..at].iter().any(|b| {
                a.class == b.class
                    && ((a.usable.is_some() && a.usable == b.usable)
                        || (a.name.is_some() && a.name == b.name))
            })
        })
    };
    if twice(mine) || twice(theirs) {
        return None;
    }
    let by_ssn = |record: &Seen, their: &Seen| {
        record.class.is_some()
            && record.class == their.class
            && record.usable.is_some()
            && record.usable == their.usable
    };
    let has_anchor = mine
        .iter()
        .any(|record| theirs.iter().any(|their| by_ssn(record, their)));
    mine.iter()
        .map(|record| {
            if record.class.is_none() {
                return Some(None);
            }
            if let Some(their) = theirs.iter().find(|their| by_ssn(record, their)) {
                return Some(Some(their));
            }
            let mut free = theirs.iter().filter(|their| {
                their.class == record.class && !mine.iter().any(|other| by_ssn(other, their))
            });
            let near = free.find(|their| {
                let same_name = record.name.is_some() && record.name == their.name;
                let same_birth = record.birth.is_some() && record.birth == their.birth;
                same_name || same_birth
            });
            let Some(their) = near else {
                return Some(None);
            };
            // N1 or N2; anything else that is similar is not certain.
            let same_name = record.name.is_some() && record.name == their.name;
            let agrees = record.middle.agreement(&their.middle) != MiddleAgreement::Contradict;
            let same_birth = record.birth.is_some() && record.birth == their.birth;
            let n2 = (record.birth.is_none() || their.birth.is_none())
                && has_anchor
                && (record.usable.is_none() || their.usable.is_none())
                && record.participant.agrees_with(their.participant);
            (same_name && agrees && (same_birth || n2) && free.next().is_none())
                .then_some(Some(their))
        })
        .collect()
}
