//! Invents extracts: families with interstate actions, their cases on both sides, the noise planted
//! in them, and the truth.
//!
//! A family is drawn once, only from the seed and its number ([`family`]). Noise turns it into what
//! each state submits ([`submitted`]), which is rendered as extract or FCR-derived records
//! ([`render`]) and as lines of `truth.csv` ([`truth`]), with the reason codes that are certain
//! ([`certain`]). For states that submit nothing, registry records can be written instead
//! ([`history`]), with family violence marks (`violence`). [`mod@generate`] does this for a whole
//! country.

pub mod certain;
mod copies;
mod draws;
pub mod family;
mod further_ssns;
pub mod generate;
pub mod history;
pub mod kinds;
pub mod member_ids;
pub mod names;
mod night;
mod noise;
mod numbering;
pub mod places;
pub mod profile;
mod rates;
pub mod render;
mod request;
pub mod setting;
mod slips;
pub mod ssn;
pub mod submitted;
pub mod submitted_case;
mod surnames;
mod text;
pub mod truth;
mod twins;
mod violence;
pub mod who;

pub use draws::Draws;
pub use generate::{SynthTotals, generate};
pub use kinds::{Kind, Planted};
pub use night::{LAST_NIGHT, families_on};
pub use places::World;
pub use profile::Profile;
pub use request::Request;
pub use text::Text;
