//! Groups the Case IDs that are linked by renames (Previous Case ID); their records are replayed
//! together.

use crate::formats::record::CaseId;

/// Sets of Case IDs that are linked by renames.
#[derive(Default)]
pub struct JoinedIds {
    /// Sorted.
    ids: Vec<CaseId>,
    /// For each ID, the index of the smallest ID in its set.
    set: Vec<u32>,
}

impl JoinedIds {
    /// The sets that result from pairs of (Previous Case ID, Case ID).
    pub fn new(renames: &[(CaseId, CaseId)]) -> Self {
        let mut ids: Vec<CaseId> = renames.iter().flat_map(|&(a, b)| [a, b]).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut joined = JoinedIds {
            set: (0..ids.len() as u32).collect(),
            ids,
        };
        for &(a, b) in renames {
            if let (Some(a), Some(b)) = (joined.place(a), joined.place(b)) {
                let (a, b) = (joined.root(a), joined.root(b));
                joined.set[a.max(b) as usize] = a.min(b);
            }
        }
        for place in 0..joined.set.len() as u32 {
            joined.set[place as usize] = joined.root(place);
        }
        joined
    }

    fn place(&self, id: CaseId) -> Option<u32> {
        self.ids.binary_search(&id).ok().map(|place| place as u32)
    }

    fn root(&mut self, mut place: u32) -> u32 {
        while self.set[place as usize] != place {
            let above = self.set[place as usize];
            self.set[place as usize] = self.set[above as usize];
            place = above;
        }
        place
    }

    /// True if no case was renamed.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The set of an ID, as the index of its smallest ID; `None` if no rename has the ID.
    #[inline]
    pub fn set_of(&self, id: CaseId) -> Option<u32> {
        if self.ids.is_empty() {
            return None;
        }
        self.place(id).map(|place| self.set[place as usize])
    }

    /// The representative of the IDs that are replayed with this one: the smallest of its set.
    #[inline]
    pub fn group(&self, id: CaseId) -> CaseId {
        self.set_of(id).map_or(id, |set| self.ids[set as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_and_cycles_make_one_set() {
        let id = |text: &str| CaseId::new(text.as_bytes());
        let joined = JoinedIds::new(&[
            (id("D"), id("C")),
            (id("B"), id("C")),
            (id("X"), id("Y")),
            (id("Y"), id("X")),
        ]);
        for name in ["B", "C", "D"] {
            assert_eq!(joined.group(id(name)), id("B"));
        }
        assert_eq!(joined.group(id("Y")), id("X"));
        assert_eq!(joined.group(id("Q")), id("Q"));
        assert_eq!((joined.set_of(id("Q")), joined.is_empty()), (None, false));
    }
}
