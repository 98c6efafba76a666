//! The cases and records of a family as its states submit them, with the noise planted in them.

use super::draws::Draws;
use super::family::{FamilyCase, Member, NP, People, Shape, Story, purpose};
use super::further_ssns;
use super::kinds::{CopyKind, Kind, Planted};
use super::night::Entered;
use super::noise::{change_zeroes, mistype_id, spoil_birth, spoil_name, spoil_ssn, wrong_county};
use super::places::World;
use super::profile::Profile;
use super::rates::{CARELESS_RECORD, Rates};
use super::setting::Setting;
use super::slips::{self, misread_id};
use super::ssn::{PEOPLE_OF_FAMILY, digits};
use super::submitted_case::FURTHER;
use super::submitted_case::{Entry, Spoilt, SubmittedCase};
use super::surnames::draw_surname;
use super::text::Text;
use super::violence::withhold;
use crate::formats::record::ParticipantType;
use crate::formats::reference::State;

/// Whether the state of a case lacks it, and the draws that come next.
fn draw_missing(
    seed: u64,
    family: u64,
    (shape, at): (&Shape, usize),
    profile: &Profile,
) -> (bool, Draws) {
    let case = &shape.cases[at];
    let slot = case.copy_of.map(|(of, _)| of).or(case.shares);
    let slot = slot.unwrap_or(at) as u64;
    let mut draws = Draws::of(seed, family, purpose::CASE, slot);
    (draws.happens(profile.rate(Kind::CaseMissing)), draws)
}

/// Whether a state's file has a case of the family, or would if it were not withheld.
pub(super) fn is_listed(
    seed: u64,
    family: u64,
    (shape, at): (&Shape, usize),
    world: &World,
    profile: &Profile,
) -> bool {
    has_place(&shape.cases[at], world) && !draw_missing(seed, family, (shape, at), profile).0
}

/// Whether a file exists that could have a case. In an FCR-derived file, a case is identified by
/// its Case ID alone, so it is listed only once.
fn has_place(case: &FamilyCase, world: &World) -> bool {
    let once = case.shares.is_none() || world.submits(case.state);
    once && world.participates(case.state)
}

/// The cases of a family as the states submit them, in the order of its shape; then, in some
/// families, one that only a registry file has.
pub fn submit(
    setting: &Setting<'_>,
    family: u64,
    shape: &Shape,
    people: &People,
) -> Vec<SubmittedCase> {
    let mut cases: Vec<SubmittedCase> = Vec::with_capacity(shape.cases.len());
    for (at, case) in shape.cases.iter().enumerate() {
        let (seed, profile) = (setting.seed, setting.profile);
        let (missing, mut draws) = draw_missing(seed, family, (shape, at), profile);
        let county = setting.county(case.state, case.number);
        // The FCR often has no county.
        let blank = draws.happens(10.0) && !setting.world.submits(case.state);
        cases.push(SubmittedCase {
            state: case.state,
            id: setting.case_id(case.state, case.number),
            county: if blank { *b"   " } else { county },
            listed: !missing && has_place(case, setting.world),
            open: true,
            initiating: case.initiating,
            other_state: shape.cases[case.names].state,
            other_county: *b"   ",
            other_id: Text::default(),
            entries: Vec::new(),
            own: Planted::default(),
        });
        if missing {
            cases[at].own.add(Kind::CaseMissing);
        }
        if case.overwritten {
            cases[at].own.add(Kind::Overwritten);
        }
        mark(setting, shape, people, at, &mut cases);
    }
    close(setting, family, shape, &mut cases);
    for at in 0..cases.len() {
        if cases[at].listed {
            let mut tonight = setting.case_tonight(family, 100 + at as u64);
            if setting.world.submits(cases[at].state) {
                let names = shape.cases[at].names;
                name_other(
                    setting,
                    &mut tonight,
                    (family, shape),
                    &mut cases,
                    (at, names),
                );
            }
            let members = &people.members[shape.cases[at].members];
            list(setting, family, at, members, people, &mut cases[at]);
            if setting.registry && !setting.world.submits(cases[at].state) {
                further_ssns::give(setting, family, at, people, &mut cases[at]);
            }
        }
    }
    share_misidentified(&mut cases);
    withhold(setting, family, people, &mut cases);
    cases
}

/// Adds to a case the kinds that concern its whole family or state, or that a state has it twice.
fn mark(
    setting: &Setting<'_>,
    shape: &Shape,
    people: &People,
    at: usize,
    cases: &mut [SubmittedCase],
) {
    let case = &shape.cases[at];
    if let Some((original, copy)) = case.copy_of {
        cases[at].open = copy != CopyKind::Former;
        for at in [original, at] {
            cases[at].own.add(copy.kind());
        }
    }
    let kinds = [
        (shape.story == Story::SecondFamily, Kind::SecondFamily),
        (shape.story == Story::MinorParent, Kind::MinorParent),
        (people.twins_alike && case.members == 0, Kind::TwinsAlike),
        (setting.is_careless(case.state), Kind::StateCareless),
    ];
    for (_, kind) in kinds.into_iter().filter(|(befell, _)| *befell) {
        cases[at].own.add(kind);
    }
}

/// A misidentified SSN belongs to a participant of a state, in all cases of the state that have the
/// participant.
fn share_misidentified(cases: &mut [SubmittedCase]) {
    let marked: Vec<(State, u64, [u8; 9])> = misidentified(cases).collect();
    for case in cases.iter_mut().filter(|_| !marked.is_empty()) {
        for entry in &mut case.entries {
            if marked.contains(&(case.state, entry.member, entry.ssn)) {
                entry.misidentified = true;
                case.own.add(Kind::SsnMisidentified);
            }
        }
    }
}

/// The misidentified SSNs of a family, each with its state and participant; with duplicates.
fn misidentified(cases: &[SubmittedCase]) -> impl Iterator<Item = (State, u64, [u8; 9])> + '_ {
    let marked = |case: &'_ SubmittedCase| {
        let state = case.state;
        let entries = case.entries.iter().filter(|entry| entry.misidentified);
        entries
            .map(move |entry| (state, entry.member, entry.ssn))
            .collect::<Vec<_>>()
    };
    cases.iter().filter(|case| case.listed).flat_map(marked)
}

/// The misidentified SSNs of a family, without duplicates.
pub fn misidentified_once(cases: &[SubmittedCase]) -> Vec<(State, u64, [u8; 9])> {
    let mut all: Vec<_> = misidentified(cases).collect();
    if all.len() > 1 {
        all.sort_unstable();
        all.dedup();
    }
    all
}

/// Closes actions on one side or on both.
fn close(setting: &Setting<'_>, family: u64, shape: &Shape, cases: &mut [SubmittedCase]) {
    for pair in 0..shape.cases.len() {
        let partner = shape.cases[pair].names;
        // Each action once. The case that still names an overwritten one stays open.
        let both_name = shape.cases[partner].names == pair;
        if !both_name || partner < pair {
            continue;
        }
        let mut draws = setting.draws(family, purpose::STATUS, pair as u64);
        let rates = Rates {
            profile: setting.profile,
            factor: 1.0,
        };
        match rates.draw(&mut draws, [Kind::ClosedOne, Kind::ClosedBoth]) {
            Some(Kind::ClosedOne) => {
                let closed = if draws.happens(50.0) { pair } else { partner };
                cases[closed].open = false;
                cases[closed].own.add(Kind::ClosedOne);
            }
            Some(_) => {
                for at in [pair, partner] {
                    cases[at].open = false;
                    cases[at].own.add(Kind::ClosedBoth);
                }
            }
            None => {
                if let Some((both, mut draws)) = setting.closed_since(family, pair as u64) {
                    let one = if draws.happens(50.0) { pair } else { partner };
                    let kind = if both {
                        Kind::ClosedBoth
                    } else {
                        Kind::ClosedOne
                    };
                    for at in [pair, partner] {
                        if both || at == one {
                            cases[at].open = false;
                            cases[at].own.add(kind);
                        }
                    }
                }
            }
        }
    }
}

/// Of a hundred cases whose counterpart was reopened under a new Case ID, the number that still
/// name the former one.
const NAME_THE_FORMER: f64 = 80.0;

/// Fills in the fields about the other state's case.
fn name_other(
    setting: &Setting<'_>,
    tonight: &mut Entered,
    (family, shape): (u64, &Shape),
    cases: &mut [SubmittedCase],
    (at, names): (usize, usize),
) {
    let other = &shape.cases[names];
    let rates = setting.rates(cases[at].state);
    let mut further = tonight.further(setting, family, (purpose::OTHER_ID, at as u64));
    let mut known_id = cases[names].id;
    if let Some(former) = shape.former(names)
        && further.happens(NAME_THE_FORMER)
        && !tonight.corrected
    {
        known_id = cases[former].id;
        cases[at].own.add(Kind::Reopened);
    }
    let siblings_id = id_of_another(shape, cases, (at, names), &mut further);
    let siblings_id = siblings_id.filter(|_| further.happens(rates.rate(Kind::OtherIdFamily)));
    let county = setting.county(other.state, other.number);
    let case = &mut cases[at];
    case.other_id = known_id;
    case.other_county = county;
    if tonight.corrected {
        return;
    }
    let draws = &mut tonight.draws;
    let count = setting.first_counts[other.state.index()];
    let kinds = [
        Kind::OtherIdBlank,
        Kind::OtherIdZeroes,
        Kind::OtherIdDigit,
        Kind::OtherIdStale,
        Kind::OtherIdMisread,
    ];
    if let Some(kind) = rates.draw(draws, kinds) {
        case.other_id = match kind {
            Kind::OtherIdBlank => Text::default(),
            Kind::OtherIdZeroes => change_zeroes(draws, &known_id),
            Kind::OtherIdDigit => mistype_id(draws, &known_id, count),
            Kind::OtherIdMisread => misread_id(draws, &known_id),
            _ => {
                let number =
                    (other.number + 1 + draws.below(count.saturating_sub(1))) % count.max(1);
                setting.case_id(other.state, number)
            }
        };
        if case.other_id != known_id {
            case.own.add(kind);
        }
    } else if let Some(id) = siblings_id {
        case.other_id = id;
        case.own.add(Kind::OtherIdFamily);
    }
    if let Some(kind) = rates.draw(
        draws,
        [Kind::CountyWrong, Kind::CountyZero, Kind::CountyBlank],
    ) {
        case.own.add(kind);
        case.other_county = match kind {
            Kind::CountyZero => *b"000",
            Kind::CountyBlank => *b"   ",
            _ => wrong_county(draws, setting.counties, other.state, county),
        };
    }
}

/// The Case ID of another case that the family has in the named state, if there is one.
fn id_of_another(
    shape: &Shape,
    cases: &[SubmittedCase],
    (at, names): (usize, usize),
    draws: &mut Draws,
) -> Option<Text> {
    let is_another = |&place: &usize| {
        place != at
            && place != names
            && shape.cases[place].copy_of.is_none()
            && cases[place].listed
            && cases[place].state == cases[names].state
            && cases[place].id != cases[names].id
    };
    let others: Vec<usize> = (0..cases.len()).filter(is_another).collect();
    let other = others.get(draws.place(others.len()))?;
    Some(cases[*other].id)
}

/// Lists the participants of a case.
fn list(
    setting: &Setting<'_>,
    family: u64,
    at: usize,
    members: &[Member],
    people: &People,
    case: &mut SubmittedCase,
) {
    let of_state = setting.rates(case.state);
    let family_surname = family_surname(setting, of_state, family, at);
    let mut kept_one = false;
    for (place, member) in members.iter().enumerate() {
        let slot = (at * 100 + place) as u64;
        let tonight = setting.record_tonight(family, slot);
        let mut further = tonight.further(setting, family, (purpose::SLIPS, slot));
        let Entered {
            mut draws,
            corrected,
            ..
        } = tonight;
        let mut rates = of_state;
        let careless = further.happens(of_state.profile.rate(Kind::CarelessRecord)) && !corrected;
        if careless {
            rates.factor *= CARELESS_RECORD;
        }
        let missing = draws.happens(rates.profile.rate(Kind::ParticipantMissing)) && !corrected;
        let is_last = place + 1 == members.len();
        if missing && (kept_one || !is_last) {
            case.own.add(Kind::ParticipantMissing);
            continue;
        }
        let Some(person) = people.at(member.slot) else {
            continue;
        };
        kept_one = true;
        if careless {
            case.own.add(Kind::CarelessRecord);
        }
        let mut person = person.clone();
        let takes_it = member.participant == ParticipantType::Ch
            || (member.participant == ParticipantType::Cp && person.female);
        if let Some(surname) = family_surname.filter(|_| takes_it) {
            person.last = surname;
            case.own.add(Kind::FamilySurname);
        }
        let mut ssn = digits(person.ssn);
        if member.slot == NP[0] && setting.borrows(family) {
            let neighbours = (family ^ 1) * PEOPLE_OF_FAMILY + member.slot as u64;
            ssn = digits(setting.allotment.of(neighbours));
            case.own.add(Kind::SsnBorrowed);
        }
        let mut entry = Entry {
            slot: member.slot,
            participant: member.participant,
            member: family * 2 * PEOPLE_OF_FAMILY + member.slot as u64,
            ssn,
            further_ssns: [*b"         "; FURTHER],
            misidentified: false,
            marked: false,
            last: person.last,
            first: person.first,
            middle: person.middle,
            birth: date_field(person.birth),
            sex: if person.female { b'F' } else { b'M' },
            spoilt: None,
        };
        if corrected {
            case.entries.push(entry);
            continue;
        }
        spoil_ssn(
            (setting, rates),
            &mut draws,
            members,
            people,
            (member, &mut entry),
            &mut case.own,
        );
        spoil_name(rates, &mut draws, &person, &mut entry, &mut case.own);
        spoil_birth(rates, &mut draws, &mut entry, &mut case.own);
        slips::spoil(rates, &mut further, &person, &mut entry, &mut case.own);
        let twice = draws.happens(rates.profile.rate(Kind::ListedTwice));
        if twice {
            case.own.add(Kind::ListedTwice);
            // Under another number of the state.
            case.entries.push(Entry {
                member: entry.member + PEOPLE_OF_FAMILY,
                misidentified: false,
                ..entry.clone()
            });
        }
        if draws.happens(rates.profile.rate(Kind::EditFailure)) {
            let ways = [
                Spoilt::ControlByte,
                Spoilt::CaseId,
                Spoilt::Status,
                Spoilt::Type,
            ];
            entry.spoilt = Some(ways[draws.place(ways.len())]);
            case.own.add(Kind::EditFailure);
        }
        case.entries.push(entry);
    }
    // A case without an accepted record would not exist.
    if case.entries.iter().all(|entry| entry.spoilt.is_some()) {
        case.own.remove(Kind::EditFailure);
        for (place, entry) in case.entries.iter_mut().enumerate() {
            if place == 0 {
                entry.spoilt = None;
            } else {
                case.own.add(Kind::EditFailure);
            }
        }
    }
}

/// The surname of the custodial mother and the children in a case, if it differs.
fn family_surname(setting: &Setting<'_>, rates: Rates<'_>, family: u64, at: usize) -> Option<Text> {
    let mut draws = setting.draws(family, purpose::SURNAME, at as u64);
    draws
        .happens(rates.rate(Kind::FamilySurname))
        .then(|| draw_surname(&mut draws))
}

fn date_field(ccyymmdd: u32) -> [u8; 8] {
    let mut field = [0; 8];
    field.copy_from_slice(&digits(ccyymmdd)[1..]);
    field
}
