//! The lookups of the tiers. The published routine tries three tiers in order, and the first with a
//! candidate decides (matching.md, section 5) (seed); the pooled one looks up all seven (section
//! 9).

use super::crowd::{BucketKey, CROWD, adult_keys, adults_with};
use super::matcher::{Matcher, Scratch, Yours};
use super::side::Side;
use super::tier::Tier;
use crate::engine::Postings;
use crate::engine::extract::{CaseNumber, id_key};
use crate::engine::extract::{CaseRows, Row};
use crate::engine::matching::{child_name_and_birth_key, naming_key, zero_free_key};
use crate::formats::record::{ParticipantClass, ParticipantType, Ssn};

impl Matcher<'_> {
    /// Puts a tier's candidates into `scratch.candidates`, in case order and without duplicates.
    /// Crowded keys go into `scratch.buckets` instead.
    pub(super) fn gather(&self, tier: Tier, yours: &Yours<'_>, side: &Side, scratch: &mut Scratch) {
        let is_certain = look_up(tier, yours, side, scratch);
        sort_and_dedup(&mut scratch.candidates);
        scratch.candidates.retain(|&number| {
            self.takes_part(yours, side, number)
                && (is_certain || self.is_candidate(tier, yours, side, number))
        });
    }

    /// Whether the rule of a tier finds this case.
    pub(super) fn is_candidate(
        &self,
        tier: Tier,
        yours: &Yours<'_>,
        side: &Side,
        number: CaseNumber,
    ) -> bool {
        let case = &side.extract.cases[number as usize];
        let theirs = CaseRows {
            extract: &side.extract,
            rows: side.extract.rows_of(case),
        };
        let other_id = yours.case.data.other_id;
        self.takes_part(yours, side, number)
            && match tier {
                Tier::CaseId => !other_id.is_blank() && case.data.id == other_id,
                Tier::ChildSsn => share(yours, theirs, Row::child_key),
                Tier::AdultAndChildName => {
                    share(yours, theirs, Row::adult_key) && share_a_child(yours, theirs, false)
                }
                Tier::NamesYours => {
                    case.data.other_state == Some(yours.extract().state)
                        && case.data.other_id == yours.case.data.id
                }
                Tier::TwoAdults => share_two_adults(yours, theirs),
                Tier::ChildNameAndBirth => share_a_child(yours, theirs, true),
                Tier::CaseIdButZeroes => {
                    !other_id.is_blank()
                        && case.data.id.without_leading_zeroes()
                            == other_id.without_leading_zeroes()
                }
            }
    }
}

/// Looks up the keys of a tier like [`Matcher::gather`], but `scratch.candidates` are neither
/// sorted nor checked. Returns true if they need no check.
pub(super) fn look_up(tier: Tier, yours: &Yours<'_>, side: &Side, scratch: &mut Scratch) -> bool {
    let Scratch {
        candidates,
        buckets,
        ..
    } = scratch;
    candidates.clear();
    buckets.clear();
    look_up_keys(tier, yours, side, candidates, buckets);
    sort_and_dedup(buckets);
    let by_pairs = matches!(tier, Tier::AdultAndChildName | Tier::TwoAdults);
    if by_pairs && !buckets.is_empty() {
        candidates.extend(side.crowd.oversized());
    }
    matches!(tier, Tier::CaseId | Tier::ChildSsn)
}

/// Looks up the keys of a tier. A tier that only the pooled routine has, and tier 3, which is
/// looked up by the adult alone, give cases that must be checked.
fn look_up_keys(
    tier: Tier,
    yours: &Yours<'_>,
    side: &Side,
    candidates: &mut Vec<CaseNumber>,
    buckets: &mut Vec<BucketKey>,
) {
    let (data, index) = (&yours.case.data, &side.index);
    let mut add = |postings: &Postings, key: u32, bucket: BucketKey| {
        let found = postings.rows(key);
        if found.len() > CROWD {
            buckets.push(bucket);
        } else {
            candidates.extend(found);
        }
    };
    match tier {
        Tier::CaseId => {
            let id = data.other_id;
            if id.is_blank() {
                return;
            }
            if side.extract.by_id.count(id_key(id)) > CROWD {
                buckets.push(BucketKey::case_id(id));
            } else {
                candidates.extend(side.extract.cases_with_id(id));
            }
        }
        Tier::ChildSsn => {
            for ssn in yours.rows.iter().filter_map(Row::child_key) {
                add(&index.children, ssn, BucketKey::child_ssn(ssn));
            }
        }
        Tier::AdultAndChildName => {
            if !yours.children().any(|row| row.name().is_some()) {
                return;
            }
            for adult in yours.rows.iter().filter_map(Row::adult_key) {
                let found = index.adults.rows(adult);
                if found.len() > CROWD {
                    for name in yours.children().filter_map(Row::name) {
                        buckets.push(BucketKey::adult_and_child_name(adult, name));
                    }
                } else {
                    candidates.extend(found);
                }
            }
        }
        Tier::NamesYours => {
            let (state, id) = (yours.extract().state, data.id);
            if let Some(pooled) = &index.pooled {
                add(
                    &pooled.naming,
                    naming_key(state, id),
                    BucketKey::naming(state, id),
                );
            }
        }
        Tier::TwoAdults => look_up_two_adults(yours, side, candidates, buckets),
        Tier::ChildNameAndBirth => {
            let Some(pooled) = &index.pooled else { return };
            for row in yours.children() {
                if let Some((name, birth)) = row.name().zip(row.date_of_birth()) {
                    let bucket = BucketKey::child_name_and_birth(name, birth);
                    add(
                        &pooled.children,
                        child_name_and_birth_key(name, birth),
                        bucket,
                    );
                }
            }
        }
        Tier::CaseIdButZeroes => {
            let id = data.other_id;
            if let Some(pooled) = index.pooled.as_ref().filter(|_| !id.is_blank()) {
                add(
                    &pooled.zero_free,
                    zero_free_key(id),
                    BucketKey::zero_free(id),
                );
            }
        }
    }
}

/// The different usable SSNs of your adults in a role.
fn ssns_of(yours: &Yours<'_>, role: ParticipantType) -> Vec<u32> {
    let of_role = |row: &&Row| row.participant().agrees_with(role);
    let ssns = yours.rows.iter().filter(of_role).filter_map(Row::ssn);
    let mut ssns: Vec<u32> = ssns.map(Ssn::number).collect();
    sort_and_dedup(&mut ssns);
    ssns
}

/// Looks up the cases of each CP of yours; for a CP with a crowded SSN, the cases of each NP or PF
/// instead.
fn look_up_two_adults(
    yours: &Yours<'_>,
    side: &Side,
    candidates: &mut Vec<CaseNumber>,
    buckets: &mut Vec<BucketKey>,
) {
    let (cp, np) = (ParticipantType::Cp, ParticipantType::Np);
    let is_crowded = |ssn: u32, role| adults_with(&side.index, ssn, role) > CROWD;
    let mut add = |ssn, role| {
        for key in adult_keys(ssn, role) {
            candidates.extend(side.index.adults.rows(key));
        }
    };
    let (mut crowded_cps, nps) = (ssns_of(yours, cp), ssns_of(yours, np));
    if nps.is_empty() {
        return;
    }
    crowded_cps.retain(|&ssn| {
        let crowded = is_crowded(ssn, cp);
        if !crowded {
            add(ssn, cp);
        }
        crowded
    });
    if crowded_cps.is_empty() {
        return;
    }
    for other in nps {
        if is_crowded(other, np) {
            let different = crowded_cps.iter().filter(|&&ssn| ssn != other);
            buckets.extend(different.map(|&ssn| BucketKey::two_adults(ssn, other)));
        } else {
            add(other, np);
        }
    }
}

pub(super) fn sort_and_dedup<T: Ord>(items: &mut Vec<T>) {
    if items.len() > 1 {
        items.sort_unstable();
        items.dedup();
    }
}

/// Whether the cases share a key of this kind: an SSN, or an SSN with a type.
fn share(yours: &Yours<'_>, theirs: CaseRows<'_>, key: fn(&Row) -> Option<u32>) -> bool {
    let ours = yours.participants();
    let looked_up = |few: CaseRows<'_>, many: CaseRows<'_>| {
        let large = many.large()?;
        Some(few.rows.iter().any(|row| {
            let (Some(class), Some(ssn), Some(mine)) = (row.class(), row.ssn(), key(row)) else {
                return false;
            };
            large
                .with_ssn(class, ssn)
                .any(|place| key(&many.rows[place as usize]) == Some(mine))
        }))
    };
    let found = if ours.rows.len() < theirs.rows.len() {
        looked_up(ours, theirs)
    } else {
        looked_up(theirs, ours)
    };
    found.unwrap_or_else(|| {
        ours.rows
            .iter()
            .filter_map(key)
            .any(|mine| theirs.rows.iter().any(|row| key(row) == Some(mine)))
    })
}

/// Whether the cases have a child with the same name key; with `same_birth`, also with the same
/// valid date of birth.
fn share_a_child(yours: &Yours<'_>, theirs: CaseRows<'_>, same_birth: bool) -> bool {
    let ours = yours.participants();
    let (few, many) = if ours.rows.len() < theirs.rows.len() {
        (ours, theirs)
    } else {
        (theirs, ours)
    };
    let large = many.large();
    few.rows.iter().any(|row| {
        let Some(name) = row.child_name() else {
            return false;
        };
        let birth = row.date_of_birth();
        if same_birth && birth.is_none() {
            return false;
        }
        let same = |other: &Row| {
            other.child_name() == Some(name)
                && (!same_birth || other.date_of_birth() == birth)
                && few.same_name_key(row, many, other)
        };
        let child = ParticipantClass::Child;
        match large {
            Some(large) if same_birth => large
                .with_name_and_birth(child, name, birth)
                .any(|place| same(&many.rows[place as usize])),
            Some(large) => large
                .with_name(child, name)
                .any(|place| same(&many.rows[place as usize])),
            None => many.rows.iter().any(same),
        }
    })
}

/// Whether the cases share two different SSNs: one of a CP, and one of an NP or PF.
fn share_two_adults(yours: &Yours<'_>, theirs: CaseRows<'_>) -> bool {
    let ours = yours.participants();
    let (few, many) = if ours.rows.len() < theirs.rows.len() {
        (ours, theirs)
    } else {
        (theirs, ours)
    };
    let large = many.large();
    // Per role, two different shared SSNs are enough to find a pair that differs.
    let shared = |role: ParticipantType| {
        let mut shared: [Option<Ssn>; 2] = [None; 2];
        for row in few
            .rows
            .iter()
            .filter(|row| row.participant().agrees_with(role))
        {
            let (Some(ssn), Some(class)) = (row.ssn(), row.class()) else {
                continue;
            };
            let same =
                |other: &Row| other.ssn() == Some(ssn) && other.participant().agrees_with(role);
            let found = match large {
                Some(large) => large
                    .with_ssn(class, ssn)
                    .any(|place| same(&many.rows[place as usize])),
                None => many.rows.iter().any(same),
            };
            if found && shared[0].is_none() {
                shared[0] = Some(ssn);
            } else if found && shared[0] != Some(ssn) {
                shared[1] = Some(ssn);
                break;
            }
        }
        shared
    };
    let cps = shared(ParticipantType::Cp);
    if cps[0].is_none() {
        return false;
    }
    let nps = shared(ParticipantType::Np);
    nps[0].is_some() && (nps[0] != cps[0] || nps[1].is_some() || cps[1].is_some())
}
