//! The one check of a file's shape: what was done to its records as a whole, told with how many they
//! are, which come first, and what to do. It runs on every file, also one that can be used, and
//! looks at every rejected record.
//!
//! It would rather say nothing than name the wrong damage: each is told only where undoing it makes
//! records sound. Never a value of a record.

use super::columns_cut::{column_cut, last_record_cut};
use super::fields_written::{dates_turned, hyphens_cut};
use super::groups;
use super::no_records::{ends, wrapped};
use super::out_of_step::out_of_step;
use super::read_file::{Found, ReadFile};
use super::utf8_letters::accepted_utf8;
use crate::formats::input::Told;

/// The shape of a file.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    /// What was done to it, the commonest first.
    pub told: Vec<Told>,
    /// Which of the rejected records that explains, in their order.
    pub explained: Vec<bool>,
}

/// What was done to a file.
pub fn shape(file: &ReadFile<'_>) -> Shape {
    let mut found = Found {
        explained: vec![false; file.rejected.len()],
        told: Vec::new(),
    };
    if !out_of_step(file, &mut found) {
        wrapped(file, &mut found);
        let mut damaged = groups::of_damage(file, &mut found);
        accepted_utf8(file, &mut damaged, &mut found);
        groups::tell(damaged, file, &mut found);
        column_cut(file, &mut found);
        last_record_cut(file, &mut found);
        ends(file, &mut found);
    }
    hyphens_cut(file, &mut found);
    dates_turned(file, &mut found);
    let told = &mut found.told;
    told.sort_by_key(|told| std::cmp::Reverse(told.records));
    told.extend(file.source.told());
    Shape {
        told: found.told,
        explained: found.explained,
    }
}
