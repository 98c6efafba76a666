//! Leads: for a case that was not found, in which nobody matched, or whose match is doubtful, the
//! cases of the other state that speak for themselves, with what speaks for and against each and how
//! often such leads were right on data with known truth.
//!
//! A lead changes no response. Evidence is combined as Fellegi and Sunter do it (Journal of the American
//! Statistical Association 64, 1969): each piece has a weight, the logarithm of how much more often it
//! is seen of the true counterpart than of another case, and the weights are added. `evidence` names
//! the pieces, `compare` finds them in two cases, `weights` has the compiled-in tables, and
//! `search` finds the cases that are worth comparing.
//!
//! It must not read anything but rows and records that the edits accepted: an SSN that is invalid, a
//! placeholder or misidentified is none there, and what the registry withholds for family violence is
//! in no extract.

mod ask;
mod compare;
mod evidence;
mod keys;
mod lead;
mod near;
mod search;
mod weights;

pub use ask::{Ask, Why};
pub use compare::evidence_of;
pub use evidence::{Evidence, EvidenceSet};
pub use lead::{Lead, MOST_LEADS};
pub use search::{find_leads, leads_of_case};
pub use weights::{CONTESTED, Weight, share_at, standing, tables, weight_of};
