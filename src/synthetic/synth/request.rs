//! A request to `icr synth`.

use super::places::World;
use super::profile::Profile;

/// The request.
pub struct Request<'a> {
    /// The number of families with an interstate action.
    pub families: u64,
    /// The seed of all draws.
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
