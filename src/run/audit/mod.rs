//! The audit trail: who asked for what, and what came of it.
//!
//! An append-only file of JSON Lines. Each line holds the SHA-256 of the line before it and ends with
//! one of itself, so that a line that is changed, left out or put in breaks the chain. A start line is written and synced
//! before any data is shown or written; an end line closes it (seed: participants in a data
//! exchange maintain audit data for all requests and responses, and an audit trail of user IDs and
//! case IDs).

mod chain;
mod digest;
mod key;
mod lines;
mod report;
mod seal;
mod session;
mod trail;

pub use chain::{Broken, Check, check, is_trail};
pub use key::AuditKey;
pub use lines::{AskedCase, FileFact, Line, Outcome};
pub use report::{MonthReport, report};
pub use session::{Audit, Session};
pub use trail::{Start, Trail};
