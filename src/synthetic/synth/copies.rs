//! Adds cases that a state has twice: once under the Case ID that it had before it was closed and
//! reopened, or just twice.

use super::draws::Draws;
use super::family::{FamilyCase, Shape, purpose};
use super::kinds::CopyKind;
use super::places::World;
use super::profile::Profile;

/// The shape of a family, with the copies of its cases.
pub(super) fn draw_shape(seed: u64, family: u64, world: &World, profile: &Profile) -> Shape {
    let mut shape = Shape::draw(seed, family, world, profile);
    shape.copy(seed, family, profile);
    shape
}

impl Shape {
    /// Adds copies of cases that their partners name.
    fn copy(&mut self, seed: u64, family: u64, profile: &Profile) {
        let rates = [CopyKind::Former, CopyKind::Duplicate].map(|copy| profile.rate(copy.kind()));
        if rates.iter().all(|&rate| rate <= 0.0) {
            return;
        }
        for at in 0..self.cases.len() {
            let case = &self.cases[at];
            let shared = case.shares.is_some() || self.cases.iter().any(|c| c.shares == Some(at));
            let mutual = self.cases[case.names].names == at;
            let mut draws = Draws::of(seed, family, purpose::COPIES, at as u64);
            let copy = match draws.one_of(&rates) {
                Some(0) => CopyKind::Former,
                Some(_) => CopyKind::Duplicate,
                None => continue,
            };
            if shared || !mutual {
                continue;
            }
            let case = FamilyCase {
                copy_of: Some((at, copy)),
                overwritten: false,
                ..self.cases[at].clone()
            };
            self.cases.push(case);
        }
    }

    /// The case before it was reopened, if it was.
    pub(super) fn former(&self, at: usize) -> Option<usize> {
        let former = Some((at, CopyKind::Former));
        self.cases.iter().position(|case| case.copy_of == former)
    }
}
