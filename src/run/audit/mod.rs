//! The audit trail: who ran which command, and its outcome.
//!
//! An append-only file of JSON Lines. Each line has the SHA-256 of the line before it and ends with
//! its own, so that changing, removing or inserting a line breaks the chain. A start line is
//! written and synced before any data are shown or written, and an end line closes it (seed:
//! participants in a data exchange maintain audit data for all requests and responses, and an audit
//! trail of user IDs and case IDs).

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
