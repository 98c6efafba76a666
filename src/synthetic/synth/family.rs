//! A family, drawn only from the seed and its number: its members, and the states' cases about
//! them.

use super::draws::Draws;
use super::kinds::{CopyKind, Kind};
use super::names::{FEMALE, MALE, Names};
use super::places::World;
use super::profile::Profile;
use super::ssn::{PEOPLE_OF_FAMILY, SsnAllotment};
use super::surnames::draw_surname;
use super::text::Text;
use crate::formats::record::{Date, ParticipantType};
use crate::formats::reference::State;

/// The purposes of the streams of draws.
pub(super) mod purpose {
    pub(crate) const SHAPE: u64 = 1;
    pub(crate) const PEOPLE: u64 = 2;
    pub(crate) const CASE: u64 = 3;
    pub(crate) const STATUS: u64 = 4;
    pub(crate) const RECORD: u64 = 5;
    pub(crate) const COUNTY: u64 = 6;
    pub(crate) const VIOLENCE: u64 = 7;
    pub(crate) const HISTORY: u64 = 8;
    pub(crate) const FURTHER_SSNS: u64 = 9;
    pub(crate) const STORY: u64 = 10;
    pub(crate) const COPIES: u64 = 11;
    pub(crate) const TWINS: u64 = 12;
    pub(crate) const CARELESS: u64 = 13;
    pub(crate) const SLIPS: u64 = 14;
    pub(crate) const OTHER_ID: u64 = 15;
    pub(crate) const SURNAME: u64 = 16;
    pub(crate) const BORROWED: u64 = 17;
}

/// The reason why a family has more than one case on each side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Story {
    /// One case on each side.
    Plain,
    /// Half-siblings: a second case, with another noncustodial parent, perhaps in another state.
    HalfSiblings,
    /// Custody changed: a second case of the same children with the roles swapped.
    CustodyChange,
    /// One case with actions in two states: two interstate cases with one Case ID.
    TwoActions,
    /// The noncustodial parent has children with another custodial parent, who has a case too.
    SecondFamily,
    /// The custodial parent is a minor, and a child in a second case, the grandparents'.
    MinorParent,
}

/// A case of one state in a family.
#[derive(Clone, Debug)]
pub struct FamilyCase {
    /// The state that has it.
    pub state: State,
    /// Its number among the state's cases, from 0; assigned when families are numbered.
    pub number: u64,
    /// The earlier case of the family with the same Case ID.
    pub shares: Option<usize>,
    /// The earlier case of the family that it duplicates under another Case ID.
    pub copy_of: Option<(usize, CopyKind)>,
    /// The case of the family that it names.
    pub names: usize,
    /// Whether its state initiated the action.
    pub initiating: bool,
    /// The list of members that it has, of the two.
    pub members: usize,
    /// Whether an action with a third state overwrote the action with the case that still names it.
    pub overwritten: bool,
}

/// The cases of a family, without its people.
#[derive(Clone, Debug)]
pub struct Shape {
    /// The reason for its shape.
    pub story: Story,
    /// The cases.
    pub cases: Vec<FamilyCase>,
}

impl Shape {
    /// The shape of a family.
    pub fn draw(seed: u64, family: u64, world: &World, profile: &Profile) -> Self {
        let mut draws = Draws::of(seed, family, purpose::SHAPE, 0);
        let mut shape = Shape {
            story: Story::Plain,
            cases: Vec::with_capacity(4),
        };
        let Some(ours) = world.draw_submitter(&mut draws) else {
            return shape;
        };
        let Some(theirs) = world.draw_participant(&mut draws, &[ours]) else {
            return shape;
        };
        shape.pair(ours, theirs, 0, draws.happens(50.0));
        match draws.one_of(&[3.0, 3.0, 2.0]) {
            Some(0) => {
                let third = world.draw_participant(&mut draws, &[ours, theirs]);
                let other = third.filter(|_| draws.happens(50.0)).unwrap_or(theirs);
                shape.story = Story::HalfSiblings;
                shape.pair(ours, other, 1, draws.happens(50.0));
            }
            Some(1) => {
                shape.story = Story::CustodyChange;
                let initiating = !shape.cases[0].initiating;
                shape.pair(ours, theirs, 1, initiating);
            }
            Some(_) => {
                if let Some(other) = world.draw_participant(&mut draws, &[ours, theirs]) {
                    shape.story = Story::TwoActions;
                    shape.pair(ours, other, 0, true);
                    shape.cases[2].shares = Some(0);
                }
            }
            None => shape.add_story((seed, family), (ours, theirs), world, profile),
        }
        shape.overwrite(&mut draws, world, profile);
        shape
    }

    /// Gives some families with one action a second one, at the profile's rates.
    fn add_story(
        &mut self,
        (seed, family): (u64, u64),
        (ours, theirs): (State, State),
        world: &World,
        profile: &Profile,
    ) {
        let mut draws = Draws::of(seed, family, purpose::STORY, 0);
        let rates = [Kind::SecondFamily, Kind::MinorParent].map(|kind| profile.rate(kind));
        self.story = match draws.one_of(&rates) {
            Some(0) => Story::SecondFamily,
            Some(_) => Story::MinorParent,
            None => return,
        };
        // Usually in the same two states; otherwise the second family lives in a third.
        let third = world.draw_participant(&mut draws, &[ours, theirs]);
        let other = third.filter(|_| draws.happens(30.0)).unwrap_or(theirs);
        self.pair(ours, other, 1, draws.happens(50.0));
    }

    /// A case on each side, naming each other.
    fn pair(&mut self, ours: State, theirs: State, members: usize, initiating: bool) {
        let first = self.cases.len();
        let case = |state, names, initiating| FamilyCase {
            state,
            number: 0,
            shares: None,
            copy_of: None,
            names,
            initiating,
            members,
            overwritten: false,
        };
        self.cases.push(case(ours, first + 1, initiating));
        self.cases.push(case(theirs, first, !initiating));
    }

    /// Replaces some actions by actions with third states, which get a case too.
    fn overwrite(&mut self, draws: &mut Draws, world: &World, profile: &Profile) {
        let states: Vec<State> = self.cases.iter().map(|case| case.state).collect();
        for at in 0..states.len() {
            let overwritten = draws.happens(profile.rate(Kind::Overwritten));
            let partner = self.cases[at].names;
            let shared =
                self.cases.iter().any(|c| c.shares == Some(at)) || self.cases[at].shares.is_some();
            // The FCR has no actions; and one side of an action is enough.
            if !overwritten
                || shared
                || !world.submits(states[at])
                || self.cases[partner].overwritten
            {
                continue;
            }
            // Preferably a state that is new to the family; but three listed states must be enough.
            let pair = [states[at], self.cases[partner].state];
            let third = world
                .draw_participant(draws, &states)
                .or_else(|| world.draw_any(draws, &pair));
            let Some(third) = third else {
                continue;
            };
            let new = FamilyCase {
                state: third,
                number: 0,
                shares: None,
                copy_of: None,
                names: at,
                initiating: !self.cases[at].initiating,
                members: self.cases[at].members,
                overwritten: false,
            };
            self.cases[at].names = self.cases.len();
            self.cases[at].overwritten = true;
            self.cases.push(new);
        }
    }
}

/// An invented person.
#[derive(Clone)]
pub struct Person {
    /// Their SSN.
    pub ssn: u32,
    /// Last name, with its suffix.
    pub last: Text,
    /// First name.
    pub first: Text,
    /// Middle name or initial, or nothing.
    pub middle: Text,
    /// Date of birth, CCYYMMDD.
    pub birth: u32,
    /// Whether this is a woman or girl.
    pub female: bool,
    /// Whether they are a child of the family.
    pub child: bool,
}

/// A person's part in a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// Their index among the people that a family has room for.
    pub slot: usize,
    /// Their role.
    pub participant: ParticipantType,
}

/// The people of a family.
pub struct People {
    people: [Option<Person>; PEOPLE_OF_FAMILY as usize],
    /// The members of the first and of the second case (see [`Story`]).
    pub members: [Vec<Member>; 2],
    /// The first two children are twins who are easily taken for one child.
    pub twins_alike: bool,
}

/// The places of a family's people: custodial party, noncustodial parents (of a second family, the
/// other custodial party, and a minor parent's father), another adult, and the children of the
/// first and of the second case.
const CP: usize = 0;
pub(super) const NP: [usize; 2] = [1, 2];
const THIRD: usize = 3;
const CHILDREN: [usize; 2] = [4, 10];
/// Of a hundred cases, the numbers with 1, 2, … 6 children.
const CHILD_COUNTS: [u64; 6] = [57, 27, 10, 4, 1, 1];
/// Of a hundred cases, the numbers with 0, 1, 2, 3 adults.
const ADULT_COUNTS: [u64; 4] = [1, 11, 82, 6];
/// Latest birth, so that no run date from 2025 on has a date of birth in the future.
const LAST_BIRTH: u32 = 20_241_231;

impl People {
    /// The people of a family.
    pub fn draw(seed: u64, family: u64, story: Story, allotment: &SsnAllotment) -> Self {
        let mut people = People {
            people: std::array::from_fn(|_| None),
            members: [Vec::new(), Vec::new()],
            twins_alike: false,
        };
        let mut draws = Draws::of(seed, family, purpose::PEOPLE, 0);
        let last_birth = Date::from_ccyymmdd(LAST_BIRTH).map_or(1, Date::days);
        let ssn = |slot: usize| allotment.of(family * PEOPLE_OF_FAMILY + slot as u64);

        let (second_family, minor_parent) =
            (story == Story::SecondFamily, story == Story::MinorParent);
        let sets = if story == Story::HalfSiblings || second_family {
            2
        } else {
            1
        };
        let counts: [usize; 2] = [
            draws.weighted(&CHILD_COUNTS) + 1,
            draws.weighted(&CHILD_COUNTS) + 1,
        ];
        let adults = draws.weighted(&ADULT_COUNTS);
        let mother_is_cp = draws.happens(85.0);
        let oldest = last_birth - 400 * counts[0] as u32 - draws.below(5500) as u32;
        for (slot, female) in [
            (CP, mother_is_cp),
            (NP[0], !mother_is_cp),
            (NP[1], mother_is_cp == second_family),
            (THIRD, draws.happens(50.0)),
        ] {
            if !minor_parent && ((slot == NP[1] && sets == 1) || (slot == THIRD && adults < 3)) {
                continue;
            }
            let is_elder = slot == THIRD || (minor_parent && slot == NP[1]);
            let years = if minor_parent && slot == CP {
                14 + draws.below(4) as u32
            } else {
                17 + draws.below(26) as u32 + if is_elder { 18 } else { 0 }
            };
            let last = draw_surname(&mut draws);
            let first = people.draw_first(&mut draws, female);
            let birth = earlier(oldest, years * 365 + draws.below(365) as u32);
            let middle = draw_middle(&mut draws, female);
            people.people[slot] = Some(Person {
                ssn: ssn(slot),
                last,
                first,
                middle,
                birth,
                female,
                child: false,
            });
        }
        for (set, &count) in counts.iter().enumerate().take(sets) {
            let parents = if set == 1 && second_family {
                [NP[1], NP[0]]
            } else {
                [CP, NP[set]]
            };
            let births = (oldest, last_birth);
            people.add_children(&mut draws, (set, count, parents), births, &ssn);
        }
        people.add_members(&mut draws, story, adults, counts);
        people
    }

    fn add_children(
        &mut self,
        draws: &mut Draws,
        (set, count, parents): (usize, usize, [usize; 2]),
        (oldest, last_birth): (u32, u32),
        ssn: &impl Fn(usize) -> u32,
    ) {
        let parent = |slot: usize| self.people[slot].clone();
        let (cp, np) = (parent(parents[0]), parent(parents[1]));
        let named_after = if draws.happens(65.0) { &np } else { &cp };
        let surname = named_after.as_ref().map(|p| p.last).unwrap_or_default();
        let father = np
            .as_ref()
            .filter(|p| !p.female)
            .or(cp.as_ref().filter(|p| !p.female))
            .cloned();
        let mut birth = oldest + if set == 1 { 200 } else { 0 };
        for child in 0..count {
            let slot = CHILDREN[set] + child;
            let female = draws.happens(49.0);
            let twin = child > 0 && draws.happens(3.0);
            if child > 0 && !twin {
                let room = (last_birth - birth) / (count - child) as u32;
                birth += 290.min(room)
                    + draws.below(u64::from(room.saturating_sub(290)).min(1200)) as u32;
            }
            let mut last = surname;
            let mut first = self.draw_first(draws, female);
            // A junior has his father's full name.
            if let Some(father) = father
                .as_ref()
                .filter(|_| child == 0 && !female && draws.happens(4.0))
            {
                (first, last) = (father.first, father.last);
                last.push(b" JR");
            }
            self.people[slot] = Some(Person {
                ssn: ssn(slot),
                last,
                first,
                middle: draw_middle(draws, female),
                birth: earlier(birth.min(last_birth), 0),
                female,
                child: true,
            });
        }
    }

    /// Who takes which part in the cases.
    fn add_members(&mut self, draws: &mut Draws, story: Story, adults: usize, counts: [usize; 2]) {
        use ParticipantType::{Ch, Cp, Np, Pf};
        // One in 15 noncustodial parents is a putative father.
        let mut obligor = |slot| Member {
            slot,
            participant: if draws.below(15) == 0 { Pf } else { Np },
        };
        let cp = Member {
            slot: CP,
            participant: Cp,
        };
        let nps = [obligor(NP[0]), obligor(NP[1])];
        let third = obligor(THIRD);
        let choice = draws.below(100);
        let third = if choice < 50 {
            Member {
                participant: Cp,
                ..third
            }
        } else {
            third
        };
        let adult_members = |set: usize| match adults {
            0 => vec![],
            1 if choice < 70 => vec![nps[set]],
            1 => vec![cp],
            2 => vec![cp, nps[set]],
            _ => vec![cp, nps[set], third],
        };
        let children = |set: usize| {
            (0..counts[set]).map(move |child| Member {
                slot: CHILDREN[set] + child,
                participant: Ch,
            })
        };
        self.members[0] = adult_members(0).into_iter().chain(children(0)).collect();
        self.members[1] = match story {
            Story::Plain | Story::TwoActions => Vec::new(),
            Story::HalfSiblings => adult_members(1).into_iter().chain(children(1)).collect(),
            Story::SecondFamily => {
                let other_cp = Member {
                    slot: NP[1],
                    participant: Cp,
                };
                let adults = adult_members(0).into_iter().filter(|m| m.slot != THIRD);
                let adults = adults.map(|m| if m.slot == CP { other_cp } else { m });
                adults.chain(children(1)).collect()
            }
            Story::MinorParent => {
                let member = |slot, participant| Member { slot, participant };
                vec![member(THIRD, Cp), member(NP[1], Np), member(CP, Ch)]
            }
            Story::CustodyChange => {
                let exchanged = |member: &Member| match member.participant {
                    Cp => Member {
                        participant: Np,
                        ..*member
                    },
                    Np | Pf => Member {
                        participant: Cp,
                        ..*member
                    },
                    _ => *member,
                };
                self.members[0].iter().map(exchanged).collect()
            }
        };
    }

    /// The first two children of the first case, if there are two.
    pub(super) fn first_children(&mut self) -> Option<[&mut Person; 2]> {
        let [first, second, ..] = &mut self.people[CHILDREN[0]..] else {
            return None;
        };
        Some([first.as_mut()?, second.as_mut()?])
    }

    /// A first name that nobody in the family has yet.
    fn draw_first(&self, draws: &mut Draws, female: bool) -> Text {
        let table: &Names = if female { &FEMALE } else { &MALE };
        let mut place = table.draw(draws);
        let taken = |name: &str| {
            self.people
                .iter()
                .flatten()
                .any(|p| p.first.as_bytes() == name.as_bytes())
        };
        while taken(table.at(place)) {
            place += 1;
        }
        Text::new(table.at(place).as_bytes())
    }

    /// The person at a place.
    pub fn at(&self, slot: usize) -> Option<&Person> {
        self.people[slot].as_ref()
    }

    /// Everybody who is a member of a case, in order.
    pub fn everybody(&self) -> impl Iterator<Item = &Person> {
        let member = |slot: usize| self.members.iter().flatten().any(move |m| m.slot == slot);
        (0..self.people.len())
            .filter(move |&slot| member(slot))
            .filter_map(|slot| self.at(slot))
    }
}

fn draw_middle(draws: &mut Draws, female: bool) -> Text {
    let table: &Names = if female { &FEMALE } else { &MALE };
    let form = draws.below(100);
    let name = Text::new(table.at(table.draw(draws)).as_bytes());
    match form {
        0..60 => name.cut(1),
        60..75 => name,
        _ => Text::default(),
    }
}

/// The date `by` days before day number `days`, as CCYYMMDD.
fn earlier(days: u32, by: u32) -> u32 {
    Date::from_days(days.saturating_sub(by)).map_or(19_000_101, Date::ccyymmdd)
}
