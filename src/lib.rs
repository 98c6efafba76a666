//! Interstate Case Reconciliation: matches the states' child support cases against each other and
//! writes to each state its response file.
//!
//! The folders are the stages, in the order in which the records flow:
//! [`input`] → [`record`] → [`extract`] → [`case`] → [`index`] → [`matching`] → [`response`] →
//! [`output`]; beside them [`layout`] (positions as data), [`mod@reference`] (facts),
//! [`verification`] (SSNs and names on record) and [`report`] (what a finished run found).

pub mod audit;
pub mod case;
pub mod error;
pub mod exit;
pub mod extract;
pub mod guard;
pub mod index;
pub mod input;
pub mod layout;
pub mod matching;
pub mod operation;
pub mod output;
pub mod progress;
pub mod record;
pub mod reference;
pub mod report;
pub mod response;
pub mod stop;
pub mod verification;

pub mod cli;
pub mod commands;

pub use error::{Error, Result};
pub use exit::Exit;
