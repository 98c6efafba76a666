//! The three tiers (matching.md, section 5): tried in order; the first that yields a candidate
//! decides (seed).

use super::crowd::{BucketKey, CROWD};
use super::{Matcher, Scratch, Side};
use crate::case::{Case, CaseNumber, id_key};
use crate::extract::{Extract, Row};
use crate::record::{ParticipantClass, PersonName};

/// How a case was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// 1: by your Other State Case ID. Leading zeroes count; no normalisation: a different format
    /// is the discrepancy to report (seed).
    CaseId = 1,
    /// 2: by a child's usable SSN.
    ChildSsn = 2,
    /// 3: by an adult's usable SSN and type, and a child's name key, in one case.
    AdultAndChildName = 3,
}

impl Tier {
    /// The tiers, in order.
    pub const ALL: [Tier; 3] = [Tier::CaseId, Tier::ChildSsn, Tier::AdultAndChildName];

    /// The tier's number, from 1.
    pub fn number(self) -> u8 {
        self as u8
    }
}

/// Your case, with what the tiers need of it.
pub(super) struct Yours<'a> {
    pub(super) extract: &'a Extract,
    pub(super) case: &'a Case,
    pub(super) rows: &'a [Row],
}

impl Yours<'_> {
    pub(super) fn children(&self) -> impl Iterator<Item = &Row> {
        self.rows
            .iter()
            .filter(|row| row.class() == Some(ParticipantClass::Child))
    }
}

impl Matcher<'_> {
    /// Puts a tier's candidates into `scratch.candidates`, in case order, each once; keys under
    /// which too many cases stand go to `scratch.buckets` instead.
    pub(super) fn gather(&self, tier: Tier, yours: &Yours<'_>, side: &Side, scratch: &mut Scratch) {
        let Scratch {
            candidates,
            buckets,
            ..
        } = scratch;
        candidates.clear();
        buckets.clear();
        match tier {
            Tier::CaseId => {
                let id = yours.case.data.other_id;
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
                    if side.index.children.count(ssn) > CROWD {
                        buckets.push(BucketKey::child_ssn(ssn));
                    } else {
                        candidates.extend(side.index.children.rows(ssn));
                    }
                }
            }
            Tier::AdultAndChildName => {
                if !yours.children().any(|row| row.name().is_some()) {
                    return;
                }
                for adult in yours.rows.iter().filter_map(Row::adult_key) {
                    if side.index.adults.count(adult) > CROWD {
                        for name in yours.children().filter_map(Row::name) {
                            buckets.push(BucketKey::adult_and_child_name(adult, name));
                        }
                    } else {
                        candidates.extend(side.index.adults.rows(adult));
                    }
                }
            }
        }
        sort_and_dedup(candidates);
        sort_and_dedup(buckets);
        if tier == Tier::AdultAndChildName && !buckets.is_empty() {
            candidates.extend(side.crowd.oversized());
            sort_and_dedup(candidates);
        }
        candidates.retain(|&number| {
            self.takes_part(yours, side, number)
                && (tier != Tier::AdultAndChildName || self.is_candidate(tier, yours, side, number))
        });
    }

    /// `--counterpart directed` drops every case of another participating state that does not name
    /// your state (public: quick reference of 31 Oct 2019).
    #[inline]
    pub(super) fn takes_part(&self, yours: &Yours<'_>, side: &Side, number: CaseNumber) -> bool {
        !self.directed
            || side.fcr_supplied()
            || side.extract.cases[number as usize].data.other_state == Some(yours.extract.state)
    }

    /// Whether a tier finds this case, by its own words.
    pub(super) fn is_candidate(
        &self,
        tier: Tier,
        yours: &Yours<'_>,
        side: &Side,
        number: CaseNumber,
    ) -> bool {
        let case = &side.extract.cases[number as usize];
        let theirs = side.extract.rows_of(case);
        self.takes_part(yours, side, number)
            && match tier {
                Tier::CaseId => {
                    !yours.case.data.other_id.is_blank() && case.data.id == yours.case.data.other_id
                }
                Tier::ChildSsn => share(yours.rows, theirs, Row::child_key),
                Tier::AdultAndChildName => {
                    share(yours.rows, theirs, Row::adult_key)
                        && share_child_name(yours, side, theirs)
                }
            }
    }
}

fn sort_and_dedup<T: Ord>(items: &mut Vec<T>) {
    if items.len() > 1 {
        items.sort_unstable();
        items.dedup();
    }
}

/// Above this many pairs keys are sorted rather than compared pair by pair.
const MANY_PAIRS: usize = 4096;

/// Whether a row of each has the same key.
fn share<K: Ord + Copy>(ours: &[Row], theirs: &[Row], key: fn(&Row) -> Option<K>) -> bool {
    if ours.len().min(theirs.len()) > 16 && ours.len() * theirs.len() > MANY_PAIRS {
        let mut keys: Vec<K> = ours.iter().filter_map(key).collect();
        keys.sort_unstable();
        return theirs
            .iter()
            .filter_map(key)
            .any(|key| keys.binary_search(&key).is_ok());
    }
    let (few, many) = if ours.len() < theirs.len() {
        (ours, theirs)
    } else {
        (theirs, ours)
    };
    few.iter()
        .filter_map(key)
        .any(|mine| many.iter().any(|row| key(row) == Some(mine)))
}

/// Up to so many children of theirs are looked for one by one.
const FEW_CHILDREN: usize = 16;

/// Whether a child of each has the same name key.
fn share_child_name(yours: &Yours<'_>, side: &Side, theirs: &[Row]) -> bool {
    let name = |extract: &Extract, row: &Row| {
        let layout = &extract.layout;
        PersonName::new(
            extract.field(row, layout.last_name),
            extract.field(row, layout.first_name),
        )
    };
    if !share(yours.rows, theirs, Row::child_name) {
        return false;
    }
    // Digests agree: make sure that the names do.
    let children = |rows: &[Row]| rows.iter().filter(|row| row.child_name().is_some()).count();
    if children(theirs) <= FEW_CHILDREN {
        // Beside a few children of theirs, ours are not worth sorting: they may be thousands.
        return theirs.iter().any(|theirs| {
            theirs.child_name().is_some_and(|digest| {
                let mut same = yours
                    .rows
                    .iter()
                    .filter(|row| row.child_name() == Some(digest));
                same.any(|ours| name(yours.extract, ours) == name(&side.extract, theirs))
            })
        });
    }
    let mut digests: Vec<(u64, &Row)> = yours
        .rows
        .iter()
        .filter_map(|row| Some((row.child_name()?, row)))
        .collect();
    digests.sort_unstable_by_key(|&(digest, _)| digest);
    theirs
        .iter()
        .filter_map(|row| Some((row.child_name()?, row)))
        .any(|(digest, theirs)| {
            let first = digests.partition_point(|&(other, _)| other < digest);
            let mut same = digests[first..]
                .iter()
                .take_while(|&&(other, _)| other == digest);
            same.any(|&(_, ours)| name(yours.extract, ours) == name(&side.extract, theirs))
        })
}
