//! Reports the keys of a tier to an observer, with the number of cases that each found.

use super::matcher::Yours;
use super::state_index::{child_name_and_birth, naming_key, zero_free_key};
use super::{KeyTried, Matcher, Observer, Side, Tier};
use crate::engine::extract::{CaseNumber, Row};

impl Matcher<'_> {
    /// Reports the keys of a tier.
    pub(super) fn report_keys<O: Observer>(
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
