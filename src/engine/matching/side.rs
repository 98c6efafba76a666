//! The data of each state that take part in a match (matching.md, section 4).

use rayon::prelude::*;

use super::{Crowd, Routine};
use crate::engine::extract::{Extract, Provenance};
use crate::engine::matching::StateIndex;
use crate::error::Result;
use crate::formats::reference::{STATE_COUNT, State};
use crate::progress::Stage;
use crate::stop::Stop;

/// One state's data, ready to be searched by other states' cases.
pub struct Side {
    /// The extract: submitted, or derived from the FCR.
    pub extract: Extract,
    /// Its indexes.
    pub index: StateIndex,
    /// Its crowded keys, for a search among many candidates.
    pub crowd: Crowd,
}

impl Side {
    /// Indexes an extract for a routine.
    pub fn new(extract: Extract, routine: Routine) -> Self {
        let index = StateIndex::build(&extract, routine == Routine::Pooled);
        let crowd = Crowd::build(&extract, &index);
        Side {
            extract,
            index,
            crowd,
        }
    }

    /// Whether the data are FCR-derived.
    pub fn fcr_supplied(&self) -> bool {
        self.extract.provenance == Provenance::FcrDerived
    }
}

/// The data of each state that has any.
pub struct Sides {
    sides: [Option<Box<Side>>; STATE_COUNT],
}

impl Sides {
    /// Takes at most one side per state; a later one replaces an earlier one.
    pub fn new(sides: impl IntoIterator<Item = Side>) -> Self {
        let mut all = Sides {
            sides: [const { None }; STATE_COUNT],
        };
        for side in sides {
            let place = side.extract.state.index();
            all.sides[place] = Some(Box::new(side));
        }
        all
    }

    /// Indexes the extracts for a routine, in parallel, the largest first.
    ///
    /// # Errors
    /// [`crate::Error::Interrupted`] if a stop was requested.
    pub fn index(
        mut extracts: Vec<Extract>,
        routine: Routine,
        stage: &Stage,
        stop: &Stop,
    ) -> Result<Self> {
        extracts.sort_by_key(|extract| std::cmp::Reverse(extract.rows.len()));
        let indexed = extracts.into_par_iter().with_max_len(1).map(|extract| {
            stop.check()?;
            let rows = extract.rows.len() as u64;
            let side = Side::new(extract, routine);
            stage.advance(rows);
            Ok(side)
        });
        Ok(Sides::new(indexed.collect::<Result<Vec<_>>>()?))
    }

    /// The data of a state; `None` if it is absent.
    #[inline]
    pub fn of(&self, state: State) -> Option<&Side> {
        self.sides[state.index()].as_deref()
    }

    /// All sides, in order of FIPS code.
    pub fn iter(&self) -> impl Iterator<Item = &Side> {
        self.sides.iter().filter_map(Option::as_deref)
    }

    /// The states that submitted an extract, in order of FIPS code.
    pub fn submitters(&self) -> impl Iterator<Item = &Side> {
        self.iter().filter(|side| !side.fcr_supplied())
    }
}
