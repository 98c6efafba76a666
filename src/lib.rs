//! Interstate Case Reconciliation: matches the states' child support cases against each other and
//! writes to each state its response file.
//!
//! The folders are the stages, in the order in which the records flow:
//! [`input`] → [`record`] → [`extract`] → [`case`] → [`index`] → [`matching`] → [`response`] →
//! [`output`]; beside them [`registry`] (extracts derived for states that sent none), [`synth`] and
//! [`score`] (invented extracts, and runs held against their truth), [`validation`] (what is wrong
//! with an extract), [`convert`] (records from one form into another), [`operation`] and [`audit`]
//! (a nightly run), [`respond`] (the state's side) and [`diff`] (two runs), [`report`]
//! (what a finished run found), [`layout`] (positions as data), [`mod@reference`] (facts) and
//! [`verification`] (SSNs and names on record).

pub mod audit;
pub mod case;
pub mod convert;
pub mod diff;
pub mod error;
pub mod exit;
pub mod explain;
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
pub mod registry;
pub mod report;
pub mod respond;
pub mod response;
pub mod score;
pub mod stop;
pub mod synth;
pub mod validation;
pub mod verification;

pub mod cli;
pub mod commands;

pub use error::{Error, Result};
pub use exit::Exit;
