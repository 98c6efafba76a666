//! Family violence marks in registry files: who is marked, by which state's record, and which cases
//! are withheld for it (verification.md, section 3).
//!
//! A mark covers every usable SSN in its record, in any of four fields, and withholds every case
//! with a person who has one of them in any of four fields. It is set by a record of the case
//! itself, or by another state's record, which has the person under one of these numbers.

use super::draws::Draws;
use super::family::{People, purpose};
use super::further_ssns::alias;
use super::kinds::{Kind, Planted};
use super::setting::Setting;
use super::ssn::digits;
use super::submitted_case::FURTHER;
use super::submitted_case::{Entry, SubmittedCase};
use super::text::Text;
use crate::formats::record::SsnField;
use crate::formats::reference::State;

/// Of a hundred marks, the number that another state's record sets, if another state has a registry
/// file.
const SET_ELSEWHERE: f64 = 40.0;
/// Of a hundred of these, the number that are on a further SSN of the person, not on the one that
/// matches.
const ON_A_FURTHER_SSN: f64 = 50.0;

/// Marks a participant of a registry file, in some families, and withholds the cases that the mark
/// covers.
pub(super) fn withhold(
    setting: &Setting<'_>,
    family: u64,
    people: &People,
    cases: &mut Vec<SubmittedCase>,
) {
    let mut draws = setting.draws(family, purpose::VIOLENCE, 0);
    if !setting.registry || !draws.happens(setting.profile.rate(Kind::FamilyViolence)) {
        return;
    }
    let in_registry = |case: &SubmittedCase| case.listed && !setting.world.submits(case.state);
    // A mark on a number outside the family, such as a mistyped one, could cover other families'
    // cases.
    let is_fit = |entry: &Entry| {
        let is_familys = || people.everybody().any(|p| digits(p.ssn) == entry.ssn);
        entry.spoilt.is_none() && (!is_usable(&entry.ssn) || is_familys())
    };
    let mut fit = Vec::new();
    for (at, case) in cases.iter().enumerate().filter(|(_, c)| in_registry(c)) {
        let places = 0..case.entries.len();
        fit.extend(
            places
                .filter(|&p| is_fit(&case.entries[p]))
                .map(|p| (at, p)),
        );
    }
    let Some(&(at, place)) = fit.get(draws.place(fit.len())) else {
        return;
    };
    let case = &mut cases[at];
    let others = setting
        .world
        .fcr_states()
        .filter(|&state| state != case.state);
    let others: Vec<State> = others.collect();
    let elsewhere = others.get(draws.place(others.len())).copied();
    let elsewhere = elsewhere.filter(|_| draws.happens(SET_ELSEWHERE));
    let marking = elsewhere.and_then(|state| {
        let entry = &mut case.entries[place];
        let marked = marked_elsewhere(&mut draws, setting, family, people, entry)?;
        Some(marking_case(setting, family, state, marked))
    });
    let ssns: Vec<[u8; 9]> = if let Some(marking) = &marking {
        marking.entries.iter().flat_map(usable_ssns).collect()
    } else {
        case.entries[place].marked = true;
        usable_ssns(&case.entries[place]).collect()
    };
    // Without a usable SSN, the mark is on the case itself.
    let own = Some(at).filter(|_| ssns.is_empty());
    for (at, case) in cases.iter_mut().enumerate().filter(|(_, c)| in_registry(c)) {
        let bears = |entry: &Entry| usable_ssns(entry).any(|ssn| ssns.contains(&ssn));
        let accepted = case.entries.iter().filter(|entry| entry.spoilt.is_none());
        if own == Some(at) || accepted.into_iter().any(bears) {
            case.listed = false;
            case.own.add(Kind::FamilyViolence);
        }
    }
    cases.extend(marking);
}

fn is_usable(ssn: &[u8; 9]) -> bool {
    SsnField::parse(ssn).usable().is_some()
}

/// The usable SSNs in a person's record, in any field.
fn usable_ssns(entry: &Entry) -> impl Iterator<Item = [u8; 9]> + '_ {
    std::iter::once(entry.ssn)
        .chain(entry.further_ssns)
        .filter(is_usable)
}

/// The person of a case as another state's record marks them: under a single number, in any field.
/// Sometimes it is a further SSN, which the case's own record then also has in a further field.
/// `None` if the person has no number of that kind.
fn marked_elsewhere(
    draws: &mut Draws,
    setting: &Setting<'_>,
    family: u64,
    people: &People,
    entry: &mut Entry,
) -> Option<Entry> {
    let ssn = if draws.happens(ON_A_FURTHER_SSN) {
        let ssn = alias(setting, family, people, entry.slot)?;
        entry.further_ssns[draws.place(FURTHER)] = ssn;
        ssn
    } else {
        Some(entry.ssn).filter(is_usable)?
    };
    let mut marked = Entry {
        marked: true,
        misidentified: false,
        ssn: *b"         ",
        further_ssns: [*b"         "; FURTHER],
        ..entry.clone()
    };
    let field = draws.place(1 + FURTHER);
    *match field.checked_sub(1) {
        None => &mut marked.ssn,
        Some(further) => &mut marked.further_ssns[further],
    } = ssn;
    Some(marked)
}

/// A case of one person that no extract names, in another state's registry file. It is withheld, so
/// its only effect is its mark.
fn marking_case(setting: &Setting<'_>, family: u64, state: State, marked: Entry) -> SubmittedCase {
    let mut own = Planted::default();
    own.add(Kind::FamilyViolence);
    SubmittedCase {
        state,
        // Longer than the IDs of any style that begins with a letter, and the only one in the
        // family.
        id: Text::new(format!("V{family:012}").as_bytes()),
        county: setting.county(state, family),
        listed: false,
        open: true,
        initiating: true,
        other_state: state,
        other_county: *b"   ",
        other_id: Text::default(),
        entries: vec![marked],
        own,
    }
}
