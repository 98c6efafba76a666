//! The cases of one state that have crowded keys, sorted in the order in which a search visits them
//! (decision 0008). The search itself is in `crowd_search.rs`.
//!
//! If more than [`CROWD`] cases share a key, comparing each of them with every case of the other
//! state that has the key would take quadratic time. The cases under a crowded key are therefore
//! grouped by the state that they name, and sorted by steps 6 to 9 of the choice.

use std::sync::LazyLock;

use ahash::{AHashMap, AHashSet, RandomState};

use super::choice::order_by_last_steps;
use crate::engine::Postings;
use crate::engine::extract::CaseNumber;
use crate::engine::extract::{Extract, Row};
use crate::engine::matching::StateIndex;
use crate::formats::record::{CaseId, Date, ParticipantClass, ParticipantType};
use crate::formats::reference::State;

/// A key that more than this many cases share is crowded.
pub(super) const CROWD: usize = 64;

/// A case with more combinations of a crowded adult and a child name than this is not entered under
/// each of them, but compared on its own.
const MOST_PAIRS: usize = 4096;

/// A digest of a crowded key. Digests can collide, so a candidate found by one must be checked
/// against its tier.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct BucketKey(u64);

static HASH: LazyLock<RandomState> =
    LazyLock::new(|| RandomState::with_seeds(0x6372, 0x6f77, 0x6421, 0x2026));

impl BucketKey {
    pub(super) fn case_id(id: CaseId) -> Self {
        BucketKey(HASH.hash_one((1_u8, id)))
    }

    pub(super) fn child_ssn(ssn: u32) -> Self {
        BucketKey(HASH.hash_one((2_u8, ssn)))
    }

    pub(super) fn adult_and_child_name(adult: u32, name: u64) -> Self {
        BucketKey(HASH.hash_one((3_u8, adult, name)))
    }

    pub(super) fn naming(state: State, id: CaseId) -> Self {
        BucketKey(HASH.hash_one((7_u8, state.index(), id)))
    }

    pub(super) fn two_adults(cp: u32, np: u32) -> Self {
        BucketKey(HASH.hash_one((8_u8, cp, np)))
    }

    pub(super) fn child_name_and_birth(name: u64, birth: Date) -> Self {
        BucketKey(HASH.hash_one((9_u8, name, birth)))
    }

    pub(super) fn zero_free(id: CaseId) -> Self {
        BucketKey(HASH.hash_one((10_u8, id.without_leading_zeroes())))
    }
}

/// A case under a crowded key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Member {
    pub(super) bucket: BucketKey,
    /// The state that it names; 255 if none.
    pub(super) names: u8,
    /// Its Other State Case ID in `by_name`; blank in `by_rank`.
    pub(super) other_id: CaseId,
    /// Its rank by steps 6 to 9.
    rank: u32,
    pub(super) case: CaseNumber,
}

/// The cases of one state that have crowded keys. Usually there are none.
#[derive(Default)]
pub struct Crowd {
    /// By key, state named and rank.
    by_rank: Vec<Member>,
    /// By key, state named, Other State Case ID and rank.
    by_name: Vec<Member>,
    /// Pairs of key and named state whose cases all have the same Case ID.
    pub(super) one_case_id: AHashSet<(BucketKey, u8)>,
    /// Cases that tiers 3 and 5 compare on their own, see [`MOST_PAIRS`].
    oversized: Vec<CaseNumber>,
    /// These cases by the keys of their participants.
    by_participant: Vec<(u64, CaseNumber)>,
}

fn names(extract: &Extract, case: CaseNumber) -> u8 {
    extract.cases[case as usize]
        .data
        .other_state
        .map_or(u8::MAX, |state| state.index() as u8)
}

/// The keys by which two participants can be counterparts by the strict rules: usable SSN (S), name
/// and valid date of birth (N1), name and role (N2).
pub(super) fn ssn_key(row: &Row) -> Option<u64> {
    let child = row.class()? == ParticipantClass::Child;
    Some(HASH.hash_one((4_u8, child, row.ssn()?)))
}

pub(super) fn name_and_birth_key(row: &Row) -> Option<u64> {
    let child = row.class()? == ParticipantClass::Child;
    Some(HASH.hash_one((5_u8, child, row.name()?, row.date_of_birth()?)))
}

/// The key for N2: name and role. With `undated`, the key under which only participants without a
/// valid date of birth are entered.
pub(super) fn name_and_role_key(row: &Row, undated: bool) -> Option<u64> {
    let role = match row.participant() {
        ParticipantType::Blank => return None,
        ParticipantType::Np | ParticipantType::Pf => ParticipantType::Np,
        other => other,
    };
    Some(HASH.hash_one((6_u8, role, row.name()?, undated)))
}

/// The keys under which a participant is entered.
fn participant_keys(row: &Row) -> impl Iterator<Item = u64> {
    let undated = || name_and_role_key(row, true).filter(|_| row.date_of_birth().is_none());
    [
        ssn_key(row),
        name_and_birth_key(row),
        name_and_role_key(row, false),
        undated(),
    ]
    .into_iter()
    .flatten()
}

/// The cases under crowded keys of an index, without duplicates.
fn crowded_cases(index: &Postings) -> Vec<CaseNumber> {
    let mut cases: Vec<CaseNumber> = index.crowded(CROWD).flatten().collect();
    cases.sort_unstable();
    cases.dedup();
    cases
}

/// The number of postings of an SSN among the CPs, or among the NPs and PFs.
pub(super) fn adults_with(index: &StateIndex, ssn: u32, role: ParticipantType) -> usize {
    adult_keys(ssn, role)
        .map(|key| index.adults.count(key))
        .sum()
}

/// The keys of an SSN in the index of adults: as CP, or as NP and as PF.
pub(super) fn adult_keys(ssn: u32, role: ParticipantType) -> impl Iterator<Item = u32> {
    use ParticipantType::{Cp, Np, Pf};
    let types: &[ParticipantType] = if role == Cp { &[Cp] } else { &[Np, Pf] };
    types.iter().map(move |of| ssn << 2 | of.number())
}

/// The members of crowded keys that only the pooled routine looks up.
fn add_pooled(extract: &Extract, index: &StateIndex, members: &mut Vec<(BucketKey, CaseNumber)>) {
    let Some(pooled) = &index.pooled else { return };
    for number in crowded_cases(&pooled.naming) {
        let data = &extract.cases[number as usize].data;
        if let Some(state) = data.other_state {
            members.push((BucketKey::naming(state, data.other_id), number));
        }
    }
    for number in crowded_cases(&pooled.zero_free) {
        let id = extract.cases[number as usize].data.id;
        members.push((BucketKey::zero_free(id), number));
    }
    for number in crowded_cases(&pooled.children) {
        for row in extract.rows_of(&extract.cases[number as usize]) {
            let key = row.child_name().zip(row.date_of_birth());
            members.extend(
                key.map(|(name, birth)| (BucketKey::child_name_and_birth(name, birth), number)),
            );
        }
    }
}

impl Crowd {
    /// Finds the crowded keys of an extract, and sorts their cases.
    pub fn build(extract: &Extract, index: &StateIndex) -> Self {
        let mut crowd = Crowd::default();
        let mut members: Vec<(BucketKey, CaseNumber)> = Vec::new();
        for cases in extract.by_id.crowded(CROWD) {
            members.extend(cases.map(|case| {
                (
                    BucketKey::case_id(extract.cases[case as usize].data.id),
                    case,
                )
            }));
        }
        for case in crowded_cases(&index.children) {
            for ssn in extract
                .rows_of(&extract.cases[case as usize])
                .iter()
                .filter_map(Row::child_key)
            {
                if index.children.count(ssn) > CROWD {
                    members.push((BucketKey::child_ssn(ssn), case));
                }
            }
        }
        for case in crowded_cases(&index.adults) {
            crowd.add_pairs(extract, index, case, &mut members);
        }
        add_pooled(extract, index, &mut members);
        if members.is_empty() && crowd.oversized.is_empty() {
            return crowd;
        }
        members.sort_unstable();
        members.dedup();
        crowd.put_in_order(extract, &members);
        crowd
    }

    fn add_pairs(
        &mut self,
        extract: &Extract,
        index: &StateIndex,
        case: CaseNumber,
        members: &mut Vec<(BucketKey, CaseNumber)>,
    ) {
        let rows = extract.rows_of(&extract.cases[case as usize]);
        let distinct = |mut keys: Vec<u64>| {
            keys.sort_unstable();
            keys.dedup();
            keys
        };
        let crowded = |row: &Row| {
            row.adult_key()
                .filter(|&key| index.adults.count(key) > CROWD)
                .map(u64::from)
        };
        let adults = distinct(rows.iter().filter_map(crowded).collect());
        let children = distinct(rows.iter().filter_map(Row::child_name).collect());
        if adults.len() * children.len() > MOST_PAIRS {
            self.oversized.push(case);
            return;
        }
        for adult in adults {
            members.extend(
                children
                    .iter()
                    .map(|&name| (BucketKey::adult_and_child_name(adult as u32, name), case)),
            );
        }
        if index.pooled.is_none() {
            return;
        }
        let crowded = |role: ParticipantType| {
            let is_crowded = move |ssn: u64| adults_with(index, ssn as u32, role) > CROWD;
            let of_role = move |row: &&Row| row.participant().agrees_with(role);
            let ssns = rows.iter().filter(of_role).filter_map(Row::ssn);
            distinct(
                ssns.map(|ssn| u64::from(ssn.number()))
                    .filter(|&ssn| is_crowded(ssn))
                    .collect(),
            )
        };
        let (cps, nps) = (crowded(ParticipantType::Cp), crowded(ParticipantType::Np));
        if cps.len() * nps.len() > MOST_PAIRS {
            self.oversized.push(case);
            return;
        }
        for cp in cps {
            let others = nps.iter().filter(|&&np| np != cp);
            members.extend(others.map(|&np| (BucketKey::two_adults(cp as u32, np as u32), case)));
        }
    }

    fn put_in_order(&mut self, extract: &Extract, members: &[(BucketKey, CaseNumber)]) {
        let mut cases: Vec<CaseNumber> = members
            .iter()
            .map(|&(_, case)| case)
            .chain(self.oversized.iter().copied())
            .collect();
        cases.sort_unstable();
        cases.dedup();
        let case = |number: CaseNumber| &extract.cases[number as usize];
        for &number in &cases {
            for row in extract.rows_of(case(number)) {
                let keys = participant_keys(row);
                self.by_participant.extend(keys.map(|key| (key, number)));
            }
        }
        self.by_participant.sort_unstable();
        self.by_participant.dedup();
        cases.sort_by(|&a, &b| order_by_last_steps(extract, case(a), case(b)));
        let ranks: AHashMap<CaseNumber, u32> = cases
            .iter()
            .zip(0..)
            .map(|(&case, rank)| (case, rank))
            .collect();
        let member = |&(bucket, case): &(BucketKey, CaseNumber)| Member {
            bucket,
            names: names(extract, case),
            other_id: CaseId::BLANK,
            rank: ranks.get(&case).copied().unwrap_or_default(),
            case,
        };
        self.by_rank = members.iter().map(member).collect();
        self.by_rank.sort_unstable();
        self.by_name = self.by_rank.clone();
        for member in &mut self.by_name {
            member.other_id = case(member.case).data.other_id;
        }
        self.by_name.sort_unstable();
        let id = |member: &Member| case(member.case).data.id;
        for run in self
            .by_rank
            .chunk_by(|a, b| (a.bucket, a.names) == (b.bucket, b.names))
        {
            if run.iter().all(|member| id(member) == id(&run[0])) {
                self.one_case_id.insert((run[0].bucket, run[0].names));
            }
        }
    }

    /// Cases that tiers 3 and 5 must compare on their own.
    pub(super) fn oversized(&self) -> impl Iterator<Item = CaseNumber> + '_ {
        self.oversized.iter().copied()
    }

    /// The cases that have a participant with this key.
    pub(super) fn sharing(&self, key: u64) -> impl ExactSizeIterator<Item = CaseNumber> + '_ {
        let first = self
            .by_participant
            .partition_point(|&(other, _)| other < key);
        let length = self.by_participant[first..].partition_point(|&(other, _)| other == key);
        self.by_participant[first..first + length]
            .iter()
            .map(|&(_, case)| case)
    }

    /// The members under a key, one slice per named state. The end of each slice is found by binary
    /// search: a linear scan would take time proportional to the crowd for every case that searches
    /// it.
    pub(super) fn runs(&self, bucket: BucketKey) -> impl Iterator<Item = &[Member]> {
        let first = self
            .by_rank
            .partition_point(|member| member.bucket < bucket);
        let length = self.by_rank[first..].partition_point(|member| member.bucket == bucket);
        let mut rest = &self.by_rank[first..first + length];
        std::iter::from_fn(move || {
            let names = rest.first()?.names;
            let (run, after) = rest.split_at(rest.partition_point(|member| member.names == names));
            rest = after;
            Some(run)
        })
    }

    /// The members under a key that name this state and this Case ID.
    pub(super) fn naming(&self, bucket: BucketKey, state: u8, id: CaseId) -> &[Member] {
        let key = |member: &Member| (member.bucket, member.names, member.other_id);
        let first = self
            .by_name
            .partition_point(|member| key(member) < (bucket, state, id));
        let length =
            self.by_name[first..].partition_point(|member| key(member) == (bucket, state, id));
        &self.by_name[first..first + length]
    }
}
