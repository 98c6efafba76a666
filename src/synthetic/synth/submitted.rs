//! What the states submit of a family: its cases and records, with the noise planted in them.

use super::draws::Draws;
use super::family::{FamilyCase, Member, People, Shape, purpose};
use super::further_ssns;
use super::kinds::{Kind, Planted};
use super::night::Entered;
use super::noise::{change_zeroes, mistype_id, spoil_birth, spoil_name, spoil_ssn, wrong_county};
use super::places::World;
use super::profile::Profile;
use super::setting::Setting;
use super::ssn::{PEOPLE_OF_FAMILY, digits};
use super::submitted_case::FURTHER;
use super::submitted_case::{Entry, Spoilt, SubmittedCase};
use super::text::Text;
use super::violence::withhold;
use crate::formats::reference::State;

/// Whether the state of a case lacks it, and the draws that follow.
fn draw_missing(
    seed: u64,
    family: u64,
    (shape, at): (&Shape, usize),
    profile: &Profile,
) -> (bool, Draws) {
    let slot = shape.cases[at].shares.unwrap_or(at) as u64;
    let mut draws = Draws::of(seed, family, purpose::CASE, slot);
    (draws.happens(profile.rate(Kind::CaseMissing)), draws)
}

/// Whether a state's file lists a case of the family, or would if it were not withheld.
pub(super) fn is_listed(
    seed: u64,
    family: u64,
    (shape, at): (&Shape, usize),
    world: &World,
    profile: &Profile,
) -> bool {
    has_place(&shape.cases[at], world) && !draw_missing(seed, family, (shape, at), profile).0
}

/// Whether there is a file that could list a case. In an FCR-derived file a case is the set with one
/// Case ID: it is listed once.
fn has_place(case: &FamilyCase, world: &World) -> bool {
    let once = case.shares.is_none() || world.submits(case.state);
    once && world.participates(case.state)
}

/// The cases of a family as the states submit them, in the order of its shape; perhaps then one that
/// only a registry file holds.
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
        // The FCR often holds no county.
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
                    &shape.cases[names],
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

/// A misidentified SSN is that of a participant of a state, in whichever cases of the state it stands.
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

/// The misidentified SSNs of a family, each with its state and participant; some more than once.
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

/// The misidentified SSNs of a family, each once.
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
        match setting
            .profile
            .draw(&mut draws, [Kind::ClosedOne, Kind::ClosedBoth])
        {
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

/// Fills in what a case says of the other state's case.
fn name_other(
    setting: &Setting<'_>,
    tonight: &mut Entered,
    other: &FamilyCase,
    cases: &mut [SubmittedCase],
    (at, names): (usize, usize),
) {
    let profile = setting.profile;
    let true_id = cases[names].id;
    let county = setting.county(other.state, other.number);
    let case = &mut cases[at];
    case.other_id = true_id;
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
    ];
    if let Some(kind) = profile.draw(draws, kinds) {
        case.other_id = match kind {
            Kind::OtherIdBlank => Text::default(),
            Kind::OtherIdZeroes => change_zeroes(draws, &true_id),
            Kind::OtherIdDigit => mistype_id(draws, &true_id, count),
            _ => {
                let number =
                    (other.number + 1 + draws.below(count.saturating_sub(1))) % count.max(1);
                setting.case_id(other.state, number)
            }
        };
        if case.other_id != true_id {
            case.own.add(kind);
        }
    }
    if let Some(kind) = profile.draw(
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

/// Lists the participants of a case.
fn list(
    setting: &Setting<'_>,
    family: u64,
    at: usize,
    members: &[Member],
    people: &People,
    case: &mut SubmittedCase,
) {
    let profile = setting.profile;
    let mut kept_one = false;
    for (place, member) in members.iter().enumerate() {
        let Entered {
            mut draws,
            corrected,
        } = setting.record_tonight(family, (at * 100 + place) as u64);
        let missing = draws.happens(profile.rate(Kind::ParticipantMissing)) && !corrected;
        let is_last = place + 1 == members.len();
        if missing && (kept_one || !is_last) {
            case.own.add(Kind::ParticipantMissing);
            continue;
        }
        let Some(person) = people.at(member.slot) else {
            continue;
        };
        kept_one = true;
        let mut entry = Entry {
            slot: member.slot,
            participant: member.participant,
            member: family * 2 * PEOPLE_OF_FAMILY + member.slot as u64,
            ssn: digits(person.ssn),
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
            setting,
            &mut draws,
            members,
            people,
            (member, &mut entry),
            &mut case.own,
        );
        spoil_name(profile, &mut draws, person, &mut entry, &mut case.own);
        spoil_birth(profile, &mut draws, &mut entry, &mut case.own);
        let twice = draws.happens(profile.rate(Kind::ListedTwice));
        if twice {
            case.own.add(Kind::ListedTwice);
            // Under another number of the state.
            case.entries.push(Entry {
                member: entry.member + PEOPLE_OF_FAMILY,
                misidentified: false,
                ..entry.clone()
            });
        }
        if draws.happens(profile.rate(Kind::EditFailure)) {
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
    // A case without an accepted record would be none.
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

fn date_field(ccyymmdd: u32) -> [u8; 8] {
    let mut field = [0; 8];
    field.copy_from_slice(&digits(ccyymmdd)[1..]);
    field
}
