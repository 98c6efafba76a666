//! Compares a run with the truth: which cases got their true counterpart, and what prevented the
//! others.
//!
//! [`truth`] reads `truth.csv`, [`run`] the response files of a run folder, [`tally`] counts,
//! [`report`] prints, and [`comparison`] compares two runs. Case IDs appear in the report's first cases of each confusion, as the
//! specification's cli.md provides; no other value of a record does.

pub mod calibrate;
pub mod classes;
pub mod comparison;
pub mod leads;
pub mod page;
pub mod participants;
pub mod report;
pub mod run;
pub mod tally;
pub mod truth;
