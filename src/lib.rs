//! Interstate Case Reconciliation: matches the states' child support cases against each other and
//! writes to each state its response file.
//!
//! The rooms, each of which imports only from those before it:
//!
//! - [`formats`]: layouts, fields of records, reference facts, files and their forms;
//! - [`engine`]: extracts with their cases, the SSN check, the match, response records;
//! - [`run`]: the output folder, manifest, summary, roster, volumes, receipts, audit trail;
//! - [`desk`]: validate, convert, explain, report, diff, respond;
//! - [`fcr`]: extracts derived from the Federal Case Registry for states that sent none;
//! - [`synthetic`]: invented extracts with their truth, and runs compared with it;
//! - [`cli`]: the command line.

pub mod desk;
pub mod engine;
pub mod error;
pub mod exit;
pub mod fcr;
pub mod formats;
pub mod guard;
pub mod open;
pub mod parallel;
pub mod progress;
pub mod run;
pub mod stderr;
pub mod stop;
pub mod synthetic;
pub mod text;

pub mod cli;

pub use error::{Error, Result};
pub use exit::Exit;
