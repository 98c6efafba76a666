//! What is asked of `icr synth`.

use super::places::World;
use super::profile::Profile;

/// What is asked for.
pub struct Request<'a> {
    /// How many families have an interstate action.
    pub families: u64,
    /// What everything is drawn from.
    pub seed: u64,
    /// The states.
    pub world: World,
    /// The noise.
    pub profile: &'a Profile,
    /// Which night it is, from 0: the same families, some nights later.
    pub night: u32,
    /// Registry files in place of FCR-derived ones.
    pub registry: bool,
}
