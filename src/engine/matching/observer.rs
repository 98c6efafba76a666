//! What the match tells of its way to an answer, to whoever asks.

use super::tiers::Yours;
use super::{Candidate, Dropped, Matcher, Side, Tier};
use crate::engine::extract::CaseNumber;
use crate::engine::extract::Row;
use crate::engine::matching::{child_name_and_birth, naming_key, zero_free_key};

/// Told what the match tries and why it chooses. Nobody asking costs nothing: the calls vanish.
pub trait Observer {
    /// Whether all keys are to be told, and all candidates to be compared and ordered, also where
    /// the answer needs only the best of a crowd.
    const COMPLETE: bool = true;

    /// A key of a tier was tried; told before [`Observer::tier_tried`].
    fn key_tried(&mut self, tier: Tier, tried: KeyTried);

    /// A tier was tried; its candidates stand in the order of the choice.
    fn tier_tried(&mut self, tier: Tier, candidates: &[Candidate]);

    /// The pooled routine drops a candidate.
    fn dropped(&mut self, case: CaseNumber, why: Dropped);

    /// A tier decided: the case that it chose, and whether its candidates have two or more
    /// different Case IDs. What follows may still suppress the match.
    fn chosen(&mut self, tier: Tier, case: CaseNumber, multiple_case: bool);
}

/// One key of a tier, and how many cases of the other state it found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyTried {
    /// The place of your participant whose key it is, from 0; none for the Case ID.
    pub participant: Option<usize>,
    /// Cases under the key.
    pub cases: usize,
    /// Those of them that `--counterpart directed` drops.
    pub dropped: usize,
    /// Those that became candidates: in tier 3 a child's name has to be the same, too.
    pub candidates: usize,
}

/// Nobody asks.
pub struct Unobserved;

impl Observer for Unobserved {
    const COMPLETE: bool = false;

    #[inline]
    fn key_tried(&mut self, _tier: Tier, _tried: KeyTried) {}

    #[inline]
    fn tier_tried(&mut self, _tier: Tier, _candidates: &[Candidate]) {}

    #[inline]
    fn dropped(&mut self, _case: CaseNumber, _why: Dropped) {}

    #[inline]
    fn chosen(&mut self, _tier: Tier, _case: CaseNumber, _multiple_case: bool) {}
}

impl Matcher<'_> {
    /// Tells the keys of a tier.
    pub(super) fn tell_keys<O: Observer>(
        &self,
        tier: Tier,
        yours: &Yours<'_>,
        side: &Side,
        observer: &mut O,
    ) {
        let mut tell = |participant, cases: &mut dyn Iterator<Item = CaseNumber>| {
            let mut tried = KeyTried {
                participant,
                cases: 0,
                dropped: 0,
                candidates: 0,
            };
            for number in cases {
                tried.cases += 1;
                if !self.takes_part(yours, side, number) {
                    tried.dropped += 1;
                } else if self.is_candidate(tier, yours, side, number) {
                    tried.candidates += 1;
                }
            }
            observer.key_tried(tier, tried);
        };
        let (id, index) = (yours.case.data.other_id, &side.index);
        let pooled = index.pooled.as_ref();
        match tier {
            Tier::CaseId if id.is_blank() => {}
            Tier::CaseId => tell(None, &mut side.extract.cases_with_id(id)),
            Tier::NamesYours => {
                let key = naming_key(yours.extract().state, yours.case.data.id);
                if let Some(pooled) = pooled {
                    tell(None, &mut pooled.naming.rows(key));
                }
            }
            Tier::CaseIdButZeroes => {
                if let Some(pooled) = pooled.filter(|_| !id.is_blank()) {
                    tell(None, &mut pooled.zero_free.rows(zero_free_key(id)));
                }
            }
            Tier::ChildSsn | Tier::AdultAndChildName | Tier::TwoAdults => {
                let (key, postings): (fn(&Row) -> Option<u32>, _) = match tier {
                    Tier::ChildSsn => (Row::child_key, &index.children),
                    _ => (Row::adult_key, &index.adults),
                };
                for (place, row) in yours.rows.iter().enumerate() {
                    if let Some(key) = key(row) {
                        tell(Some(place), &mut postings.rows(key));
                    }
                }
            }
            Tier::ChildNameAndBirth => {
                for (place, row) in yours.rows.iter().enumerate() {
                    if let Some((pooled, key)) = pooled.zip(child_name_and_birth(row)) {
                        tell(Some(place), &mut pooled.children.rows(key));
                    }
                }
            }
        }
    }
}
