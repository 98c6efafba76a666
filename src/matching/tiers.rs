//! The three tiers (matching.md, section 5): tried in order; the first that yields a candidate
//! decides (seed).

use super::compare::same_names;
use super::crowd::{BucketKey, CROWD};
use super::{Matcher, Scratch, Side};
use crate::case::{Case, CaseNumber, id_key};
use crate::extract::{Extract, Row};
use crate::record::ParticipantClass;

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
                Tier::ChildSsn => share(yours, side, theirs, Row::child_key),
                Tier::AdultAndChildName => {
                    share(yours, side, theirs, Row::adult_key)
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

/// Whether a row of each has the same key: an SSN, or an SSN with a type.
fn share(yours: &Yours<'_>, side: &Side, theirs: &[Row], key: fn(&Row) -> Option<u32>) -> bool {
    let ours = yours.rows;
    let large = |extract: &Extract, few: &[Row], many: &[Row]| {
        let large = extract.large_case(many)?;
        Some(few.iter().any(|row| {
            let (Some(class), Some(ssn), Some(mine)) = (row.class(), row.ssn(), key(row)) else {
                return false;
            };
            large
                .with_ssn(class, ssn)
                .any(|place| key(&many[place as usize]) == Some(mine))
        }))
    };
    let looked_up = if ours.len() < theirs.len() {
        large(&side.extract, ours, theirs)
    } else {
        large(yours.extract, theirs, ours)
    };
    looked_up.unwrap_or_else(|| {
        ours.iter()
            .filter_map(key)
            .any(|mine| theirs.iter().any(|row| key(row) == Some(mine)))
    })
}

/// Whether a child of each has the same name key. Digests alone could agree by chance.
fn share_child_name(yours: &Yours<'_>, side: &Side, theirs: &[Row]) -> bool {
    let ours = (yours.extract, yours.rows);
    let theirs = (&side.extract, theirs);
    let (few, many) = if ours.1.len() < theirs.1.len() {
        (ours, theirs)
    } else {
        (theirs, ours)
    };
    let large = many.0.large_case(many.1);
    few.1.iter().any(|row| {
        let Some(name) = row.child_name() else {
            return false;
        };
        let same = |other: &Row| {
            other.child_name() == Some(name) && same_names((few.0, row), (many.0, other))
        };
        match large {
            Some(large) => {
                let mut places = large.with_name(ParticipantClass::Child, name);
                places.any(|place| same(&many.1[place as usize]))
            }
            None => many.1.iter().any(same),
        }
    })
}
