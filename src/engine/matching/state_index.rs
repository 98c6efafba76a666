//! The indexes of one state's extract that the tiers look up.

use crate::engine::Postings;
use crate::engine::extract::Case;
use crate::engine::extract::{Extract, Row};
use crate::formats::record::{CaseId, Date};
use crate::formats::reference::State;

/// The cases of one state by child SSN and by adult SSN and type. The index by Case ID is made
/// earlier, when records are grouped into cases: [`Extract::by_id`].
pub struct StateIndex {
    /// Cases by a child's usable SSN.
    pub children: Postings,
    /// Cases by an adult's usable SSN and type ([`crate::engine::extract::Row::adult_key`]).
    pub adults: Postings,
    /// The additional indexes of the pooled routine; `None` for the published one.
    pub pooled: Option<PooledIndex>,
}

/// The indexes that only the pooled routine needs. Their keys are digests, so what they find must
/// be checked.
pub struct PooledIndex {
    /// Cases by the state and the Case ID that they name.
    pub naming: Postings,
    /// Cases by a child's name key and valid date of birth.
    pub children: Postings,
    /// Cases by Case ID without leading zeroes.
    pub zero_free: Postings,
}

impl StateIndex {
    /// Indexes an extract. `pooled` adds the indexes of the pooled routine.
    pub fn build(extract: &Extract, pooled: bool) -> Self {
        let about = extract.rows.len() / 2;
        let by_row = |key: fn(&Row) -> Option<u32>| {
            Postings::build(about, |post| {
                for (number, case) in extract.cases.iter().enumerate() {
                    for key in extract.rows_of(case).iter().filter_map(key) {
                        post(key, number as u32);
                    }
                }
            })
        };
        let by_case = |key: fn(&Case) -> Option<u32>| {
            Postings::build(extract.cases.len(), |post| {
                for (number, case) in extract.cases.iter().enumerate() {
                    if let Some(key) = key(case) {
                        post(key, number as u32);
                    }
                }
            })
        };
        let (children, adults) = rayon::join(|| by_row(Row::child_key), || by_row(Row::adult_key));
        let pooled = pooled.then(|| {
            let ((naming, zero_free), children) = rayon::join(
                || {
                    let naming = |case: &Case| {
                        let data = &case.data;
                        let names = !data.other_id.is_blank();
                        let state = data.other_state.filter(|_| names)?;
                        Some(naming_key(state, data.other_id))
                    };
                    let zero_free = |case: &Case| Some(zero_free_key(case.data.id));
                    rayon::join(|| by_case(naming), || by_case(zero_free))
                },
                || by_row(child_name_and_birth),
            );
            PooledIndex {
                naming,
                children,
                zero_free,
            }
        });
        StateIndex {
            children,
            adults,
            pooled,
        }
    }
}

/// The key of a case that names this state and Case ID.
#[inline]
pub(crate) fn naming_key(state: State, id: CaseId) -> u32 {
    (id.mixed() >> 32) as u32 ^ (state.index() as u32 + 1).wrapping_mul(0x9e37_79b1)
}

/// The key of a child with this digest of the name key and date of birth.
#[inline]
pub(crate) fn child_name_and_birth_key(name: u64, birth: Date) -> u32 {
    let mixed = name ^ u64::from(birth.days()).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed.wrapping_mul(0xff51_afd7_ed55_8ccd) >> 32) as u32
}

/// [`child_name_and_birth_key`] of a row, if it is a child with both.
#[inline]
pub(crate) fn child_name_and_birth(row: &Row) -> Option<u32> {
    let birth = row.date_of_birth()?;
    Some(child_name_and_birth_key(row.child_name()?, birth))
}

/// The key of a Case ID without leading zeroes.
#[inline]
pub(crate) fn zero_free_key(id: CaseId) -> u32 {
    (id.without_leading_zeroes().mixed() >> 32) as u32
}

/// An index that the pooled routine looks up.
#[derive(Clone, Copy)]
pub(super) enum PooledKey {
    Naming,
    ZeroFree,
    Adult,
    Child,
    ChildName,
}
