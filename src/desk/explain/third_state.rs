//! Searches all other states for the case: a linear scan of their rows.

use ahash::AHashSet;
use rayon::prelude::*;

use super::miss::Misses;
use super::model::{NearMiss, NearMissKind};
use super::person::case_ids;
use crate::engine::extract::CaseNumber;
use crate::engine::extract::{Extract, Row};
use crate::error::Result;

/// The keys of your case that do not depend on the state.
struct Keys {
    children: AHashSet<u32>,
    adults: AHashSet<u32>,
    names: AHashSet<u64>,
}

impl Misses<'_> {
    /// Searches the extracts of third states.
    ///
    /// # Errors
    /// [`crate::Error::Interrupted`].
    pub(super) fn look_beyond(&mut self, extracts: &[&Extract]) -> Result<()> {
        let rows = self.asked.rows();
        let keys = Keys {
            children: rows.iter().filter_map(Row::child_key).collect(),
            adults: rows.iter().filter_map(Row::adult_key).collect(),
            names: rows.iter().filter_map(Row::child_name).collect(),
        };
        let asked = &self.asked;
        let data = &asked.case.data;
        let your_state = asked.yours.extract.state;
        let find = |extract: &&Extract| -> Result<Vec<(CaseNumber, String)>> {
            let cases = extract.cases.iter().zip(0..);
            cases
                .filter_map(|(theirs, number)| {
                    if number % 4096 == 0
                        && let Err(error) = asked.stop.check()
                    {
                        return Some(Err(error));
                    }
                    let rows = extract.rows_of(theirs);
                    let holds = |set: &AHashSet<u32>, key: fn(&Row) -> Option<u32>| {
                        rows.iter().filter_map(key).any(|key| set.contains(&key))
                    };
                    let names_you = theirs.data.other_state == Some(your_state);
                    let mut shared = Vec::new();
                    if names_you && theirs.data.other_id == data.id {
                        shared.push("names your state and your Case ID");
                    }
                    if names_you && !data.other_id.is_blank() && theirs.data.id == data.other_id {
                        shared.push("names your state and has your Other State Case ID as its Case ID");
                    }
                    if holds(&keys.children, Row::child_key) {
                        shared.push("holds a child with the usable SSN of a child of yours");
                    }
                    let name = |row: &Row| {
                        row.child_name().is_some_and(|name| keys.names.contains(&name))
                    };
                    if holds(&keys.adults, Row::adult_key) && rows.iter().any(name) {
                        shared.push(
                            "holds an adult with the usable SSN and type of one of yours and a child of the same name",
                        );
                    }
                    (!shared.is_empty()).then(|| Ok((number, shared.join(", and "))))
                })
                .collect()
        };
        let found = extracts.par_iter().map(find).collect::<Result<Vec<_>>>()?;
        for (extract, hits) in extracts.iter().zip(found) {
            for (number, shared) in hits {
                let theirs = &extract.cases[number as usize];
                self.add(NearMissKind::ThirdState, || NearMiss {
                    kind: NearMissKind::ThirdState,
                    case: case_ids(extract, theirs),
                    because: format!(
                        "a case of {}, which your case does not name, {shared}",
                        extract.state.name()
                    ),
                    yours: None,
                    theirs: None,
                    rejected: None,
                });
            }
        }
        Ok(())
    }
}
