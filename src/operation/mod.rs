//! What an operator agrees and watches: who takes part, how much each state sends, what it is sent.

mod receipts;
mod roster;
mod verify;
mod volume;

pub use receipts::receipt;
pub(crate) use roster::disagreements;
pub use roster::{Role, Roster, RosterPolicy, Standing, Stood};
pub use verify::{Damage, Verification, verify};
pub use volume::PreviousRun;
pub(crate) use volume::cases_by_other_state;
